"""Two people saved the same record: field by field what it was, what it is, and what was typed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import QueryDict  # noqa: TID251  what a form was given

from changle.ground.registry.forms.organisation import EditForm


WAS, KEEP = "was-", "keep-"
OF_THE_DEED = {"version", "effective_on", "note"}


@dataclass(frozen=True)
class Rival:
    """One field that another has changed since the page was opened."""

    name: str
    label: str
    was: str
    theirs: str
    mine: str
    untouched: bool  # who saves now has not changed it: theirs is proposed


def sent(value: Any) -> str:
    """A present value as a browser would send it."""
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    return str(getattr(value, "pk", value)).replace("\r\n", "\n").strip()


def present(form: EditForm) -> dict[str, str]:
    """Every field as it stands in the record."""
    return {name: sent(form.initial.get(name)) for name in form.fields if name not in OF_THE_DEED}


def opened_with(form: EditForm) -> list[tuple[str, str]]:
    """What the page was opened with, to be sent along; kept while the form is only being put right."""
    now = present(form)
    told = form.data if form.is_bound else {}
    return [(f"{WAS}{name}", sent(told.get(f"{WAS}{name}", value))) for name, value in now.items()]


def opened_anew(form: EditForm) -> list[tuple[str, str]]:
    return [(f"{WAS}{name}", value) for name, value in present(form).items()]


def rivals(form: EditForm) -> Iterator[Rival]:
    for name, theirs in present(form).items():
        was = sent(form.data.get(f"{WAS}{name}", theirs))
        mine = sent(form.data.get(name))
        if theirs not in {was, mine}:
            words = words_of(form, name)
            yield Rival(
                name, str(form.fields[name].label), words.get(was, was), words.get(theirs, theirs),
                words.get(mine, mine), untouched=mine == was,
            )  # fmt: skip


def words_of(form: EditForm, name: str) -> dict[str, str]:
    """The choices of a field by what is sent for them, groups flattened."""
    told: dict[str, str] = {}
    for value, label in getattr(form.fields[name], "choices", ()):
        pairs = label if isinstance(label, list | tuple) else [(value, label)]
        told |= {str(key): str(words) for key, words in pairs if str(key)}
    return told


def settled(data: Mapping[str, Any], blank: EditForm) -> Any:
    """What was sent, with the present value wherever the other's was chosen."""
    if not isinstance(data, QueryDict):
        return data
    now, copy = present(blank), data.copy()
    for name, value in now.items():
        if data.get(f"{KEEP}{name}") == "theirs":
            copy[name] = value
    return copy
