"""What people read of custodies, and what the money pages ask."""

from changle.ground.custody.queries.custodians import (
    Trouble,
    candidates,
    fault_of,
    named,
    troubles,
)
from changle.ground.custody.queries.custodies import (
    SCOPES,
    Line,
    bodies_without,
    custodian_of,
    detail,
    ending_by,
    holds_on,
    in_scope,
    kept_by,
    lines_of,
    of_body,
    organisation_seen,
)


__all__ = [
    "SCOPES",
    "Line",
    "Trouble",
    "bodies_without",
    "candidates",
    "custodian_of",
    "detail",
    "ending_by",
    "fault_of",
    "holds_on",
    "in_scope",
    "kept_by",
    "lines_of",
    "named",
    "of_body",
    "organisation_seen",
    "troubles",
]
