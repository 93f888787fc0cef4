"""The guards of the database, made by migrations and kept through the remakes of their tables."""

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, migrations, models, transaction
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.state import ProjectState
from django.db.migrations.writer import MigrationWriter
from django.db.models import Q

from changle.core.constraints import AppendOnly, NoOverlap


pytestmark = pytest.mark.django_db(transaction=True)

BOOKED = NoOverlap(
    name="room_is_booked_once",
    scope=("room",),
    start="starts_at",
    end="ends_at",
    live=~Q(state__in=["cancelled", "50% 'off'"]),
    violation_error_message="该时段已被预约。",
)
SPAN = NoOverlap(name="one_name_at_a_time", scope=("room",), start="starts_on", end="ends_on")
KEPT = AppendOnly(name="note_is_kept", except_fields=("closed_at",))


class World:
    """A throwaway app, moved by operations as migrations move one."""

    def __init__(self) -> None:
        self.state = ProjectState()

    def move(self, *operations: migrations.operations.base.Operation) -> None:
        for operation in operations:
            to = self.state.clone()
            operation.state_forwards("guarded", to)
            with connection.schema_editor() as editor:
                operation.database_forwards("guarded", editor, self.state, to)
            self.state = to

    def __getattr__(self, name: str) -> type[models.Model]:
        return self.state.apps.get_model("guarded", name)


@pytest.fixture
def world():
    made = World()
    made.move(
        migrations.CreateModel("Room", [("id", models.BigAutoField(primary_key=True))]),
        migrations.CreateModel(
            "Booking",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("room", models.ForeignKey("guarded.Room", models.CASCADE, null=True)),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField(null=True)),
                ("state", models.CharField(max_length=20, default="asked")),
            ],
            {"constraints": [BOOKED]},
        ),
        migrations.CreateModel(
            "Name",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("room", models.CharField(max_length=9)),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(null=True)),
            ],
            {"constraints": [SPAN]},
        ),
        migrations.CreateModel(
            "Note",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("text", models.CharField(max_length=90)),
                ("facts", models.JSONField(default=dict)),
                ("closed_at", models.DateTimeField(null=True)),
            ],
            {"constraints": [KEPT]},
        ),
    )
    made.room = made.Room.objects.create()
    yield made
    names = [name for _app, name in made.state.models]
    made.move(*(migrations.DeleteModel(name) for name in sorted(names, key="room".__eq__)))


def at(hour: float) -> datetime:
    return datetime(2021, 9, 18, int(hour), int(hour % 1 * 60), tzinfo=UTC)


def book(world, start, end, **facts):
    facts = {"room_id": world.room.pk, "starts_at": at(start), "ends_at": end and at(end)} | facts
    return world.Booking.objects.create(**facts)


def refused(name: str):
    return pytest.raises(IntegrityError, match=name)


@pytest.mark.parametrize(
    ("start", "end"), [(9, 11), (10, 12), (9.5, 10.5), (8, 13), (9, None), (8, None), (10.9, None)]
)
def test_overlapping_spans_of_one_scope_are_refused(world, start, end):
    book(world, 9, 11)
    with refused("room_is_booked_once"):
        book(world, start, end)


def test_spans_are_half_open_and_scopes_apart(world):
    book(world, 9, 11)
    book(world, 11, 12)
    book(world, 8, 9)
    book(world, 9, 11, room_id=world.Room.objects.create().pk)
    book(world, 9, 11, room_id=None)
    book(world, 9, 11, room_id=None)
    book(world, 12, None)
    with refused("room_is_booked_once"):
        book(world, 20, 21)


def test_an_empty_span_overlaps_nothing(world):
    book(world, 9, 11)
    book(world, 10, 10)
    book(world, 10, 10)


def test_only_live_rows_count_and_may_come_to_life_only_when_free(world):
    book(world, 9, 11, state="cancelled")
    book(world, 9, 11, state="50% 'off'")
    book(world, 9, 11)
    with refused("room_is_booked_once"):
        world.Booking.objects.filter(state="cancelled").update(state="asked")
    world.Booking.objects.filter(state="asked").update(state="cancelled")
    world.Booking.objects.filter(state="50% 'off'").update(state="asked")


def test_bulk_create_and_update_are_refused_too(world):
    rows = [
        world.Booking(room=world.room, starts_at=at(hour), ends_at=at(hour + 2)) for hour in (9, 10)
    ]
    with refused("room_is_booked_once"):
        world.Booking.objects.bulk_create(rows)
    assert not world.Booking.objects.exists()
    book(world, 9, 10)
    book(world, 10, 11)
    with refused("room_is_booked_once"):
        world.Booking.objects.filter(starts_at=at(10)).update(starts_at=at(9.5))
    world.Booking.objects.filter(starts_at=at(10)).update(
        ends_at=at(12)
    )  # a row is no rival of itself


def test_dates_overlap_by_days(world):
    def name(start, end):
        world.Name.objects.create(room="1", starts_on=start, ends_on=end)

    name(date(2021, 1, 1), date(2021, 2, 1))
    name(date(2021, 2, 1), None)
    with refused("one_name_at_a_time"):
        name(date(2021, 1, 31), date(2021, 2, 1))
    with refused("one_name_at_a_time"):
        name(date(2030, 1, 31), date(2030, 2, 1))


def test_a_form_hears_it_beside_the_start(world):
    book(world, 9, 11)
    row = world.Booking(room=world.room, starts_at=at(10), ends_at=at(12), state="asked")
    with pytest.raises(ValidationError) as caught:
        BOOKED.validate(world.Booking, row)
    assert caught.value.message_dict == {"starts_at": ["该时段已被预约。"]}
    BOOKED.validate(world.Booking, row, exclude={"ends_at"})
    row.state = "cancelled"
    BOOKED.validate(world.Booking, row)
    row.state, row.starts_at = "asked", at(11)
    BOOKED.validate(world.Booking, row)
    BOOKED.validate(world.Booking, world.Booking.objects.get())
    row.room = None
    BOOKED.validate(world.Booking, row)


def test_validation_agrees_with_the_database(world):
    """Open ends included."""
    book(world, 9, 11)
    book(world, 15, None)
    spans = [(8, 9), (8, 10), (11, 12), (11, 15), (11, 16), (11, None), (16, 17), (10, 10), (3, 23)]
    for start, end in spans:
        row = world.Booking(room=world.room, starts_at=at(start), ends_at=end and at(end))
        said = stood = True
        try:
            BOOKED.validate(world.Booking, row)
        except ValidationError:
            said = False
        try:
            with transaction.atomic():
                row.save()
                transaction.set_rollback(True)
        except IntegrityError:
            stood = False
        assert said == stood, (start, end)


def test_written_rows_are_neither_changed_nor_deleted(world):
    note = world.Note.objects.create(text="一")
    for deed in (
        lambda: world.Note.objects.update(text="二"),
        lambda: world.Note.objects.filter(pk=note.pk).delete(),
        lambda: note.save(update_fields=["text"]) if setattr(note, "text", "三") is None else None,
        lambda: world.Note.objects.update(facts={"a": 1}),
    ):
        with refused("note_is_kept"):
            deed()
    assert world.Note.objects.get().text == "一"


def test_an_excepted_field_is_set_once(world):
    world.Note.objects.create(text="一")
    world.Note.objects.update(closed_at=at(9))
    with refused("note_is_kept"):
        world.Note.objects.update(closed_at=at(10))
    with refused("note_is_kept"):
        world.Note.objects.update(closed_at=None)


def test_an_excepted_field_does_not_open_the_others(world):
    world.Note.objects.create(text="一")
    with refused("note_is_kept"):
        world.Note.objects.update(closed_at=at(9), text="二")


@pytest.mark.parametrize(
    "operation",
    [
        migrations.AddField("booking", "note", models.CharField(max_length=9, null=True)),
        migrations.AddField("booking", "note", models.CharField(max_length=9, default="x")),
        migrations.AlterField("booking", "state", models.CharField(max_length=30, db_index=True)),
        migrations.RenameModel("Booking", "Reservation"),
    ],
    ids=["add", "add with default", "alter", "rename"],
)
def test_overlap_is_still_refused_after_a_later_migration(world, operation):
    book(world, 9, 11, state="asked")
    world.move(operation)
    try:
        model = world.state.apps.get_model("guarded", "Reservation")
    except LookupError:
        model = world.Booking
    with refused("room_is_booked_once"):
        model.objects.create(starts_at=at(10), ends_at=at(12), state="asked", room_id=world.room.pk)


@pytest.mark.parametrize(
    "operation",
    [
        migrations.AddField("note", "more", models.CharField(max_length=9, null=True)),
        migrations.AlterField("note", "text", models.TextField()),
    ],
    ids=["add", "alter"],
)
def test_written_rows_stay_kept_after_a_later_migration(world, operation):
    world.Note.objects.create(text="一")
    world.move(operation)
    fields = ["text", "more"] if operation.name == "more" else ["text"]
    for field in fields:
        with refused("note_is_kept"):
            world.Note.objects.update(**{field: "二"})
    with refused("note_is_kept"):
        world.Note.objects.all().delete()
    world.Note.objects.update(closed_at=at(9))


def test_a_removed_constraint_lets_go_and_an_added_one_holds(world):
    book(world, 9, 11)
    world.Note.objects.create(text="一")
    world.move(
        migrations.RemoveConstraint("booking", "room_is_booked_once"),
        migrations.RemoveConstraint("note", "note_is_kept"),
    )
    again = book(world, 9, 11)
    again.delete()
    world.Note.objects.update(text="二")
    world.move(
        migrations.AddConstraint("booking", BOOKED),
        migrations.AddConstraint("note", AppendOnly(name="note_is_kept")),
    )
    with refused("room_is_booked_once"):
        book(world, 9, 11)
    with refused("note_is_kept"):
        world.Note.objects.update(text="三")


def test_migrations_find_no_change_where_there_is_none(world):
    """The state of a migration and that of the models compare equal."""
    changes = MigrationAutodetector(world.state, world.state.clone())._detect_changes()
    assert changes == {}
    for constraint in (BOOKED, SPAN, KEPT):
        assert constraint.clone() == constraint
        assert "changle.core.constraints" in MigrationWriter.serialize(constraint)[0]
    assert BOOKED != SPAN
    assert AppendOnly(name="note_is_kept") != KEPT


def test_emptying_a_test_database_spares_the_triggers(world):
    world.Note.objects.create(text="一")
    table = world.Note._meta.db_table
    connection.ops.execute_sql_flush(
        [f"{'DELETE FROM' if connection.vendor == 'sqlite' else 'TRUNCATE'} {table}"]
    )
    assert not world.Note.objects.exists()
    world.Note.objects.create(text="一")
    with refused("note_is_kept"):
        world.Note.objects.all().delete()
