"""The pages of matters: each for its reader, shut for others, and nothing typed is lost."""

from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from changle.core.indicators import parts, rows, value
from changle.core.periods import Period
from changle.ground.matters.models import LicenceRule, Matter, MatterType, ReviewRule
from tests.factories.accounts import make_user
from tests.factories.matters import at, day, make_matter, make_type, paper
from tests.factories.registry import make_organisation
from tests.factories.territory import make_district, make_grant


pytestmark = pytest.mark.django_db
LIST = "/desk/matters/"
LONG = "长" * 10_000


@pytest.fixture
def tree():
    return make_district()


@pytest.fixture
def body(tree):
    return make_organisation(tree.communities[0][0], "BA")


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


def typed(**changes):
    facts = {
        "title": "样例邻里节", "content": "邻里百家宴", "form": "市集", "starts_at": f"{at(20):%Y-%m-%dT%H:%M}",
        "ends_at": f"{at(20, 17):%Y-%m-%dT%H:%M}", "place": "样例广场", "expected": "80", "sessions": "1",
        "contact_name": "样例庚", "contact_phone": "13900000003", "go": "submit",
    }  # fmt: skip
    return {**facts, **changes}


def new(body, code="festival"):
    return f"/desk/organisations/{body.pk}/matters/new/?type={make_type(code).pk}"


def test_a_body_reports_in_one_go(client, enter, body):
    enter("OADM", body.node)
    make_type()
    assert "要报告哪一类" in text(client.get(f"/desk/organisations/{body.pk}/matters/new/"))
    page = text(client.get(new(body)))
    assert "最迟报告日" not in page
    answer = client.post(new(body), typed())
    row = Matter.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"{LIST}{row.pk}/")
    assert (row.state, row.title) == ("submitted", "样例邻里节")
    assert "样例邻里节" in text(client.get(f"{LIST}{row.pk}/"))
    assert "样例邻里节" in text(client.get(f"/desk/organisations/{body.pk}/matters/"))


def test_only_the_fields_of_the_type_appear(client, enter, body):
    enter("OADM", body.node)
    charter, festival = text(client.get(new(body, "charter"))), text(client.get(new(body)))
    for name in ("starts_at", "expected", "place", "safety_plan", "budget"):
        assert f'name="{name}"' not in charter
        assert f'name="{name}"' in festival
    for name in ("decided_on", "approvals"):
        assert f'name="{name}"' in charter
        assert f'name="{name}"' not in festival


def test_a_draft_is_kept_though_much_is_missing(client, enter, body):
    enter("OADM", body.node)
    client.post(new(body), {"title": "只有名字", "go": "submit"})
    row = Matter.objects.get()
    assert row.state == "draft"
    page = text(client.get(f"{LIST}{row.pk}/"))
    assert "提交前还缺" in page
    assert "开始时间" in page
    client.post(f"{LIST}{row.pk}/edit/", typed(go="save"))
    row.refresh_from_db()
    assert (row.state, row.expected) == ("draft", 80)
    assert client.post(f"{LIST}{row.pk}/submit/").status_code == 302
    row.refresh_from_db()
    assert row.state == "submitted"
    assert client.get(f"{LIST}{row.pk}/edit/").status_code == 404


@pytest.mark.parametrize("code", ["festival", "charity", "charter", "foreign_gift"])
def test_a_draft_is_taken_up_again_with_all_that_was_typed(client, enter, body, code):
    facts = {"budget_fen": 120_000, "decided_on": day(-1)}
    row = make_matter(body=body, kind=make_type(code), **facts)
    enter("OADM", body.node)
    page = text(client.get(f"{LIST}{row.pk}/edit/"))
    assert "辖区文艺队伍演出" in page
    assert "最迟报告日" in page
    assert ("1,200.00元" in page) is (code != "charter")
    assert (f"{at(20):%Y-%m-%dT%H:%M}" in page) is (code in {"festival", "charity"})


def test_late_asks_why_and_keeps_what_was_typed(client, enter, body):
    enter("OADM", body.node)
    row = make_matter(body=body, days=2)
    assert 'name="late_reason"' in text(client.get(f"{LIST}{row.pk}/"))
    assert client.post(f"{LIST}{row.pk}/submit/").status_code == 409
    answer = client.post(f"{LIST}{row.pk}/submit/", {"late_reason": LONG})
    assert answer.status_code == 422
    assert LONG[:300] in text(answer)
    assert client.post(f"{LIST}{row.pk}/submit/", {"late_reason": "临时"}).status_code == 302
    row.refresh_from_db()
    assert row.is_late


def test_a_thousand_persons_are_told_the_police_at_once(client, enter, body):
    enter("OADM", body.node)
    kind = make_type()
    asked = f"{LIST}demand/?type={kind.pk}&starts_at={at(30):%Y-%m-%dT%H:%M}&expected="
    small, large, huge = (text(client.get(asked + n)) for n in ("999", "1200", "5000"))
    assert "公安" not in small
    assert "县（区）级公安机关" in large
    assert f"{day(10).month}月{day(10).day}日" in large
    assert "市级公安机关" in huge
    for odd in ("甲", "9" * 40, "-5", ""):
        assert client.get(asked + odd).status_code == 200
    assert client.get(f"{LIST}demand/?type={kind.pk}&starts_at=0001-01-01T00:00&decided_on=9999-12-31").status_code == 200  # fmt: skip
    assert client.get(f"{LIST}demand/?type=甲").status_code == 404


def test_the_licence_is_handed_in_and_then_it_is_taken_note_of(client, enter, tree, body):
    row = make_matter(body=body, state="submitted", expected=1200, days=40)
    enter("STO", tree.streets[0])
    page = text(client.get(f"{LIST}{row.pk}/"))
    assert "须有活动所在地县（区）级公安机关的安全许可" in page
    assert client.post(f"{LIST}{row.pk}/move/acknowledge/").status_code == 409
    enter("OADM", body.node)
    facts = {"licence_number": "样例安许1号", "licence_authority": "样例分局"}
    assert client.post(f"{LIST}{row.pk}/licence/", facts).status_code == 422
    facts["licence"] = paper("许可.pdf")
    assert client.post(f"{LIST}{row.pk}/licence/", facts).status_code == 302
    enter("STO", tree.streets[0])
    assert client.post(f"{LIST}{row.pk}/move/acknowledge/").status_code == 302
    row.refresh_from_db()
    assert row.state == "acknowledged"


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("title", ""), ("title", LONG), ("title", "a\x00b"), ("content", LONG), ("form", LONG),
        ("starts_at", "昨天"), ("starts_at", "0001-01-01T00:00"), ("starts_at", "9999-12-31T23:59"),
        ("ends_at", "2021-02-30T09:00"), ("ends_at", "2001-01-01T09:00"), ("expected", "-1"),
        ("expected", "甲"), ("expected", "9" * 30), ("sessions", "0"), ("sessions", "40000"),
        ("budget", "三万"), ("budget", "-1"), ("budget", "9" * 40), ("contact_phone", "abc"),
        ("place", LONG), ("foreign_about", LONG),
    ],
    ids=lambda told: str(told)[:12],
)  # fmt: skip
def test_what_cannot_be_is_told_and_kept(client, enter, body, field, wrong):
    enter("OADM", body.node)
    answer = client.post(new(body), typed(**{field: wrong}))
    assert answer.status_code == 422
    page = text(answer)
    assert "invalid-feedback" in page
    assert field == "content" or "邻里百家宴" in page
    assert not Matter.objects.exists()


@pytest.mark.parametrize(
    "words", ["𠮷社邻里节", "<script>alert('甲')</script>", '=HYPERLINK("甲")']
)
def test_strange_words_are_kept_as_words(client, enter, body, words):
    enter("OADM", body.node)
    client.post(new(body), typed(title=words))
    row = Matter.objects.get()
    assert row.title == words
    for url in (LIST, f"{LIST}{row.pk}/", f"/desk/organisations/{body.pk}/matters/"):
        assert "<script>alert(" not in client.get(url).content.decode()


def test_a_refused_file_leaves_nothing_and_loses_nothing(client, enter, body):
    enter("OADM", body.node)
    bad = SimpleUploadedFile("方案.pdf", b"MZ\x90\x00")
    answer = client.post(new(body), {**typed(), "safety_plan": bad})
    assert answer.status_code == 409
    assert "邻里百家宴" in text(answer)
    assert not Matter.objects.exists()


def test_the_result_is_told_and_confirmed(client, enter, tree, body):
    row = make_matter(body=body, state="acknowledged", days=-1)
    enter("OADM", body.node)
    assert "已经举办" in text(client.get(f"{LIST}{row.pk}/"))
    assert client.post(f"{LIST}{row.pk}/move/hold/").status_code == 302
    assert client.get(f"{LIST}{row.pk}/result/").status_code == 200
    facts = {"held_on": str(day(-1)), "real_participants": "70", "effect": "很好"}
    for wrong in ({"held_on": "9999-01-01"}, {"real_participants": "-1"}, {"effect": ""}):
        assert client.post(f"{LIST}{row.pk}/result/", {**facts, **wrong}).status_code == 422
    assert (
        client.post(f"{LIST}{row.pk}/result/", {**facts, "held_on": str(day(3))}).status_code == 409
    )
    assert client.post(f"{LIST}{row.pk}/result/", facts).status_code == 302
    enter("STO", tree.streets[0])
    assert client.post(f"{LIST}{row.pk}/move/close/").status_code == 302
    row.refresh_from_db()
    assert row.state == "closed"
    assert "核实办结" in text(client.get(f"{LIST}{row.pk}/"))


def test_another_street_and_the_strangers_find_nothing(client, enter, tree, body):
    row = make_matter(body=body, state="submitted")
    doors = [f"{LIST}{row.pk}/", f"{LIST}{row.pk}/edit/", f"{LIST}{row.pk}/licence/",
             f"/desk/organisations/{body.pk}/matters/", f"/desk/organisations/{body.pk}/matters/new/"]  # fmt: skip
    enter("STO", tree.streets[1])
    for url in doors:
        assert client.get(url).status_code == 404
    for url in ("move/acknowledge/", "submit/"):
        assert client.post(f"{LIST}{row.pk}/{url}").status_code == 404
    assert row.title not in text(client.get(LIST))
    assert row.title not in text(client.get(f"{LIST}month/?month={at(20):%Y-%m}"))
    client.post(f"{LIST}acknowledge/", {"pk": [row.pk]})
    row.refresh_from_db()
    assert row.state == "submitted"
    enter("RES", tree.communities[0][0])
    assert client.get(LIST).status_code == 404


def test_a_draft_is_nobody_elses_business(client, enter, tree, body):
    row = make_matter(body=body)
    enter("STO", tree.streets[0])
    assert client.get(f"{LIST}{row.pk}/").status_code == 404
    assert row.title not in text(client.get(LIST))
    assert row.title not in text(client.get(f"/desk/organisations/{body.pk}/matters/"))


def test_moves_of_the_page_are_those_of_the_reader(client, enter, tree, body):
    row = make_matter(body=body, state="submitted")
    enter("COM", tree.communities[0][0])
    page = text(client.get(f"{LIST}{row.pk}/"))
    assert "move/acknowledge" not in page
    assert client.post(f"{LIST}{row.pk}/move/acknowledge/").status_code == 404
    enter("STO", tree.streets[0])
    assert "move/acknowledge" in text(client.get(f"{LIST}{row.pk}/"))
    for name in ("settle", "ask_report", "report", "nothing"):
        assert client.post(f"{LIST}{row.pk}/move/{name}/").status_code == 404
    answer = client.post(f"{LIST}{row.pk}/move/guide/", {"note": LONG})
    assert answer.status_code == 422
    assert LONG in text(answer)
    assert client.post(f"{LIST}{row.pk}/move/guide/", {"note": ""}).status_code == 409


def test_the_list_narrows_and_answers_together(client, enter, tree, body):
    waiting = make_matter(body=body, state="submitted", title="样例submitted")
    make_matter(body=body, state="acknowledged", title="样例acknowledged")
    late = make_matter(
        body=body,
        state="submitted",
        title="样例迟到",
        columns={"is_late": True, "late_reason": "临时"},
    )
    enter("STO", tree.streets[0])
    page = text(client.get(f"{LIST}?state=submitted"))
    assert "样例submitted" in page
    assert "样例acknowledged" not in page
    assert "样例submitted" not in text(client.get(f"{LIST}?late=1"))
    assert "样例submitted" in text(client.get(f"{LIST}?month={at(20):%Y-%m}"))
    assert "样例submitted" not in text(client.get(f"{LIST}?month={at(90):%Y-%m}"))
    assert "样例submitted" in text(client.get(f"{LIST}?q=submit"))
    assert "样例submitted" in text(client.get(f"{LIST}month/?month={at(20):%Y-%m}"))
    for odd in (
        "?month=2026-13",
        "?month=甲",
        "?type=甲",
        f"?after={'9' * 40}",
        "?state=甲",
        "?q=%00",
    ):
        assert client.get(LIST + odd).status_code == 200
        assert client.get(f"{LIST}month/{odd}").status_code == 200
    pks = [str(waiting.pk), str(late.pk), "甲", "9" * 30]
    page = text(client.post(f"{LIST}acknowledge/", {"pk": pks}, follow=True))
    assert "已知悉 1 件" in page
    assert "逐件处理" in page
    assert client.post(f"{LIST}acknowledge/", {}).status_code == 302


@pytest.mark.parametrize("where", ["list", "month", "room"])
def test_lists_cost_the_same_for_one_row_and_three(client, enter, tree, body, where):
    enter("STO", tree.streets[0])
    costs = []
    for count in (1, 2):
        for _each in range(count):
            make_matter(tree.communities[0][0], state="submitted")
            make_matter(body=body, state="submitted")
        room = f"/desk/organisations/{body.pk}/matters/"
        month = f"{LIST}month/?month={at(20):%Y-%m}"
        url = {"list": LIST, "month": month, "room": room}[where]
        client.get(url)  # what the head of every page keeps for a while
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_the_bureau_keeps_the_rules(client, enter, tree):
    kind = make_type()
    enter("DCA", tree.root)
    rules = f"{LIST}rules/"
    assert "节庆" in text(client.get(rules))
    facts = {
        "name": "节庆活动",
        "timing": "before",
        "lead_days": "15",
        "days_are": "working",
        "is_event": "on",
    }
    assert client.get(f"{rules}{kind.pk}/").status_code == 200
    assert client.post(f"{rules}{kind.pk}/", facts).status_code == 302
    kind.refresh_from_db()
    assert (kind.lead_days, kind.days_are, kind.plan_from) == (15, "working", None)
    assert client.post(f"{rules}{kind.pk}/", {**facts, "is_event": ""}).status_code == 422
    for wrong in (
        {"lead_days": "-1"},
        {"lead_days": "9" * 20},
        {"name": LONG},
        {"report_from_fen": "甲"},
    ):
        assert client.post(f"{rules}{kind.pk}/", {**facts, **wrong}).status_code == 422
    assert client.post(f"{rules}add/", {**facts, "code": "festival"}).status_code == 409
    assert client.post(f"{rules}add/", {**facts, "code": "own-kind"}).status_code == 302
    assert MatterType.objects.filter(code="own-kind").exists()
    assert client.post(f"{rules}{kind.pk}/retire/", {"on": str(day(0))}).status_code == 302
    licence = LicenceRule.objects.order_by("from_people")[0]
    told = {"from_people": "800", "authority": "样例公安分局", "apply_days": "20", "basis": ""}
    assert client.post(f"{rules}licence/{licence.pk}/", told).status_code == 302
    told["from_people"] = "5000"
    assert client.post(f"{rules}licence/{licence.pk}/", told).status_code == 409
    review = {
        "filed_tier": "street",
        "registered_tier": "street",
        "review_days": "4",
        "report_days": "15",
    }
    assert client.post(f"{rules}review/", review).status_code == 302
    assert ReviewRule.objects.get().report_days == 15
    enter("STO", tree.streets[0])
    for url in ("", "add/", f"{kind.pk}/", f"licence/{licence.pk}/", "review/"):
        assert client.get(rules + url).status_code == 404


def test_the_figures_add_up(tree, body):
    today = timezone.localdate()
    period = Period.year(today.year)
    make_matter(body=body)  # a draft is no report
    make_matter(body=body, state="withdrawn")
    make_matter(body=body, state="submitted", expected=1000)
    late = make_matter(body=body, state="closed", columns={"is_late": True, "late_reason": "临时"})
    make_matter(body=body, state="stopped", columns={"stopped_on": today})
    owed = make_matter(body=body, state="post_report_due", columns={"report_due_on": day(-1)})
    asked = {"path": tree.root.path, "period": period, "today": today}
    told = {
        name: value(f"matters.{name}", **asked).value
        for name in ("reported", "late", "on_time", "stopped", "large", "results_overdue")
    }
    assert told == {
        "reported": 4, "late": 1, "on_time": 3, "stopped": 1, "large": 1, "results_overdue": 1,
    }  # fmt: skip
    rate = value("matters.on_time_rate", **asked)
    assert (rate.numerator, rate.denominator) == (3, 4)
    assert rows("matters.late", **asked).get() == late
    assert rows("matters.results_overdue", **asked).get() == owed
    for cut in ("street", "type", "kind"):
        assert sum(one.value for one in parts("matters.reported", cut, **asked)) == 4
    elsewhere = {**asked, "path": tree.streets[1].path}
    assert value("matters.reported", **elsewhere).value == 0
