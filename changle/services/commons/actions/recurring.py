"""A series is booked whole or not at all, and given up from a date on. Nothing is dropped in silence."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from changle.core.log import record
from changle.core.reach import Actor
from changle.ground.territory.roles import Permission
from changle.services.commons.actions.booking import book
from changle.services.commons.actions.deciding import cancel
from changle.services.commons.actions.planning import Plan
from changle.services.commons.actions.wishing import BookingRefused, RuleBroken, Taken
from changle.services.commons.lifecycle import BOOKING
from changle.services.commons.models import Booking, Series
from changle.services.commons.queries.hours import Span


SKIP = "skip"
Choices = Mapping[str, str]  # date -> "skip", or the start of the time that it moves to (ISO 8601)


@transaction.atomic
def book_series(
    *, plan: Plan, choices: Choices, by: Actor, now: datetime
) -> tuple[Series, list[Booking]]:
    """Book every date of a plan, or none. What is skipped is kept with the series, with the reason."""
    spans, skipped = decided(plan, choices)
    if not spans:
        raise BookingRefused("所有日期都跳过了，没有可预约的日期。")
    series = Series.objects.create(
        centre_id=plan.layout.pk, rule=plan.rule, asked_at=now, skipped=skipped
    )
    booked = []
    for on, (start, end) in spans:
        wish = replace(plan.wish, starts_at=start, ends_at=end)
        try:
            booking = book(layout=plan.layout, wish=wish, by=by, now=now, series=series)
        except (RuleBroken, Taken) as refusal:
            told = f"{on:%m月%d日}：{refusal}全部日期都没有预约，请重新核对。"
            raise BookingRefused(told) from refusal
        booking.series_on = on
        booking.save(update_fields=["series_on"])
        booked.append(booking)
    note = "；".join(f"{on} {why}" for on, why in skipped)[:1000]
    record(series, "book_series", by=by, at=now, note=note, path=plan.layout.path)
    return series, booked


def decided(plan: Plan, choices: Choices) -> tuple[list[tuple[date, Span]], list[list[str]]]:
    """The times to book and the dates to skip; a date in question without an answer is refused."""
    spans: list[tuple[date, Span]] = []
    skipped = [[month, why] for month, why in plan.gaps]
    unanswered = []
    for one in plan.occurrences:
        choice = choices.get(one.key, "")
        moved = {start: (start, end) for start, end in one.options}
        moment = moment_of(choice)
        if one.is_free and choice != SKIP:
            spans.append((one.on, (one.starts_at, one.ends_at)))
        elif moment in moved:
            spans.append((one.on, moved[moment]))
        elif choice == SKIP or not (one.asks or one.is_free):
            skipped.append([one.key, one.why or "您选择跳过"])
        else:
            unanswered.append(one)
    if unanswered:
        days = "、".join(f"{one.on:%m月%d日}" for one in unanswered[:5])
        raise BookingRefused(f"还有 {len(unanswered)} 个日期没有选择：{days}。请选择跳过或改时间。")
    return spans, skipped


def moment_of(choice: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(choice)
    except ValueError:
        return None
    return found if timezone.is_aware(found) else None


@transaction.atomic
def cancel_later(*, pk: int, by: Actor, now: datetime, reason: str = "") -> list[Booking]:
    """Give up one date of a series and all that follow it; what has begun or is past stays."""
    rows = by.rows(Booking, Permission.BOOKING_MAKE)
    first = rows.get(pk=pk)
    if first.series_id is None:
        raise BookingRefused("这不是循环预约。")
    later = rows.filter(
        series=first.series_id, starts_at__gte=first.starts_at, starts_at__gt=now,
        state__in=BOOKING.moves["cancel"].sources,
    ).order_by("starts_at", "pk")  # fmt: skip
    keys = list(later.values_list("pk", flat=True))
    if not keys:
        raise BookingRefused("后面没有可取消的预约。")
    return [cancel(pk=one, by=by, now=now, reason=reason) for one in keys]
