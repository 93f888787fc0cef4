"""Reports: begun, filled so that all adds up, and brought to a state."""

from dataclasses import replace
from datetime import date
from typing import Any

from django.utils import timezone

from changle.core.reach import Actor
from changle.ground.annual.actions import prepare, save_section
from changle.ground.annual.lifecycle import ANNUAL
from changle.ground.annual.models import AnnualReport
from changle.ground.annual.queries import book
from changle.ground.registry.models import ClassItem, Organisation
from changle.ground.territory.models import Node
from tests.factories.accounts import make_user
from tests.factories.registry import everything_at, make_organisation


YEAR = 2021
LONG = "一年来，本单位按照章程和业务范围开展服务，制度健全，财务公开，按时换届。" * 15
# Amounts in fen that hold all the rules; counts of people likewise.
SOUND: dict[str, Any] = {
    "premises_source": "租赁", "phone": "029-86000000", "premises_area": 120, "fund": 3_000_000,
    "legal_representative": "样例甲", "address": "样例路一号", "industry": "社会服务",
    "branches": 0, "leaders": 3, "leaders_female": 1, "council": 5, "officials_leading": 0,
    "council_meetings": 2, "general_meetings": 1, "members_total": 60, "members_unit": 10,
    "members_person": 50, "fee_standard": "每年 100 元", "staff": 10, "staff_female": 6,
    "edu_college": 4, "edu_bachelor": 5, "age_35": 4, "age_45": 3, "age_55": 2, "age_over": 1,
    "volunteers": 20, "party_has": False, "party_members": 1, "party_full": 1,
    "system_certificate": True, "system_finance": True, "accounting": "民间非营利组织会计制度",
    "certificate_shown": True, "projects": 2, "events": 12, "benefit_spent": 2_000_000,
    "current_end": 6_000_000, "assets_end": 6_000_000, "debts_end": 500_000, "debt_short_end": 500_000,
    "net_begin": 4_500_000, "net_end": 5_500_000, "income": 8_000_000, "income_donation": 1_000_000,
    "income_fee": 2_000_000, "income_service": 5_000_000, "cost": 7_000_000,
    "cost_business": 6_000_000, "cost_manage": 1_000_000, "net_change": 1_000_000,
    "spent": 7_000_000, "spent_wages": 5_000_000, "spent_other": 2_000_000, "surplus": 1_000_000,
    "donation_cash": 800_000, "donation_kind": 200_000, "summary": LONG, "plan": "继续服务。",
}  # fmt: skip


def make_body(place: Node, kind: str = "MF", **fields: Any) -> Organisation:
    fields.setdefault("registrar_name", "样例区民政局")
    return make_organisation(place, kind, **fields)


def sound(kind: str, **changes: Any) -> dict[str, Any]:
    """Values of a kind in which everything holds."""
    asked = {field.code for field in book().fields_of(kind)}
    values = {code: value for code, value in SOUND.items() if code in asked}
    if kind != "ST":  # without fees the services earn them
        values["income_service"] = SOUND["income_service"] + SOUND["income_fee"]
    return values | changes


def make_report(
    body: Organisation, *, year: int = YEAR, by: Actor | None = None, values: dict[str, Any] | None = None
) -> AnnualReport:  # fmt: skip
    """A report in preparation; with values, those sections saved."""
    by = by or everyone_at(root_of(body))
    now = timezone.now()
    report = prepare(organisation=body, year=year, by=by, now=now)
    for section in book().sections_of(report.kind) if values else []:
        told = {f.code: values[f.code] for f in section.of_kind(report.kind) if f.code in values}
        if told:
            save_section(pk=report.pk, code=section.code, version=0, values=told, by=by, now=now)
    report.refresh_from_db()
    return report


def everyone_at(place: Node) -> Actor:
    """A person with an account who may do everything at a place."""
    return replace(everything_at(place), user_id=make_user().pk)


def root_of(body: Organisation) -> Node:
    node = body.node
    while node.parent is not None:
        node = node.parent
    return node


def put(report: AnnualReport, state: str, **columns: Any) -> AnnualReport:
    """The row in a state, as if the moves had been made."""
    if state in AnnualReport.REPORTED:
        columns.setdefault("submitted_on", date(report.year + 1, 3, 1))
    AnnualReport.objects.filter(pk=report.pk).update(state=state, **columns)
    report.refresh_from_db()
    assert ANNUAL.model is AnnualReport
    return report


def class_of(list_: str = "nonenterprise") -> ClassItem:
    return ClassItem.objects.filter(list=list_).order_by("pk")[0]
