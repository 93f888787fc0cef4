"""The middle and the end of a term, what the panel may see, and what the figures make of it."""

import re
from datetime import date, datetime, timedelta
from html import unescape
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from changle.core.indicators import CATALOGUE, parts, rows, value
from changle.core.lifecycle import MoveRefused
from changle.core.log import LogEntry, record
from changle.core.notices import Notice
from changle.core.periods import Period
from changle.core.refusals import Refused
from changle.services.incubation.actions import (
    extend,
    force_out,
    graduate,
    hand_over,
    propose_exit,
    report_stage,
    score_midterm,
    submit_sheet,
    tick,
    visit,
)
from changle.services.incubation.actions.nightly import end_terms, remind
from changle.services.incubation.lifecycle import INCUBATEE
from changle.services.incubation.models import Appraisal, FollowUp, Incubatee, Sheet
from changle.services.incubation.queries.comparing import KINDS, STAGES, cohorts, funnel, rows_of
from changle.services.incubation.queries.leaving import checklist
from changle.services.incubation.queries.scoring import open_sheets
from tests.factories.accounts import make_user
from tests.factories.incubation import (
    EXIT_FULL,
    MIDTERM_FULL,
    NOW,
    make_appraisal,
    make_beside,
    make_delivery,
    make_exit_panel,
    make_expert,
    make_incubatee,
    make_item,
    make_panel,
    scaled,
)
from tests.factories.registry import make_organisation
from tests.factories.territory import make_actor, make_district, make_grant


pytestmark = pytest.mark.django_db
TODAY = NOW.date()
TERM = {
    "starts_on": date(2026, 9, 1),
    "ends_on": date(2027, 9, 1),
    "admitted_on": date(2026, 8, 20),
}


@pytest.fixture
def street():
    return make_district().streets[0]


@pytest.fixture
def row(street):
    return make_incubatee(street, "incubating", **TERM)


@pytest.fixture
def house(street):
    return make_actor("CTR", street)


@pytest.fixture
def office(street):
    return make_actor("STO", street)


@pytest.fixture
def body(row):
    return make_actor("OADM", row.organisation.node)


def entered(role, node):
    client, user = Client(), make_user()
    make_grant(user, node, role)
    client.force_login(user)
    return client


def test_midterm_by_points_and_once_more_after_the_probation(row, house, body):
    INCUBATEE.fire(row.pk, "midterm", by=house, now=NOW)
    report_stage(incubatee=row.pk, stage="midterm", report="自评", by=body, now=NOW)
    with pytest.raises(MoveRefused, match="还没有打分"):
        INCUBATEE.fire(row.pk, "continue", by=house, now=NOW)
    for wrong in ({}, MIDTERM_FULL | {"status": 6}, MIDTERM_FULL | {"status": True}):
        with pytest.raises(Refused):
            score_midterm(incubatee=row.pk, scores=wrong, remark="", by=house, now=NOW)
    told = score_midterm(
        incubatee=row.pk, scores=scaled(MIDTERM_FULL, 41), remark="弱", by=house, now=NOW
    )
    assert told.total == 41
    with pytest.raises(Refused, match="已经打分"):
        report_stage(incubatee=row.pk, stage="midterm", report="改", by=body, now=NOW)
    with pytest.raises(MoveRefused, match="低于"):
        INCUBATEE.fire(row.pk, "continue", by=house, now=NOW)
    INCUBATEE.fire(row.pk, "probation", by=house, now=NOW, note="账目不全")
    with pytest.raises(MoveRefused, match="还没有打分"):
        INCUBATEE.fire(row.pk, "continue", by=house, now=NOW)
    score_midterm(incubatee=row.pk, scores=scaled(MIDTERM_FULL, 42), remark="", by=house, now=NOW)
    assert INCUBATEE.fire(row.pk, "continue", by=house, now=NOW).state == "incubating"
    assert Appraisal.objects.filter(incubatee=row, stage="midterm").count() == 2


def test_the_exit_panel_is_blind_until_it_is_complete(street, row, house, office, body):
    admission = make_panel(row, street)
    for sheet, _expert in admission:
        Sheet.objects.filter(pk=sheet.pk).update(submitted_at=NOW, scores={"need": 1})
    row = INCUBATEE.fire(row.pk, "exit_review", by=body, now=NOW)
    assert row.round == 1
    assert not open_sheets(row, house)  # those of the admission are another round
    assert len(open_sheets(row, house, 0)) == 3
    experts = [make_expert(street) for _each in range(3)]
    sheets = [
        Sheet.objects.create(incubatee=row, round=1, reviewer_id=one.user_id) for one in experts
    ]
    report_stage(incubatee=row.pk, stage="exit", report="自评", by=body, now=NOW)
    for count, (sheet, expert) in enumerate(zip(sheets, experts, strict=True), start=1):
        with pytest.raises(MoveRefused, match="没有全部提交"):
            graduate(incubatee=row.pk, minutes="纪要", by=office, now=NOW)
        submit_sheet(sheet=sheet.pk, scores=EXIT_FULL, remark="", by=expert, now=NOW)
        assert len(open_sheets(row, house)) == (3 if count == 3 else 0)
        assert len(open_sheets(row, expert)) == (3 if count == 3 else 1)
    with pytest.raises(Refused, match="纪要"):
        graduate(incubatee=row.pk, minutes=" ", by=office, now=NOW)
    done = graduate(incubatee=row.pk, minutes="一致同意", by=office, now=NOW)
    assert (done.state, done.graduated_on) == ("follow_up", TODAY)
    due = list(FollowUp.objects.values_list("due_on", flat=True).order_by("month"))
    assert due == [date(2027, 6, 2), date(2027, 9, 2), date(2027, 12, 2), date(2028, 3, 2)]


@pytest.mark.parametrize(
    ("points", "name"), [(75, "graduate"), (74, "extend"), (60, "extend"), (59, "")]
)
def test_what_follows_from_the_points_of_the_exit(street, row, office, points, name):
    Incubatee.objects.filter(pk=row.pk).update(state="exit_review")
    make_exit_panel(row, street, points)
    for one, deed in (("graduate", lambda: graduate(incubatee=row.pk, minutes="纪要", by=office, now=NOW)),
                      ("extend", lambda: extend(incubatee=row.pk, months=6, minutes="纪要", by=office, now=NOW))):  # fmt: skip
        make_appraisal(row, "exit", round=2 if one == "extend" else 1)
        if one == name:
            moved = deed()
            assert moved.state in {"follow_up", "incubating"}
            assert moved.ends_on == (date(2028, 3, 1) if name == "extend" else TERM["ends_on"])
            return
        with pytest.raises(MoveRefused):
            deed()


def test_follow_ups_are_told_of_and_close_it(row, house):
    Incubatee.objects.filter(pk=row.pk).update(state="follow_up", graduated_on=TODAY)
    one = FollowUp.objects.create(incubatee=row, month=3, due_on=TODAY + timedelta(days=90))
    with pytest.raises(MoveRefused, match="还有 1 次"):
        INCUBATEE.fire(row.pk, "close", by=house, now=NOW)
    for wrong, said in ((TODAY + timedelta(days=1), "晚于"), (TODAY - timedelta(days=1), "早于")):
        with pytest.raises(Refused, match=said):
            visit(pk=one.pk, on=wrong, is_alive=True, note="好", by=house, now=NOW)
    told = Notice.objects.count()
    for _twice in range(2):
        remind(NOW + timedelta(days=91))
    assert (
        Notice.objects.filter(text__contains="第 3 个月").count() == Notice.objects.count() - told
    )
    later = NOW + timedelta(days=92)
    visit(pk=one.pk, on=timezone.localdate(later), is_alive=False, note="停了", by=house, now=later)
    with pytest.raises(Refused, match="已经记录"):
        visit(
            pk=one.pk, on=timezone.localdate(later), is_alive=True, note="好", by=house, now=later
        )
    assert INCUBATEE.fire(row.pk, "close", by=house, now=later).state == "closed"


def test_who_proposes_that_a_body_leaves_does_not_decide(street, row, office, house):
    with pytest.raises(MoveRefused, match="提请"):
        force_out(incubatee=row.pk, reason="因", by=office, now=NOW)
    with pytest.raises(Refused, match="事由"):
        propose_exit(incubatee=row.pk, ground="luck", because="因", by=house, now=NOW)
    propose_exit(incubatee=row.pk, ground="idle", because="三个月没有活动", by=office, now=NOW)
    with pytest.raises(MoveRefused, match="谁提请谁不能决定"):
        force_out(incubatee=row.pk, reason="因", by=office, now=NOW)
    other = make_actor("STO", street)
    moved = force_out(incubatee=row.pk, reason="因", by=other, now=NOW)
    assert moved.state == "handing_over"
    assert moved.due_on == date(2027, 3, 23)  # fifteen working days after the second of March
    with pytest.raises(Refused, match="清单"):
        hand_over(incubatee=row.pk, handed_over=" ", by=house, now=NOW)
    gone = hand_over(incubatee=row.pk, handed_over="钥匙一把", by=house, now=NOW)
    assert (gone.state, gone.left_on) == ("forced_exit", TODAY)


def test_the_night_ends_terms_and_tells_once(row):
    half = datetime(2027, 3, 10, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
    for _twice in range(2):
        remind(half)
    texts = list(Notice.objects.values_list("text", flat=True))
    assert len({t for t in texts if "中期评估" in t}) <= 1
    end_terms(datetime(2027, 8, 31, 9, tzinfo=ZoneInfo("Asia/Shanghai")))
    row.refresh_from_db()
    assert row.state == "incubating"
    for _twice in range(2):
        end_terms(datetime(2027, 9, 1, 9, tzinfo=ZoneInfo("Asia/Shanghai")))
    row.refresh_from_db()
    assert (row.state, row.round) == ("exit_review", 1)
    assert Appraisal.objects.get().stage == "exit"


def test_the_checklist_knows_what_the_registry_knows(street, house):
    team = make_incubatee(street, "incubating", body=make_organisation(street, "BA"), **TERM)
    told = {one.code: one for one in checklist(team, TODAY)}
    assert not told["license"].is_done
    assert not told["license"].by_people
    with pytest.raises(Refused, match="名册核对"):
        tick(incubatee=team.pk, step="license", on=TODAY, note="", by=house, now=NOW)
    with pytest.raises(Refused, match="晚于今天"):
        tick(
            incubatee=team.pk, step="name", on=TODAY + timedelta(days=1), note="", by=house, now=NOW
        )
    tick(incubatee=team.pk, step="name", on=TODAY, note="已核准", by=house, now=NOW)
    assert {one.code for one in checklist(team, TODAY) if one.is_done} == {"name"}
    type(team.organisation).objects.filter(pk=team.organisation_id).update(kind="MF")
    team.refresh_from_db()
    assert {one.code for one in checklist(team, TODAY) if one.is_done} == {"name", "license"}


def test_figures_lead_to_their_rows_and_their_parts_make_them_up(street, house):
    node = street
    one = make_incubatee(street, "follow_up", **TERM, graduated_on=date(2027, 2, 1))
    gone = Incubatee(call=one.call, organisation=make_organisation(street), plan="样例",
                     applied_at=NOW, exit_ground="idle", left_on=date(2027, 2, 9), is_virtual=True, **TERM)  # fmt: skip
    INCUBATEE.begin(gone, "forced_exit", at=NOW).save()
    here = Incubatee(call=one.call, organisation=make_organisation(street), plan="样例",
                     applied_at=NOW, **TERM)  # fmt: skip
    INCUBATEE.begin(here, "incubating", at=NOW).save()
    item = make_item(here)
    make_delivery(item, confirmed_at=NOW, satisfaction=4, on=date(2027, 2, 3))
    make_delivery(item, confirmed_at=NOW, satisfaction=5, on=date(2027, 2, 3), minutes=30)
    make_delivery(item, disputed_because="没有", on=date(2027, 2, 3))
    FollowUp.objects.create(
        incubatee=one,
        month=3,
        due_on=date(2027, 5, 1),
        done_on=date(2027, 5, 1),
        is_alive=True,
        note="好",
    )
    year, today = Period.year(2027), date(2027, 12, 31)
    asking = {"path": node.path, "period": year, "today": today}
    expected = {
        "admitted": 0, "incubating": 1, "graduated": 1, "forced_out": 1, "ended": 2,
        "graduation_rate": 50.0, "graduated_days": 153, "average_days": 153.0, "services": 2,
        "service_minutes": 120, "satisfaction": 4.5, "survival": 100.0, "lessons": 0,
    }  # fmt: skip
    for code, told in expected.items():
        assert value(f"incubation.{code}", **asking).value == told, code
    assert (
        value(
            "incubation.incubating", path=node.path, period=Period.month(2027, 1), today=today
        ).value
        == 3
    )
    assert (
        value("incubation.admitted", path=node.path, period=Period.year(2026), today=today).value
        == 3
    )
    for code, indicator in CATALOGUE.items():
        if not code.startswith("incubation.") or indicator.kind == "rate":
            continue
        for cut in indicator.cuts:
            told = parts(code, cut.name, **asking)
            assert sum(part.value for part in told) == value(code, **asking).value, (code, cut.name)
            for part in told:
                found = rows(code, by=cut.name, key=part.key, **asking)
                added = (
                    sum(getattr(each, indicator.measure, 1) for each in found)
                    if "__" not in indicator.measure
                    else 0
                )
                assert added == part.value, (code, cut.name, part.key)


def test_the_funnel_counts_from_the_log(street, office, house):
    row = make_incubatee(street, "applied")
    for days, (source, target) in enumerate(
        (("", "applied"), ("applied", "review"), ("review", "publicised"))
    ):
        record(
            row, "step", by=house, at=NOW + timedelta(days=3 * days), source=source, target=target
        )
    told = funnel(rows_of(office, None, None), NOW + timedelta(days=10))
    assert [(one.reached, one.here) for one in told[:4]] == [(1, 0), (1, 0), (1, 1), (0, 0)]
    assert (told[0].median_days, told[2].longest) == (3.0, 4)
    told = cohorts(rows_of(office, None, None))
    assert [(one.counts["applied"][1], one.counts["admitted"][1]) for one in told] == [(1, 0)]
    stranger = make_actor("STO", make_district().streets[1])
    assert rows_of(stranger, None, None) == []
    assert rows_of(office, row.call.centre_id + 1, None) == []


def test_an_anonymous_call_tells_the_panel_no_name(street):
    row = make_incubatee(street, "review", plan="服务社区")
    type(row.call).objects.update(is_anonymous=True)
    user = make_user()
    make_grant(user, street, "EXP")
    sheet = Sheet.objects.create(incubatee=row, reviewer=user)
    client = Client()
    client.force_login(user)
    for where in (reverse("incubation:mine"), reverse("incubation:sheet", args=[sheet.pk]),
                  reverse("incubation:recuse", args=[sheet.pk])):  # fmt: skip
        page = client.get(where)
        assert page.status_code == 200
        assert row.organisation.name not in page.content.decode(), where
        assert f"第 {row.pk} 号申请" in page.content.decode(), where
    for where in (reverse("incubation:incubatee", args=[row.pk]), reverse("incubation:plan", args=[row.pk]),
                  reverse("incubation:sheet_paper", args=[sheet.pk, "form"])):  # fmt: skip
        assert client.get(where).status_code in {403, 404}


PAGES = ("incubatee", "plan", "conversion", "conversion_file", "plan_file", "deliveries_file")


@pytest.mark.parametrize("state", Incubatee.State.values)
def test_every_page_opens_in_every_state(street, state):
    fields = {} if state in {"applied", "returned", "review", "publicised", "rejected"} else TERM
    row = make_incubatee(street, state, exit_ground="idle", **fields)
    make_appraisal(row, "midterm", 50)
    for role in ("CTR", "STO", "OADM", "COM"):
        client = entered(role, row.organisation.node if role == "OADM" else street)
        for name in PAGES if role == "STO" else PAGES[:3]:
            answer = client.get(reverse(f"incubation:{name}", args=[row.pk]))
            assert answer.status_code == 200, (role, name)


def test_the_way_out_by_its_pages(street, row, house):
    office, clerk, body = (
        entered("STO", street),
        entered("CTR", street),
        entered("OADM", row.organisation.node),
    )
    at = {"args": [row.pk]}
    assert clerk.post(reverse("incubation:move", args=[row.pk, "midterm"])).status_code == 302
    report = reverse("incubation:report", args=[row.pk, "midterm"])
    assert body.post(report, {"report": ""}).status_code == 422
    assert body.post(report, {"report": "做了很多"}).status_code == 302
    assert (
        clerk.post(reverse("incubation:score", **at), {**MIDTERM_FULL, "remark": "好"}).status_code
        == 302
    )
    assert clerk.post(reverse("incubation:move", args=[row.pk, "continue"])).status_code == 302
    for name in ("midterm",):
        assert body.get(reverse(f"incubation:{name}_letter", **at)).content.startswith(b"%PDF")
    assert body.get(reverse("incubation:exit_letter", **at)).status_code == 404
    assert body.post(reverse("incubation:move", args=[row.pk, "exit_review"])).status_code == 302
    assert (
        body.post(
            reverse("incubation:report", args=[row.pk, "exit"]), {"report": "可以独立"}
        ).status_code
        == 302
    )
    row.refresh_from_db()
    make_exit_panel(row, street, 90)
    assert (
        office.post(reverse("incubation:graduate", **at), {"minutes": "一致同意"}).status_code
        == 302
    )
    for name in ("exit", "graduation"):
        assert body.get(reverse(f"incubation:{name}_letter", **at)).content.startswith(b"%PDF")
    one = FollowUp.objects.order_by("month").first()
    told = {"on": timezone.localdate(), "is_alive": "1", "note": "<b>好</b>"}
    assert clerk.post(reverse("incubation:visit", args=[one.pk]), told).status_code == 302
    page = clerk.get(reverse("incubation:incubatee", **at)).content.decode()
    assert "&lt;b&gt;好" in page
    assert page.count("记录回访") == 3
    assert LogEntry.objects.filter(verb="visit").exists()


def test_the_way_out_by_force_by_its_pages(street, row):
    clerk, office = entered("CTR", street), entered("STO", street)
    at = {"args": [row.pk]}
    assert office.post(reverse("incubation:force_out", **at), {"reason": "因"}).status_code == 409
    assert (
        clerk.post(
            reverse("incubation:propose_exit", **at), {"ground": "", "because": "因"}
        ).status_code
        == 422
    )
    assert (
        clerk.post(
            reverse("incubation:propose_exit", **at), {"ground": "idle", "because": "因"}
        ).status_code
        == 302
    )
    assert "强制退出" in office.get(reverse("incubation:incubatee", **at)).content.decode()
    assert office.post(reverse("incubation:force_out", **at), {"reason": "因"}).status_code == 302
    assert clerk.get(reverse("incubation:exit_notice_letter", **at)).content.startswith(b"%PDF")
    assert (
        clerk.post(reverse("incubation:hand_over", **at), {"handed_over": "钥匙"}).status_code
        == 302
    )
    row.refresh_from_db()
    assert row.state == "forced_exit"


def test_every_number_of_the_funnel_lists_its_bodies(client, street, office):
    row = make_beside(make_incubatee(street, "review"), "applied")
    INCUBATEE.fire(row.pk, "return", by=office, now=NOW, note="请补章程")
    user = make_user()
    make_grant(user, street, "STO")
    client.force_login(user)
    where = reverse("incubation:funnel")
    page = client.get(where).content.decode()
    links = re.findall(r'<a class="num[^"]*" href="([^"#]+)#who">(\d+)</a>', page)
    assert len(links) == len(STAGES) * 2 + len(KINDS)
    assert sum(int(number) for _link, number in links) > 2
    for link, number in links:
        told = client.get(f"{where}{unescape(link)}").content.decode()
        listed = told.partition('id="who"')[2]
        assert f"，{number} 家" in listed, link
        assert listed.count("list-group-item-action") == int(number), link
    for strange in ("show=reached&stage=99", "show=x&half=y", "show=here&stage=-1"):
        assert 'id="who"' not in client.get(f"{where}?{strange}").content.decode()
