from datetime import date, datetime, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from changle.core.reach import Actor
from changle.ground.matters.actions import Draft, Papers, start
from changle.ground.matters.models import Matter, MatterType
from changle.ground.matters.queries import seed_types
from changle.ground.registry.models import Organisation
from changle.ground.territory.roles import Permission
from tests.factories.registry import make_organisation


PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def paper(name: str = "方案.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, PDF, content_type="application/pdf")


def make_type(code: str = "festival", **fields) -> MatterType:
    seed_types()
    MatterType.objects.filter(code=code).update(**fields)
    return MatterType.objects.get(code=code)


def reporter_of(body: Organisation, user_id: int = 0) -> Actor:
    """The body's own administrator, without a grant in the database."""
    needs = [Permission.MATTER_REPORT, Permission.MATTER_VIEW, Permission.ORGANISATION_VIEW]
    return Actor(user_id=user_id, name="样例丙", reach=dict.fromkeys(needs, (str(body.node.path),)))


def at(days: int, hour: int = 9) -> datetime:
    """An hour of a day so many days from today."""
    day = timezone.localtime() + timedelta(days=days)
    return day.replace(hour=hour, minute=0, second=0, microsecond=0)


def make_draft(days: int = 20, **fields) -> Draft:
    facts = {
        "title": "样例重阳文艺汇演",
        "content": "辖区文艺队伍演出，邀请老人观看。",
        "expected": 120,
        "sessions": 1,
        "place": "样例广场",
        "starts_at": at(days),
        "ends_at": at(days, 17),
        "contact_name": "样例庚",
        "contact_phone": "13900000003",
    }
    return Draft(**{**facts, **fields})


def make_matter(
    where=None, *, body: Organisation | None = None, state: str = "draft", kind: MatterType | None = None,
    papers: Papers | None = None, columns: dict | None = None, **fields,
) -> Matter:  # fmt: skip
    """A report in any state: begun by the action, put into its state as history would have left it."""
    body = body or make_organisation(where, "BA")
    row = start(
        organisation=body.pk, kind=kind or make_type(), draft=make_draft(**fields), papers=papers or Papers(),
        by=reporter_of(body), now=timezone.now(),
    )  # fmt: skip
    if state != "draft":
        told: dict = {"state": state, "submitted_on": timezone.localdate()}
        if state in {"reported", "closed"}:
            today = timezone.localdate()
            told |= {
                "held_on": today,
                "reported_on": today,
                "real_participants": 90,
                "effect": "好",
            }
        Matter.objects.filter(pk=row.pk).update(**told | (columns or {}))
        row.refresh_from_db()
    return row


def day(offset: int) -> date:
    return timezone.localdate() + timedelta(days=offset)
