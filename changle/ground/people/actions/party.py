"""Party building as it is now; what was before stays, with its dates."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from changle.core.log import record
from changle.core.reach import Actor
from changle.ground.people.actions.people import PeopleRefused, written
from changle.ground.people.actions.posts import body_of
from changle.ground.people.models import PartyFact, Post


@transaction.atomic
def record_party(
    *, organisation: int, on: date, facts: dict[str, Any], by: Actor, now: datetime
) -> PartyFact:
    """Say how it stands from a day on; the statement before ends on that day."""
    body = body_of(organisation, by)
    if on > timezone.localdate(now):
        raise PeopleRefused("日期不能晚于今天。")
    facts = dict(facts)
    if facts["has_organisation"]:
        facts["no_reason"] = ""
    else:
        facts |= {"form": "", "founded_on": None, "approving_unit": "", "approval_number": "",
                  "leader_id": None, "affiliation": ""}  # fmt: skip
    leader = facts.get("leader_id")
    if leader and not Post.objects.filter(organisation=body, person_id=leader).exists():
        raise PeopleRefused("党组织负责人应是本组织的人员。")
    rows = PartyFact.objects.select_for_update().filter(organisation=body, ends_on=None)
    current = rows.order_by("-starts_on").first()
    if current is not None:
        if on < current.starts_on:
            raise PeopleRefused(f"日期不能早于现有记录的 {current.starts_on}。")
        current.ends_on = on
        current.save(update_fields=["ends_on"])
    row = PartyFact(organisation=body, starts_on=on, recorded_at=now, **facts)
    written(row)
    record(row, "record_party", by=by, at=now)
    return row
