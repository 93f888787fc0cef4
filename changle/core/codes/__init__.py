"""Codes that are checked on entry: each check answers what the code says or raises BadCode."""

from changle.core.codes.phones import Phone, check_phone, check_postcode, normalise_phone
from changle.core.codes.regions import PROVINCES, RegionCode, check_region
from changle.core.codes.resident import ResidentId, check_resident_id, normalise_resident_id
from changle.core.codes.text import BadCode, plain
from changle.core.codes.uscc import (
    Uscc,
    body_name,
    check_organisation_code,
    check_uscc,
    kind_of_uscc,
    looks_scientific,
    normalise_uscc,
    organisation_check,
    uscc_check,
)


__all__ = [
    "PROVINCES",
    "BadCode",
    "Phone",
    "RegionCode",
    "ResidentId",
    "Uscc",
    "body_name",
    "check_organisation_code",
    "check_phone",
    "check_postcode",
    "check_region",
    "check_resident_id",
    "check_uscc",
    "kind_of_uscc",
    "looks_scientific",
    "normalise_phone",
    "normalise_resident_id",
    "normalise_uscc",
    "organisation_check",
    "plain",
    "uscc_check",
]
