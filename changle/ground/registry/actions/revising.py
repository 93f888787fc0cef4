"""Thousands of bodies change at once, each as `change_organisation` and `move_organisation` would."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from django.utils import timezone

from changle.core.log import LogEntry
from changle.core.reach import Actor
from changle.ground.registry.actions.adding import (
    UNIQUE,
    DuplicateCode,
    RegistryRefused,
    index,
    seat,
)
from changle.ground.registry.actions.changing import (
    DATED,
    EDIT,
    check,
    place_of,
    refuse_leap,
    shown,
)
from changle.ground.registry.actions.columns import write_columns
from changle.ground.registry.models import Identity, Organisation
from changle.ground.territory.models import Node


NAMED = {"name", "short_name", "uscc", "filing_number"}  # by which a body is sorted and found
BEGUN = {"registered_on", "founded_on"}
FIRST = {Identity.Opening.REGISTERED, Identity.Opening.FILED, Identity.Opening.FOUNDED}
# Since such an identity, the day of registration is no longer that on which the body began.
LATER = {Identity.Opening.CONVERTED, Identity.Opening.SUCCEEDED}
SOME = 500  # keys of one query
Spans = dict[int, list[Identity]]


@dataclass
class Revision:
    """What is to become of one body, and what the deed moved of its first identity."""

    body: Organisation
    changes: dict[str, Any]
    place: Node | None = None
    stood: dict[str, Any] = field(default_factory=dict)  # what the changes replaced
    touched: set[str] = field(default_factory=set)
    began: dict[str, Any] = field(default_factory=dict)  # first identity moved: its key, old, new


def locked_bodies(keys: Collection[int], *, by: Actor) -> dict[int, Organisation]:
    """The rows as the only hand on them; those that the actor may not edit are not among them."""
    found: dict[int, Organisation] = {}
    ordered = sorted(keys)
    for start in range(0, len(ordered), SOME):
        rows = by.rows(Organisation, EDIT).select_for_update(of=("self",))
        rows = rows.filter(pk__in=ordered[start : start + SOME]).order_by("pk")
        told = rows.select_related("node__parent", "street", "community", "field",
                                   "official_class", "category")  # fmt: skip
        found.update((body.pk, body) for body in told)
    return found


def revise(revisions: Sequence[Revision], *, by: Actor, now: datetime, note: str = "") -> None:
    """Write them all; call it inside a transaction, with bodies of `locked_bodies`."""
    today = timezone.localdate(now)
    entries: list[LogEntry] = []
    turned: list[Revision] = []
    begun: list[Revision] = []
    for one in revisions:
        entries += [*changed(one, by, now, note), *relocated(one, by, now, note)]
        if {*DATED, "street"} & one.touched:
            turned.append(one)
        if BEGUN & one.touched:
            begun.append(one)
    refuse_taken(revisions)
    spans = spans_of([one.body.pk for one in {id(r): r for r in [*turned, *begun]}.values()])
    begin_anew(begun, spans)
    save_all(revisions)
    turn_all(turned, spans, today, now, note)
    LogEntry.objects.bulk_create(entries)


def changed(one: Revision, by: Actor, now: datetime, note: str) -> list[LogEntry]:
    """The columns set on the row in memory, and the entry that tells of it."""
    body = one.body
    before = {name: getattr(body, name) for name in one.changes}
    differing = {name: value for name, value in one.changes.items() if before[name] != value}
    if not differing:
        return []
    refuse_leap(before.get("kind", ""), differing.get("kind", ""))
    one.stood = before
    registrar = body.registrar_code
    for name, value in differing.items():
        setattr(body, name, value)
    check(body, set(differing) - set(UNIQUE), by=by)
    one.touched |= set(differing)
    if body.registrar_code != registrar:
        one.touched.add("registrar_code")
    if NAMED & set(differing):
        index(body)
        one.touched |= {"pinyin", "initials", "search_text"}
    return [entry(body, "change", by, now, note, shown(before, differing))]


def relocated(one: Revision, by: Actor, now: datetime, note: str) -> list[LogEntry]:
    body, place = one.body, one.place
    if place is None or place.pk == body.node.parent_id:
        return []
    if not by.holds_at(EDIT, place.path or ""):
        raise RegistryRefused("新的所在地不在您的管理范围内。")
    old = place_of(body)
    node = body.node
    node.parent, node.path = place, f"{place.path}{node.pk}."
    body.street, body.community = seat(place)
    one.touched |= {"street", "community"}
    return [entry(body, "move", by, now, note, {"place": [str(old), str(place)]})]


def entry(
    body: Organisation, verb: str, by: Actor, now: datetime, note: str, changes: dict[str, Any]
) -> LogEntry:
    """One more version, and what the log says of it."""
    body.version += 1
    body.changed_at = now
    return LogEntry(
        at=now, actor_id=by.user_id, actor_name=by.name, verb=verb,
        subject_label=Organisation._meta.label, subject_id=str(body.pk),
        subject_text=str(body)[:200], path=body.node.path or "", changes=changes, note=note[:1000],
    )  # fmt: skip


def refuse_taken(revisions: Iterable[Revision]) -> None:
    """A code or number that another body bears, or that two of these would share."""
    for name in UNIQUE:
        wanted = {
            getattr(one.body, name): one.body.pk
            for one in revisions
            if name in one.touched and getattr(one.body, name)
        }
        told = sorted(wanted)
        for start in range(0, len(told), SOME):
            holders = Organisation.objects.filter(**{f"{name}__in": told[start : start + SOME]})
            for holder in holders.order_by("pk"):
                if wanted[getattr(holder, name)] != holder.pk:
                    raise DuplicateCode(holder)


def spans_of(keys: Sequence[int]) -> Spans:
    """The identities of some bodies, in their order."""
    found: Spans = defaultdict(list)
    for start in range(0, len(keys), SOME):
        rows = Identity.objects.filter(organisation__in=keys[start : start + SOME])
        for identity in rows.order_by("starts_on", "pk"):
            found[identity.organisation_id].append(identity)
    return found


def begin_anew(revisions: Iterable[Revision], spans: Spans) -> None:
    """The day told of registration (filing, founding) is that on which the first identity began."""
    moved = []
    for one in revisions:
        first = beginning(one.body, spans.get(one.body.pk, []), one.stood)
        if first is None:
            continue
        body, old = one.body, first.starts_on
        began = body.registered_on or body.founded_on or old
        one.began = {"identity": first.pk, "old": old.isoformat(), "new": began.isoformat()}
        first.starts_on = began
        moved.append(first)
        if body.state == body.State.ACTIVE and timezone.localdate(body.state_since) == old:
            one.began["since"] = body.state_since.isoformat()
            body.state_since = timezone.make_aware(datetime.combine(began, time.min))
            one.touched.add("state_since")
    write_columns(moved, ["starts_on"])


def beginning(body: Organisation, spans: list[Identity], stood: dict[str, Any]) -> Identity | None:
    """The identity whose first day the changes put right; None where something forbids it.

    It is forbidden where the body began as something else, and where the new day lies behind the
    end of the span, and where somebody gave the span a day of its own.
    """
    began = body.registered_on or body.founded_on
    if began is None or not spans or any(span.opened_by in LATER for span in spans):
        return None
    first = spans[0]
    followed = timezone.localdate(body.recorded_at), *(stood.get(name) for name in BEGUN)
    if first.opened_by not in FIRST or first.starts_on not in followed or began == first.starts_on:
        return None
    return None if first.ends_on is not None and began > first.ends_on else first


def save_all(revisions: Iterable[Revision]) -> None:
    """Rows that change the same columns are written together."""
    alike: dict[frozenset[str], list[Organisation]] = defaultdict(list)
    nodes: dict[frozenset[str], list[Node]] = defaultdict(list)
    for one in revisions:
        if not one.touched:
            continue
        alike[frozenset(one.touched | {"version", "changed_at"})].append(one.body)
        if "name" in one.touched:
            one.body.node.name = one.body.name
            nodes[frozenset({"name"})].append(one.body.node)
        if "street" in one.touched:
            nodes[frozenset({"parent", "path"})].append(one.body.node)
    for names, bodies in alike.items():
        write_columns(bodies, names)
    for names, places in nodes.items():
        write_columns(places, names)


def turn_all(
    revisions: Sequence[Revision], spans: Spans, today: date, now: datetime, note: str
) -> None:
    """Close the identity that held until today and open the one that holds from then."""
    closed, opened = [], []
    for one in revisions:
        body = one.body
        standing = [span for span in spans.get(body.pk, []) if span.ends_on is None]
        opening = Identity.Opening.CHANGED.value
        if standing:
            current = standing[-1]
            if today < current.starts_on:
                raise RegistryRefused(f"生效日期不能早于现有身份的起始日 {current.starts_on}。")
            current.ends_on, current.closed_by = today, Identity.Closing.CHANGED.value
            if today == current.starts_on:
                opening = current.opened_by  # put right on the day it began: it still began so
            closed.append(current)
        opened.append(
            Identity(
                organisation=body, kind=body.kind, name=body.name,
                code=body.uscc or body.filing_number, registrar_code=body.registrar_code,
                place=place_of(body), street=body.street, community=body.community,
                field=body.field, official_class=body.official_class, category=body.category,
                starts_on=today, opened_by=opening, note=note[:200], recorded_at=now,
            )
        )  # fmt: skip
    write_columns(closed, ["ends_on", "closed_by"])
    Identity.objects.bulk_create(opened)
