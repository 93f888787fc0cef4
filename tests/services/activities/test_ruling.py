"""The bureau keeps rules, words and texts; nobody else finds the page."""

import pytest
from django.utils import timezone

from changle.core.log import LogEntry
from changle.core.reach import Actor
from changle.services.activities.actions.deciding import lead_days
from changle.services.activities.actions.ruling import RuleRefused, set_rule
from changle.services.activities.forms.rules import RuleForm
from changle.services.activities.models import Activity, ConsentText, Rule, Term
from changle.services.activities.queries.plans import consent_text, rule, terms_of
from changle.services.activities.queries.words import seed_terms
from tests.factories.accounts import make_user
from tests.factories.territory import make_district, make_grant


pytestmark = pytest.mark.django_db
PAGE = "/desk/activities/rules/"


@pytest.fixture
def bureau(client):
    district = make_district()
    seed_terms(timezone.localdate())
    user = make_user()
    make_grant(user, district.root, "DCA")
    client.force_login(user)
    return client


def whole(**fields):
    held = rule()
    return {name: str(getattr(held, name)) for name in RuleForm.LABELS} | fields


def test_the_numbers_are_set_and_hold_at_once(bureau):
    assert bureau.get(PAGE).status_code == 200
    assert bureau.post(f"{PAGE}edit/", whole(lead_days_low="5")).status_code == 302
    assert lead_days(Activity(risk="low"), rule()) == 5
    assert LogEntry.objects.get(verb="set_rule").changes == {"lead_days_low": [2, 5]}


@pytest.mark.parametrize("text", ["", "-1", "x", "9" * 20, "101", "𠮷"])
def test_what_is_no_number_is_refused(bureau, text):
    assert bureau.post(f"{PAGE}edit/", whole(lead_weight=text)).status_code == 422
    assert Rule.objects.get().lead_weight == 60


def test_a_new_text_is_a_new_version_and_the_old_stays(bureau):
    assert bureau.post(f"{PAGE}texts/sign_up/", {"text": "新的<b>须知</b>"}).status_code == 302
    assert consent_text("sign_up", timezone.localdate()).version == 2
    assert ConsentText.objects.filter(kind="sign_up").count() == 2
    assert bureau.get(f"{PAGE}texts/nothing/").status_code == 404
    assert "新的&lt;b&gt;" in bureau.get(PAGE).text


def test_words_are_added_and_retired_never_removed(bureau):
    facts = {"list": "field", "name": "助医", "code": "medicine", "sort": "60"}
    assert bureau.post(f"{PAGE}terms/add/", facts).status_code == 302
    assert bureau.post(f"{PAGE}terms/add/", facts).status_code == 409
    assert bureau.post(f"{PAGE}terms/add/", {**facts, "code": "助医"}).status_code == 422
    row = Term.objects.get(code="medicine")
    today = timezone.localdate()
    for offered in (False, True):
        bureau.post(f"{PAGE}terms/{row.pk}/retire/")
        assert terms_of("field", today).filter(pk=row.pk).exists() is offered


def test_others_find_no_such_page(client):
    district = make_district()
    for role in ("STO", "AUD"):
        user = make_user()
        make_grant(user, district.streets[0], role)
        client.force_login(user)
        assert client.get(PAGE).status_code == 404
    with pytest.raises(RuleRefused):
        set_rule(facts={}, by=Actor(), now=timezone.now())
