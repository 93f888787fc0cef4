"""Names are read for a reason and forgotten on wish; what was counted stays counted."""

import pytest

from changle.core.log import LogEntry
from changle.core.reach import Actor
from changle.services.activities.actions.people import Guest, keep_companion
from changle.services.activities.actions.planning import QuestionDraft
from changle.services.activities.actions.privacy import (
    PrivacyRefused,
    forget_person,
    read_contact,
)
from changle.services.activities.models import Answer, Companion, Participant, Session, SignUp
from tests.factories.accounts import make_user
from tests.factories.activities import NOW, join, make_activity, make_guest, make_session, organiser
from tests.factories.registry import make_organisation
from tests.factories.territory import make_district, make_grant


pytestmark = pytest.mark.django_db


@pytest.fixture
def district():
    return make_district()


@pytest.fixture
def team(district):
    return make_organisation(district.communities[0][0])


@pytest.fixture
def account():
    return Actor(user_id=make_user().pk, name="样例居民", own=frozenset({"sign_up.make"}))


def test_a_number_is_read_for_a_reason_by_who_runs_the_session(district, team):
    activity = make_activity(
        district.communities[0][0], team, questions=[QuestionDraft(text="忌口")]
    )
    session, question = activity.sessions.get(), activity.questions.get()
    guest = make_guest(birth_year=2019)
    up = join(session, guest, guardian=make_guest(name="样例家长"), answers={question.pk: "花生"})[
        0
    ]
    with pytest.raises(PrivacyRefused, match="理由"):
        read_contact(sign_up=up.pk, reason=" ", by=organiser(team), now=NOW)
    told = read_contact(sign_up=up.pk, reason="通知改期", by=organiser(team), now=NOW)
    assert (told.name, told.phone, told.guardian_name) == (guest.name, guest.phone, "样例家长")
    assert told.answers == (("忌口", "花生"),)
    entry = LogEntry.objects.get(verb="read_contact")
    assert entry.note == "通知改期"
    assert guest.name not in f"{entry.subject_text} {entry.changes}"
    stranger = organiser(make_organisation(district.communities[1][0]))
    with pytest.raises(SignUp.DoesNotExist):
        read_contact(sign_up=up.pk, reason="好奇", by=stranger, now=NOW)
    Session.objects.update(state="counted", verified_at=NOW)
    with pytest.raises(PrivacyRefused, match="归档"):
        read_contact(sign_up=up.pk, reason="通知", by=organiser(team), now=NOW)


def test_the_page_shows_it_once_and_asks_why(client, district, team):
    session = make_session(district.communities[0][0], team)
    guest = make_guest()
    up = join(session, guest)[0]
    user = make_user()
    make_grant(user, team.node, "OADM")
    client.force_login(user)
    page = f"/desk/sessions/{session.pk}/people/{up.pk}/"
    assert client.get(page).status_code == 405
    assert client.post(page, {"note": ""}).status_code == 409
    answer = client.post(page, {"note": "通知改期"})
    assert answer.status_code == 200
    assert guest.phone in answer.text
    assert guest.phone not in client.get(f"/desk/sessions/{session.pk}/").text
    other = make_session(district.communities[1][0])
    foreign = join(other)[0]
    page = f"/desk/sessions/{session.pk}/people/{foreign.pk}/"
    assert client.post(page, {"note": "x"}).status_code == 404


def test_forgotten_on_wish_and_still_counted(district, team, account):
    guest = make_guest(birth_year=1980)
    kept = keep_companion(guest=guest, relation="self", by=account, now=NOW)
    session = make_session(district.communities[0][0], team, capacity=1)
    up = join(session, guest, by=account)[0]
    waiting = join(session)[0]
    forget_person(participant=kept.participant_id, by=account, now=NOW)
    row = Participant.objects.get(pk=kept.participant_id)
    assert (row.name, row.phone, row.key, row.phone_index, row.birth_year) == ("", "", "", "", None)
    assert SignUp.objects.get(pk=up.pk).state == "cancelled"
    assert SignUp.objects.get(pk=waiting.pk).state == "offered"
    assert not Companion.objects.exists()
    assert not Answer.objects.exists()
    again = keep_companion(guest=guest, relation="self", by=account, now=NOW)
    assert again.participant_id != row.pk


def test_nobody_erases_somebody_elses_person(district, team, account):
    guest = make_guest()
    other = Actor(user_id=make_user().pk, own=frozenset({"sign_up.make"}))
    kept = keep_companion(guest=guest, relation="self", by=account, now=NOW)
    with pytest.raises(PrivacyRefused):
        forget_person(participant=kept.participant_id, by=other, now=NOW)
    keep_companion(
        guest=Guest(name=guest.name, phone=guest.phone), relation="other", by=other, now=NOW
    )
    with pytest.raises(PrivacyRefused, match="别人"):
        forget_person(participant=kept.participant_id, by=other, now=NOW)
    assert Participant.objects.get().name == guest.name
