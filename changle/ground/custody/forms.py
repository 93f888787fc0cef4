"""What is typed of an agreement."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from changle.core.codes import check_phone
from changle.ground.accounts.forms import Dressed
from changle.ground.custody.actions import Terms
from changle.ground.custody.models import Custody
from changle.ground.custody.queries import named
from changle.ground.registry.models import Organisation
from changle.ground.territory.forms import Day


NAMES = "custodians"  # the id of the list of names on the page


class TermsForm(Dressed, forms.Form):
    agreement_number = forms.CharField(label="协议编号", max_length=60)
    money_scope = forms.CharField(
        label="代管资金范围", max_length=300, widget=forms.Textarea({"rows": 2}),
        help_text="例如：公益创投资助、社区微基金、活动经费、捐赠款。",
    )  # fmt: skip
    signed_on = Day(label="签订日期")
    starts_on = Day(label="起始日期")
    ends_on = Day(
        label="到期日期", required=False, help_text="自这一天起不再有效；长期有效的不填。"
    )
    contact_name = forms.CharField(label="代管方联系人", max_length=60, required=False)
    contact_phone = forms.CharField(
        label="代管方联系电话", max_length=40, required=False, help_text="不公开。"
    )
    agreement = forms.FileField(
        label="协议文本", required=False, help_text="PDF、Word 或照片；没有带来可以以后补。",
        widget=forms.FileInput({"accept": ".pdf,.docx,.jpg,.jpeg,.png"}),
    )  # fmt: skip

    def clean_contact_phone(self) -> str:
        text = self.cleaned_data["contact_phone"]
        try:
            return str(check_phone(text)) if text else ""
        except ValidationError as error:
            raise ValidationError(error.messages) from None

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        signed, start, end = (values.get(k) for k in ("signed_on", "starts_on", "ends_on"))
        if isinstance(signed, date) and isinstance(start, date) and start < signed:
            self.add_error("starts_on", "起始日期不能早于签订日期。")
        if isinstance(start, date) and isinstance(end, date) and end <= start:
            self.add_error("ends_on", "到期日期应晚于起始日期。")
        return values

    def terms(self) -> Terms:
        left_out = {"agreement", "custodian"}
        return Terms(**{k: v for k, v in self.cleaned_data.items() if k not in left_out})


class TakeForm(TermsForm):
    field_order = ("custodian",)

    custodian = forms.CharField(
        label="代管方", max_length=120,
        widget=forms.TextInput({"list": NAMES, "autocomplete": "off"}),
        help_text="已登记、状态正常、不在异常或失信名录上的法人：填名称（可从提示里选）或统一社会信用代码。",
    )  # fmt: skip

    def __init__(self, *args: Any, names: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = list(names)

    def clean_custodian(self) -> Organisation:
        found = named(self.cleaned_data["custodian"].strip())
        if found is None:
            raise ValidationError("名录里没有这个名称或代码的登记组织，请从提示里选。")
        return found


class EndForm(Dressed, forms.Form):
    because = forms.ChoiceField(
        label="终止原因",
        choices=[
            ("", "请选择"),
            *(one for one in Custody.Ending.choices if one[0] != Custody.Ending.CONVERTED),
        ],
    )
    on = Day(label="终止日期", help_text="自这一天起不再有效；“录入有误”的按从未生效处理。")
    note = forms.CharField(label="说明", max_length=200, required=False)
