"""`changle import-organisations`: the same import as in the browser, from the console."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from changle.core.log import LogEntry
from changle.ground.registry.models import ImportBatch, OfficialFact, Organisation
from tests.factories.accounts import make_user
from tests.factories.territory import make_district, make_grant


pytestmark = pytest.mark.django_db
GOOD = "51610112MJT000010B", "52610112MJT0000295"


@pytest.fixture(autouse=True)
def kept_apart(settings, tmp_path: Path) -> None:
    settings.CHANGLE_DATA = tmp_path / "data"


@pytest.fixture
def district():
    return make_district()


@pytest.fixture
def table(tmp_path):
    def make(*rows: str, heading: str = "单位名称,统一社会信用代码") -> Path:
        path = tmp_path / "名单.csv"
        path.write_text("\n".join([heading, *rows]) + "\n", "utf-8")
        return path

    return make


def run(path: Path, *words: str) -> str:
    told = StringIO()
    call_command("import_organisations", str(path), *words, stdout=told)
    return told.getvalue()


def test_a_clean_list_is_imported_and_logged_as_the_console(district, table):
    told = run(table(f"样例协会,{GOOD[0]}", f"样例服务中心,{GOOD[1]}"))
    assert "新增 2" in told
    assert {o.kind for o in Organisation.objects.all()} == {"ST", "MF"}
    assert set(LogEntry.objects.values_list("actor_name", flat=True)) == {"命令行"}


def test_one_refused_row_leaves_everything_out_and_says_why(district, table):
    path = table(f"样例协会,{GOOD[0]}", "样例学会,9.111E+17")
    with pytest.raises(CommandError, match="没有导入：有 1 行被拒绝"):
        run(path)
    assert not Organisation.objects.exists()


def test_good_only_takes_the_rest_and_lists_the_refused(district, table):
    told = run(table(f"样例协会,{GOOD[0]}", "样例学会,9.111E+17"), "--good-only")
    assert "第 3 行 拒绝" in told
    assert "科学计数法" in told
    assert Organisation.objects.count() == 1


def test_a_dry_run_writes_no_body(district, table):
    told = run(table(f"样例协会,{GOOD[0]}"), "--dry-run")
    assert "新增 1" in told
    assert not Organisation.objects.exists()


def test_the_same_file_again_changes_nothing(district, table):
    path = table(f"样例协会,{GOOD[0]}")
    run(path)
    assert "没有变化，不必导入" in run(path)
    assert Organisation.objects.count() == 1


def test_a_named_user_imports_only_where_they_may(district, table):
    clerk = make_user("jie-jia")
    make_grant(clerk, district.streets[0], "STO")
    path = table(f"样例协会,{GOOD[0]}")
    with pytest.raises(CommandError, match="您不能向这个地方导入组织"):
        run(path, "--as", "jie-jia", "--node", "乙街道")
    run(path, "--as", "jie-jia", "--node", "甲街道")
    assert Organisation.objects.get().street == district.streets[0]
    assert ImportBatch.objects.get().uploaded_by == clerk


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--as", "nobody"), "没有用户 nobody"),
        (("--node", "丙街道"), "没有“丙街道”"),
    ],
)
def test_a_wrong_name_is_a_sentence(district, table, words, sentence):
    with pytest.raises(CommandError, match=sentence):
        run(table(f"样例协会,{GOOD[0]}"), *words)


def test_a_missing_file_is_a_sentence(district, tmp_path):
    with pytest.raises(CommandError, match="打不开文件"):
        run(tmp_path / "没有.xlsx")


def test_without_a_district_it_says_what_to_do(table):
    with pytest.raises(CommandError, match="还没有辖区"):
        run(table(f"样例协会,{GOOD[0]}"))


@pytest.mark.realdata
def test_an_official_list_enters_whole(district, realdata):
    told = run(realdata("annual_inspection.csv"), "--inspection-year", "2021")
    assert "新增 136" in told
    assert OfficialFact.objects.filter(kind="inspection", year=2021).count() == 136


@pytest.mark.realdata
def test_a_list_of_abnormal_activity_becomes_facts(district, realdata):
    path = realdata("abnormal_directory.csv")
    told = run(path, "--list", "abnormal", "--good-only")
    assert "与第 104 行" in told
    assert OfficialFact.objects.filter(kind="abnormal").count() == 133
