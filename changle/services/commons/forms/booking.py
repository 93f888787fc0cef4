"""What is typed to find rooms, to book them, and to repeat it."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from changle.core.reach import Actor
from changle.ground.accounts.forms import Dressed
from changle.ground.registry.models import Organisation
from changle.ground.territory.forms import Day
from changle.ground.territory.models import Node
from changle.services.commons.actions.booking import Wish
from changle.services.commons.models import Booking, Space
from changle.services.commons.queries.layout import Layout, Room, Stock
from changle.services.commons.queries.mine import body_called
from changle.services.commons.queries.repeating import MOST
from changle.services.commons.queries.rules import Broken


MOST_PEOPLE = 32_767
MOST_THINGS = 100_000
ONE_DAY = timedelta(days=1)
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
NTH = "一二三四五"
FIRST_YEAR, LAST_YEAR = 2000, 2100
REPEATS = [
    ("", "不重复"), ("week", "每周"), ("fortnight", "每两周"), ("day_of_month", "每月同一日"),
    ("weekday_of_month", "每月同一个星期几"),
]  # fmt: skip
# Beside which field the sentence of a broken rule stands.
FIELD_OF = {
    "past": "on", "hours_ahead": "on", "days_ahead": "on", "hours": "start", "step": "start",
    "shortest": "end", "longest": "end", "order": "end", "capacity": "people", "people": "people",
    "commercial": "is_commercial", "per_month": "whom", "hours_per_month": "whom",
    "cap_percent": "whom", "suspended": "whom",
}  # fmt: skip


class Clock(forms.TimeField):
    """A time of day on the wall clock, to the minute."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.TimeInput({"type": "time"}, format="%H:%M"), **kwargs)


def sane(day: date | None) -> date | None:
    """A day that a calendar can reckon with."""
    if day is not None and not FIRST_YEAR < day.year < LAST_YEAR:
        raise ValidationError("请填写正确的日期。")
    return day


def called(room: Room) -> str:
    """A room with what it holds, a vehicle with its seats, an expert by name."""
    if not room.holds_people:
        return room.name
    return f"{room.name}（{room.capacity} {'座' if room.kind == Space.Kind.VEHICLE else '人'}）"


def things_in_use(house: Layout, day: date) -> list[Stock]:
    rows = house.things.values()
    return [one for one in rows if one.retired_on is None or one.retired_on > day]


def field_of(stock: Stock) -> str:
    return f"thing-{stock.pk}"


class BookForm(Dressed, forms.Form):
    """One use of rooms of one house with some of its things, once or again and again."""

    rooms = forms.MultipleChoiceField(
        label="场地", widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请选择场地。", "invalid_choice": "请选择这个中心的场地。"},
    )  # fmt: skip
    on = Day(label="日期")
    start = Clock(label="开始")
    end = Clock(label="结束")
    next_day = forms.BooleanField(label="次日结束", required=False)
    repeat = forms.ChoiceField(label="重复", choices=REPEATS, required=False)
    until = Day(label="重复到（含当日）", required=False)
    count = forms.IntegerField(label="或共几次", min_value=1, max_value=MOST, required=False)
    no_holidays = forms.BooleanField(label="避开法定节假日", required=False)
    excepted = forms.CharField(
        label="除去的日期",
        max_length=800,
        required=False,
        help_text="例如 2027-05-01，用逗号隔开。",
    )
    whom = forms.ChoiceField(label="为谁预约")
    other = forms.CharField(
        label="代组织预约", max_length=120, required=False,
        help_text="管理范围内组织的全称、代码或备案编号；填写后以该组织的名义预约。",
    )  # fmt: skip
    title = forms.CharField(label="事由", max_length=80)
    purpose = forms.ChoiceField(label="用途", choices=Booking.Purpose.choices)
    people = forms.IntegerField(label="预计人数", min_value=1, max_value=MOST_PEOPLE)
    contact_name = forms.CharField(label="联系人", max_length=60)
    contact_phone = forms.CharField(label="联系电话", max_length=30)
    layout_wish = forms.CharField(label="布置要求", max_length=200, required=False)
    needs = forms.CharField(label="设备要求", max_length=200, required=False)
    safety_officer = forms.CharField(label="安全员", max_length=60, required=False)
    is_open = forms.BooleanField(
        label="事由可以公开", required=False, help_text="不公开时，别人只看到“已占用”。"
    )
    is_commercial = forms.BooleanField(label="用于经营（收费、销售）", required=False)

    def __init__(
        self, *args: Any, house: Layout, names: Iterable[Node], actor: Actor, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.house, self.actor, self.names = house, actor, {node.pk: node for node in names}
        fields: dict[str, Any] = dict(self.fields)
        fields["rooms"].choices = [
            (str(room.pk), called(room))
            for room in house.rooms.values()
            if room.retired_on is None or room.retired_on > timezone.localdate()
        ]
        fields["whom"].choices = [
            *((str(pk), node.label) for pk, node in self.names.items()), ("me", "我个人")
        ]  # fmt: skip
        self.things = things_in_use(house, timezone.localdate())
        for stock in self.things:
            self.fields[field_of(stock)] = forms.IntegerField(
                label=stock.name, min_value=0, max_value=MOST_THINGS, required=False,
                widget=forms.NumberInput({"class": "form-control", "inputmode": "numeric"}),
            )  # fmt: skip
        if all(node.kind == Node.Kind.ORGANISATION for node in self.names.values()):
            del self.fields["other"]  # nobody else's name is theirs to use

    def clean_on(self) -> date | None:
        return sane(self.cleaned_data["on"])

    def clean_until(self) -> date | None:
        return sane(self.cleaned_data["until"])

    def clean_excepted(self) -> list[date]:
        found = []
        for part in self.cleaned_data["excepted"].replace("，", ",").replace("、", ",").split(","):
            try:
                found += [date.fromisoformat(part.strip())] if part.strip() else []
            except ValueError:
                told = f"“{part.strip()[:20]}”不是日期，请写成 2027-05-01。"
                raise ValidationError(told) from None
        return found

    def clean_other(self) -> Organisation | None:
        text = self.cleaned_data["other"]
        if not text:
            return None
        found = body_called(self.actor, text)
        if len(found) != 1:
            raise ValidationError(
                "有几家同名的组织，请填代码或备案编号。"
                if found
                else "您的管理范围内没有这家组织。"
            )
        return found[0]

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or {}
        if typed.get("purpose") == Booking.Purpose.COUNSELLING and typed.get("is_open"):
            self.add_error("is_open", "咨询（个案）的事由不公开。")
        if typed.get("repeat"):
            until, count, on = typed.get("until"), typed.get("count"), typed.get("on")
            if (until is None) == (count is None) and not self.errors.keys() & {"until", "count"}:
                self.add_error("until", "重复到哪一天，或共几次，请填一项。")
            elif until is not None and on is not None and until < on:
                self.add_error("until", "截止日期早于第一次。")
        return typed

    def wish(self) -> Wish:
        typed = self.cleaned_data
        node = self.names.get(int(typed["whom"])) if typed["whom"] != "me" else None
        body = typed.get("other") or (getattr(node, "organisation", None) if node else None)
        start = moment(typed["on"], typed["start"])
        over = ONE_DAY if typed["next_day"] else timedelta()
        told = ("title", "purpose", "people", "contact_name", "contact_phone", "layout_wish",
                "needs", "safety_officer", "is_open", "is_commercial")  # fmt: skip
        things = tuple((one.pk, typed[field_of(one)] or 0) for one in self.things)
        return Wish(
            things=things, rooms=tuple(int(pk) for pk in typed["rooms"]), organisation=body,
            on_behalf=None if body else node, starts_at=start,
            ends_at=moment(typed["on"], typed["end"]) + over, **{name: typed[name] for name in told},
        )  # fmt: skip

    def rule(self) -> str:
        """The repetition as a rule of RFC 5545; "" where there is none."""
        typed = self.cleaned_data
        if not typed["repeat"]:
            return ""
        on: date = typed["on"]
        last = (on + timedelta(days=7)).month != on.month
        nth = f"{-1 if last else (on.day - 1) // 7 + 1}{WEEKDAYS[on.weekday()]}"
        stem = {
            "week": "FREQ=WEEKLY", "fortnight": "FREQ=WEEKLY;INTERVAL=2",
            "day_of_month": f"FREQ=MONTHLY;BYMONTHDAY={on.day}",
            "weekday_of_month": f"FREQ=MONTHLY;BYDAY={nth}",
        }[typed["repeat"]]  # fmt: skip
        end = f"UNTIL={typed['until']:%Y%m%d}" if typed["until"] else f"COUNT={typed['count']}"
        return f"{stem};{end}"

    def refuse(self, broken: Iterable[Broken]) -> None:
        """Each sentence once, beside the field that caused it."""
        for one in dict.fromkeys(broken):
            field = FIELD_OF.get(one.rule)
            self.add_error(field if field in self.fields else None, one.sentence)


def moment(day: date, at: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, at.replace(second=0, microsecond=0)))


def typed_span(data: Any) -> tuple[datetime, datetime] | None:
    """From when to when, of a form that is not yet whole; none where it cannot be read."""
    try:
        on = date.fromisoformat(str(data.get("on", "")))
        start, end = (time.fromisoformat(str(data.get(name, ""))) for name in ("start", "end"))
        if not FIRST_YEAR < on.year < LAST_YEAR or start.tzinfo or end.tzinfo:
            return None
        over = ONE_DAY if data.get("next_day") else timedelta()
        span = moment(on, start), moment(on, end) + over
    except ValueError:
        return None
    return span if span[0] < span[1] else None


def begun_with(asked: Any, house: Layout) -> dict[str, Any]:
    """What an address says of the room and the time; what makes no sense is left out."""
    told: dict[str, Any] = {}
    if asked.get("space", "").isascii() and asked.get("space", "").isdigit():
        told["rooms"] = [asked["space"]]
    for name in ("start", "end"):
        try:
            at = parse_datetime(asked.get(name, ""))
        except ValueError:
            at = None
        if at is not None:
            told[name] = f"{at:%H:%M}"
            told.setdefault("on", at.date())
            told["next_day"] = at.date() != told["on"]
    if "on" not in told:
        try:
            told["on"] = date.fromisoformat(asked.get("on", ""))
        except ValueError:
            told["on"] = timezone.localdate() + ONE_DAY
    if asked.get("people", "").isascii() and asked.get("people", "").isdigit():
        told["people"] = asked["people"][:5]
    if len(house.rooms) == 1:
        told.setdefault("rooms", [str(pk) for pk in house.rooms])
    return told


class TellForm(forms.Form):
    """What may go with a move of one booking."""

    note = forms.CharField(max_length=200, required=False)
    people = forms.IntegerField(min_value=0, max_value=MOST_PEOPLE, required=False)
