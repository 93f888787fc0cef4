"""The pages as their people use them."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from changle.services.leases.actions import propose
from changle.services.leases.models import Lease
from tests.factories.accounts import make_user
from tests.factories.leases import clerk, head_of, in_state, make_house, term
from tests.factories.registry import make_organisation
from tests.factories.territory import make_district, make_grant


pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def tree():
    return make_district()


@pytest.fixture
def place(tree):
    centre, desks = make_house(tree.centre)
    return centre, desks, make_organisation(tree.communities[0][0])


def signed_in(client, role, node):
    user = make_user()
    make_grant(user, node, role)
    client.force_login(user, BACKEND)
    return user


def stay(centre, desks, body):
    today = timezone.localdate()
    span = term(starts_on=today, ends_on=today + timedelta(days=200))
    return propose(organisation=body, centre=centre, desks=[one.pk for one in desks], term=span,
                   by=clerk(centre), now=timezone.now())  # fmt: skip


def test_the_plan_says_who_sits_where_by_colour_and_word(client, place, tree):
    centre, desks, body = place
    in_state(stay(centre, desks[:1], body), "moved_in")
    signed_in(client, "CTR", tree.centre)
    page = client.get(reverse("leases:plan", args=[centre.pk])).content.decode()
    assert 'class="taken"' in page
    assert body.name in page
    assert "空闲 2" in page
    for route, pk in (("leases:desk", desks[0].pk), ("leases:leases", 0), ("leases:plans", 0)):
        answer = client.get(reverse(route, args=[pk] if pk else []))
        assert answer.status_code == 200


def test_another_street_sees_nothing(client, place, tree):
    centre, desks, body = place
    row = stay(centre, desks[:1], body)
    signed_in(client, "STO", tree.streets[1])
    for route, pk in (("plan", centre.pk), ("desk", desks[0].pk), ("lease", row.pk),
                      ("agreement", row.pk), ("allot", row.pk), ("organisation", body.pk)):  # fmt: skip
        assert client.get(reverse(f"leases:{route}", args=[pk])).status_code == 404, route
    assert body.name not in client.get(reverse("leases:leases")).content.decode()


def test_a_house_asked_of_allots_and_keeps_what_was_typed(client, place, tree):
    centre, desks, body = place
    row = in_state(stay(centre, desks[:1], body), "asked")
    row.leased.all().delete()
    signed_in(client, "CTR", tree.centre)
    here = reverse("leases:allot", args=[row.pk])
    typed = {"starts_on": str(row.starts_on), "ends_on": str(row.ends_on), "purpose": "样例𠮷<b>",
             "fee_yuan": "0"}  # fmt: skip
    answer = client.post(here, typed)
    assert answer.status_code == 409
    assert "请选择工位" in answer.content.decode()
    assert "样例𠮷&lt;b&gt;" in answer.content.decode()
    assert client.post(here, {**typed, "desks": [desks[1].pk]}).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.purpose) == ("proposed", "样例𠮷<b>")


@pytest.mark.parametrize("state", Lease.State.values)
def test_the_page_of_a_stay_opens_in_every_state(client, place, tree, state):
    centre, desks, body = place
    row = in_state(stay(centre, desks[:1], body), state)
    signed_in(client, "STO", tree.streets[0])
    page = client.get(reverse("leases:lease", args=[row.pk]))
    assert Lease.State(state).label in page.content.decode()


@pytest.mark.parametrize(
    ("route", "typed"),
    [
        ("floors", {"name": "x" * 10_000, "width": "1", "height": "1"}),
        ("floors", {"name": "=1+1", "width": "99999", "height": "-1"}),
        ("floors", {"name": ""}),
        ("desks", {"first": "", "count": "x"}),
        ("desks", {"first": "A٣", "count": "2", "kind": "fixed", "x": "0", "y": "0", "width": "14",
                   "height": "8", "gap": "0"}),
        ("desks", {"first": "Z1", "count": "1", "kind": "office", "x": "0", "y": "0", "width": "14",
                   "height": "8", "gap": "0"}),
    ],
)  # fmt: skip
def test_naughty_input_is_refused(client, place, tree, route, typed):
    centre, desks, _body = place
    signed_in(client, "CTR", tree.centre)
    here = (reverse("leases:floor_add", args=[centre.pk]) if route == "floors"
            else reverse("leases:desks_add", args=[desks[0].floor_id]))  # fmt: skip
    assert client.post(here, typed).status_code in {409, 422}


def test_street_sets_the_rule_and_agrees_on_its_page(client, place, tree):
    centre, desks, body = place
    row = stay(centre, desks[:1], body)
    signed_in(client, "STO", tree.streets[0])
    rule = {"longest_months": 6, "most_months": 5, "most_desks": 2, "days_to_sign": 10}
    here = reverse("leases:rule", args=[centre.pk])
    assert client.post(here, rule).status_code == 409
    assert client.post(here, {**rule, "most_months": 12}).status_code == 302
    move = reverse("leases:move", args=[row.pk, "agree"])
    assert client.post(move, {}).status_code == 302
    row.refresh_from_db()
    assert row.due_on == timezone.localdate() + timedelta(days=10)
    assert client.post(move, {}).status_code == 409
    pdf = client.get(reverse("leases:agreement", args=[row.pk]))
    assert pdf.content.startswith(b"%PDF")


def test_three_rows_cost_no_more_queries_than_one(client, place, tree):
    centre, desks, body = place
    signed_in(client, "STO", tree.streets[0])
    stay(centre, desks[:1], body)
    pages = [reverse("leases:leases"), reverse("leases:plan", args=[centre.pk])]

    def cost(url):
        with CaptureQueriesContext(connection) as told:
            assert client.get(url).status_code == 200
        return len(told)

    for url in pages:
        client.get(url)
    before = [cost(url) for url in pages]
    for one in desks[1:]:
        stay(centre, [one], make_organisation(body.node))
    assert [cost(url) for url in pages] == before


def test_head_of_body_is_who_asks(place):
    _centre, _desks, body = place
    assert head_of(body).holds_at("lease.ask", str(body.node.path))
