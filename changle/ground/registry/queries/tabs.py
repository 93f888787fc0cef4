"""The rooms of one body's record: each app above enters its own."""

from collections.abc import Callable
from dataclasses import dataclass

from changle.core.addresses import row_url
from changle.core.reach import Actor
from changle.ground.registry.models import Organisation
from changle.ground.territory.roles import Permission


@dataclass(frozen=True, kw_only=True)
class Tab:
    name: str
    label: str
    address: str  # the name of a route whose one argument, `pk`, is the body's key
    needs: str
    sort: int = 0
    fits: Callable[[Organisation], bool] = lambda _row: True  # such as: only filed bodies


TABS: list[Tab] = [
    Tab(
        name="record",
        label="资料",
        address="registry:organisation",
        needs=Permission.ORGANISATION_VIEW,
    ),
    Tab(
        name="history",
        label="历史",
        address="registry:field_history",
        needs=Permission.ORGANISATION_VIEW,
        sort=95,
    ),
]


def tabs_of(row: Organisation, actor: Actor) -> list[tuple[str, str, str]]:
    """(name, label, address) of each room open to a person, in the order of the house."""
    return [
        (tab.name, tab.label, row_url(tab.address, row.pk))
        for tab in sorted(TABS, key=lambda tab: tab.sort)
        if tab.fits(row) and actor.reaches(row, tab.needs)
    ]
