from contextlib import suppress
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric, uscc

from changle.core import codes
from changle.core.codes.uscc import ALPHABET


TODAY = date(2026, 3, 1)
REAL = [
    "53100000MJ0065049E",
    "53100000500019795A",
    "53100000500021676K",
    "53100000500021326D",
    "51100000500009247D",
    "51100000500012681T",
    "5144030050267905XD",
    "51210100508206173F",
    "51310110501144395U",
    "51110000MJ0101505U",
    "52110000MJ0163191U",
    "52110000MJ0166456X",
    "51440300MJL1712376",
    "52440300MJL186084F",
    "51610112MJT000010B",
    "52610112MJT0000295",
    "52610112MJT0001339",
    "53610000MJT000037B",
]
INVENTED = [
    "53440300MJL0167883",
    "53100000500012015T",
    "53100000500020462H",
    "531000005000074012",
    "52110101MJ0018899X",
    "51440300MJL18627XQ",
    "51100000500000024G",
    "53100000MJ0000000X",
    "52110000MJ1234567A",
]


@pytest.mark.parametrize("code", REAL)
def test_published_codes_pass_both_checks(code):
    found = codes.check_uscc(code)
    assert found.text == code
    assert found.organisation_code_holds
    assert codes.check_organisation_code(found.organisation_code) == code[8:17]


@pytest.mark.parametrize("code", INVENTED)
def test_invented_codes_are_refused_for_their_check_digit(code):
    with pytest.raises(codes.BadCode, match="校验码不符"):
        codes.check_uscc(code)


def test_a_code_says_who_registered_what_where():
    found = codes.check_uscc(" ５１３１０１１０５０１１４４３９５ｕ\u200b ")
    assert (found.department, found.body_type, found.region) == ("5", "1", "310110")
    assert found.organisation_code == "501144395"
    assert (found.kind, found.body_name, str(found)) == ("ST", "社会团体", "51310110501144395U")


@pytest.mark.parametrize(
    ("prefix", "kind", "name"),
    [
        ("51", "ST", "社会团体"),
        ("52", "MF", "民办非企业单位"),
        ("53", "JJH", "基金会"),
        ("54", None, "村民委员会"),
        ("55", None, "居民委员会"),
        ("11", None, "机关"),
        ("12", None, "事业单位"),
        ("91", None, "企业"),
        ("N2", None, "农村集体经济组织"),
        ("Q9", None, "未知机构"),
        ("", None, "未知机构"),
    ],
)
def test_the_kind_comes_from_the_code(prefix, kind, name):
    assert codes.kind_of_uscc(prefix) == kind
    assert codes.body_name(prefix) == name


def test_a_letter_o_is_suggested_as_zero_and_never_put_in():
    with pytest.raises(codes.BadCode, match="是否为 51100000500009247D？") as caught:
        codes.check_uscc("5110O000500009247D")
    assert caught.value.suggestion == "51100000500009247D"
    with pytest.raises(codes.BadCode, match="是否为 51310110501144395U？"):
        codes.check_uscc("5I310110501144395U")
    with pytest.raises(codes.BadCode, match="不应有“O”") as caught:
        codes.check_uscc("5110O000500009247E")
    assert caught.value.suggestion == ""


@pytest.mark.parametrize("text", ["9.111E+17", "9.111e+17", "５.1E+17", "9E+17", "5.1610112E17"])
def test_a_scientific_number_has_lost_its_digits(text):
    with pytest.raises(codes.BadCode, match="数字已丢失，无法还原"):
        codes.check_uscc(text)
    assert codes.looks_scientific(text)


def test_an_e_inside_a_code_is_not_a_number():
    assert not codes.looks_scientific("531000005000197E17")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "请填写"),
        ("5161", "现在是 4 位"),
        ("51610112MJT000010BB", "现在是 19 位"),
        ("51610112MJT000010Z", "不应有“Z”"),
        ("5161011AMJT000010B", "只能是数字"),
        ("516101120000123000", "表格软件截断"),
        ("无", "现在是 1 位"),
    ],
)
def test_a_wrong_shape_is_told(text, why):
    with pytest.raises(ValidationError, match=why) as caught:
        codes.check_uscc(text)
    assert why in str(caught.value)
    assert why in caught.value.messages[0]


@given(
    st.text("0123456789", min_size=2, max_size=2),
    st.text("0123456789", min_size=6, max_size=6),
    st.text(ALPHABET, min_size=9, max_size=9),
    st.sampled_from(ALPHABET),
)
def test_credit_codes_agree_with_stdnum(head, region, organisation, last):
    # stdnum does not know the departments A, N and Y, so that the head is of digits here.
    for code in (
        head + region + organisation + last,
        (first := head + region + organisation) + codes.uscc_check(first),
    ):
        try:
            ours = codes.check_uscc(code).text
        except codes.BadCode:
            ours = None
        assert (ours is not None) == uscc.is_valid(code)


@given(st.text())
def test_any_text_is_a_code_or_refused(text):
    for check in (
        codes.check_uscc,
        codes.check_phone,
        codes.check_region,
        codes.check_postcode,
        codes.check_organisation_code,
        lambda value: codes.check_resident_id(value, today=TODAY),
    ):
        with suppress(codes.BadCode):
            check(text)


@pytest.mark.parametrize(
    ("number", "born_on", "sex"),
    [
        ("11010519491231002X", date(1949, 12, 31), "女"),
        ("11010519491231002x", date(1949, 12, 31), "女"),
        ("440524188001010014", None, None),  # past 130 years by now
        ("610112199001010012", date(1990, 1, 1), "男"),
        ("610112199001011234", date(1990, 1, 1), "男"),
    ],
)
def test_resident_numbers(number, born_on, sex):
    if born_on is None:
        found = codes.check_resident_id(number, today=date(2010, 12, 31))
        assert found.age_on(date(2010, 12, 31)) == 130
        with pytest.raises(codes.BadCode, match="超过 130 岁"):
            codes.check_resident_id(number, today=TODAY)
        return
    found = codes.check_resident_id(number, today=TODAY)
    assert (found.born_on, found.sex, found.region) == (born_on, sex, number[:6])


@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("610112195502290018", "出生日期不存在"),
        ("110105491231002", "15 位旧身份证号"),
        ("610112199001010013", "校验码不符"),
        ("61011219900101001", "应为 18 位"),
        ("990112199001010012", "地区代码不存在"),
        ("", "应为 18 位"),
    ],
)
def test_wrong_resident_numbers_are_refused_without_repeating_them(number, why):
    with pytest.raises(codes.BadCode, match=why) as caught:
        codes.check_resident_id(number, today=TODAY)
    assert not number or number not in str(caught.value)


def test_a_birth_today_passes_and_one_tomorrow_does_not():
    number = "610112199001010012"
    assert codes.check_resident_id(number, today=date(1990, 1, 1)).age_on(TODAY) == 36
    with pytest.raises(codes.BadCode, match="在今天之后"):
        codes.check_resident_id(number, today=date(1989, 12, 31))


@given(
    st.dates(date(1900, 1, 1), TODAY - timedelta(days=1)),
    st.integers(0, 999),
    st.sampled_from("0123456789X"),
)
def test_resident_numbers_agree_with_stdnum(born_on, serial, last):
    number = f"110105{born_on:%Y%m%d}{serial:03d}{last}"
    try:
        codes.check_resident_id(number, today=TODAY)
        ours = True
    except codes.BadCode:
        ours = False
    assert ours == ric.is_valid(number)


@pytest.mark.parametrize(
    ("typed", "kept", "kind", "e164"),
    [
        ("138 1234 5678", "13812345678", "mobile", "+8613812345678"),
        ("+86-138-1234-5678", "13812345678", "mobile", "+8613812345678"),
        ("8613812345678", "13812345678", "mobile", "+8613812345678"),
        ("１３８１２３４５６７８", "13812345678", "mobile", "+8613812345678"),
        ("02986234567", "029-86234567", "landline", "+862986234567"),
        ("（029）86234567", "029-86234567", "landline", "+862986234567"),
        ("029—86234567转801", "029-86234567-801", "landline", "+862986234567"),
        ("0914-2345678", "0914-2345678", "landline", "+869142345678"),
        ("09142345678", "0914-2345678", "landline", "+869142345678"),
        ("12345", "12345", "hotline", ""),
        ("400-820-8820", "400-820-8820", "hotline", ""),
        ("95598", "95598", "hotline", ""),
        ("110", "110", "hotline", ""),
    ],
)
def test_phones_are_kept_in_one_form(typed, kept, kind, e164):
    phone = codes.check_phone(typed)
    assert (phone.text, phone.kind, phone.e164, str(phone)) == (kept, kind, e164, kept)


@pytest.mark.parametrize(
    "typed", ["", "12812345678", "138123456789", "无", "029-123", "1381234567"]
)
def test_what_is_no_phone_is_refused(typed):
    with pytest.raises(codes.BadCode, match="电话号码应为"):
        codes.check_phone(typed)


def test_a_local_number_asks_for_the_area():
    with pytest.raises(codes.BadCode, match="029-86234567"):
        codes.check_phone("86234567")


def test_postcodes():
    assert codes.check_postcode(" ７１００１６ ") == "710016"
    for wrong in ("71001", "7100161", "71OO16", "٧١٠٠١٦"):
        with pytest.raises(codes.BadCode, match="6 位数字"):
            codes.check_postcode(wrong)


@pytest.mark.parametrize(
    ("code", "level", "street"),
    [
        ("610000", "province", ""),
        ("610100", "city", ""),
        ("610112", "county", ""),
        ("610112001", "street", "610112001"),
        ("610112001000", "street", "610112001"),
        ("610112001001", "community", "610112001"),
        ("610112000000", "county", ""),
    ],
)
def test_region_codes_tell_their_level(code, level, street):
    found = codes.check_region(code)
    assert (found.level, found.street, found.county, str(found)) == (level, street, code[:6], code)


@pytest.mark.parametrize("code", ["6101", "6101120", "990112", "610112000001", "61011A", ""])
def test_wrong_region_codes_are_refused(code):
    with pytest.raises(codes.BadCode):
        codes.check_region(code)
