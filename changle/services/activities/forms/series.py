"""What is typed of a programme, a series, the questions of a plan and what a side brought."""

from typing import Any

from django import forms

from changle.core.money import parse
from changle.ground.accounts.forms import Dressed
from changle.ground.territory.models import Node
from changle.services.activities.actions.planning import QuestionDraft
from changle.services.activities.forms.plans import SaneDay, block, choice, line
from changle.services.activities.models import Programme, Question, Term
from changle.services.activities.queries.plans import terms_of
from changle.services.activities.queries.series import programmes_led


MOST_QUESTIONS = 10
LONGEST_QUESTION = 100
KINDS = {"文字": Question.Kind.TEXT, "是否": Question.Kind.YES_NO, "选择": Question.Kind.CHOICE}


class ProgrammeForm(Dressed, forms.Form):
    name = forms.CharField(label="名称", max_length=60)
    about = block("简介", 300)
    starts_on = SaneDay(label="起", required=False)
    ends_on = SaneDay(label="止（当日不含）", required=False)


class SeriesForm(Dressed, forms.Form):
    name = forms.CharField(label="名称", max_length=60, help_text="例如：周末去哪里。")
    about = block("简介", 300)
    programme = choice("属于哪个项目")
    theme = choice("主题")

    def __init__(self, *args: Any, lead: Node, today: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known: dict[str, dict[str, Programme | Term]] = {
            "programme": {str(one.pk): one for one in programmes_led(lead)},
            "theme": {str(one.pk): one for one in terms_of("theme", today)},
        }
        for name, rows in self.known.items():
            field: Any = self.fields[name]
            field.choices = [("", "（不选）"), *((pk, str(row)) for pk, row in rows.items())]

    def facts(self) -> dict[str, Any]:
        typed = self.cleaned_data
        rows = {name: self.known[name].get(typed[name]) for name in self.known}
        return {"name": typed["name"], "about": typed["about"], **rows}


class QuestionsForm(Dressed, forms.Form):
    """A line each: the question, its kind, what may be chosen."""

    lines = block(
        "报名时问什么", 4000, 8,
        help_text="每行一个问题：问题，类型，选项。类型是文字、是否或选择；必答的在问题前加星号。"
        "例如：*是否需要轮椅通道，是否；或：午餐，选择，清真/素食/都可以",
    )  # fmt: skip

    def clean_lines(self) -> list[QuestionDraft]:
        told = [one for one in self.cleaned_data["lines"].splitlines() if one.strip()]
        if len(told) > MOST_QUESTIONS:
            raise forms.ValidationError(f"最多 {MOST_QUESTIONS} 个问题。")
        return [drafted(text, number) for number, text in enumerate(told, 1)]


def drafted(text: str, number: int) -> QuestionDraft:
    words, kind, *rest = [*(part.strip() for part in text.replace(",", "，").split("，")), ""][:4]
    question = words.lstrip("*＊ ")
    if not question or len(question) > LONGEST_QUESTION:
        raise forms.ValidationError(f"第 {number} 行：问题应为 1 到 {LONGEST_QUESTION} 个字。")
    if kind and kind not in KINDS:
        raise forms.ValidationError(f"第 {number} 行：类型应为文字、是否或选择。")
    choices = [one.strip() for one in (rest[0] if rest else "").split("/") if one.strip()]
    chosen = KINDS.get(kind, Question.Kind.TEXT)
    if chosen == Question.Kind.CHOICE and len(choices) < 2:  # noqa: PLR2004  else nothing is chosen
        raise forms.ValidationError(f"第 {number} 行：选择题至少要两个选项，用斜杠分开。")
    return QuestionDraft(
        text=question, kind=chosen, choices=choices if chosen == Question.Kind.CHOICE else (),
        is_required=words != question,
    )  # fmt: skip


def told_as_lines(questions: Any) -> str:
    """The questions as the form takes them."""
    names = {kind: name for name, kind in KINDS.items()}
    return "\n".join(
        "，".join(filter(None, [
            f"{'*' if one.is_required else ''}{one.text}", names[one.kind], "/".join(one.choices),
        ]))
        for one in questions
    )  # fmt: skip


class GivenForm(Dressed, forms.Form):
    """What a side really brought."""

    people = forms.IntegerField(label="实际出人", min_value=0, max_value=999, initial=0)
    money = line("实际出资（元）", 20)
    note = line("其他实际贡献", 200)

    def clean_money(self) -> int:
        text = self.cleaned_data["money"].strip()
        return parse(text) if text else 0


class ReasonForm(Dressed, forms.Form):
    reason = forms.CharField(
        label="理由", max_length=200, help_text="会和您的姓名、时间一起记入日志。",
    )  # fmt: skip
