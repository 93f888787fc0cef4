"""What people read of matters, the days that follow from the rules, and what filing asks."""

from changle.ground.matters.queries.days import (
    Demand,
    demands,
    latest_day,
    licence_rules,
    missing,
    review_rule,
)
from changle.ground.matters.queries.listing import (
    Filters,
    by_day,
    coming,
    listed,
    of_body,
    page_of,
)
from changle.ground.matters.queries.showing import (
    body_to_report,
    facts_of,
    held_by,
    history_of,
    matter_seen,
    matter_to_report,
    organisation_seen,
    tone,
)
from changle.ground.matters.queries.types import (
    all_types,
    licence_rule,
    matter_type,
    offered_types,
    seed_types,
)


__all__ = [
    "Demand",
    "Filters",
    "all_types",
    "body_to_report",
    "by_day",
    "coming",
    "demands",
    "facts_of",
    "held_by",
    "history_of",
    "latest_day",
    "licence_rule",
    "licence_rules",
    "listed",
    "matter_seen",
    "matter_to_report",
    "matter_type",
    "missing",
    "of_body",
    "offered_types",
    "organisation_seen",
    "page_of",
    "review_rule",
    "seed_types",
    "tone",
]
