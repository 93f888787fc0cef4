"""What is typed to find rooms."""

from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar

from django import forms

from changle.ground.accounts.forms import Dressed
from changle.ground.territory.forms import Day
from changle.services.commons.forms.booking import MOST_PEOPLE, Clock, moment, sane


USUAL_LENGTH = 120  # minutes


class FindForm(Dressed, forms.Form):
    """The search stands in the address, so that it can be kept and sent on."""

    WHENS: ClassVar[list[tuple[str, str]]] = [
        ("", "指定时间"), ("am", "上午"), ("pm", "下午"), ("eve", "晚上"),
    ]  # fmt: skip
    SPANS: ClassVar[dict[str, tuple[time, time]]] = {
        "am": (time(8), time(12)), "pm": (time(13), time(18)), "eve": (time(18), time(22)),
    }  # fmt: skip

    people = forms.IntegerField(label="人数", min_value=1, max_value=MOST_PEOPLE, required=False)
    on = Day(label="日期")
    when = forms.ChoiceField(label="时段", choices=WHENS, required=False)
    start = Clock(label="开始", required=False)
    length = forms.TypedChoiceField(
        label="时长", coerce=int, initial=120, required=False,
        choices=[(m, f"{m / 60:g} 小时") for m in (30, 60, 90, 120, 180, 240, 480)],
    )  # fmt: skip
    place = forms.ChoiceField(label="范围", required=False)
    features = forms.MultipleChoiceField(
        label="设施", required=False, widget=forms.CheckboxSelectMultiple
    )
    accessible = forms.BooleanField(label="无障碍", required=False)

    def __init__(
        self,
        *args: Any,
        places: list[tuple[str, str]],
        features: list[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = dict(self.fields)
        fields["place"].choices = [("", "全部"), *places]
        fields["features"].choices = features
        fields["features"].widget.attrs["class"] = "form-check-input"

    def clean_on(self) -> date | None:
        return sane(self.cleaned_data["on"])

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or {}
        if not typed.get("when") and not typed.get("start") and "start" not in self.errors:
            self.add_error("start", "请填写开始时间，或选上午、下午、晚上。")
        return typed

    def window(self) -> tuple[datetime, datetime, timedelta]:
        """From when to when, and for how long within it."""
        typed = self.cleaned_data
        length = timedelta(minutes=typed["length"] or USUAL_LENGTH)
        if typed["when"]:
            opens, closes = self.SPANS[typed["when"]]
            start, end = moment(typed["on"], opens), moment(typed["on"], closes)
            return start, max(end, start + length), length
        start = moment(typed["on"], typed["start"])
        return start, start + length, length
