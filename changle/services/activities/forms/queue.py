"""What a door's device sends of its queue, checked before anything is done with it."""

import json
from datetime import UTC, datetime
from typing import Any

from changle.core.refusals import Refused
from changle.services.activities.actions.leaving import LONGEST_NAME
from changle.services.activities.actions.queue import Note


MOST = 100
LONGEST_ID = 40
LONGEST_CODE = 200
BIGGEST = 2**62
KINDS = ("in", "out", "hand")


class Unreadable(Refused):
    """No queue of ours; nothing of it is done."""


def notes_of(body: bytes) -> list[Note]:
    try:
        items = json.loads(body)["items"]
        if not isinstance(items, list) or len(items) > MOST:
            raise Unreadable(f"一次最多发送 {MOST} 条。")
        return [note_of(item) for item in items]
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise Unreadable("发送的内容无法识别，请刷新页面再试。") from error


def note_of(item: dict[str, Any]) -> Note:
    pk, kind = str(item["id"]), str(item["kind"])
    if not 0 < len(pk) <= LONGEST_ID or not pk.isprintable() or kind not in KINDS:
        raise ValueError(kind)
    at = item.get("at")
    return Note(
        id=pk, kind=kind, code=str(item.get("code") or "")[:LONGEST_CODE],
        typed=item.get("typed") is True, up=number(item.get("up")),
        there=number(item.get("there")), to=" ".join(str(item.get("to") or "").split())[:LONGEST_NAME],
        at=None if at is None else datetime.fromtimestamp(int(at) / 1000, tz=UTC),
    )  # fmt: skip


def number(told: Any) -> int | None:
    if told is None or told == "":
        return None
    if not 0 < int(told) < BIGGEST:
        raise ValueError(told)
    return int(told)
