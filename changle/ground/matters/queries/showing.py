"""One report with all that its page prints, and what filing asks about signs of life."""

from collections.abc import Collection
from datetime import date

from django.db.models import Max, QuerySet

from changle.core.log import LogEntry
from changle.core.money import yuan
from changle.core.reach import Actor
from changle.ground.matters.models import Matter
from changle.ground.registry.models import Organisation
from changle.ground.territory.queries import verbs
from changle.ground.territory.roles import Permission


WITH = (
    "organisation__node__parent", "organisation__street", "type", "safety_plan", "licence", "report",
)  # fmt: skip
TONES = {
    "draft": "calm", "submitted": "near", "acknowledged": "good", "guided": "near", "stopped": "",
    "held": "near", "post_report_due": "near", "reported": "near", "closed": "good",
}  # fmt: skip
MOST_DEEDS = 50
verbs.update({"draft": "起草报告", "file": "上传附件", "hand_in_licence": "补交安全许可"})


def tone(state: str) -> str:
    return TONES.get(state, "calm")


def matter_seen(actor: Actor, pk: int, needs: str = Permission.MATTER_VIEW) -> Matter | None:
    """The report, if the asker sees it; another's draft is nobody's business yet."""
    rows = actor.rows(Matter, needs).select_related(*WITH)
    row = rows.filter(pk=pk).first()
    if row is not None and row.state == Matter.State.DRAFT:
        return row if actor.reaches(row, Permission.MATTER_REPORT) else None
    return row


def matter_to_report(actor: Actor, pk: int) -> Matter | None:
    return matter_seen(actor, pk, Permission.MATTER_REPORT)


def organisation_seen(actor: Actor, pk: int, needs: str) -> Organisation | None:
    return actor.rows(Organisation, needs).select_related("node").filter(pk=pk).first()


def body_to_report(actor: Actor) -> Organisation | None:
    """The one body for which a person reports; None: none, or several to choose from."""
    rows = actor.rows(Organisation, Permission.MATTER_REPORT).filter(state__in=Organisation.LIVING)
    found = list(rows.order_by("pk")[:2])
    return found[0] if len(found) == 1 else None


def facts_of(row: Matter, *, clear: bool) -> list[tuple[str, str]]:
    """Label and value, empty ones left out; `clear`: contacts are for this reader."""
    phone = row.contact_phone if clear else ""
    told = [
        ("类型", row.type.name),
        ("内容", row.content),
        ("形式", row.form),
        ("规模", row.scale),
        ("预计每场人数", "" if row.expected is None else f"{row.expected} 人"),
        ("场次", "" if row.sessions is None else f"{row.sessions} 场"),
        ("地点", " ".join(filter(None, (row.place, row.address)))),
        ("经费预算", "" if row.budget_fen is None else yuan(row.budget_fen)),
        ("经费来源", row.money_source),
        ("批准或决议", row.approvals),
        ("涉外情况", row.foreign_about),
        ("联系人", " ".join(filter(None, (row.contact_name, phone)))),
        ("安全许可", " ".join(filter(None, (row.licence_number, row.licence_authority)))),
        ("迟报原因", row.late_reason),
    ]
    return [(label, value) for label, value in told if value]


def history_of(row: Matter) -> "QuerySet[LogEntry]":
    entries = LogEntry.objects.filter(subject_label=Matter._meta.label, subject_id=str(row.pk))
    return entries.order_by("-id")[:MOST_DEEDS]


def held_by(on: date, organisation_ids: Collection[int] | None = None) -> dict[int, date]:
    """Body's key -> the last day up to `on` on which it verifiably held an event.

    Verified: the reviewer has confirmed the result; the body's own word does not count.
    """
    rows = Matter.objects.filter(state=Matter.State.CLOSED, held_on__lte=on)
    if organisation_ids is not None:
        rows = rows.filter(organisation_id__in=organisation_ids)
    told = rows.order_by().values("organisation_id").annotate(last=Max("held_on"))
    return {row["organisation_id"]: row["last"] for row in told}
