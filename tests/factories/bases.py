from datetime import date, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from changle.core.reach import Actor
from changle.ground.registry.models import Organisation
from changle.ground.territory.models import Node
from changle.services.bases.actions.keeping import Facts, plan_base
from changle.services.bases.actions.operating import Contract, replace_operator, sign_contract
from changle.services.bases.lifecycle import BASE
from changle.services.bases.models import Base, HandOver, OperatorContract
from changle.services.bases.queries.rules import seed_standards, standard_for
from tests.factories.registry import everything_at, make_organisation


_count = iter(range(1, 10**9))
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
TITLED = {"recognised", "operating", "under_evaluation", "rectifying"}


def a_pdf(name: str = "样例.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, PDF, "application/pdf")


def make_facts(**fields: Any) -> Facts:
    today = timezone.localdate()
    told = {
        "name": f"样例孵化基地{next(_count)}", "address": "样例路 1 号", "area_total": 800,
        "area_shared": 300, "planned_on": today - timedelta(days=900),
        "built_on": today - timedelta(days=700),
    }  # fmt: skip
    return Facts(**{**told, **fields})


def make_base(
    node: Node, tier: str = "street", *, state: str = "", by: Actor | None = None, **fields: Any
) -> Base:
    """A built base; with `state`, one that stands there with what the state asks for."""
    seed_standards()
    now = timezone.now()
    row = plan_base(
        node=node, tier=tier, facts=make_facts(**fields), by=by or everything_at(node), now=now
    )
    return set_state(row, state) if state else row


def set_state(row: Base, state: str) -> Base:
    today: date = timezone.localdate()
    BASE.begin(row, state, at=timezone.now())
    row.submitted_on = row.recognised_on = row.valid_until = row.withdrawn_on = None
    row.certificate_number = ""
    if state != "planned":
        row.standard = standard_for(row.tier, today)
    if state in TITLED:
        row.recognised_on, row.valid_until = (
            today - timedelta(days=300),
            today + timedelta(days=400),
        )
        row.certificate_number = f"样例〔2026〕{next(_count)}号"
    if state == "withdrawn":
        row.withdrawn_on = today
    row.save()
    return row


def make_terms(**fields: Any) -> Contract:
    today = timezone.localdate()
    told = {
        "number": f"样例运〔2026〕{next(_count)}号", "signed_on": today - timedelta(days=40),
        "starts_on": today - timedelta(days=30), "ends_on": today + timedelta(days=700),
        "amount_fen": 80_000_000,
    }  # fmt: skip
    return Contract(**{**told, **fields})


def make_contract(
    base: Base, *, by: Actor | None = None, organisation: Organisation | None = None, **fields: Any
) -> OperatorContract:
    return sign_contract(
        base=base.pk, organisation=organisation or make_organisation(base.node, "MF"),
        terms=make_terms(**fields), by=by or everything_at(base.node), now=timezone.now(),
    )  # fmt: skip


def replaced(contract: OperatorContract, by: Actor, **fields: Any) -> HandOver:
    """The contract ended from today, and another body under its own."""
    today = timezone.localdate()
    body = make_organisation(contract.base.node, "MF")
    return replace_operator(
        pk=contract.pk, organisation=body, note="到期换届", by=by, now=timezone.now(),
        terms=make_terms(**{"signed_on": today, "starts_on": today, **fields}),
    )  # fmt: skip
