"""Whatever is typed into the form of a body: a sentence beside the field, and nothing lost."""

import re
from html import unescape

import pytest

from changle.ground.registry.models import Organisation
from changle.ground.registry.queries import seed_classes
from tests.factories.accounts import make_user
from tests.factories.registry import make_organisation, make_uscc
from tests.factories.territory import make_district, make_grant


pytestmark = pytest.mark.django_db
ADD = "/desk/organisations/add/"
LONG = "长" * 10_000
RARE = "𠅤丁社区服务队"
HTML = "<script>alert('甲')</script>"
FORMULA = '=HYPERLINK("http://example.org","甲")'
CHINESE = re.compile(r"[一-龥]")


@pytest.fixture
def tree():
    seed_classes()
    return make_district()


@pytest.fixture
def bureau(client, tree):
    user = make_user()
    make_grant(user, tree.root, "DCA")
    client.force_login(user)
    return client


def typed(tree, **changes):
    facts = {
        "kind": "BA",
        "name": "样例书画社",
        "place": tree.communities[0][0].pk,
        "registered_on": "2021-03-01",
    }
    return {**facts, **changes}


def text(answer):
    return unescape(answer.content.decode())


def error_beside(page, field):
    """The sentence in the block of a field."""
    start = page.index(f'name="{field}"')
    following = page.find('<label class="form-label', start)
    found = re.search(r"invalid-feedback[^>]*>([^<]+)<", page[start:following])
    return found[1] if found else ""


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""), ("name", "　"), ("name", LONG), ("name", "a\x00b"),
        ("kind", ""), ("kind", "XX"), ("place", ""), ("place", "999999999"), ("place", "甲"),
        ("short_name", LONG), ("filing_number", LONG), ("address", LONG), ("purpose", LONG),
        ("business_scope", LONG), ("contact_name", LONG), ("legal_representative", LONG),
        ("contact_phone", "abc"), ("contact_phone", LONG), ("contact_phone", "86234567"), ("contact_phone", HTML),
        ("contact_email", "x@"), ("contact_email", LONG), ("website", "甲乙丙"), ("website", LONG),
        ("website", "javascript:alert(1)"),
        ("registered_on", "2021-02-30"), ("registered_on", "昨天"), ("registered_on", "99999-01-01"),
        ("registered_on", "0000-00-00"), ("founded_on", LONG), ("confirmed_on", "=1+1"),
        ("fund", "三万"), ("fund", "-1"), ("fund", "1e9"), ("fund", "1.234"), ("fund", "9" * 40),
        ("member_count", "-1"), ("member_count", "甲"), ("member_count", "9" * 30), ("member_count", "1.5"),
        ("premises_count", "99999"), ("premises_area", "NaN"),
        ("registrar_code", "61011"), ("registrar_code", "六一〇一一二"), ("uscc", "52610112MJ00000000"),
        ("uscc", LONG), ("field", "999999999"), ("category", "甲"), ("liability", "甲"),
    ],
    ids=lambda value: str(value)[:12],
)  # fmt: skip
def test_what_cannot_be_is_told_beside_its_field_and_kept(bureau, tree, field, value):
    if field == "uscc":
        facts = typed(tree, kind="MF", uscc=value, purpose="不应丢失的宗旨")
    else:
        facts = typed(tree, **{"purpose": "不应丢失的宗旨", field: value})
    answer = bureau.post(ADD, facts)
    assert answer.status_code == 422
    page = text(answer)
    assert CHINESE.search(error_beside(page, field)), field
    assert "处需要修改" in page
    if field != "purpose":
        assert "不应丢失的宗旨" in page
    if "\x00" not in value:
        assert field in {"kind", "place", "field", "category", "liability"} or value.strip() in page
    assert not Organisation.objects.exists()


@pytest.mark.parametrize(
    "value", [RARE, HTML, FORMULA, "@甲", "样例“社”'\"\\", "🙂队", "甲\u202e乙", "%00"]
)
@pytest.mark.parametrize("field", ["name", "purpose", "legal_representative", "address"])
def test_odd_but_possible_text_is_kept_as_it_is_and_shown_as_text(bureau, tree, field, value):
    answer = bureau.post(ADD, typed(tree, **{field: value}))
    assert answer.status_code == 302, text(answer)
    row = Organisation.objects.get()
    assert getattr(row, field) == value
    shown = bureau.get(answer["Location"]).content.decode()
    assert HTML not in shown
    assert value in unescape(shown)


def test_an_empty_form_counts_what_is_missing(bureau):
    answer = bureau.post(ADD, {"name": ""})
    assert answer.status_code == 422
    assert "有 3 处需要修改" in text(answer)


def test_wide_digits_and_small_letters_are_understood(bureau, tree):
    code = make_uscc("MF")
    wide = "".join(chr(ord(c) + 0xFEE0) for c in code.lower())
    facts = typed(
        tree, kind="MF", uscc=f" {wide} ", fund="３万元", contact_phone="１３８ ００００ ００００"
    )
    assert bureau.post(ADD, facts).status_code == 302
    row = Organisation.objects.get()
    assert (row.uscc, row.fund_fen, row.contact_phone) == (code, 3_000_000, "13800000000")


def test_lookalikes_are_shown_before_anything_is_saved(bureau, tree):
    first = make_organisation(tree.streets[0], name="样例（甲）书画社", contact_phone="13800000000")
    facts = typed(tree, name="样例(甲)书画社", contact_phone="13800000000")
    answer = bureau.post(ADD, facts)
    page = text(answer)
    assert answer.status_code == 409
    assert f"/desk/organisations/{first.pk}/" in page
    assert "名称相同，联系电话相同" in page
    assert 'value="样例(甲)书画社"' in page
    assert Organisation.objects.count() == 1
    assert bureau.post(ADD, {**facts, "sure": "on"}).status_code == 302
    assert Organisation.objects.count() == 2


@pytest.mark.parametrize(("kind", "field"), [("MF", "uscc"), ("BA", "filing_number")])
def test_a_code_that_is_taken_leads_to_its_holder(bureau, tree, kind, field):
    holder = make_organisation(tree.streets[0], kind)
    answer = bureau.post(ADD, typed(tree, kind=kind, **{field: getattr(holder, field)}))
    assert answer.status_code == 409
    assert f"/desk/organisations/{holder.pk}/" in text(answer)
    assert holder.name in text(answer)
    assert Organisation.objects.count() == 1
