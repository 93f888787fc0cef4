"""Counts every indicator from its rows; prints the seconds of processor time as a line of JSON."""

import json
import os
import sys
from time import process_time

import django


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "changle.site.settings")
django.setup()

from django.core.cache import cache  # noqa: E402
from django.utils import timezone  # noqa: E402

from changle.core.indicators import CATALOGUE, value  # noqa: E402
from changle.core.periods import Period  # noqa: E402
from changle.ground.territory.models import Node  # noqa: E402


def counted(nodes: list[Node]) -> float:
    """Seconds for the year to date, nothing kept from before."""
    today, begun = timezone.localdate(), process_time()
    cache.clear()
    for node in nodes:
        for code in CATALOGUE:
            value(code, path=node.path or "", period=Period.year(today.year), today=today, stamp="")
    return process_time() - begun


def main() -> None:
    root = Node.objects.get(kind=Node.Kind.DISTRICT, parent=None)
    streets = list(Node.objects.filter(kind=Node.Kind.STREET, parent=root))
    counted([root])  # imports and plans
    told = {
        "indicators": len(CATALOGUE), "streets": len(streets), "district": counted([root]),
        "all": counted([root, *streets]),
    }  # fmt: skip
    sys.stdout.write(json.dumps(told))


main()
