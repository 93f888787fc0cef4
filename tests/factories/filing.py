from datetime import timedelta

from django.utils import timezone

from changle.ground.filing.actions import agree, list_members, start, submit, write
from changle.ground.filing.models import Filing
from changle.ground.registry.models import ClassItem
from changle.ground.registry.queries import seed_classes
from changle.ground.territory.queries import actor_for
from tests.factories.accounts import make_user
from tests.factories.territory import make_actor


_count = iter(range(1, 10**9))
NAMES = [("样例甲", ""), ("样例乙", ""), ("样例丙", ""), ("样例丁", ""), ("样例戊", "")]


def phone() -> str:
    return f"139{next(_count):08d}"


def invented() -> str:
    """A name that is like no other one: no two of them share a letter at one place."""
    number = next(_count)
    return (
        "".join(chr(0x4E00 + (number * 7919 + place * 4801) % 20_000) for place in range(4)) + "队"
    )


def category(name: str = "文体活动类") -> ClassItem:
    found = ClassItem.objects.filter(list="community", name=name).first()
    if found is None:
        seed_classes()
        found = ClassItem.objects.get(list="community", name=name)
    return found


def resident():
    """Somebody with an account and nothing else, as the middleware reads them."""
    return actor_for(make_user(name="样例居民"))


def make_draft_filing(community, by=None, *, name: str = "", **fields) -> Filing:
    """An application with all that a submission asks for."""
    by, now = by or resident(), timezone.now()
    row = start(name=name or invented(), community=community, by=by, now=now)
    values = {
        "category_id": category().pk, "nature": "association", "purpose": "强身健体",
        "activities": "每晚跳舞", "scope": "community", "leader_name": f"样例队长{next(_count)}",
        "leader_phone": phone(), "member_count": 12, "premises_address": f"样例广场{next(_count)}号",
        "fund_source": "无",
    }  # fmt: skip
    row = write(pk=row.pk, version=row.version, values={**values, **fields}, by=by, now=now)
    list_members(pk=row.pk, members=NAMES, by=by, now=now)
    return row


def make_filing(community, state: str = "submitted", by=None, **fields) -> Filing:
    """An application that has come as far as a state."""
    by, now = by or resident(), timezone.now()
    row = make_draft_filing(community, by, **fields)
    if state == "draft":
        return row
    row = submit(pk=row.pk, by=by, now=now)
    if state == "submitted":
        return row
    row = agreed(row)
    if state != "street_review":
        raise ValueError(state)
    return row


def agreed(row: Filing) -> Filing:
    clerk = make_actor("COM", row.community)
    return agree(
        pk=row.pk, version=row.version, opinion="居民认可", confirmer="样例主任",
        phone_confirmed=True, by=clerk, now=timezone.now(),
    )  # fmt: skip


def put_off(row: Filing, days: int) -> None:
    """Make the deadline one of the past."""
    Filing.objects.filter(pk=row.pk).update(due_on=timezone.localdate() - timedelta(days=days))
