"""A pool never gives more than it has, at no instant, whoever asks and in whatever order."""

import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, migrations, models, transaction
from django.db.migrations.state import ProjectState
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from changle.core.constraints import PoolHolds, WithinPool


pytestmark = pytest.mark.django_db(transaction=True)
NOON = datetime(2099, 3, 1, 12, tzinfo=UTC)
CLAIMED = WithinPool(
    name="chairs_are_there", pool="pool", start="starts_at", end="ends_at", quantity="quantity",
    limit="quantity",
)  # fmt: skip
HOLDS = PoolHolds(
    name="chairs_stay", quantity="quantity", claims="pooled_claim",
    columns=("pool_id", "starts_at", "ends_at", "quantity"),
)  # fmt: skip


class World:
    """A throwaway app, moved by operations as migrations move one."""

    def __init__(self):
        self.state = ProjectState()

    def move(self, *operations):
        with connection.schema_editor() as editor:
            for operation in operations:
                to = self.state.clone()
                operation.state_forwards("pooled", to)
                operation.database_forwards("pooled", editor, self.state, to)
                self.state = to

    def __getattr__(self, name):
        if name not in {"Pool", "Claim"}:
            raise AttributeError(name)
        return self.state.apps.get_model("pooled", name)


@pytest.fixture
def world():
    made = World()
    made.move(
        migrations.CreateModel(
            "Pool",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("quantity", models.PositiveIntegerField()),
            ],
            {"constraints": [HOLDS]},
        ),
        migrations.CreateModel(
            "Claim",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("pool", models.ForeignKey("pooled.Pool", models.CASCADE)),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("quantity", models.PositiveIntegerField()),
            ],
            {"constraints": [CLAIMED]},
        ),
    )
    yield made
    made.move(migrations.DeleteModel("Claim"), migrations.DeleteModel("Pool"))


def claim(world, pool, first, last, quantity):
    with transaction.atomic():
        return world.Claim.objects.create(
            pool_id=pool.pk, starts_at=NOON + timedelta(hours=first),
            ends_at=NOON + timedelta(hours=last), quantity=quantity,
        )  # fmt: skip


def most_taken(world, pool):
    claims = list(world.Claim.objects.filter(pool_id=pool.pk))
    return max(
        (sum(o.quantity for o in claims if o.starts_at <= c.starts_at < o.ends_at) for c in claims),
        default=0,
    )


def test_what_is_there_is_given_and_no_more(world):
    pool = world.Pool.objects.create(quantity=40)
    claim(world, pool, 0, 4, 30)
    claim(world, pool, 4, 6, 40)  # half open: it begins when the other ends
    claim(world, pool, 1, 2, 10)
    with pytest.raises(IntegrityError, match="chairs_are_there"):
        claim(world, pool, 3, 5, 11)
    claim(world, pool, 2, 4, 10)
    other = world.Pool.objects.create(quantity=1)
    claim(world, other, 0, 9, 1)


def test_a_peak_inside_the_new_claim_counts(world):
    pool = world.Pool.objects.create(quantity=3)
    claim(world, pool, 2, 3, 2)
    claim(world, pool, 5, 6, 3)
    with pytest.raises(IntegrityError):
        claim(world, pool, 0, 9, 1)
    claim(world, pool, 0, 5, 1)


def test_two_that_do_not_meet_may_each_take_all_beneath_a_long_one(world):
    pool = world.Pool.objects.create(quantity=5)
    claim(world, pool, 0, 1, 4)
    claim(world, pool, 2, 3, 4)
    claim(world, pool, 0, 3, 1)


def test_a_change_of_a_claim_is_asked_too(world):
    pool = world.Pool.objects.create(quantity=5)
    one = claim(world, pool, 0, 1, 4)
    claim(world, pool, 1, 2, 5)
    with pytest.raises(IntegrityError), transaction.atomic():
        world.Claim.objects.filter(pk=one.pk).update(ends_at=NOON + timedelta(hours=2))
    with pytest.raises(IntegrityError), transaction.atomic():
        world.Claim.objects.filter(pk=one.pk).update(quantity=6)


def test_a_pool_is_not_lowered_below_what_is_promised(world):
    pool = world.Pool.objects.create(quantity=10)
    claim(world, pool, 0, 2, 4)
    claim(world, pool, 1, 3, 4)
    with pytest.raises(IntegrityError, match="chairs_stay"), transaction.atomic():
        world.Pool.objects.filter(pk=pool.pk).update(quantity=7)
    world.Pool.objects.filter(pk=pool.pk).update(quantity=8)
    world.Claim.objects.filter(pool_id=pool.pk).update(
        starts_at=datetime(2021, 1, 1, tzinfo=UTC), ends_at=datetime(2021, 1, 2, tzinfo=UTC)
    )
    world.Pool.objects.filter(pk=pool.pk).update(quantity=1)  # what is over binds nobody


def test_the_guards_outlive_the_remaking_of_both_tables(world):
    nothing = models.CharField(max_length=9, default="", null=True)
    world.move(
        migrations.AddField("Claim", "note", nothing.clone()),
        migrations.AlterField("Claim", "note", models.TextField(default="")),
        migrations.AddField("Pool", "note", nothing.clone()),
        migrations.AlterField("Pool", "note", models.TextField(default="")),
    )
    pool = world.Pool.objects.create(quantity=2)
    claim(world, pool, 0, 2, 2)
    with pytest.raises(IntegrityError):
        claim(world, pool, 1, 3, 1)
    with pytest.raises(IntegrityError), transaction.atomic():
        world.Pool.objects.filter(pk=pool.pk).update(quantity=1)
    world.move(migrations.RemoveConstraint("Claim", "chairs_are_there"))
    claim(world, pool, 1, 3, 9)
    world.move(migrations.RemoveConstraint("Pool", "chairs_stay"))
    world.Pool.objects.filter(pk=pool.pk).update(quantity=1)


DEEDS = st.lists(
    st.tuples(st.integers(0, 12), st.integers(1, 6), st.integers(1, 5), st.booleans()), max_size=25
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(deeds=DEEDS)
def test_for_any_order_of_claims_and_returns_the_guard_agrees_with_the_sum(world, deeds):
    pool = world.Pool.objects.create(quantity=5)
    for first, length, quantity, returns in deeds:
        standing = list(world.Claim.objects.filter(pool_id=pool.pk).order_by("pk"))
        if returns and standing:
            world.Claim.objects.filter(pk=standing[0].pk).delete()
            continue
        try:
            claim(world, pool, first, first + length, quantity)
        except IntegrityError:
            points = [first, *(hours(c.starts_at) for c in standing)]
            peak = max(
                sum(c.quantity for c in standing if hours(c.starts_at) <= at < hours(c.ends_at))
                for at in points
                if first <= at < first + length
            )
            assert peak + quantity > 5  # refused for a reason
        assert most_taken(world, pool) <= 5


def hours(moment):
    return round((moment - NOON).total_seconds() / 3600)


def test_many_hands_at_once_take_exactly_what_there_is(world):
    pool = world.Pool.objects.create(quantity=7)
    won, gate = [], threading.Barrier(8)

    def hand():
        gate.wait()
        for turn in range(5):
            with suppress(IntegrityError):
                won.append(claim(world, pool, turn % 2, 3, 1).pk)
        connection.close()

    hands = [threading.Thread(target=hand) for _each in range(8)]
    for one in hands:
        one.start()
    for one in hands:
        one.join()
    assert most_taken(world, pool) == 7
    assert len(won) == world.Claim.objects.count() == 7
