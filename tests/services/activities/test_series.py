"""Series and programmes, the questions of a plan, what a side brought, and lists that leave the house."""

from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from changle.core.log import LogEntry
from changle.services.activities.actions.sharing import ShareDraft
from changle.services.activities.models import Cohost, Programme, Question, Series, Session
from tests.factories.accounts import make_user
from tests.factories.activities import join, make_activity, make_guest, make_session
from tests.factories.registry import make_organisation
from tests.factories.territory import make_district, make_grant


pytestmark = pytest.mark.django_db
LIST, NEW, PROGRAMME = "/desk/series/", "/desk/series/new/", "/desk/series/programmes/new/"
NAUGHTY = ["长" * 10_000, "𠮷" * 5, "<b>x</b>", "=1+1", "\x00"]


@pytest.fixture
def district():
    return make_district()


@pytest.fixture
def body(district):
    return make_organisation(district.communities[0][0])


@pytest.fixture
def enter(client):
    def come(role, node):
        user = make_user()
        make_grant(user, node, role)
        client.force_login(user)
        return user

    return come


def page(client, url, status=200):
    answer = client.get(url)
    assert answer.status_code == status, url
    return answer.content.decode()


def test_a_series_is_kept_told_and_ended(client, enter, district, body):
    enter("OADM", body.node)
    assert (
        client.post(
            PROGRAMME, {"name": "年度计划", "starts_on": "2027-01-01", "ends_on": "2028-01-01"}
        ).status_code
        == 302
    )
    programme = Programme.objects.get()
    answer = client.post(
        NEW, {"name": "样例周末", "about": "样例", "programme": str(programme.pk)}, follow=True
    )
    assert "样例周末" in answer.content.decode()
    row = Series.objects.get()
    assert (row.lead, row.programme) == (body.node, programme)
    activity = make_activity(district.communities[0][0], body, facts={"series": row})
    Session.objects.filter(activity=activity).update(
        state="verified", verified_at=timezone.now(), person_times=17
    )
    told = page(client, f"{LIST}{row.pk}/")
    assert activity.title in told
    assert ">17<" in told
    assert ">17<" in page(client, LIST)
    assert client.post(NEW, {"name": "样例周末"}).status_code == 409
    assert client.post(f"{LIST}{row.pk}/end/").status_code == 302
    assert client.post(f"{LIST}{row.pk}/end/").status_code == 409
    assert client.post(f"{LIST}{row.pk}/edit/", {"name": "改名"}).status_code == 409
    assert "样例周末" not in page(client, LIST)
    assert "样例周末" in page(client, f"{LIST}?ended=1")
    verbs = LogEntry.objects.filter(subject_label="activities.Series").values_list(
        "verb", flat=True
    )
    assert sorted(verbs) == ["end_series", "keep_series"]


def test_who_does_not_lead_it_cannot_change_it(client, enter, district, body):
    row = Series.objects.create(lead=body.node, name="样例系列")
    enter("OADM", make_organisation(district.communities[1][0]).node)
    assert client.get(f"{LIST}{row.pk}/").status_code == 404
    for deed in ("edit/", "end/"):
        assert client.get(f"{LIST}{row.pk}/{deed}").status_code == 404
    enter("STO", district.streets[0])
    assert client.get(f"{LIST}{row.pk}/").status_code == 200
    programme = Programme.objects.create(lead=body.node, name="样例项目")
    enter("COM", district.communities[1][0])
    assert client.get(f"/desk/series/programmes/{programme.pk}/").status_code == 404


@pytest.mark.parametrize("wrong", [*NAUGHTY, "", "  "])
@pytest.mark.parametrize("field", ["name", "about", "programme"])
def test_what_is_wrong_in_a_series_is_said_or_kept(client, enter, body, field, wrong):
    enter("OADM", body.node)
    answer = client.post(NEW, {"name": "样例", "about": "", field: wrong})
    assert answer.status_code in {302, 422}
    assert Series.objects.exists() == (answer.status_code == 302)


def test_a_programme_ends_after_it_starts(client, enter, body):
    enter("OADM", body.node)
    answer = client.post(
        PROGRAMME, {"name": "样例", "starts_on": "2027-02-01", "ends_on": "2027-01-01"}
    )
    assert answer.status_code == 409
    assert "结束日期应晚于开始日期" in answer.content.decode()


def test_the_list_costs_the_same_for_one_and_for_three(client, enter, body):
    enter("OADM", body.node)
    counts = []
    for number in range(3):
        Series.objects.create(lead=body.node, name=f"样例{number}")
        client.get(LIST)
        with CaptureQueriesContext(connection) as told:
            client.get(LIST)
        counts.append(len(told))
    assert counts[0] == counts[1] == counts[2] <= 8


# Questions


def test_questions_are_typed_a_line_each_and_come_back_as_typed(client, enter, district, body):
    enter("OADM", body.node)
    row = make_activity(district.communities[0][0], body, state="draft")
    address = f"/desk/activities/{row.pk}/questions/"
    typed = "*是否需要轮椅通道，是否\n午餐，选择，清真/素食/都可以\n想说的话"
    assert client.post(address, {"lines": typed}).status_code == 302
    told = list(Question.objects.order_by("sort", "pk").values_list("text", "kind", "is_required"))
    assert told == [
        ("是否需要轮椅通道", "yes_no", True),
        ("午餐", "choice", False),
        ("想说的话", "text", False),
    ]
    assert Question.objects.get(kind="choice").choices == ["清真", "素食", "都可以"]
    assert "*是否需要轮椅通道，是否\n午餐，选择，清真/素食/都可以" in page(client, address)
    assert client.post(address, {"lines": ""}).status_code == 302
    assert not Question.objects.exists()


@pytest.mark.parametrize(("typed", "words"), [
    ("问，猜", "类型应为"), ("问，选择", "至少要两个选项"), ("*", "1 到 100 个字"), ("长" * 101, "1 到 100 个字"),
    ("\n".join(["问"] * 11), "最多 10 个"), ("问，选择，一/", "至少要两个选项"), ("长" * 10_000, "4000"),
])  # fmt: skip
def test_questions_that_make_no_sense_are_named_by_their_line(
    client, enter, district, body, typed, words
):
    enter("OADM", body.node)
    row = make_activity(district.communities[0][0], body, state="draft")
    answer = client.post(f"/desk/activities/{row.pk}/questions/", {"lines": typed})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Question.objects.exists()


def test_questions_of_what_is_published_stay(client, enter, district, body):
    enter("OADM", body.node)
    row = make_activity(district.communities[0][0], body)
    answer = client.post(f"/desk/activities/{row.pk}/questions/", {"lines": "问"})
    assert answer.status_code == 409


# What a side brought


def test_each_side_tells_what_it_brought_itself(client, enter, district, body):
    mate = district.communities[1][0]
    row = make_activity(district.communities[0][0], body, shares=[ShareDraft(node=mate, people=3)])
    Cohost.objects.filter(activity=row).update(state="accepted", accepted_at=timezone.now())
    share = row.cohosts.get(node=mate)
    address = f"/desk/activities/{row.pk}/given/{share.pk}/"
    enter("OADM", body.node)
    assert client.get(address).status_code == 404
    enter("COM", mate)
    assert "填写实际贡献" in page(client, f"/desk/activities/{row.pk}/")
    assert (
        client.post(address, {"people": "2", "money": "120.5", "note": "茶水"}).status_code == 302
    )
    share.refresh_from_db()
    assert (share.given_people, share.given_fen, share.given_note) == (2, 12050, "茶水")
    for wrong in ({"people": "-1"}, {"people": "1", "money": "很多"}, {"people": "x"}):
        assert client.post(address, wrong).status_code == 422


# Lists that leave the house


def sheet_of(answer):
    return load_workbook(BytesIO(answer.content)).worksheets[0]


def people_in(answer):
    return [[cell.value for cell in row] for row in sheet_of(answer).iter_rows(min_row=2)]


def test_a_list_leaves_masked_and_in_clear_only_for_a_reason(client, enter, district, body):
    enter("OADM", body.node)
    session = make_session(district.communities[0][0], body)
    guest = make_guest(name="=样例一")
    join(session, guest)
    join(session)
    Session.objects.filter(pk=session.pk).update(state="ongoing")
    address = f"/desk/sessions/{session.pk}/roster.xlsx"
    rows = people_in(client.get(address))
    assert len(rows) == 2
    assert guest.phone not in str(rows)
    assert guest.name not in str(rows)
    clear = f"/desk/sessions/{session.pk}/roster/"
    assert client.post(clear, {"reason": " "}).status_code == 422
    assert not LogEntry.objects.filter(verb="read_roster").exists()
    answer = client.post(clear, {"reason": "逐个通知改期"})
    assert answer["Content-Type"].endswith("sheet")
    cells = [cell for row in sheet_of(answer).iter_rows() for cell in row if cell.value]
    assert [cell.data_type for cell in cells if "=样例一" in str(cell.value)] == ["s"]
    assert guest.phone in str(people_in(answer))
    assert LogEntry.objects.get(verb="read_roster").note == "逐个通知改期"
    Session.objects.filter(pk=session.pk).update(state="verified", verified_at=timezone.now())
    assert client.post(clear, {"reason": "看看"}).status_code == 409
    enter("OADM", make_organisation(district.communities[1][0]).node)
    assert client.get(address).status_code == 404
    assert client.get(clear).status_code == 404


def test_a_long_list_costs_few_queries(client, enter, district, body):
    enter("OADM", body.node)
    session = make_session(district.communities[0][0], body, capacity=None)
    counts = []
    for _each in range(3):
        join(session)
        address = f"/desk/sessions/{session.pk}/roster.xlsx"
        client.get(address)
        with CaptureQueriesContext(connection) as told:
            client.get(address)
        counts.append(len(told))
    assert counts[0] == counts[1] == counts[2] <= 9
