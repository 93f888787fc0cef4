"""The registry's pages on the desk: each works, keeps what was typed, stays shut for other places."""

from datetime import date
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from changle.core.log import LogEntry
from changle.ground.registry.models import ClassItem, Crosswalk, Organisation
from changle.ground.registry.queries import EXPORT_COLUMNS, seed_classes
from tests.factories.accounts import make_user
from tests.factories.registry import make_organisation
from tests.factories.territory import make_district, make_grant


pytestmark = pytest.mark.django_db
LIST = "/desk/organisations/"


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


@pytest.fixture
def clerk(enter, tree):
    return enter("STO", tree.streets[0], name="样例街道甲")


@pytest.fixture
def bureau(enter, tree):
    return enter("DCA", tree.root, name="样例民政乙")


def page(response):
    return response.content.decode()


def typed(form):
    """What a browser would send of a form that nobody has touched."""
    return {
        field.html_name: "" if field.value() is None else str(field.value())
        for field in form
        if field.value() is not None and field.value() is not False
    }


def fresh(place, **fields):
    return {"kind": "BA", "name": "样例长安书法队", "place": str(place.pk), **fields}


# The list


def test_a_street_lists_its_own_bodies_only(client, tree, clerk):
    make_organisation(tree.communities[0][0], name="样例甲队")
    make_organisation(tree.communities[1][0], name="样例乙队")
    told = page(client.get(LIST))
    assert "样例甲队" in told
    assert "样例乙队" not in told


def test_a_stranger_finds_no_list(client, tree, enter):
    enter("RES", tree.root)
    assert client.get(LIST).status_code == 404


def test_the_list_asks_as_much_for_three_rows_as_for_one(client, tree, clerk):
    def queries():
        with CaptureQueriesContext(
            connection,
        ) as told:
            assert client.get(LIST).status_code == 200
        return len(told)

    make_organisation(tree.communities[0][0])
    queries()
    one = queries()
    for _ in range(2):
        make_organisation(tree.communities[0][1])
    assert queries() == one


def test_each_condition_stands_in_the_address_and_can_be_taken_off(client, tree, clerk):
    make_organisation(tree.communities[0][0], name="样例书法队")
    make_organisation(tree.communities[0][0], kind="MF", name="样例书法学校")
    told = client.get(LIST, {"kind": "BA", "q": "书法"})
    assert [line["name"] for line in told.context["lines"]] == ["样例书法队"]
    assert {chip["label"]: chip["href"] for chip in told.context["chips"]} == {
        "“书法”": f"{LIST}?kind=BA",
        "备案社区社会组织": f"{LIST}?q=%E4%B9%A6%E6%B3%95",
    }


def test_an_empty_list_says_how_to_begin(client, tree, clerk):
    assert "名录还是空的" in page(client.get(LIST))
    told = page(client.get(LIST, {"q": "没有这家"}))
    assert "没有符合条件的组织" in told
    assert "清除条件" in told


def test_pages_follow_each_other(client, tree, clerk):
    for number in range(41):
        make_organisation(tree.communities[0][0], name=f"样例{number:02d}队")
    first = client.get(LIST)
    second = client.get(first.context["next"])
    names = [line["name"] for told in (first, second) for line in told.context["lines"]]
    assert len(names) == len(set(names)) == 41
    assert second.context["next"] == ""


@pytest.mark.parametrize(("role", "shown"), [("STO", "13800001234"), ("MU", "138****1234")])
def test_phones_are_masked_for_who_may_not_see_them(client, tree, enter, role, shown):
    place = tree.streets[0] if role == "STO" else tree.root
    row = make_organisation(tree.streets[0], contact_phone="13800001234")
    enter(role, place)
    for told in (client.get(LIST), client.get(f"{LIST}{row.pk}/")):
        assert shown in page(told)
        assert ("13800001234" in page(told)) == (shown == "13800001234")


def test_the_file_holds_what_the_list_shows(client, tree, bureau):
    make_organisation(tree.communities[0][0], name="=样例公式队", fund_fen=123450)
    make_organisation(tree.communities[0][0], kind="MF", name="样例学校")
    csv = b"".join(client.get(f"{LIST}file.csv", {"kind": "BA"}).streaming_content).decode()
    assert "'=样例公式队" in csv
    assert "样例学校" not in csv
    book = load_workbook(BytesIO(client.get(f"{LIST}file.xlsx", {"kind": "MF"}).content))
    heads, *rows = book.worksheets[0].iter_rows(values_only=True)
    assert list(heads) == [column.label for column in EXPORT_COLUMNS]
    assert [row[1] for row in rows] == ["样例学校"]
    notes = LogEntry.objects.filter(verb="export").values_list("note", flat=True)
    assert list(notes.order_by("pk")) == [
        "组织名录（csv）：备案社区社会组织",
        "组织名录（xlsx）：民办非企业单位（社会服务机构）",
    ]


def test_only_who_may_export_takes_a_file(client, tree, enter):
    enter("COM", tree.communities[0][0])
    assert client.get(f"{LIST}file.csv").status_code == 404


# One body


def test_the_page_of_another_street_is_not_found(client, tree, clerk):
    row = make_organisation(tree.communities[1][0])
    for step in ("", "edit/", "rename/", "relocate/", "extract.pdf"):
        assert client.get(f"{LIST}{row.pk}/{step}").status_code == 404, step
    assert client.post(f"{LIST}{row.pk}/move/pause/", {"note": "停"}).status_code == 404


def test_the_page_tells_names_facts_and_deeds(client, tree, bureau):
    row = make_organisation(tree.communities[0][0], name="样例旧名队", fund_fen=123450)
    client.post(f"{LIST}{row.pk}/rename/", {"name": "样例新名队", "on": "2021-03-01"})
    told = page(client.get(f"{LIST}{row.pk}/"))
    for word in ("样例新名队", "样例旧名队", "1,234.50元", "谁能看到", "更名", "样例民政乙"):
        assert word in told, word


def test_a_refused_move_is_shown_with_its_reason(client, tree, bureau):
    row = make_organisation(tree.communities[0][0])
    told = client.get(f"{LIST}{row.pk}/")
    assert "只有已登记的组织才有这一步" in page(told)
    assert {one.move.name for one in told.context["moves"]} == {"pause", "lapse", "cancel"}


def test_a_move_needs_its_reason_and_ends_the_identity(client, tree, bureau):
    row = make_organisation(tree.communities[0][0])
    refused = client.post(f"{LIST}{row.pk}/move/cancel/", {"note": " "})
    assert refused.status_code == 409
    assert "需要写明理由" in page(refused)
    sent = {"note": "备注〔2021〕1号", "on": "2021-06-01"}
    assert client.post(f"{LIST}{row.pk}/move/cancel/", sent).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.ended_on) == ("cancelled", date(2021, 6, 1))
    assert client.post(f"{LIST}{row.pk}/move/cancel/", sent).status_code == 409


@pytest.mark.parametrize("sent", [{"note": "长" * 10_000}, {"note": "停", "on": "2021-13-45"}])
def test_a_move_told_badly_is_refused_in_words(client, tree, bureau, sent):
    row = make_organisation(tree.communities[0][0])
    assert client.post(f"{LIST}{row.pk}/move/cancel/", sent).status_code == 422
    assert client.post(f"{LIST}{row.pk}/move/nonsense/", sent).status_code == 404
    assert Organisation.objects.get(pk=row.pk).state == "active"


def test_a_street_makes_no_official_moves_but_keeps_its_filings(client, tree, clerk):
    registered = make_organisation(tree.communities[0][0], kind="MF")
    told = client.post(f"{LIST}{registered.pk}/move/suspend/", {"note": "停"})
    assert told.status_code == 404
    filed = make_organisation(tree.communities[0][0])
    told = client.post(f"{LIST}{filed.pk}/move/cancel/", {"note": "成员迁离"})
    assert told.status_code == 302
    assert Organisation.objects.get(pk=filed.pk).state == "cancelled"


def test_the_extract_is_a_pdf(client, tree, clerk):
    row = make_organisation(tree.communities[0][0])
    told = client.get(f"{LIST}{row.pk}/extract.pdf")
    assert told["Content-Type"] == "application/pdf"
    assert told.content.startswith(b"%PDF")


# Adding


def test_a_body_is_added_where_one_may(client, tree, clerk):
    place = tree.communities[0][0]
    told = client.post(f"{LIST}add/", fresh(place, fund="3万元", contact_phone="138 0000 1234"))
    row = Organisation.objects.get(name="样例长安书法队")
    assert told.headers["Location"] == f"{LIST}{row.pk}/"
    assert (row.fund_fen, row.contact_phone, row.street) == (
        3_000_000,
        "13800001234",
        tree.streets[0],
    )
    refused = client.post(f"{LIST}add/", fresh(tree.communities[1][0], name="样例别处队"))
    assert refused.status_code == 422


def test_who_keeps_one_body_adds_none(client, tree, enter):
    row = make_organisation(tree.communities[0][0])
    enter("OADM", row.node)
    assert client.get(f"{LIST}{row.pk}/edit/").status_code == 200
    assert client.get(f"{LIST}add/").status_code == 404


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"name": ""}, "这个字段是必填项"),
        ({"name": "长" * 10_000}, "确保"),
        ({"name": "空\x00符"}, "字符"),
        ({"registered_on": "2021-02-30"}, "有效的日期"),
        ({"founded_on": "去年"}, "有效的日期"),
        ({"fund": "很多"}, "不是金额"),
        ({"fund": "-5"}, "不能为负"),
        ({"contact_phone": "8623"}, "电话号码应为"),
        ({"contact_email": "not@"}, "邮件地址"),
        ({"member_count": "-1"}, "大于或等于"),
        ({"member_count": "9" * 30}, "小于或等于"),
        ({"registrar_code": "六一"}, "区划代码是 6 位数字"),
        ({"kind": "MF", "uscc": "52610112MJ00000000"}, "校验"),
        ({"kind": "BA", "uscc": "52610112MJ00000000"}, "没有统一社会信用代码"),
        ({"kind": "ZZ"}, "选择"),
        ({"place": "999999999"}, "选择"),
        ({"website": "javascript:alert(1)"}, "完整的网址"),
        ({"business_scope": "业" * 2001}, "2000"),
    ],
)
def test_what_cannot_be_is_refused_in_chinese_and_stays_typed(client, tree, clerk, sent, sentence):
    kept = {"legal_representative": "样例丙", "address": "样例路 1 号"}
    told = client.post(f"{LIST}add/", {**fresh(tree.communities[0][0]), **kept, **sent})
    assert told.status_code == 422
    errors = "".join(str(error) for told in told.context["form"].errors.values() for error in told)
    assert sentence in errors
    assert "样例丙" in page(told)
    assert "样例路 1 号" in page(told)
    assert not Organisation.objects.exists()


@pytest.mark.parametrize(
    "name",
    ["<script>alert(1)</script>队", "=HYPERLINK(1)队", "𠮷野𪚥队", "'; DROP TABLE--", "ＡＢＣ　队"],
)
def test_strange_names_are_kept_as_they_are_and_harm_nobody(client, tree, clerk, name):
    client.post(f"{LIST}add/", fresh(tree.communities[0][0], name=name))
    row = Organisation.objects.get()
    assert row.name == name
    told = page(client.get(LIST)) + page(client.get(f"{LIST}{row.pk}/"))
    assert "<script>alert" not in told


def test_a_taken_code_is_refused_with_the_way_to_its_holder(client, tree, clerk):
    holder = make_organisation(tree.communities[0][0], kind="MF", name="样例持有学校")
    sent = fresh(tree.communities[0][1], kind="MF", name="样例另一学校", uscc=holder.uscc)
    told = client.post(f"{LIST}add/", sent)
    assert told.status_code == 409
    assert "已属于“样例持有学校”" in page(told)
    assert f'href="{LIST}{holder.pk}/"' in page(told)


def test_a_holder_out_of_sight_is_named_and_not_linked(client, tree, clerk):
    holder = make_organisation(tree.communities[1][0], kind="MF", name="样例远方学校")
    sent = fresh(tree.communities[0][1], kind="MF", name="样例另一学校", uscc=holder.uscc)
    told = page(client.post(f"{LIST}add/", sent))
    assert "样例远方学校" in told
    assert f"{LIST}{holder.pk}/" not in told


def test_a_lookalike_is_shown_before_it_is_saved_all_the_same(client, tree, clerk):
    make_organisation(tree.communities[0][0], name="样例长安书法队")
    sent = fresh(tree.communities[0][1])
    told = client.post(f"{LIST}add/", sent)
    assert told.status_code == 409
    assert "名称相同" in page(told)
    assert client.post(f"{LIST}add/", {**sent, "sure": "on"}).status_code == 302
    assert Organisation.objects.filter(name="样例长安书法队").count() == 2


# Changing


def test_an_edit_saves_what_was_touched_and_nothing_else(client, tree, clerk):
    seed_classes()
    field = ClassItem.objects.get(list="field", code="health")
    row = make_organisation(
        tree.communities[0][0], field=field, fund_fen=5000, contact_phone="02986234567",
        website="https://example.org/", member_count=0,
    )  # fmt: skip
    before = Organisation.objects.values().get(pk=row.pk)
    form = client.get(f"{LIST}{row.pk}/edit/").context["form"]
    sent = {**typed(form), "address": "样例路 2 号", "contact_phone": "029-86234567"}
    assert client.post(f"{LIST}{row.pk}/edit/", sent).status_code == 302
    after = Organisation.objects.values().get(pk=row.pk)
    differing = {name for name in after if after[name] != before[name]}
    assert differing == {"address", "contact_phone", "version", "changed_at"}


def test_a_lost_update_is_shown_and_left_to_the_person(client, tree, clerk):
    row = make_organisation(tree.communities[0][0])
    sent = typed(client.get(f"{LIST}{row.pk}/edit/").context["form"])
    client.post(f"{LIST}{row.pk}/edit/", {**sent, "address": "先到路 1 号"})
    late = client.post(f"{LIST}{row.pk}/edit/", {**sent, "address": "后到路 2 号"})
    assert late.status_code == 409
    assert "先到路 1 号" in page(late)
    assert "样例街道甲刚刚改过" in page(late)
    again = typed(late.context["form"])
    assert again["address"] == "后到路 2 号"
    assert client.post(f"{LIST}{row.pk}/edit/", again).status_code == 302
    assert Organisation.objects.get(pk=row.pk).address == "后到路 2 号"


def test_a_retired_class_is_not_lost_by_an_edit(client, tree, clerk):
    seed_classes()
    field = ClassItem.objects.get(list="field", code="health")
    row = make_organisation(tree.communities[0][0], field=field)
    ClassItem.objects.filter(pk=field.pk).update(retired_on=date(2021, 1, 1))
    sent = typed(client.get(f"{LIST}{row.pk}/edit/").context["form"])
    client.post(f"{LIST}{row.pk}/edit/", {**sent, "address": "样例路 3 号"})
    assert Organisation.objects.get(pk=row.pk).field == field


def test_a_seat_moves_within_ones_own_places(client, tree, clerk):
    row = make_organisation(tree.communities[0][0])
    here, there = tree.communities[0][1], tree.communities[1][0]
    sent = {"on": "2021-05-01", "note": ""}
    assert client.post(f"{LIST}{row.pk}/relocate/", {**sent, "place": there.pk}).status_code == 422
    assert client.post(f"{LIST}{row.pk}/relocate/", {**sent, "place": here.pk}).status_code == 302
    assert Organisation.objects.get(pk=row.pk).community == here


def test_a_step_of_tomorrow_is_refused(client, tree, clerk):
    row = make_organisation(tree.communities[0][0], name="样例旧名队")
    told = client.post(f"{LIST}{row.pk}/rename/", {"name": "样例新名队", "on": "2999-01-01"})
    assert told.status_code == 409
    assert "不能晚于今天" in page(told)


# The dictionary


def test_the_bureau_keeps_the_lists(client, tree, bureau):
    seed_classes()
    there = f"{LIST}classes/field/"
    assert "卫健" in page(client.get(there))
    sent = {"code": "elders", "name": "助老", "sort": ""}
    assert client.post(f"{there}add/", sent).status_code == 302
    assert client.post(f"{there}add/", sent).status_code == 409
    assert client.post(f"{there}add/", {"code": "大写", "name": "x"}).status_code == 422
    entry = ClassItem.objects.get(list="field", code="elders")
    target = ClassItem.objects.filter(list="association").order_by("pk")[0]
    lead = f"{LIST}classes/entry/{entry.pk}/association/"
    assert client.get(lead).status_code == 200
    assert client.post(lead, {"target": target.pk}).status_code == 302
    assert Crosswalk.objects.get(source=entry).target == target
    retire = f"{LIST}classes/entry/{entry.pk}/retire/"
    on = timezone.localdate().isoformat()
    assert client.post(retire, {"on": on}).status_code == 302
    assert client.post(retire, {"on": on}).status_code == 409
    assert "停用" in page(client.get(there))


def test_a_street_does_not_keep_the_lists(client, tree, clerk):
    assert client.get(f"{LIST}classes/").status_code == 404
    assert client.post(f"{LIST}classes/field/add/", {"code": "a", "name": "b"}).status_code == 404


def test_a_team_is_filed(client, tree, clerk):
    row = make_organisation(tree.communities[0][0], kind="PRE")
    sent = {"filing_number": "样例备〔2021〕9号", "on": "2021-05-01"}
    assert client.get(f"{LIST}{row.pk}/file/").status_code == 200
    assert client.post(f"{LIST}{row.pk}/file/", sent).status_code == 302
    row.refresh_from_db()
    assert (row.kind, row.filing_number, row.registered_on) == (
        "BA",
        "样例备〔2021〕9号",
        date(2021, 5, 1),
    )
    assert client.get(f"{LIST}{row.pk}/file/").status_code == 404
