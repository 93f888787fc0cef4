"""The tabs over a body's record."""

from typing import Any

from django import template

from changle.ground.registry.models import Organisation
from changle.ground.registry.queries.tabs import tabs_of


register = template.Library()


@register.inclusion_tag("registry/rooms.html", takes_context=True)
def rooms(context: dict[str, Any], row: Organisation, current: str) -> dict[str, Any]:
    """One link a room that the person may enter; `row.node` must be loaded."""
    return {"tabs": tabs_of(row, context["request"].actor), "current": current}
