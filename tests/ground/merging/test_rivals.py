"""Two clerks save one record: the later sees mine, theirs and before, and chooses field by field."""

import pytest
from django.utils import timezone

from changle.ground.registry.actions import change_organisation
from changle.ground.registry.models import Organisation
from tests.factories.accounts import make_user
from tests.factories.merging import merger_at
from tests.factories.registry import make_organisation
from tests.factories.territory import make_district, make_grant


pytestmark = pytest.mark.django_db


def sent_of(answer):
    """What a browser would send of the page: the fields and what it was opened with."""
    form = answer.context["form"]
    told = {field.html_name: "" if field.value() is None else str(field.value()) for field in form}
    return {**told, **dict(answer.context["was"])}


@pytest.fixture
def tree():
    return make_district()


@pytest.fixture
def row(tree):
    return make_organisation(tree.communities[0][0], address="老地址", purpose="老宗旨", website="")


@pytest.fixture
def clerk(client, tree):
    user = make_user()
    make_grant(user, tree.streets[0], "STO")
    client.force_login(user)
    return client


def other_saves(tree, row, **changes):
    version = Organisation.objects.get(pk=row.pk).version
    change_organisation(
        pk=row.pk, version=version, changes=changes, by=merger_at(tree.root), now=timezone.now()
    )


def test_the_later_one_chooses_field_by_field(tree, clerk, row):
    here = f"/desk/organisations/{row.pk}/edit/"
    mine = sent_of(clerk.get(here)) | {"address": "我的地址", "short_name": "我的简称"}
    other_saves(tree, row, address="对方地址", purpose="对方宗旨")
    late = clerk.post(here, mine)
    assert late.status_code == 409
    told = {r.name: (r.was, r.theirs, r.mine, r.untouched) for r in late.context["rivals"]}
    assert told == {
        "address": ("老地址", "对方地址", "我的地址", False),
        "purpose": ("老宗旨", "对方宗旨", "老宗旨", True),
    }
    again = sent_of(late) | {"keep-address": "mine", "keep-purpose": "theirs"}
    assert again["address"] == "我的地址"
    assert clerk.post(here, again).status_code == 302
    row.refresh_from_db()
    assert (row.address, row.purpose, row.short_name) == ("我的地址", "对方宗旨", "我的简称")


def test_theirs_may_be_kept_and_a_third_hand_is_noticed(tree, clerk, row):
    here = f"/desk/organisations/{row.pk}/edit/"
    mine = sent_of(clerk.get(here)) | {"address": "我的地址"}
    other_saves(tree, row, address="对方地址")
    late = clerk.post(here, mine)
    other_saves(tree, row, purpose="第三人的宗旨")
    third = clerk.post(here, sent_of(late) | {"keep-address": "theirs"})
    assert third.status_code == 409
    assert [r.name for r in third.context["rivals"]] == ["purpose"]
    done = clerk.post(here, sent_of(third) | {"keep-purpose": "theirs"})
    assert done.status_code == 302
    row.refresh_from_db()
    assert (row.address, row.purpose) == ("对方地址", "第三人的宗旨")


def test_what_the_page_was_opened_with_outlives_a_slip(tree, clerk, row):
    here = f"/desk/organisations/{row.pk}/edit/"
    mine = sent_of(clerk.get(here)) | {"website": "不是网址"}
    other_saves(tree, row, address="对方地址")
    slip = clerk.post(here, mine)
    assert slip.status_code == 422
    late = clerk.post(here, sent_of(slip) | {"website": ""})
    assert [(r.name, r.untouched) for r in late.context["rivals"]] == [("address", True)]
