"""The pages by which things, experts and vehicles are entered, and booked with a room."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from changle.core.log import LogEntry
from changle.services.commons.actions.booking import Wish, book
from changle.services.commons.models import BookedThing, Booking, Claim, Pool, Space, Thing
from tests.factories.accounts import make_user
from tests.factories.commons import (
    booker,
    house,
    make_centre,
    make_policy,
    make_space,
    make_thing,
)
from tests.factories.registry import make_organisation
from tests.factories.territory import make_district, make_grant


pytestmark = pytest.mark.django_db
LONG = "长" * 10_000
NAUGHTY = ["", LONG, "𠮷𠮷", "<script>alert(1)</script>", "=1+1", "-1", "9" * 30, "\x00", "1e5"]
HOUR = timedelta(hours=1)


@pytest.fixture
def district():
    return make_district()


@pytest.fixture
def centre(district, settings):
    settings.CHANGLE_DEMO = True  # no second factor asked
    return make_centre(district.centre, holidays_closed=False)


@pytest.fixture
def hall(centre):
    return make_space(centre, name="多功能厅")


@pytest.fixture
def team(district):
    return make_organisation(district.communities[0][0], name="样例舞蹈队")


@pytest.fixture
def keeper(client, district):
    return signed(client, "CTR", district.centre)


def signed(client, role, node):
    user = make_user()
    make_grant(user, node, role)
    client.force_login(user)
    return client


def at(name, centre, *more):
    return reverse(f"commons:{name}", args=[centre.pk, *more])


def typed(**fields):
    return {
        "name": "折叠椅", "quantity": "40", "about": "", "value": "85.5", "may_leave": "on",
        "longest_days": "7", "needs_deposit": "", "sort": "0", **fields,
    }  # fmt: skip


def tomorrow(hour):
    day = timezone.localdate() + timedelta(days=3)
    return timezone.make_aware(timezone.datetime(day.year, day.month, day.day, hour))


def had(centre, hall, team, thing, count):
    wish = Wish(
        rooms=(hall.pk,), starts_at=tomorrow(10), ends_at=tomorrow(12), title="排练", people=5,
        organisation=team, things=((thing.pool_id, count),),
    )  # fmt: skip
    return book(layout=house(centre), wish=wish, by=booker(team), now=timezone.now())


def test_a_thing_is_entered_changed_retired_and_brought_back(keeper, centre):
    made = keeper.post(at("thing_add", centre), typed())
    assert made.status_code == 302, made.content.decode()
    thing = Thing.objects.get()
    assert (thing.pool.quantity, thing.pool.kind, thing.value_fen) == (40, "equipment", 8550)
    page = keeper.get(at("things", centre)).content.decode()
    assert "折叠椅" in page
    assert "85.50" in page
    keeper.post(at("thing", centre, thing.pk), typed(name="红色折叠椅", quantity="50", value=""))
    thing.refresh_from_db()
    assert (thing.name, thing.pool.quantity, thing.value_fen) == ("红色折叠椅", 50, None)
    assert Pool.objects.get(pk=thing.pool_id).name == "红色折叠椅"
    told = LogEntry.objects.filter(subject_label="commons.Thing").order_by("id")
    assert [one.verb for one in told] == ["add", "edit", "edit"]
    assert {"quantity": [40, 50]} in [one.changes for one in told]
    today = timezone.localdate()
    keeper.post(at("thing_retire", centre, thing.pk), {"on": today.isoformat()})
    thing.refresh_from_db()
    assert thing.retired_on == today
    keeper.post(at("thing_bring_back", centre, thing.pk))
    thing.refresh_from_db()
    assert thing.retired_on is None


def test_never_fewer_than_are_promised_nor_out_of_use(keeper, centre, hall, team):
    thing = make_thing(centre, 40, name="折叠椅")
    had(centre, hall, team, thing, 30)
    answer = keeper.post(at("thing", centre, thing.pk), typed(quantity="29"))
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "已约出 30" in page
    assert 'value="29"' in page
    assert Pool.objects.get(pk=thing.pool_id).quantity == 40
    answer = keeper.post(
        at("thing_retire", centre, thing.pk), {"on": timezone.localdate().isoformat()}
    )
    assert answer.status_code == 409
    assert "排练" in answer.content.decode()
    assert keeper.post(at("thing", centre, thing.pk), typed(quantity="30")).status_code == 302
    later = timezone.localdate() + timedelta(days=9)
    keeper.post(at("thing_retire", centre, thing.pk), {"on": later.isoformat()})
    assert Thing.objects.get().retired_on == later


def test_two_of_one_name_are_refused_in_words(keeper, centre):
    make_thing(centre, 5, name="折叠椅")
    answer = keeper.post(at("thing_add", centre), typed())
    assert answer.status_code in {409, 422}
    assert "已有同名的物资" in answer.content.decode()
    assert Pool.objects.filter(kind="equipment").count() == 1


@pytest.mark.parametrize("value", NAUGHTY)
@pytest.mark.parametrize("field", ["name", "quantity", "value", "longest_days", "about", "sort"])
def test_naughty_things_are_refused_or_saved_as_typed(keeper, centre, field, value):
    answer = keeper.post(at("thing_add", centre), typed(**{field: value}))
    assert answer.status_code in {302, 409, 422}
    if answer.status_code == 302 and field == "name":
        assert Thing.objects.get().name == value


@pytest.mark.parametrize("kind", ["person", "vehicle"])
def test_an_expert_and_a_vehicle_have_a_pool_and_rules(keeper, centre, kind):
    policy = make_policy(centre)
    told = {
        "name": "张老师（心理咨询）", "about": "", "capacity": "7", "policy": policy.pk,
        "setup_minutes": "0", "cleanup_minutes": "10", "door_note": "", "sort": "0",
    }  # fmt: skip
    made = keeper.post(at("shared_add", centre, kind), told)
    assert made.status_code == 302, made.content.decode()
    space = Space.objects.get()
    assert (space.kind, space.capacity) == (kind, 1 if kind == "person" else 7)
    assert [(pool.kind, pool.quantity) for pool in space.pools.all()] == [(kind, 1)]
    keeper.post(at("shared", centre, kind, space.pk), {**told, "name": "李老师"})
    space.refresh_from_db()
    assert (space.name, space.pools.get().name) == ("李老师", "李老师")
    page = keeper.get(at("things", centre)).content.decode()
    assert "李老师" in page
    for value in NAUGHTY:
        answer = keeper.post(at("shared_add", centre, kind), {**told, "cleanup_minutes": value})
        assert answer.status_code in {302, 409, 422}
    assert keeper.get(f"/desk/venues/{centre.pk}/setup/shared/room/add/").status_code == 404


def test_no_door_opens_to_another_street(client, centre, district):
    thing = make_thing(centre, 5)
    doors = [
        at("things", centre), at("thing_add", centre), at("thing", centre, thing.pk),
        at("thing_retire", centre, thing.pk), at("shared_add", centre, "person"),
    ]  # fmt: skip
    signed(client, "STO", district.streets[1])
    assert {client.get(door).status_code for door in doors} == {404}
    assert {client.post(door, typed()).status_code for door in doors} == {404}
    assert client.post(at("thing_bring_back", centre, thing.pk)).status_code == 404
    signed(client, "OADM", make_organisation(district.communities[0][0]).node)
    assert {client.get(door).status_code for door in doors} <= {403, 404}


def test_the_list_costs_the_same_for_one_and_for_three(keeper, centre, hall):
    make_thing(centre, 5)
    keeper.get(at("things", centre))  # the session and the like
    counts = []
    for _turn in range(2):
        with CaptureQueriesContext(connection) as queries:
            keeper.get(at("things", centre))
        counts.append(len(queries))
        make_thing(centre, 5)
        make_space(centre, kind="person", policy=hall.policy)
    assert counts[0] == counts[1]
    assert counts[0] <= 9


def form_of(client, centre, team, hall, **fields):
    told = {
        "rooms": [hall.pk], "on": tomorrow(10).date().isoformat(), "start": "10:00",
        "end": "12:00", "repeat": "", "whom": str(team.node_id), "title": "联欢",
        "purpose": "activity", "people": "20", "contact_name": "样例", "contact_phone": "13800000000",
    }  # fmt: skip
    return client.post(at("book", centre), told | fields)


@pytest.fixture
def leader(client, team):
    return signed(client, "OADM", team.node)


def test_a_room_is_booked_with_chairs_and_its_page_says_so(leader, centre, hall, team):
    chairs = make_thing(centre, 40, name="折叠椅")
    lamp = make_thing(centre, 2, name="落地灯")
    answer = form_of(leader, centre, team, hall, **{f"thing-{chairs.pool_id}": "30"})
    assert answer.status_code == 302, answer.content.decode()
    booking = Booking.objects.get()
    assert list(booking.booked_things.values_list("pool_id", "quantity")) == [(chairs.pool_id, 30)]
    page = leader.get(answer["Location"]).content.decode()
    assert "折叠椅 ×" in page
    assert lamp.name not in page


def test_the_form_says_how_many_are_free_then(leader, centre, hall, team):
    chairs = make_thing(centre, 40, name="折叠椅")
    had(centre, make_space(centre), team, chairs, 15)
    name = f"thing-{chairs.pool_id}"
    at_ten = {"start": tomorrow(10).isoformat(), "end": tomorrow(11).isoformat()}
    page = leader.get(at("book", centre), at_ten)
    assert page.context["things"]["rows"][0]["free"] == 25
    asked = {"on": tomorrow(10).date().isoformat(), "start": "11:00", "end": "13:00", name: "7"}
    part = leader.get(at("book_things", centre), asked)
    assert part.context["things"]["rows"][0]["free"] == 25
    assert 'value="7"' in part.content.decode()
    part = leader.get(at("book_things", centre), asked | {"start": "12:00"})
    assert part.context["things"]["rows"][0]["free"] == 40
    for value in NAUGHTY:
        for field in ("on", "start", "end", "rooms", name):
            again = leader.get(at("book_things", centre), asked | {field: value})
            assert again.status_code == 200
    again = form_of(leader, centre, team, hall, recount="1", title="", **{name: "7"})
    assert again.status_code == 200
    assert "全程都能用" in again.content.decode()
    assert 'role="alert" id="errors"' not in again.content.decode()
    assert Booking.objects.count() == 1


def test_too_many_chairs_are_refused_with_numbers_and_what_was_typed(leader, centre, hall, team):
    chairs = make_thing(centre, 40, name="折叠椅")
    had(centre, make_space(centre), team, chairs, 15)
    name = f"thing-{chairs.pool_id}"
    answer = form_of(leader, centre, team, hall, **{name: "26"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "只剩 25" in page
    assert "12:00 起够" in page
    assert 'value="26"' in page
    assert "改到" in page
    assert form_of(leader, centre, team, hall, **{name: "41"}).status_code == 409
    for value in NAUGHTY:
        assert form_of(leader, centre, team, hall, **{name: value}).status_code in {302, 409, 422}
    assert Claim.objects.filter(pool=chairs.pool).count() == 1  # none of those came to chairs


def test_the_dates_of_a_series_keep_the_chairs(leader, centre, hall, team):
    chairs = make_thing(centre, 40, name="折叠椅")
    name = f"thing-{chairs.pool_id}"
    told = {"repeat": "week", "count": "3", name: "30"}
    page = form_of(leader, centre, team, hall, **told)
    assert page.status_code == 200
    assert f'name="{name}" value="30"' in page.content.decode()
    done = form_of(leader, centre, team, hall, step="series", **told)
    assert done.status_code == 302, done.content.decode()
    assert BookedThing.objects.filter(quantity=30).count() == 3


def test_an_expert_stands_apart_from_rooms_and_is_booked_with_one(leader, centre, hall, team):
    expert = make_space(centre, kind="person", capacity=1, name="张老师（心理咨询）")
    page = leader.get(at("book", centre)).content.decode()
    assert "专家师资" in page
    answer = form_of(leader, centre, team, hall, rooms=[hall.pk, expert.pk])
    assert answer.status_code == 302
    assert "专家师资" in leader.get(answer["Location"]).content.decode()
