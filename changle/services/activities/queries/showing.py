"""One session's public page: in words, for other programs, and as its pictures. All of it is public."""

import json
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.safestring import SafeString

from changle.core.files import IMAGES, StoredFile
from changle.services.activities.models import Activity, ConsentText, Evidence, Session
from changle.services.activities.queries.plans import TEXTS
from changle.services.activities.queries.whats_on import FRESH, WEEKDAYS, ages, hours


ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}
State = Session.State
EVENT_STATES = {State.CANCELLED: "EventCancelled", State.POSTPONED: "EventPostponed"}
# A picture with children in it is shown only by an approval of its own.
SHOWN_CONSENTS = (Evidence.Consent.NOBODY, Evidence.Consent.GIVEN)
GONE = {State.CANCELLED: "本场已取消", State.POSTPONED: "本场已延期，新的时间另行通知"}


def spoken(at: datetime) -> str:
    """A moment as people say it here."""
    at = timezone.localtime(at)
    return f"{at.month}月{at.day}日（周{WEEKDAYS[at.weekday()]}）{at:%H:%M}"


def day_and_hours(row: Session) -> str:
    starts, ends = timezone.localtime(row.starts_at), timezone.localtime(row.ends_at)
    return f"{starts.year}年{starts.month}月{starts.day}日（周{WEEKDAYS[starts.weekday()]}）{hours(starts, ends)}"


def where(row: Session) -> str:
    if row.is_online:
        return "线上（报名后由主办方告知进入方式）"
    return " ".join(filter(None, (str(row.place), row.venue, row.address)))


def closed(row: Session, now: datetime) -> str:
    """Why nobody may sign up now, in words; empty: they may."""
    if row.state in GONE:
        return GONE[State(row.state)]
    if row.state not in (State.OPEN, State.FULL):
        over = row.state != State.ONGOING
        return "活动已结束" if over else "活动正在进行，报名已截止"
    if row.activity.state != Activity.State.OPEN or now >= (row.sign_up_until or row.starts_at):
        return "报名已截止"
    if not row.needs_sign_up:
        return "不用报名，直接到场即可"
    if row.sign_up_from is not None and now < row.sign_up_from:
        return f"{spoken(row.sign_up_from)} 开始报名"
    return ""


def seats(row: Session) -> str:
    """How many are free, or how long the line is: told before anybody signs up."""
    if row.free is None:
        return "名额不限"
    if row.free:
        return f"共 {row.capacity} 个名额，还有 {row.free} 个"
    return f"{row.capacity} 个名额已满，候补 {row.waiting} 人，现在报名排在第 {row.waiting + 1} 位"


def facts(row: Session) -> list[tuple[str, str]]:
    """The page's pairs of words."""
    activity = row.activity
    told = [
        ("时间", day_and_hours(row)),
        ("地点", where(row)),
        ("年龄", ages(row.age_from, row.age_to)),
        ("对象", f"限{row.for_place}居民" if row.for_place_id else ""),
        ("名额", seats(row) if row.needs_sign_up and row.state in Session.AHEAD else ""),
        ("报名截止", spoken(row.sign_up_until) if row.sign_up_until else ""),
        ("费用", "免费"),
        ("领域", str(activity.field or "")),
        ("主题", str(activity.theme or "")),
        ("拍摄", activity.get_photos_display()),
        ("未成年人", activity.minors_rule),
    ]
    return [(label, text) for label, text in told if text]


def consents(row: Session) -> list[ConsentText]:
    """What people are told and agree to: the activity's own text, those on pictures and children."""
    activity, today = row.activity, timezone.localdate()
    wanted = ["photo"] if activity.photos != Activity.Photos.NONE else []
    wanted += ["minor"] if activity.for_minors or row.age_from is None or row.age_from < 18 else []  # noqa: PLR2004
    told = [activity.terms or texts(today).get("sign_up")]
    kept = texts(today)
    told += [kept.get(kind) for kind in wanted]
    return [one for one in told if one is not None]


def texts(on: date) -> dict[str, ConsentText]:
    """The texts in force, by kind; a minute old at most, and none older than one's own new one."""
    kept: dict[str, ConsentText] | None = cache.get(TEXTS)
    if kept is None:
        rows = ConsentText.objects.filter(issued_on__lte=on).order_by("version")
        kept = {row.kind: row for row in rows}
        cache.set(TEXTS, kept, FRESH)
    return kept


def others_of(row: Session, now: datetime) -> "QuerySet[Session]":
    """The next of the same activity, to choose from."""
    rows = Session.objects.filter(
        activity=row.activity_id, state__in=Session.SHOWN, ends_at__gt=now
    )
    rows = rows.only("title", "starts_at", "capacity", "held", "waiting", "state")
    return rows.exclude(pk=row.pk).order_by("starts_at", "pk")[:6]


def photos_of(row: Session) -> list[UUID]:
    """The pictures of a verified session that everybody may see."""
    if row.state not in Session.COUNTING or row.activity.photos == Activity.Photos.NONE:
        return []
    return list(shown_photos().filter(session=row).values_list("file__public_id", flat=True)[:12])


def shown_photos() -> "QuerySet[Evidence]":
    """Offered by the organiser, and seen by who verified the session."""
    rows = Evidence.objects.filter(
        is_public=True, kind=Evidence.Kind.PHOTO, consent__in=SHOWN_CONSENTS, file__type__in=IMAGES,
        session__state__in=Session.COUNTING, session__activity__published_at__isnull=False,
    )  # fmt: skip
    return rows.exclude(session__activity__photos=Activity.Photos.NONE).order_by("pk")


def public_photo(public_id: UUID) -> StoredFile | None:
    row = shown_photos().filter(file__public_id=public_id).select_related("file").first()
    return row.file if row is not None else None


def json_ld(row: Session, address: str, picture: str) -> SafeString:
    """The session as schema.org says it, safe inside a script element."""
    state = State(row.state)
    place: dict[str, Any] = {
        "@type": "Place",
        "name": row.venue or str(row.place),
        "address": {
            "@type": "PostalAddress", "addressCountry": "CN", "addressLocality": str(row.street or ""),
            "streetAddress": row.address or row.venue,
        },
    }  # fmt: skip
    free = "InStock" if row.free is None or row.free else "SoldOut"
    data: dict[str, Any] = {
        "@context": "https://schema.org", "@type": "Event", "@id": address, "url": address,
        "name": row.title, "description": row.activity.about, "image": [picture],
        "startDate": timezone.localtime(row.starts_at).isoformat(),
        "endDate": timezone.localtime(row.ends_at).isoformat(),
        "eventStatus": f"https://schema.org/{EVENT_STATES.get(state, 'EventScheduled')}",
        "eventAttendanceMode": f"https://schema.org/{'Online' if row.is_online else 'Offline'}EventAttendanceMode",
        "location": {"@type": "VirtualLocation", "url": address} if row.is_online else place,
        "organizer": [
            {"@type": "Organization", "name": one.node.name} for one in getattr(row.activity, "sides", [])
        ],
        "isAccessibleForFree": True, "inLanguage": "zh-CN",
        "maximumAttendeeCapacity": row.capacity, "typicalAgeRange": age_range(row),
        "offers": {
            "@type": "Offer", "price": "0", "priceCurrency": "CNY", "url": address,
            "availability": f"https://schema.org/{free}",
        },
    }  # fmt: skip
    kept = {key: value for key, value in data.items() if value not in (None, "", [])}
    return SafeString(json.dumps(kept, ensure_ascii=False).translate(ESCAPES))


def age_range(row: Session) -> str:
    if row.age_from is None and row.age_to is None:
        return ""
    return f"{row.age_from or 0}-{'' if row.age_to is None else row.age_to}"
