"""What goes out comes back: exports of every kind change nothing, templates are understood."""

import random
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from changle.core.sheets import write_csv, write_xlsx
from changle.ground.registry.actions.importing import check, upload
from changle.ground.registry.importing import Mapping
from changle.ground.registry.importing.options import BRINGS
from changle.ground.registry.models import ClassItem, ImportBatch, OfficialFact, Organisation
from changle.ground.registry.queries import EXPORT_COLUMNS, export_rows, seed_classes
from changle.ground.registry.queries.exporting import FACT_LISTS, fact_rows
from tests.factories.accounts import make_user
from tests.factories.registry import make_organisation
from tests.factories.territory import make_actor, make_district, make_grant


NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
ODD = (
    "",
    "=1+1",
    "-减号开头",
    "甲 乙  丙",
    "“引号”，逗号",
    "<b>粗</b>",
    "𠮷野家",
    "'单引号",
    "无",
    "+86",
)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def kept_apart(settings, tmp_path: Path) -> None:
    settings.CHANGLE_DATA = tmp_path


@pytest.fixture
def district():
    return make_district()


@pytest.fixture
def clerk(district):
    return make_actor("DCA", district.root)


def bring(district, clerk, content: bytes, name: str) -> ImportBatch:
    file = SimpleUploadedFile(name, content)
    batch = upload(file=file, node=district.root, by=clerk, now=NOW)
    return check(pk=batch.pk, by=clerk, now=NOW)


def verdicts(batch: ImportBatch) -> dict[str, int]:
    names = ("new", "update", "same", "doubtful", "refused", "skipped")
    return {name: batch.counts[name] for name in names if batch.counts.get(name)}


def some_bodies(district, dice: random.Random, count: int) -> list[Organisation]:
    places = [district.root, *district.streets, *district.communities[0]]
    bodies = []
    for number in range(count):
        kind = dice.choice(["ST", "MF", "JJH", "BA", "BA", "PRE"])
        bodies.append(
            make_organisation(
                dice.choice(places), kind, name=f"样例{dice.choice('甲乙丙')}{number}号组织",
                address=dice.choice(ODD), business_scope=dice.choice(ODD),
                contact_phone=dice.choice(["", "13800000000", "029-86234567"]),
                member_count=dice.choice([None, 0, 12]), fund_fen=dice.choice([None, 0, 1_234_56]),
                field=ClassItem.objects.filter(list="field").order_by("?").first(),
            )
        )  # fmt: skip
    return bodies


def some_facts(bodies: list[Organisation], dice: random.Random) -> None:
    def day() -> date:
        return date(2022, 1, 1) + timedelta(days=dice.randrange(1000))

    rows = []
    for body in bodies:
        common = {"organisation": body, "recorded_at": NOW, "authority": dice.choice(ODD)}
        rows += [
            OfficialFact(kind="inspection", year=year, result=dice.choice(["合格", "不合格"]),
                         rectify_by=dice.choice([None, day()]), **common)
            for year in dice.sample(range(2019, 2025), dice.randrange(3))
        ]  # fmt: skip
        begun = day()
        rows += [
            OfficialFact(kind=kind, starts_on=begun, ground=dice.choice(ODD), document=f"{number}号",
                         ends_on=dice.choice([None, begun + timedelta(days=90)]), **common)
            for number, kind in enumerate(dice.sample(["abnormal", "serious"], dice.randrange(3)))
        ]  # fmt: skip
        rows.append(OfficialFact(kind="grade", result=dice.choice(["5A", "AAA", "3A级"]),
                                 starts_on=begun, ends_on=dice.choice([None, date(2029, 1, 1)]), **common))  # fmt: skip
        rows.append(OfficialFact(kind="penalty", result="罚款", starts_on=begun, document="罚1号",
                                 amount_fen=dice.choice([None, 123_45]), **common))  # fmt: skip
        rows.append(
            OfficialFact(kind="penalty", result="警告", starts_on=begun, document="罚2号", **common)
        )
    OfficialFact.objects.bulk_create(rows)
    OfficialFact.objects.filter(pk__in=[r.pk for r in dice.sample(rows, 2)]).update(
        withdrawn_at=NOW, withdrawn_because="录错"
    )


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_exports_of_facts_change_nothing(district, clerk, kind: str, seed: int) -> None:
    dice = random.Random(seed)
    seed_classes()
    some_facts(some_bodies(district, dice, 15), dice)
    for brings, (_kinds, columns) in FACT_LISTS.items():
        file = BytesIO()
        rows = list(fact_rows(brings, clerk))
        (write_csv if kind == "csv" else write_xlsx)(columns, rows, file)
        batch = bring(district, clerk, file.getvalue(), f"{brings}.{kind}")
        assert batch.options["brings"] == brings
        assert verdicts(batch) == {"same": len(rows)}, list(
            batch.rows.values_list("reasons", flat=True)
        )


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_directory_changes_nothing(district, clerk, kind: str, seed: int) -> None:
    dice = random.Random(seed)
    seed_classes()
    bodies = some_bodies(district, dice, 15)
    file = BytesIO()
    rows = export_rows(Organisation.objects.order_by("pk"), clerk)
    (write_csv if kind == "csv" else write_xlsx)(EXPORT_COLUMNS, rows, file)
    batch = bring(district, clerk, file.getvalue(), f"a.{kind}")
    assert verdicts(batch) == {"same": len(bodies)}


@pytest.mark.parametrize("brings", [value for value, _label in BRINGS])
def test_templates_are_understood_column_by_column(client, district, clerk, brings: str) -> None:
    user = make_user()
    make_grant(user, district.root, "DCA")
    client.force_login(user)
    answer = client.get(reverse("registry:import_template", args=[brings]))
    batch = bring(district, clerk, answer.content, f"template-{brings}.xlsx")
    assert batch.options["brings"] == brings
    assert [c.label for c in Mapping.of(batch.mapping).columns if not c.target] == []
    assert verdicts(batch) == {"skipped": 1}


def test_exports_of_facts_are_for_who_may_take_them_away(client, district) -> None:
    user = make_user()
    make_grant(user, district.root, "DCA")
    client.force_login(user)
    inside, outside = (make_organisation(street, "MF") for street in district.streets)
    for body in (inside, outside):
        OfficialFact.objects.create(organisation=body, kind="grade", result="5A", recorded_at=NOW)
    assert client.get(reverse("registry:export_facts", args=["grade"])).content[:2] == b"PK"
    assert client.get(reverse("registry:export_facts", args=["directory"])).status_code == 404
    clerk = make_actor("STO", district.streets[0])
    assert [row["organisation_id"] for row in fact_rows("grade", clerk)] == [inside.pk]
