"""The forms of plan and services, of courses, and of the end of a term."""

from typing import Any

from django import forms

from changle.ground.accounts.forms import Boxes, Dressed
from changle.ground.territory.forms import Day
from changle.services.incubation.actions import Given, Service, Syllabus
from changle.services.incubation.forms.intake import Rows, block
from changle.services.incubation.models import DIMENSIONS, MOST_LEVEL, Incubatee, PlanItem


LEVELS = [("", "请选择"), *((str(n), f"{n} 分") for n in range(MOST_LEVEL + 1))]
MOST_HOURS = 1000


def choose(form: forms.BaseForm, name: str, rows: Rows, empty: str = "请选择") -> None:
    form.fields[name].choices = [("", empty), *rows]  # type: ignore[attr-defined]  # a ChoiceField


def hours(label: str, **kwargs: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label, min_value=0, max_value=MOST_HOURS, decimal_places=1, initial=0, **kwargs
    )


class DiagnosisForm(Dressed, forms.Form):
    """Eight dimensions, 0 to 5."""

    remark = block("说明", 500, 3, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code, label in DIMENSIONS.items():
            self.fields[code] = forms.TypedChoiceField(label=label, coerce=int, choices=LEVELS)
            self.fields[code].widget.attrs["class"] = "form-select"
        self.order_fields([*DIMENSIONS, "remark"])

    def levels(self) -> dict[str, int]:
        return {code: self.cleaned_data[code] for code in DIMENSIONS}


class ItemForm(Dressed, forms.Form):
    kind = forms.ChoiceField(label="类别", choices=[("", "请选择"), *PlanItem.Kind.choices])
    title = forms.CharField(label="服务", max_length=80)
    hours = hours("计划小时")
    provider = forms.CharField(label="提供方", max_length=80, required=False)
    wanted_by = Day(label="完成期限", required=False)
    amount_yuan = forms.IntegerField(
        label="金额（元）", min_value=0, max_value=10**7, initial=0, required=False,
        help_text="只有微资助填写。",
    )  # fmt: skip

    def service(self) -> Service:
        told = self.cleaned_data
        return Service(
            kind=told["kind"], title=told["title"].strip(), minutes=int(told["hours"] * 60),
            provider=told["provider"], wanted_by=told["wanted_by"],
            amount_fen=(told["amount_yuan"] or 0) * 100,
        )  # fmt: skip


class DeliverForm(Dressed, forms.Form):
    on = Day(label="日期")
    minutes = forms.IntegerField(label="分钟", min_value=1, max_value=1440)
    mentor = forms.TypedChoiceField(label="导师", coerce=int, required=False, empty_value=None)
    provider = forms.CharField(label="提供方", max_length=80, required=False)
    topic = forms.CharField(label="内容", max_length=200)
    output = forms.CharField(label="成果", max_length=300, required=False)

    def __init__(self, *args: Any, mentors: Rows, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(self, "mentor", mentors, "不是导师")

    def given(self) -> Given:
        return Given(**self.cleaned_data)


class ConfirmForm(Dressed, forms.Form):
    satisfaction = forms.TypedChoiceField(
        label="满意度", coerce=int,
        choices=[("", "请选择"), *((n, f"{n} 分") for n in range(5, 0, -1))],
    )  # fmt: skip
    remark = block("评价", 300, 2, required=False)


class MentorForm(Dressed, forms.Form):
    centre = forms.TypedChoiceField(label="中心", coerce=int)
    name = forms.CharField(label="姓名", max_length=40)
    about = block("简介", 500, 3, required=False)
    dimensions = forms.MultipleChoiceField(
        label="擅长", required=False, widget=Boxes, choices=list(DIMENSIONS.items())
    )
    user = forms.TypedChoiceField(
        label="平台账户", coerce=int, required=False, empty_value=None,
        help_text="有账户的导师会被回避规则识别，不能评审自己陪伴过的组织。",
    )  # fmt: skip

    def __init__(self, *args: Any, centres: Rows, users: Rows, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(self, "centre", centres)
        choose(self, "user", users, "没有")
        self.fields["dimensions"].widget.attrs["class"] = "form-check-input"


class AccompanyForm(Dressed, forms.Form):
    mentor = forms.TypedChoiceField(label="导师", coerce=int)

    def __init__(self, *args: Any, mentors: Rows, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(self, "mentor", mentors)


class CourseForm(Dressed, forms.Form):
    centre = forms.TypedChoiceField(label="中心", coerce=int)
    title = forms.CharField(label="课程名称", max_length=80)
    content = block("主要内容", 1000, 4)
    organiser = forms.CharField(label="主办单位", max_length=80)
    hours = hours("课时（小时）")
    least_share = forms.IntegerField(label="结业出勤（%）", min_value=1, max_value=100, initial=80)

    def __init__(self, *args: Any, centres: Rows, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(self, "centre", centres)

    def syllabus(self) -> Syllabus:
        told = self.cleaned_data
        return Syllabus(
            title=told["title"].strip(), content=told["content"].strip(),
            organiser=told["organiser"].strip(), minutes=int(told["hours"] * 60),
            least_share=told["least_share"],
        )  # fmt: skip


class LessonForm(Dressed, forms.Form):
    session = forms.TypedChoiceField(
        label="场次",
        coerce=int,
        help_text="先在“活动”里安排培训场次；报名、签到、核实都在场次里办。",
    )

    def __init__(self, *args: Any, sessions: Rows, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(self, "session", sessions)


class ReportForm(Dressed, forms.Form):
    report = block(
        "自评", 3000, 10, help_text="做了什么、服务了谁、有什么变化，治理、财务、人员怎样。"
    )


class MinutesForm(Dressed, forms.Form):
    minutes = block("评估会议纪要", 1000, 5)


class ExtendForm(MinutesForm):
    field_order = ("months", "minutes")

    months = forms.IntegerField(label="续驻月数", min_value=1, max_value=12, initial=6)


class ProposeExitForm(Dressed, forms.Form):
    ground = forms.ChoiceField(label="事由", choices=[("", "请选择"), *Incubatee.Ground.choices])
    because = block("事实和依据", 400, 4)


class ReasonForm(Dressed, forms.Form):
    reason = block("决定和理由", 500, 4)


class HandOverForm(Dressed, forms.Form):
    handed_over = block("交接清单", 1000, 5, help_text="钥匙、物资、账目、服务对象资料、在办事项。")


class VisitForm(Dressed, forms.Form):
    on = Day(label="回访日期")
    is_alive = forms.TypedChoiceField(
        label="仍在开展活动", coerce=lambda text: text == "1",
        choices=[("", "请选择"), ("1", "是"), ("0", "否")],
    )  # fmt: skip
    note = block("回访记录", 1000, 4)


class TickForm(Dressed, forms.Form):
    on = Day(label="完成日期")
    note = forms.CharField(label="说明", max_length=200, required=False)
