"""What people read of the registry: within their reach, found by any part, paged by key."""

from datetime import date

import pytest
from django.http import QueryDict
from django.utils import timezone

from changle.core.reach import Actor
from changle.ground.registry.actions import move
from changle.ground.registry.models import ClassItem, ClassList, Crosswalk, Organisation
from changle.ground.registry.queries import (
    Filters,
    detail,
    identities_of,
    listed,
    lookalikes,
    page_of,
    public_detail,
    public_directory,
    search,
    seed_classes,
    translated,
)
from tests.factories.registry import everything_at, make_organisation
from tests.factories.territory import make_actor, make_district


pytestmark = pytest.mark.django_db


@pytest.fixture
def tree():
    return make_district()


def names(rows):
    return [row.name for row in rows]


def test_a_street_sees_its_own_bodies_only(tree):
    own = make_organisation(tree.communities[0][0])
    other = make_organisation(tree.communities[1][0])
    street = make_actor("STO", tree.streets[0])
    assert list(listed(street, Filters())) == [own]
    assert detail(street, own.pk) == own
    assert detail(street, other.pk) is None
    assert list(listed(Actor(), Filters())) == []


def test_everybody_sees_what_stands_and_no_team(tree):
    by = everything_at(tree.root)
    shown = [make_organisation(tree.root, kind) for kind in ("ST", "MF", "JJH", "BA")]
    hidden = [make_organisation(tree.root, "PRE"), make_organisation(tree.root, "BA")]
    move(hidden[1].pk, "cancel", by=by, now=timezone.now(), note="成员迁离")
    assert set(public_directory(Filters())) == set(shown)
    assert public_detail(shown[0].pk) == shown[0]
    assert [public_detail(row.pk) for row in hidden] == [None, None]


@pytest.mark.parametrize(
    "text",
    [
        "秋文", "文社工", "qiuwen", "QWSG", "秋文 未央", "未央 秋文", "（未央", "(未央)", "ＱＩＵＷＥＮ", "备〔2019〕77",
        "  秋文　 ", "", "𠅤",
    ],
)  # fmt: skip
def test_every_word_must_be_found(tree, text):
    row = make_organisation(
        tree.root, name="秋文社工站（未央）𠅤", filing_number="区备〔2019〕77号"
    )
    make_organisation(tree.root, name="样例合唱团")
    found = list(search(Organisation.objects.order_by("pk"), text))
    assert row in found
    assert (len(found) == 1) == bool(text.strip())


@pytest.mark.parametrize(
    "text", ["秋文 合唱", "%", "_", "\\", "'", '"', "<b>", "\x00", "x" * 10_000, "🙂", "秋" * 200]
)
def test_a_search_for_nonsense_finds_nothing_and_breaks_nothing(tree, text):
    make_organisation(tree.root, name="秋文社工站")
    found = list(search(Organisation.objects.order_by("pk"), text))
    assert len(found) == (1 if text == "\x00" else 0)


def test_filters_are_read_from_the_address_and_told_back(tree):
    asked = QueryDict("q=%E7%A7%8B&kind=BA&state=living&street=7&field=civil&utm=x&after=9-a")
    filters = Filters.of(asked)
    assert filters.asked() == {
        "q": "秋", "kind": "BA", "state": "living", "street": "7", "field": "civil",
    }  # fmt: skip


@pytest.mark.parametrize(
    "query", ["kind=X", "state=%00", "street=abc", "street=-1", "street=99999999999999999999",
              "street=%EF%BC%97%EF%BC%97x", "community=1.5", "kind=%27%3B--"]
)  # fmt: skip
def test_a_filter_that_cannot_be_meant_is_left_out(tree, query):
    row = make_organisation(tree.root)
    filters = Filters.of(QueryDict(query))
    assert filters.asked() == {}
    assert list(listed(everything_at(tree.root), filters)) == [row]


def test_each_filter_narrows_the_list(tree):
    seed_classes()
    field = ClassItem.objects.get(list="field", code="civil")
    category = ClassItem.objects.get(list="community", code="charity")
    by = everything_at(tree.root)
    one = make_organisation(tree.communities[0][0], "MF", field=field)
    two = make_organisation(tree.communities[1][0], "BA", category=category)
    move(two.pk, "cancel", by=by, now=timezone.now(), note="成员迁离")
    for told, row in (
        ({"kind": "MF"}, one), ({"kind": "BA"}, two), ({"state": "living"}, one),
        ({"state": "cancelled"}, two), ({"street": tree.streets[1].pk}, two),
        ({"community": tree.communities[0][0].pk}, one), ({"field": "civil"}, one),
        ({"category": "charity"}, two), ({"registrar": "610112"}, one),
    ):  # fmt: skip
        assert list(listed(by, Filters(**told))) == [row], told


def test_pages_by_key_show_each_body_once_in_order(tree):
    by = everything_at(tree.root)
    for number in range(7):
        make_organisation(tree.root, name="同名样例队" if number % 2 else f"样例{number}队")
    wanted = list(listed(by, Filters()))
    seen, after = [], ""
    for _turn in range(10):
        rows, after = page_of(listed(by, Filters()), after, 2)
        seen += list(rows)
        if not after:
            break
    assert seen == wanted
    assert [row.pinyin for row in seen] == sorted(row.pinyin for row in seen)


@pytest.mark.parametrize(
    "after", ["", "x", "9", "-", "abc-def", "\x00", "99999999999999999999-a", "0-", "秋-1"]
)
def test_a_key_that_makes_no_sense_breaks_nothing(tree, after):
    make_organisation(tree.root)
    rows, following = page_of(listed(everything_at(tree.root), Filters()), after, 2)
    assert len(list(rows)) <= 1
    assert following == ""


def test_pages_count_nothing_and_cost_the_same_for_one_and_for_three(
    tree, django_assert_num_queries
):
    by = everything_at(tree.root)
    for _more in (1, 2):
        for _each in range(_more):
            make_organisation(tree.communities[0][0])
        with django_assert_num_queries(2) as queries:
            list(page_of(listed(by, Filters()), "", 5)[0])
        assert not any("COUNT(" in query["sql"] for query in queries.captured_queries)


def test_the_present_identity_comes_first(tree):
    row = make_organisation(tree.root, registered_on=date(2021, 1, 1))
    assert [i.ends_on for i in identities_of(row)] == [None]


def test_the_lists_come_with_the_product_once(tree):
    count = seed_classes()
    assert count == ClassItem.objects.count() == 6 + 14 + 11 + 4 + 10 + 4 + 4
    assert seed_classes() == 0
    assert {item.list for item in ClassItem.objects.all()} == set(ClassList.values)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("association", "field"),
        ("nonenterprise", "field"),
        ("industry", "nonenterprise"),
        ("community", "report"),
    ],
)
def test_every_entry_of_a_list_leads_across(tree, source, target):
    seed_classes()
    for item in ClassItem.objects.filter(list=source):
        assert translated(item, target) is not None, item
    assert Crosswalk.objects.filter(source__list=source, target_list=target).count() == (
        ClassItem.objects.filter(list=source).count()
    )


def test_lookalikes_say_why_and_keep_phones_to_who_may_see_them(tree):
    row = make_organisation(
        tree.communities[1][0], name="样例（未央）舞蹈队", contact_phone="13800000000"
    )
    bureau, street = everything_at(tree.root), make_actor("STO", tree.streets[0])
    by_name = lookalikes(actor=street, name="样例(未央) 舞蹈队")
    assert [(one.pk, one.reasons, one.seen) for one in by_name] == [(row.pk, ["名称相同"], False)]
    by_code = lookalikes(actor=street, filing_number=row.filing_number)
    assert by_code[0].reasons == ["备案编号相同"]
    assert lookalikes(actor=street, contact_phone="13800000000") == []
    by_phone = lookalikes(actor=bureau, contact_phone="13800000000")
    assert [(one.reasons, one.seen) for one in by_phone] == [(["联系电话相同"], True)]
    assert lookalikes(actor=bureau, name=row.name, but=row.pk) == []
    assert lookalikes(actor=bureau, name="　", uscc="", contact_phone="") == []
