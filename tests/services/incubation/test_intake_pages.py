"""The pages from the call to the signature, as each person sees them."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from changle.core.log import LogEntry
from changle.core.refusals import Refused
from changle.services.incubation.actions import (
    Seats,
    admit,
    answer_objection,
    appoint,
    countersign,
    drop_reviewer,
    hand_paper,
    raise_objection,
    recuse,
    sign_as_body,
    step,
    submit_sheet,
)
from changle.services.incubation.lifecycle import INCUBATEE
from changle.services.incubation.models import Incubatee, Objection, Paper, Sheet
from changle.services.incubation.queries.papers import asked_of, missing
from changle.services.incubation.queries.ranking import ranking
from changle.services.incubation.queries.scoring import complete, open_sheets
from tests.factories.accounts import make_user
from tests.factories.incubation import (
    FULL,
    NOW,
    make_call,
    make_expert,
    make_incubatee,
    make_panel,
    make_pdf,
)
from tests.factories.leases import make_desk
from tests.factories.registry import make_organisation
from tests.factories.territory import make_actor, make_district, make_grant


pytestmark = pytest.mark.django_db


def upload(name="张三的证书.pdf"):
    return SimpleUploadedFile(name, make_pdf(), content_type="application/pdf")


@pytest.fixture
def street():
    return make_district().streets[0]


def browser(client, role, node):
    user = make_user()
    make_grant(user, node, role)
    client.force_login(user)
    return client


def running_call(street, **fields):
    today = timezone.localdate()
    dates = {"opens_on": today - timedelta(days=1), "closes_on": today + timedelta(days=9)}
    return make_call(street, **dates, **fields)


def test_house_opens_a_call_and_bad_words_are_kept(client, street):
    call = running_call(street)
    page = browser(client, "CTR", street)
    today = timezone.localdate()
    typed = {"centre": call.centre_id, "title": "<b>𠮷</b>", "opens_on": today, "closes_on": today,
             "panel_size": 3, "places": 2, "virtual_places": 0, "conditions": ["move_in"]}  # fmt: skip
    answer = page.post(reverse("incubation:call_add"), typed)
    assert answer.status_code == 409
    assert "&lt;b&gt;𠮷" in answer.content.decode()
    for wrong in (
        {"title": "长" * 10_000},
        {"panel_size": 4},
        {"closes_on": "=1+1"},
        {"places": -1},
    ):
        assert page.post(reverse("incubation:call_add"), typed | wrong).status_code == 422
    typed["closes_on"] = today + timedelta(days=3)
    assert page.post(reverse("incubation:call_add"), typed).status_code == 302
    text = page.get(reverse("incubation:calls")).content.decode()
    assert "&lt;b&gt;𠮷" in text


def test_body_sees_conditions_before_it_applies_and_hands_in_papers(client, street):
    call, body = running_call(street), make_organisation(street)
    page = browser(client, "OADM", body.node)
    assert "：符合" in page.get(reverse("incubation:call", args=[call.pk])).content.decode()
    where = reverse("incubation:apply", args=[call.pk, body.pk])
    assert page.post(where, {"plan": ""}).status_code == 422
    assert page.post(where, {"plan": "办好一件事"}).status_code == 302
    row = Incubatee.objects.get()
    text = page.get(reverse("incubation:incubatee", args=[row.pk])).content.decode()
    for name in asked_of(body).values():
        assert name in text
    kind = next(iter(asked_of(body)))
    sent = page.post(reverse("incubation:paper", args=[row.pk, kind]), {"file": upload()})
    assert sent.status_code == 302
    # the name under which it is kept tells nothing of the person
    assert Paper.objects.get().file.name == f"{asked_of(body)[kind]}.pdf"
    assert page.get(reverse("incubation:organisation", args=[body.pk])).status_code == 200


def test_registered_and_other_bodies_hand_in_different_papers(street):
    registered, team = make_organisation(street, kind="MF"), make_organisation(street, kind="BA")
    assert "certificate" in asked_of(registered)
    assert "certificate" not in asked_of(team)
    assert "promise" in asked_of(team)


def test_no_acceptance_while_papers_are_missing(street):
    row, clerk = make_incubatee(street), make_actor("CTR", street)
    with pytest.raises(Refused, match="还缺材料"):
        step(incubatee=row.pk, name="accept", by=clerk, now=NOW)
    by = make_actor("OADM", row.organisation.node)
    for kind in asked_of(row.organisation):
        hand_paper(incubatee=row.pk, kind=kind, upload=upload(), by=by, now=NOW)
    assert not missing(row)
    assert step(incubatee=row.pk, name="accept", by=clerk, now=NOW).checked_by_id == clerk.user_id
    with pytest.raises(Refused, match="不能再换"):
        hand_paper(incubatee=row.pk, kind=kind, upload=upload(), by=by, now=NOW)


def test_who_checked_does_not_publicise(street):
    row, office = make_incubatee(street, "review"), make_actor("STO", street)
    for sheet, expert in make_panel(row, street):
        submit_sheet(sheet=sheet.pk, scores=FULL, remark="", by=expert, now=NOW)
    Incubatee.objects.filter(pk=row.pk).update(checked_by=office.user_id)
    with pytest.raises(Refused, match="谁初审谁不能审批"):
        INCUBATEE.fire(row.pk, "publicise", by=office, now=NOW)
    assert INCUBATEE.fire(row.pk, "publicise", by=make_actor("STO", street), now=NOW)


def test_places_of_a_call_are_not_exceeded(street):
    row, office = make_incubatee(street, "review"), make_actor("STO", street)
    for sheet, expert in make_panel(row, street):
        submit_sheet(sheet=sheet.pk, scores=FULL, remark="", by=expert, now=NOW)
    row.call.places = 0
    row.call.save()
    with pytest.raises(Refused, match="名额"):
        INCUBATEE.fire(row.pk, "publicise", by=office, now=NOW)
    Incubatee.objects.filter(pk=row.pk).update(is_virtual=True)
    assert INCUBATEE.fire(row.pk, "publicise", by=office, now=NOW).state == "publicised"


def test_reviewer_who_leaves_is_replaced_and_not_asked_again(street):
    row, clerk = make_incubatee(street, "review"), make_actor("CTR", street)
    (first, one), (_second, two), (third, three) = make_panel(row, street)
    recuse(sheet=first.pk, because="亲属", by=one, now=NOW)
    with pytest.raises(Refused):
        submit_sheet(sheet=first.pk, scores=FULL, remark="", by=one, now=NOW)
    drop_reviewer(incubatee=row.pk, reviewer=two.user_id, because="不答", by=clerk, now=NOW)
    submit_sheet(sheet=third.pk, scores=FULL, remark="", by=three, now=NOW)
    with pytest.raises(Refused, match="不能再退出"):
        drop_reviewer(incubatee=row.pk, reviewer=three.user_id, because="x", by=clerk, now=NOW)
    with pytest.raises(Refused, match="已退出"):
        appoint(incubatee=row.pk, reviewer=one.user_id, by=clerk, now=NOW)
    assert not complete(row)
    for _each in range(2):
        expert = make_expert(street)
        sheet = appoint(incubatee=row.pk, reviewer=expert.user_id, by=clerk, now=NOW)
        submit_sheet(sheet=sheet.pk, scores=FULL, remark="", by=expert, now=NOW)
    assert complete(row)
    assert len(open_sheets(row, clerk)) == 3
    assert not open_sheets(row, one)
    with pytest.raises(IntegrityError), transaction.atomic():
        Sheet.objects.filter(pk=third.pk).update(left_because="x")


def test_panel_is_blind_on_every_page(client, street):
    row = make_incubatee(street, "review")
    panel = make_panel(row, street)
    mark, scores = "绝密的意见", {**FULL, "need": 7}
    submit_sheet(sheet=panel[0][0].pk, scores=scores, remark=mark, by=panel[0][1], now=NOW)
    story, mine = reverse("incubation:incubatee", args=[row.pk]), reverse("incubation:mine")
    for role, node in (("CTR", street), ("STO", street), ("OADM", row.organisation.node)):
        text = browser(client, role, node).get(story).content.decode()
        assert mark not in text
        assert "平均" not in text
    client.force_login(panel[1][0].reviewer)
    assert client.get(story).status_code == 404
    assert client.get(reverse("incubation:sheet", args=[panel[0][0].pk])).status_code == 404
    assert mark not in client.get(mine).content.decode()
    own = client.get(reverse("incubation:sheet", args=[panel[1][0].pk]))
    assert own.status_code == 200
    assert mark not in own.content.decode()
    for sheet, expert in panel[1:]:
        submit_sheet(sheet=sheet.pk, scores=FULL, remark="", by=expert, now=NOW)
    text = browser(client, "STO", street).get(story).content.decode()
    assert mark in text
    body = browser(client, "OADM", row.organisation.node).get(story).content.decode()
    assert mark not in body


def test_reviewer_hands_in_on_a_page_that_keeps_what_was_typed(client, street):
    row = make_incubatee(street, "review")
    sheet = make_panel(row, street)[0][0]
    client.force_login(sheet.reviewer)
    where = reverse("incubation:sheet", args=[sheet.pk])
    answer = client.post(where, {**FULL, "need": 11, "remark": "写好的意见"})
    assert answer.status_code == 422
    assert "写好的意见" in answer.content.decode()
    assert client.post(where, {**FULL, "remark": ""}).status_code == 302
    assert client.get(where).status_code == 200
    assert client.post(where, {**FULL, "remark": ""}).status_code == 409


def test_objection_stops_the_admission_until_it_is_answered(client, street):
    row, office = make_incubatee(street, "publicised"), make_actor("STO", street)
    neighbour = make_user()
    client.force_login(neighbour)
    assert row.organisation.name in client.get(reverse("incubation:publicity")).content.decode()
    Incubatee.objects.filter(pk=row.pk).update(due_on=timezone.localdate() + timedelta(days=3))
    sent = client.post(reverse("incubation:object", args=[row.pk]), {"text": "材料不实"})
    assert sent.status_code == 302
    later = timezone.now() + timedelta(days=9)
    with pytest.raises(Refused, match="还没有答复"):
        admit(incubatee=row.pk, by=office, now=later)
    one = Objection.objects.get()
    # the body reads neither who objected nor what
    body = make_actor("OADM", row.organisation.node)
    assert not body.rows(Objection, "incubation.view").exists()
    answer_objection(pk=one.pk, answer="已核实", is_upheld=False, by=office, now=NOW)
    with pytest.raises(Refused, match="已经答复"):
        answer_objection(pk=one.pk, answer="再答", is_upheld=True, by=office, now=NOW)
    assert admit(incubatee=row.pk, by=office, now=later).state == "admitted"


def test_upheld_objection_ends_the_admission(street):
    row, office = make_incubatee(street, "publicised"), make_actor("STO", street)
    other = make_actor("RES", street)
    one = raise_objection(incubatee=row.pk, text="𠮷", by=other, now=NOW)
    answer_objection(pk=one.pk, answer="属实", is_upheld=True, by=office, now=NOW)
    with pytest.raises(Refused, match="成立"):
        admit(incubatee=row.pk, by=office, now=NOW + timedelta(days=20))
    with pytest.raises(IntegrityError), transaction.atomic():
        Objection.objects.filter(pk=one.pk).update(answer="")


def test_two_sides_sign_and_a_desk_is_given_once(street):
    row, clerk = make_incubatee(street, "admitted"), make_actor("CTR", street)
    body = make_actor("OADM", row.organisation.node)
    desk, day = make_desk(row.call.centre), NOW.date()
    seats = Seats(starts_on=day, ends_on=day + timedelta(days=180), desks=[desk.pk])
    with pytest.raises(Refused, match="先签署"):
        countersign(incubatee=row.pk, seats=seats, by=clerk, now=NOW)
    with pytest.raises(Refused, match="承诺书"):
        sign_as_body(incubatee=row.pk, undertakes=False, by=body, now=NOW)
    sign_as_body(incubatee=row.pk, undertakes=True, by=body, now=NOW)
    signed = countersign(incubatee=row.pk, seats=seats, by=clerk, now=NOW)
    assert signed.state == "agreement_signed"
    assert signed.lease is not None
    second = Incubatee(call=row.call, organisation=make_organisation(street), plan="x",
                       applied_at=NOW, signed_at=NOW)  # fmt: skip
    INCUBATEE.begin(second, "admitted", at=NOW).save()
    with pytest.raises(Refused, match="已分配"):
        countersign(incubatee=second.pk, seats=seats, by=clerk, now=NOW)
    assert Incubatee.objects.get(pk=second.pk).state == "admitted"
    with pytest.raises(IntegrityError), transaction.atomic():
        Incubatee.objects.filter(pk=row.pk).update(signed_at=None)


def test_letters_come_only_after_the_admission(client, street):
    row = make_incubatee(street, "publicised")
    page = browser(client, "OADM", row.organisation.node)
    for name in ("notice", "agreement"):
        where = reverse(f"incubation:{name}_letter", args=[row.pk])
        assert page.get(where).status_code == 404
        Incubatee.objects.filter(pk=row.pk).update(state="admitted", admitted_on=NOW.date())
        assert page.get(where).content.startswith(b"%PDF")
        Incubatee.objects.filter(pk=row.pk).update(state="publicised", admitted_on=None)


def test_story_tells_moves_and_hides_the_reasons_of_the_panel(client, street):
    row, clerk = make_incubatee(street, "review"), make_actor("CTR", street)
    sheet, expert = make_panel(row, street)[0]
    recuse(sheet=sheet.pk, because="曾是同学", by=expert, now=NOW)
    story = reverse("incubation:incubatee", args=[row.pk])
    assert "曾是同学" in browser(client, "CTR", street).get(story).content.decode()
    body = browser(client, "OADM", row.organisation.node).get(story).content.decode()
    assert "曾是同学" not in body
    assert LogEntry.objects.filter(verb="recuse").count() == 1
    assert clerk.user_id


def test_a_refused_move_keeps_its_reason(client, street):
    row = make_incubatee(street)
    page = browser(client, "CTR", street)
    where = reverse("incubation:move", args=[row.pk, "return"])
    assert page.post(where, {"note": ""}).status_code == 409
    assert page.post(where, {"note": "长" * 10_000}).status_code == 422
    assert page.post(reverse("incubation:move", args=[row.pk, "accept"])).status_code == 409
    assert page.post(reverse("incubation:move", args=[row.pk, "sign"])).status_code == 404
    assert page.post(where, {"note": "请补章程"}).status_code == 302


def test_strangers_find_no_page(client):
    district = make_district()
    row = make_incubatee(district.streets[0], "review")
    page = browser(client, "STO", district.streets[1])
    for name in (
        "incubatee",
        "notice_letter",
        "appoint",
        "admit",
        "countersign",
        "plan",
        "conversion",
    ):
        assert page.get(reverse(f"incubation:{name}", args=[row.pk])).status_code == 404
    assert row.organisation.name not in page.get(reverse("incubation:board")).content.decode()


@pytest.mark.parametrize("name", ["board", "incubatee", "call", "appoint"])
def test_pages_cost_the_same_for_one_and_three(client, street, name):
    row = make_incubatee(street, "review")
    page = browser(client, "STO", street)
    address = {"board": (), "call": (row.call_id,)}.get(name, (row.pk,))
    where, costs = reverse(f"incubation:{name}", args=address), []
    for _each in range(3):
        other = Incubatee(call=row.call, organisation=make_organisation(street), plan="x",
                          applied_at=NOW)  # fmt: skip
        INCUBATEE.begin(other, "review", at=NOW).save()
        make_expert(street)
        if row.sheets.count() < 2:
            make_panel(row, street, size=1)
        page.get(where)
        with CaptureQueriesContext(connection) as asked:
            assert page.get(where).status_code == 200
        costs.append(len(asked))
    assert costs[0] == costs[2]
    assert costs[0] <= 24


def test_equal_points_are_decided_by_the_evidence_of_need(street):
    call, ranked = make_call(street), []
    for need, novel in ((5, 10), (10, 5)):
        row = Incubatee(call=call, organisation=make_organisation(street), plan="x",
                        applied_at=NOW)  # fmt: skip
        INCUBATEE.begin(row, "review", at=NOW).save()
        ranked.append(row)
        for sheet, expert in make_panel(row, street):
            scores = {**FULL, "need": need, "novel": novel}
            submit_sheet(sheet=sheet.pk, scores=scores, remark="", by=expert, now=NOW)
    waiting = Incubatee(call=call, organisation=make_organisation(street), plan="x", applied_at=NOW)
    INCUBATEE.begin(waiting, "review", at=NOW).save()
    sheet, expert = make_panel(waiting, street)[0]
    submit_sheet(sheet=sheet.pk, scores=FULL, remark="", by=expert, now=NOW)
    placed = ranking(make_actor("CTR", street), call)
    assert [(one.row, one.place) for one in placed] == [(ranked[1], 1), (ranked[0], 2)]
    assert ranking(make_actor("OADM", ranked[0].organisation.node), call) == []
