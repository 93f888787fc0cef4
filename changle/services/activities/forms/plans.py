"""What is typed to plan an activity, to invite to it, and to answer."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from changle.core.codes import check_phone
from changle.core.money import parse
from changle.ground.accounts.forms import Boxes, Dressed
from changle.ground.matters.models import Matter
from changle.ground.matters.queries import offered_types
from changle.ground.registry.models import Organisation
from changle.ground.territory.forms import Day
from changle.ground.territory.models import Node
from changle.services.activities.actions.planning import SessionDraft
from changle.services.activities.actions.sharing import ShareDraft
from changle.services.activities.models import Activity, Cohost
from changle.services.activities.queries.choosing import (
    places_of,
    rooms_of,
    series_of,
    street_of,
    units_called,
)
from changle.services.activities.queries.plans import terms_of


MOST_PEOPLE = 100_000
MOST_SESSIONS = 24
FIRST_YEAR, LAST_YEAR = 2000, 2100


class Clock(forms.TimeField):
    """A time of day on the wall clock, to the minute."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.TimeInput({"type": "time"}, format="%H:%M"), **kwargs)


class SaneDay(Day):
    def clean(self, value: Any) -> date | None:
        day: date | None = super().clean(value)
        if day is not None and not FIRST_YEAR < day.year < LAST_YEAR:
            raise ValidationError("请填写正确的日期。")
        return day


def line(label: str, most: int, **kwargs: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, required=False, **kwargs)


def block(label: str, most: int, rows: int = 3, **kwargs: Any) -> forms.CharField:
    return line(label, most, widget=forms.Textarea({"rows": rows}), **kwargs)


def choice(label: str, **kwargs: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, **kwargs)


def moment(day: date, at: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, at.replace(second=0, microsecond=0)))


class FactsForm(Dressed, forms.Form):
    """What an activity is, beside its times."""

    title = forms.CharField(label="活动名称", max_length=80)
    series = choice("系列", help_text="属于哪个系列，可不选。")
    about = block("介绍", 2000, 4, help_text="做什么、适合谁、要带什么；居民会看到。")
    field = choice("服务领域")
    theme = choice("主题")
    method = choice("方式")
    groups = forms.MultipleChoiceField(label="对象", required=False, widget=Boxes)
    expected = forms.IntegerField(label="预计每场人数", min_value=1, max_value=MOST_PEOPLE)
    risk = forms.ChoiceField(label="风险等级", choices=Activity.Risk, initial="low")
    safety_plan = block("安全预案", 2000, help_text="中、高风险须填。")
    for_minors = forms.BooleanField(label="面向未成年人", required=False)
    checked_on = SaneDay(
        label="从业人员违法犯罪查询日期", required=False,
        help_text="面向未成年人的活动须填，每年查询一次。",
    )  # fmt: skip
    photos = forms.ChoiceField(label="拍摄方式", choices=Activity.Photos, initial="ask")
    budget = line("经费预算", 20, help_text="以元计，也可写“3万元”；没有就不填。")
    funding_line = line("经费渠道", 80)
    matter_type = choice("属于哪类重大事项", help_text="节庆、演出、慈善等达到规模的须先报告。")
    matter = choice("重大事项报告")
    contact_name = line("联系人", 60)
    contact_phone = line("联系电话", 30, help_text="不公开。")

    def __init__(self, *args: Any, lead: Node, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lead, self.street = lead, street_of(lead)
        self.body: Organisation | None = getattr(lead, "organisation", None)
        self.known: dict[str, dict[str, Any]] = {
            "series": {str(one.pk): one for one in series_of(lead)},
            "matter_type": {str(one.pk): one for one in offered_types(today)},
            "matter": {str(one.pk): one for one in self.matters()},
        }
        for list_ in ("field", "theme", "method"):
            self.known[list_] = {str(one.pk): one for one in terms_of(list_, today)}
        for name, rows in self.known.items():
            self.offer(name, [("", "（不选）"), *((pk, str(row)) for pk, row in rows.items())])
        self.offer("groups", [(str(one.pk), one.name) for one in terms_of("group", today)])
        self.fields["groups"].widget.attrs["class"] = "form-check-input"

    def matters(self) -> list[Matter]:
        rows = Matter.objects.filter(organisation=self.body) if self.body else Matter.objects.none()
        wanted = rows.filter(state__in=("draft", "submitted", "acknowledged", "guided"))
        return list(wanted.order_by("-pk")[:30])

    def offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field: Any = self.fields[name]
        field.choices = choices

    def clean_budget(self) -> int | None:
        text = self.cleaned_data["budget"].strip()
        return parse(text) if text else None

    def clean_contact_phone(self) -> str:
        text = self.cleaned_data["contact_phone"].strip()
        return str(check_phone(text)) if text else ""

    def facts(self) -> dict[str, Any]:
        typed = self.cleaned_data
        plain = ("about", "expected", "risk", "safety_plan", "for_minors", "checked_on", "photos",
                 "funding_line", "contact_name", "contact_phone")  # fmt: skip
        told = {name: typed[name] for name in plain}
        for name, rows in self.known.items():
            told[name] = rows.get(typed[name])
        told["budget_fen"] = typed["budget"]
        return told

    def groups_chosen(self) -> list[int]:
        return [int(pk) for pk in self.cleaned_data["groups"]]


class TimesForm(Dressed, forms.Form):
    """One session, or several at the same hour of the day."""

    place = forms.ChoiceField(label="所在地", help_text="在哪里办，由那里的社区或街道审批。")
    on = SaneDay(label="日期")
    start = Clock(label="开始")
    end = Clock(label="结束")
    times = forms.IntegerField(label="共几场", min_value=1, max_value=MOST_SESSIONS, initial=1)
    every = forms.TypedChoiceField(
        label="间隔", coerce=int, choices=[(7, "每周"), (14, "每两周"), (1, "每天")], initial=7
    )
    rooms = choice("场地", help_text="选了就同时预约；订不到，活动也不会建立。")
    venue = line("或写明地点", 120, help_text="例如：方新社区广场。")
    capacity = forms.IntegerField(
        label="每场名额", required=False, min_value=1, max_value=MOST_PEOPLE,
        help_text="不填则不限。",
    )  # fmt: skip
    needs_sign_up = forms.BooleanField(label="须报名", required=False, initial=True)
    age_from = forms.IntegerField(label="最小年龄", required=False, min_value=0, max_value=120)
    age_to = forms.IntegerField(label="最大年龄", required=False, min_value=0, max_value=120)

    def __init__(self, *args: Any, street: Node, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = {str(one.pk): one for one in places_of(street)}
        fields: dict[str, Any] = dict(self.fields)
        fields["place"].choices = [(pk, node.name) for pk, node in self.places.items()]
        fields["rooms"].choices = [
            ("", "（不预约）"),
            *((str(one.pk), f"{one.centre.name} · {one.name}（{one.capacity} 人）")
              for one in rooms_of(street)),
        ]  # fmt: skip

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or {}
        if typed.get("start") and typed.get("end") and typed["end"] <= typed["start"]:
            self.add_error("end", "结束应晚于开始。")
        low, high = typed.get("age_from"), typed.get("age_to")
        if low is not None and high is not None and high < low:
            self.add_error("age_to", "最大年龄不能小于最小年龄。")
        if not typed.get("rooms") and not typed.get("venue", "").strip():
            self.add_error("venue", "请选择场地，或写明地点。")
        return typed

    def place_chosen(self) -> Node:
        return self.places[self.cleaned_data["place"]]

    def drafts(self) -> list[SessionDraft]:
        typed, drafts = self.cleaned_data, []
        for number in range(typed["times"]):
            on = typed["on"] + timedelta(days=typed["every"] * number)
            drafts.append(
                SessionDraft(
                    starts_at=moment(on, typed["start"]), ends_at=moment(on, typed["end"]),
                    rooms=(int(typed["rooms"]),) if typed["rooms"] else (), venue=typed["venue"],
                    capacity=typed["capacity"], needs_sign_up=typed["needs_sign_up"],
                    age_from=typed["age_from"], age_to=typed["age_to"],
                    subtitle=f"第 {number + 1} 场" if typed["times"] > 1 else "",
                )
            )  # fmt: skip
        return drafts


class ShareForm(Dressed, forms.Form):
    """Who is asked to take part, and with what."""

    unit = forms.CharField(
        label="单位", max_length=120, help_text="组织的名称、代码或备案编号，或社区、中心的名称。"
    )
    role = forms.ChoiceField(label="角色", choices=Cohost.Role.choices[1:], initial="cohost")
    people = forms.IntegerField(label="出人", min_value=0, max_value=999, initial=0)
    money = line("出资（元）", 20)
    venue = line("出场地", 120)
    other = line("其他分工", 200)

    def clean_unit(self) -> tuple[Node, Organisation | None]:
        found = units_called(self.cleaned_data["unit"].replace("\x00", "").strip())
        if len(found) != 1:
            told = "有几家同名的，请填代码或备案编号。" if found else "没有找到这个单位。"
            raise ValidationError(told)
        return found[0]

    def clean_money(self) -> int:
        text = self.cleaned_data["money"].strip()
        return parse(text) if text else 0

    def draft(self) -> ShareDraft:
        typed = self.cleaned_data
        node, body = typed["unit"]
        return ShareDraft(
            node=node, organisation=body, role=typed["role"], people=typed["people"],
            money_fen=typed["money"], venue=typed["venue"], other=typed["other"],
        )  # fmt: skip


class NoteForm(forms.Form):
    """What may go with a move."""

    note = forms.CharField(max_length=200, required=False)
