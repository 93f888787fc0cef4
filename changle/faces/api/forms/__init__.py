"""What the API takes and gives, as schemas."""

from changle.faces.api.forms.figures import (
    FigureRows,
    FigureTold,
    IndicatorPage,
    PartAsked,
    Span,
)
from changle.faces.api.forms.organisations import (
    OrganisationChange,
    OrganisationDetail,
    OrganisationEvent,
    OrganisationFilters,
    OrganisationNew,
    OrganisationPage,
)
from changle.faces.api.forms.places import (
    Me,
    NodeFilters,
    NodeItem,
    NodePage,
)
from changle.faces.api.forms.words import (
    Page,
    ProblemDetails,
    given,
)


__all__ = [
    "FigureRows",
    "FigureTold",
    "IndicatorPage",
    "Me",
    "NodeFilters",
    "NodeItem",
    "NodePage",
    "OrganisationChange",
    "OrganisationDetail",
    "OrganisationEvent",
    "OrganisationFilters",
    "OrganisationNew",
    "OrganisationPage",
    "Page",
    "PartAsked",
    "ProblemDetails",
    "Span",
    "given",
]
