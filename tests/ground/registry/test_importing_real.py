"""The official lists as they were published."""

from datetime import datetime
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from changle.ground.registry.actions.importing import check, remap, upload
from changle.ground.registry.actions.writing import write
from changle.ground.registry.importing import Mapping, Options
from changle.ground.registry.models import ImportBatch, OfficialFact, Organisation
from tests.factories.territory import make_actor, make_district


NOW = timezone.make_aware(datetime(2026, 3, 2, 9, 0))
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
