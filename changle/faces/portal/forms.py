"""What a resident asks of the directory, as it stands in the address."""

from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from changle.core.indicators import CATALOGUE
from changle.faces.portal.queries.cards import KINDS
from changle.faces.portal.queries.places import FIGURES, choices, class_choices, place_of
from changle.ground.registry.models import ClassList
from changle.ground.territory.models import Node


LONGEST = 60
LONGEST_NUMBER = 15
PUBLIC_KINDS = ("ST", "MF", "JJH", "BA")
LABELS = {
    "kind": "类型",
    "street": "街道",
    "community": "社区",
    "field": "领域",
    "category": "备案类别",
}


class Wanted:
    """The conditions of a search; what makes no sense is left out and said in `notes`."""

    def __init__(self, told: QueryDict) -> None:
        self.notes: list[str] = []
        self.q = told.get("q", "").replace("\x00", "").strip()[:LONGEST]
        self.after = told.get("after", "").replace("\x00", "")[:700]
        self.figure = told.get("figure", "") if told.get("figure") in FIGURES else ""
        self.place = number(told.get("place", "")) if self.figure else 0
        self.street = number(told.get("street", ""))
        self.community = number(told.get("community", ""))
        self.options = self.offered()
        self.values = {
            name: told.get(name, "") if told.get(name, "") in dict(options) else ""
            for name, options in self.options.items()
        }
        if self.values.get("community"):
            self.values["street"] = str(self.street)
        self.notes += [
            f"没有所选的{label}，已不按它筛选。"
            for name, label in LABELS.items()
            if told.get(name) and not self.values.get(name)
        ]

    def offered(self) -> dict[str, list[tuple[str, str]]]:
        """What may be chosen; communities only within a street."""
        fields, categories = (
            class_choices(name) for name in (ClassList.FIELD, ClassList.COMMUNITY)
        )
        offered = {
            "kind": [(kind, KINDS[kind]) for kind in PUBLIC_KINDS],
            "street": choices(Node.Kind.STREET),
        }
        if self.community and not self.street:
            place = place_of(self.community)
            self.street = (place.parent_id or 0) if place else 0
        if self.street:
            offered["community"] = choices(Node.Kind.COMMUNITY, self.street)
        return {**offered, "field": fields, "category": categories}

    def filters(self) -> dict[str, Any]:
        """The named conditions of the registry's own filters."""
        told: dict[str, Any] = {name: value for name, value in self.values.items() if value}
        for name in ("street", "community"):
            if name in told:
                told[name] = int(told[name])
        return {**told, "q": self.q} if self.q else told

    def asked(self) -> dict[str, str]:
        """The conditions as the address says them."""
        told = {"q": self.q, **self.values, "figure": self.figure}
        told["place"] = str(self.place) if self.place else ""
        return {name: value for name, value in told.items() if value}

    def selects(self) -> list[dict[str, Any]]:
        return [
            {"name": name, "label": LABELS[name], "value": self.values[name], "options": options}
            for name, options in self.options.items()
        ]

    def chips(self, here: str) -> list[dict[str, str]]:
        """A chip for each condition, whose address is this one without it."""
        asked = self.asked()
        words = {name: dict(options) for name, options in self.options.items()}
        found = []
        for name, value in asked.items():
            if name == "place":
                continue
            rest = {key: one for key, one in asked.items() if key != name}
            if name == "street":
                rest.pop("community", None)
            if name == "figure":
                rest.pop("place", None)
                label = f"计入“{CATALOGUE[value].name}”"
            elif name == "q":
                label = f"“{value}”"
            else:
                label = words[name][value]
            found.append({"label": label, "href": f"{here}?{urlencode(rest)}" if rest else here})
        return found


def number(text: str) -> int:
    """A key as an address says it; 0 for anything else."""
    fits = text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER
    return int(text) if fits else 0
