"""A process is a table of moves: buttons, permission, log, deadline, notice and to-do come from it."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar, Generic, TypeVar

from django.db import models, transaction
from django.db.models import QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from changle.core.calendar import Calendar
from changle.core.log import record
from changle.core.notices import tell
from changle.core.reach import Actor, Reachable
from changle.core.refusals import Refused


class MoveRefused(Refused):
    """The row may not move so now; the message is for the person who asked."""


class Stateful(Reachable):
    """A row with a life: its state, since when, and until when someone must act."""

    State: ClassVar[type[models.TextChoices]]
    # The rows of other tables that its words are made of, so that a list of titles loads them along.
    worded_by: ClassVar[tuple[str, ...]] = ()

    state = models.CharField("状态", max_length=20)
    state_since = models.DateTimeField("进入状态时间")
    due_on = models.DateField("办理期限", null=True, blank=True)

    class Meta:
        abstract = True

    def state_label(self) -> str:
        return str(self.State(self.state).label)

    def overdue_days(self, today: date) -> int:
        """Calendar days past the deadline; 0 while there is time."""
        return max(0, (today - self.due_on).days) if self.due_on else 0


StatefulT = TypeVar("StatefulT", bound=Stateful)


def always(_row: Stateful) -> None:
    """The guard of a move that only the state and the permission decide."""


@dataclass(frozen=True, kw_only=True)
class Move(Generic[StatefulT]):
    name: str
    label: str
    sources: Collection[str]
    target: str
    needs: str  # the permission that the actor must hold over the row
    guard: Callable[[StatefulT], None] = always  # raises MoveRefused
    todo: bool = False  # a row waiting for this move stands in the to-do list of who may make it
    reasoned: bool = False  # the mover must say why
    grave: bool = False  # asks for confirmation
    by_action: bool = False  # made by a deed that does more than move; never a button of its own
    tells: str = ""  # who holds this permission over the row is told that it has moved


@dataclass(frozen=True, kw_only=True)
class Clock:
    """How long a row may stand in a state, in working days of the official calendar."""

    working_days: int


Offer = tuple[StatefulT, list[Move[StatefulT]]]


@dataclass(frozen=True)
class Offered(Generic[StatefulT]):
    """A move as a button: open, or refused with the reason."""

    move: Move[StatefulT]
    refusal: str = ""


class Lifecycle(Generic[StatefulT]):
    """Every way in which the rows of one model may change their state."""

    registered: ClassVar[dict[str, "Lifecycle[Stateful]"]] = {}

    def __init__(
        self,
        model: type[StatefulT],
        *moves: Move[StatefulT],
        clocks: Mapping[str, Clock] | None = None,
    ) -> None:
        self.model = model
        self.moves = {move.name: move for move in moves}
        self.clocks = dict(clocks or {})
        Lifecycle.registered[model._meta.label] = self  # type: ignore[assignment]  # any model's

    def offers(self, rows: Collection[StatefulT], *, to: Actor) -> "list[Offer[StatefulT]]":
        """Pair each row with the moves open to a person, from the anchors the list has loaded."""
        return [
            (
                row,
                [
                    move
                    for move in self.moves.values()
                    if row.state in move.sources
                    and not move.by_action
                    and to.reaches(row, move.needs)
                ],
            )
            for row in rows
        ]

    def buttons(self, row: StatefulT, *, to: Actor) -> "list[Offered[StatefulT]]":
        """The moves of one row's page; a move that its guard refuses says why."""
        answers = []
        for move in self.offers([row], to=to)[0][1]:
            try:
                move.guard(row)
            except MoveRefused as refusal:
                answers.append(Offered(move, str(refusal)))
            else:
                answers.append(Offered(move))
        return answers

    def due_on(self, state: str, since: datetime) -> date | None:
        clock = self.clocks.get(state)
        if clock is None:
            return None
        return Calendar.load().add_working_days(timezone.localdate(since), clock.working_days)

    def begin(self, row: StatefulT, state: str, *, at: datetime) -> StatefulT:
        """Set the first state of a row that is not yet saved."""
        row.state, row.state_since, row.due_on = state, at, self.due_on(state, at)
        return row

    @transaction.atomic
    def fire(
        self,
        pk: int,
        name: str,
        *,
        by: Actor,
        now: datetime,
        note: str = "",
        along: Mapping[str, Any] | None = None,
    ) -> StatefulT:
        """Move one row, as the only hand on it. Who may not reach it finds no such row.

        `along`: columns that a constraint ties to the state, and so are written with it.
        """
        move = self.moves[name]
        row = by.rows(self.model, move.needs).select_for_update(of=("self",)).get(pk=pk)
        if row.state not in move.sources:
            raise MoveRefused("状态已经变化，请刷新后再试。")
        if move.reasoned and not note.strip():
            raise MoveRefused(f"“{move.label}”需要写明理由。")
        move.guard(row)
        source = row.state
        row.state, row.state_since, row.due_on = move.target, now, self.due_on(move.target, now)
        for column, value in (along or {}).items():
            setattr(row, column, value)
        row.save(update_fields=["state", "state_since", "due_on", *(along or ())])
        record(row, name, by=by, at=now, source=source, target=row.state, note=note)
        if move.tells:
            tell(row, f"{row}：{move.label}", needs=move.tells, by=by, at=now)
        return row

    def waiting(self, actor: Actor) -> "QuerySet[StatefulT]":
        """The rows for which the table offers this person a move that is theirs to make."""
        sought: dict[str, set[str]] = {}
        for move in self.moves.values():
            if move.todo and actor.holds(move.needs):
                sought.setdefault(move.needs, set()).update(move.sources)
        rows = self.model._default_manager.none()
        for needs, states in sought.items():
            rows = rows | actor.rows(self.model, needs).filter(state__in=sorted(states))
        if len(sought) > 1:  # said once more of all, so that the index of states is entered first
            rows = rows.filter(state__in=sorted(set().union(*sought.values())))
        return rows.order_by("due_on", "pk")


def waiting_sets(actor: Actor) -> "dict[str, QuerySet[Stateful]]":
    """Label of the model -> the rows that wait for a person, where any may."""
    sets = {label: life.waiting(actor) for label, life in Lifecycle.registered.items()}
    return {label: rows for label, rows in sets.items() if not rows.query.is_empty()}


def waiting_count(actor: Actor) -> int:
    """How many rows of all lifecycles wait for a person; one query, however many lifecycles."""
    keys = [rows.order_by().values_list("pk") for rows in waiting_sets(actor).values()]
    return keys[0].union(*keys[1:], all=True).count() if keys else 0


def most_pressing(actor: Actor, most: int) -> list[Stateful]:
    """The first rows of all lifecycles by their deadlines; one query, and one a lifecycle met."""
    heads = [
        rows.order_by()
        .annotate(label=Value(label), due=Coalesce("due_on", Value(date.max)))
        .values_list("due", "label", "pk")
        for label, rows in waiting_sets(actor).items()
    ]
    if not heads:
        return []
    keys = list(heads[0].union(*heads[1:], all=True).order_by("due", "label", "pk")[:most])
    found: dict[tuple[str, int], Stateful] = {}
    for label in {label for _due, label, _pk in keys}:
        model = Lifecycle.registered[label].model
        rows = (
            model._default_manager.select_related(*model.worded_by)
            if model.worded_by
            else model._default_manager
        )
        for row in rows.filter(pk__in=[pk for _due, one, pk in keys if one == label]):
            found[label, row.pk] = row
    return [found[label, pk] for _due, label, pk in keys if (label, pk) in found]


@dataclass
class ToDo:
    """One line of a person's to-do list."""

    title: str
    kind: str
    url: str
    due_on: date | None = None
    overdue_days: int = 0
    moves: list[str] = field(default_factory=list)
