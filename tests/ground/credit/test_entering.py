"""Facts are entered, ended and taken back: each refusal a sentence, each deed in the log."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from changle.core.log import LogEntry
from changle.core.notices import Notice
from changle.ground.credit.actions.bulk import pass_many
from changle.ground.credit.actions.listing import end_grade, list_off, list_on, record_grade
from changle.ground.credit.actions.recording import (
    CreditRefused,
    Paper,
    close_rectification,
    record_inspection,
    record_penalty,
    withdraw_fact,
)
from changle.ground.credit.actions.rules import add_ground, retire_ground, set_number
from changle.ground.credit.models import CreditRule
from changle.ground.registry.models import OfficialFact
from changle.ground.registry.queries import facts_of
from changle.ground.registry.queries.eligibility import eligible
from tests.factories.accounts import make_user
from tests.factories.credit import ground, make_fact, make_listing
from tests.factories.registry import make_organisation
from tests.factories.territory import make_actor, make_grant


pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
YEAR = TODAY.year - 1
LATELY = TODAY - timedelta(days=20)
TOMORROW = TODAY + timedelta(days=1)
PAPER = Paper(authority="样例民政局", document="样例罚〔1〕号", ground="超出业务范围活动")


@pytest.fixture
def hand(bureau):
    return {"by": bureau, "now": timezone.now()}


def refusal(deed, *words, **told):
    with pytest.raises(CreditRefused) as caught, transaction.atomic():
        deed(**told)
    assert all(word in str(caught.value) for word in words), str(caught.value)
    return str(caught.value)


class TestInspection:
    @pytest.mark.parametrize(
        ("result", "rectify_by"),
        [("合格", None), ("一年未年检", None), ("两年未年检", None),
         ("基本合格", date(2024, 8, 31)), ("不合格", date(2024, 8, 31))],
    )  # fmt: skip
    def test_basic_and_failed_open_three_months_of_rectification(
        self, body, hand, result, rectify_by
    ):
        fact = record_inspection(pk=body.pk, year=2023, result=result, on=date(2024, 5, 31), **hand)
        assert fact.rectify_by == rectify_by
        assert (fact.year, fact.starts_on, fact.recorded_by_id) == (2023, date(2024, 5, 31), hand["by"].user_id)  # fmt: skip
        assert timezone.localdate(fact.recorded_at) >= fact.starts_on

    def test_one_conclusion_a_year(self, body, hand):
        record_inspection(pk=body.pk, year=YEAR, result="合格", on=LATELY, **hand)
        again = {"pk": body.pk, "year": YEAR, "result": "不合格", "on": TODAY, **hand}
        refusal(record_inspection, "已有年检结论", "更正", **again)

    @pytest.mark.parametrize(
        ("told", "words"),
        [
            ({"on": TOMORROW}, "不能晚于今天"), ({"on": date(12, 1, 1)}, "太早"),
            ({"year": TODAY.year}, "早于作出结论的年份"), ({"year": 2014}, "才登记"),
            ({"result": "优秀"}, "请选择"), ({"result": "刚成立不需检"}, "只有民办非企业单位"),
            ({"rectify_by": TOMORROW}, "才有整改期限"),
            ({"result": "不合格", "rectify_by": LATELY}, "晚于结论日期"),
        ],
    )  # fmt: skip
    def test_what_cannot_be_is_refused(self, body, hand, told, words):
        plain = {"pk": body.pk, "year": YEAR, "result": "合格", "on": LATELY}
        refusal(record_inspection, words, **{**plain, **told, **hand})
        assert not body.facts.exists()

    def test_filed_bodies_are_not_inspected(self, tree, hand):
        filed = make_organisation(tree.streets[0])
        refusal(
            record_inspection,
            "不参加年检",
            pk=filed.pk,
            year=YEAR,
            result="合格",
            on=LATELY,
            **hand,
        )

    def test_the_young_unit_is_exempt(self, tree, hand):
        late = make_organisation(tree.streets[0], "MF", registered_on=date(2023, 7, 1))
        fact = record_inspection(
            pk=late.pk, year=2023, result="刚成立不需检", on=date(2024, 5, 1), **hand
        )
        assert fact.pk

    def test_a_rectification_is_closed_once_and_not_before_it_began(self, body, hand):
        fact = record_inspection(pk=body.pk, year=YEAR, result="不合格", on=LATELY, **hand)
        refusal(close_rectification, "不能早于", pk=fact.pk, on=LATELY - timedelta(days=1), **hand)
        refusal(close_rectification, "不能晚于今天", pk=fact.pk, on=TOMORROW, **hand)
        assert close_rectification(pk=fact.pk, on=TODAY, **hand).rectified_on == TODAY
        refusal(close_rectification, "完成", pk=fact.pk, on=TODAY, **hand)
        passed = make_fact(body, "inspection", year=2019, result="合格")
        refusal(close_rectification, "没有要求整改", pk=passed.pk, on=TODAY, **hand)


class TestLists:
    def test_on_and_off_the_list(self, body, hand):
        fact = list_on(pk=body.pk, ground=ground(), on=LATELY, paper=PAPER, **hand)
        assert fact.ground == "未按规定的时限和要求报送年度工作报告"
        assert not eligible(body, "grant", LATELY).ok
        assert eligible(body, "grant", LATELY - timedelta(days=1)).ok
        list_off(pk=body.pk, list_="abnormal", on=TODAY, reason="已补报", **hand)
        assert eligible(body, "grant", TODAY).ok
        assert not eligible(body, "grant", TODAY - timedelta(days=1)).ok

    def test_the_future_is_refused_and_the_past_is_not(self, body, hand):
        refusal(list_on, "未来的事实不能预先登记", pk=body.pk, ground=ground(), on=TOMORROW, **hand)
        list_on(pk=body.pk, ground=ground(), on=date(2024, 1, 5), **hand)
        refusal(
            list_off, "不能晚于今天", pk=body.pk, list_="abnormal", on=TOMORROW, reason="x", **hand
        )
        refusal(list_off, "不能早于列入", pk=body.pk, list_="abnormal", on=date(2024, 1, 4), reason="x", **hand)  # fmt: skip

    def test_twice_at_once_is_refused_and_a_recurrence_restarts_the_clock(self, body, hand):
        list_on(pk=body.pk, ground=ground(), on=date(2025, 1, 5), **hand)
        told = {"pk": body.pk, "ground": ground(code="unreachable"), **hand}
        refusal(list_on, "2025年1月5日已列入", "再次出现", on=TODAY, **told)
        refusal(list_on, "晚于上一次", on=date(2025, 1, 5), again=True, **told)
        list_on(on=LATELY, again=True, **told)
        ended = list_off(pk=body.pk, list_="abnormal", on=TODAY, reason="已改正", **hand)
        assert {one.ends_on for one in ended} == {TODAY}
        assert len(ended) == 2
        refusal(list_off, "现在不在", pk=body.pk, list_="abnormal", on=TODAY, reason="x", **hand)
        refusal(list_on, "不是再次出现", on=TODAY, again=True, **told)

    def test_a_stay_cannot_lie_within_another(self, body, hand):
        make_listing(body, date(2024, 1, 1), ends_on=date(2024, 6, 1))
        refusal(list_on, "那一天已在", pk=body.pk, ground=ground(), on=date(2024, 3, 1), **hand)
        refusal(list_on, "后来还有", pk=body.pk, ground=ground(), on=date(2023, 3, 1), **hand)
        assert list_on(pk=body.pk, ground=ground(), on=date(2024, 6, 1), **hand)

    def test_filed_bodies_and_retired_grounds(self, tree, body, hand):
        filed = make_organisation(tree.streets[0])
        refusal(list_on, "只列登记的", pk=filed.pk, ground=ground(), on=TODAY, **hand)
        one = retire_ground(pk=ground(code="other_abnormal").pk, on=LATELY, **hand)
        refusal(list_on, "停用", pk=body.pk, ground=one, on=TODAY, **hand)

    def test_both_lists_stand_beside_each_other(self, body, hand):
        list_on(pk=body.pk, ground=ground(), on=date(2024, 1, 5), **hand)
        list_on(pk=body.pk, ground=ground("serious", "two_years"), on=TODAY, **hand)
        assert len(eligible(body, "grant", TODAY).reasons) == 2


class TestGrades:
    def test_five_years_unless_told_and_a_new_one_takes_its_place(self, body, hand):
        first = record_grade(pk=body.pk, grade="3A", starts_on=date(2020, 2, 29), **hand)
        assert first.ends_on == date(2025, 3, 1)
        second = record_grade(pk=body.pk, grade="4A", starts_on=date(2024, 5, 1), **hand)
        first.refresh_from_db()
        assert (first.ends_on, first.end_ground) == (date(2024, 5, 1), "重新评估")
        assert second.ends_on == date(2029, 5, 1)

    def test_what_overlaps_or_lies_ahead_is_refused(self, body, hand):
        record_grade(pk=body.pk, grade="3A", starts_on=date(2024, 5, 1), **hand)
        told = {"pk": body.pk, **hand}
        refusal(record_grade, "已登记过", grade="4A", starts_on=date(2024, 5, 1), **told)
        refusal(record_grade, "重叠", grade="4A", starts_on=date(2023, 5, 1), **told)
        refusal(record_grade, "不能晚于今天", grade="4A", starts_on=TOMORROW, **told)
        refusal(record_grade, "请选择", grade="6A", starts_on=TODAY, **told)
        refusal(record_grade, "晚于起始", grade="4A", starts_on=TODAY, ends_on=TODAY, **told)
        assert record_grade(
            grade="2A", starts_on=date(2018, 5, 1), ends_on=date(2023, 5, 1), **told
        )

    def test_lowered_and_cancelled(self, body, hand):
        fact = record_grade(pk=body.pk, grade="4A", starts_on=date(2024, 5, 1), **hand)
        refusal(end_grade, "应低于", pk=fact.pk, on=LATELY, reason="x", to="5A", **hand)
        refusal(end_grade, "有效期内", pk=fact.pk, on=date(2024, 5, 1), reason="x", **hand)
        end_grade(pk=fact.pk, on=date(2025, 6, 1), reason="复核", to="3A", **hand)
        lower = facts_of(body).get(result="3A")
        assert (lower.starts_on, lower.ends_on) == (date(2025, 6, 1), date(2029, 5, 1))
        assert not eligible(body, "simplified_inspection", date(2025, 6, 1)).ok
        end_grade(pk=lower.pk, on=LATELY, reason="提供虚假材料", **hand)
        assert not eligible(body, "preference", LATELY).ok
        refusal(end_grade, "有效期内", pk=fact.pk, on=TODAY, reason="x", **hand)


class TestPenalties:
    @pytest.mark.parametrize(
        ("told", "words"),
        [
            ({"result": "罚款"}, "金额"), ({"result": "警告", "amount_fen": 100}, "没有金额"),
            ({"result": "限期停止活动"}, "期满日"), ({"result": "警告", "ends_on": TOMORROW}, "只有限期停止活动"),
            ({"result": "限期停止活动", "ends_on": LATELY}, "期满日"), ({"result": "批评"}, "请选择"),
            ({"on": TOMORROW}, "不能晚于今天"), ({"paper": Paper(document="1")}, "事由"),
        ],
    )  # fmt: skip
    def test_what_cannot_be_is_refused(self, body, hand, told, words):
        plain = {"pk": body.pk, "result": "警告", "on": LATELY, "paper": PAPER}
        refusal(record_penalty, words, **{**plain, **told, **hand})

    def test_a_decision_with_two_penalties_is_two_facts(self, body, hand):
        told = {"pk": body.pk, "on": LATELY, "paper": PAPER, **hand}
        record_penalty(result="警告", **told)
        fine = record_penalty(result="罚款", amount_fen=500_000, **told)
        assert fine.document == "样例罚〔1〕号（罚款）"
        refusal(record_penalty, "已登记过", result="罚款", amount_fen=1, **told)


class TestWithdrawing:
    def test_the_withdrawn_stays_readable_counts_for_nothing_and_may_be_entered_anew(
        self, body, hand
    ):
        fact = record_inspection(pk=body.pk, year=YEAR, result="不合格", on=LATELY, **hand)
        refusal(withdraw_fact, "原因", pk=fact.pk, because=" ", **hand)
        withdraw_fact(pk=fact.pk, because="录错年度", **hand)
        refusal(withdraw_fact, "已经更正过", pk=fact.pk, because="再来", **hand)
        refusal(close_rectification, "更正", pk=fact.pk, on=TODAY, **hand)
        assert not facts_of(body).exists()
        assert OfficialFact.objects.get().result == "不合格"
        record_inspection(pk=body.pk, year=YEAR, result="合格", on=LATELY, **hand)

    def test_the_database_itself_keeps_a_fact_single(self, body):
        make_listing(body, TODAY)
        with pytest.raises(IntegrityError), transaction.atomic():
            make_listing(body, TODAY)
        OfficialFact.objects.update(withdrawn_at=timezone.now())
        make_listing(body, TODAY)


def test_each_deed_is_in_the_log_of_the_body_and_told_to_its_keepers(tree, body, hand):
    keeper = make_user()
    make_grant(keeper, body.node, "OADM")
    list_on(pk=body.pk, ground=ground(), on=LATELY, **hand)
    list_off(pk=body.pk, list_="abnormal", on=TODAY, reason="已补报", **hand)
    grade = record_grade(pk=body.pk, grade="3A", starts_on=date(2024, 5, 1), **hand)
    withdraw_fact(pk=grade.pk, because="录错", **hand)
    entries = LogEntry.objects.filter(
        subject_id=str(body.pk), subject_label="registry.Organisation"
    )
    assert list(entries.order_by("id").values_list("verb", flat=True))[1:] == [
        "record_fact", "list_off", "record_fact", "withdraw_fact",
    ]  # fmt: skip
    texts = list(Notice.objects.filter(to=keeper).order_by("id").values_list("text", flat=True))
    assert ["列入" in texts[0], "移出" in texts[1], "3A" in texts[2], "更正" in texts[3]] == [
        True
    ] * 4


DEEDS = {
    "inspection": lambda b, h: record_inspection(pk=b.pk, year=YEAR, result="合格", on=LATELY, **h),
    "list_on": lambda b, h: list_on(pk=b.pk, ground=ground(), on=LATELY, **h),
    "grade": lambda b, h: record_grade(pk=b.pk, grade="3A", starts_on=LATELY, **h),
    "penalty": lambda b, h: record_penalty(pk=b.pk, result="警告", on=LATELY, paper=PAPER, **h),
}
ALLOWED = {"DCA": set(DEEDS)}  # whatever is not named here may do none of it


@pytest.mark.parametrize("role", ["DCA", "DSW", "STO", "CTR", "COM", "OADM", "AUD"])
@pytest.mark.parametrize("deed", sorted(DEEDS))
def test_only_the_bureau_enters_facts(tree, body, role, deed):
    places = {"DCA": tree.root, "DSW": tree.root, "AUD": tree.root, "STO": tree.streets[0],
              "CTR": tree.streets[0], "COM": tree.communities[0][0], "OADM": body.node}  # fmt: skip
    hand = {"by": make_actor(role, places[role]), "now": timezone.now()}
    if deed in ALLOWED.get(role, ()):
        assert DEEDS[deed](body, hand)
    else:
        with pytest.raises(type(body).DoesNotExist):
            DEEDS[deed](body, hand)


class TestMany:
    def test_the_sound_are_passed_together(self, tree, hand):
        bodies = [
            make_organisation(tree.streets[0], "ST", registered_on=date(YEAR, 3, 1))
            for _each in range(3)
        ]
        pks = [one.pk for one in bodies]
        assert pass_many(pks=pks, year=YEAR, on=LATELY, **hand) == 3
        assert OfficialFact.objects.filter(year=YEAR, result="合格").count() == 3
        refusal(pass_many, "刚才已登记", pks=pks[:1], year=YEAR, on=LATELY, **hand)

    def test_the_doubtful_are_refused_by_name_and_nobody_is_passed(self, tree, hand):
        sound, doubtful = (
            make_organisation(tree.streets[0], "ST", registered_on=date(YEAR, 3, 1))
            for _each in "ab"
        )
        make_listing(doubtful, LATELY)
        told = {"pks": [sound.pk, doubtful.pk], "year": YEAR, "on": LATELY, **hand}
        refusal(pass_many, doubtful.name, "须单独登记", "异常名录", **told)
        assert not OfficialFact.objects.filter(kind="inspection").exists()

    def test_none_ticked_the_exempt_and_the_unreachable(self, tree, hand):
        refusal(pass_many, "勾选", pks=[], year=YEAR, on=LATELY, **hand)
        late = make_organisation(tree.streets[0], "MF", registered_on=date(YEAR, 8, 1))
        refusal(pass_many, "不需参加", pks=[late.pk], year=YEAR, on=LATELY, **hand)
        street = {"by": make_actor("STO", tree.streets[0]), "now": timezone.now()}
        refusal(pass_many, "不能登记", pks=[late.pk], year=YEAR, on=LATELY, **street)


class TestRules:
    def test_numbers_change_from_a_day_on_and_by_the_bureau_only(self, tree, hand):
        told = {"name": "grade_years", "value": 4, "source": "本区文件"}
        refusal(set_number, "今天或以后", starts_on=LATELY, **told, **hand)
        refusal(set_number, "1 到 60", starts_on=TODAY, **{**told, "value": 61}, **hand)
        refusal(
            set_number, "月日", starts_on=TODAY, name="exempt_after", value=631, source="x", **hand
        )
        set_number(starts_on=TOMORROW, **told, **hand)
        refusal(set_number, "已有数值", starts_on=TOMORROW, **told, **hand)
        street = {"by": make_actor("STO", tree.streets[0]), "now": timezone.now()}
        refusal(set_number, "区民政局", starts_on=TODAY, **told, **street)
        assert LogEntry.objects.filter(verb="set_credit_rule").count() == 1

    def test_the_database_keeps_numbers_positive_and_single(self):
        plain = {
            "name": "grade_years",
            "starts_on": TODAY,
            "source": "x",
            "recorded_at": timezone.now(),
        }
        CreditRule.objects.create(value=4, **plain)
        with pytest.raises(IntegrityError), transaction.atomic():
            CreditRule.objects.create(value=5, **plain)
        with pytest.raises(IntegrityError), transaction.atomic():
            CreditRule.objects.create(**{**plain, "value": 0, "starts_on": TOMORROW})

    def test_grounds_come_and_go(self, hand):
        told = {"list_": "abnormal", "source": "本区文件", **hand}
        one = add_ground(code="noisy", name="样例事由", **told)
        refusal(add_ground, "这个代码", code="noisy", name="别的", **told)
        refusal(add_ground, "同样的事由", code="noisy2", name="样例事由", **told)
        retire_ground(pk=one.pk, on=TODAY, **hand)
        refusal(retire_ground, "已经停用", pk=one.pk, on=TODAY, **hand)
