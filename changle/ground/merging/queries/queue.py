"""The queue of likely pairs: filtered by what stands in the address, paged by key."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import Q, QuerySet

from changle.core.jobs import Job
from changle.core.reach import Actor
from changle.ground.merging.models import DuplicatePair, Merge
from changle.ground.registry.models import Organisation
from changle.ground.registry.queries import key_of
from changle.ground.registry.queries.likeness import REASONS, in_words
from changle.ground.territory.models import Node
from changle.ground.territory.roles import Permission


NEEDS = Permission.ORGANISATION_MERGE
PAGE = 30
LONGEST = 100
SCORES = (("80", "很可能（80 分以上）"), ("60", "较可能（60 分以上）"))
State = DuplicatePair.State
WITH = (
    "left__node",
    "right__node",
    "left__community",
    "right__community",
    "left__street",
    "right__street",
)


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What is asked of the queue; the names are those of the address."""

    q: str = ""
    state: str = ""
    street: str = ""
    reason: str = ""
    score: str = ""

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "Filters":
        """From the address; what cannot be meant is left out."""
        names = cls.__dataclass_fields__
        values = {n: str(told.get(n, "")).replace("\x00", "").strip()[:LONGEST] for n in names}
        values["state"] = values["state"] if values["state"] in State.values else ""
        values["reason"] = values["reason"] if values["reason"] in REASONS else ""
        values["score"] = values["score"] if values["score"] in dict(SCORES) else ""
        values["street"] = str(key_of(values["street"]) or "")
        return cls(**values)

    def asked(self) -> dict[str, str]:
        return {name: value for name, value in asdict(self).items() if value}


def queued(actor: Actor, filters: Filters) -> "QuerySet[DuplicatePair]":
    """The pairs of which at least one record is this person's, the likeliest first."""
    rows = actor.rows(DuplicatePair, NEEDS).filter(state=filters.state or State.OPEN)
    if filters.street:
        rows = rows.filter(Q(left__street=filters.street) | Q(right__street=filters.street))
    if filters.reason:
        rows = rows.filter(reasons__contains=f" {filters.reason} ")
    if filters.score:
        rows = rows.filter(score__gte=int(filters.score))
    for word in filters.q.lower().split()[:8]:
        rows = rows.filter(
            Q(left__search_text__contains=word) | Q(right__search_text__contains=word)
        )
    return rows.select_related(*WITH).order_by("-score", "pk")


def page_of(rows: "QuerySet[DuplicatePair]", after: str) -> tuple[list[DuplicatePair], str]:
    """The rows behind a key, and the key of the next page ("" at the end)."""
    score, _, number = after.partition("-")
    last = key_of(number)
    if last is not None and score.isascii() and score.isdecimal() and len(score) <= 3:  # noqa: PLR2004  points
        rows = rows.filter(Q(score__lt=int(score)) | Q(score=int(score), pk__gt=last))
    found = list(rows[: PAGE + 1])
    shown = found[:PAGE]
    return shown, f"{shown[-1].score}-{shown[-1].pk}" if len(found) > PAGE else ""


def lines_of(rows: list[DuplicatePair], actor: Actor) -> list[dict[str, Any]]:
    """Ready to print; `both`: whether this person may say what the pair is."""
    return [
        {
            "row": row,
            "sides": (side_of(row.left, actor), side_of(row.right, actor)),
            "reasons": in_words(row.codes),
            "both": all(actor.reaches(one, NEEDS) for one in (row.left, row.right)),
            "tone": "" if row.score >= 80 else "near" if row.score >= 60 else "calm",  # noqa: PLR2004  points
        }
        for row in rows
    ]


def side_of(row: Organisation, actor: Actor) -> dict[str, Any]:
    places = (row.street, row.community)
    return {
        "row": row,
        "place": " ".join(place.name for place in places if place),
        "seen": actor.reaches(row, Permission.ORGANISATION_VIEW),
    }


def pair_seen(actor: Actor, pk: int) -> DuplicatePair | None:
    return actor.rows(DuplicatePair, NEEDS).select_related(*WITH).filter(pk=pk).first()


def mergeable(actor: Actor, *keys: int) -> list[Organisation]:
    """The records of these keys that this person may merge, in the order asked."""
    rows = actor.rows(Organisation, NEEDS).filter(pk__in=keys)
    with_ = ("node", "street", "community", "field", "official_class", "category", "merged_into")
    found = {row.pk: row for row in rows.select_related(*with_)}
    return [found[key] for key in keys if key in found]


def others_found(actor: Actor, row: Organisation, text: str) -> "QuerySet[Organisation]":
    """Records that might be put together with one, by words of their names or codes."""
    rows = actor.rows(Organisation, NEEDS).exclude(pk=row.pk)
    rows = rows.exclude(state=Organisation.State.MERGED)
    for word in text.lower().split()[:8]:
        rows = rows.filter(search_text__contains=word)
    return rows.select_related("street", "community").order_by("pinyin", "pk")[:20]


def merge_seen(actor: Actor, pk: int) -> Merge | None:
    rows = actor.rows(Merge, NEEDS)
    with_ = ("survivor__node", "merged__node", "by", "undone_by")
    return rows.select_related(*with_).filter(pk=pk).first()


def merges_of(row: Organisation) -> list[Merge]:
    rows = Merge.objects.filter(Q(survivor=row) | Q(merged=row))
    return list(rows.select_related("survivor", "merged", "by", "undone_by").order_by("-pk"))


def merge_between(left: int, right: int) -> Merge | None:
    rows = Merge.objects.filter(survivor__in=(left, right), merged__in=(left, right))
    return rows.order_by("-pk").first()


def pairs_of(row: Organisation, actor: Actor) -> list[DuplicatePair]:
    rows = actor.rows(DuplicatePair, NEEDS).filter(state=State.OPEN)
    mine = rows.filter(Q(left=row) | Q(right=row)).select_related(*WITH)
    return list(mine.order_by("-score", "pk")[:PAGE])


def streets_of(actor: Actor) -> list[tuple[str, str]]:
    rows = actor.rows(Node, Permission.NODE_VIEW).filter(kind=Node.Kind.STREET)
    return [(str(pk), name) for pk, name in rows.order_by("sort", "pk").values_list("pk", "name")]


def last_search(name: str) -> Job | None:
    return Job.objects.filter(name=name).order_by("-pk").first()


def survivor_of(pk: int) -> int | None:
    """The record into which one was put, through all later merges; None: it was put into none."""
    last: int | None = None
    seen = {pk}
    here = pk
    while True:
        into = Organisation.objects.filter(pk=here).values_list("merged_into", flat=True).first()
        if into is None or into in seen:
            return last
        seen.add(into)
        here = last = into
