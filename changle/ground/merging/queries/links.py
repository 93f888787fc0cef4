"""Whatever refers to a body, of whatever app: found from the models themselves, not from a list.

A row refers to a body by a foreign key to it or to its node, by the pair of a model's label and a
key in words (files, notices), or by the node's path. A new app's tables are thus moved unasked.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import QuerySet

from changle.core.constraints import AppendOnly
from changle.core.reach import TreePath
from changle.ground.merging.models import DuplicatePair, Merge
from changle.ground.registry.models import Identity, Organisation
from changle.ground.territory.models import Node


Model = type[models.Model]
SUBJECTS = ("subject_pk", "subject_id")
# What a record is, and the account of merges themselves, stays where it is.
OWN = {
    (Organisation, "node"),
    (Identity, "organisation"),  # closed as an empty span instead
    (Node, "parent"),  # a body has nothing under it; the action makes sure
    (DuplicatePair, "left"),
    (DuplicatePair, "right"),
    (Merge, "survivor"),
    (Merge, "merged"),
}


@dataclass(frozen=True)
class Link:
    """One column by which rows of one table refer to bodies."""

    model: Model
    field: str
    to: str  # "organisation" | "node" | "path"
    key: str = "pk"  # the attribute of what is referred to
    where: tuple[tuple[str, str], ...] = ()
    worded: bool = False  # the key is kept as text

    def key_of(self, body: Organisation) -> Any:
        if self.to == "path":
            return body.node.path
        value = getattr(body if self.to == "organisation" else body.node, self.key)
        return str(value) if self.worded else value

    def rows(self, key: Any) -> "QuerySet[models.Model]":
        return self.model._base_manager.filter(**dict(self.where), **{self.field: key})

    @property
    def fixed(self) -> bool:
        """Whether the column is also the key of its row, which others may refer to."""
        return bool(self.model._meta.get_field(self.field).primary_key)  # type: ignore[union-attr]  # a column

    @property
    def words(self) -> str:
        return str(self.model._meta.verbose_name)


def sealed_off(model: Model) -> bool:
    return any(isinstance(one, AppendOnly) for one in model._meta.constraints)


@cache
def links() -> tuple[Link, ...]:
    """Every column that may refer to a body, in a fixed order."""
    found = [
        link
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
        for link in (*keys(model), *words(model))
    ]
    return tuple(sorted(found, key=lambda link: (link.model._meta.label, link.field, link.where)))


def keys(model: Model) -> Iterator[Link]:
    """Foreign keys; those of a many-to-many stand in its table of pairs."""
    for column in model._meta.local_concrete_fields:
        if (model, column.name) in OWN:
            continue
        if isinstance(column, TreePath) and model is not Node and not sealed_off(model):
            yield Link(model, column.name, "path")
        if column.related_model in {Organisation, Node} and isinstance(column, models.ForeignKey):
            to = "organisation" if column.related_model is Organisation else "node"
            yield Link(model, column.name, to, column.target_field.attname)


def words(model: Model) -> Iterator[Link]:
    """Subjects told as label and key; the log outlives what it speaks of and stays as it is."""
    names = {column.name for column in model._meta.local_concrete_fields}
    if "subject_label" not in names or sealed_off(model):
        return
    for name in SUBJECTS:
        if name in names:
            for to, target in (("organisation", Organisation), ("node", Node)):
                where = (("subject_label", target._meta.label),)
                yield Link(model, name, to, "pk", where, worded=True)


def link_of(told: dict[str, Any]) -> Link:
    """The link that an entry of a snapshot names."""
    where = tuple(sorted(told.get("where", {}).items()))
    return next(
        link
        for link in links()
        if (link.model._meta.label, link.field, link.where) == (told["model"], told["field"], where)
    )


@dataclass(frozen=True)
class Counted:
    """How many rows of one table refer to a body."""

    words: str
    count: int


def linked(body: Organisation) -> list[Counted]:
    """What would move, counted by table; one query a link."""
    told: dict[str, int] = {}
    for link in links():
        told[link.words] = told.get(link.words, 0) + link.rows(link.key_of(body)).count()
    return [Counted(words, count) for words, count in told.items() if count]
