"""What is typed to offer, to ask for, and to take."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from changle.core.codes import check_phone
from changle.ground.accounts.forms import Dressed
from changle.ground.territory.forms import Day
from changle.services.exchange.actions.asking import RequestDraft
from changle.services.exchange.actions.offering import OfferDraft
from changle.services.exchange.models import Offer, OfferTime, Request, ResourceKind
from changle.services.exchange.queries.free import moment
from changle.services.exchange.queries.seats import Party


FIRST_YEAR, LAST_YEAR = 2000, 2100
MOST = 100_000
ONE_DAY = timedelta(days=1)
WEEKDAYS = [(str(number), f"周{name}") for number, name in OfferTime.WEEKDAYS]


class Clock(forms.TimeField):
    """A time of day on the wall clock, to the minute."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.TimeInput({"type": "time"}, format="%H:%M"), **kwargs)


class SaneDay(Day):
    """A day that a calendar can reckon with."""

    def clean(self, value: Any) -> date | None:
        day: date | None = super().clean(value)
        if day is not None and not FIRST_YEAR < day.year < LAST_YEAR:
            raise ValidationError("请填写正确的日期。")
        return day


class Contact(Dressed, forms.Form):
    """Who acts, and how they are reached; seen by the other side once there is an agreement."""

    whom = forms.ChoiceField(label="以谁的名义")
    contact_name = forms.CharField(label="联系人", max_length=60, required=False)
    contact_phone = forms.CharField(
        label="联系电话", max_length=40, required=False, help_text="不公开，约定后对方可见。"
    )

    def __init__(self, *args: Any, parties: Iterable[Party], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parties = {one.key: one for one in parties}
        choice: Any = self.fields["whom"]
        choice.choices = [(key, one.name) for key, one in self.parties.items()]
        self.order_fields([n for n in self.fields if n not in {"contact_name", "contact_phone"}])

    def clean_contact_phone(self) -> str:
        text = self.cleaned_data["contact_phone"]
        try:
            return str(check_phone(text)) if text else ""
        except ValidationError as error:
            raise ValidationError(error.messages) from None

    def clean_whom(self) -> Party:
        return self.parties[self.cleaned_data["whom"]]


def of_kinds(form: forms.Form, kinds: Iterable[ResourceKind]) -> dict[str, ResourceKind]:
    """Let a form choose among the kinds; by code, so that addresses can name one."""
    told = {one.code: one for one in kinds}
    choice: Any = form.fields["kind"]
    choice.choices = [("", "请选择"), *((code, one.name) for code, one in told.items())]
    return told


class OfferForm(Contact):
    kind = forms.ChoiceField(label="类别")
    title = forms.CharField(label="名称", max_length=60, help_text="例如：九座面包车（带司机）")
    about = forms.CharField(
        label="说明", max_length=1000, required=False, widget=forms.Textarea({"rows": 3})
    )
    quantity = forms.IntegerField(label="数量", min_value=1, max_value=MOST, initial=1)
    unit = forms.CharField(label="单位", max_length=10, initial="件")
    is_gift = forms.BooleanField(label="赠与：领走不还", required=False)
    audience = forms.ChoiceField(label="谁可以用", choices=Offer.Audience.choices)
    place = forms.CharField(label="取用地点", max_length=200, required=False)
    conditions = forms.CharField(
        label="使用条件", max_length=300, required=False, widget=forms.Textarea({"rows": 2}),
        help_text="例如：限市内，自付油费；须当日归还。",
    )  # fmt: skip
    starts_on = SaneDay(label="从哪天起")
    ends_on = SaneDay(
        label="到哪天为止", required=False, help_text="这一天起不再提供；长期的不填。"
    )
    weekdays = forms.MultipleChoiceField(
        label="每周哪几天可以用", choices=WEEKDAYS, required=False,
        widget=forms.CheckboxSelectMultiple, help_text="随时可以用的不选。",
    )  # fmt: skip
    opens = Clock(label="自几点", required=False)
    closes = Clock(label="至几点", required=False)
    photo = forms.ImageField(
        label="照片", required=False, widget=forms.FileInput({"accept": ".jpg,.jpeg,.png"})
    )

    def __init__(self, *args: Any, kinds: Iterable[ResourceKind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kinds = of_kinds(self, kinds)
        self.fields["weekdays"].widget.attrs["class"] = "form-check-input"

    def clean_kind(self) -> ResourceKind:
        return self.kinds[self.cleaned_data["kind"]]

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        start, end = values.get("starts_on"), values.get("ends_on")
        if start and end and end <= start:
            self.add_error("ends_on", "截止日期应晚于开始日期。")
        opens, closes = values.get("opens"), values.get("closes")
        if values.get("weekdays"):
            if not opens or not closes:
                self.add_error("opens", "选了星期几，请填写可用的时间。")
            elif closes <= opens:
                self.add_error("closes", "结束时间应晚于开始时间。")
        return values

    def draft(self) -> OfferDraft:
        told = dict(self.cleaned_data)
        days, opens, closes = (told.pop(name) for name in ("weekdays", "opens", "closes"))
        for name in ("whom", "photo"):
            told.pop(name)
        return OfferDraft(times=tuple((int(day), opens, closes) for day in days), **told)


class RequestForm(Contact):
    kind = forms.ChoiceField(label="类别")
    title = forms.CharField(label="需要什么", max_length=60, help_text="例如：能坐八个人的车一辆")
    about = forms.CharField(
        label="说明", max_length=1000, required=False, widget=forms.Textarea({"rows": 3})
    )
    quantity = forms.IntegerField(label="数量", min_value=1, max_value=MOST, initial=1)
    unit = forms.CharField(label="单位", max_length=10, initial="件")
    starts_on = SaneDay(label="最早哪天用")
    ends_on = SaneDay(label="到哪天为止", help_text="这一天起不再需要。")
    weekday = forms.TypedChoiceField(
        label="星期几用", choices=[("", "都可以"), *WEEKDAYS], required=False, coerce=int,
        empty_value=None,
    )  # fmt: skip
    times = forms.CharField(label="时间要求", max_length=100, required=False)
    place = forms.CharField(label="使用地点", max_length=200, required=False)

    def __init__(self, *args: Any, kinds: Iterable[ResourceKind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kinds = of_kinds(self, kinds)

    def clean_kind(self) -> ResourceKind:
        return self.kinds[self.cleaned_data["kind"]]

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        start, end = values.get("starts_on"), values.get("ends_on")
        if start and end and end <= start:
            self.add_error("ends_on", "截止日期应晚于开始日期。")
        return values

    def draft(self) -> RequestDraft:
        return RequestDraft(**{k: v for k, v in self.cleaned_data.items() if k != "whom"})


class TakeForm(Contact):
    """So much of an offer, from a day and hour to a day and hour."""

    quantity = forms.IntegerField(label="数量", min_value=1, max_value=MOST, initial=1)
    on = SaneDay(label="哪天")
    start = Clock(label="几点开始", initial=time(9))
    until = SaneDay(label="到哪天", required=False, help_text="当天用完的不填。")
    end = Clock(label="几点结束", initial=time(17))
    purpose = forms.CharField(label="用途", max_length=200)
    request = forms.ChoiceField(label="对应的需求", required=False)

    def __init__(
        self, *args: Any, offer: Offer, requests: Iterable[Request], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.offer = offer
        self.requests = {str(one.pk): one for one in requests}
        choice: Any = self.fields["request"]
        choice.choices = [("", "没有"), *((key, one.title) for key, one in self.requests.items())]
        if not self.requests:
            del self.fields["request"]
        self.fields["quantity"].help_text = f"单位：{offer.unit}，共 {offer.quantity}{offer.unit}。"
        if offer.is_gift:
            self.fields["on"].label = "哪天来领"

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        on, until = values.get("on"), values.get("until")
        start, end = values.get("start"), values.get("end")
        if on and until and until < on:
            self.add_error("until", "不能早于开始的那天。")
        elif on and start and end and (until or on) == on and end <= start:
            self.add_error("end", "结束时间应晚于开始时间。")
        return values

    def span(self) -> tuple[datetime, datetime]:
        told = self.cleaned_data
        return moment(told["on"], told["start"]), moment(told["until"] or told["on"], told["end"])

    def chosen_request(self) -> Request | None:
        return self.requests.get(self.cleaned_data.get("request", ""))


def begun(row: Offer) -> dict[str, Any]:
    """An offer as its form begins; `row.times` and `row.kind` must be loaded."""
    names = ("title", "about", "quantity", "unit", "is_gift", "audience", "place", "conditions",
             "starts_on", "ends_on", "contact_name", "contact_phone")  # fmt: skip
    times = list(row.times.all())
    return {name: getattr(row, name) for name in names} | {
        "kind": row.kind.code,
        "weekdays": [str(one.weekday) for one in times],
        "opens": times[0].opens if times else None,
        "closes": times[0].closes if times else None,
    }


def begun_request(row: Request) -> dict[str, Any]:
    names = ("title", "about", "quantity", "unit", "starts_on", "ends_on", "weekday", "times",
             "place", "contact_name", "contact_phone")  # fmt: skip
    return {name: getattr(row, name) for name in names} | {"kind": row.kind.code}


def today_and(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)
