"""What a resident fills in about their own: the family, what they thought, the code at the door."""

from typing import Any

from django import forms

from changle.ground.accounts.forms import Dressed
from changle.services.activities.actions.people import LONGEST_NAME
from changle.services.activities.forms.signing import years
from changle.services.activities.models import Companion


SCORES = [(5, "很满意"), (4, "满意"), (3, "一般"), (2, "不满意"), (1, "很不满意")]


class CompanionForm(Dressed, forms.Form):
    name = forms.CharField(label="姓名", max_length=LONGEST_NAME)
    phone = forms.CharField(
        label="手机号", max_length=20, help_text="孩子、老人没有手机的，填照看人的。",
        widget=forms.TextInput({"type": "tel", "inputmode": "tel"}),
    )  # fmt: skip
    relation = forms.ChoiceField(label="是您的", choices=Companion.Relation.choices)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["birth_year"] = years()
        self.fields["birth_year"].help_text = "有年龄要求的活动用到，只用来算年龄。"
        self.fields["birth_year"].widget.attrs["class"] = "form-control"


class FeedbackForm(forms.Form):
    score = forms.TypedChoiceField(
        label="您觉得这场活动", choices=SCORES, coerce=int, widget=forms.RadioSelect,
        error_messages={"required": "请选一项。", "invalid_choice": "请选一项。"},
    )  # fmt: skip
    text = forms.CharField(
        label="想说的话（可不填）", max_length=500, required=False,
        widget=forms.Textarea({"rows": 4, "class": "form-control"}),
    )  # fmt: skip


class TicketForm(Dressed, forms.Form):
    ticket = forms.CharField(
        label="签到码", max_length=300, help_text="报名成功时给您的一串字母和数字；几张票用逗号分开。",
    )  # fmt: skip
