"""Who is told of what happens to an activity."""

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone

from changle.core.notices import Notice, tell
from changle.core.reach import Actor
from changle.ground.territory.roles import Permission
from changle.services.activities.models import Activity, Cohost, Session, SignUp


MINE = "/my/sign-ups/"


def when(session: Session) -> str:
    return f"{timezone.localtime(session.starts_at):%m月%d日 %H:%M}"


def tell_accounts(sign_ups: Iterable[SignUp], text: str, *, now: datetime) -> int:
    """One message an account, however many of the family; who has none must be called."""
    accounts = sorted({one.made_by_id for one in sign_ups if one.made_by_id})
    Notice.objects.bulk_create(
        [Notice(to_id=account, at=now, text=text[:300], url=MINE) for account in accounts]
    )
    return len(accounts)


def tell_hosts(activity: Activity, text: str, *, by: Actor, now: datetime) -> None:
    """Every side that has a share, but for who did it."""
    url = f"/desk/activities/{activity.pk}/"
    shares = Cohost.objects.filter(activity=activity, state__in=("invited", "accepted"))
    for share in shares.select_related("node", "activity__lead", "activity__place"):
        tell(share.node, text, needs=Permission.ACTIVITY_EDIT, by=by, at=now, url=url)
