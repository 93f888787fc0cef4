"""What is typed of a body when it enters and when it changes, in the order in which people know it."""

import unicodedata
from collections.abc import Callable, Iterable, Iterator
from typing import Any, ClassVar, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import QueryDict  # noqa: TID251  what a form was given

from changle.core.codes import BadCode, check_phone, check_uscc, normalise_uscc
from changle.core.money import parse, yuan
from changle.ground.accounts.forms import Dressed
from changle.ground.registry.models import ClassItem, ClassList, Organisation
from changle.ground.territory.forms import Day, PlaceField, offer


Sections = tuple[tuple[str, tuple[str, ...]], ...]
OFFICIAL = {
    "ST": ClassList.ASSOCIATION,
    "MF": ClassList.NONENTERPRISE,
    "JJH": ClassList.FOUNDATION,
}
MOST_INT = 2_147_483_647  # of a column of four bytes
MOST_SMALL = 32_767
REGISTRATION = ("登记或备案", ("uscc", "filing_number", "liability", "registrar_name", "registrar_code",
                          "competent_unit", "registered_on", "founded_on", "fund"))  # fmt: skip
PEOPLE = ("人员与联系", ("legal_representative", "contact_name", "contact_phone", "contact_email",
                    "address", "website"))  # fmt: skip
CLASSES = ("分类", ("field", "official_class", "category"))
ABOUT = ("业务与规模", ("purpose", "business_scope", "member_count", "premises_count", "premises_area",
                   "confirmed_on"))  # fmt: skip


def told(rule: Callable[[Any], Any], value: Any) -> Any:
    """The value as a rule of the core keeps it; its sentence becomes the field's."""
    try:
        return rule(value)
    except ValidationError as error:
        raise ValidationError(error.messages) from None


def line(label: str, most: int, **kwargs: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, required=False, **kwargs)


def number(label: str, most: int) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=most, required=False)


class ClassField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not subscriptable
    """An entry of a class list, or none."""

    def __init__(self, label: str) -> None:
        super().__init__(None, label=label, required=False, empty_label="不填")


def by_list(rows: "QuerySet[ClassItem]") -> list[Any]:
    """The choices; under the name of their list where there are several, for names recur."""
    lists: dict[str, list[tuple[int, str]]] = {}
    for row in rows:
        lists.setdefault(row.get_list_display(), []).append((row.pk, row.name))
    told: list[Any] = list(lists.items())
    return [("", "不填"), *(told if len(told) > 1 else lists[told[0][0]] if told else ())]


class Body(Dressed, forms.Form):
    """The fields that entering and changing have in common."""

    sections: ClassVar[Sections]

    short_name = line("简称", 40)
    uscc = line(
        "统一社会信用代码", 40, help_text="18 位，见登记证书；备案组织和拟成立团队没有，请留空。"
    )
    code_override_reason = line(
        "代码校验不符的依据", 200, help_text="仅当证书上的代码确实校验不符时填写。"
    )
    filing_number = line("备案编号", 40)
    liability = forms.ChoiceField(
        label="民非形式", choices=[("", "不填"), *Organisation.Liability.choices], required=False
    )
    registrar_name = line("登记（备案）机关", 60)
    registrar_code = line(
        "登记机关区划代码", 6, help_text="6 位数字；有信用代码的可以不填，取代码第 3 至 8 位。"
    )
    competent_unit = line("业务主管单位", 80)
    registered_on = Day(label="登记（备案）日期", required=False)
    founded_on = Day(label="成立日期", required=False)
    fund = line("注册（开办）资金", 40, help_text="以元计，也可写“3万元”。")
    legal_representative = line("法定代表人（负责人）", 60)
    contact_name = line("联系人", 60)
    contact_phone = line("联系电话", 40, help_text="手机号、带区号的固定电话或热线；不公开。")
    contact_email = forms.EmailField(
        label="电子邮箱", max_length=254, required=False,
        error_messages={"invalid": "请填写完整的邮件地址，例如 name@example.org。"},
    )  # fmt: skip
    address = line("住所", 200)
    website = forms.URLField(
        label="网址", max_length=200, required=False, assume_scheme="https",
        error_messages={"invalid": "请填写完整的网址，例如 https://example.org。"},
    )  # fmt: skip
    field = ClassField("服务领域")
    official_class = ClassField("行业分类")
    category = ClassField("备案类别")
    purpose = line("宗旨", 1000, widget=forms.Textarea({"rows": 2}))
    business_scope = line("业务范围", 2000, widget=forms.Textarea({"rows": 4}))
    member_count = number("成员数", MOST_INT)
    premises_count = number("办公场所数", MOST_SMALL)
    premises_area = number("办公场所面积（平方米）", MOST_INT)
    confirmed_on = Day(
        label="最近核对日期", required=False, help_text="最近一次与该组织核对资料的日子。"
    )

    def __init__(self, *args: Any, classes: dict[str, Any], overrides: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, rows in classes.items():
            field: Any = self.fields[name]
            field.queryset = rows
            field.choices = by_list(rows)
        if not overrides:
            del self.fields["code_override_reason"]

    def grouped(self) -> Iterator[tuple[str, list[forms.BoundField]]]:
        for heading, names in self.sections:
            yield heading, [self[name] for name in self.with_reason(names) if name in self.fields]

    def with_reason(self, names: Iterable[str]) -> Iterator[str]:
        for name in names:
            yield name
            if name == "uscc":
                yield "code_override_reason"

    def clean_uscc(self) -> str:
        """Narrow and upper case; whether it can be a code is for the action to judge."""
        return normalise_uscc(self.cleaned_data["uscc"])

    def clean_filing_number(self) -> str:
        return unicodedata.normalize("NFKC", self.cleaned_data["filing_number"]).strip()

    def clean_registrar_code(self) -> str:
        code = unicodedata.normalize("NFKC", self.cleaned_data["registrar_code"])
        if code and not (code.isascii() and code.isdecimal() and len(code) == 6):  # noqa: PLR2004  GB/T 2260
            raise ValidationError("区划代码是 6 位数字。")
        return code

    def clean_contact_phone(self) -> str:
        text = self.cleaned_data["contact_phone"]
        return str(told(check_phone, text)) if text else ""

    def clean_fund(self) -> int | None:
        text = self.cleaned_data["fund"]
        return told(parse, text) if text else None

    def kind_now(self) -> str:
        """The kind against which the rest is judged."""
        raise NotImplementedError

    def check_code(self, code: str, kind: str) -> None:
        """Tell beside the field what is wrong; a code kept with a reason is for the action to judge."""
        if kind not in Organisation.REGISTERED:
            self.add_error("uscc", "备案组织和拟成立团队没有统一社会信用代码。")
        elif not self.cleaned_data.get("code_override_reason") and code != self.initial.get("uscc"):
            try:
                check_uscc(code)
            except BadCode as error:
                meant = f"是否应为 {error.suggestion}？" if error.suggestion else ""
                self.add_error("uscc", f"{error.sentence}{meant}")

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        kind = self.kind_now()
        chosen = values.get("official_class")
        if chosen and kind and chosen.list != OFFICIAL.get(kind):
            self.add_error("official_class", "这一分类不用于所选类型。")
        if values.get("category") and kind in Organisation.REGISTERED:
            self.add_error("category", "备案类别只用于备案组织和拟成立团队。")
        if values.get("uscc") and kind:
            self.check_code(values["uscc"], kind)
        founded, registered = values.get("founded_on"), values.get("registered_on")
        if founded and registered and kind in Organisation.REGISTERED and founded > registered:
            self.add_error("founded_on", "成立日期晚于登记日期，请核对。")
        return values

    def columns(self) -> dict[str, Any]:
        """What was typed, by the columns of the body."""
        skipped = {"fund", "version", "effective_on", "note", "place", "sure"}
        values = {name: value for name, value in self.cleaned_data.items() if name not in skipped}
        return {**values, "fund_fen": self.cleaned_data["fund"]}


class AddForm(Body):
    sections: ClassVar[Sections] = (
        ("这是谁", ("kind", "name", "short_name", "place")),
        REGISTRATION,
        PEOPLE,
        CLASSES,
        ABOUT,
    )

    kind = forms.ChoiceField(label="类型", choices=[("", "请选择"), *Organisation.Kind.choices])
    name = forms.CharField(label="名称", max_length=120, help_text="与登记证书或备案表一致的全称。")
    place = PlaceField(queryset=None, label="所在地", empty_label="请选择街道或社区")
    sure = forms.BooleanField(label="这不是同一个组织，仍要保存", required=False)

    def __init__(self, *args: Any, places: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self.fields["place"], places)

    def kind_now(self) -> str:
        return str(self.cleaned_data.get("kind", ""))


class EditForm(Body):
    """Everything but the name, the kind and the seat, which change by steps of their own."""

    sections: ClassVar[Sections] = (
        ("基本", ("short_name",)),
        REGISTRATION,
        PEOPLE,
        CLASSES,
        ABOUT,
        ("这次修改", ("effective_on", "note")),
    )

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=MOST_INT)
    effective_on = Day(
        label="生效日期",
        required=False,
        help_text="代码、编号、登记机关或分类有变时，从哪天起算；不填为今天。",
    )
    note = line("依据或说明", 200)

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        initial = {
            **{name: getattr(organisation, name) for name in plain_names(self)},
            "version": organisation.version,
            "fund": "" if organisation.fund_fen is None else yuan(organisation.fund_fen),
        }
        super().__init__(*args, initial=initial, **kwargs)
        self.organisation = organisation

    def kind_now(self) -> str:
        return self.organisation.kind

    def renew(self, version: int) -> None:
        """Let what was typed be saved over a newer version."""
        data = cast("QueryDict", self.data).copy()
        data["version"] = str(version)
        self.data = data


def plain_names(form: Body) -> list[str]:
    """The fields that stand for a column of the same name."""
    columns = {field.name for field in Organisation._meta.get_fields()}
    return [name for name in form.base_fields if name in columns - {"version"}]
