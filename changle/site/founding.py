"""The first deed of an installation: a district, and the person who answers for it."""

import re
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from changle.core.calendar import seed as seed_calendar
from changle.core.log import record
from changle.core.reach import Actor
from changle.core.refusals import Refused
from changle.ground.accounts.models import User
from changle.ground.credit.queries.rules import seed_grounds
from changle.ground.matters.queries import seed_types
from changle.ground.registry.queries import seed_classes
from changle.ground.territory.models import Grant, Node, NodeCode
from changle.ground.territory.queries import district as standing_district
from changle.services.activities.queries.words import seed_terms
from changle.services.bases.queries.rules import seed_standards


class FoundingRefused(Refused):
    """The district or its first administrator cannot be set up so."""


@transaction.atomic
def found_district(
    *, username: str, name: str, district: str, code: str, password: str, now: datetime
) -> User:
    """Make the root of the tree and the first administrator, or add one to a standing district."""
    if not re.fullmatch(r"\d{6}", code):
        raise FoundingRefused("区划代码应为六位数字。")
    if User.objects.filter(username__iexact=username).exists():
        raise FoundingRefused("这个用户名已有人使用。")
    root = standing_district() or plant_district(name=district, code=code, now=now)
    user = User(username=username, name=name, joined_at=now, is_staff_member=True)
    user.set_password(password)
    user.save()
    by = Actor(name="命令行")
    record(user, "create", by=by, at=now, path=root.path)
    grant = Grant.objects.create(
        user=user, node=root, role="DCA", post="管理员", starts_on=timezone.localdate(now),
        reason="首位管理员", recorded_at=now,
    )  # fmt: skip
    record(grant, "grant", by=by, at=now)
    return user


def plant_district(*, name: str, code: str, now: datetime, is_sample: bool = False) -> Node:
    root = Node.objects.create(
        kind=Node.Kind.DISTRICT, name=name, short_name=re.sub(r"^.*市(?=.)", "", name),
        is_sample=is_sample,
    )  # fmt: skip
    root.path = f"{root.pk}."
    root.save(update_fields=["path"])
    NodeCode.objects.create(
        node=root, system=NodeCode.System.STATS, code=code, starts_on=timezone.localdate(now)
    )
    by = Actor(name="命令行")
    record(root, "found", by=by, at=now)
    seed_calendar(by=by, now=now)
    seed_classes()
    seed_grounds()
    seed_types()
    seed_standards()
    seed_terms(timezone.localdate(now))
    return root
