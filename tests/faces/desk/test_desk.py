"""The desk: who comes, what they see first, and that each number leads to its rows."""

import re
from datetime import date, timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from changle.core.indicators import value
from changle.core.notices import Notice
from changle.core.periods import Period
from changle.faces.desk.queries.menu import MENU
from changle.faces.desk.queries.overview import Scope, printed, spots_of
from changle.ground.registry.models import Identity, ImportBatch
from changle.services.incubation.actions import submit_sheet
from tests.factories.accounts import make_user
from tests.factories.incubation import FULL, NOW, make_incubatee, make_panel
from tests.factories.registry import make_organisation
from tests.factories.territory import make_grant


pytestmark = pytest.mark.django_db
FRONT, HOME, OVERVIEW = "/desk/", "/desk/home/", "/desk/overview/"
TODO, NOTICES, READ = "/desk/todo/", "/desk/notices/", "/desk/notices/read/"


def page(client, url, **data):
    answer = client.get(url, data)
    assert answer.status_code == 200
    return answer.content.decode()


def doors(told):
    menu = told[told.index('aria-label="主菜单"') : told.index("</nav>", told.index("主菜单"))]
    return re.findall(r'class="nav-link" href="([^"]+)"', menu)


def numbers(told):
    """Each number of a page that leads somewhere: its address and itself."""
    found = re.findall(r'<a class="num" href="([^"]+)"[^>]*>([\d,.—]+)</a>', told)
    return [(href.replace("&amp;", "&"), text) for href, text in found]


def make_batch(node, name="样例名单.xlsx", state="checked", due_on=None):
    now = timezone.now()
    return ImportBatch.objects.create(
        node=node, file_name=name, state=state, state_since=now, created_at=now, due_on=due_on
    )


# Who comes


def test_who_oversees_the_district_begins_with_its_figures(client, enter, tree):
    enter("DCA", tree.root)
    assert client.get(FRONT).url == OVERVIEW


@pytest.mark.parametrize(("role", "kind"), [("STO", "street"), ("SYS", "root"), ("EXP", "root")])
def test_everybody_else_begins_with_their_work(client, enter, tree, role, kind):
    enter(role, tree.root if kind == "root" else tree.streets[0])
    assert client.get(FRONT).url == HOME


@pytest.mark.parametrize("url", [FRONT, HOME, OVERVIEW])
def test_a_resident_finds_no_desk(client, enter, tree, url):
    enter("RES", tree.root)
    assert client.get(url).status_code == 404


@pytest.mark.parametrize("url", [TODO, NOTICES])
def test_a_resident_finds_what_waits_for_them_and_what_they_were_told(client, enter, tree, url):
    enter("RES", tree.root)
    assert client.get(url).status_code == 200


@pytest.mark.parametrize("url", [FRONT, HOME, OVERVIEW, TODO, NOTICES])
def test_a_stranger_is_asked_to_sign_in_and_a_post_is_refused(client, enter, tree, url):
    assert client.get(url).status_code == 302
    enter("DCA", tree.root)
    assert client.post(url).status_code == 405


@pytest.mark.parametrize(
    "role", ["DCA", "STO", "COM", "CTR", "OADM", "SYS", "SEC", "LOG", "AUD", "MU"]
)
def test_every_door_of_the_menu_opens(client, enter, tree, bodies, role):
    place = {"STO": tree.streets[0], "CTR": tree.centre, "COM": tree.communities[0][0],
             "OADM": bodies[0].node}.get(role, tree.root)  # fmt: skip
    enter(role, place)
    told = page(client, HOME)
    assert "aria-current" in told
    shown = doors(told)
    assert 0 < len(shown) <= len(MENU)
    for href in shown:
        assert client.get(href, follow=True).status_code == 200


def test_an_organisation_is_shown_no_figures_of_noughts(client, enter, tree, bodies):
    enter("OADM", bodies[0].node)
    assert OVERVIEW not in doors(page(client, HOME))
    assert client.get(OVERVIEW).status_code == 404


# The overview


def test_the_figures_stand_beside_those_of_a_year_before(client, enter, tree, bodies):
    enter("DCA", tree.root)
    today = timezone.localdate()
    Identity.objects.filter(organisation__in=bodies[1:3]).update(
        starts_on=today - timedelta(days=3)
    )
    told = page(client, OVERVIEW)
    assert "去年同期 <a" in told
    scope = Scope(tree.root, Period.year(today.year), today)
    before = scope.before("registry.filed", 3)
    assert (before.shown.text, before.change, before.rises) == ("1", "+200.0%", True)
    span = scope.a_year_before.period
    assert (span.start, span.last_day.year) == (date(today.year - 1, 1, 1), today.year - 1)
    assert scope.before("registry.filed", 100).change == ""


def test_streets_lie_on_the_scheme_where_they_were_placed(client, enter, tree, bodies):
    enter("DCA", tree.root)
    one, two = tree.streets
    assert spots_of([one, two]) == [(1, 1), (2, 1)]
    answer = client.post(f"/desk/nodes/{two.pk}/tile/", {"row": "1", "column": "1"})
    assert answer.status_code == 302
    two.refresh_from_db()
    assert spots_of([one, two]) == [(2, 1), (1, 1)]
    for told, words in (
        ({"row": "1", "column": "1"}, "这个位置已是乙街道"),
        ({"row": "2"}, "一起填写"),
    ):
        refused = client.post(f"/desk/nodes/{one.pk}/tile/", told)
        assert refused.status_code == 409
        assert words in refused.content.decode()
    assert (
        client.post(f"/desk/nodes/{tree.communities[0][0].pk}/tile/", {"row": ""}).status_code
        == 409
    )
    for measure in ("filed", "person_times", "nothing"):
        assert 'class="tiles"' in page(client, OVERVIEW, map=measure)


def test_the_wall_tells_the_same_and_fetches_itself(client, enter, tree, bodies):
    enter("DCA", tree.root)
    told = page(client, "/desk/wall/")
    assert 'hx-trigger="every 60s"' in told
    part = client.get("/desk/wall/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    numbers_of = dict(numbers(page(client, OVERVIEW)))
    for href, text in numbers(part):
        assert numbers_of.get(href, text) == text
    assert "三社区" in page(client, "/desk/wall/", node=tree.streets[1].pk)
    enter("STO", tree.streets[0])
    assert client.get("/desk/wall/", {"node": tree.root.pk}).status_code == 404
    assert client.get("/desk/wall/", {"node": tree.centre.pk}).status_code == 404


def test_the_overview_tells_the_district(client, enter, tree, bodies):
    enter("DCA", tree.root)
    told = page(client, OVERVIEW)
    assert "样例区 › 全部街道" in told
    for words in ("甲街道", "乙街道", "社会团体 1", "民非 1", "本年新增 0", "生活服务类"):
        assert words in told
    assert f"数据截至 {timezone.localdate()}" in told


def test_every_number_of_the_overview_leads_to_that_many_rows(client, enter, tree, bodies):
    enter("DCA", tree.root)
    for node in (tree.root, tree.streets[0]):
        found = numbers(page(client, OVERVIEW, node=node.pk))
        assert len(found) > 10
        for href, text in found:
            told = page(client, href)
            value = re.search(r"data-rows-value>([^<]+)<", told)[1]
            assert text == value or "." in text or "per_community" in href


def test_the_average_is_the_rate_that_the_indicator_tells(client, enter, tree, bodies):
    enter("DCA", tree.root)
    today = timezone.localdate()
    for node in (tree.root, *tree.streets):
        figure = value("registry.filed_per_community", path=node.path,
                       period=Period.year(today.year), today=today)  # fmt: skip
        told = page(client, OVERVIEW, node=node.pk)
        shown = re.search(r'per_community&[^>]*data-of="\d+/\d+">([\d.]+)</a>', told)[1]
        assert shown == printed(figure.value)


def test_every_number_tells_its_definition(client, enter, tree, bodies):
    enter("DCA", tree.root)
    told = page(client, OVERVIEW)
    assert all("data-hint=" in link for link in re.findall(r'<a class="num"[^>]*>', told))
    assert f"（截至 {timezone.localdate()}）" in told


def test_a_street_is_told_by_its_communities_and_another_is_not_there(client, enter, tree, bodies):
    enter("STO", tree.streets[0])
    told = page(client, OVERVIEW)
    assert "一社区" in told
    assert "三社区" not in told
    assert "样例区</a>" not in told  # no way up to what one may not read
    for node in (tree.root, tree.streets[1]):
        assert client.get(OVERVIEW, {"node": node.pk}).status_code == 404


def test_the_year_chosen_is_the_year_shown(client, enter, tree, bodies):
    enter("DCA", tree.root)
    told = page(client, OVERVIEW, year="2021")
    assert "数据截至 2021-12-31" in told
    assert '<option value="2021" selected>' in told


@pytest.mark.parametrize("year", ["1999", "x", "99999", "二〇二一", "-1", ""])
def test_a_year_that_is_none_shows_this_one(client, enter, tree, year):
    enter("DCA", tree.root)
    assert f"数据截至 {timezone.localdate()}" in page(client, OVERVIEW, year=year)


def test_a_number_is_never_old_after_a_write(client, enter, tree, bodies):
    enter("DCA", tree.root)
    before = dict(numbers(page(client, OVERVIEW)))
    make_organisation(tree.communities[0][0])
    after = dict(numbers(page(client, OVERVIEW)))
    changed = next(href for href in after if "registry.filed&" in href and "by=" not in href)
    assert int(after[changed]) == int(before[changed]) + 1


@pytest.mark.parametrize("url", [OVERVIEW, HOME, TODO])
def test_a_page_asks_as_much_for_three_rows_as_for_one(client, enter, tree, url):
    enter("DCA", tree.root)
    asked = []
    for more in (1, 2):
        for _ in range(more):
            make_organisation(tree.communities[0][0])
            make_batch(tree.root)
        cache.clear()
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        asked.append(len(queries))
    assert asked[0] == asked[1]


# To-do


def test_what_waits_for_me_stands_in_my_list_the_late_ones_first(client, enter, tree):
    today = timezone.localdate()
    make_batch(tree.streets[0], "样例不急.xlsx")
    make_batch(tree.streets[0], "样例将到.xlsx", due_on=today + timedelta(days=3))
    make_batch(tree.streets[0], "样例逾期.xlsx", due_on=today - timedelta(days=2))
    make_batch(tree.streets[0], "样例已完.xlsx", state="imported")
    make_batch(tree.streets[1], "样例别处.xlsx")
    enter("STO", tree.streets[0])
    told = page(client, TODO)
    assert re.findall(r"样例\S\S\.xlsx", told) == [
        "样例逾期.xlsx",
        "样例将到.xlsx",
        "样例不急.xlsx",
    ]
    assert "逾期 2 天" in told
    assert re.search(r'待办 <span class="badge[^>]*>3<', told)


def test_a_line_of_the_list_opens_its_record(client, enter, tree):
    enter("DCA", tree.root)
    batch = make_batch(tree.root)
    assert f'href="/desk/organisations/imports/{batch.pk}/"' in page(client, TODO)


def test_nothing_to_do_says_so(client, enter, tree):
    enter("DCA", tree.root)
    assert "没有等您办理的事" in page(client, TODO)
    assert "没有等您办理的事" in page(client, HOME)


# Notices


def test_i_read_my_notices_and_only_mine(client, enter, tree):
    me, other = enter("STO", tree.streets[0]), make_user()
    for person, text in ((me, "样例甲队：注销备案"), (other, "样例乙队：注销备案")):
        Notice.objects.create(to=person, at=timezone.now(), text=text)
    told = page(client, NOTICES)
    assert "样例甲队" in told
    assert "样例乙队" not in told
    assert re.search(r'badge bg-white text-dark">1<', told)
    assert client.post(READ).status_code == 302
    assert not re.search(r'badge bg-white text-dark">1<', page(client, HOME))
    assert Notice.objects.get(to=other).read_at is None


def test_reading_takes_a_post(client, enter, tree):
    enter("DCA", tree.root)
    assert client.get(READ).status_code == 405


def test_home_names_my_posts_and_their_end(client, enter, tree):
    user = enter("STO", tree.streets[0])
    make_grant(user, tree.streets[1], "STO", ends_on=timezone.localdate() + timedelta(days=9))
    told = page(client, HOME)
    assert "街道办事处" in told
    assert f"{timezone.localdate() + timedelta(days=9)} 止" in told
    make_grant(make_user(), tree.root, "DCA")
    assert "区民政局" not in told


def test_a_reviewer_finds_the_sheets_at_home(client, tree):
    row = make_incubatee(tree.streets[0], "review")
    (sheet, expert), *_others = make_panel(row, tree.streets[0])
    client.force_login(sheet.reviewer)
    address = f"/desk/incubation/sheets/{sheet.pk}/"
    assert address in page(client, HOME)
    submit_sheet(sheet=sheet.pk, scores=FULL, remark="", by=expert, now=NOW)
    assert address not in page(client, HOME)
