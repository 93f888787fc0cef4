import pytest
from hypothesis import given
from hypothesis import strategies as st

from changle.core.money import MOST, BadAmount, capitals, parse, wan, yuan


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("1,234.5元", 123450),
        ("3万元", 3_000_000),
        ("3.5万", 3_500_000),
        ("1.23456万元", 1234560),
        ("1.2亿元", 12_000_000_000),
        ("１，２３４．５０", 123450),
        ("￥ 12.00", 1200),
        ("人民币12元整", 1200),
        ("¥0.01", 1),
        ("0", 0),
        ("1.500", 150),
        (" 12 000 ", 1_200_000),
        ("5千元", 500_000),
        ("999999999999.99", MOST),
    ],
)
def test_amounts_are_read_to_the_fen(text, fen):
    assert parse(text) == fen


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "请填写金额"),
        ("十万", "不是金额"),
        ("1.234", "最多到分"),
        ("0.0000001万元", "最多到分"),
        ("12,34", "不是金额"),
        ("1.2.3", "不是金额"),
        ("1E5", "不是金额"),
        ("-5", "不能为负数"),
        ("٣", "不是金额"),
        ("9999999999999", "太大"),
        ("9" * 5000, "太大"),
        ("nan", "不是金额"),
    ],
)
def test_what_is_no_amount_is_refused_with_a_sentence(text, why):
    with pytest.raises(BadAmount, match=why):
        parse(text)


def test_the_unit_of_a_column_holds_where_the_text_names_none():
    assert parse("2.5", unit="万元") == 2_500_000
    assert parse("2.5元", unit="万元") == 250
    assert parse("-2.5", negative=True) == -250


def test_amounts_are_written_for_people():
    assert yuan(123450) == "1,234.50元"
    assert yuan(-5) == "-0.05元"
    assert yuan(0) == "0.00元"
    assert wan(123_450_000) == "123.45万元"
    assert wan(12_345_005_000) == "12,345.01万元"
    assert wan(-15_000) == "-0.02万元"


@given(st.integers(-MOST, MOST))
def test_what_is_written_reads_back(fen):
    assert parse(yuan(fen), negative=True) == fen


@pytest.mark.parametrize(
    ("fen", "text"),
    [
        (140950, "壹仟肆佰零玖元伍角"),
        (600714, "陆仟零柒元壹角肆分"),
        (168032, "壹仟陆佰捌拾元叁角贰分"),
        (10700053, "壹拾万零柒仟元伍角叁分"),
        (1640902, "壹万陆仟肆佰零玖元零贰分"),
        (32504, "叁佰贰拾伍元零肆分"),
        (0, "零元整"),
        (5, "伍分"),
        (50, "伍角"),
        (1000, "壹拾元整"),
        (-12300, "负壹佰贰拾叁元整"),
        (100_000_000_00, "壹亿元整"),
        (100_000_001_00, "壹亿零壹元整"),
        (100_010_000_00, "壹亿零壹万元整"),
        (1_000_000_000_000, "壹佰亿元整"),
        (20_050_00, "贰万零伍拾元整"),
        (10**12 * 100, "壹万亿元整"),
        (1_2000_0000_0000 * 100, "壹万贰仟亿元整"),
        (1_0000_0000_0001 * 100, "壹万亿零壹元整"),
    ],
)
def test_amounts_in_capitals_follow_the_rules_of_the_central_bank(fen, text):
    assert capitals(fen) == text
