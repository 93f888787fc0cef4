"""Sensitive text: sealed in the database, found by a blind index, shown with a mask."""

from changle.core.sealed.crypto import PROFILES, Profile, SealBroken, digest
from changle.core.sealed.fields import (
    BlindIndexField,
    SealedTextField,
    blind_index,
    reseal,
    waiting_for_reseal,
)
from changle.core.sealed.masks import mask_id, mask_name, mask_phone


__all__ = [
    "PROFILES",
    "BlindIndexField",
    "Profile",
    "SealBroken",
    "SealedTextField",
    "blind_index",
    "digest",
    "mask_id",
    "mask_name",
    "mask_phone",
    "reseal",
    "waiting_for_reseal",
]
