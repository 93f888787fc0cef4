"""The bureau keeps the grounds of the lists and the numbers of the rules."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from changle.core.access import Request, page
from changle.ground.credit.actions.rules import add_ground, retire_ground, set_number
from changle.ground.credit.forms.rules import GroundForm, NumberForm, RetireForm
from changle.ground.credit.models import ListGround
from changle.ground.credit.queries.rules import ground_of, grounds, in_words, shown
from changle.ground.registry.queries.rulebook import PARAMETERS, numbers
from changle.ground.territory.roles import Permission
from changle.ground.territory.views.filling import Sheet, fill


def back() -> str:
    return reverse("credit:rules")


@page(Permission.DICTIONARY_EDIT)
def rules(request: Request) -> HttpResponse:
    told = list(grounds())
    context = {
        "numbers": shown(timezone.localdate()),
        "lists": [
            (value, label, [one for one in told if one.list == value])
            for value, label in ListGround.List.choices
        ],
    }
    return render(request, "credit/rules.html", context)


@page(Permission.DICTIONARY_EDIT)
def number(request: Request, name: str) -> HttpResponse:
    if name not in PARAMETERS:
        raise Http404
    one, today = PARAMETERS[name], timezone.localdate()
    value = numbers(today)[name]
    form = NumberForm(
        request.POST or None, initial={"value": value, "starts_on": today, "source": one.source}
    )
    about = f"现为 {in_words(one, value)}。"
    if one.unit == "月日":
        about += "月日写成四位以内的数，例如 531 表示 5 月 31 日。"
    sheet = Sheet(heading=one.label, button="保存", done="已保存。", back=back(), about=about)
    return fill(request, form, sheet, lambda: set_number(
        name=name, by=request.actor, now=timezone.now(), **form.cleaned_data
    ))  # fmt: skip


@page(Permission.DICTIONARY_EDIT)
def ground_add(request: Request, list_: str) -> HttpResponse:
    if list_ not in ListGround.List.values:
        raise Http404
    form = GroundForm(request.POST or None)
    label = ListGround.List(list_).label
    sheet = Sheet(heading=f"{label}：新增事由", button="新增", done="已新增。", back=back())
    return fill(request, form, sheet, lambda: add_ground(
        list_=list_, by=request.actor, now=timezone.now(), **form.cleaned_data
    ))  # fmt: skip


@page(Permission.DICTIONARY_EDIT)
def ground_retire(request: Request, pk: int) -> HttpResponse:
    row = ground_of(pk)
    if row is None:
        raise Http404
    form = RetireForm(request.POST or None, initial={"on": timezone.localdate()})
    sheet = Sheet(
        heading=f"停用事由“{row}”", button="停用", done="已停用。", back=back(), grave=True,
        about="停用后不能再以它列入；已列入的不变。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: retire_ground(
        pk=pk, by=request.actor, now=timezone.now(), **form.cleaned_data
    ))  # fmt: skip
