"""A row with what is to be made of it, and whom it may speak of."""

from dataclasses import dataclass, field
from typing import Any

from changle.ground.registry.importing.cells import Reason
from changle.ground.registry.models import ImportRow
from changle.ground.registry.queries import Lookalike


Verdict = ImportRow.Verdict


@dataclass
class Judged:
    """A row with its verdict; `values` is what would be written, `before` what it would replace."""

    number: int
    cells: list[str]
    verdict: str
    reasons: list[Reason] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    before: dict[str, Any] = field(default_factory=dict)
    organisation_id: int | None = None


@dataclass(frozen=True)
class Match:
    """Whom a row speaks of: surely, by code or key; or perhaps, by name; or whose twin it may be."""

    sure: int | None
    alikes: tuple[int, ...]
    phones: tuple[int, ...] = ()
    likes: list[Lookalike] = field(default_factory=list)

    def ids(self) -> set[int]:
        return {pk for pk in (self.sure, *self.alikes, *self.phones) if pk}
