"""What is typed at the desk of a house and at the door of a room."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from changle.core.money import BadAmount, parse
from changle.ground.accounts.forms import Dressed
from changle.ground.territory.forms import Day
from changle.services.commons.forms.booking import MOST_PEOPLE, Clock, sane
from changle.services.commons.queries.hours import moment
from changle.services.commons.queries.layout import Layout


MOST_PHOTOS = 6


class PhotosInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class Photos(forms.FileField):
    """Several pictures of one thing; each is checked when it is kept."""

    def __init__(self, **kwargs: Any) -> None:
        widget = PhotosInput({"accept": "image/jpeg,image/png,image/webp"})
        super().__init__(required=False, widget=widget, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        files = data if isinstance(data, list | tuple) else [data] if data else []
        if len(files) > MOST_PHOTOS:
            raise ValidationError(f"一次至多 {MOST_PHOTOS} 张照片。")
        return [super(Photos, self).clean(one, initial) for one in files]


class People(forms.IntegerField):
    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", "实到人数")
        super().__init__(min_value=0, max_value=MOST_PEOPLE, required=False, **kwargs)


class NoteForm(Dressed, forms.Form):
    """A word with a deed."""

    people = People()
    note = forms.CharField(label="说明", max_length=200, required=False)


class DoorForm(Dressed, forms.Form):
    people = People()
    tidy = forms.BooleanField(label="灯已关、门窗已锁、物品已归位", required=False)
    note = forms.CharField(label="说明", max_length=200, required=False)
    photos = Photos(label="照片（可不传）")


class DamageForm(Dressed, forms.Form):
    what = forms.CharField(
        label="损坏情况", max_length=300, widget=forms.Textarea({"rows": 3}),
        help_text="写明什么东西、坏在哪里。预约方会看到。",
    )  # fmt: skip
    amount = forms.CharField(
        label="估价（元）", max_length=40, required=False, help_text="不清楚可以不填。"
    )
    photos = Photos(label="照片")

    def clean_amount(self) -> int | None:
        text = self.cleaned_data["amount"]
        try:
            return parse(text) if text else None
        except BadAmount as wrong:
            raise ValidationError(wrong.sentence) from None


class PhotoForm(Dressed, forms.Form):
    photos = Photos(label="补充照片")


class WhyForm(Dressed, forms.Form):
    """A deed that must say why."""

    why = forms.CharField(label="理由", max_length=300, widget=forms.Textarea({"rows": 3}))

    def __init__(self, *args: Any, label: str = "理由", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["why"].label = label


class ClosureForm(Dressed, forms.Form):
    spaces = forms.MultipleChoiceField(
        label="场地", widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请选择场地。", "invalid_choice": "请选择这个中心的场地。"},
    )  # fmt: skip
    from_on = Day(label="从哪天")
    from_at = Clock(label="几点")
    until_on = Day(label="到哪天")
    until_at = Clock(label="几点")
    reason = forms.CharField(
        label="原因", max_length=200, help_text="会公开显示，并写进给被让出的预约方的通知。"
    )
    is_emergency = forms.BooleanField(label="应急征用", required=False)

    def __init__(self, *args: Any, house: Layout, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = dict(self.fields)
        fields["spaces"].choices = [
            (str(room.pk), room.name) for room in house.rooms.values() if room.retired_on is None
        ]
        fields["spaces"].widget.attrs["class"] = "form-check-input"

    def clean_from_on(self) -> Any:
        return sane(self.cleaned_data["from_on"])

    def clean_until_on(self) -> Any:
        return sane(self.cleaned_data["until_on"])

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or {}
        if self.errors:
            return typed
        start = moment(typed["from_on"], typed["from_at"])
        end = moment(typed["until_on"], typed["until_at"])
        if end <= start:
            self.add_error("until_at", "结束时间应晚于开始时间。")
        typed["starts_at"], typed["ends_at"] = start, end
        return typed

    def span(self) -> tuple[datetime, datetime]:
        return self.cleaned_data["starts_at"], self.cleaned_data["ends_at"]
