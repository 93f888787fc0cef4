"""What the bureau types of rules, words and texts."""

import re
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from changle.ground.accounts.forms import Dressed
from changle.services.activities.models import Rule, Term


LEAST = {"people_at_once": 1, "offer_hours": 1, "no_show_limit": 1, "verify_days": 1}
MOST = {"lead_weight": 100, "feedback_percent": 100, "guardian_below": 18, "people_at_once": 50,
        "most_summary": 1000}  # fmt: skip
USUAL_MOST = 365
CODE = re.compile(r"[a-z][a-z0-9_]{0,29}")


class RuleForm(Dressed, forms.Form):
    """Each number of the rule under its own name."""

    LABELS: ClassVar[dict[str, str]] = {
        field.name: str(field.verbose_name)
        for field in Rule._meta.concrete_fields
        if field.name not in {"id", "name"}
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in self.LABELS.items():
            self.fields[name] = forms.IntegerField(
                label=label, min_value=LEAST.get(name, 0), max_value=MOST.get(name, USUAL_MOST),
                widget=forms.NumberInput({"class": "form-control"}),
            )  # fmt: skip


class TextForm(Dressed, forms.Form):
    text = forms.CharField(label="全文", max_length=5000, widget=forms.Textarea({"rows": 12}))


class TermForm(Dressed, forms.Form):
    list = forms.ChoiceField(label="词表", choices=Term.List)
    name = forms.CharField(label="名称", max_length=40)
    code = forms.CharField(
        label="代码", max_length=30, help_text="小写字母、数字和下划线，以字母开头。"
    )
    sort = forms.IntegerField(label="次序", min_value=0, max_value=9999, initial=100)

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"])
        if not CODE.fullmatch(code):
            raise ValidationError("代码用小写字母、数字和下划线，以字母开头。")
        return code
