"""What is on, as residents look for it, and each session as a line of a list. All of it is public."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.core.cache import cache
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date

from changle.ground.territory.models import Node
from changle.ground.territory.queries import public_places
from changle.services.activities.models import Activity, Cohost, Session, Term
from changle.services.activities.queries.plans import terms_of
from changle.services.activities.queries.sessions import whats_on


PAGE = 20
FRESH = 60  # seconds
OLDEST = 120  # years of age
LONGEST_NUMBER = 18  # digits, within a bigint
MICRO = 1_000_000
DAY = timedelta(days=1)
SATURDAY = 5
WEEKDAYS = "一二三四五六日"
WHEN = (("today", "今天"), ("weekend", "周末"), ("week", "七天内"))
COLUMNS = (
    "pk", "title", "starts_at", "ends_at", "capacity", "held", "waiting", "state", "venue",
    "needs_sign_up", "sign_up_until", "is_online", "age_from", "age_to", "activity_id",
    "activity__field__name", "street__short_name", "street__name", "place__name",
)  # fmt: skip


def number(text: str) -> int:
    """A key as an address says it; 0 for anything else."""
    fits = text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER
    return int(text) if fits else 0


def day_of(text: str) -> date | None:
    try:
        return parse_date(text[:10])
    except ValueError:
        return None


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What somebody looks for; what makes no sense was left out."""

    street: int = 0
    field: str = ""
    when: str = ""
    on: date | None = None
    age: int | None = None
    series: int = 0
    organisation: int = 0
    after: str = ""

    @classmethod
    def of(cls, told: dict[str, Any]) -> "Wanted":
        text = {name: str(value)[:40] for name, value in told.items()}
        age = text.get("age", "").strip()
        when = text.get("when", "")
        return cls(
            street=number(text.get("street", "")), field=text.get("field", "")[:30],
            when=when if when in dict(WHEN) else "", on=day_of(text.get("on", "")),
            age=number(age) if age.isdecimal() and number(age) <= OLDEST else None,
            series=number(text.get("series", "")), organisation=number(text.get("organisation", "")),
            after=text.get("after", ""),
        )  # fmt: skip

    def asked(self) -> dict[str, str]:
        """The conditions as the address says them, without the page."""
        told = {
            "street": self.street, "field": self.field, "when": self.when, "on": self.on,
            "age": self.age, "series": self.series, "organisation": self.organisation,
        }  # fmt: skip
        return {name: str(value) for name, value in told.items() if value or (value == 0 and name == "age")}  # fmt: skip

    def without(self, name: str) -> str:
        rest = {key: value for key, value in self.asked().items() if key != name}
        return f"?{urlencode(rest)}" if rest else reverse("activities:whats_on")

    def having(self, **told: Any) -> str:
        return f"?{urlencode(replace(self, **told).asked())}"


def span_of(when: str, today: date) -> tuple[date, date]:
    """From its first day up to the day after its last."""
    if when == "today":
        return today, today + DAY
    if when == "week":
        return today, today + 7 * DAY
    saturday = today + ((SATURDAY - today.weekday()) % 7) * DAY
    return (today, today + DAY) if today.weekday() > SATURDAY else (saturday, saturday + 2 * DAY)


def wanted_of(wanted: Wanted, now: datetime) -> "QuerySet[Session]":
    """The sessions that somebody looks for, the next first."""
    rows = whats_on(now)
    if wanted.street:
        rows = rows.filter(street=wanted.street)
    if wanted.field:
        rows = rows.filter(activity__field__in=Term.objects.filter(list="field", code=wanted.field))
    if wanted.on:
        rows = rows.filter(on=wanted.on)
    elif wanted.when:
        first, after = span_of(wanted.when, timezone.localdate(now))
        rows = rows.filter(on__gte=first, on__lt=after)
    if wanted.age is not None:
        rows = rows.filter(of_age(wanted.age))
    if wanted.series:
        rows = rows.filter(activity__series=wanted.series)
    if wanted.organisation:
        rows = rows.filter(of_organisation(wanted.organisation))
    return rows


def of_organisation(pk: int) -> Q:
    """What a body leads or has agreed to share in."""
    shared = Cohost.objects.filter(organisation=pk, state="accepted")
    return Q(activity__organisation=pk) | Q(activity__in=shared.values("activity"))


def key_of(starts_at: datetime, pk: int) -> str:
    """Where a list stands after this line."""
    return f"{round(starts_at.timestamp() * MICRO)}-{pk}"


def behind_key(rows: "QuerySet[Session]", after: str) -> "QuerySet[Session] | None":
    """The rows behind the line with this key; None: it is no key."""
    moment, _sign, last = after.partition("-")
    if not (number(moment) and number(last)):
        return None
    try:
        at = datetime.fromtimestamp(number(moment) / MICRO, tz=UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return rows.filter(Q(starts_at__gt=at) | Q(starts_at=at, pk__gt=number(last)))


def of_age(age: int) -> Q:
    """The sessions that take people of this age, in years."""
    return Q(Q(age_from=None) | Q(age_from__lte=age), Q(age_to=None) | Q(age_to__gte=age))


def page_of(
    rows: "QuerySet[Session]", after: str, now: datetime, size: int = PAGE
) -> "tuple[list[Card], str]":
    """The lines behind a key and the key of the next page ("" at the end); two queries.

    A key is the moment and the number of the last line: no COUNT, no OFFSET, and nothing is
    skipped or told twice where sessions begin at one moment. One that makes no sense is the start.
    """
    behind = behind_key(rows, after)
    found = cards(rows if behind is None else behind, size + 1, now)
    more = found[:size] if len(found) > size else []
    return found[:size], more[-1].key if more else ""


class Card(NamedTuple):
    """A session as a list prints it; all words are ready."""

    key: str
    href: str
    title: str
    weekday: str
    day: int
    month: str
    hours: str
    where: str
    sides: str
    field: str
    ages: str
    seats: str
    tone: str
    button: str
    on: date


def cards(rows: "QuerySet[Session]", most: int, now: datetime) -> list[Card]:
    """Two queries, however many there are."""
    told = list(rows.select_related(None).prefetch_related(None).values_list(*COLUMNS)[:most])
    told = [dict(zip(COLUMNS, each, strict=True)) for each in told]
    sides: dict[int, list[str]] = {}
    shares = Cohost.objects.filter(
        activity__in={each["activity_id"] for each in told}, state="accepted"
    )
    for activity, name in shares.order_by("pk").values_list("activity", "node__name"):
        sides.setdefault(activity, []).append(name)
    stem = reverse("activities:public", args=[0]).removesuffix("0/")
    return [card(stem, each, sides.get(each["activity_id"], []), now) for each in told]


def card(stem: str, row: dict[str, Any], sides: list[str], now: datetime) -> Card:
    starts, ends = timezone.localtime(row["starts_at"]), timezone.localtime(row["ends_at"])
    seats, tone, button = seats_of(row, now)
    street = row["street__short_name"] or row["street__name"] or row["place__name"]
    return Card(
        key=key_of(row["starts_at"], row["pk"]),
        href=f"{stem}{row['pk']}/",
        title=row["title"],
        weekday=f"周{WEEKDAYS[starts.weekday()]}",
        day=starts.day,
        month=f"{starts.month}月",
        hours=hours(starts, ends),
        where="线上" if row["is_online"] else " · ".join(filter(None, (street, row["venue"]))),
        sides=" × ".join(sides[:3]) + (f" 等 {len(sides)} 家" if len(sides) > 3 else ""),  # noqa: PLR2004
        field=row["activity__field__name"] or "",
        ages=ages(row["age_from"], row["age_to"]),
        seats=seats, tone=tone, button=button, on=starts.date(),
    )  # fmt: skip


def hours(starts: datetime, ends: datetime) -> str:
    """Local times; the day of the end is said where it is another."""
    last = (
        f"{ends:%H:%M}"
        if starts.date() == ends.date()
        else f"{ends.month}月{ends.day}日 {ends:%H:%M}"
    )
    return f"{starts:%H:%M}–{last}"


def ages(low: int | None, high: int | None) -> str:
    if low is None and high is None:
        return ""
    if high is None:
        return f"{low} 岁以上"
    return f"{low or 0}–{high} 岁"


def seats_of(row: dict[str, Any], now: datetime) -> tuple[str, str, str]:
    """What a list says of the seats, its colour, and what one may do about it."""
    if row["state"] == Session.State.ONGOING:
        return "进行中", "good", "查看"
    if not row["needs_sign_up"]:
        return "不用报名", "good", "查看"
    if now >= (row["sign_up_until"] or row["starts_at"]):
        return "报名已截止", "past", "查看"
    if row["capacity"] is None:
        return "名额不限", "good", "报名"
    free = max(0, row["capacity"] - row["held"])
    if free:
        return f"余 {free} 位", "good", "报名"
    line = f" · 候补 {row['waiting']} 人" if row["waiting"] else ""
    return f"已满{line}", "bad", "加入候补"


def choices(today: date) -> dict[str, list[tuple[str, str]]]:
    """The streets and fields to choose from; a minute old at most."""
    key = "activities-choices"
    kept: dict[str, list[tuple[str, str]]] | None = cache.get(key)
    if kept is None:
        places = public_places().filter(kind=Node.Kind.STREET).order_by("sort", "pk")
        names = places.values_list("pk", "short_name", "name")
        kept = {
            "street": [(str(pk), short or name) for pk, short, name in names],
            "field": list(terms_of("field", today).values_list("code", "name")),
        }
        cache.set(key, kept, FRESH)
    return kept


def told_of(wanted: Wanted, offered: dict[str, list[tuple[str, str]]]) -> list[dict[str, str]]:
    """Each condition in words, with the address without it; a query only for series and bodies."""
    words = {
        name: dict(options).get(str(getattr(wanted, name))) for name, options in offered.items()
    }
    words |= {"when": dict(WHEN).get(wanted.when), "on": str(wanted.on) if wanted.on else None}
    words["age"] = f"{wanted.age} 岁" if wanted.age is not None else None
    if wanted.series:
        words["series"] = name_of_series(wanted.series)
    if wanted.organisation:
        words["organisation"] = name_of_organisation(wanted.organisation)
    return [
        {"label": label, "href": wanted.without(name)} for name, label in words.items() if label
    ]


def public_activities() -> "QuerySet[Activity]":
    return Activity.objects.filter(published_at__isnull=False)


def name_of_series(pk: int) -> str | None:
    """Of a series in which something was published."""
    rows = public_activities().filter(series=pk)
    return rows.order_by("pk").values_list("series__name", flat=True).first()


def name_of_organisation(pk: int) -> str | None:
    """Of a body that led or shared in something published; both names are on its page anyway."""
    rows = Cohost.objects.filter(
        organisation=pk, state="accepted", activity__in=public_activities()
    )
    return rows.order_by("pk").values_list("organisation__name", flat=True).first()


def session_named(pk: int) -> Session | None:
    """One that has been published, for who stands at its door."""
    rows = Session.objects.filter(pk=pk, activity__published_at__isnull=False)
    return rows.select_related("activity", "place").first()
