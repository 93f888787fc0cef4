"""Multiply the sample district: N times its organisations, as a city would hold them."""

import os
import sys
from dataclasses import replace
from random import Random

import django


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "changle.site.settings")
django.setup()

from django.db import transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from changle.core.reach import Actor  # noqa: E402
from changle.ground.registry.actions import add_many  # noqa: E402
from changle.ground.registry.models import ClassItem  # noqa: E402
from changle.ground.territory.models import Node  # noqa: E402
from changle.site.demo.bodies import Maker, at_close  # noqa: E402


def main() -> None:
    times = int(sys.argv[1])
    nodes = {}
    for node in Node.objects.exclude(kind=Node.Kind.ORGANISATION).select_related("parent"):
        below = node.kind == Node.Kind.COMMUNITY
        nodes[f"{node.parent}/{node.name}" if below else node.name] = node
    classes = {(item.list, item.name): item for item in ClassItem.objects.all()}
    maker = Maker(Random(1), nodes, classes)
    maker.serial, maker.filing = 10_000, 10_000
    root = next(node for node in nodes.values() if node.parent is None)
    by = Actor(
        name="bench", reach={"organisation.edit": (root.path,), "organisation.view": (root.path,)}
    )
    for turn in range(times - 1):
        maker.taken.clear()
        drafts = [replace(d, name=f"{d.name}{turn + 2}", short_name="") for d in at_close(maker)]
        with transaction.atomic():
            add_many(drafts=drafts, by=by, now=timezone.now())
    sys.stdout.write(f"×{times}\n")


main()
