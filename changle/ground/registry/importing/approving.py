"""Which of the cells that a list would write over are written: by default, by column, by cell."""

from typing import Any

from changle.ground.registry.importing.differing import PLACE, blank
from changle.ground.registry.importing.options import Options
from changle.ground.registry.models import Organisation


ALL, NONE, USUAL = "all", "none", ""
# Of what a list is the official source: the register of registered bodies for what stands on the
# certificate; the ledger of a community for what it keeps of its own teams.
CERTIFIED = frozenset(
    {"name", "liability", "legal_representative", "competent_unit", "registrar_name",
     "registrar_code", "address", "fund_fen", "purpose", "business_scope", "registered_on",
     "founded_on", "official_class", "filing_number"}
)  # fmt: skip
KEPT_BY_COMMUNITY = frozenset(
    {"category", "legal_representative", "contact_name", "contact_phone", "member_count",
     "premises_count", "premises_area", "address"}
)  # fmt: skip


def usual(key: str, *, fills: bool, kind: str, brings: str) -> bool:
    """What is ticked before anybody has looked: blanks are filled, the source's own columns renewed."""
    if fills:
        return True
    if brings == "ledger":
        return kind not in Organisation.REGISTERED and key in KEPT_BY_COMMUNITY
    return kind in Organisation.REGISTERED and key in CERTIFIED


def approved(values: dict[str, Any], before: dict[str, Any], options: Options) -> frozenset[str]:
    """The columns of a row that will be written. A cell's own tick goes before its column's."""
    ticks: dict[str, bool] = values.get("ticks", {})
    stood, kind = before.get("changes", {}), before.get("kind", "")
    olds = {key: stood.get(key) for key in values.get("changes", {})}
    if "place" in values:
        olds[PLACE] = before.get("place_name", "")
    found = set()
    for key, old in olds.items():
        column = options.columns.get(key, USUAL)
        said = {ALL: True, NONE: False}.get(column)
        if said is None:
            said = usual(key, fills=blank(old), kind=kind, brings=options.brings)
        if ticks.get(key, said):
            found.add(key)
    return frozenset(found)


def count_cells(
    counts: dict[str, dict[str, int]],
    values: dict[str, Any],
    before: dict[str, Any],
    *,
    by: int = 1,
) -> None:
    """Add one row to (or take it from) the number of cells per column: those that fill, those that write over."""
    if "version" not in before:
        return
    stood = before.get("changes", {})
    cells = [(key, blank(stood.get(key))) for key in values.get("changes", {})]
    if "place" in values:
        cells.append((PLACE, not before.get("place_name")))
    for key, fills in cells:
        column = counts.setdefault(key, {"fills": 0, "over": 0})
        column["fills" if fills else "over"] += by
