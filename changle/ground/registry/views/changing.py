"""A body enters, changes, takes another name, seat or standing."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from changle.core.access import Request, page
from changle.core.refusals import Refused
from changle.ground.registry.actions import (
    Draft,
    DuplicateCode,
    Outdated,
    add_organisation,
    change_organisation,
    move_organisation,
    rename_organisation,
)
from changle.ground.registry.forms import (
    AddForm,
    EditForm,
    RelocateForm,
    RenameForm,
)
from changle.ground.registry.forms.rivals import (
    KEEP,
    opened_anew,
    opened_with,
    rivals,
    settled,
)
from changle.ground.registry.models import Organisation
from changle.ground.registry.queries import (
    Lookalike,
    class_choices,
    detail,
    editable,
    lookalikes,
    seats,
)
from changle.ground.territory.queries import in_words
from changle.ground.territory.roles import Permission
from changle.ground.territory.views.filling import Sheet, fill


WIDE = {"name", "address", "purpose", "business_scope", "note", "code_override_reason"}


def editable_or_404(request: Request, pk: int) -> Organisation:
    row = editable(request.actor, pk)
    if row is None:
        raise Http404
    return row


def page_of(row: Organisation) -> str:
    return reverse("registry:organisation", args=[row.pk])


@page(Permission.ORGANISATION_EDIT)
def add(request: Request) -> HttpResponse:
    places = seats(request.actor)
    if not places.exists():
        raise Http404  # such as who keeps one body's own record
    overrides = request.actor.holds(Permission.CODE_OVERRIDE)
    form = AddForm(
        request.POST or None, places=places, classes=class_choices(), overrides=overrides
    )
    words = {"heading": "新增组织", "back": reverse("registry:organisations"), "draft": "add"}
    if not form.is_bound:
        return printed(request, form, words)
    if not form.is_valid():
        return printed(request, form, words, status=422)
    twins = [] if form.cleaned_data["sure"] else twins_of(request, form)
    if twins:
        return printed(request, form, {**words, "twins": twins}, status=409)
    return entered(request, form, words)


def entered(request: Request, form: AddForm, words: dict[str, Any]) -> HttpResponse:
    draft = Draft(**form.columns(), place=form.cleaned_data["place"], source="手工录入")
    try:
        row = add_organisation(draft=draft, by=request.actor, now=timezone.now())
    except Refused as refusal:
        return printed(request, form, {**words, **refused(request, refusal)}, status=409)
    messages.success(request, f"已新增“{row.name}”。")
    return redirect(page_of(row))


def twins_of(request: Request, form: AddForm) -> list[Lookalike]:
    """Bodies that look like the one typed; one of the same code is refused by the action."""
    told = ("name", "place", "contact_phone", "legal_representative", "address")
    typed = {name: form.cleaned_data[name] for name in told}
    return lookalikes(actor=request.actor, **typed)


def refused(request: Request, refusal: Refused) -> dict[str, Any]:
    """The refusal in words, with the way to the record that stands in the way."""
    holder = refusal.holder if isinstance(refusal, DuplicateCode) else None
    seen = detail(request.actor, holder.pk) if holder else None
    return {"refusal": str(refusal), "holder": page_of(seen) if seen else ""}


def printed(
    request: Request, form: AddForm | EditForm, words: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    context = {"form": form, "wide": WIDE, **words}
    return render(request, "registry/form.html", context, status=status)


@page(Permission.ORGANISATION_EDIT)
def edit(request: Request, pk: int) -> HttpResponse:
    row = editable_or_404(request, pk)
    overrides = request.actor.reaches(row, Permission.CODE_OVERRIDE)
    asked: dict[str, Any] = {
        "organisation": row,
        "classes": class_choices(row),
        "overrides": overrides,
    }
    chosen = any(name.startswith(KEEP) for name in request.POST)
    data = settled(request.POST, EditForm(None, **asked)) if chosen else request.POST
    form = EditForm(data or None, **asked)
    words = {"heading": f"修改{row.name}", "back": page_of(row), "draft": f"edit-{row.pk}",
             "was": opened_with(form)}  # fmt: skip
    if not form.is_bound:
        return printed(request, form, words)
    if not form.is_valid():
        return printed(request, form, words, status=422)
    try:
        saved(request, row, form)
    except Outdated as refusal:
        told = {"refusal": str(refusal), "since": in_words(refusal.since),
                "rivals": list(rivals(form)), "was": opened_anew(form)}  # fmt: skip
        form.renew(row.version)
        return printed(request, form, {**words, **told}, status=409)
    except Refused as refusal:
        return printed(request, form, {**words, **refused(request, refusal)}, status=409)
    messages.success(request, "已保存。")
    return redirect(page_of(row))


def saved(request: Request, row: Organisation, form: EditForm) -> None:
    typed = form.cleaned_data
    change_organisation(
        pk=row.pk, version=typed["version"], changes=form.columns(), on=typed["effective_on"],
        note=typed["note"], by=request.actor, now=timezone.now(),
    )  # fmt: skip


@page(Permission.ORGANISATION_EDIT)
def rename(request: Request, pk: int) -> HttpResponse:
    row = editable_or_404(request, pk)
    initial = {"name": row.name, "on": timezone.localdate()}
    form = RenameForm(request.POST or None, initial=initial)
    sheet = Sheet(
        heading=f"{row.name}更名", button="更名", done="已更名。", back=page_of(row),
        about="旧名称留在历史里，仍可凭旧名称查到当时的统计。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: rename_organisation(
        pk=pk, by=request.actor, now=timezone.now(), **form.cleaned_data
    ))  # fmt: skip


@page(Permission.ORGANISATION_EDIT)
def relocate(request: Request, pk: int) -> HttpResponse:
    row = editable_or_404(request, pk)
    initial = {"place": row.node.parent_id, "on": timezone.localdate()}
    form = RelocateForm(request.POST or None, initial=initial, places=seats(request.actor))
    sheet = Sheet(
        heading=f"{row.name}迁址", button="迁址", done="已迁址。", back=page_of(row),
        about="迁址后由新的街道、社区管理，原街道、社区不再看到它；登记机关不因迁址而变。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: move_organisation(
        pk=pk, by=request.actor, now=timezone.now(), **form.cleaned_data
    ))  # fmt: skip
