"""Bulletins: words with questions in braces, each answered by a number that leads to its rows.

{registry.filed}                       a figure of the bulletin's place and period
{registry.registered|kind=ST}          one part of it
{a.code / b.code}                      a quotient in percent, to one place
{a} = {b} + {c}                        is checked: what does not add up is said before it is issued
"""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote_plus

from django.db.models import QuerySet

from changle.core.indicators import CATALOGUE, NoSuchFigure, parts, standing, value
from changle.core.reach import Actor
from changle.ground.territory.models import Node
from changle.ground.territory.roles import Permission
from changle.oversight.statistics.models import Bulletin, Issue
from changle.oversight.statistics.queries.words import halves, spoken


QUESTION = re.compile(r"\{([^{}]{1,200})\}")
EQUATION = re.compile(r"\{([^{}]+)\}\s*[=＝]\s*(\{[^{}]+\}(?:\s*[+＋]\s*\{[^{}]+\})+)")
MOST_QUESTIONS = 100


class BadQuestion(ValueError):
    """What stands in braces asks for nothing there is; the sentence says why."""


@dataclass(frozen=True)
class Piece:
    """Some words, or a number with the question it answers and what its rows are asked by."""

    text: str
    asked: str = ""
    query: str = ""
    of: str = ""
    number: float | None = None


@dataclass(frozen=True)
class Scene:
    """Where and when the questions are asked."""

    node: Node
    start: date
    end: date
    asking: dict[str, Any]

    def stem(self, code: str) -> str:
        return f"code={code}&node={self.node.pk}&from={self.start}&to={self.end}"


def scene_of(row: Bulletin, today: date) -> Scene:
    asking = {
        "path": row.node.path or "",
        "period": row.period,
        "today": today,
        "stamp": standing(),
    }
    return Scene(row.node, row.starts_on, row.ends_on, asking)


def pieces_of(text: str, scene: Scene) -> Iterator[Piece]:
    """The text with its questions answered; raises BadQuestion."""
    questions = QUESTION.findall(text)
    if len(questions) > MOST_QUESTIONS:
        raise BadQuestion(f"一份通报最多问 {MOST_QUESTIONS} 个数。")
    for number, part in enumerate(QUESTION.split(text)):
        if number % 2:
            yield answer(part, scene)
        elif part:
            yield Piece(part)


def answer(question: str, scene: Scene) -> Piece:
    above, slash, below = (word.strip() for word in question.replace("÷", "/").partition("/"))
    if not slash:
        return one(above, question, scene)
    numerator, denominator = one(above, question, scene), one(below, question, scene)
    if not denominator.number:
        return Piece("—", question, numerator.query)
    quotient = round((numerator.number or 0) * 100 / denominator.number, 1)
    of = f"{numerator.number:g}/{denominator.number:g} %"
    return Piece(f"{quotient}%", question, numerator.query, of, quotient)


def one(term: str, question: str, scene: Scene) -> Piece:
    code, bar, part = (word.strip() for word in term.partition("|"))
    if code not in CATALOGUE:
        raise BadQuestion(f"没有代码为“{code}”的指标，见统计的“指标与口径”。")
    if not bar:
        figure = value(code, **scene.asking)
        percent = "%" if figure.indicator.unit == "%" and figure.value is not None else ""
        return Piece(
            spoken(figure.value) + percent, question, scene.stem(code), halves(figure), figure.value
        )
    by, equals, key = (word.strip() for word in part.partition("="))
    try:
        CATALOGUE[code].cut(by)
    except NoSuchFigure as unknown:
        raise BadQuestion(str(unknown)) from None
    told = parts(code, by, **scene.asking) if equals else []
    found = next((p for p in told if key in {p.key, p.label}), None)
    number = found.value if found else 0
    if found is None and not key:
        raise BadQuestion(f"“{term}”应写成：代码|分组=哪一项。")
    query = f"{scene.stem(code)}&by={by}&key={quote_plus(found.key if found else key)}"
    return Piece(spoken(number), question, query, number=number)


def faults_of(text: str, scene: Scene) -> list[str]:
    """The sums that the text claims and the numbers do not keep."""
    told = []
    for whole, others in EQUATION.findall(text):
        left = answer(whole, scene)
        right = [answer(question, scene) for question in QUESTION.findall(others)]
        if (left.number or 0) != sum(piece.number or 0 for piece in right):
            said = " + ".join(piece.text for piece in right)
            told.append(f"{left.text} 不等于 {said}。")
    return told


def kept_of(pieces: list[Piece]) -> list[dict[str, Any]]:
    """What an issue keeps: the words, and each number with its question."""
    return [{"text": p.text, "asked": p.asked, "number": p.number} for p in pieces]


def digest_of(content: list[dict[str, Any]]) -> str:
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def differences(issue: Issue, now: list[Piece]) -> list[tuple[str, str, str]]:
    """Question, what was issued, what the rows say now: of those that differ (修订差额)."""
    today = {piece.asked: piece.text for piece in now if piece.asked}
    return [
        (kept["asked"], kept["text"], today[kept["asked"]])
        for kept in issue.content
        if kept["asked"] and today.get(kept["asked"], kept["text"]) != kept["text"]
    ]


def bulletins_seen(actor: Actor) -> "QuerySet[Bulletin]":
    rows = actor.rows(Bulletin, Permission.FIGURE_VIEW).select_related("node", "written_by")
    return rows.prefetch_related("issues").order_by("-starts_on", "-pk")


def last_issue(row: Bulletin) -> Issue | None:
    return row.issues.select_related("issued_by").order_by("-number").first()
