"""One key, one deed: also when two requests come at the same moment or the first one dies."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from changle.core.reach import Actor
from changle.faces.api.actions import Kept, KeyInUse, KeyMisused, once
from changle.faces.api.models import IdempotencyKey
from tests.factories.accounts import make_user


NOW = timezone.now()


def ask(actor, deed, *, key="k", body=b"{}", now=NOW):
    return once(key=key, route="POST /x", body=body, by=actor, now=now, deed=deed)


@pytest.fixture
def actor(db):
    return Actor(user_id=make_user().pk, name="甲")


def test_the_answer_is_replayed_for_a_day(actor):
    deeds = []

    def deed():
        deeds.append(1)
        return Kept(201, "body", {"Location": "/x/1"})

    assert ask(actor, deed) == Kept(201, "body", {"Location": "/x/1"})
    again = ask(actor, deed, now=NOW + timedelta(hours=23))
    assert (again.body, again.headers, again.replayed) == ("body", {"Location": "/x/1"}, True)
    ask(actor, deed, now=NOW + timedelta(hours=25))
    assert len(deeds) == 2


def test_another_body_under_the_same_key_is_refused(actor):
    ask(actor, lambda: Kept(201, ""))
    with pytest.raises(KeyMisused):
        ask(actor, lambda: Kept(201, ""), body=b"other")


def test_a_deed_that_fails_leaves_no_key(actor):
    def broken():
        raise RuntimeError

    with pytest.raises(RuntimeError):
        ask(actor, broken)
    assert IdempotencyKey.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_of_two_at_the_same_moment_one_acts():
    actor = Actor(user_id=make_user().pk, name="甲")
    inside, done, outcomes = threading.Event(), [], []

    def slow():
        done.append(1)
        inside.set()
        threading.Event().wait(0.5)
        return Kept(201, "body")

    def run():
        try:
            outcomes.append(ask(actor, slow).body)
        except KeyInUse:
            outcomes.append("409")
        finally:
            connection.close()

    first, second = threading.Thread(target=run), threading.Thread(target=run)
    first.start()
    assert inside.wait(5)
    second.start()
    first.join(20)
    second.join(20)
    assert len(done) == 1
    assert sorted(outcomes) in (["409", "body"], ["body", "body"])
    assert IdempotencyKey.objects.count() == 1
