"""The pages of custody: for both sides, shut for others, and nothing typed is lost."""

from datetime import timedelta
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from changle.core.files import StoredFile
from changle.core.indicators import CATALOGUE, rows, value
from changle.core.periods import Period
from changle.ground.custody.models import Custody
from tests.factories.accounts import make_user
from tests.factories.custody import listed, make_custody
from tests.factories.registry import make_organisation
from tests.factories.territory import make_district, make_grant


pytestmark = pytest.mark.django_db
LIST = "/desk/custody/"
LONG = "长" * 10_000
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture
def tree():
    return make_district()


@pytest.fixture
def enter(client):
    def come(role, node):
        user = make_user()
        make_grant(user, node, role)
        client.force_login(user)
        return user

    return come


def text(answer):
    return unescape(answer.content.decode())


def room(row):
    return f"/desk/organisations/{row.pk}/custody/"


def typed(keeper, **changes):
    today = timezone.localdate()
    facts = {
        "custodian": keeper.name, "agreement_number": "样例代1号", "money_scope": "活动经费",
        "signed_on": today, "starts_on": today, "ends_on": today + timedelta(days=365),
        "contact_name": "样例己", "contact_phone": "13900000002",
    }  # fmt: skip
    return {name: str(value) for name, value in {**facts, **changes}.items()}


def test_an_agreement_is_entered_with_its_paper_and_shown_to_both_sides(client, enter, tree):
    body = make_organisation(tree.communities[0][0], "BA")
    custodian = make_organisation(tree.communities[1][0], "MF")
    enter("STO", tree.streets[0])
    page = text(client.get(f"{room(body)}add/"))
    assert custodian.name in page  # offered though it lies in another street: public facts
    paper = SimpleUploadedFile("协议.pdf", PDF, content_type="application/pdf")
    answer = client.post(f"{room(body)}add/", {**typed(custodian), "agreement": paper})
    assert answer.status_code == 302, text(answer)
    row = Custody.objects.get()
    assert row.agreement.name == "协议.pdf"
    assert custodian.name in text(client.get(room(body)))
    enter("OADM", body.node)
    assert custodian.name in text(client.get(room(body)))
    enter("OADM", custodian.node)
    page = text(client.get(room(custodian)))
    assert body.name in page
    assert room(body) not in page  # known by name, its record is not theirs to open
    file = client.get(f"/files/{row.agreement.public_id}/")
    assert b"".join(file.streaming_content) == PDF


def test_the_code_names_the_custodian_too(client, enter, tree):
    body = make_organisation(tree.communities[0][0], "BA")
    custodian = make_organisation(tree.communities[1][0], "MF")
    enter("STO", tree.streets[0])
    client.post(f"{room(body)}add/", typed(custodian, custodian=custodian.uscc))
    assert Custody.objects.get().custodian == custodian


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("custodian", ""), ("custodian", "没有这一家"), ("custodian", LONG), ("custodian", "a\x00b"),
        ("agreement_number", ""), ("agreement_number", LONG), ("money_scope", ""), ("money_scope", LONG),
        ("signed_on", "2021-02-30"), ("signed_on", ""), ("starts_on", "昨天"), ("starts_on", "1999-01-01"),
        ("ends_on", "0000-00-00"), ("ends_on", "1999-01-01"), ("contact_name", LONG),
        ("contact_phone", "abc"), ("contact_phone", "86234567"),
    ],
    ids=lambda value: str(value)[:12],
)  # fmt: skip
def test_what_cannot_be_is_told_and_kept(client, enter, tree, field, value):
    body = make_organisation(tree.communities[0][0], "BA")
    custodian = make_organisation(tree.communities[0][0], "MF")
    enter("STO", tree.streets[0])
    answer = client.post(f"{room(body)}add/", typed(custodian, **{field: value}))
    assert answer.status_code == 422
    page = text(answer)
    assert "invalid-feedback" in page
    assert field == "agreement_number" or "样例代1号" in page
    assert Custody.objects.count() == 0


@pytest.mark.parametrize("words", ["𠮷社经费", "<script>alert('甲')</script>", '=HYPERLINK("甲")'])
def test_strange_words_are_kept_as_words(client, enter, tree, words):
    body = make_organisation(tree.communities[0][0], "BA")
    custodian = make_organisation(tree.communities[0][0], "MF")
    enter("STO", tree.streets[0])
    assert client.post(f"{room(body)}add/", typed(custodian, money_scope=words)).status_code == 302
    assert Custody.objects.get().money_scope == words
    assert "<script>alert('甲')" not in client.get(room(body)).content.decode()


def test_a_refused_file_keeps_what_was_typed_and_leaves_nothing(client, enter, tree):
    body = make_organisation(tree.communities[0][0], "BA")
    custodian = make_organisation(tree.communities[0][0], "MF")
    enter("STO", tree.streets[0])
    bad = SimpleUploadedFile("协议.pdf", b"MZ\x90\x00 not a pdf")
    answer = client.post(f"{room(body)}add/", {**typed(custodian), "agreement": bad})
    assert answer.status_code == 409
    assert "样例代1号" in text(answer)
    assert (Custody.objects.count(), StoredFile.objects.count()) == (0, 0)


def test_a_listed_custodian_is_refused_with_the_reason(client, enter, tree):
    body = make_organisation(tree.communities[0][0], "BA")
    custodian = make_organisation(tree.communities[0][0], "MF")
    listed(custodian)
    enter("STO", tree.streets[0])
    answer = client.post(f"{room(body)}add/", typed(custodian))
    assert answer.status_code == 409
    assert "活动异常名录" in text(answer)


def test_an_agreement_is_changed_renewed_and_ended(client, enter, tree):
    row = make_custody(tree.communities[0][0])
    enter("STO", tree.streets[0])
    today = timezone.localdate()
    facts = typed(row.custodian, signed_on=row.signed_on, starts_on=row.starts_on)
    facts.pop("custodian")
    assert client.get(f"{LIST}{row.pk}/edit/").status_code == 200
    assert client.post(f"{LIST}{row.pk}/edit/", facts).status_code == 302
    row.refresh_from_db()
    assert row.agreement_number == "样例代1号"
    later = {**facts, "starts_on": str(row.ends_on), "ends_on": ""}
    assert client.get(f"{LIST}{row.pk}/renew/").status_code == 200
    assert client.post(f"{LIST}{row.pk}/renew/", later).status_code == 302
    assert client.get(f"{LIST}{row.pk}/end/").status_code == 200
    done = client.post(f"{LIST}{row.pk}/end/", {"because": "agreed", "on": str(today), "note": ""})
    assert done.status_code == 302
    again = client.post(f"{LIST}{row.pk}/end/", {"because": "agreed", "on": str(today), "note": ""})
    assert again.status_code == 409


@pytest.mark.parametrize("role", ["COM", "OADM", "AUD", "RES"])
def test_who_may_not_edit_finds_no_form(client, enter, tree, role):
    row = make_custody(tree.communities[0][0])
    enter(role, row.organisation.node if role == "OADM" else tree.communities[0][0])
    for url in (f"{LIST}{row.pk}/edit/", f"{LIST}{row.pk}/end/", f"{LIST}{row.pk}/renew/",
                f"{room(row.organisation)}add/", LIST):  # fmt: skip
        assert client.get(url).status_code == 404


def test_another_street_sees_nothing(client, enter, tree):
    row = make_custody(tree.communities[0][0])
    enter("STO", tree.streets[1])
    for url in (room(row.organisation), f"{LIST}{row.pk}/edit/", f"{room(row.organisation)}add/"):
        assert client.get(url).status_code == 404
    for scope in ("held", "soon", "trouble", "ended", "none"):
        assert row.organisation.name not in text(client.get(f"{LIST}?scope={scope}"))


def test_the_list_answers_each_question(client, enter, tree):
    place, today = tree.communities[0][0], timezone.localdate()
    soon = make_custody(place, ends_on=today + timedelta(days=9))
    wrong = make_custody(place)
    listed(wrong.custodian)
    bare = make_organisation(place, "BA")
    enter("STO", tree.streets[0])
    told = {
        scope: text(client.get(f"{LIST}?scope={scope}"))
        for scope in ("held", "soon", "trouble", "none")
    }
    assert soon.organisation.name in told["soon"]
    assert wrong.organisation.name not in told["soon"]
    assert wrong.organisation.name in told["trouble"]
    assert soon.organisation.name not in told["trouble"]
    assert bare.name in told["none"]
    assert soon.organisation.name not in told["none"]
    assert "列入活动异常名录" in text(client.get(room(wrong.organisation)))
    for odd in ("?scope=甲", "?street=甲", f"?street={'9' * 30}"):
        assert client.get(LIST + odd).status_code == 200


@pytest.mark.parametrize("where", ["list", "room", "none"])
def test_lists_cost_the_same_for_one_row_and_three(client, enter, tree, where):
    place = tree.communities[0][0]
    custodian = make_organisation(place, "MF")
    enter("STO", tree.streets[0])
    costs = []
    for count in (1, 2):
        for _each in range(count):
            make_custody(place, custodian=custodian)
            make_organisation(place, "BA")
        url = {"list": LIST, "room": room(custodian), "none": f"{LIST}?scope=none"}[where]
        client.get(url)  # what the head of every page keeps for a while
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_the_figures_count_filed_bodies_with_a_custodian(tree):
    place, today = tree.communities[0][0], timezone.localdate()
    row = make_custody(place)
    make_organisation(place, "BA")
    make_organisation(place, "PRE")
    period = Period.year(today.year)
    assert CATALOGUE["custody.share"].below == "registry.filed"
    asked = {"path": tree.root.path, "period": period, "today": today}
    assert value("custody.held", **asked).value == 1
    assert rows("custody.held", **asked).get().organisation == row.organisation
    share = value("custody.share", **asked)
    assert (share.numerator, share.denominator) == (1, 2)
