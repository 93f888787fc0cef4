"""What is typed of things, experts and vehicles."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from changle.core.money import BadAmount, parse, yuan
from changle.ground.territory.forms import offer
from changle.services.commons.forms.houses import MOST_INT, OfHouse
from changle.services.commons.models import Centre, Space, Thing


MOST_QUANTITY = 100_000
MOST_MINUTES = 24 * 60


class ThingForm(OfHouse):
    quantity = forms.IntegerField(
        label="数量", min_value=0, max_value=MOST_QUANTITY,
        error_messages={"max_value": f"请填写不大于 {MOST_QUANTITY} 的数。"},
    )  # fmt: skip
    value = forms.CharField(
        label="单价（元）", max_length=40, required=False,
        help_text="一件的价值，损坏赔偿时参考；不公开。",
        widget=forms.TextInput({"inputmode": "decimal", "autocomplete": "off"}),
    )  # fmt: skip
    field_order = ("name", "quantity", "about", "value")

    class Meta:
        model = Thing
        fields = ("name", "about", "may_leave", "longest_days", "needs_deposit", "sort")
        help_texts: ClassVar[dict[str, str]] = {
            "name": "如：折叠椅、投影仪、帐篷、音响。",
            "may_leave": "勾选后可以借出中心；不勾选只能随场地使用。",
            "longest_days": "只对可外借的有用。",
            "needs_deposit": "如：每件 50 元，归还时退；不收留空。",
            "sort": "小的排在前面。",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["quantity"] = self.instance.pool.quantity
            fen = self.instance.value_fen
            self.initial["value"] = "" if fen is None else yuan(fen)

    def clean_value(self) -> int | None:
        text = self.cleaned_data["value"]
        try:
            fen = parse(text) if text else None
        except BadAmount as error:
            raise ValidationError(error.sentence) from None
        if fen is not None and fen > MOST_INT:
            raise ValidationError("单价过大，请核对。")
        return fen

    def clean_longest_days(self) -> int:
        days: int = self.cleaned_data["longest_days"]
        if days < 1:
            raise ValidationError("至少一天。")
        return days

    def facts(self) -> dict[str, Any]:
        return super().facts() | {"value_fen": self.cleaned_data["value"]}


class SharedForm(OfHouse):
    """An expert or a vehicle."""

    class Meta:
        model = Space
        fields = (
            "name", "about", "capacity", "policy", "setup_minutes", "cleanup_minutes", "door_note",
            "sort",
        )  # fmt: skip

    WORDS: ClassVar[dict[str, dict[str, tuple[str, str]]]] = {
        Space.Kind.PERSON: {
            "name": ("姓名和专长", "如：张老师（心理咨询）。会公开。"),
            "setup_minutes": ("事前准备（分钟）", ""),
            "cleanup_minutes": ("事后间隔（分钟）", "两次预约之间留出的时间。"),
            "door_note": ("到场办法", "只给预约成功的人看，如在哪里见面；不公开。"),
        },
        Space.Kind.VEHICLE: {
            "name": ("车辆", "如：七座商务车。不写车牌。"),
            "capacity": ("座位数", "含驾驶员以外可乘坐的人数。"),
            "setup_minutes": ("出车准备（分钟）", ""),
            "cleanup_minutes": ("归还检查（分钟）", "两次使用之间留出的时间。"),
            "door_note": ("取车办法", "只给预约成功的人看，如钥匙在哪里取；不公开。"),
        },
    }

    def __init__(self, *args: Any, centre: Centre, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = dict(self.fields)
        for name, (label, hint) in self.WORDS[kind].items():
            fields[name].label, fields[name].help_text = label, hint
        fields["sort"].help_text = "小的排在前面。"
        offer(fields["policy"], centre.policies.order_by("pk"))
        rules = list(fields["policy"].choices)[1:]
        fields["policy"].choices = rules if len(rules) == 1 else [("", "请选择"), *rules]
        self.kind = kind
        if kind == Space.Kind.PERSON:
            del self.fields["capacity"]  # how many listen to an expert, the room decides
        if not self.instance.pk:
            self.initial["cleanup_minutes"] = 0

    def facts(self) -> dict[str, Any]:
        told = {name: self.cleaned_data[name] for name in self.fields}
        return told | ({"capacity": 1} if self.kind == Space.Kind.PERSON else {})

    def clean_capacity(self) -> int:
        seats: int = self.cleaned_data["capacity"]
        if seats < 1:
            raise ValidationError("至少一个座位。")
        return seats

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or {}
        for name in ("setup_minutes", "cleanup_minutes"):
            if (typed.get(name) or 0) > MOST_MINUTES:
                self.add_error(name, f"至多 {MOST_MINUTES} 分钟。")
        return typed
