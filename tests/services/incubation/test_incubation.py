"""An incubatee moves by the table, and reviewers are blind until all sheets are in."""

import threading
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError, connection, transaction

from changle.core.lifecycle import MoveRefused
from changle.core.log import LogEntry
from changle.core.refusals import Refused
from changle.services.exchange.models import Use
from changle.services.incubation.actions import admit, apply, appoint, extend, submit_sheet
from changle.services.incubation.lifecycle import INCUBATEE
from changle.services.incubation.models import Call, Incubatee, Sheet
from changle.services.incubation.queries.conditions import standing_to
from changle.services.incubation.queries.scoring import open_sheets, outcome, rubric
from tests.factories.custody import make_custody
from tests.factories.exchange import make_offer
from tests.factories.incubation import (
    FULL,
    NOW,
    make_appraisal,
    make_call,
    make_exit_panel,
    make_expert,
    make_incubatee,
    make_panel,
    make_ready,
)
from tests.factories.registry import make_organisation
from tests.factories.territory import make_actor, make_district, make_grant


INSIDE = "agreement_signed diagnosing incubating midterm probation exit_review"
BODY, HOUSE, STREET = "OADM", "CTR", "STO"
# move -> (states it starts from, where it leads, roles that may)
ALLOWED = {
    "accept": ("applied", "review", {HOUSE, STREET}),
    "return": ("applied", "returned", {HOUSE, STREET}),
    "resubmit": ("returned", "applied", {BODY}),
    "publicise": ("review", "publicised", {STREET}),
    "reject": ("applied review publicised", "rejected", {STREET}),
    "admit": ("publicised", "admitted", {STREET}),
    "sign": ("admitted", "agreement_signed", {HOUSE, STREET}),
    "diagnose": ("agreement_signed", "diagnosing", {HOUSE, STREET}),
    "start": ("diagnosing", "incubating", {HOUSE, STREET}),
    "midterm": ("incubating", "midterm", {HOUSE, STREET}),
    "continue": ("midterm probation", "incubating", {HOUSE, STREET}),
    "probation": ("midterm", "probation", {HOUSE, STREET}),
    "exit_review": ("incubating", "exit_review", {BODY}),
    "graduate": ("exit_review", "follow_up", {STREET}),
    "extend": ("exit_review", "incubating", {STREET}),
    "close": ("follow_up", "closed", {HOUSE, STREET}),
    "withdraw": (f"applied returned review publicised admitted {INSIDE}", "withdrawn", {BODY}),
    "force_out": (INSIDE, "handing_over", {STREET}),
    "hand_over": ("handing_over", "forced_exit", {HOUSE, STREET}),
}


def test_table_has_every_move():
    assert set(INCUBATEE.moves) == set(ALLOWED)


@pytest.mark.django_db
@pytest.mark.parametrize("name", ALLOWED)
def test_moves_by_state_and_role(name):
    district = make_district()
    street = district.streets[0]
    row = make_incubatee(street)
    for sheet, _expert in make_panel(row, street):
        sheet.scores, sheet.submitted_at = FULL, NOW
        sheet.save()
    Incubatee.objects.filter(pk=row.pk).update(signed_at=NOW)
    make_ready(row, street, name)
    sources, target, roles = ALLOWED[name]
    places = {
        BODY: row.organisation.node,
        HOUSE: street,
        STREET: street,
        "COM": street,
        "EXP": street,
    }
    for role, place in places.items():
        actor = make_actor(role, place)
        for state in Incubatee.State.values:
            Incubatee.objects.filter(pk=row.pk).update(state=state)
            row.appraisals.filter(round__gt=1).delete()  # what the move opened the last time
            if role in roles and state in sources.split():
                assert INCUBATEE.fire(row.pk, name, by=actor, now=NOW, note="因").state == target
            else:
                with pytest.raises((MoveRefused, ObjectDoesNotExist)):
                    INCUBATEE.fire(row.pk, name, by=actor, now=NOW, note="因")


@pytest.mark.django_db
def test_other_street_reaches_nothing():
    district = make_district()
    row = make_incubatee(district.streets[0])
    with pytest.raises(Incubatee.DoesNotExist):
        INCUBATEE.fire(row.pk, "accept", by=make_actor("STO", district.streets[1]), now=NOW)


@pytest.mark.django_db
def test_nobody_sees_another_sheet_before_all_are_in():
    street = make_district().streets[0]
    row = make_incubatee(street, "review")
    panel = make_panel(row, street)
    office = make_actor("STO", street)
    for count, (sheet, expert) in enumerate(panel, start=1):
        assert list(open_sheets(row, expert)) == [sheet]
        assert not open_sheets(row, office)
        with pytest.raises(MoveRefused):
            INCUBATEE.fire(row.pk, "publicise", by=office, now=NOW)
        submit_sheet(sheet=sheet.pk, scores=FULL, remark="", by=expert, now=NOW)
        assert len(open_sheets(row, expert)) == (3 if count == 3 else 1)
    assert len(open_sheets(row, office)) == 3
    assert not open_sheets(row, make_actor("OADM", row.organisation.node))
    assert not open_sheets(row, make_expert(street))
    assert all(
        not one.changes and not one.note for one in LogEntry.objects.filter(verb="submit_sheet")
    )


@pytest.mark.django_db
def test_panel_short_of_its_size_is_not_complete():
    street = make_district().streets[0]
    row = make_incubatee(street, "review")
    for sheet, expert in make_panel(row, street, size=2):
        submit_sheet(sheet=sheet.pk, scores=FULL, remark="", by=expert, now=NOW)
    assert not open_sheets(row, make_actor("STO", street))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "scores", [{}, {**FULL, "need": 11}, {**FULL, "need": -1}, {**FULL, "need": "=1+1"},
               {**FULL, "need": True}, {**FULL, "odd": 1}],
)  # fmt: skip
def test_bad_scores_are_refused(scores):
    street = make_district().streets[0]
    sheet, expert = make_panel(make_incubatee(street, "review"), street)[0]
    with pytest.raises(Refused):
        submit_sheet(sheet=sheet.pk, scores=scores, remark="", by=expert, now=NOW)


@pytest.mark.django_db
def test_sheet_is_handed_in_once_and_only_by_its_reviewer():
    street = make_district().streets[0]
    (sheet, expert), (_other, second), _third = make_panel(make_incubatee(street, "review"), street)
    with pytest.raises(Sheet.DoesNotExist):
        submit_sheet(sheet=sheet.pk, scores=FULL, remark="", by=second, now=NOW)
    submit_sheet(sheet=sheet.pk, scores=FULL, remark="", by=expert, now=NOW)
    with pytest.raises(Refused, match="不能再改"):
        submit_sheet(sheet=sheet.pk, scores=FULL, remark="", by=expert, now=NOW)


@pytest.mark.django_db
def test_conflicts_are_found_and_strangers_to_the_list_refused():
    street = make_district().streets[0]
    row = make_incubatee(street, "review")
    clerk = make_actor("CTR", street)
    worked, runs, free = make_expert(street), make_expert(street), make_expert(street)
    for expert, node, role in (
        (worked, row.organisation.node, "OSTF"),
        (runs, row.call.centre.node, "CTR"),
    ):
        user = Sheet._meta.get_field("reviewer").related_model.objects.get(pk=expert.user_id)
        make_grant(user, node, role, ends_on=NOW.date() - timedelta(days=300))
        with pytest.raises(Refused, match="须回避"):
            appoint(incubatee=row.pk, reviewer=expert.user_id, by=clerk, now=NOW)
    with pytest.raises(Refused, match="评审专家"):
        appoint(incubatee=row.pk, reviewer=clerk.user_id, by=clerk, now=NOW)
    assert appoint(incubatee=row.pk, reviewer=free.user_id, by=clerk, now=NOW).pk


@pytest.mark.django_db
def test_who_keeps_the_money_of_a_body_or_gave_it_something_is_in_conflict():
    street = make_district().streets[0]
    row, clerk = make_incubatee(street, "review"), make_actor("CTR", street)
    keeper, giver = make_organisation(street, "MF"), make_organisation(street, "MF")
    make_custody(street, body=row.organisation, custodian=keeper)
    offer = make_offer(giver)
    Use.objects.create(
        offer=offer, node=row.organisation.node, organisation=row.organisation, starts_at=NOW,
        ends_at=NOW + timedelta(hours=1), holds_until=NOW + timedelta(hours=1), on=NOW.date(),
        purpose="样例", reserved_at=NOW, state="closed", state_since=NOW,
    )  # fmt: skip
    for node in (keeper.node, giver.node):
        expert = make_expert(street)
        make_grant(get_user_model().objects.get(pk=expert.user_id), node, "OSTF")
        with pytest.raises(Refused, match="代管过"):
            appoint(incubatee=row.pk, reviewer=expert.user_id, by=clerk, now=NOW)


@pytest.mark.django_db
def test_who_reads_the_names_at_work_reviews_no_nameless_call():
    street = make_district().streets[0]
    row, clerk = make_incubatee(street, "review"), make_actor("CTR", street)
    expert = make_expert(street)
    make_grant(get_user_model().objects.get(pk=expert.user_id), street, "STO")
    Call.objects.filter(pk=row.call_id).update(is_anonymous=True)
    with pytest.raises(Refused, match="隐去名称"):
        appoint(incubatee=row.pk, reviewer=expert.user_id, by=clerk, now=NOW)
    Call.objects.filter(pk=row.call_id).update(is_anonymous=False)
    assert appoint(incubatee=row.pk, reviewer=expert.user_id, by=clerk, now=NOW).pk


@pytest.mark.django_db
def test_a_conflict_that_comes_up_later_stops_the_sheet():
    street = make_district().streets[0]
    row = make_incubatee(street, "review")
    sheet, expert = make_panel(row, street)[0]
    make_grant(sheet.reviewer, row.organisation.node, "OSTF")
    with pytest.raises(Refused, match="回避"):
        submit_sheet(sheet=sheet.pk, scores=FULL, remark="", by=expert, now=NOW)


@pytest.mark.django_db
def test_points_and_lines():
    assert sum(FULL.values()) == 103  # three beyond for a field that is short
    for code, most in (("admission", 100), ("midterm", 70), ("exit", 100)):
        card = rubric(code, 1)
        assert sum(i["points"] for part in card["dimensions"] for i in part["items"]) == most
    street = make_district().streets[0]
    row = make_incubatee(street, "review")
    low = {
        **FULL,
        "bonus": 0,
        "novel": 4,
        "need": 0,
        "measure": 5,
    }  # 79, but one dimension below half
    for sheet, _expert in make_panel(row, street):
        sheet.scores, sheet.submitted_at = low, NOW
        sheet.save()
    assert outcome(row).may_enter
    assert outcome(row).virtual_only
    with pytest.raises(MoveRefused, match="虚拟"):
        INCUBATEE.fire(row.pk, "publicise", by=make_actor("STO", street), now=NOW)


@pytest.mark.django_db
def test_publicity_runs_out_first_and_one_extension():
    street = make_district().streets[0]
    row, office = make_incubatee(street, "publicised"), make_actor("STO", street)
    with pytest.raises(Refused, match="公示到"):
        admit(incubatee=row.pk, by=office, now=NOW)
    assert admit(incubatee=row.pk, by=office, now=NOW + timedelta(days=20)).state == "admitted"
    Incubatee.objects.filter(pk=row.pk).update(state="exit_review")
    make_exit_panel(row, street, 60)
    make_appraisal(row, "exit")
    extend(incubatee=row.pk, months=6, minutes="因", by=office, now=NOW)
    Incubatee.objects.filter(pk=row.pk).update(state="exit_review")
    with pytest.raises(MoveRefused, match="一次"):
        extend(incubatee=row.pk, months=6, minutes="因", by=office, now=NOW)


@pytest.mark.django_db
def test_database_refuses_even_panels_and_second_stays():
    street = make_district().streets[0]
    with pytest.raises(IntegrityError), transaction.atomic():
        make_call(street, panel_size=4)
    body = make_organisation(street)
    make_incubatee(street, body=body)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_incubatee(street, body=body)


@pytest.mark.django_db(transaction=True)
def test_two_applications_at_once_leave_one():
    street = make_district().streets[0]
    body, call = make_organisation(street), make_call(street)
    by, gate, told = make_actor("OADM", body.node), threading.Barrier(2), []
    assert all(one.ok for one in standing_to(Call.objects.get(), body, NOW.date()))

    def run():
        gate.wait()
        try:
            apply(call=call.pk, organisation=body.pk, plan="𠮷", is_virtual=False, by=by, now=NOW)
        except Refused as refusal:
            told.append(str(refusal))
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _each in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == 1
    assert Incubatee.objects.count() == 1
