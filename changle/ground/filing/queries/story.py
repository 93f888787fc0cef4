"""Where an application is and how it came there, in plain words for whoever began it."""

from dataclasses import dataclass
from datetime import date, datetime

from changle.ground.filing.models import Filing, FilingTurn


State = Filing.State


@dataclass(frozen=True)
class Where:
    """Who has the application now."""

    tone: str
    label: str
    sentence: str


@dataclass(frozen=True)
class Event:
    at: datetime | date
    title: str
    words: str = ""
    tone: str = ""


TONES = {State.FILED: "good", State.RETURNED: "bad", State.WITHDRAWN: "past", State.CLOSED: "past"}


def label_of(row: Filing) -> str:
    if row.state == State.FILED:
        done = {"new": "已备案", "change": "已变更", "cancel": "已注销备案"}
        return done[row.kind]
    return row.state_label()


def where_it_is(row: Filing) -> Where:
    street = row.community.parent.name if row.community.parent else "街道"
    until = (
        f"，{row.due_on.year}年{row.due_on.month}月{row.due_on.day}日前办出" if row.due_on else ""
    )
    sentences = {
        State.DRAFT: "还没有提交，只有您自己看得到。",
        State.SUBMITTED: f"在{row.community.name}，等社区提出意见{until}。",
        State.STREET_REVIEW: f"在{street}办事处，正在审核{until}。",
        State.RETURNED: "退回到您这里，请按退回原因改好后重新提交。",
        State.FILED: f"已办结。{f'备案编号 {row.filing_number}。' if row.filing_number else ''}",
        State.WITHDRAWN: "您已撤回。需要时可以重新申请。",
        State.CLOSED: "申请已终止。",
    }
    state = State(row.state)
    return Where(TONES.get(state, ""), label_of(row), sentences[state])


def story_of(row: Filing, turns: list[FilingTurn]) -> list[Event]:
    """The way of the application, the latest first."""
    events = [Event(row.begun_at, "开始填写")]
    if row.submitted_on:
        events.append(Event(row.submitted_on, "首次提交"))
    for turn in turns:
        tone = {"returned": "bad", "filed": "good"}.get(turn.outcome, "")
        title = f"{turn.get_desk_display()}{turn.get_outcome_display()}"
        if turn.outcome == FilingTurn.Outcome.WITHDRAWN:
            title = "您撤回了申请"
        events.append(Event(turn.ended_at, title, turn.words, tone))
    return events[::-1]
