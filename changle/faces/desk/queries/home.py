"""What the desk's own pages gather: who sits here and what waits for them."""

from datetime import date
from typing import Any

from django.core.cache import cache
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from changle.core.lifecycle import ToDo, most_pressing, waiting_count
from changle.core.notices import unread_count
from changle.core.reach import Actor
from changle.faces.desk.queries.menu import OPENS, menu
from changle.ground.territory.models import Grant
from changle.ground.territory.queries import in_force
from changle.ground.territory.roles import Permission
from changle.oversight.statistics.queries import widest_place
from changle.services.incubation.queries.pipeline import sheets_to_fill
from changle.services.incubation.queries.scoring import named_to_panel


KEPT = 30  # seconds that a to-do count may be old


def surroundings(actor: Actor, path: str) -> dict[str, Any]:
    """Head and menu of every desk page; the counts come from a short-lived cache."""
    kept = cache.get_or_set(_drawer(actor), lambda: counted(actor), KEPT) or {}
    return {
        **menu(actor, path, figures=bool(kept.get("figures"))),
        "opens": actor.holds(Permission.DESK_OPEN),
        "searches": actor.holds(Permission.ORGANISATION_VIEW),
        **kept,
    }


def forget(actor: Actor) -> None:
    """What was counted for a person is no longer so, by their own doing."""
    cache.delete_many([_drawer(actor), f"{_drawer(actor)}:todo"])


def _drawer(actor: Actor) -> str:
    return f"desk:{actor.user_id}"


def counted(actor: Actor) -> dict[str, Any]:
    return {
        "figures": widest_place(actor) is not None,
        "todo_count": waiting_count(actor) + sheets_to_fill(actor).count(),
        "unread": unread_count(actor),
        "place": seat(actor),
    }


def grants_of(actor: Actor) -> list[Grant]:
    rows = Grant.objects.filter(in_force(timezone.localdate()), user_id=actor.user_id)
    return list(rows.select_related("node").order_by("node__path", "pk"))


def seat(actor: Actor) -> str:
    """The post as the head of the page names it."""
    held = grants_of(actor)
    if not held:
        return ""
    grant = held[0]
    return grant.role_name if grant.node.parent_id is None else grant.node.label


def todo(actor: Actor, today: date, most: int = 200) -> list[ToDo]:
    """The rows for which a table of moves waits for this person, the most pressing first."""
    sheets = [
        ToDo(title=f"评审：{named_to_panel(one.incubatee, one.round)}", kind="评审表",
             url=reverse("incubation:sheet", args=[one.pk]))
        for one in sheets_to_fill(actor)[:most]
    ]  # fmt: skip
    return sheets + [
        ToDo(
            title=f"{row}（{row.state_label()}）",
            kind=str(row._meta.verbose_name),
            url=address(row._meta.label, row.pk),
            due_on=row.due_on,
            overdue_days=row.overdue_days(today),
        )
        for row in most_pressing(actor, most)
    ]


def glance(actor: Actor, today: date, most: int = 5) -> list[ToDo]:
    """The head of the list as the overview shows it; it may be as old as the counts are."""
    drawer = f"{_drawer(actor)}:todo"
    return cache.get_or_set(drawer, lambda: todo(actor, today, most), KEPT) or []


def address(label: str, pk: int) -> str:
    try:
        return reverse(OPENS[label], args=[pk])
    except (KeyError, NoReverseMatch):
        return reverse("desk:todo")
