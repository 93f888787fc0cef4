"""Five hundred people at fifty places from thirty-two doors: fifty come in, the rest in order."""

import threading
import time

import pytest
from django.db import connection

from changle.services.activities.actions.doors import Scan, check_in_many
from changle.services.activities.models import Attendance, Session, SignUp
from changle.services.activities.queries.codes import ticket_code
from tests.factories.activities import (
    SATURDAY,
    join,
    make_guest,
    make_session,
    organiser,
)
from tests.factories.registry import make_organisation
from tests.factories.territory import make_district


pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
CLIENTS, PEOPLE, SEATS = 32, 500, 50


def all_at_once(client, count):
    gate = threading.Barrier(count)

    def run(number):
        gate.wait()
        try:
            client(number)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_five_hundred_people_for_fifty_places():
    district = make_district()
    team = make_organisation(district.communities[0][0])
    session = make_session(district.communities[0][0], team, capacity=SEATS)
    guests = [make_guest() for _each in range(PEOPLE)]
    broken = []

    def client(number):
        for guest in guests[number::CLIENTS]:
            try:
                join(session, guest)
            except Exception as error:  # noqa: BLE001  counted below, whatever it was
                broken.append(repr(error))

    began = time.monotonic()
    all_at_once(client, CLIENTS)
    print(f"{PEOPLE / (time.monotonic() - began):.0f} sign-ups a second")
    assert broken == []
    states = list(SignUp.objects.order_by("pk").values_list("state", flat=True))
    assert states == ["confirmed"] * SEATS + ["waitlisted"] * (PEOPLE - SEATS)
    row = Session.objects.get()
    assert (row.held, row.waiting, row.state) == (SEATS, PEOPLE - SEATS, "full")
    asked = list(SignUp.objects.order_by("pk").values_list("asked_at", flat=True))
    assert asked == sorted(asked)


def test_one_person_at_two_phones_has_one_place():
    district = make_district()
    team = make_organisation(district.communities[0][0])
    sessions = [make_session(district.communities[0][0], team) for _each in range(6)]
    one, refused = make_guest(), []

    def client(number):
        for session in sessions:
            try:
                join(session, one)
            except Exception as error:  # noqa: BLE001
                refused.append(type(error).__name__)

    all_at_once(client, 4)
    assert refused == ["SignUpRefused"] * 18
    assert SignUp.objects.count() == 6


def test_several_doors_let_each_person_in_once():
    district = make_district()
    team = make_organisation(district.communities[0][0])
    session = make_session(district.communities[0][0], team, capacity=None)
    ups = [join(session, make_guest())[0] for _each in range(20)]
    Session.objects.update(state="ongoing", started_at=SATURDAY)
    scans = [Scan(code=ticket_code(up.pk), at=SATURDAY) for up in ups]
    firsts = []

    def client(number):
        queue = scans[number:] + scans[:number]
        for outcome in check_in_many(scans=queue, by=organiser(team), now=SATURDAY):
            firsts.append(outcome.done.first)

    all_at_once(client, 4)
    assert sum(firsts) == Attendance.objects.count() == 20
    assert len(firsts) == 80
