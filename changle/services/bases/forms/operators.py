"""What is typed of operators, their targets, checks and hand-overs."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from changle.ground.accounts.forms import Dressed, mobile_or_nothing
from changle.ground.accounts.models import User
from changle.ground.accounts.queries import user_by_name
from changle.ground.territory.forms import Day
from changle.services.bases.actions.operating import Contract
from changle.services.bases.actions.overseeing import Promise
from changle.services.bases.forms.fields import Body, Money, document, number, words
from changle.services.bases.models import HandOverItem, OperatorContract


Ending = OperatorContract.Ending


class ContractForm(Dressed, forms.Form):
    organisation = Body(label="运营机构")
    number = forms.CharField(label="合同编号", max_length=60)
    signed_on = Day(label="签订日期")
    starts_on = Day(label="起始日期")
    ends_on = Day(label="到期日期", help_text="自这一天起不再有效，运营人员的权限同日结束。")
    amount_fen = Money(label="合同金额")
    duties = words("运营内容", 500, required=False)
    document = document("合同文本")

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        signed, start, end = (values.get(k) for k in ("signed_on", "starts_on", "ends_on"))
        if isinstance(signed, date) and isinstance(start, date) and start < signed:
            self.add_error("starts_on", "起始日期不能早于签订日期。")
        if isinstance(start, date) and isinstance(end, date) and end <= start:
            self.add_error("ends_on", "到期日期应晚于起始日期。")
        return values

    def terms(self) -> Contract:
        left_out = {"organisation", "document", "note"}
        return Contract(**{k: v for k, v in self.cleaned_data.items() if k not in left_out})


class ReplaceForm(ContractForm):
    organisation = Body(label="新的运营机构")
    starts_on = Day(
        label="更换日期", help_text="自这一天起由新机构运营；原机构人员的权限同日结束。"
    )
    note = words("更换原因", 300)


class EndForm(Dressed, forms.Form):
    because = forms.ChoiceField(
        label="终止原因",
        choices=[
            ("", "请选择"),
            *(o for o in Ending.choices if o[0] not in {Ending.REPLACED, Ending.BASE}),
        ],
    )
    on = Day(label="终止日期", help_text="自这一天起不再有效；“录入有误”的按从未生效处理。")
    note = forms.CharField(label="说明", max_length=300, required=False)


class StaffForm(Dressed, forms.Form):
    user = forms.CharField(label="用户名", max_length=60, help_text="此人已有的平台账户。")
    post = forms.CharField(label="岗位", max_length=60, required=False)

    def clean_user(self) -> User:
        found = user_by_name(self.cleaned_data["user"].strip())
        if found is None or not found.is_active:
            raise ValidationError("没有这个用户名的账户；还没有账户的，请用“新建账户”。")
        return found


class InviteForm(Dressed, forms.Form):
    username = forms.CharField(label="用户名", max_length=60)
    name = forms.CharField(label="姓名", max_length=60)
    phone = forms.CharField(label="手机号", max_length=20, required=False)
    password = forms.CharField(
        label="初始密码", max_length=128, help_text="至少 10 个字符；请当面告知，首次登录后更换。",
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )  # fmt: skip
    post = forms.CharField(label="岗位", max_length=60, required=False)

    def clean_phone(self) -> str:
        return mobile_or_nothing(self.cleaned_data["phone"])


class LeaveForm(Dressed, forms.Form):
    note = forms.CharField(label="原因", max_length=200, required=False)


class TargetForm(Dressed, forms.Form):
    indicator = forms.ChoiceField(
        label="指标", required=False,
        help_text="选了指标的由系统按基地所在地计数，谁也不用填、不能改；不选的由运营机构申报。",
    )  # fmt: skip
    name = forms.CharField(
        label="名称", max_length=80, required=False, help_text="不选指标时必填。"
    )
    unit = forms.CharField(label="单位", max_length=10, required=False)
    target = number("目标值")
    starts_on = Day(label="起")
    ends_on = Day(label="止", help_text="这一天不计。")

    def __init__(self, *args: Any, indicators: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["indicator"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            ("", "手工申报"), *indicators,
        ]  # fmt: skip

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        start, end = values.get("starts_on"), values.get("ends_on")
        if start and end and end <= start:
            self.add_error("ends_on", "止期应晚于起期。")
        if not values.get("indicator") and not values.get("name") and "name" in values:
            self.add_error("name", "手工申报的目标请写名称。")
        if values.get("target") == 0:
            self.add_error("target", "目标值应大于零。")
        return values

    def promise(self) -> Promise:
        return Promise(**self.cleaned_data)


class DeclareForm(Dressed, forms.Form):
    done = number("完成值")
    note = words("怎样完成的", 300)
    evidence = document("佐证材料", help_text="首次申报必须附；PDF、Word、表格或照片。")


class CheckForm(Dressed, forms.Form):
    on = Day(label="检查日期")
    subject = forms.CharField(
        label="检查内容", max_length=80, help_text="例如：三季度运营检查、消防安全。"
    )
    findings = words(
        "发现的问题", 2000, rows=5, required=False, help_text="没有问题的不填，当场办结。"
    )
    due_on = Day(label="整改期限", required=False, help_text="不填则为 10 个工作日。")


class RemedyForm(Dressed, forms.Form):
    remedy = words("整改情况", 2000, rows=5)
    evidence = document("佐证材料")


class ItemForm(Dressed, forms.Form):
    kind = forms.ChoiceField(label="类别", choices=HandOverItem.Kind.choices)
    what = forms.CharField(label="内容和数量", max_length=300)
    note = forms.CharField(label="备注", max_length=300, required=False)


class GiveForm(Dressed, forms.Form):
    signed_by = forms.CharField(
        label="移交方签字人", max_length=60, required=False,
        help_text="由街道登记时填写：原运营机构谁在清单上签了字。",
    )  # fmt: skip
