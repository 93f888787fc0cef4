"""Fields that several forms of this app ask for, and forms with a line a criterion."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from changle.core.money import parse
from changle.ground.accounts.forms import Dressed
from changle.ground.registry.models import Organisation
from changle.services.bases.models import Criterion
from changle.services.bases.queries.operators import named


NAMES = "operators"  # the id of the list of names on the page
DOCUMENTS = ".pdf,.docx,.xlsx,.jpg,.jpeg,.png"
MOST_NOTE = 300
MOST_NUMBER = 2_000_000_000


class Money(forms.CharField):
    """An amount in words of people, told as fen."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", "以元计，也可写“3万元”。")
        super().__init__(max_length=40, **kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            fen = parse(text)
        except ValidationError as error:
            raise ValidationError(error.messages) from None
        if fen > MOST_NUMBER * 100:
            raise ValidationError("金额太大，请核对单位是元还是万元。")
        return fen


class Body(forms.CharField):
    """A registered body by its name or code."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault(
            "help_text", "已登记、状态正常的法人：填名称（可从提示里选）或统一社会信用代码。"
        )
        widget = forms.TextInput({"list": NAMES, "autocomplete": "off"})
        super().__init__(max_length=120, widget=widget, **kwargs)

    def clean(self, value: Any) -> Organisation:
        text = super().clean(value)
        found = named(str(text).strip())
        if found is None:
            raise ValidationError("名录里没有这个名称或代码的登记组织，请从提示里选。")
        return found


def document(label: str, *, required: bool = False, help_text: str = "") -> forms.FileField:
    return forms.FileField(
        label=label, required=required, help_text=help_text or "PDF、Word、表格或照片。",
        widget=forms.FileInput({"accept": DOCUMENTS}),
    )  # fmt: skip


def words(label: str, most: int, *, rows: int = 3, **kwargs: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=most, widget=forms.Textarea({"rows": rows}), **kwargs
    )


def number(label: str, **kwargs: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=MOST_NUMBER, **kwargs)


class LinesForm(Dressed, forms.Form):
    """A form with a line for each criterion: whether it is met, in words, and maybe its points."""

    def __init__(
        self,
        *args: Any,
        criteria: Iterable[Criterion],
        told: Mapping[int, Any] | None = None,
        pointed: bool = False,
        **kwargs: Any,
    ) -> None:
        """`told`: criterion -> what stands so far, as (points, whether it is met, words)."""
        super().__init__(*args, **kwargs)
        self.criteria, self.pointed = list(criteria), pointed
        for one in self.criteria:
            points, is_met, note = (told or {}).get(one.pk, (None, False, ""))
            if pointed:
                field: forms.Field = forms.IntegerField(
                    label=f"{one.name}：得分", min_value=0, max_value=one.points, initial=points,
                    widget=forms.NumberInput({"class": "form-control", "inputmode": "numeric"}),
                )  # fmt: skip
                self.fields[f"points_{one.pk}"] = field
            self.fields[f"met_{one.pk}"] = forms.BooleanField(
                label="符合", required=False, initial=is_met,
                widget=forms.CheckboxInput({"class": "form-check-input"}),
            )  # fmt: skip
            self.fields[f"note_{one.pk}"] = forms.CharField(
                label=f"{one.name}：说明", required=False, max_length=MOST_NOTE, initial=note,
                widget=forms.TextInput({"class": "form-control", "placeholder": "说明"}),
            )  # fmt: skip

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [
            {
                "criterion": one,
                "points": self[f"points_{one.pk}"] if self.pointed else None,
                "met": self[f"met_{one.pk}"],
                "note": self[f"note_{one.pk}"],
            }
            for one in self.criteria
        ]

    @property
    def others(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if "_" not in name or name == "on_site_on"]

    def told(self) -> dict[int, tuple[bool, str]]:
        values = self.cleaned_data
        return {o.pk: (values[f"met_{o.pk}"], values[f"note_{o.pk}"]) for o in self.criteria}

    def given(self) -> dict[int, tuple[int, bool, str]]:
        values = self.cleaned_data
        return {
            o.pk: (values[f"points_{o.pk}"], values[f"met_{o.pk}"], values[f"note_{o.pk}"])
            for o in self.criteria
        }
