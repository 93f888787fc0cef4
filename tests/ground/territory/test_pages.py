"""The desk's pages of territory: each works, stays shut for other roles and other places."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from openpyxl import load_workbook

from changle.core.calendar import CalendarDay, seed
from changle.core.log import LogEntry, record, seal_all
from changle.core.reach import Actor
from changle.ground.accounts.models import User
from changle.ground.territory.models import Grant, Node, NodeCode
from tests.factories.accounts import PASSWORD, make_user
from tests.factories.territory import make_district, make_grant, make_node


pytestmark = pytest.mark.django_db


@pytest.fixture
def tree():
    return make_district()


@pytest.fixture
def enter(client):
    """Sign in as the holder of a role; answers the person."""

    def come(role, node, **fields):
        user = make_user(**fields)
        make_grant(user, node, role)
        client.force_login(user)
        return user

    return come


def text(answer):
    return answer.content.decode()


def test_the_tree_shows_codes_of_both_systems_side_by_side(client, tree, enter):
    for system, number in (("stats", "610112005"), ("portal", "610112012")):
        NodeCode.objects.create(
            node=tree.streets[0], system=system, code=number, starts_on=date(2020, 1, 1)
        )
    enter("DCA", tree.root)
    page = text(client.get("/desk/nodes/"))
    assert "甲街道" in page
    assert "610112005" in page
    assert "610112012" in page
    assert "社区 2" in page


@pytest.mark.parametrize("words", ["乙街", "610112099", "yijiedao"])
def test_places_are_found_by_name_code_and_pinyin(client, tree, enter, words):
    Node.objects.filter(pk=tree.streets[1].pk).update(pinyin="yijiedao yjd")
    NodeCode.objects.create(
        node=tree.streets[1], system="portal", code="610112099", starts_on=date(2020, 1, 1)
    )
    enter("DCA", tree.root)
    page = text(client.get("/desk/nodes/", {"q": words}))
    assert "乙街道" in page
    assert "甲街道</a>" not in page


def test_a_place_page_tells_its_namesake_in_the_other_system(client, tree, enter):
    for node, system in ((tree.streets[0], "stats"), (tree.streets[1], "portal")):
        NodeCode.objects.create(
            node=node, system=system, code="610112001", starts_on=date(2020, 1, 1)
        )
    enter("DCA", tree.root)
    page = text(client.get(f"/desk/nodes/{tree.streets[0].pk}/"))
    assert "这个号码是乙街道" in page


def test_a_place_elsewhere_is_not_found(client, tree, enter):
    enter("STO", tree.streets[0])
    assert client.get(f"/desk/nodes/{tree.communities[0][0].pk}/").status_code == 200
    assert client.get(f"/desk/nodes/{tree.streets[1].pk}/").status_code == 404
    assert client.get(f"/desk/nodes/{tree.streets[0].pk}/rename/").status_code == 404


def test_the_tree_is_changed_by_forms(client, tree, enter):
    enter("DCA", tree.root)
    root = f"/desk/nodes/{tree.root.pk}/"
    assert client.post(f"{root}add/", {"kind": "street", "name": "丁街道"}).status_code == 302
    new = Node.objects.get(name="丁街道")
    one = f"/desk/nodes/{new.pk}/"
    assert client.get(f"{one}rename/").status_code == 200
    assert client.post(f"{one}rename/", {"name": "戊街道"}).status_code == 302
    code = {"system": "stats", "code": "610112077", "starts_on": "2024-01-01"}
    assert client.post(f"{one}codes/add/", code).status_code == 302
    row = NodeCode.objects.get(code="610112077")
    assert client.post(f"{one}codes/{row.pk}/end/", {"on": "2025-01-01"}).status_code == 302
    child = f"/desk/nodes/{tree.communities[0][0].pk}/"
    assert client.get(f"{child}move/").status_code == 200
    assert client.post(f"{child}move/", {"parent": new.pk}).status_code == 302
    assert client.get(f"{one}abolish/").status_code == 200
    refused = client.post(f"{one}abolish/", {"on": "2025-06-01", "reason": "合并"})
    assert refused.status_code == 409
    assert "请选择承接单位" in text(refused)
    facts = {"on": "2025-06-01", "reason": "合并", "successor": tree.streets[1].pk}
    assert client.post(f"{one}abolish/", facts).status_code == 302
    page = text(client.get(one))
    assert "更名" in page
    assert "2025年6月1日 周日" in page


def test_a_form_that_lacks_something_answers_422_and_keeps_what_was_typed(client, tree, enter):
    enter("DCA", tree.root)
    answer = client.post(
        f"/desk/nodes/{tree.streets[0].pk}/codes/add/", {"code": "610112001", "starts_on": ""}
    )
    assert answer.status_code == 422
    assert 'value="610112001"' in text(answer)


def test_people_are_listed_by_reach_with_ended_grants_greyed(client, tree, enter):
    near, far = make_user(name="近样例"), make_user(name="远样例")
    make_grant(near, tree.communities[0][0], "COM", ends_on=timezone.localdate())
    make_grant(far, tree.communities[1][0], "COM")
    enter("STO", tree.streets[0])
    page = text(client.get("/desk/people/"))
    assert "近样例" in page
    assert "已结束" in page
    assert "远样例" not in page
    assert "近样例" not in text(client.get("/desk/people/", {"state": "now"}))
    assert "近样例" in text(client.get("/desk/people/", {"q": "近样", "role": "COM"}))
    assert "没有找到" in text(client.get("/desk/people/", {"role": "AUD"}))
    assert client.get(f"/desk/people/{far.pk}/").status_code == 404
    assert client.get(f"/desk/people/{near.pk}/").status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_people_costs_the_same_whatever_its_length(
    client, tree, enter, count, django_assert_max_num_queries
):
    for _ in range(count):
        make_grant(make_user(), tree.streets[0], "STO")
    enter("DCA", tree.root)
    with django_assert_max_num_queries(14):
        client.get("/desk/people/")


def test_a_community_worker_has_no_page_of_people(client, tree, enter):
    enter("COM", tree.communities[0][0])
    assert client.get("/desk/people/").status_code == 404
    assert client.get("/desk/log/").status_code == 404
    assert client.get("/desk/nodes/").status_code == 200


def test_a_person_is_made_and_granted_by_one_form(client, tree, enter):
    enter("STO", tree.streets[0])
    page = text(client.get("/desk/people/new/"))
    assert "社区：" in page
    assert "区民政局：" not in page
    facts = {
        "name": "新样例", "username": "xin", "password": PASSWORD, "role": "COM",
        "node": tree.communities[0][0].pk, "starts_on": timezone.localdate().isoformat(),
    }  # fmt: skip
    weak = client.post("/desk/people/new/", facts | {"password": "123"})
    assert weak.status_code == 409
    assert "密码" in text(weak)
    assert client.post("/desk/people/new/", facts).status_code == 302
    assert User.objects.get(username="xin").grants.count() == 1


def test_grants_are_given_ended_and_handed_over_by_forms(client, tree, enter):
    today = timezone.localdate().isoformat()
    user, next_one = make_user(name="前任样例"), make_user(name="后任样例")
    make_grant(user, tree.communities[0][0], "COM")
    make_grant(next_one, tree.communities[0][1], "COM")
    enter("DCA", tree.root)
    one = f"/desk/people/{user.pk}/"
    facts = {"node": tree.streets[0].pk, "role": "STO", "starts_on": today}
    assert client.get(f"{one}grant/").status_code == 200
    assert client.post(f"{one}grant/", facts).status_code == 302
    twice = client.post(f"{one}grant/", facts)
    assert twice.status_code == 409
    assert "已有同样的授权" in text(twice)
    grant = Grant.objects.get(user=user, role="STO")
    assert client.get(f"/desk/grants/{grant.pk}/end/").status_code == 200
    assert client.post(f"/desk/grants/{grant.pk}/end/", {"on": today}).status_code == 302
    change = {"successor": next_one.pk, "on": today}
    preview = client.post(f"{one}hand-over/", change)
    assert preview.status_code == 200
    assert "交接后会怎样" in text(preview)
    assert Grant.objects.filter(user=next_one).count() == 1
    assert client.post(f"{one}hand-over/", change | {"sure": "1"}).status_code == 302
    assert Grant.objects.filter(user=next_one, node=tree.communities[0][0]).exists()
    assert "岗位已交接" in text(client.get(one))


def test_an_account_is_tended_by_forms_of_who_may(client, tree, enter):
    user = make_user(password=PASSWORD)
    make_grant(user, tree.streets[0], "STO")
    one = f"/desk/people/{user.pk}/"
    enter("STO", tree.streets[0])
    assert client.get(f"{one}password/").status_code == 404
    enter("DCA", tree.root)
    assert client.get(f"{one}password/").status_code == 200
    assert client.post(f"{one}password/", {"password": "xinmima-2026"}).status_code == 302
    assert client.post(f"{one}close/", {"reason": "离职"}).status_code == 302
    assert not User.objects.get(pk=user.pk).is_active
    assert client.post(f"{one}reopen/", {"reason": "返岗"}).status_code == 302
    assert client.post(f"{one}second-factor/", {"sure": "on"}).status_code == 409


def test_who_can_see_a_place_and_why(client, tree, enter):
    above, beside, gone = (make_user(name=f"{n}样例") for n in ("上级", "旁边", "已走"))
    make_grant(above, tree.root, "AUD", post="限期审计")
    make_grant(beside, tree.streets[1], "STO")
    make_grant(gone, tree.streets[0], "STO", ends_on=timezone.localdate())
    enter("STO", tree.streets[0], name="本街样例")
    page = text(client.get(f"/desk/reach/territory.Node/{tree.communities[0][0].pk}/"))
    assert "上级样例" in page
    assert "限期审计" in page
    assert "本街样例" in page
    assert "旁边样例" not in page
    assert "已走样例" not in page


def test_who_cannot_see_a_row_is_not_told_who_can(client, tree, enter):
    enter("STO", tree.streets[0])
    assert client.get(f"/desk/reach/territory.Node/{tree.streets[1].pk}/").status_code == 404
    assert client.get("/desk/reach/accounts.User/1/").status_code == 404
    assert client.get("/desk/reach/nonsense/1/").status_code == 404


def test_the_explanation_and_the_rows_agree(tree):
    from changle.ground.territory.queries import (
        actor_for,
        explainable,
        reachers,
    )

    people = [make_user() for _ in range(6)]
    spots = [tree.root, *tree.streets, tree.centre, tree.communities[0][0], tree.communities[1][1]]
    roles = ["DCA", "STO", "STO", "CTR", "COM", "COM"]
    for user, node, role in zip(people, spots, roles, strict=True):
        make_grant(user, node, role)
    for node in Node.objects.all():
        told = {one.user.pk for one in reachers(node, on=timezone.localdate())}
        needs = explainable["territory.Node"]
        assert told == {u.pk for u in people if actor_for(u).reaches(node, needs)}


def test_the_calendar_explains_a_deadline(client, tree, enter):
    seed(by=Actor(), now=timezone.now())
    enter("COM", tree.communities[0][0])
    page = text(client.get("/desk/calendar/2025/", {"start": "2025-09-30", "days": "3"}))
    assert "2025年10月11日 周六" in page
    assert "调休上班" in page
    assert client.get("/desk/calendar/").status_code == 200
    assert client.get("/desk/calendar/1500/").status_code == 404
    wrong = client.get("/desk/calendar/2025/", {"start": "2025-09-30", "days": "0"})
    assert wrong.status_code == 422
    file = client.get("/desk/calendar/2025/file.ics")
    assert file["Content-Type"].startswith("text/calendar")
    assert client.post("/desk/calendar/2025/day/", {}).status_code == 404


def test_the_bureau_keeps_the_calendar(client, tree, enter):
    enter("DCA", tree.root)
    day = {
        "on": "2027-02-06", "is_working": "0", "name": "春节",
        "notice": "国办发明电〔2026〕1号",
    }  # fmt: skip
    assert client.post("/desk/calendar/2027/day/", day).status_code == 302
    assert CalendarDay.objects.get(on=date(2027, 2, 6)).name == "春节"
    refused = client.post("/desk/calendar/2027/day/", day | {"notice": ""})
    assert refused.status_code == 409
    assert client.post("/desk/calendar/2027/day/remove/", {"on": "2027-02-06"}).status_code == 302
    assert client.post("/desk/calendar/2027/day/remove/", {"on": "2027-02-06"}).status_code == 409
    assert client.post("/desk/calendar/2027/day/remove/", {"on": "x"}).status_code == 422
    assert client.post("/desk/calendar/2025/notice/").status_code == 302
    count = CalendarDay.objects.count()
    assert count > 20
    file = client.get("/desk/calendar/2025/file.ics").content
    upload = SimpleUploadedFile("2025.ics", file)
    assert client.post("/desk/calendar/2025/import/", {"file": upload}).status_code == 302
    assert CalendarDay.objects.count() == count
    junk = SimpleUploadedFile("x.ics", b"\xff\xfe nonsense")
    answer = client.post("/desk/calendar/2025/import/", {"file": junk})
    assert answer.status_code == 409
    assert "不是日历文件" in text(answer)


def entries(node, count, by=None, verb="rename"):
    for number in range(count):
        record(
            node, verb, by=by or Actor(user_id=5, name="某样例"), note=f"=第{number}条",
            at=timezone.now(),
        )  # fmt: skip


def test_the_log_is_searched_paged_and_read_by_place(client, tree, enter):
    entries(tree.streets[0], 60)
    entries(tree.streets[1], 1, by=Actor(user_id=6, name="别样例"), verb="move")
    enter("AUD", tree.streets[0])
    first = client.get("/desk/log/")
    assert len(first.context["lines"]) == 50
    assert "别样例" not in text(first)
    second = client.get("/desk/log/?" + first.context["older"])
    assert len(second.context["lines"]) == 10
    assert second.context["older"] == ""
    assert len(client.get("/desk/log/", {"thing": "第7条"}).context["lines"]) == 1
    assert client.get("/desk/log/", {"person": "别样"}).context["lines"] == []
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    assert client.get("/desk/log/", {"first_on": tomorrow}).context["lines"] == []
    assert client.get("/desk/log/", {"first_on": "31号"}).status_code == 422


def test_the_log_is_exported_with_formulas_defused_and_the_export_logged(client, tree, enter):
    entries(tree.root, 3)
    user = enter("LOG", tree.root)
    file = client.get("/desk/log/file.csv", {"verb": "rename"})
    lines = b"".join(file.streaming_content).decode("utf-8-sig").splitlines()
    assert len(lines) == 4
    assert "'=第2条" in lines[1]
    book = load_workbook(BytesIO(client.get("/desk/log/file.xlsx").content))
    assert book.worksheets[0].max_row >= 4
    assert client.get("/desk/log/file.exe").status_code == 404
    told = LogEntry.objects.filter(verb="export_log", subject_id=str(user.pk))
    assert told.count() == 2


def test_the_log_page_tells_whether_the_chain_holds(client, tree, enter):
    entries(tree.root, 3)
    seal_all()
    enter("LOG", tree.root)
    assert "完整" in text(client.get("/desk/log/chain/"))
    assert "不完整" not in text(client.get("/desk/log/chain/"))


def test_what_lies_nowhere_is_in_the_log_of_the_whole_district_alone(client, tree, enter):
    seed(by=Actor(name="系统"), now=timezone.now())
    enter("AUD", tree.streets[0])
    assert client.get("/desk/log/").context["lines"] == []
    enter("AUD", tree.root)
    assert len(client.get("/desk/log/", {"verb": "set_day"}).context["lines"]) > 20


ROUTES = [
    "nodes/{node}/", "nodes/{node}/add/", "nodes/{node}/rename/", "nodes/{node}/move/",
    "nodes/{node}/abolish/", "nodes/{node}/codes/add/", "people/{user}/", "people/new/",
    "people/{user}/grant/", "people/{user}/hand-over/", "grants/{grant}/end/",
    "reach/territory.Node/{node}/", "log/", "log/chain/", "log/file.csv", "calendar/2025/import/",
]  # fmt: skip


@pytest.mark.parametrize("route", ROUTES)
def test_residents_and_other_districts_find_nothing(client, tree, enter, route):
    other = make_node("district", "别的区")
    user = make_user()
    grant = make_grant(user, tree.streets[0], "STO")
    url = "/desk/" + route.format(node=tree.streets[0].pk, user=user.pk, grant=grant.pk)
    enter("RES", tree.communities[0][0])
    assert client.get(url).status_code == 404
    if "{" in route:
        enter("DCA", other)
        assert client.get(url).status_code == 404
    client.logout()
    assert client.get(url)["Location"].startswith("/account/sign-in/")


@pytest.mark.parametrize("url", ["calendar/2025/day/remove/", "calendar/2025/notice/"])
def test_deeds_are_posts(client, tree, enter, url):
    enter("DCA", tree.root)
    assert client.get(f"/desk/{url}").status_code == 405
