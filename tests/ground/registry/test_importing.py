"""Lists of organisations: judged row by row, written as a whole, taken back as a whole."""

from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from changle.core.codes import uscc_check
from changle.core.refusals import Refused
from changle.core.sheets import write_csv, write_xlsx
from changle.ground.registry.actions import Draft, add_many, change_organisation
from changle.ground.registry.actions.importing import check, discard, remap, upload
from changle.ground.registry.actions.undoing import undo
from changle.ground.registry.actions.writing import write
from changle.ground.registry.importing import Mapping, Options, all_class_names, sentences
from changle.ground.registry.models import Identity, ImportBatch, Organisation
from changle.ground.registry.queries import EXPORT_COLUMNS, export_rows, seed_classes
from changle.ground.territory.models import Node
from tests.factories.territory import make_actor, make_district


NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
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


def code(number: int, prefix: str = "52") -> str:
    first = f"{prefix}610112MJ{number:07d}"
    return first + uscc_check(first)


def bring(content: bytes, district, clerk, name: str = "名单.csv", **options) -> ImportBatch:
    file = SimpleUploadedFile(name, content)
    batch = upload(
        file=file, node=district.root, by=clerk, now=NOW, options=Options(**options)
    )  # fmt: skip
    return check(pk=batch.pk, by=clerk, now=NOW)


def sheet(*lines: str) -> bytes:
    return "\n".join(lines).encode()


def told(batch: ImportBatch) -> list[tuple[str, str]]:
    rows = batch.rows.order_by("number")
    return [(row.verdict, "；".join("".join(r) for r in row.reasons)) for row in rows]


def put(batch: ImportBatch, clerk, *, doubtful: bool = False) -> ImportBatch:
    return write(pk=batch.pk, good_only=True, doubtful=doubtful, by=clerk, now=NOW)


def test_the_kind_comes_from_the_code_and_the_place_from_the_names(district, clerk) -> None:
    batch = bring(
        sheet(
            "单位名称,统一社会信用代码,所属街道,所属社区,开办资金（万元）,成立日期",
            f"某某协会,{code(1)},甲街道办事处,一社区,3.5,2019年3月2日",
            f"某某中心,{code(2, '51')},,,,",
        ),
        district,
        clerk,
    )
    assert told(batch) == [("new", ""), ("new", "")]
    put(batch, clerk)
    first, second = Organisation.objects.order_by("pk")
    assert (first.kind, second.kind) == ("MF", "ST")
    assert first.community == district.communities[0][0]
    assert (first.fund_fen, first.founded_on) == (3_500_000, date(2019, 3, 2))
    assert second.node.parent == district.root


def test_an_unknown_place_is_doubtful_and_lies_where_the_list_goes(district, clerk) -> None:
    batch = bring(sheet("名称,统一社会信用代码,街道", f"甲协会,{code(1)},丁街道"), district, clerk)
    assert told(batch) == [("doubtful", "所在地样例区没有“丁街道”这个街道")]
    put(batch, clerk, doubtful=True)
    assert Organisation.objects.get().node.parent == district.root


def test_a_wrong_check_digit_says_what_it_should_be(district, clerk) -> None:
    right = code(1)
    wrong = right[:-1] + ("2" if right[-1] == "1" else "1")
    batch = bring(sheet("名称,统一社会信用代码", f"甲协会,{wrong}"), district, clerk)
    assert told(batch)[0][0] == "refused"
    assert f"第 18 位校验码应为 {right[-1]}" in told(batch)[0][1]


def test_rows_without_code_enter_only_as_what_the_list_is_said_to_be(district, clerk) -> None:
    lines = sheet("名称,负责人,社区", "舞蹈队,样例甲,一社区", "舞蹈队,样例乙,三社区")
    assert [verdict for verdict, _why in told(bring(lines, district, clerk))] == ["refused"] * 2
    batch = bring(lines, district, clerk, kind="BA")
    assert [verdict for verdict, _why in told(batch)] == ["new", "new"]
    put(batch, clerk)
    assert set(Organisation.objects.values_list("kind", flat=True)) == {"BA"}
    again = bring(lines, district, clerk, kind="BA")
    assert {verdict for verdict, _why in told(again)} == {"same"}


def test_the_same_name_in_the_same_street_is_doubtful(district, clerk) -> None:
    put(bring(sheet("名称,代码,街道", f"甲协会,{code(1)},甲街道"), district, clerk), clerk)
    batch = bring(sheet("名称,代码,街道", f"甲协会,{code(2)},甲街道"), district, clerk)
    assert told(batch)[0][0] == "doubtful"
    assert "已有同名组织“甲协会”" in told(batch)[0][1]


def test_all_is_refused_when_a_row_is_and_nothing_is_written(district, clerk) -> None:
    batch = bring(sheet("名称,代码", f"甲协会,{code(1)}", "乙协会,123"), district, clerk)
    with pytest.raises(Refused, match="有 1 行被拒绝"):
        write(pk=batch.pk, good_only=False, doubtful=False, by=clerk, now=NOW)
    assert not Organisation.objects.exists()
    put(batch, clerk)
    assert Organisation.objects.get().name == "甲协会"


def test_an_update_names_what_changes_and_undo_puts_it_back(district, clerk) -> None:
    put(bring(sheet("名称,代码,住所", f"甲协会,{code(1)},旧街 1 号"), district, clerk), clerk)
    batch = bring(
        sheet("名称,代码,住所,街道", f"甲协会,{code(1)},新街 2 号,乙街道", f"乙协会,{code(2)},,"),
        district, clerk,
    )  # fmt: skip
    names = all_class_names()
    assert sentences(batch.rows.get(number=2), names) == [
        "住所：旧街 1 号 → 新街 2 号", "所在地：空 → 乙街道",
    ]  # fmt: skip
    put(batch, clerk)
    body = Organisation.objects.get(uscc=code(1))
    assert (body.address, body.street) == ("新街 2 号", district.streets[1])
    undo(pk=batch.pk, by=clerk, now=NOW)
    body = Organisation.objects.get()
    assert (body.address, body.street, body.node.parent) == ("旧街 1 号", None, district.root)
    assert Node.objects.filter(kind="organisation").count() == 1
    assert Identity.objects.filter(ends_on__isnull=True).count() == 1


def test_undo_refuses_and_lists_what_has_changed_since(district, clerk) -> None:
    batch = bring(sheet("名称,代码", f"甲协会,{code(1)}", f"乙协会,{code(2)}"), district, clerk)
    put(batch, clerk)
    body = Organisation.objects.get(uscc=code(2))
    changes = {"address": "新街 1 号"}
    change_organisation(pk=body.pk, version=1, changes=changes, by=clerk, now=NOW)
    with pytest.raises(Refused, match="乙协会"):
        undo(pk=batch.pk, by=clerk, now=NOW)
    assert Organisation.objects.count() == 2
    assert ImportBatch.objects.get(pk=batch.pk).state == "imported"


def test_what_changed_after_the_dry_run_asks_for_another_one(district, clerk) -> None:
    batch = bring(sheet("名称,代码", f"甲协会,{code(1)}"), district, clerk)
    draft = Draft(kind="MF", name="甲协会", place=district.root, uscc=code(1))
    add_many(drafts=[draft], by=clerk, now=NOW)
    with pytest.raises(Refused, match="重新试算"):
        put(batch, clerk)
    assert told(check(pk=batch.pk, by=clerk, now=NOW)) == [("same", "")]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_our_own_export_changes_nothing(district, clerk, kind: str) -> None:
    seed_classes()
    lines = sheet(
        "名称,代码,街道,社区,服务领域,注册资金,联系电话,成员数,登记日期,宗旨,网址",
        f"甲协会,{code(1)},甲街道,一社区,民政,30000,029-86234567,12,2019-03-02,=1+1,example.org",
        f"乙“中心”（西安）,{code(2)},乙街道,,教育,,13800000000,,43525,-减号开头,",
    )
    put(bring(lines, district, clerk), clerk)
    filed = sheet("名称,社区,备案类别,负责人", "舞蹈队,一社区,文体活动类,样例甲", "舞蹈队,三社区,,")
    put(bring(filed, district, clerk, kind="BA"), clerk)
    assert Organisation.objects.count() == 4
    rows = export_rows(Organisation.objects.order_by("pk"), clerk)
    file = BytesIO()
    (write_csv if kind == "csv" else write_xlsx)(EXPORT_COLUMNS, rows, file)
    batch = bring(file.getvalue(), district, clerk, f"export.{kind}")
    assert told(batch) == [("same", "")] * 4


def test_naughty_names_are_kept_as_text_or_refused(district, clerk) -> None:
    batch = bring(
        sheet(
            "名称,代码",
            f"<script>alert(1)</script>协会,{code(1)}",
            f"=HYPERLINK(1)协会,{code(2)}",
            f"'; DROP TABLE 协会,{code(3)}",
            f"————,{code(4)}",
            f"{'长' * 200},{code(5)}",
        ),
        district, clerk,
    )  # fmt: skip
    verdicts = [verdict for verdict, _why in told(batch)]
    assert verdicts == ["new", "new", "new", "refused", "refused"]
    put(batch, clerk)
    assert Organisation.objects.filter(name="<script>alert(1)</script>协会").exists()


def test_columns_are_proposed_and_may_be_given_another_meaning(district, clerk) -> None:
    content = sheet("序号,甲栏,乙栏,身份证号", f"1,甲协会,{code(1)},610112199001011234")
    file = SimpleUploadedFile("名单.csv", content)
    batch = upload(file=file, node=district.root, by=clerk, now=NOW)
    columns = Mapping.of(batch.mapping).columns
    assert [column.target for column in columns] == ["", "name", "uscc", ""]
    assert columns[3].sensitive
    assert columns[3].samples == ()
    with pytest.raises(Refused, match="名称"):
        remap(
            pk=batch.pk, targets=["", "address", "uscc", ""], options=Options(), by=clerk, now=NOW
        )


def test_a_discarded_list_keeps_no_rows(district, clerk) -> None:
    batch = bring(sheet("名称,代码", f"甲协会,{code(1)}"), district, clerk)
    discard(pk=batch.pk, by=clerk, now=NOW)
    assert not batch.rows.exists()
    with pytest.raises(Refused):
        put(batch, clerk)


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.xlsx", b"PK\x03\x04broken", "打不开|损坏"),
        ("a.csv", b"", "空"),
        ("a.csv", b"%PDF-1.4", "PDF"),
        ("a.csv", "名称,代码\n".encode(), "没有数据行|没有"),
        ("a.csv", (",".join(["列"] * 300) + "\n").encode() * 2, "列"),
    ],
)
def test_hostile_files_are_refused_with_a_reason(district, clerk, name, content, why) -> None:
    with pytest.raises(Refused, match=why):
        bring(content, district, clerk, name)
    assert not ImportBatch.objects.exists()


def test_a_street_imports_only_into_itself(district) -> None:
    clerk = make_actor("STO", district.streets[0])
    with pytest.raises(Refused, match="不能向这个地方"):
        bring(sheet("名称,代码", f"甲协会,{code(1)}"), district, clerk)
