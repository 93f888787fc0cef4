"""What is typed to set up a house: itself, its zones, rooms, hours and rules."""

from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db.models import Q

from changle.ground.accounts.forms import Dressed
from changle.ground.territory.forms import Day, PlaceField, offer
from changle.services.commons.forms.booking import sane
from changle.services.commons.forms.house_hours import Sure
from changle.services.commons.models import (
    Booking,
    Centre,
    Feature,
    Policy,
    SafetyCheck,
    Space,
    Zone,
)
from changle.services.commons.queries.houses import could_be_parts, parts_of


MOST_SMALL, MOST_INT = 32_767, 2_147_483_647  # of columns of two and of four bytes
MOST_MINUTES = 24 * 60
BIG = {"area"}


class OfHouse(Dressed, forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """Bounds every number by its column, and gives days the browser's calendar."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if isinstance(field, forms.IntegerField):
                most = MOST_INT if name in BIG else MOST_SMALL
                field.validators.append(MaxValueValidator(most, f"请填写不大于 {most} 的数。"))
            if isinstance(field.widget, forms.CheckboxSelectMultiple):
                field.widget.attrs["class"] = "form-check-input"

    def facts(self) -> dict[str, Any]:
        """What was typed for the columns of the row."""
        return {name: self.cleaned_data[name] for name in self._meta.fields or ()}


class CentreForm(OfHouse, Sure):
    opened_on = Day(label="启用日期", required=False)
    closed_on = Day(
        label="停用日期", required=False, help_text="从这一天起不再开放；留空为一直开放。"
    )  # fmt: skip

    class Meta:
        model = Centre
        fields = (
            "name", "about", "address", "phone", "area", "accessibility", "rules",
            "holidays_closed", "is_public", "opened_on", "closed_on", "sort",
        )  # fmt: skip
        widgets: ClassVar[dict[str, Any]] = {
            "about": forms.Textarea({"rows": 3}),
            "accessibility": forms.Textarea({"rows": 2}),
            "rules": forms.Textarea({"rows": 5}),
        }
        help_texts: ClassVar[dict[str, str]] = {
            "phone": "公开给居民咨询，请填办公电话。",
            "rules": "印在门牌上、公开在网页上，一行一条。",
            "accessibility": "如：入口坡道、无障碍卫生间、轮椅席位。",
            "sort": "小的排在前面。",
        }

    def clean_opened_on(self) -> date | None:
        return sane(self.cleaned_data["opened_on"])

    def clean_closed_on(self) -> date | None:
        return sane(self.cleaned_data["closed_on"])


class AddCentreForm(CentreForm):
    node = PlaceField(queryset=None, label="所在中心或社区", empty_label=None)
    field_order = ("node",)

    def __init__(self, *args: Any, seats: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self.fields["node"], seats)


class ZoneForm(OfHouse):
    class Meta:
        model = Zone
        fields = ("name", "purpose", "sort")
        help_texts: ClassVar[dict[str, str]] = {"name": "如：红管家、红驿站、红咖汇。"}


class RoomForm(OfHouse):
    field_order = (
        "name", "capacity", "zone", "policy", "features", "parts", "is_accessible", "floor", "area",
        "setup_minutes", "cleanup_minutes", "door_note", "about", "ownership", "in_use_since",
    )  # fmt: skip

    parts = forms.TypedMultipleChoiceField(
        label="由以下场地组成", required=False, coerce=int, widget=forms.CheckboxSelectMultiple,
        help_text="可分隔的大厅请勾选它分出的各间：订了大厅，各间就不能再订，反之亦然。单独的场地不勾。",
    )  # fmt: skip

    class Meta:
        model = Space
        fields = (
            "name", "about", "capacity", "area", "floor", "zone", "policy", "ownership",
            "is_accessible", "in_use_since", "setup_minutes", "cleanup_minutes", "door_note", "sort",
        )  # fmt: skip
        labels: ClassVar[dict[str, str]] = {"zone": "功能区"}
        help_texts: ClassVar[dict[str, str]] = {
            "door_note": "只给预约成功的人看，如钥匙在哪里取；不公开。",
            "setup_minutes": "每次使用前留出，别人订不了。",
            "cleanup_minutes": "每次使用后留出，别人订不了。",
            "sort": "小的排在前面。",
        }

    features = forms.TypedMultipleChoiceField(
        label="设施", required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, centre: Centre, room: Space | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = dict(self.fields)
        offer(fields["zone"], centre.zones.order_by("sort", "pk"))
        fields["zone"].empty_label = "不分区"
        fields["zone"].choices = [("", "不分区"), *list(fields["zone"].choices)[1:]]
        offer(fields["policy"], centre.policies.order_by("pk"))
        rules = list(fields["policy"].choices)[1:]
        fields["policy"].choices = rules if len(rules) == 1 else [("", "请选择"), *rules]
        kept = [one.pk for one in room.features.all()] if room else []
        in_use = Q(retired_on__isnull=True) | Q(pk__in=kept)
        rows = Feature.objects.filter(in_use).order_by("sort", "pk")
        fields["features"].choices = [(one.pk, one.name) for one in rows]
        fields["capacity"].min_value = 1
        fields["parts"].choices = [(one.pk, one.name) for one in could_be_parts(centre, room)]
        if not fields["parts"].choices:
            del self.fields["parts"]

    def clean_capacity(self) -> int:
        people: int = self.cleaned_data["capacity"]
        if people < 1:
            raise ValidationError("至少容纳 1 人。")
        return people

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or {}
        for name in ("setup_minutes", "cleanup_minutes"):
            if (typed.get(name) or 0) > MOST_MINUTES:
                self.add_error(name, f"至多 {MOST_MINUTES} 分钟。")
        return typed


def begun_room(room: Space | None, rooms: Sequence[Space]) -> dict[str, Any]:
    """What a room's form begins with beyond its columns."""
    if room is None:
        return {}
    return {
        "features": [one.pk for one in room.features.all()],
        "parts": [one.pk for one in parts_of(room, rooms)],
    }


class PolicyForm(OfHouse):
    """Every column of the rules, each with the platform's usual value beside it."""

    class Meta:
        model = Policy
        fields = (
            "name", "needs_approval", "residents_may", "hours_ahead", "days_ahead", "shortest",
            "longest", "step", "per_month", "hours_per_month", "cap_percent", "free_cancel_hours",
            "check_in_before", "no_show_after", "no_shows", "no_show_days", "suspended_days",
            "offer_hours",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self._meta.fields or ():
            column: Any = Policy._meta.get_field(name)
            self.fields[name].help_text = usual(column)
        ranks = self.instance.priority if self.instance.pk else Booking.Class.values
        choices = [("", "——"), *Booking.Class.choices]
        for rank in range(len(Booking.Class.choices)):
            self.fields[f"rank_{rank}"] = forms.ChoiceField(
                label=f"优先次序第 {rank + 1} 位", choices=choices, required=False,
                initial=ranks[rank] if rank < len(ranks) else "",
                widget=forms.Select({"class": "form-select"}),
            )  # fmt: skip

    def clean_step(self) -> int:
        step: int = self.cleaned_data["step"]
        if not 5 <= step <= MOST_MINUTES:  # noqa: PLR2004  as the table's constraint says
            raise ValidationError(f"时间刻度应在 5 到 {MOST_MINUTES} 分钟之间。")
        return step

    def clean_shortest(self) -> int:
        shortest: int = self.cleaned_data["shortest"]
        if shortest < 1:
            raise ValidationError("至少 1 分钟。")
        return shortest

    def clean_cap_percent(self) -> int | None:
        percent: int | None = self.cleaned_data["cap_percent"]
        if percent is not None and not 1 <= percent <= 100:  # noqa: PLR2004  per cent
            raise ValidationError("请填写 1 到 100 之间的数，或留空。")
        return percent

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or {}
        seen: set[str] = set()
        for rank in range(len(Booking.Class.choices)):
            told = typed.get(f"rank_{rank}") or ""
            if told and told in seen:
                self.add_error(f"rank_{rank}", "同一类只能排一次。")
            seen.add(told)
        return typed

    def facts(self) -> dict[str, Any]:
        ranks = [self.cleaned_data[f"rank_{rank}"] for rank in range(len(Booking.Class.choices))]
        return {**super().facts(), "priority": [rank for rank in ranks if rank]}


def usual(column: Any) -> str:
    """The platform's usual value, which a house may replace by its own."""
    if column.name == "name":
        return ""
    if column.null:
        return "留空为不限（平台默认）。"
    if isinstance(column.default, bool):
        return f"平台默认：{'是' if column.default else '否'}。"
    return f"平台默认：{column.default}。"


class RetireForm(Dressed, forms.Form):
    on = Day(label="从哪天起停用")

    def clean_on(self) -> date | None:
        return sane(self.cleaned_data["on"])


class PhotoForm(Dressed, forms.Form):
    file = forms.FileField(
        label="照片", max_length=200,
        help_text="JPG、PNG 或 WebP。照片会公开，请拍空场地，不要拍到人脸和证件。",
    )  # fmt: skip


class CheckForm(OfHouse):
    checked_on = Day(label="检查日期")
    next_on = Day(label="下次检查日期")

    class Meta:
        model = SafetyCheck
        fields = ("subject", "checked_on", "next_on", "is_sound", "result", "checked_by")
        help_texts: ClassVar[dict[str, str]] = {
            "subject": "如：消防器材、电气线路、电梯；同一项目请每次写成一样。",
            "next_on": "到期前 30、7、1 天提醒维护人员。",
        }

    def clean_checked_on(self) -> date | None:
        return sane(self.cleaned_data["checked_on"])

    def clean_next_on(self) -> date | None:
        return sane(self.cleaned_data["next_on"])
