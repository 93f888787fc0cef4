"""What is typed of a session: how many came, what shows it, and whether it is so."""

from typing import Any

from django import forms

from changle.core.money import parse
from changle.ground.accounts.forms import Dressed
from changle.services.activities.actions.planning import SessionDraft
from changle.services.activities.actions.recording import Cost, EvidenceDraft
from changle.services.activities.forms.plans import (
    MOST_PEOPLE,
    Clock,
    SaneDay,
    block,
    choice,
    line,
    moment,
)
from changle.services.activities.models import Evidence, Session
from changle.services.commons.models import Space


MOST_LINES = 40


class CountForm(Dressed, forms.Form):
    """A count of heads."""

    people = forms.IntegerField(
        label="现场总人数", min_value=0, max_value=MOST_PEOPLE,
        help_text="服务对象全部，含已经签到的；不含志愿者、工作人员。",
    )  # fmt: skip
    counted_by = forms.CharField(label="清点人", max_length=60)
    at = Clock(label="清点时间")


class EvidenceForm(Dressed, forms.Form):
    """A photo or paper."""

    upload = forms.FileField(label="文件", widget=forms.FileInput({"accept": "image/*,.pdf"}))
    kind = forms.ChoiceField(label="类别", choices=Evidence.Kind)
    at = Clock(label="拍摄时间", required=False, help_text="照片须填，活动当天的时间。")
    consent = choice("肖像同意", choices=[("", "（不是照片）"), *Evidence.Consent.choices])
    caption = line("说明", 100)
    is_public = forms.BooleanField(label="可以公开", required=False)

    def draft(self, session: Session) -> EvidenceDraft:
        typed = self.cleaned_data
        taken = moment(session.on, typed["at"]) if typed["at"] else None
        return EvidenceDraft(
            upload=typed["upload"], kind=typed["kind"], caption=typed["caption"],
            consent=typed["consent"], taken_at=taken, is_public=typed["is_public"],
        )  # fmt: skip


class SummaryForm(Dressed, forms.Form):
    """What came of it."""

    text = forms.CharField(label="小结", max_length=1000, widget=forms.Textarea({"rows": 5}))
    claimed = forms.IntegerField(
        label="自报受益人数", required=False, min_value=0, max_value=10**8,
        help_text="只作参考，不计入任何统计。",
    )  # fmt: skip


class ExpensesForm(Dressed, forms.Form):
    """A line each: what, yuan, who paid."""

    lines = block(
        "支出",
        4000,
        6,
        help_text="每行一笔：用途，金额（元），出资方。例如：材料费，120.5，秋文社工",
    )

    def __init__(self, *args: Any, session: Session, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.session = session

    def clean_lines(self) -> list[Cost]:
        costs = []
        told = self.cleaned_data["lines"].replace(",", "，").splitlines()
        for number, text in enumerate((one for one in told if one.strip()), 1):
            parts = [part.strip() for part in text.split("，")]
            if not 2 <= len(parts) <= 3 or number > MOST_LINES:  # noqa: PLR2004  what, how much, who
                raise forms.ValidationError(f"第 {number} 行应为：用途，金额，出资方。")
            fen = amount(parts[1], number)
            payer = parts[2] if len(parts) > 2 else ""  # noqa: PLR2004
            costs.append(Cost(what=parts[0], fen=fen, spent_on=self.session.on, payer=payer))
        return costs


def amount(text: str, number: int) -> int:
    try:
        return parse(text)
    except forms.ValidationError as error:
        raise forms.ValidationError(f"第 {number} 行：{''.join(error.messages)}") from None


class CorrectForm(Dressed, forms.Form):
    """What the numbers of a verified session become."""

    named = forms.IntegerField(
        label="实名人次增减", initial=0, min_value=-MOST_PEOPLE, max_value=MOST_PEOPLE
    )
    anonymous = forms.IntegerField(
        label="匿名人次增减", initial=0, min_value=-MOST_PEOPLE, max_value=MOST_PEOPLE
    )
    reason = forms.CharField(label="原因", max_length=300, widget=forms.Textarea({"rows": 3}))


class CapacityForm(Dressed, forms.Form):
    capacity = forms.IntegerField(
        label="名额", required=False, min_value=1, max_value=MOST_PEOPLE, help_text="空着为不限。"
    )


class MoveForm(Dressed, forms.Form):
    """Another day, hour or place."""

    on = SaneDay(label="日期")
    start = Clock(label="开始")
    end = Clock(label="结束")
    rooms = choice("场地", help_text="不选则用下面写明的地点。")
    venue = line("地点", 120)

    def __init__(self, *args: Any, rooms: list[Space], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["rooms"]
        field.choices = [
            ("", "（不预约）"),
            *(
                (str(one.pk), f"{one.centre.name} · {one.name}（{one.capacity} 人）")
                for one in rooms
            ),
        ]

    def draft(self, session: Session) -> SessionDraft:
        typed = self.cleaned_data
        return SessionDraft(
            starts_at=moment(typed["on"], typed["start"]), ends_at=moment(typed["on"], typed["end"]),
            rooms=(int(typed["rooms"]),) if typed["rooms"] else (), venue=typed["venue"],
            capacity=session.capacity,
        )  # fmt: skip
