"""Every deed on filings."""

from changle.ground.filing.actions.applying import (
    FilingRefused,
    add_paper,
    list_members,
    start,
    start_change,
    strike_member,
    submit,
    withdraw,
    write,
)
from changle.ground.filing.actions.converting import convert, file_on_paper
from changle.ground.filing.actions.lapsing import confirm_lapse, keep, propose_lapses
from changle.ground.filing.actions.numbering import allot
from changle.ground.filing.actions.reviewing import (
    Confusable,
    Filed,
    agree,
    disagree,
    file,
    file_many,
    send_back,
)
from changle.ground.filing.actions.ruling import set_rule


__all__ = [
    "Confusable",
    "Filed",
    "FilingRefused",
    "add_paper",
    "agree",
    "allot",
    "confirm_lapse",
    "convert",
    "disagree",
    "file",
    "file_many",
    "file_on_paper",
    "keep",
    "list_members",
    "propose_lapses",
    "send_back",
    "set_rule",
    "start",
    "start_change",
    "strike_member",
    "submit",
    "withdraw",
    "write",
]
