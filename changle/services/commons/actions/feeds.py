"""Addresses of calendars given out and ended."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from changle.core.log import record
from changle.core.reach import Actor
from changle.core.refusals import Refused
from changle.services.commons.models import FeedToken
from changle.services.commons.queries.feeds import feeds_of, hashed, houses_seen


MOST_FEEDS = 20  # of one person
USE_NOTED_EVERY = timedelta(hours=1)


class FeedRefused(Refused):
    """No such calendar for this person."""


@transaction.atomic
def add_feed(
    *, name: str, by: Actor, now: datetime, centre: int | None = None, space: int | None = None,
    about: str = FeedToken.About.VENUES,
) -> str:  # fmt: skip
    """Make an address of 256 random bits; its clear text is answered here and never again.

    `centre` or `space`: of a house or a room; neither: of one's own bookings.
    """
    houses = houses_seen(by) if centre or space else []
    if centre and all(house.pk != centre for house in houses):
        raise FeedRefused("没有这个中心。")
    if space and all(space not in house.rooms for house in houses):
        raise FeedRefused("没有这个场地。")
    if feeds_of(by, about).count() >= MOST_FEEDS:
        raise FeedRefused(f"一个人至多有 {MOST_FEEDS} 个日历订阅，请先撤销不用的。")
    clear = secrets.token_urlsafe(32)
    feed = FeedToken.objects.create(
        user_id=by.user_id, about=about, centre_id=centre, space_id=space, hash=hashed(clear), name=name,
        created_at=now,
    )  # fmt: skip
    record(feed, "add_feed", by=by, at=now)
    return clear


@transaction.atomic
def end_feed(*, pk: int, by: Actor, now: datetime, about: str = FeedToken.About.VENUES) -> None:
    """From now on nobody reads by this address; a second time changes nothing."""
    feed = feeds_of(by, about).select_for_update(of=("self",)).filter(pk=pk).first()
    if feed is not None:
        feed.revoked_at = now
        feed.save(update_fields=["revoked_at"])
        record(feed, "end_feed", by=by, at=now)


def note_use(*, feed: FeedToken, now: datetime) -> None:
    """Remember roughly when a feed was last read; at most one write an hour."""
    if feed.last_used_at is None or feed.last_used_at < now - USE_NOTED_EVERY:
        stale = Q(last_used_at__isnull=True) | Q(last_used_at__lt=now - USE_NOTED_EVERY)
        FeedToken.objects.filter(stale, pk=feed.pk).update(last_used_at=now)
