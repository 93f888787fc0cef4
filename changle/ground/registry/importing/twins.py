"""Bodies that a new row may be a second entry of, with why."""

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from changle.core.reach import Actor
from changle.ground.registry.importing.known import Registry, alike
from changle.ground.registry.models import Organisation
from changle.ground.registry.queries import Lookalike, likely_twins
from changle.ground.registry.queries.likeness import ENOUGH, Sketch
from changle.ground.registry.queries.lookalikes import sketch_at, told
from changle.ground.territory.models import Node


# Rows of a file up to which each is compared with every body; a longer list would take minutes,
# and is compared with the bodies of the same name or phone alone.
MOST_COMPARED = 5000
MARKS = ("name", "uscc", "filing_number", "contact_phone", "legal_representative", "address")


class Matched(Protocol):
    @property
    def alikes(self) -> tuple[int, ...]: ...
    @property
    def phones(self) -> tuple[int, ...]: ...


Draft = tuple[dict[str, Any], Node | None, Matched]


def likes_of(
    drafts: Sequence[Draft], known: Registry, by: Actor, *, all_: bool
) -> list[list[Lookalike]]:
    """For each row in turn."""
    sketches = [
        sketch_at(place, **{mark: values.get(mark, "") for mark in MARKS})
        for values, place, _match in drafts
    ]
    if all_:
        found = likely_twins(sketches, actor=by)
        return [found.get(number, []) for number in range(len(drafts))]
    return [
        likes(
            sketch, [known.bodies[pk] for pk in dict.fromkeys([*match.alikes, *match.phones])], by
        )
        for sketch, (_values, _place, match) in zip(sketches, drafts, strict=True)
    ]


def likes(one: Sketch, bodies: Iterable[Organisation], by: Actor) -> list[Lookalike]:
    found = [told(by, one, sketch_of(body)) for body in bodies]
    return [like for like in found if like is not None and like.score >= ENOUGH]


def sketch_of(body: Organisation) -> Sketch:
    return Sketch(
        pk=body.pk, kind=body.kind, short_name=body.short_name, street_id=body.street_id,
        community_id=body.community_id, community=body.community.name if body.community else "",
        path=body.node.path or "", **{mark: getattr(body, mark) for mark in MARKS},
    )  # fmt: skip


def namesakes(values: dict[str, Any], place: Node, bodies: Iterable[Organisation]) -> list[str]:
    """A body of the same name under another code in the same street may have been given a new one."""
    path = place.path or ""
    for body in bodies:
        home = (body.street or body.node).path or "-"
        near = path.startswith(home) or (body.node.path or "-").startswith(path)
        if near and values.get("uscc") and body.uscc and alike(values["name"]) == alike(body.name):
            return [f"已有同名组织“{body.name}”（{code_of(body)}），可能是同一个"]
    return []


def code_of(body: Organisation) -> str:
    return body.uscc or body.filing_number or "无代码"
