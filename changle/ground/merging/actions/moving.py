"""Rows are led from one body to another, and back: all that may, and why not where they may not."""

from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, models, transaction

from changle.ground.merging.queries.links import Link, link_of, links
from changle.ground.registry.models import Organisation


SOME = 500  # keys in one statement: SQLite's bound on parameters is not far above
LONGEST_WHY = 120
Told = dict[str, Any]


def lead_all(merged: Organisation, survivor: Organisation) -> tuple[list[Told], list[Told]]:
    """Lead every row of one body to another; (what moved, what stays and why)."""
    moved: list[Told] = []
    stayed: list[Told] = []
    for link in links():
        old, new = link.key_of(merged), link.key_of(survivor)
        rows = own_left_out(link, old, merged, survivor)
        keys = list(rows.order_by("pk").values_list("pk", flat=True))
        if not keys:
            continue
        if link.fixed:
            stayed += [left(link, pk, "每家只有一份，且被别的记录引用") for pk in keys]
            continue
        kept = lead(link, keys, old, new)
        stayed += [left(link, pk, why) for pk, why in kept.items()]
        if going := [pk for pk in keys if pk not in kept]:
            moved.append({**named(link), "old": old, "new": new, "pks": going})
    return moved, stayed


def own_left_out(
    link: Link, key: Any, merged: Organisation, survivor: Organisation
) -> "models.QuerySet[models.Model]":
    """The two records themselves are no rows of one another."""
    rows = link.rows(key)
    if link.model is Organisation:
        rows = rows.exclude(pk__in=(merged.pk, survivor.pk))
    return rows


def named(link: Link) -> Told:
    return {"model": link.model._meta.label, "field": link.field, "where": dict(link.where)}


def left(link: Link, pk: Any, why: str) -> Told:
    row = link.model._base_manager.filter(pk=pk).first()
    return {**named(link), "pk": pk, "text": str(row)[:LONGEST_WHY], "why": why[:LONGEST_WHY]}


def lead(link: Link, keys: list[Any], old: Any, new: Any) -> dict[Any, str]:
    """Point rows from one key to another, together where the database lets them; who stays, and why."""
    kept: dict[Any, str] = {}
    for start in range(0, len(keys), SOME):
        some = keys[start : start + SOME]
        try:
            with transaction.atomic():
                link.rows(old).filter(pk__in=some).update(**{link.field: new})
        except IntegrityError:
            kept |= lead_singly(link, some, old, new)
    return kept


def lead_singly(link: Link, keys: Iterable[Any], old: Any, new: Any) -> dict[Any, str]:
    kept: dict[Any, str] = {}
    for pk in keys:
        try:
            with transaction.atomic():
                link.rows(old).filter(pk=pk).update(**{link.field: new})
        except IntegrityError as error:
            kept[pk] = why_not(link, error)
    return kept


def why_not(link: Link, error: IntegrityError) -> str:
    """The sentence of the constraint that refused; the engines name it each in its own way."""
    said = str(error)
    for rule in link.model._meta.constraints:
        columns = getattr(rule, "fields", ())
        listed = bool(columns) and all(
            f"{link.model._meta.db_table}.{link.model._meta.get_field(name).column}" in said  # type: ignore[union-attr]  # a column
            for name in columns
        )
        if rule.name in said or listed:
            return str(rule.get_violation_error_message())
    return "继续使用的记录已有同样的一条"


def lead_back(told: Iterable[Told]) -> list[Told]:
    """Undo what `lead_all` did where the rows are as it left them; what is no longer so."""
    conflicts: list[Told] = []
    for one in told:
        link = link_of(one)
        key: Any = link.model._meta.pk
        keys = [key.to_python(pk) for pk in one["pks"]]
        for start in range(0, len(keys), SOME):
            some = keys[start : start + SOME]
            still = set(link.rows(one["new"]).filter(pk__in=some).values_list("pk", flat=True))
            kept = lead(link, [pk for pk in some if pk in still], one["new"], one["old"])
            conflicts += [left(link, pk, "合并之后已改动或删除") for pk in some if pk not in still]
            conflicts += [left(link, pk, why) for pk, why in kept.items()]
    return conflicts
