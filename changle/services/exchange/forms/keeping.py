"""What is typed of partners and of gifts."""

from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from changle.core.codes import check_phone, check_uscc
from changle.core.money import BadAmount, parse
from changle.ground.accounts.forms import Dressed
from changle.ground.registry.models import Organisation
from changle.ground.territory.forms import PlaceField, offer
from changle.services.exchange.actions.donating import DonationDraft, ItemDraft
from changle.services.exchange.actions.partnering import PartnerDraft
from changle.services.exchange.forms.sharing import SaneDay
from changle.services.exchange.models import DonationItem, Partner


ROWS = 6  # sorts of things on one receipt
MOST = 10_000_000
NAMES = "names"  # the id of the list of names on the page


def phone(text: str) -> str:
    try:
        return str(check_phone(text)) if text else ""
    except ValidationError as error:
        raise ValidationError(error.messages) from None


class PartnerForm(Dressed, forms.Form):
    node = PlaceField(label="所在街道或社区", queryset=None, empty_label="请选择")
    name = forms.CharField(label="名称", max_length=120)
    nature = forms.ChoiceField(label="性质", choices=[("", "请选择"), *Partner.Nature.choices])
    uscc = forms.CharField(label="统一社会信用代码", max_length=40, required=False)
    superior = forms.CharField(label="上级主管单位", max_length=120, required=False)
    address = forms.CharField(label="地址", max_length=200, required=False)
    legal_representative = forms.CharField(
        label="法定代表人（负责人）", max_length=60, required=False
    )
    contact_name = forms.CharField(label="联系人", max_length=60, required=False)
    contact_phone = forms.CharField(
        label="联系电话", max_length=40, required=False, help_text="不公开。"
    )
    staff_count = forms.IntegerField(label="职工人数", min_value=0, max_value=MOST, required=False)
    area = forms.IntegerField(
        label="占地面积（平方米）", min_value=0, max_value=MOST, required=False
    )
    settled_on = SaneDay(label="进驻日期", required=False)
    about = forms.CharField(
        label="能提供什么", max_length=500, required=False, widget=forms.Textarea({"rows": 2})
    )
    agreement_number = forms.CharField(label="共建协议编号", max_length=60, required=False)
    starts_on = SaneDay(label="共建起始日期")
    ends_on = SaneDay(
        label="共建到期日期", required=False, help_text="自这一天起不再有效；长期的不填。"
    )

    def __init__(self, *args: Any, places: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self.fields["node"], places)

    def clean_contact_phone(self) -> str:
        return phone(self.cleaned_data["contact_phone"])

    def clean_uscc(self) -> str:
        text = self.cleaned_data["uscc"]
        try:
            return str(check_uscc(text)) if text else ""
        except ValidationError as error:
            raise ValidationError(error.messages) from None

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        start, end = values.get("starts_on"), values.get("ends_on")
        if start and end and end <= start:
            self.add_error("ends_on", "到期日期应晚于起始日期。")
        return values

    def draft(self) -> PartnerDraft:
        return PartnerDraft(**self.cleaned_data)


class DonationForm(Dressed, forms.Form):
    """A receipt with up to some sorts of things; empty rows are no rows."""

    node = PlaceField(label="接收单位", queryset=None, empty_label=None)
    donor_kind = forms.ChoiceField(
        label="捐赠人",
        choices=[("partner", "共建单位"), ("organisation", "社会组织"), ("person", "个人")],
    )
    donor = forms.CharField(
        label="名称或姓名", max_length=120,
        widget=forms.TextInput({"list": NAMES, "autocomplete": "off"}),
        help_text="共建单位和社会组织请填登记的全称。",
    )  # fmt: skip
    donor_phone = forms.CharField(label="捐赠人电话", max_length=40, required=False)
    is_anonymous = forms.BooleanField(label="公示时隐去名称", required=False)
    received_on = SaneDay(label="接收日期")
    earmark = forms.CharField(
        label="捐赠意愿（指定用途）", max_length=200, required=False,
        help_text="例如：用于方新社区独居老人。",
    )  # fmt: skip
    emergency = forms.ChoiceField(label="应急响应", required=False)
    note = forms.CharField(label="备注", max_length=300, required=False)

    def __init__(
        self, *args: Any, places: Any, partners: Iterable[Partner],
        named: Any, emergencies: Iterable[Any], **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        offer(self.fields["node"], places)
        self.partners = {one.name: one for one in partners}
        self.named = named  # text -> the bodies that bear it
        self.emergencies = {str(one.pk): one for one in emergencies}
        choice: Any = self.fields["emergency"]
        choice.choices = [
            ("", "不是应急捐赠"),
            *((k, one.name) for k, one in self.emergencies.items()),
        ]
        self.rows = [self.enter_row(number) for number in range(ROWS)]

    def enter_row(self, number: int) -> dict[str, str]:
        """The fields of one sort of thing, and their names by what they say."""
        fields: dict[str, forms.Field] = {
            "name": forms.CharField(label="物品", max_length=60, required=False),
            "quantity": forms.IntegerField(
                label="数量", min_value=1, max_value=MOST, required=False
            ),
            "unit": forms.CharField(label="单位", max_length=10, required=False),
            "value": forms.CharField(label="总价值（元）", max_length=30, required=False),
            "basis": forms.ChoiceField(
                label="计价依据", choices=[("", "——"), *DonationItem.Basis.choices], required=False
            ),
        }
        names = {}
        for word, field in fields.items():
            name = f"item_{number}_{word}"
            kind = "form-select" if word == "basis" else "form-control"
            field.widget.attrs |= {"class": kind, "aria-label": f"第 {number + 1} 行{field.label}"}
            self.fields[name] = field
            names[word] = name
        return names

    def bound_rows(self) -> Iterator[dict[str, Any]]:
        """For the template: the fields of each row."""
        for names in self.rows:
            yield {word: self[name] for word, name in names.items()}

    def plain_fields(self) -> list[Any]:
        return [self[name] for name in self.fields if not name.startswith("item_")]

    def clean_donor_phone(self) -> str:
        return phone(self.cleaned_data["donor_phone"])

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        kind, name = values.get("donor_kind"), values.get("donor", "").strip()
        if kind == "partner" and name and name not in self.partners:
            self.add_error("donor", "共建单位名册里没有这个名称，请先登记，或从提示里选。")
        elif kind == "organisation" and name:
            found: list[Organisation] = self.named(name)
            if len(found) != 1:
                self.add_error("donor", "名录里没有（或不止一个）这个名称的组织，请填全称或代码。")
            else:
                values["body"] = found[0]
        self.items = [item for item in map(self.item, self.rows) if item is not None]
        if not self.items and not self.errors:
            self.add_error(self.rows[0]["name"], "请至少填写一种物品。")
        return values

    def item(self, names: dict[str, str]) -> ItemDraft | None:
        told = {word: self.cleaned_data.get(name) for word, name in names.items()}
        if not any(told.values()):
            return None
        lacking = [word for word, value in told.items() if not value]
        for word in lacking:
            if names[word] not in self.errors:
                self.add_error(names[word], "请填写。")
        if lacking:
            return None
        try:
            fen = parse(str(told["value"]))
        except BadAmount as error:
            self.add_error(names["value"], str(error))
            return None
        return ItemDraft(
            name=str(told["name"]), quantity=int(told["quantity"] or 0), unit=str(told["unit"]),
            value_fen=fen, basis=str(told["basis"]),
        )  # fmt: skip

    def draft(self) -> DonationDraft:
        told = self.cleaned_data
        kind, name = told["donor_kind"], told["donor"].strip()
        return DonationDraft(
            node=told["node"], received_on=told["received_on"], items=tuple(self.items),
            partner=self.partners[name] if kind == "partner" else None, organisation=told.get("body"),
            donor_name=name[:60] if kind == "person" else "", donor_phone=told["donor_phone"],
            is_anonymous=told["is_anonymous"], earmark=told["earmark"], note=told["note"],
            emergency=self.emergencies.get(told["emergency"]),
        )  # fmt: skip


class HandOutForm(Dressed, forms.Form):
    quantity = forms.IntegerField(label="数量", min_value=1, max_value=MOST)
    given_on = SaneDay(label="发放日期")
    recipient = forms.CharField(
        label="发放对象",
        max_length=100,
        help_text="写明群体或单位，例如“方新社区独居老人 30 户”；不写居民姓名。",
    )
    purpose = forms.CharField(label="用途", max_length=200, required=False)


class VoidForm(Dressed, forms.Form):
    reason = forms.CharField(label="作废原因", max_length=200)


class EmergencyForm(Dressed, forms.Form):
    node = PlaceField(label="范围", queryset=None, empty_label=None)
    name = forms.CharField(label="名称", max_length=60, help_text="例如：2026 年防汛应急响应")
    about = forms.CharField(label="说明", max_length=300, required=False)
    starts_on = SaneDay(label="启动日期")

    def __init__(self, *args: Any, places: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self.fields["node"], places)
