"""The ways of a report, written by hand against the table; and who never verifies whom."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from changle.core.lifecycle import MoveRefused
from changle.core.log import LogEntry
from changle.ground.annual.actions import AnnualRefused, accept_sound, explain, move, submit
from changle.ground.annual.lifecycle import ANNUAL
from changle.ground.annual.models import AnnualReport
from changle.ground.registry.models import OfficialFact
from tests.factories.annual import everyone_at, make_body, make_report, put, sound
from tests.factories.territory import make_actor, make_district


ALLOWED = {
    ("preparing", "check"): "checked",
    ("returned", "check"): "checked",
    ("checked", "reopen"): "preparing",
    ("checked", "submit"): "submitted",
    ("submitted", "accept"): "accepted",
    ("submitted", "send_back"): "returned",
    ("accepted", "send_back"): "returned",
    ("accepted", "close"): "closed",
    ("preparing", "excuse"): "excused",
    ("checked", "excuse"): "excused",
    ("returned", "excuse"): "excused",
}
KEEPS = {"check", "reopen", "submit"}
VERIFIES = {"accept", "send_back", "close", "excuse"}
HANDED_IN = date(2022, 3, 1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def tree():
    return make_district()


@pytest.fixture
def body(tree):
    return make_body(tree.communities[0][0])


@pytest.fixture
def keeper(body):
    return make_actor("OADM", body.node)


@pytest.fixture
def bureau(tree):
    return make_actor("DCA", tree.root)


@pytest.fixture
def report(body, keeper):
    return make_report(body, by=keeper, values=sound("MF"))


def do(report, name, by, note="依据"):
    now = timezone.now()
    if name == "submit":
        return submit(pk=report.pk, on=HANDED_IN, by=by, now=now)
    return move(pk=report.pk, name=name, by=by, now=now, note=note)


def decide(body):
    OfficialFact.objects.create(
        organisation=body, kind="inspection", year=2021, result="合格", recorded_at=timezone.now()
    )


def test_the_hand_written_table_knows_every_move():
    assert {name for _state, name in ALLOWED} == set(ANNUAL.moves) == KEEPS | VERIFIES


@pytest.mark.parametrize("state", AnnualReport.State.values)
def test_every_state_meets_every_move(report, body, keeper, bureau, state):
    decide(body)
    for name in ANNUAL.moves:
        put(report, state)
        by = keeper if name in KEEPS else bureau
        target = ALLOWED.get((state, name))
        if target is None:
            with pytest.raises(MoveRefused, match="状态已经变化"):
                do(report, name, by)
            assert AnnualReport.objects.get(pk=report.pk).state == state
        else:
            assert do(report, name, by).state == target
            entry = LogEntry.objects.order_by("-id")[0]
            assert (entry.verb, entry.source, entry.target) == (name, state, target)


@pytest.mark.parametrize(
    ("role", "at", "moves"),
    [
        ("DCA", "root", VERIFIES), ("STO", "street", VERIFIES), ("OADM", "body", KEEPS),
        ("CTR", "street", set()), ("COM", "community", set()), ("AUD", "root", set()),
        ("DSW", "root", set()), ("OSTF", "body", set()), ("RES", "community", set()), ("SYS", "root", set()),
    ],
)  # fmt: skip
def test_which_role_makes_which_move(tree, body, report, role, at, moves):
    decide(body)
    places = {"root": tree.root, "street": tree.streets[0], "community": tree.communities[0][0], "body": body.node}  # fmt: skip
    by = make_actor(role, places[at])
    for (state, name), target in ALLOWED.items():
        put(report, state)
        if name in moves:
            assert do(report, name, by).state == target
        else:
            with pytest.raises(AnnualReport.DoesNotExist):
                do(report, name, by)


def test_another_street_and_another_body_find_no_report(tree, report):
    other = make_body(tree.communities[1][0])
    put(report, "submitted")
    for stranger in (make_actor("STO", tree.streets[1]), make_actor("OADM", other.node)):
        with pytest.raises(AnnualReport.DoesNotExist):
            do(report, "accept", stranger)
        assert not stranger.rows(AnnualReport, "annual.view").exists()


def test_who_filled_it_in_does_not_verify_it(tree, body):
    both = everyone_at(tree.root)
    one = make_report(body, by=both, values=sound("MF"))
    do(one, "check", both)
    do(one, "submit", both)
    with pytest.raises(AnnualRefused, match="须由别人核对"):
        do(one, "accept", both)
    assert do(one, "accept", make_actor("DCA", tree.root)).state == "accepted"


def test_errors_and_unexplained_warnings_block_the_self_check(body, keeper):
    one = make_report(body, by=keeper, values=sound("MF", income=8_000_001))
    with pytest.raises(MoveRefused, match="还有 4 处需要处理"):
        do(one, "check", keeper)
    two = make_report(body, by=keeper, year=2020, values=sound("MF", council_meetings=0))
    with pytest.raises(MoveRefused, match="没有按章程召开会议"):
        do(two, "check", keeper)
    explain(
        pk=two.pk, code="no_meeting", reason="疫情期间改为通讯表决", by=keeper, now=timezone.now()
    )
    assert do(two, "check", keeper).state == "checked"


def test_what_is_checked_stays_as_it_was(body, keeper):
    one = make_report(body, by=keeper, values=sound("MF"))
    do(one, "check", keeper)
    before = AnnualReport.objects.get(pk=one.pk).values
    body.address = "新址"
    body.save(update_fields=["address"])
    assert AnnualReport.objects.get(pk=one.pk).values == before
    assert before["name"] == body.name


def test_late_reports_say_why_and_go_on(report, keeper):
    put(report, "checked")
    late = report.report_by + timedelta(days=3)
    now = timezone.now()
    with pytest.raises(AnnualRefused, match="逾期原因"):
        submit(pk=report.pk, on=late, by=keeper, now=now)
    done = submit(pk=report.pk, on=late, by=keeper, now=now, late_reason="会计离职")
    assert (done.state, done.late_reason) == ("submitted", "会计离职")
    assert done.due_on is None


@pytest.mark.parametrize(
    ("on", "sentence"), [(date(2999, 1, 1), "不能晚于今天"), (date(2021, 3, 1), "不会在")]
)
def test_days_that_cannot_be_are_refused(report, keeper, on, sentence):
    put(report, "checked")
    with pytest.raises(AnnualRefused, match=sentence):
        submit(pk=report.pk, on=on, by=keeper, now=timezone.now())


def test_it_closes_only_with_the_official_result(report, body, bureau):
    put(report, "accepted")
    with pytest.raises(MoveRefused, match="结论还没有登记"):
        do(report, "close", bureau)
    decide(body)
    assert do(report, "close", bureau).state == "closed"


def test_sound_ones_are_accepted_together_and_the_doubtful_apart(tree, bureau):
    rows = [make_report(make_body(tree.communities[0][0])) for _each in range(4)]
    put(rows[0], "submitted")
    put(rows[1], "submitted", submitted_on=date(2022, 7, 1), late_reason="会计离职")
    put(rows[2], "submitted", reasons={"idle": "疫情"})
    done, doubtful = accept_sound(pks=[row.pk for row in rows], by=bureau, now=timezone.now())
    assert done == 1
    assert [name for name, _why in doubtful] == [row.organisation.name for row in rows[1:]]
    assert AnnualReport.objects.filter(state="accepted").count() == 1
