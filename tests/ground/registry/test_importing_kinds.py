"""Lists of official facts and ledgers: fastened to standing bodies, told once, taken back whole."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from changle.core.refusals import Refused
from changle.ground.registry.actions.deciding import Decisions, decide
from changle.ground.registry.actions.importing import check, upload
from changle.ground.registry.actions.undoing import undo
from changle.ground.registry.actions.writing import write
from changle.ground.registry.importing import Options
from changle.ground.registry.models import ImportBatch, OfficialFact, Organisation
from tests.factories.registry import make_organisation, make_uscc
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


def bring(district, clerk, *lines: str, name: str = "名单.csv", **options) -> ImportBatch:
    file = SimpleUploadedFile(name, "\n".join(lines).encode())
    told = Options(**options) if options else None
    batch = upload(file=file, node=district.root, by=clerk, now=NOW, options=told)
    return check(pk=batch.pk, by=clerk, now=NOW)


def told(batch: ImportBatch) -> list[tuple[str, str]]:
    rows = batch.rows.order_by("number")
    return [(row.verdict, "；".join("".join(r) for r in row.reasons)) for row in rows]


def verdicts(batch: ImportBatch) -> list[str]:
    return [verdict for verdict, _why in told(batch)]


def put(batch: ImportBatch, clerk, *, doubtful: bool = False) -> ImportBatch:
    return write(pk=batch.pk, good_only=True, doubtful=doubtful, by=clerk, now=NOW)


@pytest.mark.parametrize(
    ("heading", "name", "brings"),
    [
        ("社会组织名称,统一社会信用代码,年检结论", "名单.csv", "inspection"),
        ("名称,统一社会信用代码,2023年年检结论", "名单.csv", "inspection"),
        ("社会组织名称,统一社会信用代码", "abnormal_directory.csv", "credit"),
        ("名称,统一社会信用代码,列入日期,移出日期", "名单.csv", "credit"),
        ("名称,统一社会信用代码,评估等级,有效期至", "名单.csv", "grade"),
        ("名称,代码,处罚种类,处罚决定书文号", "名单.csv", "penalty"),
        ("团队名称,所属社区,类别,负责人,联系电话,成员人数", "名单.csv", "ledger"),
        ("名称,统一社会信用代码,住所,法定代表人,登记日期,年检结论", "名单.csv", "directory"),
        ("名称,负责人,社区", "名单.csv", "directory"),
    ],
)
def test_what_a_list_brings_is_proposed_from_its_headings(
    district, clerk, heading: str, name: str, brings: str
) -> None:
    cells = [make_uscc() if "代码" in label else "样例内容" for label in heading.split(",")[1:]]
    row = ",".join(["样例协会", *cells])
    file = SimpleUploadedFile(name, f"{heading}\n{row}".encode())
    batch = upload(file=file, node=district.root, by=clerk, now=NOW)
    assert batch.options["brings"] == brings


def test_two_years_of_one_body_in_one_list_are_two_facts(district, clerk) -> None:
    body = make_organisation(district.streets[0], "MF")
    lines = ["名称,统一社会信用代码,年检年度,年检结论",
             f"{body.name},{body.uscc},2022,合格", f"{body.name},{body.uscc},2023年度,不合格"]  # fmt: skip
    batch = bring(district, clerk, *lines)
    assert verdicts(batch) == ["update", "update"]
    put(batch, clerk)
    facts = OfficialFact.objects.order_by("year")
    assert list(facts.values_list("year", "result")) == [(2022, "合格"), (2023, "不合格")]
    assert verdicts(bring(district, clerk, *lines)) == ["same", "same"]
    undo(pk=batch.pk, by=clerk, now=NOW)
    assert not OfficialFact.objects.exists()
    assert Organisation.objects.get().version == body.version


def test_two_years_of_an_unknown_body_bring_in_one_body(district, clerk) -> None:
    code = make_uscc()
    lines = ["名称,统一社会信用代码,年检年度,年检结论",
             f"甲中心,{code},2022,合格", f"甲中心,{code},2023,合格", f"甲中心,{code},2023,合格"]  # fmt: skip
    batch = bring(district, clerk, *lines)
    assert verdicts(batch) == ["new", "new", "refused"]
    put(batch, clerk)
    assert Organisation.objects.get().facts.count() == 2
    undo(pk=batch.pk, by=clerk, now=NOW)
    assert not Organisation.objects.exists()


def test_a_directory_with_two_years_of_one_body_keeps_both(district, clerk) -> None:
    code = make_uscc()
    lines = ["名称,代码,住所,负责人,年检年度,年检结论",
             f"甲中心,{code},一路,样例甲,2022,合格", f"甲中心,{code},一路,样例甲,2023,合格"]  # fmt: skip
    batch = bring(district, clerk, *lines)
    assert verdicts(batch) == ["new", "new"]
    put(batch, clerk)
    assert Organisation.objects.get().facts.count() == 2
    assert set(verdicts(bring(district, clerk, *lines))) == {"same"}


def test_a_year_told_twice_otherwise_is_refused(district, clerk) -> None:
    body = make_organisation(district.streets[0], "MF")
    batch = bring(
        district, clerk, "名称,统一社会信用代码,年检年度,年检结论",
        f"{body.name},{body.uscc},2022,合格", f"{body.name},{body.uscc},2022,不合格",
    )  # fmt: skip
    assert told(batch)[1] == ("refused", "代码与第 2 行重复，但结论不同（那里是“合格”）")


def test_unknown_bodies_are_refused_with_the_reason_or_added_if_asked(district, clerk) -> None:
    lines = ["名称,统一社会信用代码,年检结论", f"甲中心,{make_uscc()},合格", "乙中心,,合格"]
    batch = bring(district, clerk, *lines, brings="inspection")
    assert told(batch) == [
        ("refused", "代码组织库中没有“甲中心”，年检（年报）结论只能记到已有的组织"),
        ("refused", "名称组织库中没有“乙中心”，年检（年报）结论只能记到已有的组织"),
    ]
    batch = bring(district, clerk, *lines, brings="inspection", unknown="add")
    assert verdicts(batch) == ["new", "refused"]
    assert "补录须有统一社会信用代码和名称" in told(batch)[1][1]


def test_a_name_borne_by_one_body_is_enough_and_by_two_asks_which(district, clerk) -> None:
    make_organisation(district.streets[0], "MF", name="甲（样例）中心")
    twins = [make_organisation(street, "BA", name="舞蹈队") for street in district.streets]
    batch = bring(
        district, clerk, "名称,评估等级,有效期起,有效期至",
        "甲(样例)中心,AAAA级,2024-01-01,2028-12-31", "舞蹈队,3A,,",
    )  # fmt: skip
    assert verdicts(batch) == ["update", "doubtful"]
    assert "有 2 个同名组织" in told(batch)[1][1]
    with pytest.raises(Refused, match="逐行选定"):
        write(pk=batch.pk, good_only=False, doubtful=True, by=clerk, now=NOW)
    choice = Decisions(rows=frozenset({3}), choices={3: str(twins[1].pk)})
    batch = decide(pk=batch.pk, told=choice, by=clerk, now=NOW)
    assert (batch.counts["doubtful"], batch.counts["update"]) == (0, 2)
    write(pk=batch.pk, good_only=False, doubtful=False, by=clerk, now=NOW)
    first = OfficialFact.objects.get(organisation__kind="MF")
    assert (first.result, first.starts_on, first.ends_on) == (
        "4A",
        date(2024, 1, 1),
        date(2029, 1, 1),
    )
    assert twins[1].facts.get().result == "3A"
    undo(pk=batch.pk, by=clerk, now=NOW)
    assert not OfficialFact.objects.exists()


def test_a_body_is_listed_then_removed_and_undo_lists_it_again(district, clerk) -> None:
    body = make_organisation(district.streets[0], "MF")
    heading = "名称,统一社会信用代码,名单类别,列入日期,移出日期,列入事由,决定文号,作出机关"
    said = f"{body.name},{body.uscc},活动异常名录,2024-05-06,{{}},未按时报送年报,样例〔2024〕1号,样例区民政局"
    put(bring(district, clerk, heading, said.format("")), clerk)
    fact = OfficialFact.objects.get()
    assert (fact.kind, fact.ground, fact.document) == (
        "abnormal",
        "未按时报送年报",
        "样例〔2024〕1号",
    )
    assert (fact.starts_on, fact.ends_on, fact.recorded_by_id) == (
        date(2024, 5, 6),
        None,
        clerk.user_id,
    )
    assert verdicts(bring(district, clerk, heading, said.format(""))) == ["same"]
    removal = bring(district, clerk, heading, said.format("2025-01-02"))
    put(removal, clerk)
    fact.refresh_from_db()
    assert fact.ends_on == date(2025, 1, 2)
    undo(pk=removal.pk, by=clerk, now=NOW)
    fact.refresh_from_db()
    assert fact.ends_on is None


def test_a_result_put_right_withdraws_the_old_one(district, clerk) -> None:
    body = make_organisation(district.streets[0], "MF")
    heading = "名称,统一社会信用代码,年检年度,年检结论"
    put(bring(district, clerk, heading, f"{body.name},{body.uscc},2022,合格"), clerk)
    batch = bring(district, clerk, heading, f"{body.name},{body.uscc},2022,不合格")
    assert told(batch) == [("update", "年检（年报）结论2022 年度 不合格 （原为 合格）")]
    put(batch, clerk)
    assert body.facts.get(withdrawn_at__isnull=True).result == "不合格"
    old = body.facts.get(withdrawn_at__isnull=False)
    assert old.result == "合格"
    assert old.withdrawn_because.startswith("导入批次")
    undo(pk=batch.pk, by=clerk, now=NOW)
    assert [f.result for f in body.facts.filter(withdrawn_at__isnull=True)] == ["合格"]
    assert body.facts.count() == 1


def test_a_withdrawn_fact_is_not_known(district, clerk) -> None:
    body = make_organisation(district.streets[0], "MF")
    heading = "名称,统一社会信用代码,年检年度,年检结论"
    row = f"{body.name},{body.uscc},2022,合格"
    first = bring(district, clerk, heading, row)
    put(first, clerk)
    OfficialFact.objects.update(withdrawn_at=NOW, withdrawn_because="录错")
    assert verdicts(bring(district, clerk, heading, row)) == ["update"]
    with pytest.raises(Refused, match="又有变化"):
        undo(pk=first.pk, by=clerk, now=NOW)


def test_penalties_are_told_apart_by_their_document(district, clerk) -> None:
    body = make_organisation(district.streets[0], "ST")
    lines = ["名称,统一社会信用代码,处罚种类,处罚决定日期,处罚决定书文号,违法事实,罚没金额（万元）",
             f"{body.name},{body.uscc},警告,2024-05-06,样例罚〔2024〕1号,超出章程活动,",
             f"{body.name},{body.uscc},罚款,2024-05-06,样例罚〔2024〕2号,超出章程活动,1.5"]  # fmt: skip
    batch = bring(district, clerk, *lines)
    put(batch, clerk)
    facts = OfficialFact.objects.order_by("document")
    assert list(facts.values_list("result", "amount_fen")) == [("警告", None), ("罚款", 1_500_000)]
    assert verdicts(bring(district, clerk, *lines)) == ["same", "same"]


def test_a_name_that_is_not_the_codes_own_is_doubtful(district, clerk) -> None:
    body = make_organisation(district.streets[0], "ST")
    batch = bring(district, clerk, "名称,统一社会信用代码,评估等级", f"别的协会,{body.uscc},5A")
    assert verdicts(batch) == ["doubtful"]
    assert f"代码属于“{body.name}”" in told(batch)[0][1]


def test_a_ledger_brings_in_teams_and_the_same_ledger_changes_nothing(district, clerk) -> None:
    lines = ["团队名称,所属社区,类别,负责人,联系电话,成员人数,活动场所数",
             "舞蹈队,一社区,文体活动类,样例甲,13800000000,12,1", "舞蹈队,二社区,,样例乙,,20,"]  # fmt: skip
    batch = bring(district, clerk, *lines, name="社区社会组织台账.csv")
    assert verdicts(batch) == ["new", "new"]
    put(batch, clerk)
    assert set(Organisation.objects.values_list("kind", flat=True)) == {"BA"}
    again = bring(district, clerk, *lines, name="社区社会组织台账.csv")
    assert verdicts(again) == ["same", "same"]
    lines[1] = lines[1].replace(",12,", ",15,")
    put(bring(district, clerk, *lines, name="社区社会组织台账.csv"), clerk)
    assert Organisation.objects.get(legal_representative="样例甲").member_count == 15


def test_a_fact_on_another_streets_body_is_refused(district) -> None:
    clerk = make_actor("STO", district.streets[0])
    body = make_organisation(district.streets[1], "MF")
    file = SimpleUploadedFile(
        "a.csv", f"名称,统一社会信用代码,年检结论\n甲,{body.uscc},合格".encode()
    )
    batch = upload(file=file, node=district.streets[0], by=clerk, now=NOW)
    batch = check(pk=batch.pk, by=clerk, now=NOW)
    assert verdicts(batch) == ["refused"]
    assert "不能在这里记入" in told(batch)[0][1]


@pytest.mark.parametrize(
    ("heading", "row", "why"),
    [
        ("名称,统一社会信用代码,年检结论,年检年度", "{name},{code},,2022", "没有结论"),
        (
            "名称,统一社会信用代码,名单类别,列入日期",
            "{name},{code},黑榜,2022-01-01",
            "应为活动异常",
        ),
        (
            "名称,统一社会信用代码,名单类别,列入日期",
            "{name},{code},异常,2022年",
            "只有年份|不是日期",
        ),
        ("名称,统一社会信用代码,处罚种类,列入日期", "{name},{code},警告,2199-01-01", "晚于今天"),
        ("名称,统一社会信用代码,评估等级,有效期至", "{name},{code},5A,2022-02-30", "没有"),
        ("名称,统一社会信用代码,处罚种类,处罚金额", "{name},{code},罚款,一万", "金额|数"),
    ],
)
def test_bad_cells_say_what_is_wrong(district, clerk, heading, row, why) -> None:
    body = make_organisation(district.streets[0], "ST")
    batch = bring(district, clerk, heading, row.format(name=body.name, code=body.uscc))
    verdict, sentence = told(batch)[0]
    assert verdict == "refused"
    assert any(word in sentence for word in why.split("|"))
