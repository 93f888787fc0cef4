"""What is typed of when a house is open."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from changle.ground.accounts.forms import Dressed
from changle.ground.territory.forms import Day
from changle.services.commons.forms.booking import sane
from changle.services.commons.models import Space
from changle.services.commons.queries.houses import WEEKDAYS


SPAN = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")
MIDNIGHT = 24
Span = tuple[time, time]


def spans_told(text: str) -> list[Span]:
    """Spans as people write them: "9:00-12:00，14:00～24:00"; full-width signs count as well."""
    plain = unicodedata.normalize("NFKC", text)
    plain = re.sub(r"[–—~〜至到]", "-", plain)
    parts = [part for part in re.split(r"[\s,;、]+", re.sub(r"\s*-\s*", "-", plain)) if part]
    return [one_span(part) for part in parts]


def one_span(part: str) -> Span:
    found = SPAN.fullmatch(part)
    try:
        opens_at, opens_past, closes_at, closes_past = (
            int(each) for each in (found.groups() if found else ())
        )
        if closes_at == MIDNIGHT and closes_past == 0:
            closes_at = 0
        return time(opens_at, opens_past), time(closes_at, closes_past)
    except ValueError:
        told = f"“{part[:20]}”看不懂，请写成 09:00-12:00，多段用空格隔开。"
        raise ValidationError(told) from None


class Spans(forms.CharField):
    """Opening hours of one day; empty: closed."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=120, required=False, **kwargs)
        self.widget.attrs["placeholder"] = "不开放"

    def clean(self, value: Any) -> Any:
        return spans_told(super().clean(value))


class Sure(forms.Form):
    """Shown once it is known that accepted bookings would fall outside the hours."""

    sure = forms.BooleanField(label="仍要保存", required=False)

    def is_sure(self) -> bool:
        return bool(self.cleaned_data.get("sure"))


class WeekForm(Dressed, Sure):
    """Monday to Sunday, a line a day."""

    def __init__(self, *args: Any, week: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sure = self.fields.pop("sure")
        self.fields["every"] = Spans(
            label="每天都一样", help_text="填在这里，就用于周一到周日；各天不同的，逐天填写。"
        )
        self.fields["every"].widget.attrs |= {"class": "form-control", "placeholder": "09:00-21:00"}
        for number, name in enumerate(WEEKDAYS):
            field = Spans(label=name, initial=week[number])
            field.widget.attrs["class"] = "form-control"
            self.fields[f"day_{number}"] = field
        self.fields["sure"] = sure

    def week(self) -> list[list[Span]]:
        every = self.cleaned_data["every"]
        return [every or self.cleaned_data[f"day_{number}"] for number in range(len(WEEKDAYS))]


class ExceptionForm(Dressed, Sure):
    on = Day(label="日期")
    room = forms.ChoiceField(label="范围", required=False)
    hours = Spans(label="当日开放时间", help_text="如 09:00-12:00；留空为全天不开放。")
    reason = forms.CharField(label="原因", max_length=100)
    field_order = ("on", "room", "hours", "reason", "sure")

    def __init__(self, *args: Any, rooms: Sequence[Space], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["room"]
        field.choices = [("", "整个中心"), *((str(one.pk), one.name) for one in rooms)]

    def clean_on(self) -> date | None:
        return sane(self.cleaned_data["on"])

    def space_pk(self) -> int | None:
        told = self.cleaned_data["room"]
        return int(told) if told else None


class EndExceptionForm(forms.Form):
    """Which special day is meant."""

    on = forms.DateField()
    room = forms.IntegerField(min_value=1, max_value=2_147_483_647, required=False)


class AgreeForm(Dressed, Sure):
    """Nothing but whether bookings left outside are known of."""
