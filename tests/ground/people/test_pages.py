"""The pages of people: each works, keeps what was typed, masks, and stays shut for other places."""

from datetime import date, timedelta
from html import unescape
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from changle.core.log import LogEntry
from changle.ground.people.models import Paper, PartyFact, Person, Post
from changle.ground.registry.models import Organisation
from tests.factories.accounts import make_user
from tests.factories.people import make_party_fact, make_person, make_post
from tests.factories.registry import make_organisation
from tests.ground.people.test_posts import number_of


TODAY = timezone.localdate()
LONG = "长" * 10_000
HTML = "<script>alert('甲')</script>"


@pytest.fixture
def clerk(enter, tree):
    return enter("STO", tree.streets[0], name="样例街道甲")


def at(body, rest=""):
    return f"/desk/organisations/{body.pk}/{rest}"


def text(answer):
    return unescape(answer.content.decode())


def typed(**changes):
    return {"kind": "staff", "name": "杨理", "starts_on": "2024-03-01", **changes}


def test_the_page_groups_people_masks_phones_and_folds_the_former(client, body, clerk, tree):
    boss = make_person("杨理", phone="13812345678", id_type="resident", id_number=number_of())
    make_post(body, "head", boss)
    make_post(make_organisation(tree.streets[1], "ST", name="样例乙协会"), "supervisor", boss)
    make_post(make_organisation(tree.streets[1], "ST", name="样例丙协会"), "member", boss)
    make_post(
        body, "council", make_person("李四方"), ends_on=date(2024, 1, 1), ended_because="term"
    )
    make_post(
        body, "staff", make_person("赵错录"), ends_on=date(2020, 6, 1), ended_because="mistake"
    )
    told = text(client.get(at(body, "people/")))
    assert "138****5678" in told
    for hidden in ("13812345678", number_of(), "样例丙协会", "赵错录"):
        assert hidden not in told
    assert "样例乙协会 监事" in told
    assert "已离任 1 人" in told
    assert "没有登记在任的监事" in told


def test_the_page_costs_the_same_for_one_and_for_three(client, body, clerk):
    def queries():
        with CaptureQueriesContext(connection) as told:
            assert client.get(at(body, "people/")).status_code == 200
        return len(told)

    for kind in ("head", "staff", "member"):
        make_post(body, kind)
    make_post(body, "council", ends_on=date(2024, 1, 1))
    queries()
    one = queries()
    for kind in ("chair", "staff", "staff", "member", "member", "supervisor"):
        make_post(body, kind)
    make_post(body, "council", ends_on=date(2024, 1, 1))
    assert queries() == one


def test_a_search_finds_by_name_pinyin_and_unit(client, body, clerk):
    make_post(body, "staff", make_person("杨理", pinyin="yangli yl"))
    make_post(
        body, "unit_member", make_person("李四方", pinyin="lisifang lsf"), unit_name="样例公司"
    )
    for q, seen, unseen in (
        ("杨", "杨理", "李四方"),
        ("LSF", "李四方", "杨理"),
        ("公司", "李四方", "杨理"),
    ):
        told = text(client.get(at(body, "people/"), {"q": q}))
        assert seen in told
        assert unseen not in told
    assert client.get(at(body, "people/"), {"q": "\x00" + LONG}).status_code == 200


@pytest.mark.parametrize(
    ("role", "place", "sees", "edits"),
    [("DCA", "root", True, True), ("STO", "street", True, True), ("CTR", "street", True, True),
     ("COM", "community", False, False), ("STO", "other", False, False), ("AUD", "root", True, False),
     ("DSW", "root", False, False), ("SYS", "root", False, False), ("RES", "root", False, False)],
)  # fmt: skip
def test_who_sees_and_who_edits(client, tree, body, enter, role, place, sees, edits):
    places = {"root": tree.root, "street": tree.streets[0], "other": tree.streets[1],
              "community": tree.communities[0][0]}  # fmt: skip
    enter(role, places[place])
    post = make_post(body, person=make_person("杨理", birth_year=1950, politics="party"))
    pages = ["people/", "papers/"]
    answers = [client.get(at(body, p)) for p in pages] + [client.get(f"/desk/posts/{post.pk}/")]
    assert [a.status_code == 200 for a in answers] == [sees] * 3
    if sees and not edits:
        assert all("党员" not in text(answers[i]) and "1950" not in text(answers[i]) for i in (2,))
        assert "新增任职" not in text(answers[0])
    for rest in ("people/add/", "people/head/", "people/members/", "party/"):
        assert (client.get(at(body, rest)).status_code == 200) == edits
    takes = edits and role != "CTR"  # an operator takes no list of people away
    assert (client.get(at(body, "people/members.xlsx")).status_code == 200) == takes
    assert ("members.xlsx" in text(client.get(at(body, "people/")))) == takes
    for rest in ("edit/", "person/", "end/"):
        assert (client.get(f"/desk/posts/{post.pk}/{rest}").status_code == 200) == edits


def test_adding_somebody_by_the_form(client, body, clerk):
    answer = client.post(
        at(body, "people/add/"), typed(phone="１３８ ００００ ００００", is_full_time="on")
    )
    assert answer.status_code == 302, text(answer)
    row = Post.objects.select_related("person").get()
    assert (row.person.name, row.person.phone, row.is_full_time) == ("杨理", "13800000000", True)
    assert row.person.pinyin == "yangli yl"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""), ("name", LONG), ("name", "杨"), ("name", HTML), ("name", "=1+1"), ("name", "a\x00b"),
        ("kind", ""), ("kind", "head"), ("kind", "XX"), ("kind", "unit_member"),
        ("starts_on", ""), ("starts_on", "2021-02-30"), ("starts_on", "昨天"), ("starts_on", "0000-00-00"),
        ("ends_on", "2020-01-01"), ("term_ends_on", "2024-03-01"), ("unit_name", "样例公司"),
        ("phone", "abc"), ("phone", LONG), ("phone", HTML), ("email", "x@"), ("email", LONG),
        ("birth_year", "1"), ("birth_year", "九〇"), ("birth_year", "9" * 30), ("term", "0"),
        ("id_number", "E12345678"), ("id_type", "XX"), ("sex", "x"), ("education", "X"),
        ("title", LONG), ("note", LONG), ("person_note", LONG), ("session", LONG), ("employer", LONG),
        ("official_rank", "正处级"), ("procedure", "X"),
    ],
    ids=lambda value: str(value)[:12],
)  # fmt: skip
def test_what_cannot_be_is_told_and_the_rest_kept(client, body, clerk, field, value):
    answer = client.post(
        at(body, "people/add/"), typed(**{"employer": "不应丢失的单位", field: value})
    )
    assert answer.status_code == 422, text(answer)
    if field != "employer":
        assert "不应丢失的单位" in text(answer)
    assert "invalid-feedback" in text(answer)
    assert not Post.objects.exists()
    assert not Person.objects.exists()


@pytest.mark.parametrize("value", [HTML, "=1+1", "🙂", "𠅤", "甲\u202e乙", "'\"\\"])
@pytest.mark.parametrize("field", ["title", "employer", "note", "person_note"])
def test_odd_but_possible_text_is_kept_and_shown_as_text(client, body, clerk, field, value):
    assert client.post(at(body, "people/add/"), typed(**{field: value})).status_code == 302
    row = Post.objects.get()
    told = client.get(f"/desk/posts/{row.pk}/").content.decode()
    assert HTML not in told
    assert value in unescape(told)
    assert HTML not in client.get(at(body, "people/")).content.decode()


@pytest.mark.parametrize("same", ["", "999", "甲", LONG])
def test_a_known_person_is_asked_about_and_nothing_is_lost(client, body, clerk, same):
    make_post(body, "council", make_person("杨理", phone="13800000000"))
    facts = typed(phone="13800000000", employer="不应丢失的单位", same=same)
    answer = client.post(at(body, "people/add/"), facts)
    assert answer.status_code in {409, 422}
    assert "138****0000" in text(answer)
    assert "不应丢失的单位" in text(answer)
    assert Post.objects.count() == 1
    key = Person.objects.get().pk
    assert client.post(at(body, "people/add/"), {**facts, "same": str(key)}).status_code == 302
    assert Person.objects.count() == 1
    facts |= {"kind": "supervisor", "same": "new"}
    assert client.post(at(body, "people/add/"), facts).status_code == 302
    assert Person.objects.count() == 2


def test_changing_the_head_by_the_form(client, body, clerk):
    shown = client.get(at(body, "people/head/")).context["form"]
    facts = typed(starts_on="2024-01-01", because="election", version=shown["version"].value(),
                  since=shown["since"].value())  # fmt: skip
    assert client.post(at(body, "people/head/"), facts).status_code == 302
    assert Organisation.objects.get(pk=body.pk).legal_representative == "杨理"
    answer = client.post(at(body, "people/head/"), {**facts, "name": "李四方"})
    assert answer.status_code == 409
    assert "刚刚" in text(answer)
    assert "李四方" in text(answer)
    for bad in ({"version": "x"}, {"since": "-1"}, {"since": "9" * 30}, {"because": "mistake"}):
        assert client.post(at(body, "people/head/"), {**facts, **bad}).status_code == 422


def test_editing_ending_and_a_persons_facts_by_the_forms(client, body, clerk):
    row = make_post(body)
    answer = client.post(f"/desk/posts/{row.pk}/edit/", typed(title="社工", version=1))
    assert answer.status_code == 302, text(answer)
    stale = client.post(f"/desk/posts/{row.pk}/edit/", typed(title="会计", version=1))
    assert stale.status_code == 409
    assert "会计" in text(stale)
    answer = client.post(
        f"/desk/posts/{row.pk}/person/", {"name": "李四方", "version": 1, "sex": "f"}
    )
    assert answer.status_code == 302, text(answer)
    assert (
        client.post(f"/desk/posts/{row.pk}/end/", {"because": "left", "on": ""}).status_code == 422
    )
    answer = client.post(f"/desk/posts/{row.pk}/end/", {"because": "left", "on": TODAY.isoformat()})
    assert answer.status_code == 302
    row.refresh_from_db()
    assert (row.title, row.ends_on, row.ended_because) == ("社工", TODAY, "left")


def test_the_number_is_shown_once_for_a_reason(client, body, clerk):
    row = make_post(body, person=make_person("杨理", id_type="resident", id_number=number_of()))
    url = f"/desk/posts/{row.pk}/"
    assert number_of() not in text(client.get(url))
    assert "610***" in text(client.get(url))
    assert client.get(f"{url}number/").status_code == 405
    assert client.post(f"{url}number/", {"reason": ""}).status_code == 422
    assert client.post(f"{url}number/", {"reason": LONG}).status_code == 422
    answer = client.post(f"{url}number/", {"reason": "核对换届材料"})
    assert number_of() in text(answer)
    assert answer.headers["Cache-Control"] == "no-store"
    assert LogEntry.objects.filter(verb="read_number").count() == 1
    assert number_of() not in text(client.get(url))


def test_access_by_the_form(client, body, clerk, tree):
    make_user("mishu", name="样例秘书")
    row = make_post(body, "secretary", ends_on=TODAY + timedelta(days=90))
    url = f"/desk/posts/{row.pk}/access/"
    assert client.post(url, {"username": "niemand", "role": "OADM"}).status_code == 409
    assert client.post(url, {"username": "mishu", "role": "DCA"}).status_code == 422
    assert client.post(url, {"username": "mishu", "role": "OADM"}).status_code == 302
    assert "样例秘书：组织管理员" in text(client.get(f"/desk/posts/{row.pk}/"))


def test_merging_by_the_page(client, body, clerk):
    keep = make_post(body, "staff", make_person("杨理", phone="13800000000"))
    drop = make_post(body, "council", make_person("杨理", phone="13800000000"))
    url = f"/desk/posts/{keep.pk}/merge/"
    assert "另一条记录" in text(client.get(f"/desk/posts/{keep.pk}/"))
    assert client.post(url, {"other": "甲"}).status_code == 404
    client.post(url, {"other": drop.person_id})
    drop.refresh_from_db()
    assert drop.person_id == keep.person_id


def test_members_by_paste_and_out_as_a_table(client, body, clerk):
    url = at(body, "people/members/")
    bad = client.post(url, {"kind": "member", "starts_on": "2024-01-01", "text": "杨理\n王1"})
    assert bad.status_code == 409
    assert "第 2 行" in text(bad)
    assert "杨理\n王1" in text(bad).replace("\r", "")
    for wrong in ({"text": ""}, {"text": LONG * 7}, {"kind": "staff"}, {"starts_on": "x"}):
        facts = {"kind": "member", "starts_on": "2024-01-01", "text": "杨理", **wrong}
        assert client.post(url, facts).status_code == 422
    client.post(url, {"kind": "member", "starts_on": "2024-01-01", "text": "杨理 13800000000"})
    answer = client.get(at(body, "people/members.xlsx"))
    rows = list(load_workbook(BytesIO(answer.content))["会员名单"].values)
    assert rows[1][:4] == ("个人会员", "杨理", None, "138****0000")
    entry = LogEntry.objects.get(verb="export_members")
    assert entry.path == body.node.path


def test_party_building_is_dated_and_tells_no_names(client, body, clerk, tree):
    make_party_fact(body, full_time=4, no_reason="not_yet")
    boss = make_post(body, "party_head", make_person("杨理"))
    stranger = make_post(make_organisation(tree.streets[0]), person=make_person("李四方"))
    url, counts = at(body, "party/"), dict.fromkeys(
        ("full_time", "part_time", "probationary", "activists", "applicants"), 1
    )  # fmt: skip
    facts = {"on": "2025-01-01", "has": "yes", "form": "branch", "leader": boss.person_id, **counts}
    for wrong in ({"has": ""}, {"form": ""}, {"leader": stranger.person_id}, {"full_time": "-1"},
                  {"has": "no"}, {"has": "no", "no_reason": "no_members"}, {"on": ""},
                  {"affiliation": LONG}, {"full_time": "9" * 30}):  # fmt: skip
        assert client.post(url, {**facts, **wrong}).status_code == 422, wrong
    late = client.post(url, {**facts, "on": (TODAY + timedelta(days=1)).isoformat()})
    assert late.status_code == 409
    assert client.post(url, {**facts, "on": "2019-01-01"}).status_code == 409
    assert client.post(url, facts).status_code == 302
    old, new = PartyFact.objects.order_by("starts_on")
    assert old.ends_on == new.starts_on == date(2025, 1, 1)
    assert (new.leader, new.form) == (boss.person, "branch")
    assert "党支部" in text(client.get(at(body, "people/")))


def test_papers_by_the_forms(client, body, clerk):
    url = at(body, "papers/add/")
    for wrong in ({"kind": ""}, {"kind": "X"}, {"number": LONG}, {"starts_on": "x"},
                  {"last_day": "2020-01-01", "starts_on": "2021-01-01"}):  # fmt: skip
        assert client.post(url, {"kind": "charter", **wrong}).status_code == 422, wrong
    facts = {"kind": "tax", "number": "=1+1", "starts_on": "2024-01-01", "last_day": "2024-12-31"}
    assert client.post(url, facts).status_code == 302
    row = Paper.objects.get()
    assert row.ends_on == date(2025, 1, 1)
    assert "2024-01-01 至 2024-12-31" in text(client.get(at(body, "papers/")))
    assert client.post(f"/desk/papers/{row.pk}/edit/", {"number": "二"}).status_code == 302
    assert client.post(f"/desk/papers/{row.pk}/move/recall/", {"note": ""}).status_code == 422
    assert client.post(f"/desk/papers/{row.pk}/move/recall/", {"note": "处罚"}).status_code == 302
    assert client.get(f"/desk/papers/{row.pk}/move/replace/").status_code == 404
    assert client.get(f"/desk/papers/{row.pk}/scan/").status_code == 405
    row.refresh_from_db()
    assert (row.number, row.state) == ("二", "recalled")


def test_the_tabs_lead_here(client, body, clerk):
    told = text(client.get(at(body)))
    assert at(body, "people/") in told
    assert at(body, "papers/") in told


def test_an_account_of_the_body_keeps_its_own_people_only(client, body, enter, tree):
    enter("OADM", body.node)
    other = make_organisation(tree.streets[0], "MF")
    assert client.get(at(body, "people/")).status_code == 200
    assert client.get(at(other, "people/")).status_code == 404
    assert client.post(at(body, "people/add/"), typed()).status_code == 302
    assert client.post(at(other, "people/add/"), typed()).status_code == 404


@pytest.mark.parametrize("role", ["SEC", "CTR", "AUD", "COM"])
def test_access_is_given_by_who_keeps_people_and_grants(client, tree, body, enter, role):
    place = tree.root if role in {"SEC", "AUD"} else tree.streets[0]
    enter(role, place)
    make_user("mishu")
    url = f"/desk/posts/{make_post(body, 'secretary').pk}/access/"
    assert client.get(url).status_code == 404
    assert client.post(url, {"username": "mishu", "role": "OADM"}).status_code == 404
