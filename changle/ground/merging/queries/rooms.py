"""The room of a body's record in which it is put together with another."""

from changle.ground.registry.queries.tabs import TABS, Tab
from changle.ground.territory.roles import Permission


TABS.append(
    Tab(
        name="merging",
        label="重复与合并",
        address="merging:room",
        needs=Permission.ORGANISATION_MERGE,
        sort=90,
    )
)
