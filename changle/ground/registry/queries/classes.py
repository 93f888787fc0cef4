import json
from pathlib import Path

from django.db import transaction
from django.db.models import QuerySet

from changle.ground.registry.models import ClassItem, ClassList, Crosswalk


TOLD = Path(__file__).resolve().parents[1] / "data" / "classes.json"


@transaction.atomic
def seed_classes() -> int:
    """Enter the lists that come with the product where they are missing; answers how many."""
    told = json.loads(TOLD.read_text("utf-8"))
    known = set(ClassItem.objects.values_list("list", "code"))
    missing = [
        ClassItem(list=name, code=code, name=text, sort=position)
        for name, entries in told["lists"].items()
        for position, (code, text) in enumerate(entries, start=1)
        if (name, code) not in known
    ]
    ClassItem.objects.bulk_create(missing)
    items = {(item.list, item.code): item for item in ClassItem.objects.order_by("pk")}
    led = set(Crosswalk.objects.values_list("source__list", "source__code", "target_list"))
    Crosswalk.objects.bulk_create(
        Crosswalk(source=items[origin, code], target=items[target, other], target_list=target)
        for pair, leads in told["crosswalk"].items()
        for origin, target in [pair.split(">")]
        for code, other in leads.items()
        if (origin, code, target) not in led
    )
    return len(missing)


def class_items(list_: str) -> "QuerySet[ClassItem]":
    """The entries of one list that may still be chosen, in its own order."""
    return ClassItem.objects.filter(list=list_, retired_on__isnull=True).order_by("sort", "pk")


def all_classes() -> "QuerySet[ClassItem]":
    order = [name for name, _label in ClassList.choices]
    return ClassItem.objects.filter(list__in=order).order_by("list", "sort", "pk")


def translated(item: ClassItem, target: str) -> ClassItem | None:
    """The entry as the target list sees it, by the crosswalk."""
    lead = (
        Crosswalk.objects.filter(source=item, target_list=target).select_related("target").first()
    )
    return lead.target if lead else None
