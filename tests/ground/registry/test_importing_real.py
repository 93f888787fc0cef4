"""The official lists as they were published."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from changle.core.refusals import Refused
from changle.ground.registry.actions.importing import check, remap, upload
from changle.ground.registry.actions.undoing import undo
from changle.ground.registry.actions.writing import write
from changle.ground.registry.importing import Mapping, Options
from changle.ground.registry.models import ImportBatch, OfficialFact, Organisation
from tests.factories.territory import make_actor, make_district


NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
pytestmark = [pytest.mark.django_db, pytest.mark.realdata]


@pytest.fixture(autouse=True)
def kept_apart(settings, tmp_path: Path) -> None:
    settings.CHANGLE_DATA = tmp_path


@pytest.fixture
def district():
    return make_district()


@pytest.fixture
def clerk(district):
    return make_actor("DCA", district.root)


def bring(path: Path, district, clerk, targets: dict[str, str] | None = None, **options):
    """Upload and try a file; `targets` renames the meaning of columns by their label."""
    file = SimpleUploadedFile(path.name, path.read_bytes())
    batch = upload(file=file, node=district.root, by=clerk, now=NOW)
    columns = Mapping.of(batch.mapping).columns
    chosen = [(targets or {}).get(column.label, column.target) for column in columns]
    remap(pk=batch.pk, targets=chosen, options=Options(**options), by=clerk, now=NOW)
    return check(pk=batch.pk, by=clerk, now=NOW)


def counts(batch: ImportBatch) -> dict[str, int]:
    verdicts = ("new", "update", "same", "doubtful", "refused", "skipped")
    return {name: batch.counts[name] for name in verdicts if batch.counts[name]}


def reasons(batch: ImportBatch, verdict: str) -> list[str]:
    rows = batch.rows.filter(verdict=verdict).order_by("number")
    return [f"{row.number} {'；'.join(''.join(r) for r in row.reasons)}" for row in rows]


def test_the_inspection_list_enters_whole_with_kinds_by_code(realdata, district, clerk) -> None:
    batch = bring(realdata("annual_inspection.csv"), district, clerk, inspection_year=2021)
    assert counts(batch) == {"new": 136}
    write(pk=batch.pk, good_only=False, doubtful=False, by=clerk, now=NOW)
    assert Organisation.objects.count() == 136
    for prefix, kind in (("51", "ST"), ("52", "MF"), ("53", "JJH")):
        bodies = Organisation.objects.filter(uscc__startswith=prefix)
        assert set(bodies.values_list("kind", flat=True)) == {kind}
    facts = OfficialFact.objects.filter(kind="inspection", year=2021)
    assert set(facts.values_list("result", flat=True)) == {"合格", "基本合格", "年报"}
    assert facts.count() == 136


def test_the_abnormal_list_shows_its_exact_duplicate(realdata, district, clerk) -> None:
    batch = bring(realdata("abnormal_directory.csv"), district, clerk, listing="abnormal")
    assert counts(batch) == {"new": 133, "refused": 1}
    assert reasons(batch, "refused") == ["130 代码与第 104 行重复"]
    with pytest.raises(Refused, match="有 1 行被拒绝"):
        write(pk=batch.pk, good_only=False, doubtful=False, by=clerk, now=NOW)
    write(pk=batch.pk, good_only=True, doubtful=False, by=clerk, now=NOW)
    assert OfficialFact.objects.filter(kind="abnormal").count() == 133


def test_a_body_on_two_lists_stays_one_body(realdata, district, clerk) -> None:
    first = bring(realdata("annual_inspection.csv"), district, clerk, inspection_year=2021)
    write(pk=first.pk, good_only=True, doubtful=False, by=clerk, now=NOW)
    again = bring(realdata("annual_inspection.csv"), district, clerk, inspection_year=2021)
    assert counts(again) == {"same": 136}
    listed = bring(realdata("annual_inspection.csv"), district, clerk, listing="abnormal",
                   inspection_year=2021)  # fmt: skip
    assert counts(listed) == {"update": 136}
    write(pk=listed.pk, good_only=True, doubtful=False, by=clerk, now=NOW)
    assert Organisation.objects.count() == 136
    with pytest.raises(Refused, match="又有变化"):
        undo(pk=first.pk, by=clerk, now=NOW)
    undo(pk=listed.pk, by=clerk, now=NOW)
    undo(pk=first.pk, by=clerk, now=NOW)
    assert Organisation.objects.count() == OfficialFact.objects.count() == 0


def test_lost_digits_and_wrong_checks_are_told_apart(realdata, district, clerk) -> None:
    batch = bring(realdata("title_row_scientific_codes.csv"), district, clerk)
    told = reasons(batch, "refused")
    assert batch.title == "2022年丰台区环境信息依法披露企业名单"
    assert counts(batch) == {"refused": 44, "skipped": 1}
    assert sum("科学计数法" in each for each in told) == 12
    wrong = [each for each in told if "校验码应为" in each]
    assert len(wrong) == 2
    assert wrong[0].startswith("14 统一社会信用代码第 18 位校验码应为 T，表中是 0")


def test_enterprises_are_no_social_organisations(realdata, district, clerk) -> None:
    batch = bring(realdata("title_and_footnote.xlsx.csv"), district, clerk)
    told = reasons(batch, "refused")
    assert counts(batch) == {"refused": 63, "skipped": 2}
    assert sum("这是企业，不是社会组织" in each for each in told) == 60
    assert sum("没有代码" in each for each in told) == 3


def test_serial_numbers_are_days_where_the_column_is_a_day(realdata, district, clerk) -> None:
    path = realdata("serial_dates.xls.csv")
    batch = bring(path, district, clerk, {"日期": "registered_on"}, kind="BA")
    days = [row.values["registered_on"] for row in batch.rows.filter(verdict="new")]
    assert counts(batch) == {"new": 20, "refused": 2}
    assert all("重复" in each for each in reasons(batch, "refused"))
    assert all("2000-01-01" < day < "2026-03-02" for day in days)


def test_marks_and_trailing_spaces_go_silently(realdata, district, clerk) -> None:
    path = realdata("tiny_bom_trailing_space.csv")
    batch = bring(path, district, clerk, kind="BA")
    write(pk=batch.pk, good_only=True, doubtful=False, by=clerk, now=NOW)
    names = list(Organisation.objects.values_list("name", flat=True))
    assert len(names) == 13
    assert all(name == name.strip() and "\ufeff" not in name for name in names)


def proposed(path: Path, district, clerk) -> ImportBatch:
    """As a clerk meets it who changes nothing: what the file brings is proposed."""
    batch = upload(file=SimpleUploadedFile(path.name, path.read_bytes()), node=district.root,
                   by=clerk, now=NOW)  # fmt: skip
    return check(pk=batch.pk, by=clerk, now=NOW)


def test_the_inspection_list_is_known_as_one_and_comes_back_unchanged(
    realdata, district, clerk
) -> None:
    batch = proposed(realdata("annual_inspection.csv"), district, clerk)
    assert batch.options["brings"] == "inspection"
    assert counts(batch) == {"new": 136}
    write(pk=batch.pk, good_only=False, doubtful=False, by=clerk, now=NOW)
    assert counts(proposed(realdata("annual_inspection.csv"), district, clerk)) == {"same": 136}
    undo(pk=batch.pk, by=clerk, now=NOW)
    assert Organisation.objects.count() == OfficialFact.objects.count() == 0


def test_the_abnormal_list_is_fastened_to_the_bodies_it_names(realdata, district, clerk) -> None:
    path = realdata("abnormal_directory.csv")
    first = bring(path, district, clerk)
    write(pk=first.pk, good_only=True, doubtful=False, by=clerk, now=NOW)
    batch = proposed(path, district, clerk)
    assert (batch.options["brings"], batch.options["listing"]) == ("credit", "abnormal")
    assert counts(batch) == {"update": 133, "refused": 1}
    assert reasons(batch, "refused") == ["130 代码与第 104 行重复"]
    write(pk=batch.pk, good_only=True, doubtful=False, by=clerk, now=NOW)
    assert OfficialFact.objects.filter(kind="abnormal").count() == 133
    assert {body.version for body in Organisation.objects.all()} == {1}
    refused = proposed(path, district, clerk)
    assert counts(refused) == {"same": 133, "refused": 1}


def test_an_unknown_house_refuses_the_list_where_nothing_is_to_be_added(
    realdata, district, clerk
) -> None:
    path = realdata("abnormal_directory.csv")
    batch = bring(path, district, clerk, brings="credit", listing="abnormal")
    assert counts(batch) == {"refused": 134}
    assert "只能记到已有的组织" in reasons(batch, "refused")[0]
