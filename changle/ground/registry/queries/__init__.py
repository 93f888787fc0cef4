"""What people read of the registry."""

from changle.ground.registry.queries.choices import (
    Entry,
    class_choices,
    class_entry,
    class_list,
    communities_seen,
    seats,
    streets_seen,
)
from changle.ground.registry.queries.classes import (
    all_classes,
    class_items,
    seed_classes,
    translated,
)
from changle.ground.registry.queries.details import (
    detail,
    editable,
    facts_of,
    history_of,
    identities_of,
    public_detail,
)
from changle.ground.registry.queries.exporting import EXPORT_COLUMNS, export_row, export_rows
from changle.ground.registry.queries.facts import Section, sections_of
from changle.ground.registry.queries.likeness import Sketch
from changle.ground.registry.queries.lines import KINDS, lines_of, tone
from changle.ground.registry.queries.listing import (
    LIVING,
    PAGE,
    Filters,
    key_of,
    listed,
    page_of,
    public_directory,
    search,
)
from changle.ground.registry.queries.lookalikes import (
    Lookalike,
    likely_twins,
    lookalikes,
)


__all__ = [
    "EXPORT_COLUMNS",
    "KINDS",
    "LIVING",
    "PAGE",
    "Entry",
    "Filters",
    "Lookalike",
    "Section",
    "Sketch",
    "all_classes",
    "class_choices",
    "class_entry",
    "class_items",
    "class_list",
    "communities_seen",
    "detail",
    "editable",
    "export_row",
    "export_rows",
    "facts_of",
    "history_of",
    "identities_of",
    "key_of",
    "likely_twins",
    "lines_of",
    "listed",
    "lookalikes",
    "page_of",
    "public_detail",
    "public_directory",
    "search",
    "seats",
    "sections_of",
    "seed_classes",
    "streets_seen",
    "tone",
    "translated",
]
