"""Bodies enter alike one by one and by thousands, with codes that can be."""

from datetime import date

import pytest
from django.utils import timezone

from changle.core.log import LogEntry
from changle.core.reach import Actor
from changle.ground.registry.actions import (
    DuplicateCode,
    RegistryRefused,
    add_many,
    add_organisation,
)
from changle.ground.registry.models import Identity, Organisation
from changle.ground.territory.models import Node
from tests.factories.registry import (
    SYSTEM,
    everything_at,
    make_draft,
    make_organisation,
    make_uscc,
)
from tests.factories.territory import make_district


pytestmark = pytest.mark.django_db


@pytest.fixture
def tree():
    return make_district()


def add(draft, by=SYSTEM):
    return add_organisation(draft=draft, by=by, now=timezone.now())


def wrong_check(code):
    return code[:-1] + next(c for c in "0123456789" if c != code[-1])


def test_a_body_stands_in_the_tree_with_one_identity_and_one_entry(tree):
    place = tree.communities[0][1]
    row = add(make_draft(place, name="样例舞蹈队"))
    assert row.node.path == f"{place.path}{row.node.pk}."
    assert (row.street, row.community) == (tree.streets[0], place)
    identity = row.identities.get()
    assert (identity.opened_by, identity.starts_on) == ("filed", date(2020, 5, 6))
    assert identity.ends_on is None
    entry = LogEntry.objects.get(subject_label="registry.Organisation", subject_id=str(row.pk))
    assert (entry.verb, entry.path, entry.target) == ("add", row.node.path, "active")


@pytest.mark.parametrize(
    ("kind", "opening"),
    [
        ("ST", "registered"),
        ("MF", "registered"),
        ("JJH", "registered"),
        ("BA", "filed"),
        ("PRE", "founded"),
    ],
)
def test_the_first_identity_says_how_the_body_began(tree, kind, opening):
    assert make_organisation(tree.root, kind).identities.get().opened_by == opening


@pytest.mark.parametrize(
    ("level", "street", "community"),
    [("district", False, False), ("street", True, False), ("community", True, True)],
)
def test_the_seat_follows_from_the_place(tree, level, street, community):
    place = {"district": tree.root, "street": tree.streets[0], "community": tree.communities[0][0]}[
        level
    ]
    row = make_organisation(place, "ST")
    assert (row.street_id is not None, row.community_id is not None) == (street, community)


def test_the_registrar_is_read_from_the_code_and_not_from_the_place(tree):
    row = make_organisation(tree.streets[0], "MF", uscc=make_uscc("MF", "610100"))
    assert row.registrar_code == "610100"
    assert row.identities.get().registrar_code == "610100"


def test_names_are_sorted_and_found_by_their_sounds(tree):
    row = make_organisation(tree.root, name="秋文社会工作服务中心（未央）", short_name="Ｑ文")
    assert row.pinyin.startswith("qiuwenshehui")
    assert row.initials.startswith("qwshgzfwzx")
    for part in ("秋文", "qiuwen", "qwsh", "(未央)", "q文", row.filing_number[2:6]):
        assert part in row.search_text


@pytest.mark.parametrize("kind", ["ST", "MF", "JJH"])
@pytest.mark.parametrize("code_kind", ["ST", "MF", "JJH"])
def test_kind_and_code_agree(tree, kind, code_kind):
    draft = make_draft(tree.root, kind, uscc=make_uscc(code_kind))
    if kind == code_kind:
        assert add(draft).kind == kind
        return
    with pytest.raises(RegistryRefused, match="与所选类型不符"):
        add(draft)


@pytest.mark.parametrize("kind", ["BA", "PRE"])
def test_who_is_not_registered_bears_no_code(tree, kind):
    with pytest.raises(RegistryRefused, match="没有统一社会信用代码"):
        add(make_draft(tree.root, kind, uscc=make_uscc()))


@pytest.mark.parametrize(
    "code", ["5161011", "916101120000000000", "52610112MJ0000000I", "x" * 18, "🙂" * 18]
)
def test_a_code_that_cannot_be_is_refused_in_chinese(tree, code):
    with pytest.raises(RegistryRefused, match=r"[一-龥]"):
        add(make_draft(tree.root, "MF", uscc=code))
    assert not Organisation.objects.exists()


def test_a_certificate_outweighs_the_check_only_with_permission_and_reason(tree):
    code = wrong_check(make_uscc("MF"))
    trusted = everything_at(tree.root)
    for by, reason in (
        (SYSTEM, "证书原件"),
        (trusted, ""),
        (everything_at(tree.streets[1]), "证书原件"),
    ):
        with pytest.raises(RegistryRefused, match="校验码不符"):
            add(make_draft(tree.streets[0], "MF", uscc=code, code_override_reason=reason), by=by)
    row = add(
        make_draft(tree.streets[0], "MF", uscc=code, code_override_reason="证书原件"), by=trusted
    )
    assert (row.uscc, row.registrar_code) == (code, "610112")


@pytest.mark.parametrize(("kind", "field"), [("MF", "uscc"), ("BA", "filing_number")])
def test_a_code_belongs_to_one_body_and_the_refusal_names_it(tree, kind, field):
    holder = make_organisation(tree.root, kind, name="先来的样例组织")
    with pytest.raises(DuplicateCode, match="先来的样例组织") as refused:
        add(make_draft(tree.root, kind, **{field: getattr(holder, field)}))
    assert refused.value.holder == holder
    with pytest.raises(DuplicateCode):
        add_many(drafts=[make_draft(tree.root, kind, **{field: getattr(holder, field)})],
                 by=SYSTEM, now=timezone.now())  # fmt: skip
    assert Organisation.objects.count() == 1


def test_a_list_that_says_a_code_twice_is_refused_as_a_whole(tree):
    code = make_uscc("ST")
    drafts = [
        make_draft(tree.root),
        *(make_draft(tree.root, "ST", uscc=code) for _each in range(2)),
    ]
    with pytest.raises(RegistryRefused, match="不止一次"):
        add_many(drafts=drafts, by=SYSTEM, now=timezone.now())
    assert not Organisation.objects.exists()


def columns(row, leave):
    return {
        f.attname: getattr(row, f.attname)
        for f in row._meta.concrete_fields
        if f.attname not in leave
    }


def test_many_are_built_as_one_is(tree):
    now = timezone.now()
    draft = make_draft(tree.communities[0][0], "MF", name="样例养老服务中心", contact_name="样例甲")
    one = add_organisation(draft=draft, by=SYSTEM, now=now)
    keys = {"id", "node_id", "organisation_id", "uscc", "code", "search_text", "path"}
    first = [columns(row, keys) for row in (one, one.node, one.identities.get())]
    other = make_draft(tree.communities[0][0], "MF", name="样例养老服务中心", contact_name="样例甲")
    many = add_many(drafts=[other], by=SYSTEM, now=now)[0]
    many.refresh_from_db()
    one.refresh_from_db()
    assert [columns(row, keys) for row in (many, many.node, many.identities.get())] == first
    assert many.node.path == f"{tree.communities[0][0].path}{many.node.pk}."


def test_many_cost_no_query_a_row(tree, django_assert_num_queries, django_assert_max_num_queries):
    with django_assert_max_num_queries(20):
        add_many(
            drafts=[make_draft(tree.root) for _each in range(3)], by=SYSTEM, now=timezone.now()
        )
    with django_assert_max_num_queries(20):
        add_many(
            drafts=[make_draft(tree.root) for _each in range(60)], by=SYSTEM, now=timezone.now()
        )
    assert Organisation.objects.count() == Identity.objects.count() == 63
    assert Node.objects.filter(kind="organisation").count() == 63
    assert LogEntry.objects.filter(verb="add").count() == 63


def test_a_nameless_body_is_refused(tree):
    with pytest.raises(RegistryRefused, match="请填写名称"):
        add(make_draft(tree.root, name="　"))


def test_the_actor_of_nobody_may_not_override(tree):
    with pytest.raises(RegistryRefused):
        add(
            make_draft(tree.root, "MF", uscc=wrong_check(make_uscc()), code_override_reason="证书"),
            by=Actor(),
        )
