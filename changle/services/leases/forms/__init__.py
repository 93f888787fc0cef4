"""What is typed of stays and of the plan of a house."""

from typing import Any

from django import forms

from changle.ground.accounts.forms import Boxes, Dressed
from changle.ground.territory.forms import Day
from changle.services.commons.models import Centre, Space, Zone
from changle.services.leases.actions import Term
from changle.services.leases.models import Desk, Lease


def offer(form: forms.BaseForm, name: str, rows: Any, *, empty: str = "", told: Any = str) -> None:
    """The rows that may be chosen, read here and not while the page is drawn."""
    field: Any = form.fields[name]
    field.queryset = rows
    field.choices = [*([("", empty)] if empty else []), *((one.pk, told(one)) for one in rows)]


def desk_told(desk: Desk) -> str:
    return f"{desk.number}（{desk.floor.name}，{desk.get_kind_display()}）"


class TermForm(Dressed, forms.Form):
    starts_on = Day(label="入驻日期")
    ends_on = Day(label="到期日期", help_text="自这一天起不再使用。")
    purpose = forms.CharField(label="用途", max_length=300, widget=forms.Textarea({"rows": 2}))
    is_virtual = forms.BooleanField(label="只用地址，不占工位", required=False)

    def term(self) -> Term:
        names = ("starts_on", "ends_on", "purpose", "is_virtual")
        told: dict[str, Any] = {name: self.cleaned_data[name] for name in names}
        return Term(fee_fen=self.cleaned_data.get("fee_yuan", 0) * 100, **told)


class AskForm(TermForm):
    field_order = ("centre", "starts_on", "ends_on", "desks_wanted")

    centre = forms.ModelChoiceField(
        label="中心", queryset=Centre.objects.none(), empty_label="请选择"
    )
    desks_wanted = forms.IntegerField(label="需要工位（个）", min_value=0, max_value=100, initial=1)

    def __init__(self, *args: Any, centres: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "centre", centres, empty="请选择")


class AllotForm(TermForm):
    fee_yuan = forms.IntegerField(label="费用（元，整期）", min_value=0, max_value=10**9, initial=0)
    desks = forms.ModelMultipleChoiceField(
        label="工位", queryset=Desk.objects.none(), required=False,
        widget=Boxes, help_text="只列出这段时间空闲的。",
    )  # fmt: skip
    displaces = forms.BooleanField(
        label="独立办公室这段时间已有预约的，请对方让出", required=False,
        help_text="不勾选时，有预约就不能安排。",
    )  # fmt: skip

    def __init__(self, *args: Any, free: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "desks", free, told=desk_told)
        self.fields["desks"].widget.attrs["class"] = "form-check-input"


class NoteForm(Dressed, forms.Form):
    note = forms.CharField(label="理由", max_length=1000, required=False)


class HandOverForm(Dressed, forms.Form):
    keys = forms.IntegerField(label="钥匙（把）", min_value=0, max_value=100, initial=1)
    condition = forms.CharField(
        label="工位和物品的状况", max_length=300, widget=forms.Textarea({"rows": 3}),
        help_text="例如：桌椅各一，完好；柜子一组，钥匙两把。",
    )  # fmt: skip


class HandBackForm(Dressed, forms.Form):
    keys_back = forms.BooleanField(label="钥匙已收齐", required=False)
    desk_sound = forms.BooleanField(label="工位已清空，设施完好", required=False)
    debts_paid = forms.BooleanField(label="费用已结清", required=False)
    settled = forms.CharField(
        label="没有交清的怎么处理", max_length=150, required=False,
        help_text="例如：钥匙丢失，已由组织出资换锁。都交清的不填。",
    )  # fmt: skip
    condition = forms.CharField(label="说明", max_length=120, required=False)


class TerminateForm(Dressed, forms.Form):
    ground = forms.ChoiceField(
        label="原因",
        choices=[("", "请选择"), *(one for one in Lease.Ground.choices if one[0] != "notice")],
    )
    note = forms.CharField(label="事实和依据", max_length=500, widget=forms.Textarea({"rows": 3}))


class RenewForm(Dressed, forms.Form):
    ends_on = Day(label="续驻到", help_text="自这一天起不再使用；从原到期日接续。")


class FloorForm(Dressed, forms.Form):
    name = forms.CharField(label="楼层名称", max_length=40)
    width = forms.IntegerField(label="宽（米）", min_value=1, max_value=500)
    height = forms.IntegerField(label="深（米）", min_value=1, max_value=500)


class DesksForm(Dressed, forms.Form):
    first = forms.CharField(label="第一个编号", max_length=18, help_text="如 A01，后面的依次编号。")
    count = forms.IntegerField(label="个数", min_value=1, max_value=60, initial=4)
    kind = forms.ChoiceField(label="类别", choices=Desk.Kind.choices)
    x = forms.IntegerField(label="距左墙（分米）", min_value=0, max_value=5000, initial=10)
    y = forms.IntegerField(label="距上墙（分米）", min_value=0, max_value=5000, initial=10)
    width = forms.IntegerField(label="每个宽（分米）", min_value=1, max_value=500, initial=14)
    height = forms.IntegerField(label="每个深（分米）", min_value=1, max_value=500, initial=8)
    gap = forms.IntegerField(label="间隔（分米）", min_value=0, max_value=500, initial=2)
    zone = forms.ModelChoiceField(label="功能区", queryset=Zone.objects.none(), required=False)
    space = forms.ModelChoiceField(
        label="房间", queryset=Space.objects.none(), required=False,
        help_text="只有独立办公室须选；入驻期间这个房间不再接受预约。",
    )  # fmt: skip

    def __init__(self, *args: Any, centre: Centre, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "zone", centre.zones.order_by("sort", "pk"), empty="不填")
        rooms = centre.spaces.filter(kind="room", retired_on__isnull=True)
        offer(self, "space", rooms.order_by("sort", "pk"), empty="不是独立办公室")


class RetireForm(Dressed, forms.Form):
    on = Day(label="停用日期")


class RuleForm(Dressed, forms.Form):
    longest_months = forms.IntegerField(label="一期最长（月）", min_value=1, max_value=120)
    most_months = forms.IntegerField(label="连续入驻最长（月）", min_value=1, max_value=240)
    most_desks = forms.IntegerField(label="每家最多工位", min_value=1, max_value=200)
    days_to_sign = forms.IntegerField(label="同意后几天内签约", min_value=1, max_value=180)
