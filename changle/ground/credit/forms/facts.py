"""What is typed of a fact, as the decision on paper has it."""

from datetime import date
from typing import Any

from django import forms

from changle.core.money import parse
from changle.ground.accounts.forms import Dressed
from changle.ground.credit.actions.recording import FIRST_YEAR, Paper
from changle.ground.credit.models import ListGround
from changle.ground.registry.forms.organisation import told
from changle.ground.registry.models import OfficialFact
from changle.ground.registry.queries.rulebook import GRADES, PENALTIES, RESULTS
from changle.ground.territory.forms import Day


def chosen(words: tuple[str, ...]) -> list[tuple[str, str]]:
    return [("", "请选择"), *((word, word) for word in words)]


class Papered(Dressed, forms.Form):
    """The decision behind the fact."""

    ground = forms.CharField(label="事由", max_length=200, required=False)
    authority = forms.CharField(label="作出机关", max_length=60, required=False)
    document = forms.CharField(label="文号", max_length=60, required=False)

    def paper(self) -> Paper:
        values = self.cleaned_data
        names = ("authority", "document", "ground")
        return Paper(**{name: values[name] for name in names if name in values})

    def columns(self) -> dict[str, Any]:
        """What was typed, the paper apart."""
        skipped = {"authority", "document", "ground"}
        return {k: v for k, v in self.cleaned_data.items() if k not in skipped}


class InspectionForm(Papered):
    year = forms.IntegerField(label="被检年度", min_value=FIRST_YEAR, max_value=2199)
    result = forms.ChoiceField(label="结论", choices=chosen(RESULTS))
    on = Day(label="结论日期", help_text="决定上的日期；可以是过去，不能晚于今天。")
    rectify_by = Day(
        label="整改期限", required=False, help_text="基本合格、不合格的不填则按规则推算。"
    )
    field_order = ("year", "result", "on", "rectify_by", "ground", "authority", "document")


class GradeForm(Papered):
    ground = None  # type: ignore[assignment]  # a grade needs no reason
    grade = forms.ChoiceField(label="等级", choices=chosen(GRADES))
    starts_on = Day(label="有效期起", help_text="证书上的日期。")
    ends_on = Day(
        label="有效期止（当日失效）", required=False, help_text="不填则为五年后的同一天。"
    )
    field_order = ("grade", "starts_on", "ends_on", "authority", "document")


class EndGradeForm(Dressed, forms.Form):
    to = forms.ChoiceField(label="变动")
    on = Day(label="自哪天起")
    reason = forms.CharField(label="原因", max_length=180)

    def __init__(self, *args: Any, fact: OfficialFact, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lower = GRADES[GRADES.index(fact.result) + 1 :] if fact.result in GRADES else ()
        field: Any = self.fields["to"]
        field.choices = [
            ("", "请选择"), ("none", "取消等级"), *((one, f"降为{one}") for one in lower),
        ]  # fmt: skip

    def columns(self) -> dict[str, Any]:
        to = self.cleaned_data["to"]
        return {**self.cleaned_data, "to": "" if to == "none" else to}


class GroundField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not subscriptable
    """A ground, under the name of its list."""


class ListForm(Papered):
    ground = GroundField(None, label="名录与事由", empty_label="请选择")  # type: ignore[assignment]  # of the list's own
    on = Day(label="列入日期", help_text="列入当日即受限制；可以是过去，不能晚于今天。")
    again = forms.BooleanField(
        label="在列期间再次出现（重新计算列入期限）", required=False
    )  # MCA order 60, art. 12
    field_order = ("ground", "on", "again", "authority", "document")

    def __init__(self, *args: Any, grounds: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["ground"]
        field.queryset = grounds
        lists: dict[str, list[tuple[int, str]]] = {}
        for row in grounds:
            lists.setdefault(row.get_list_display(), []).append((row.pk, row.name))
        field.choices = [("", "请选择"), *lists.items()]

    def paper(self) -> Paper:
        return Paper(
            authority=self.cleaned_data["authority"], document=self.cleaned_data["document"]
        )

    def picked(self) -> ListGround:
        ground: ListGround = self.cleaned_data["ground"]
        return ground


class LeaveForm(Dressed, forms.Form):
    on = Day(label="移出日期", help_text="移出当日即恢复。")
    reason = forms.CharField(
        label="移出事由", max_length=200, help_text="例如：已补报年度工作报告。"
    )


class PenaltyForm(Papered):
    ground = forms.CharField(label="处罚事由", max_length=200)
    document = forms.CharField(label="决定书文号", max_length=60)
    result = forms.ChoiceField(label="种类", choices=chosen(PENALTIES))
    on = Day(label="决定日期")
    ends_on = Day(label="期满日（当日恢复）", required=False, help_text="只用于限期停止活动。")
    amount = forms.CharField(
        label="金额",
        max_length=40,
        required=False,
        help_text="只用于罚款、没收；以元计，也可写“3万元”。",
    )
    field_order = ("result", "on", "ends_on", "amount", "ground", "authority", "document")

    def clean_amount(self) -> int | None:
        text = self.cleaned_data["amount"]
        return told(parse, text) if text else None

    def columns(self) -> dict[str, Any]:
        values = super().columns()
        amount = values.pop("amount")
        return {**values, "amount_fen": amount}


class WithdrawForm(Dressed, forms.Form):
    because = forms.CharField(label="更正原因", max_length=200)


class RectifiedForm(Dressed, forms.Form):
    on = Day(label="整改完成日期")


class PassForm(Papered):
    """For the many: the year and the paper; the bodies are ticked."""

    ground = None  # type: ignore[assignment]  # none is given for those that pass
    year = forms.IntegerField(min_value=FIRST_YEAR, max_value=2199, widget=forms.HiddenInput())
    on = Day(label="结论日期")
    field_order = ("year", "on", "authority", "document")

    @classmethod
    def blank(cls, year: int, today: date) -> "PassForm":
        return cls(initial={"year": year, "on": today})
