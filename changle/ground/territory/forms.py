"""What is typed on the pages of the tree, the grants, the calendar and the log."""

from collections.abc import Iterable
from typing import Any

from django import forms

from changle.core.calendar import DayRow
from changle.ground.accounts.forms import Dressed, mobile_or_nothing
from changle.ground.territory.actions import Terms
from changle.ground.territory.models import Node, NodeCode


class Day(forms.DateField):
    """A day, picked from the browser's calendar."""

    def __init__(self, **kwargs: Any) -> None:
        picker = forms.DateInput({"type": "date"}, format="%Y-%m-%d")
        super().__init__(widget=picker, **kwargs)


class PlaceField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not subscriptable
    """A place, shown at its depth in the tree."""

    def label_from_instance(self, obj: Any) -> str:
        depth = max(0, (obj.path or "").count(".") - 1)
        return "　" * depth + f"{obj.name}"


def offer(field: Any, rows: Any) -> None:
    """Let a field choose among rows, fetched now: a page calls no query while it is printed."""
    field.queryset = rows
    field.choices = list(field.choices)


class NodeForm(Dressed, forms.Form):
    kind = forms.ChoiceField(label="类别")
    name = forms.CharField(label="名称", max_length=120)
    short_name = forms.CharField(label="简称", max_length=40, required=False)
    residence = forms.ChoiceField(
        label="城乡", choices=[("", "——"), *Node.Residence.choices], required=False
    )
    starts_on = Day(label="设立日期", required=False)

    def __init__(self, *args: Any, kinds: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(k, Node.Kind(k).label) for k in kinds]  # type: ignore[attr-defined]  # a ChoiceField


class RenameForm(Dressed, forms.Form):
    name = forms.CharField(label="名称", max_length=120)
    short_name = forms.CharField(label="简称", max_length=40, required=False)
    reason = forms.CharField(label="依据", max_length=200, required=False)


class TileForm(Dressed, forms.Form):
    row = forms.IntegerField(label="第几行", min_value=1, max_value=12, required=False)
    column = forms.IntegerField(label="第几列", min_value=1, max_value=12, required=False)


class MoveForm(Dressed, forms.Form):
    parent = PlaceField(queryset=None, label="新的上级", empty_label="请选择")
    reason = forms.CharField(label="依据", max_length=200, required=False)

    def __init__(self, *args: Any, homes: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self.fields["parent"], homes)


class AbolishForm(Dressed, forms.Form):
    on = Day(label="撤销日期")
    successor = PlaceField(
        queryset=None, label="承接单位", required=False, empty_label="无",
        help_text="其下的单位和组织转到承接单位；本单位的代码和授权自撤销日起结束。",
    )  # fmt: skip
    reason = forms.CharField(label="依据", max_length=200)

    def __init__(self, *args: Any, heirs: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self.fields["successor"], heirs)


class CodeForm(Dressed, forms.Form):
    system = forms.ChoiceField(
        label="代码体系", choices=[("", "请选择"), *NodeCode.System.choices],
        help_text="同一个号码在两个体系里可以是不同的地方，必须说明体系。",
    )  # fmt: skip
    code = forms.CharField(label="代码", max_length=12)
    starts_on = Day(label="启用日期")
    ends_on = Day(label="停用日期（当日失效）", required=False)
    note = forms.CharField(label="说明", max_length=120, required=False)


class EndForm(Dressed, forms.Form):
    on = Day(label="自哪天起失效")
    reason = forms.CharField(label="依据", max_length=200, required=False)


class CodeEndForm(Dressed, forms.Form):
    on = Day(label="自哪天起停用")


class GrantForm(Dressed, forms.Form):
    """The place comes first, for it decides which roles there are to give."""

    node = PlaceField(queryset=None, label="范围", empty_label="请选择")
    role = forms.ChoiceField(label="角色")
    post = forms.CharField(label="岗位", max_length=60, required=False)
    starts_on = Day(label="起")
    ends_on = Day(label="止（当日失效，可不填）", required=False)
    reason = forms.CharField(label="依据", max_length=200, required=False)

    def __init__(self, *args: Any, places: Any, roles: Iterable[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self.fields["node"], places)
        choices = [("", "请选择"), *((role.code, f"{role.name}：{role.about}") for role in roles)]
        self.fields["role"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField

    def terms(self) -> Terms:
        facts = ("role", "starts_on", "ends_on", "post", "reason")
        return Terms(**{name: self.cleaned_data[name] for name in facts})


class PersonForm(GrantForm):
    username = forms.CharField(
        label="用户名", max_length=60, help_text="登录用，建议用拼音；不分大小写。"
    )
    name = forms.CharField(label="姓名", max_length=60)
    phone = forms.CharField(label="手机号", max_length=20, required=False)
    password = forms.CharField(
        label="初始密码", max_length=100,
        help_text="至少 10 个字符。请当面告知，本人首次登录时须更换。",
        widget=forms.TextInput({"autocomplete": "off"}),
    )  # fmt: skip
    field_order = ["name", "username", "phone", "password", "node", "role", "post"]

    def clean_phone(self) -> str:
        return mobile_or_nothing(self.cleaned_data["phone"])


class HandOverForm(Dressed, forms.Form):
    successor: Any = forms.ModelChoiceField(queryset=None, label="接任人", empty_label="请选择")
    on = Day(label="自哪天起", help_text="当日起，原任失效、接任生效；选今天，原任立即退出登录。")
    reason = forms.CharField(label="依据", max_length=200, required=False)

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self.fields["successor"], people)


class PasswordForm(Dressed, forms.Form):
    password = forms.CharField(
        label="新的初始密码", max_length=100, widget=forms.TextInput({"autocomplete": "off"}),
        help_text="至少 10 个字符。本人下次登录时须更换，现有登录全部结束。",
    )  # fmt: skip


class ReasonForm(Dressed, forms.Form):
    reason = forms.CharField(label="原因", max_length=200)


class SureForm(Dressed, forms.Form):
    """A deed that asks for nothing but confirmation."""

    sure = forms.BooleanField(label="我已核实，确认办理")


class PeopleFilter(Dressed, forms.Form):
    q = forms.CharField(label="姓名或用户名", required=False, max_length=60)
    role = forms.CharField(required=False, max_length=10)
    place = forms.IntegerField(required=False)
    state = forms.CharField(required=False, max_length=10)


class DayForm(Dressed, forms.Form):
    on = Day(label="日期")
    is_working = forms.TypedChoiceField(
        label="安排", choices=[("0", "放假"), ("1", "调休上班")], coerce=lambda text: text == "1"
    )
    name = forms.CharField(label="节假日名称", max_length=40)
    notice = forms.CharField(
        label="通知文号", max_length=60, required=False, help_text="如：国办发明电〔2025〕7号"
    )
    provisional = forms.BooleanField(label="暂定（通知尚未公布）", required=False)

    def row(self) -> DayRow:
        return DayRow(**self.cleaned_data)


class CalendarImportForm(Dressed, forms.Form):
    file = forms.FileField(label="日历文件（.ics）", max_length=200)
    notice = forms.CharField(label="通知文号", max_length=60, required=False)


class DeadlineForm(Dressed, forms.Form):
    start = Day(label="从哪天起")
    days = forms.IntegerField(label="多少个工作日", min_value=1, max_value=400)


class LogFilter(Dressed, forms.Form):
    person = forms.CharField(label="操作人", required=False, max_length=60)
    verb = forms.ChoiceField(label="动作", required=False)
    label = forms.ChoiceField(label="对象类型", required=False)
    thing = forms.CharField(label="对象或说明", required=False, max_length=100)
    first_on = Day(label="从", required=False)
    last_on = Day(label="到（含）", required=False)

    def __init__(
        self, *args: Any, verbs: dict[str, str], labels: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        told = sorted(verbs.items(), key=lambda pair: pair[1])
        self.fields["verb"].choices = [("", "全部"), *told]  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["label"].choices = [("", "全部"), *labels]  # type: ignore[attr-defined]  # a ChoiceField

    def asked(self) -> dict[str, Any]:
        """The filters that can be understood; a wrong date filters nothing and says so."""
        empty: dict[str, Any] = {"first_on": None, "last_on": None}
        known = {name: self.cleaned_data.get(name) for name in self.fields}
        return {name: value or empty.get(name, "") for name, value in known.items()}
