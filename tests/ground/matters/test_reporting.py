"""Periods, papers, the rule of 1,000 persons, lateness, results: what a report must bring along."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from changle.core.calendar import Calendar, DayRow
from changle.core.lifecycle import MoveRefused
from changle.core.log import LogEntry
from changle.core.notices import Notice
from changle.core.reminders import Reminder
from changle.ground.matters.actions import (
    MatterRefused,
    Papers,
    Result,
    acknowledge_many,
    change_review_rule,
    hand_in_licence,
    move,
    report_result,
    retire_type,
    save_draft,
    start,
    submit,
)
from changle.ground.matters.actions.reminding import ask_for_results, remind_of_matters
from changle.ground.matters.lifecycle import MATTER
from changle.ground.matters.models import LicenceRule, Matter, MatterType, ReviewRule
from changle.ground.matters.queries import held_by, latest_day, missing, seed_types
from changle.ground.matters.queries.days import below, demands_of
from changle.ground.registry.models import Organisation
from tests.factories.accounts import make_user
from tests.factories.matters import at, day, make_draft, make_matter, make_type, paper, reporter_of
from tests.factories.registry import make_organisation
from tests.factories.territory import make_actor, make_district, make_grant


pytestmark = pytest.mark.django_db
# A week of holidays from Thursday 1 October 2026, paid for by Saturday 10.
HOLIDAYS = Calendar.of(
    [
        *(DayRow(date(2026, 10, n), False, "国庆节") for n in range(1, 8)),
        DayRow(date(2026, 10, 10), True, "国庆节"),
    ]
)


@pytest.fixture
def tree():
    return make_district()


@pytest.fixture
def body(tree):
    return make_organisation(tree.communities[0][0], "BA")


@pytest.fixture
def street(tree):
    return make_actor("STO", tree.streets[0])


def now():
    return timezone.now()


@pytest.mark.parametrize(
    ("facts", "begins", "decided", "latest"),
    [
        ({}, date(2026, 10, 20), None, date(2026, 10, 13)),
        ({"lead_days": 15}, date(2026, 10, 20), None, date(2026, 10, 5)),
        # three working days before Friday 9 October: the week of holidays counts for nothing
        ({"lead_days": 3, "days_are": "working"}, date(2026, 10, 9), None, date(2026, 9, 29)),
        ({"timing": "after"}, None, date(2026, 9, 21), date(2026, 9, 28)),
        # the seventh day falls on the holidays: the next working day
        ({"timing": "after"}, None, date(2026, 9, 24), date(2026, 10, 8)),
        ({"timing": "after", "lead_days": 3, "days_are": "working"}, None, date(2026, 9, 29), date(2026, 10, 9)),
        ({}, None, None, None),
        ({"timing": "after"}, date(2026, 10, 20), None, None),
    ],
)  # fmt: skip
def test_the_latest_day_follows_the_official_calendar(facts, begins, decided, latest):
    kind = MatterType(**{"lead_days": 7, "days_are": "calendar", "timing": "before", **facts})
    assert latest_day(kind, begins=begins, decided=decided, calendar=HOLIDAYS) == latest


def demanded(row, today=None):
    rules = list(LicenceRule.objects.order_by("-from_people"))
    return demands_of(row, today=today or day(0), calendar=Calendar.load(), rules=rules)


@pytest.mark.parametrize(
    ("expected", "authority"),
    [(999, None), (1000, "县（区）"), (4999, "县（区）"), (5000, "市级"), (80_000, "市级"), (None, None)],
)  # fmt: skip
def test_the_expected_number_names_the_police(body, expected, authority):
    told = demanded(make_matter(body=body, expected=expected, days=40))
    if authority is None:
        assert told.licence is None
        assert told.apply_by is None
    else:
        assert authority in told.licence.authority
        assert told.apply_by == day(20)
        assert not told.apply_is_late


def test_no_licence_no_acknowledgement(body, street):
    row = make_matter(body=body, expected=1200, days=40, papers=Papers(safety_plan=paper()))
    submit(pk=row.pk, by=reporter_of(body), now=now())
    with pytest.raises(MoveRefused, match="1000 人"):
        move(row.pk, "acknowledge", by=street, now=now())
    button = {
        b.move.name: b.refusal for b in MATTER.buttons(Matter.objects.get(pk=row.pk), to=street)
    }
    assert "安全许可" in button["acknowledge"]
    by = reporter_of(body)
    hand_in_licence(pk=row.pk, number="样例安许1号", authority="样例公安分局", by=by, now=now())
    with pytest.raises(MoveRefused, match="许可文件"):
        move(row.pk, "acknowledge", by=street, now=now())
    hand_in_licence(
        pk=row.pk, number="样例安许1号", authority="样例公安分局", by=by, now=now(),
        papers=Papers(licence=paper("许可.pdf")),
    )  # fmt: skip
    assert move(row.pk, "acknowledge", by=street, now=now()).state == "acknowledged"
    assert LogEntry.objects.filter(verb="hand_in_licence").count() == 2


def test_thresholds_are_data(body, street):
    row = make_matter(body=body, state="submitted", expected=300, days=40)
    LicenceRule.objects.filter(from_people=1000).update(from_people=300)
    with pytest.raises(MoveRefused, match="300 人"):
        move(row.pk, "acknowledge", by=street, now=now())
    LicenceRule.objects.all().delete()
    assert move(row.pk, "acknowledge", by=street, now=now()).state == "acknowledged"


@pytest.mark.parametrize(
    ("code", "facts", "lacking"),
    [
        ("festival", {}, []),
        ("festival", {"content": "", "place": "", "contact_phone": ""}, ["内容", "联系电话", "地点"]),
        ("festival", {"starts_at": None, "ends_at": None, "expected": None, "sessions": None},
         ["开始时间", "结束时间", "预计每场人数", "场次"]),
        ("festival", {"expected": 200}, ["安全方案"]),
        ("festival", {"budget_fen": 100}, ["经费来源"]),
        ("festival", {"budget_fen": 0}, []),
        ("festival", {"is_foreign": True}, ["涉外情况"]),
        ("charter", {}, ["作出决定的日期", "批准或决议"]),
        ("foreign_gift", {"decided_on": date(2026, 1, 1)}, ["批准或决议", "经费预算", "涉外情况"]),
        ("charity", {}, ["经费预算"]),
    ],
)  # fmt: skip
def test_what_is_missing_is_told_by_type(body, code, facts, lacking):
    row = make_matter(body=body, kind=make_type(code), **facts)
    assert missing(row) == lacking
    if lacking:
        with pytest.raises(MoveRefused, match="还缺"):
            submit(pk=row.pk, by=reporter_of(body), now=now(), late_reason="补报")
        row.refresh_from_db()
        assert (row.state, row.submitted_on) == ("draft", None)


@pytest.mark.parametrize(
    ("people", "fen", "is_below"),
    [(49, 9_999_999, True), (50, 0, False), (0, 10_000_000, False), (10, None, False), (None, 0, False)],
)  # fmt: skip
def test_charity_is_reported_from_50_persons_or_100_000_yuan(db, people, fen, is_below):
    assert below(make_type("charity"), people, fen) is is_below
    assert below(make_type("festival"), people, fen) is False


def test_late_is_received_with_a_reason_and_marked(body):
    row, by = make_matter(body=body, days=3), reporter_of(body)
    assert row.latest_on == day(-4)
    with pytest.raises(MatterRefused, match="迟报原因"):
        submit(pk=row.pk, by=by, now=now())
    with pytest.raises(MatterRefused, match="迟报原因"):
        submit(pk=row.pk, by=by, now=now(), late_reason="　 ")
    row = submit(pk=row.pk, by=by, now=now(), late_reason="场地临时确定")
    assert (row.state, row.is_late, row.late_reason) == ("submitted", True, "场地临时确定")


def test_the_last_day_is_still_in_time_and_a_second_submission_changes_nothing(body, street):
    row, by = make_matter(body=body, days=7), reporter_of(body)
    assert row.latest_on == day(0)
    submit(pk=row.pk, by=by, now=now(), late_reason="用不上")
    move(row.pk, "guide", by=street, now=now(), note="请补充应急预案")
    save_draft(pk=row.pk, draft=make_draft(days=2), by=by, now=now())
    row = submit(pk=row.pk, by=by, now=now())
    assert (row.is_late, row.late_reason, row.submitted_on) == (False, "", day(0))


def test_the_reviewer_has_working_days(body):
    make_type()
    ReviewRule.objects.update(review_days=5)
    row = make_matter(body=body)
    row = submit(pk=row.pk, by=reporter_of(body), now=now())
    assert row.due_on == Calendar.load().add_working_days(day(0), 5)


def test_what_has_been_taken_note_of_is_changed_no_more(body):
    for state in set(Matter.State.values) - {"draft", "guided", "stopped"}:
        row = make_matter(body=body, state=state)
        with pytest.raises(MatterRefused, match="不能再改"):
            save_draft(pk=row.pk, draft=make_draft(), by=reporter_of(body), now=now())


def test_an_ended_body_and_a_retired_type_begin_nothing(tree, body):
    kind = make_type()
    bureau = make_actor("DCA", tree.root)
    retire_type(pk=kind.pk, on=day(0), by=bureau, now=now())
    kind.refresh_from_db()
    told = {"organisation": body.pk, "draft": make_draft(), "by": reporter_of(body), "now": now()}
    with pytest.raises(MatterRefused, match="停用"):
        start(**told, kind=kind)
    Organisation.objects.filter(pk=body.pk).update(state="cancelled")
    with pytest.raises(MatterRefused, match="不能再报告"):
        start(**told, kind=make_type("forum"))


def test_the_street_and_other_bodies_report_for_nobody(tree, body, street):
    other = make_organisation(tree.communities[0][0], "BA")
    for stranger in (street, reporter_of(other)):
        with pytest.raises(Organisation.DoesNotExist):
            start(
                organisation=body.pk, kind=make_type(), draft=make_draft(), by=stranger, now=now()
            )


def test_what_was_decided_is_closed_when_taken_note_of(body, street):
    row = make_matter(
        body=body, kind=make_type("charter"), decided_on=day(-1), approvals="理事会〔2026〕2号",
        starts_at=None, ends_at=None,
    )  # fmt: skip
    submit(pk=row.pk, by=reporter_of(body), now=now())
    row = move(row.pk, "acknowledge", by=street, now=now())
    assert (row.state, row.closed_on) == ("closed", day(0))
    assert held_by(day(0)) == {}


RESULT = Result(held_on=day(-1), real_participants=86, effect="居民踊跃")


def test_from_the_event_to_its_confirmation(body, street):
    by = reporter_of(body)
    row = make_matter(body=body, state="acknowledged", days=-1)
    row = move(row.pk, "hold", by=by, now=now())
    last = Calendar.load().add_working_days(day(-1), 10)
    assert (row.state, row.due_on, row.report_due_on) == ("held", last, last)
    row = report_result(pk=row.pk, result=RESULT, by=by, now=now())
    assert (row.state, row.reported_on) == ("reported", day(0))
    assert held_by(day(0)) == {}  # the body's own word does not count
    move(row.pk, "return_report", by=street, now=now(), note="请写明人次如何统计")
    row = report_result(
        pk=row.pk, result=replace(RESULT, real_participants=80), by=by, now=now(),
        papers=Papers(report=paper("总结.pdf")),
    )  # fmt: skip
    row = move(row.pk, "close", by=street, now=now())
    assert (row.state, row.closed_on, row.real_participants) == ("closed", day(0), 80)
    assert held_by(day(0)) == {body.pk: day(-1)}
    assert held_by(day(-2)) == {}
    assert held_by(day(0), [body.pk + 1]) == {}


def test_nothing_is_held_before_it_begins_nor_on_a_day_to_come(body):
    by = reporter_of(body)
    row = make_matter(body=body, state="acknowledged", days=3)
    with pytest.raises(MatterRefused, match="还没有到"):
        move(row.pk, "hold", by=by, now=now())
    row = make_matter(body=body, state="held", days=-1)
    with pytest.raises(MatterRefused, match="晚于今天"):
        report_result(pk=row.pk, result=replace(RESULT, held_on=day(1)), by=by, now=now())


def test_the_night_asks_for_results_once(body):
    rows = {state: make_matter(body=body, state=state, days=-1) for state in Matter.State.values}
    ahead = make_matter(body=body, state="acknowledged", days=2)
    for _night in range(2):
        ask_for_results(now())
    for state, row in rows.items():
        asked = state in {"submitted", "acknowledged", "guided", "held"}
        row.refresh_from_db()
        assert row.state == ("post_report_due" if asked else state)
        assert bool(row.report_due_on) is asked
    ahead.refresh_from_db()
    assert ahead.state == "acknowledged"
    assert LogEntry.objects.filter(verb="ask_report").count() == 4


def test_drafts_and_owed_results_are_reminded_of(tree, body):
    user = make_user()
    make_grant(user, body.node, "OADM")
    make_matter(body=body, days=13)  # latest in 6 days
    make_matter(body=body, days=60)
    owed = make_matter(body=body, state="post_report_due", days=-5)
    Matter.objects.filter(pk=owed.pk).update(due_on=day(1))
    for _night in range(2):
        remind_of_matters(now())
    assert set(Reminder.objects.values_list("topic", "days")) == {("report", 7), ("result", 1)}
    assert Notice.objects.filter(to=user).count() == 2


def test_small_ones_are_taken_note_of_together(tree, body, street):
    small = [make_matter(body=body, state="submitted") for _each in range(2)]
    large = make_matter(body=body, state="submitted", expected=1500)
    foreign = make_matter(body=body, state="submitted", is_foreign=True)
    elsewhere = make_matter(tree.communities[1][0], state="submitted")
    pks = [row.pk for row in (*small, large, foreign, elsewhere)]
    done, left = acknowledge_many(pks=pks, by=street, now=now())
    assert (done, len(left)) == (2, 2)
    assert set(Matter.objects.filter(state="acknowledged")) == set(small)
    again, left = acknowledge_many(pks=[small[0].pk], by=street, now=now())
    assert (again, len(left)) == (0, 1)


def test_only_the_bureau_sets_rules(tree, street):
    make_type()
    with pytest.raises(MatterRefused, match="区民政局"):
        change_review_rule(facts={"review_days": 9}, by=street, now=now())
    change_review_rule(facts={"review_days": 9}, by=make_actor("DCA", tree.root), now=now())
    assert ReviewRule.objects.get().review_days == 9


def test_seeding_twice_keeps_what_the_bureau_has_set(db):
    make_type("festival", lead_days=15)
    seed_types()
    assert MatterType.objects.get(code="festival").lead_days == 15
    assert (LicenceRule.objects.count(), ReviewRule.objects.count()) == (2, 1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"ends_at": at(-400)},
        {"state": "submitted", "submitted_on": None},
        {"is_late": True, "late_reason": ""},
        {"state": "reported", "submitted_on": day(0), "held_on": None},
        {"budget_fen": -1},
    ],
    ids=",".join,
)
def test_the_database_refuses_what_must_never_be(body, wrong):
    row = make_matter(body=body)
    with pytest.raises(IntegrityError), transaction.atomic():
        Matter.objects.filter(pk=row.pk).update(**wrong)


def test_the_database_keeps_the_rules_sound(db):
    kind = make_type()
    with pytest.raises(IntegrityError), transaction.atomic():
        MatterType.objects.filter(pk=kind.pk).update(is_event=False)
    with pytest.raises(IntegrityError), transaction.atomic():
        ReviewRule.objects.create(name="other")
    with pytest.raises(IntegrityError), transaction.atomic():
        LicenceRule.objects.create(from_people=1000, authority="又一个")


def test_a_span_turned_round_is_told_as_a_sentence(body):
    with pytest.raises(MatterRefused, match="结束时间"):
        make_matter(body=body, ends_at=at(20, 9) - timedelta(hours=1))


def test_personal_words_stay_out_of_the_log(body):
    row = make_matter(body=body)
    draft = make_draft(contact_phone="13800000008", contact_name="样例辛")
    save_draft(pk=row.pk, draft=draft, by=reporter_of(body), now=now())
    told = str(
        LogEntry.objects.filter(subject_label="matters.Matter").values_list("changes", "note")
    )
    assert "13800000008" not in told
    assert "样例辛" not in told
