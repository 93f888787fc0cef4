"""What a body's page and its printed extract say of it: labels and words under headings."""

from dataclasses import dataclass
from datetime import date

from changle.core.money import yuan
from changle.core.reach import Actor
from changle.core.sealed import mask_name, mask_phone
from changle.ground.registry.models import Organisation
from changle.ground.territory.roles import Permission


Facts = list[tuple[str, str]]


@dataclass(frozen=True)
class Section:
    heading: str
    facts: Facts


def day(value: date | None) -> str:
    return f"{value.year}年{value.month}月{value.day}日" if value else ""


def sections_of(organisation: Organisation, actor: Actor) -> list[Section]:
    """What is filled in, under headings; contacts masked for who may not see them."""
    clear = actor.reaches(organisation, Permission.CONTACT_VIEW)
    told = [
        ("登记或备案", registration(organisation)),
        ("人员与联系", contacts(organisation, clear=clear)),
        ("分类与业务", business(organisation)),
        ("资料", upkeep(organisation)),
    ]
    filled = [(heading, [fact for fact in facts if fact[1]]) for heading, facts in told]
    return [Section(heading, facts) for heading, facts in filled if facts]


def registration(one: Organisation) -> Facts:
    registered = one.is_registered
    return [
        ("类型", one.get_kind_display()),
        ("民非形式", one.get_liability_display() if one.liability else ""),
        ("统一社会信用代码", one.uscc),
        ("代码校验不符的依据", one.code_override_reason),
        ("备案编号", one.filing_number),
        ("登记机关" if registered else "备案机关", one.registrar_name),
        ("登记机关区划代码", one.registrar_code),
        ("业务主管单位", one.competent_unit),
        ("登记日期" if registered else "备案日期", day(one.registered_on)),
        ("成立日期", day(one.founded_on)),
        ("终止日期", day(one.ended_on)),
        ("注册（开办）资金", "" if one.fund_fen is None else yuan(one.fund_fen)),
    ]


def contacts(one: Organisation, *, clear: bool) -> Facts:
    mail = one.contact_email
    if mail and not clear:
        mail = f"{mail[:1]}***@{mail.partition('@')[2]}"
    return [
        ("法定代表人" if one.is_registered else "负责人", one.legal_representative),
        ("联系人", one.contact_name if clear else mask_name(one.contact_name)),
        ("联系电话", one.contact_phone if clear else mask_phone(one.contact_phone)),
        ("电子邮箱", mail),
        ("住所", one.address),
        ("所在地", " ".join(place.name for place in (one.street, one.community) if place)),
        ("网址", one.website),
    ]


def business(one: Organisation) -> Facts:
    return [
        ("服务领域", one.field.name if one.field else ""),
        ("行业分类", one.official_class.name if one.official_class else ""),
        ("备案类别", one.category.name if one.category else ""),
        ("宗旨", one.purpose),
        ("业务范围", one.business_scope),
        ("成员数", number(one.member_count, "人")),
        ("办公场所", number(one.premises_count, "处")),
        ("办公场所面积", number(one.premises_area, "平方米")),
    ]


def upkeep(one: Organisation) -> Facts:
    return [
        ("简称", one.short_name),
        ("来源", one.source),
        ("最近核对", day(one.confirmed_on)),
        ("样例", "是" if one.is_sample else ""),
    ]


def number(value: int | None, unit: str) -> str:
    return "" if value is None else f"{value:,} {unit}"
