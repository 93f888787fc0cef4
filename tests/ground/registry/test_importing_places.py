"""Where a row says that a body lies; and the whole sample district comes back as it went out."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from changle.core.sheets import write_csv, write_xlsx
from changle.ground.accounts.models import User
from changle.ground.registry.actions.importing import check, upload
from changle.ground.registry.importing.places import NoPlace, load_places
from changle.ground.registry.models import ImportRow
from changle.ground.registry.queries import Filters, listed
from changle.ground.registry.queries.exporting import EXPORT_COLUMNS, export_rows
from changle.ground.territory.models import NodeCode
from changle.ground.territory.queries import actor_for
from changle.ground.territory.queries import district as the_district
from changle.site.demo.making import make
from tests.factories.territory import LONG_AGO_ON, make_district, make_node


pytestmark = pytest.mark.django_db
TODAY = LONG_AGO_ON.replace(year=2026)


def test_a_community_and_a_village_of_one_stem_are_told_apart():
    district = make_district()
    street = district.streets[0]
    community, village = (
        make_node("community", name, street) for name in ("和平社区", "和平村委会")
    )
    book = load_places(district.root, code_system="", on=TODAY)
    for name, node in (("和平社区", community), ("和平村委会", village)):
        assert book.find(street="甲街道", community=name, code="") == node
    with pytest.raises(NoPlace, match="有 2 处"):
        book.find(street="甲街道", community="和平", code="")


def test_a_name_may_leave_its_ending_out_where_it_is_plain():
    district = make_district()
    book = load_places(district.root, code_system="", on=TODAY)
    for street, community in (("甲街道办事处", "一社区居委会"), ("甲街办", "一"), ("", "一社区")):
        assert book.find(street=street, community=community, code="") == district.communities[0][0]


def test_a_region_code_asks_for_its_system_and_for_the_same_name():
    district = make_district()
    for system, street in (("stats", district.streets[0]), ("portal", district.streets[1])):
        NodeCode.objects.create(node=street, system=system, code="610112001", starts_on=LONG_AGO_ON)
    unnamed = load_places(district.root, code_system="", on=TODAY)
    with pytest.raises(NoPlace, match="请在选项中指明"):
        unnamed.find(street="", community="", code="610112001000")
    for system, street in (("stats", district.streets[0]), ("portal", district.streets[1])):
        book = load_places(district.root, code_system=system, on=TODAY)
        assert book.find(street="", community="", code="610112001000") == street
    with pytest.raises(NoPlace, match="是“乙街道”，与表中的“甲街道”不符"):
        book.find(street="甲街道", community="", code="610112001000")


@pytest.mark.slow
@pytest.mark.parametrize(("name", "made"), [("名录.xlsx", write_xlsx), ("名录.csv", write_csv)])
def test_the_export_of_the_whole_sample_changes_nothing(settings, tmp_path, name, made):
    settings.CHANGLE_DATA = tmp_path
    now = timezone.now()
    make(now=now, say=lambda *_told: None)
    bureau = actor_for(User.objects.get(username="qu"))
    bodies = listed(bureau, Filters())
    content = BytesIO()
    made(EXPORT_COLUMNS, export_rows(bodies, bureau), content)
    file = SimpleUploadedFile(name, content.getvalue())
    batch = upload(file=file, node=the_district(), by=bureau, now=now)
    check(pk=batch.pk, by=bureau, now=now)
    others = ImportRow.objects.filter(batch=batch).exclude(verdict="same").order_by("number")
    assert [(row.number, row.reasons) for row in others[:5]] == []
    assert batch.rows.count() == bodies.count() > 2300
