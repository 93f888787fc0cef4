"""What is proposed, given and confirmed between the signature and the end of a term."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from changle.core.lifecycle import MoveRefused
from changle.core.refusals import Refused
from changle.services.activities.models import Attendance, Participant, Session
from changle.services.incubation.actions import (
    Given,
    Service,
    Syllabus,
    accompany,
    add_course,
    add_item,
    add_lesson,
    add_mentor,
    appoint,
    change_item,
    close_course,
    confirm_delivery,
    deliver,
    diagnose,
    dispute_delivery,
    part,
    propose_plan,
    revoke_certificate,
    step_item,
)
from changle.services.incubation.lifecycle import INCUBATEE, PLAN_ITEM
from changle.services.incubation.models import (
    DIMENSIONS,
    Call,
    Certificate,
    Course,
    Delivery,
    Diagnosis,
    Incubatee,
    Mentor,
    PlanItem,
)
from changle.services.incubation.queries.growing import proposals, radar, rules, steps
from changle.services.incubation.queries.learning import certificate_told, learners
from tests.factories.activities import join, make_session
from tests.factories.incubation import (
    LEVELS,
    NOW,
    make_delivery,
    make_diagnosis,
    make_expert,
    make_incubatee,
    make_item,
)
from tests.factories.registry import make_organisation
from tests.factories.territory import make_actor, make_district, make_grant


pytestmark = pytest.mark.django_db
TODAY = NOW.date()


@pytest.fixture
def street():
    return make_district().streets[0]


@pytest.fixture
def row(street):
    return make_incubatee(
        street, "diagnosing", starts_on=date(2027, 3, 1), ends_on=date(2028, 3, 1)
    )


@pytest.fixture
def house(street):
    return make_actor("CTR", street)


@pytest.fixture
def body(row):
    return make_actor("OADM", row.organisation.node)


def test_each_side_says_its_own_and_only_its_own(row, house, body):
    mine = diagnose(incubatee=row.pk, side="body", levels=LEVELS, remark="", by=body, now=NOW)
    assert (mine.side, mine.on) == ("body", TODAY)
    with pytest.raises(Incubatee.DoesNotExist):
        diagnose(incubatee=row.pk, side="mentor", levels=LEVELS, remark="", by=body, now=NOW)
    with pytest.raises(Incubatee.DoesNotExist):
        diagnose(incubatee=row.pk, side="body", levels=LEVELS, remark="", by=house, now=NOW)
    again = diagnose(incubatee=row.pk, side="body", levels=LEVELS | {"party": 5}, remark="改",
                     by=body, now=NOW)  # fmt: skip
    assert again.pk == mine.pk
    later = diagnose(incubatee=row.pk, side="body", levels=LEVELS, remark="", by=body,
                     now=NOW + timedelta(days=90))  # fmt: skip
    assert later.pk != mine.pk


@pytest.mark.parametrize("wrong", [
    {}, dict.fromkeys(DIMENSIONS, 6), dict.fromkeys(DIMENSIONS, -1), dict.fromkeys(DIMENSIONS, True),
    LEVELS | {"luck": 3},
])  # fmt: skip
def test_levels_out_of_range_are_refused(row, house, wrong):
    with pytest.raises(Refused):
        diagnose(incubatee=row.pk, side="mentor", levels=wrong, remark="", by=house, now=NOW)
    assert not Diagnosis.objects.exists()


def test_rules_propose_with_the_reason_and_people_choose(row, house):
    make_diagnosis(row, "body", levels=dict.fromkeys(DIMENSIONS, 4))
    make_diagnosis(row, "mentor", levels=dict.fromkeys(DIMENSIONS, 4) | {"finance": 1})
    told = {one.code: one for one in proposals(row, TODAY)}
    assert "中心评估 1 分" in told["finance_low"].why
    assert "mission_low" not in told
    assert told["no_charter"].why == "名册里没有章程"
    assert "projects_grant" in told
    items = propose_plan(incubatee=row.pk, by=house, now=NOW)
    assert {one.rule for one in items} == set(told)
    assert proposals(row, TODAY) == []
    assert propose_plan(incubatee=row.pk, by=house, now=NOW) == []
    dropped = step_item(pk=items[0].pk, name="drop", by=house, now=NOW, note="不需要")
    assert dropped.state == "dropped"
    assert step_item(pk=items[0].pk, name="choose", by=house, now=NOW).state == "chosen"


def test_a_team_is_helped_to_its_registration_and_its_field(street):
    team = make_organisation(street, "BA", name="样例为老年人服务队")
    told = {one.code: one.why for one in proposals(make_incubatee(street, body=team), TODAY)}
    assert "备案" in told["not_registered"]
    assert "老年" in told["field_elder"]
    virtual = Incubatee(call=Call.objects.get(), organisation=make_organisation(street, "BA"),
                        plan="样例", is_virtual=True, applied_at=NOW)  # fmt: skip
    INCUBATEE.begin(virtual, "diagnosing", at=NOW).save()
    assert "team_seat" not in {one.code for one in proposals(virtual, TODAY)}


def test_rules_and_steps_are_sound():
    assert {rule["kind"] for rule in rules()} <= set(PlanItem.Kind.values)
    assert len({rule["code"] for rule in rules()}) == len(rules())
    assert {rule["when"].get("dimension", "mission") for rule in rules()} <= set(DIMENSIONS)
    assert len({step["code"] for step in steps()}) == len(steps())


def test_the_radar_has_a_shape_a_side_and_day(row):
    make_diagnosis(row, "body")
    make_diagnosis(row, "body", on=date(2027, 6, 2), levels=dict.fromkeys(DIMENSIONS, 5))
    make_diagnosis(row, "mentor", levels=dict.fromkeys(DIMENSIONS, 0))
    told = radar(row)
    assert [one.fresh for one in told["shapes"]] == [False, True, True]
    assert len(told["rings"]) == 5
    full = next(one for one in told["shapes"] if one.label.endswith("2027-06-02"))
    assert full.points == told["rings"][-1]
    nothing = next(one for one in told["shapes"] if one.side == "mentor")
    assert set(nothing.points.split()) == {"150.0,150.0"}


def test_services_begin_only_with_both_views_and_a_choice(row, house):
    for lacking in ("组织自评、中心评估", "中心评估"):
        with pytest.raises(MoveRefused, match=lacking):
            INCUBATEE.fire(row.pk, "start", by=house, now=NOW)
        make_diagnosis(row, "body" if "、" in lacking else "mentor")
    make_item(row, "proposed")
    with pytest.raises(MoveRefused, match="还没有选定"):
        INCUBATEE.fire(row.pk, "start", by=house, now=NOW)
    make_item(row)
    assert INCUBATEE.fire(row.pk, "start", by=house, now=NOW).state == "incubating"


def test_what_one_side_records_the_other_confirms(row, house, body):
    item = add_item(
        incubatee=row.pk, service=Service(kind="training", title="样例"), by=house, now=NOW
    )
    assert item.state == "chosen"
    given = Given(on=TODAY, minutes=90, topic="账目")
    one = deliver(item=item.pk, given=given, by=house, now=NOW)
    with pytest.raises(Delivery.DoesNotExist):
        confirm_delivery(pk=one.pk, satisfaction=5, remark="", by=house, now=NOW)
    with pytest.raises(MoveRefused, match="还没有经组织确认"):
        step_item(pk=item.pk, name="complete", by=house, now=NOW)
    for wrong in (0, 6):
        with pytest.raises(Refused, match="1 至 5"):
            confirm_delivery(pk=one.pk, satisfaction=wrong, remark="", by=body, now=NOW)
    assert confirm_delivery(pk=one.pk, satisfaction=4, remark="好", by=body, now=NOW).confirmed_at
    with pytest.raises(Refused, match="已经答复"):
        dispute_delivery(pk=one.pk, because="没有", by=body, now=NOW)
    other = deliver(item=item.pk, given=given, by=house, now=NOW)
    with pytest.raises(MoveRefused, match="等组织确认"):
        step_item(pk=item.pk, name="complete", by=house, now=NOW)
    assert dispute_delivery(pk=other.pk, because="没有来", by=body, now=NOW).confirmed_at is None
    assert step_item(pk=item.pk, name="complete", by=house, now=NOW).state == "done"


def test_the_database_keeps_two_hands(row, house):
    one = make_delivery(make_item(row), recorded_by_id=house.user_id)
    with pytest.raises(IntegrityError), transaction.atomic():
        Delivery.objects.filter(pk=one.pk).update(confirmed_by=house.user_id, confirmed_at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Delivery.objects.filter(pk=one.pk).update(satisfaction=3)


@pytest.mark.parametrize(("wrong", "said"), [
    ({"on": TODAY + timedelta(days=1)}, "晚于今天"), ({"minutes": 0}, "时长"),
    ({"minutes": 1441}, "时长"), ({"topic": "  "}, "内容"), ({"on": date(2027, 2, 1)}, "早于"),
    ({"mentor": 999_999}, "导师"),
])  # fmt: skip
def test_a_service_that_cannot_have_been_is_refused(row, house, wrong, said):
    told = {"on": TODAY, "minutes": 60, "topic": "样例"} | wrong
    with pytest.raises(Refused, match=said):
        deliver(item=make_item(row).pk, given=Given(**told), by=house, now=NOW)


def test_only_a_grant_has_money_and_what_is_done_stays(row, house):
    with pytest.raises(Refused, match="微资助"):
        add_item(
            incubatee=row.pk,
            service=Service(kind="legal", title="样例", amount_fen=100),
            by=house,
            now=NOW,
        )
    item = make_item(row, kind="grant")
    money = Service(kind="grant", title="样例", amount_fen=500_000)
    assert change_item(pk=item.pk, service=money, by=house, now=NOW).amount_fen == 500_000
    PlanItem.objects.filter(pk=item.pk).update(state="done")
    with pytest.raises(Refused, match="不能再改"):
        change_item(pk=item.pk, service=money, by=house, now=NOW)


def test_who_mentored_scores_no_more(street, row, house):
    expert = make_expert(street)
    one = add_mentor(centre=row.call.centre_id, name="样例导师", about="", dimensions=["finance"],
                     user=expert.user_id, by=house, now=NOW)  # fmt: skip
    bond = accompany(incubatee=row.pk, mentor=one.pk, by=house, now=NOW)
    with pytest.raises(Refused, match="正在陪伴"):
        accompany(incubatee=row.pk, mentor=one.pk, by=house, now=NOW)
    part(pk=bond.pk, by=house, now=NOW + timedelta(days=3))
    Incubatee.objects.filter(pk=row.pk).update(state="exit_review", round=1)
    with pytest.raises(Refused, match="导师"):
        appoint(incubatee=row.pk, reviewer=expert.user_id, by=house, now=NOW)
    assert (
        appoint(incubatee=row.pk, reviewer=make_expert(street).user_id, by=house, now=NOW).round
        == 1
    )


@pytest.mark.parametrize("state", ["applied", "review", "follow_up", "closed", "forced_exit"])
def test_outside_the_term_there_are_no_services(row, house, state):
    Incubatee.objects.filter(pk=row.pk).update(state=state)
    with pytest.raises(Refused, match="签约后"):
        add_item(incubatee=row.pk, service=Service(kind="legal", title="样例"), by=house, now=NOW)


@pytest.fixture
def course(row, house):
    told = Syllabus(
        title="财务入门", content="票据", organiser="样例中心", minutes=240, least_share=50
    )
    return add_course(centre=row.call.centre_id, syllabus=told, by=house, now=NOW)


def test_a_course_is_held_as_sessions_and_ends_with_certificates(street, course, house):
    for wrong in ({"minutes": 0}, {"least_share": 101}, {"title": " "}):
        told = {"title": "样例", "content": "样例", "organiser": "样例", "minutes": 60} | wrong
        with pytest.raises(Refused):
            add_course(centre=course.centre_id, syllabus=Syllabus(**told), by=house, now=NOW)
    sessions = [make_session(course.centre.node, make_organisation(street)) for _each in range(2)]
    keen, idle = join(sessions[0])[0].participant, join(sessions[1])[0].participant
    for one in sessions:
        add_lesson(course=course.pk, session=one.pk, by=house, now=NOW)
    with pytest.raises(Refused, match="还不属于"):
        add_lesson(course=course.pk, session=sessions[0].pk, by=house, now=NOW)
    with pytest.raises(Refused, match="没有核实"):
        close_course(course=course.pk, by=house, now=NOW)
    nobody = Participant.objects.create(recorded_at=NOW)
    for session, who in ((sessions[0], keen), (sessions[1], keen), (sessions[1], nobody)):
        Attendance.objects.create(session=session, participant=who, method="manual", came_at=NOW,
                                  recorded_at=NOW)  # fmt: skip
    Session.objects.update(state="counted", verified_at=NOW)
    Course.objects.filter(pk=course.pk).update(least_share=51)
    course.refresh_from_db()
    assert next((one.participant.pk, one.lessons, one.enough) for one in learners(course)) == (
        keen.pk,
        2,
        True,
    )
    given = close_course(course=course.pk, by=house, now=NOW)
    assert [one.participant_id for one in given] == [keen.pk]
    assert not Certificate.objects.filter(participant=idle).exists()
    told = certificate_told(given[0].code)
    assert told.holder != keen.name
    assert told.revoked_on is None
    revoke_certificate(pk=given[0].pk, because="样例", by=house, now=NOW)
    assert certificate_told(given[0].code).revoked_on == TODAY
    assert certificate_told("0" * 16) is None
    assert certificate_told("长" * 16) is None
    with pytest.raises(Refused, match="已经结课"):
        close_course(course=course.pk, by=house, now=NOW)


ITEM_MOVES = {"choose": ("proposed dropped", "chosen"), "drop": ("proposed chosen", "dropped"),
              "complete": ("chosen", "done")}  # fmt: skip


@pytest.mark.parametrize("name", ITEM_MOVES)
def test_items_by_state_and_role(street, row, name):
    assert set(PLAN_ITEM.moves) == set(ITEM_MOVES)
    item = make_item(row)
    make_delivery(item, confirmed_at=NOW)
    sources, target = ITEM_MOVES[name]
    for role, place in (("CTR", street), ("STO", street), ("OADM", row.organisation.node),
                        ("COM", street), ("EXP", street)):  # fmt: skip
        actor = make_actor(role, place)
        for state in PlanItem.State.values:
            PlanItem.objects.filter(pk=item.pk).update(state=state)
            if role in {"CTR", "STO"} and state in sources.split():
                assert PLAN_ITEM.fire(item.pk, name, by=actor, now=NOW, note="因").state == target
            else:
                with pytest.raises((MoveRefused, PlanItem.DoesNotExist)):
                    PLAN_ITEM.fire(item.pk, name, by=actor, now=NOW, note="因")


def enter_as(client, role, node):
    from tests.factories.accounts import make_user

    user = make_user()
    make_grant(user, node, role)
    client.force_login(user)
    return client


def test_the_pages_of_the_plan_from_the_first_view_to_the_confirmation(
    client, django_user_model, street, row
):
    from django.test import Client

    house, body = enter_as(client, "CTR", street), enter_as(Client(), "OADM", row.organisation.node)
    levels = dict.fromkeys(DIMENSIONS, "1")
    assert (
        body.post(reverse("incubation:diagnose", args=[row.pk, "body"]), levels).status_code == 302
    )
    assert (
        house.post(
            reverse("incubation:diagnose", args=[row.pk, "mentor"]), levels | {"party": "9"}
        ).status_code
        == 422
    )
    assert (
        house.post(reverse("incubation:diagnose", args=[row.pk, "mentor"]), levels).status_code
        == 302
    )
    plan = reverse("incubation:plan", args=[row.pk])
    page = house.get(plan).content.decode()
    assert page.count('class="shape') == 2
    assert house.post(reverse("incubation:propose", args=[row.pk])).status_code == 302
    item = PlanItem.objects.filter(rule="finance_low").get()
    assert "财务" in house.get(plan).content.decode()
    move = reverse("incubation:item_move", args=[item.pk, "drop"])
    assert house.post(move).status_code == 409
    assert house.post(reverse("incubation:item_move", args=[item.pk, "choose"])).status_code == 302
    told = {"on": timezone.localdate(), "minutes": 60, "topic": "<b>𠮷</b>"}
    Incubatee.objects.filter(pk=row.pk).update(starts_on=timezone.localdate() - timedelta(days=9))
    where = reverse("incubation:deliver", args=[item.pk])
    assert house.post(where, told | {"minutes": 0}).status_code == 422
    assert house.post(where, told).status_code == 302
    assert "&lt;b&gt;𠮷" in body.get(plan).content.decode()
    one = Delivery.objects.get()
    assert house.post(
        reverse("incubation:confirm", args=[one.pk]), {"satisfaction": 5}
    ).status_code in {403, 404}
    assert (
        body.post(reverse("incubation:confirm", args=[one.pk]), {"satisfaction": 5}).status_code
        == 302
    )
    assert (
        house.post(reverse("incubation:item_move", args=[item.pk, "complete"])).status_code == 302
    )
    for name in ("plan_file", "deliveries_file"):
        assert body.get(reverse(f"incubation:{name}", args=[row.pk])).content.startswith(b"%PDF")
    assert Mentor.objects.count() == 0
    for name in ("mentors", "mentor_add", "courses", "course_add", "funnel"):
        assert house.get(reverse(f"incubation:{name}")).status_code == 200
    add = {"centre": row.call.centre_id, "name": "样例导师", "dimensions": ["finance"]}
    assert house.post(reverse("incubation:mentor_add"), add).status_code == 302
    assert house.post(reverse("incubation:mentor_add"), add).status_code == 409
    assert "财务" in house.get(reverse("incubation:mentors")).content.decode()
    assert (
        house.post(
            reverse("incubation:accompany", args=[row.pk]), {"mentor": Mentor.objects.get().pk}
        ).status_code
        == 302
    )
