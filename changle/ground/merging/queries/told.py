"""What a merge did, or would do, as people read it."""

from typing import Any

from django.apps import apps

from changle.core.reach import Actor
from changle.ground.merging.models import Merge
from changle.ground.merging.queries.links import link_of
from changle.ground.merging.queries.values import (
    DERIVED,
    MASKED,
    label_of,
)
from changle.ground.registry.models import ClassItem
from changle.ground.territory.queries import verbs
from changle.ground.territory.roles import Permission


MOST_NAMED = 8
verbs.update(
    {"take_in": "并入重复记录", "give_back": "撤销并入", "find_duplicates": "查找疑似重复"}
)
RELATED = {"field", "official_class", "category"}


def moved_lines(row: Merge) -> list[dict[str, Any]]:
    """The tables of which rows moved, with the first rows of each by name."""
    tables: dict[str, dict[str, Any]] = {}
    for told in row.snapshot["rows"]:
        link = link_of(told)
        line = tables.setdefault(link.words, {"words": link.words, "count": 0, "names": []})
        line["count"] += len(told["pks"])
        room = MOST_NAMED - len(line["names"])
        rows = link.model._base_manager.filter(pk__in=told["pks"][:room]).order_by("pk")
        line["names"] += [str(one) for one in rows]
    return sorted(tables.values(), key=lambda line: (-line["count"], line["words"]))


def left_lines(told: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Rows that stayed, or could not be put back, each with why."""
    lines = []
    for one in told:
        model = apps.get_model(one["model"])
        try:
            label = str(getattr(model._meta.get_field(one["field"]), "verbose_name", one["field"]))
        except LookupError:
            label = one["field"]
        lines.append(
            {"words": str(model._meta.verbose_name), "text": one["text"], "label": label,
             "why": one["why"]}
        )  # fmt: skip
    return lines


def changed_lines(row: Merge, actor: Actor) -> list[dict[str, Any]]:
    """The columns of the survivor that took the other's value; contacts masked where they are."""
    clear = actor.reaches(row.survivor, Permission.CONTACT_VIEW)
    told = row.snapshot["bodies"]["survivor"]
    keys = {key for name in RELATED & told.keys() for key in told[name] if key}
    names = {item.pk: item.name for item in ClassItem.objects.filter(pk__in=keys)} if keys else {}
    lines = []
    for name, pair in told.items():
        shown = pair
        if name in DERIVED:
            continue
        if name in MASKED and not clear:
            shown = ["…", "…"]
        elif name in RELATED:
            shown = [names.get(key, "") for key in pair]
        lines.append({"label": label_of(name), "old": shown[0], "new": shown[1]})
    return lines
