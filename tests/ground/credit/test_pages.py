"""The room of credit and the district's lists: who sees what, forms that keep what was typed, queries."""

import re
from datetime import UTC, date, datetime, timedelta
from html import unescape
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from changle.core.log import LogEntry
from changle.ground.credit.queries.boards import BOARDS
from changle.ground.credit.queries.rules import seed_grounds
from changle.ground.registry.models import OfficialFact
from tests.factories.credit import ground, make_fact, make_listing
from tests.factories.registry import make_organisation


pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
YEAR = TODAY.year - 1
LONG, RARE, HTML, FORMULA = "长" * 10_000, "𠮷野家示例", "<script>alert('甲')</script>", "=1+1"


def text(answer):
    return unescape(answer.content.decode())


def room(body, rest=""):
    return f"/desk/organisations/{body.pk}/credit/{rest}"


def queries(client, url):
    client.get(url)
    with CaptureQueriesContext(
        connection,
    ) as told:
        assert client.get(url).status_code == 200
    return len(told)


class TestRoom:
    def test_it_says_what_is_open_why_not_and_how_to_mend_it(self, enter, tree, body):
        make_listing(body, date(2026, 5, 3))
        page = text(enter("STO", tree.streets[0]).get(room(body)))
        assert (
            "2026年5月3日列入活动异常名录（未按规定的时限和要求报送年度工作报告），移出名录之日起恢复。"
            in page
        )
        assert page.count("不可以") >= 3
        assert "登记处罚" not in page  # a street enters nothing
        assert "列入活动异常名录" in text(
            enter("STO", tree.streets[0]).get(f"/desk/organisations/{body.pk}/")
        )

    def test_the_bureau_finds_its_forms_there(self, enter, tree, body):
        make_listing(body, date(2026, 5, 3))
        page = text(enter("DCA", tree.root).get(room(body)))
        for word in (
            "登记年检结论",
            "登记等级",
            "列入名录",
            "登记处罚",
            "移出活动异常名录",
            "更正",
        ):
            assert word in page

    def test_a_grade_in_force_stands_at_the_head_and_an_expired_one_does_not(
        self, enter, tree, body
    ):
        client = enter("DCA", tree.root)
        fact = make_fact(body, "grade", result="4A", starts_on=TODAY - timedelta(days=400))
        assert "4A 等级，有效至" in text(client.get(f"/desk/organisations/{body.pk}/"))
        OfficialFact.objects.filter(pk=fact.pk).update(ends_on=TODAY)
        assert "4A 等级，有效至" not in text(client.get(f"/desk/organisations/{body.pk}/"))

    def test_the_withdrawn_is_told_on_the_desk_and_nowhere_else(self, enter, client, tree, body):
        make_listing(body, TODAY, withdrawn_at=timezone.now(), withdrawn_because="录错组织了")
        assert "移出" not in text(client.get(f"/organisations/{body.pk}/"))
        assert "异常名录" not in text(client.get(f"/organisations/{body.pk}/")).replace(
            "暂无年检、评估等级、异常名录等公开记录", ""
        )
        inside = text(enter("STO", tree.streets[0]).get(room(body)))
        assert "更正原因：录错组织了" in inside
        answer = client.get(f"/api/v1/organisations/{body.pk}")
        assert answer.json()["facts"] == []

    def test_another_street_finds_no_such_room(self, enter, tree, body):
        client = enter("STO", tree.streets[1])
        assert client.get(room(body)).status_code == 404

    @pytest.mark.parametrize(
        "rest", ["inspection/", "grade/", "list/", "list/abnormal/off/", "penalty/"]
    )
    @pytest.mark.parametrize("role", ["STO", "CTR", "COM", "OADM", "AUD"])
    def test_who_does_not_enter_facts_finds_no_form(self, enter, tree, body, role, rest):
        places = {"COM": tree.communities[0][0], "OADM": body.node, "AUD": tree.root}
        client = enter(role, places.get(role, tree.streets[0]))
        assert client.get(room(body, rest)).status_code == 404
        assert client.post(room(body, rest), {"on": TODAY}).status_code == 404

    def test_a_listing_entered_too_late_says_so(self, enter, tree, body):
        make_listing(body, date(2026, 5, 6), recorded_at=datetime(2026, 5, 13, 4, tzinfo=UTC))
        client = enter("DCA", tree.root)
        assert "录入晚于规定" not in text(client.get(room(body)))
        body.facts.update(recorded_at=datetime(2026, 5, 14, 4, tzinfo=UTC))
        assert "录入晚于规定的 5 个工作日（应在2026年5月13日前）" in text(client.get(room(body)))

    def test_queries_do_not_grow_with_the_facts(self, enter, tree, body):
        client = enter("DCA", tree.root)
        make_listing(body, date(2024, 1, 1), ends_on=date(2024, 2, 1))
        one = queries(client, room(body))
        for month in range(3, 8):
            make_listing(body, date(2024, month, 1), ends_on=date(2024, month, 9))
        assert queries(client, room(body)) == one


class TestPublic:
    def test_what_is_public_is_dated_and_shown(self, client, body):
        make_fact(body, "grade", result="3A", starts_on=TODAY - timedelta(days=30))
        make_fact(
            body, "inspection", year=YEAR, result="不合格", starts_on=TODAY - timedelta(days=9)
        )
        make_listing(body, TODAY)
        page = text(client.get(f"/organisations/{body.pk}/"))
        assert "3A" in page
        assert f"{YEAR}年度 不合格" in page
        assert f"{TODAY.year}年{TODAY.month}月{TODAY.day}日起" in page


FORMS = {
    "inspection/": {"year": YEAR, "result": "合格", "on": TODAY.isoformat(), "document": "示例1号"},
    "grade/": {"grade": "3A", "starts_on": TODAY.isoformat(), "document": "示例2号"},
    "penalty/": {"result": "罚款", "on": TODAY.isoformat(), "amount": "3万元", "ground": "示例事由",
                 "document": "示例3号"},
}  # fmt: skip


class TestForms:
    @pytest.mark.parametrize("rest", sorted(FORMS))
    def test_what_is_right_is_entered(self, enter, tree, body, rest):
        client = enter("DCA", tree.root)
        assert client.get(room(body, rest)).status_code == 200
        answer = client.post(room(body, rest), FORMS[rest])
        assert answer.status_code == 302, text(answer)
        fact = body.facts.get()
        assert fact.document == FORMS[rest]["document"]
        assert fact.amount_fen == (3_000_000 if "amount" in FORMS[rest] else None)

    @pytest.mark.parametrize("rest", sorted(FORMS))
    @pytest.mark.parametrize(
        "wrong", ["", LONG, RARE, HTML, FORMULA, "a\x00b", "2021-02-30", "9" * 40, "0001-01-01"]
    )
    def test_whatever_is_typed_is_saved_or_told_and_never_breaks(
        self, enter, tree, body, rest, wrong
    ):
        client = enter("DCA", tree.root)
        for name in FORMS[rest]:
            answer = client.post(room(body, rest), {**FORMS[rest], name: wrong})
            assert answer.status_code in {302, 409, 422}, (name, answer.status_code)
            if answer.status_code == 422 and wrong in {HTML, FORMULA, RARE}:
                assert (
                    wrong in text(answer)
                    or 'name="result"' in text(answer)
                    or "grade" in text(answer)
                )
                assert "<script>alert" not in answer.content.decode()
        assert client.get(room(body)).status_code == 200
        assert client.get(f"/organisations/{body.pk}/").status_code == 200

    def test_a_refusal_keeps_what_was_typed(self, enter, tree, body):
        client = enter("DCA", tree.root)
        make_fact(body, "inspection", year=YEAR, result="合格", starts_on=TODAY)
        answer = client.post(room(body, "inspection/"), {**FORMS["inspection/"], "authority": RARE})
        assert answer.status_code == 409
        assert "已有年检结论" in text(answer)
        assert f'value="{RARE}"' in text(answer)

    def test_listed_left_rectified_withdrawn_by_the_pages(self, enter, tree, body):
        client = enter("DCA", tree.root)
        one = ground()
        told = {"ground": one.pk, "on": TODAY.isoformat()}
        assert client.post(room(body, "list/"), told).status_code == 302
        assert client.post(room(body, "list/"), told).status_code == 409
        off = {"on": TODAY.isoformat(), "reason": "已补报"}
        assert client.post(room(body, "list/abnormal/off/"), off).status_code == 302
        assert client.post(room(body, "list/other/off/"), off).status_code == 404
        fact = make_fact(body, "inspection", year=YEAR, result="不合格", starts_on=TODAY - timedelta(days=5),
                         rectify_by=TODAY + timedelta(days=80))  # fmt: skip
        stem = f"/desk/credit/facts/{fact.pk}/"
        assert client.get(f"{stem}rectified/").status_code == 200
        assert client.post(f"{stem}rectified/", {"on": TODAY.isoformat()}).status_code == 302
        assert client.post(f"{stem}withdraw/", {"because": ""}).status_code == 422
        assert client.post(f"{stem}withdraw/", {"because": "录错"}).status_code == 302
        assert client.get(f"{stem}end-grade/").status_code == 404
        grade = make_fact(body, "grade", result="4A", starts_on=TODAY - timedelta(days=99))
        stem = f"/desk/credit/facts/{grade.pk}/end-grade/"
        assert "降为3A" in text(client.get(stem))
        told = {"to": "none", "on": TODAY.isoformat(), "reason": "提供虚假材料"}
        assert client.post(stem, {**told, "to": ""}).status_code == 422
        assert client.post(stem, told).status_code == 302

    def test_facts_of_others_are_not_there(self, enter, tree, body):
        fact = make_listing(body, TODAY)
        client = enter("STO", tree.streets[0])
        for deed in ("withdraw/", "rectified/", "end-grade/"):
            assert client.get(f"/desk/credit/facts/{fact.pk}/{deed}").status_code == 404


def full(place):
    """A body with something on each list, without a result for the year."""
    body = make_organisation(place, "ST", registered_on=date(2015, 1, 1))
    make_listing(body, date(2020, 1, 1))
    make_fact(body, "inspection", year=2019, result="不合格", starts_on=date(2020, 5, 1),
              rectify_by=date(2020, 8, 1))  # fmt: skip
    make_fact(body, "grade", result="3A", starts_on=TODAY - timedelta(days=5 * 365 - 20))
    return body


class TestBoards:
    @pytest.mark.parametrize("board", sorted(BOARDS))
    def test_each_lists_its_bodies_for_their_own_places_at_a_fixed_cost(self, enter, tree, board):
        here, there = full(tree.communities[0][0]), full(tree.communities[1][0])
        client = enter("STO", tree.streets[0])
        page = text(client.get(f"/desk/credit/{board}/"))
        assert here.name in page
        assert there.name not in page
        client = enter("DCA", tree.root)
        url = f"/desk/credit/{board}/"
        two = queries(client, url)
        for _each in range(3):
            full(tree.communities[0][1])
        assert queries(client, url) == two

    @pytest.mark.parametrize("board", sorted(BOARDS))
    def test_narrowed_and_taken_away(self, enter, tree, board):
        here, there = full(tree.communities[0][0]), full(tree.communities[1][0])
        client = enter("DCA", tree.root)
        asked = f"?street={tree.streets[0].pk}&kind=ST&year={YEAR}"
        page = text(client.get(f"/desk/credit/{board}/{asked}"))
        assert here.name in page
        assert there.name not in page
        assert here.name not in text(client.get(f"/desk/credit/{board}/?kind=JJH"))
        book = load_workbook(BytesIO(client.get(f"/desk/credit/{board}/export/{asked}").content))
        assert [row[0].value for row in book.worksheets[0].iter_rows(min_row=2)] == [here.name]
        assert LogEntry.objects.filter(note__contains="信用与等级").exists()

    @pytest.mark.parametrize(
        "query",
        [
            "street=x",
            "street=" + "9" * 40,
            "kind=%00",
            "year=99999",
            "year=１９",
            "kind=" + "甲" * 3000,
        ],
    )
    def test_naughty_addresses_break_nothing(self, enter, tree, query):
        client = enter("DCA", tree.root)
        for board in BOARDS:
            assert client.get(f"/desk/credit/{board}/?{query}").status_code == 200
        assert client.get("/desk/credit/nothing/").status_code == 404

    def test_the_serious_leaves_the_proposals(self, enter, tree):
        body = full(tree.streets[0])
        client = enter("DCA", tree.root)
        assert body.name in text(client.get("/desk/credit/proposals/"))
        make_listing(body, TODAY, "serious")
        assert body.name not in text(client.get("/desk/credit/proposals/"))

    def test_a_recurrence_restarts_the_clock_of_the_proposal(self, enter, tree):
        body = full(tree.streets[0])
        make_listing(body, TODAY - timedelta(days=300))
        assert body.name not in text(enter("DCA", tree.root).get("/desk/credit/proposals/"))

    @pytest.mark.parametrize(
        ("results", "proposed"),
        [
            (("不合格", "一年未年检"), True), (("合格", "不合格"), False), (("不合格", "合格"), False),
            (("不合格", ""), False), (("", "两年未年检"), True), (("基本合格", "基本合格"), False),
        ],
    )  # fmt: skip
    def test_two_bad_years_in_a_row_are_shown_for_revocation(
        self, enter, tree, body, results, proposed
    ):
        for year, result in zip((YEAR - 1, YEAR), results, strict=True):
            if result:
                make_fact(body, "inspection", year=year, result=result)
        page = text(enter("DCA", tree.root).get("/desk/credit/proposals/"))
        assert ("提请撤销登记" in page) is proposed

    def test_many_are_passed_and_the_doubtful_stand_apart(self, enter, tree):
        sound = [
            make_organisation(tree.streets[0], "ST", registered_on=date(YEAR, 2, 1))
            for _each in "ab"
        ]
        doubtful = full(tree.streets[0])
        exempt = make_organisation(tree.streets[0], "MF", registered_on=date(YEAR, 7, 1))
        client = enter("DCA", tree.root)
        page = text(client.get("/desk/credit/missing/"))
        ticks = re.findall(r'name="pk" value="(\d+)"', page)
        assert sorted(map(int, ticks)) == sorted(one.pk for one in sound)
        assert doubtful.name in page
        assert exempt.name not in page
        told = {"year": YEAR, "on": TODAY.isoformat(), "authority": "样例民政局"}
        assert client.post("/desk/credit/missing/pass/", told).status_code == 409
        bad = client.post("/desk/credit/missing/pass/", {**told, "on": "x", "pk": ticks})
        assert bad.status_code == 422
        assert "样例民政局" in text(bad)
        assert client.post("/desk/credit/missing/pass/", {**told, "pk": ticks}).status_code == 302
        assert not re.findall(r'name="pk"', text(client.get("/desk/credit/missing/")))

    def test_a_street_ticks_nothing(self, enter, tree):
        full(tree.streets[0])
        client = enter("STO", tree.streets[0])
        assert 'name="pk"' not in text(client.get("/desk/credit/missing/"))
        assert client.post("/desk/credit/missing/pass/", {}).status_code == 404


class TestRulePages:
    def test_the_bureau_changes_a_number_and_the_grounds(self, enter, tree):
        seed_grounds()
        client = enter("DCA", tree.root)
        assert "5月31日" in text(client.get("/desk/credit/rules/"))
        url = "/desk/credit/rules/inspection_deadline/"
        told = {"value": 630, "starts_on": TODAY.isoformat(), "source": "本区通知"}
        assert client.post(url, {**told, "value": 632}).status_code == 409
        assert client.post(url, {**told, "value": LONG}).status_code == 422
        assert client.post(url, told).status_code == 302
        assert "6月30日" in text(client.get("/desk/credit/rules/"))
        assert client.get("/desk/credit/rules/nothing/").status_code == 404
        add = "/desk/credit/grounds/abnormal/add/"
        entry = {"code": "noisy", "name": RARE, "source": FORMULA}
        assert client.post(add, {**entry, "code": "甲"}).status_code == 422
        assert client.post(add, entry).status_code == 302
        assert RARE in text(client.get("/desk/credit/rules/"))
        retire = f"/desk/credit/grounds/{ground().pk}/retire/"
        assert client.post(retire, {"on": TODAY.isoformat()}).status_code == 302

    @pytest.mark.parametrize("role", ["STO", "AUD", "DSW"])
    def test_nobody_else_finds_them(self, enter, tree, role):
        client = enter(role, tree.streets[0] if role == "STO" else tree.root)
        for url in ("rules/", "rules/grade_years/", "grounds/abnormal/add/"):
            assert client.get(f"/desk/credit/{url}").status_code == 404
