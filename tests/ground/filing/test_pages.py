"""The pages of filings: residents on a phone, staff at the desk, everybody at the check."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from changle.core.files import store
from changle.ground.accounts.models import User
from changle.ground.filing.actions import file, propose_lapses
from changle.ground.filing.models import Filing, FilingRule
from changle.ground.registry.models import Identity, Organisation
from changle.ground.territory.queries import actor_for
from tests.factories.accounts import make_user
from tests.factories.filing import agreed, category, make_draft_filing, make_filing, phone
from tests.factories.registry import make_organisation, make_uscc
from tests.factories.territory import make_actor, make_district, make_grant
from tests.ground.filing.test_lapsing import picture, silent


pytestmark = pytest.mark.django_db
MY = "/my/filings/"
DESK = "/desk/filings/"
NAUGHTY = ["", "字" * 10_000, "𠮷野家", "<script>alert(1)</script>", "=1+1", "\x00", "-1", "99999999999999999999"]  # fmt: skip


@pytest.fixture
def tree():
    return make_district()


@pytest.fixture
def here(tree):
    return tree.communities[0][0]


@pytest.fixture
def enter(client):
    def come(role=None, node=None, **fields):
        user = make_user(**fields)
        if role:
            make_grant(user, node, role)
        client.force_login(user)
        return user

    return come


@pytest.fixture
def me(enter):
    return enter(name="样例居民")


def page(answer):
    return answer.content.decode()


def typed(form):
    """What a browser would send of a form that nobody has touched."""
    return {
        field.html_name: "" if field.value() is None else str(field.value())
        for field in form
        if getattr(field.field.widget, "input_type", "") not in {"file", "checkbox"}
    }


def begun(client, here, name="样例红石榴舞蹈队"):
    category()
    answer = client.post(f"{MY}start/", {"name": name, "community": here.pk})
    assert answer.status_code == 302
    return Filing.objects.get(name=name)


def step(client, row, number, **fields):
    sent = typed(client.get(f"{MY}{row.pk}/step/{number}/").context["form"])
    return client.post(f"{MY}{row.pk}/step/{number}/", {**sent, **fields})


def test_a_resident_applies_step_by_step(client, me, here):
    row = begun(client, here)
    told = {"category": category().pk, "nature": "association", "scope": "community",
            "purpose": "锻炼身体", "activities": "每晚跳舞"}  # fmt: skip
    assert step(client, row, 1, **told)["Location"] == f"{MY}{row.pk}/step/2/"
    people = "样例甲 13900000011\n样例乙\n样例丙，139-0000-0013\n样例丁\n样例戊"
    answer = step(
        client, row, 2, leader_name="样例队长", leader_phone=phone(), member_count=9,
        new_members=people,
    )  # fmt: skip
    assert answer["Location"] == f"{MY}{row.pk}/step/3/"
    answer = step(
        client, row, 3, premises_address="样例广场", fund_source="无", charter=picture("章程.png")
    )
    assert answer["Location"] == f"{MY}{row.pk}/step/4/"
    assert "可以提交" in page(client.get(f"{MY}{row.pk}/step/4/"))
    assert client.post(f"{MY}{row.pk}/submit/")["Location"] == f"{MY}{row.pk}/"
    row.refresh_from_db()
    assert (row.state, row.members.count(), row.charter.name) == ("submitted", 5, "章程.png")
    shown = page(client.get(f"{MY}{row.pk}/"))
    assert "等社区提出意见" in shown
    paper = client.get(f"{MY}{row.pk}/paper/{row.charter.public_id}/")
    assert b"".join(paper.streaming_content).startswith(b"\x89PNG")
    assert client.get(f"{MY}{row.pk}/step/1/")["Location"] == f"{MY}{row.pk}/"


def test_half_a_step_is_kept_and_what_is_wrong_is_kept_typed(client, me, here):
    row = begun(client, here)
    assert step(client, row, 1, purpose="只写了宗旨", stay="1")["Location"].endswith("step/1/")
    row.refresh_from_db()
    assert row.purpose == "只写了宗旨"
    answer = step(client, row, 2, leader_name="样例队长", leader_phone="1390000")
    assert answer.status_code == 422
    assert 'value="样例队长"' in page(answer)
    assert "电话号码应为" in page(answer)
    answer = step(client, row, 2, new_members="样例甲 12\n样例乙")
    assert answer.status_code == 422
    assert "第 1 行" in page(answer)
    answer = client.post(f"{MY}{row.pk}/submit/")
    assert answer.status_code == 409
    assert "还没有填写" in page(answer)


@pytest.mark.parametrize("text", NAUGHTY)
def test_naughty_words_break_no_step(client, me, here, text):
    row = begun(client, here)
    for number, names in {
        1: ["name", "purpose", "activities", "category", "nature", "scope", "version"],
        2: ["leader_name", "leader_phone", "member_count", "party_member_count", "new_members"],
        3: ["premises_address", "premises_area", "fund_source"],
    }.items():
        for name in names:
            assert step(client, row, number, **{name: text}).status_code in {302, 409, 422}
    assert client.post(f"{MY}start/", {"name": text, "community": text}).status_code in {302, 422}
    assert client.get(f"{MY}start/?team={text}").status_code == 200
    assert client.get(f"/verify/{text.replace(chr(0), '') or 'x'}/").status_code == 404


def test_a_member_is_struck_off_and_anothers_page_is_not_there(client, me, here, enter):
    row = make_draft_filing(here, actor_for(me))
    member = row.members.order_by("pk")[0]
    assert client.post(f"{MY}{row.pk}/members/{member.pk}/strike/").status_code == 302
    assert row.members.count() == 4
    enter()
    for path in ("", "step/1/", "submit/", "withdraw/", f"members/{member.pk}/strike/"):
        assert client.post(f"{MY}{row.pk}/{path}").status_code == 404
    assert row.name not in page(client.get(MY))


def test_a_resident_takes_it_back(client, me, here):
    row = make_filing(here, by=actor_for(me))
    assert client.post(f"{MY}{row.pk}/withdraw/").status_code == 302
    assert "您已撤回" in page(client.get(f"{MY}{row.pk}/"))
    assert client.post(f"{MY}{row.pk}/withdraw/").status_code == 409


def test_the_community_agrees_and_the_street_files(client, enter, tree, here):
    row = make_filing(here, name="样例青禾合唱团")
    enter("COM", here, name="样例社区")
    listed = page(client.get(DESK))
    assert "样例青禾合唱团" in listed
    shown = page(client.get(f"{DESK}{row.pk}/"))
    assert f"{DESK}{row.pk}/agree/" in shown
    assert f"{DESK}{row.pk}/approve/" not in shown
    sent = {"version": row.version, "opinion": "", "confirmer": "样例主任"}
    assert client.post(f"{DESK}{row.pk}/agree/", sent).status_code == 422
    sent |= {"opinion": "居民认可", "phone_confirmed": "on"}
    assert client.post(f"{DESK}{row.pk}/agree/", sent).status_code == 302
    assert client.post(f"{DESK}{row.pk}/approve/", sent).status_code == 404
    enter("STO", tree.streets[0])
    assert client.get(f"{DESK}{row.pk}/approve/").status_code == 200
    assert client.post(f"{DESK}{row.pk}/approve/", {"version": row.version}).status_code == 302
    row.refresh_from_db()
    assert row.state == "filed"
    code = row.certificate_code
    client.logout()
    checked = page(client.get(f"/verify/{code}/"))
    assert "备案有效" in checked
    assert row.filing_number in checked
    assert row.leader_phone not in checked
    assert row.leader_name not in checked


def test_the_certificate_carries_the_address_of_the_check(client, me, tree, here):
    row = make_filing(here, "street_review", by=actor_for(me))
    file(pk=row.pk, version=row.version, by=make_actor("STO", tree.streets[0]), now=timezone.now())
    answer = client.get(f"/filings/{row.pk}/certificate.pdf")
    assert answer.status_code == 200
    assert answer.content.startswith(b"%PDF")
    shown = page(client.get(f"{MY}{row.pk}/"))
    assert f"/filings/{row.pk}/certificate.pdf" in shown


def test_a_return_says_why_to_the_resident(client, enter, tree, here):
    row = make_filing(here, "street_review")
    enter("STO", tree.streets[0])
    sent = {"version": row.version, "reason": ""}
    assert client.post(f"{DESK}{row.pk}/send-back/", sent).status_code == 422
    sent["reason"] = "请写清楚<b>什么时候</b>活动"
    assert client.post(f"{DESK}{row.pk}/send-back/", sent).status_code == 302
    client.force_login(User.objects.get(pk=row.initiator_id))
    assert "新消息" in page(client.get(MY))
    assert client.post(f"{MY}read/").status_code == 302
    assert "新消息" not in page(client.get(MY))
    shown = page(client.get(f"{MY}{row.pk}/"))
    assert "请写清楚&lt;b&gt;" in shown
    assert "修改并重新提交" in shown


def test_another_street_finds_no_such_page(client, enter, tree, here):
    row = make_filing(here, "street_review")
    enter("STO", tree.streets[1])
    assert row.name not in page(client.get(DESK))
    assert row.name not in page(client.get(f"{DESK}review/"))
    for path in ("", "approve/", "send-back/"):
        assert client.get(f"{DESK}{row.pk}/{path}").status_code == 404
    client.post(f"{DESK}review/file/", {"chosen": f"{row.pk}-{row.version}"})
    assert Filing.objects.get(pk=row.pk).state == "street_review"


def test_phones_are_masked_for_who_may_not_see_them(client, enter, tree, here):
    row = make_filing(here)
    enter("AUD", tree.root)
    assert row.leader_phone not in page(client.get(f"{DESK}{row.pk}/"))
    enter("COM", here)
    assert row.leader_phone in page(client.get(f"{DESK}{row.pk}/"))


def sound(here, **fields):
    row = make_filing(here, "street_review", **fields)
    stored = row.pk
    by = actor_for(User.objects.get(pk=row.initiator_id))
    assert by.user_id == row.initiator_id
    papers = make_papers(row, by)
    Filing.objects.filter(pk=stored).update(charter=papers, premises_proof=papers)
    return Filing.objects.get(pk=stored)


def make_papers(row, by):
    return store(
        upload=picture("章程.png"), subject=row, needs="filing.view", by=by, now=timezone.now()
    )


def test_the_sound_are_filed_in_one_go_and_the_doubtful_stand_apart(client, enter, tree, here):
    make_organisation(here, name="样例同名队")
    good = [sound(here) for _each in range(3)]
    bad = [sound(here, name="样例同名队"), make_filing(here, "street_review")]
    enter("STO", tree.streets[0])
    answer = client.get(f"{DESK}review/")
    assert {one.filing.pk for one, _late in answer.context["sound"]} == {r.pk for r in good}
    reasons = {one.filing.pk: "".join(one.reasons) for one, _l in answer.context["doubtful"]}
    assert "相似" in reasons[bad[0].pk]
    assert "缺简易章程" in reasons[bad[1].pk]
    chosen = [f"{row.pk}-{row.version}" for row in [*good, bad[0]]]
    answer = client.post(f"{DESK}review/file/", {"chosen": [*chosen, "x", "1-", "9" * 30]})
    assert answer.status_code == 200
    assert [bool(one.refusal) for one in answer.context["results"]] == [False, False, False, True]
    assert Organisation.objects.filter(kind="BA", source="备案申请").count() == 3
    assert client.post(f"{DESK}review/file/", {}).status_code == 422


@pytest.mark.parametrize("path", [DESK, f"{DESK}review/", MY])
def test_lists_cost_the_same_for_one_and_for_many(client, enter, tree, here, path):
    user = enter("STO", tree.streets[0])
    by = actor_for(user) if path == MY else None
    counts = []
    for extra in (1, 4):
        for _each in range(extra):
            make_filing(here, "submitted" if path == MY else "street_review", by=by)
        client.get(path)
        with CaptureQueriesContext(connection) as told:
            assert client.get(path).status_code == 200
        counts.append(len(told))
    assert counts[0] == counts[1]
    assert counts[0] < 25


def test_filters_narrow_the_list_whatever_is_asked(client, enter, tree, here):
    row = make_filing(here)
    other = make_filing(tree.communities[1][0])
    enter("DCA", tree.root)
    found = client.get(f"{DESK}?street={tree.streets[0].pk}&state=open&kind=new&q={row.name[:4]}")
    assert row.name in page(found)
    assert other.name not in page(found)
    for name in ("state", "street", "community", "category", "q", "page", "kind"):
        for text in NAUGHTY:
            assert client.get(DESK, {name: text}).status_code == 200


def test_the_bureau_lays_down_a_rule(client, enter, tree):
    enter("DCA", tree.root)
    assert "初始条件" in page(client.get(f"{DESK}rules/"))
    sent = typed(client.get(f"{DESK}rules/add/").context["form"])
    assert client.post(f"{DESK}rules/add/", {**sent, "number_format": "x"}).status_code == 409
    answer = client.post(f"{DESK}rules/add/", {**sent, "minimum_members": "8", "category": ""})
    assert answer.status_code == 302
    assert FilingRule.objects.get().minimum_members == 8
    assert client.post(f"{DESK}rules/add/", sent).status_code == 409
    for name in sent:
        for text in NAUGHTY:
            answer = client.post(f"{DESK}rules/add/", {**sent, name: text})
            assert answer.status_code in {302, 409, 422}
    enter("STO", tree.streets[0])
    assert client.get(f"{DESK}rules/").status_code == 404


def test_the_street_decides_on_silent_bodies(client, enter, tree, here):
    body = silent(here)
    propose_lapses(timezone.now())
    row = body.lapse_proposals.get()
    enter("STO", tree.streets[0])
    assert body.name in page(client.get(f"{DESK}lapses/"))
    assert client.get(f"{DESK}lapses/{row.pk}/").status_code == 302
    sent = {"version": 1, "reason": ""}
    assert client.post(f"{DESK}lapses/{row.pk}/confirm/", sent).status_code == 422
    assert (
        client.post(f"{DESK}lapses/{row.pk}/confirm/", {**sent, "reason": "无人"}).status_code
        == 302
    )
    body.refresh_from_db()
    assert body.state == "lapsed"
    enter("STO", tree.streets[1])
    assert client.get(f"{DESK}lapses/{row.pk}/keep/").status_code == 404


def test_an_organisation_asks_for_a_change_from_its_room(client, enter, tree, here):
    body = make_organisation(here)
    enter("OADM", body.node)
    room = f"/desk/organisations/{body.pk}/filings/"
    assert "申请变更备案" in page(client.get(room))
    answer = client.post(f"{room}change/start/")
    row = Filing.objects.get()
    assert answer["Location"] == f"{MY}{row.pk}/step/1/"
    assert client.get(f"{MY}{row.pk}/step/2/").status_code == 200
    assert client.post(f"{room}cancel/start/").status_code == 409
    assert client.post(f"{room}nonsense/start/").status_code == 404
    enter("COM", here)
    assert "申请变更备案" not in page(client.get(room))


def test_a_filed_body_becomes_a_registered_one(client, enter, tree, here):
    enter("STO", tree.streets[0])
    row = make_organisation(here)
    url = f"/desk/organisations/{row.pk}/convert/"
    sent = {"kind": "MF", "uscc": "", "on": "2021-05-01", "certificate": picture()}
    assert client.post(url, sent).status_code == 422
    wrong = make_uscc("MF")[:-1] + "*"
    assert client.post(url, {**sent, "uscc": wrong, "certificate": picture()}).status_code == 409
    told = {**sent, "uscc": make_uscc("MF")}
    del told["certificate"]
    assert client.post(url, told).status_code == 422
    bad = SimpleUploadedFile("证书.pdf", b"nothing")
    assert client.post(url, {**told, "certificate": bad}).status_code == 409
    assert client.post(url, {**told, "certificate": picture()}).status_code == 302
    assert Organisation.objects.get(pk=row.pk).kind == "MF"
    kinds = Identity.objects.filter(organisation=row).order_by("starts_on")
    assert list(kinds.values_list("kind", flat=True)) == ["BA", "MF"]


def test_a_team_filed_on_paper_gets_a_number(client, enter, tree, here):
    team = make_organisation(here, "PRE")
    url = f"/desk/organisations/{team.pk}/file/"
    enter("OADM", team.node)
    sent = {"on": timezone.localdate().isoformat(), "filing_number": "", "note": ""}
    assert client.post(url, sent).status_code == 409
    enter("STO", tree.streets[0])
    assert client.post(url, sent).status_code == 302
    team.refresh_from_db()
    assert team.kind == "BA"
    assert re.fullmatch(r"社备〔\d{4}〕甲0001号", team.filing_number)
    assert client.get(url).status_code == 404


def test_whoever_began_is_led_from_the_desk_to_their_own(client, me, here):
    row = make_draft_filing(here, actor_for(me))
    assert client.get(f"{DESK}{row.pk}/")["Location"] == f"{MY}{row.pk}/"
    agreed_ = make_filing(here)
    assert client.get(f"{DESK}{agreed_.pk}/").status_code == 404
    assert agreed(agreed_).state == "street_review"
