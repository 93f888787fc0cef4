"""Bodies follow one another by law: each end and each beginning counts once, on its day."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from changle.core.indicators import CATALOGUE
from changle.ground.registry.actions import RegistryRefused
from changle.ground.registry.actions.succession import absorb, merge_by_law, split
from changle.ground.registry.models import Identity, Organisation, Succession
from tests.factories.accounts import make_user
from tests.factories.registry import everything_at, make_draft, make_organisation, make_uscc
from tests.factories.territory import make_actor, make_district, make_grant


pytestmark = pytest.mark.django_db
ON = date(2022, 3, 1)


@pytest.fixture
def tree():
    return make_district()


@pytest.fixture
def by(tree):
    return everything_at(tree.root)


def facts(by, **more):
    return {"on": ON, "by": by, "now": timezone.now(), "note": "登记机关批复", **more}


def standing_on(day):
    return set(
        CATALOGUE["registry.registered"].records(day, day + timedelta(days=1)).values_list(
            "organisation", flat=True
        )
    )  # fmt: skip


def test_a_body_is_divided_and_ends(tree, by):
    whole = make_organisation(tree.streets[0], "MF")
    drafts = [make_draft(tree.streets[0], "MF") for _each in range(2)]
    parts = split(pk=whole.pk, into=drafts, ends=True, **facts(by))
    whole.refresh_from_db()
    assert (whole.state, whole.ended_on) == ("deregistered", ON)
    assert Identity.objects.get(organisation=whole).closed_by == "split"
    assert {i.opened_by for i in Identity.objects.filter(organisation__in=parts)} == {"succeeded"}
    assert standing_on(ON - timedelta(days=1)) == {whole.pk}
    assert standing_on(ON) == {part.pk for part in parts}
    assert Succession.objects.filter(predecessor=whole, kind="split", on=ON).count() == 2


def test_a_body_is_divided_and_goes_on(tree, by):
    whole = make_organisation(tree.streets[0], "MF")
    parts = split(pk=whole.pk, into=[make_draft(tree.streets[0], "MF")], ends=False, **facts(by))
    assert standing_on(ON) == {whole.pk, parts[0].pk}


def test_two_bodies_become_a_third(tree, by):
    one, other = (make_organisation(tree.streets[0], "ST") for _each in range(2))
    whole = merge_by_law(pks=[one.pk, other.pk], into=make_draft(tree.root, "ST"), **facts(by))
    assert standing_on(ON) == {whole.pk}
    assert {i.closed_by for i in Identity.objects.filter(organisation__in=(one, other))} == {
        "absorbed"
    }


def test_one_body_takes_in_another(tree, by):
    one, other = (make_organisation(tree.streets[0], "ST") for _each in range(2))
    absorb(pk=one.pk, absorbed=[other.pk], **facts(by, document="样例批〔2022〕1号"))
    assert standing_on(ON) == {one.pk}
    assert Succession.objects.get().document == "样例批〔2022〕1号"


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"on": date(2999, 1, 1)}, "不能晚于今天"),
        ({"on": date(2001, 1, 1)}, "不能早于"),
        ({"ends": True}, "至少成立两家"),
    ],
)
def test_a_division_that_cannot_be_is_refused_whole(tree, by, changes, match):
    whole = make_organisation(tree.streets[0], "MF")
    asked = {
        "pk": whole.pk,
        "into": [make_draft(tree.streets[0], "MF")],
        "ends": False,
        **facts(by),
    }
    with pytest.raises(RegistryRefused, match=match):
        split(**{**asked, **changes})
    assert Organisation.objects.count() == 1


def test_only_registered_living_bodies_follow_one_another(tree, by):
    filed, one = make_organisation(tree.streets[0]), make_organisation(tree.streets[0], "MF")
    with pytest.raises(RegistryRefused, match="没有登记"):
        absorb(pk=one.pk, absorbed=[filed.pk], **facts(by))
    with pytest.raises(RegistryRefused, match="不能是它自己"):
        absorb(pk=one.pk, absorbed=[one.pk], **facts(by))
    with pytest.raises(RegistryRefused, match="至少要有两家"):
        merge_by_law(pks=[one.pk], into=make_draft(tree.root, "MF"), **facts(by))
    with pytest.raises(RegistryRefused, match="应当登记"):
        split(pk=one.pk, into=[make_draft(tree.root, "BA")], ends=False, **facts(by))
    Organisation.objects.filter(pk=one.pk).update(state="revoked")
    with pytest.raises(RegistryRefused, match="已撤销登记"):
        split(pk=one.pk, into=[make_draft(tree.root, "MF")], ends=False, **facts(by))


def test_a_street_does_not_divide(tree):
    whole = make_organisation(tree.streets[0], "MF")
    clerk = make_actor("STO", tree.streets[0])
    with pytest.raises(Organisation.DoesNotExist):
        split(pk=whole.pk, into=[make_draft(tree.streets[0], "MF")], ends=False, **facts(clerk))


def client_of(role, node):
    user, client = make_user(), Client()
    make_grant(user, node, role)
    client.force_login(user)
    return client


def test_the_pages(tree):
    bureau = client_of("DCA", tree.root)
    one, other = (make_organisation(tree.streets[0], "MF") for _each in range(2))
    here = f"/desk/organisations/{one.pk}/"
    assert "分立" in bureau.get(here).content.decode()
    day = {"on": "2022-03-01", "note": "批复"}
    kept = bureau.post(f"{here}split/", {**day, "kind": "MF", "name1": "样例新一", "uscc1": "坏"})
    assert kept.status_code == 409
    assert "样例新一" in kept.content.decode()
    half = bureau.post(
        f"{here}split/", {**day, "kind": "MF", "name1": "甲", "uscc1": make_uscc(), "name2": "乙"}
    )
    assert half.status_code == 422
    bureau.post(f"{here}split/", {**day, "kind": "MF", "name1": "样例新一", "uscc1": make_uscc()})
    assert "样例新一" in bureau.get(here).content.decode()
    nobody = bureau.post(f"{here}join/", {**day, "way": "absorption", "codes": "<b>x 𠮷"})
    assert "名录里没有代码" in nobody.content.decode()
    bare = bureau.post(f"{here}join/", {**day, "way": "merger", "codes": other.uscc})
    assert "新设合并须填写新组织" in bare.content.decode()
    done = bureau.post(f"{here}join/", {**day, "way": "absorption", "codes": other.uscc})
    assert done.status_code == 302
    assert Organisation.objects.get(pk=other.pk).state == "deregistered"
    assert client_of("STO", tree.streets[0]).get(f"{here}split/").status_code == 404
    assert bureau.get(f"/desk/organisations/{other.pk}/join/").status_code == 404
