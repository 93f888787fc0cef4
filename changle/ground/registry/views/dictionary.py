"""The class lists: seen, added to, retired from, led across."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from changle.core.access import Request, page
from changle.ground.registry.actions import add_entry, lead_entry, retire_entry
from changle.ground.registry.forms import EntryForm, LeadForm, RetireForm
from changle.ground.registry.models import ClassItem, ClassList
from changle.ground.registry.queries import class_entry, class_items, class_list, translated
from changle.ground.territory.roles import Permission
from changle.ground.territory.views.filling import Sheet, fill


def known(name: str) -> ClassList:
    if name not in ClassList.values:
        raise Http404
    return ClassList(name)


def entry_or_404(pk: int) -> ClassItem:
    entry = class_entry(pk)
    if entry is None:
        raise Http404
    return entry


def page_of(list_: str) -> str:
    return reverse("registry:classes_of", args=[list_])


@page(Permission.DICTIONARY_EDIT)
def classes(request: Request, list_: str = ClassList.FIELD) -> HttpResponse:
    shown = known(list_)
    context = {
        "shown": shown,
        "lists": [(page_of(name), label, name == shown) for name, label in ClassList.choices],
        "others": [(name, label) for name, label in ClassList.choices if name != shown],
        "entries": class_list(shown),
    }
    return render(request, "registry/classes.html", context)


@page(Permission.DICTIONARY_EDIT)
def entry_add(request: Request, list_: str) -> HttpResponse:
    shown, form = known(list_), EntryForm(request.POST or None)
    sheet = Sheet(
        heading=f"{shown.label}：新增分类", button="新增", done="已新增。", back=page_of(shown)
    )
    return fill(request, form, sheet, lambda: add_entry(
        list_=shown, by=request.actor, now=timezone.now(), **form.cleaned_data
    ))  # fmt: skip


@page(Permission.DICTIONARY_EDIT)
def entry_retire(request: Request, pk: int) -> HttpResponse:
    entry = entry_or_404(pk)
    form = RetireForm(request.POST or None, initial={"on": timezone.localdate()})
    sheet = Sheet(
        heading=f"停用“{entry}”", button="停用", done="已停用。", back=page_of(entry.list), grave=True,
        about="停用后不能再选；已用它的组织保留原分类，历史统计不变。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: retire_entry(
        pk=pk, by=request.actor, now=timezone.now(), **form.cleaned_data
    ))  # fmt: skip


@page(Permission.DICTIONARY_EDIT)
def entry_lead(request: Request, pk: int, target_list: str) -> HttpResponse:
    entry, target = entry_or_404(pk), known(target_list)
    form = LeadForm(
        request.POST or None,
        initial={"target": translated(entry, target)},
        targets=class_items(target),
    )
    sheet = Sheet(
        heading=f"“{entry}”在“{target.label}”里是", button="保存", done="已保存。",
        back=page_of(entry.list), about="对照只用来换一种口径看，不改变组织自己的分类。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: lead_entry(
        pk=pk, target_list=target, by=request.actor, now=timezone.now(), **form.cleaned_data
    ))  # fmt: skip
