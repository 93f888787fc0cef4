"""One person in one post: taken up, put right, ended; and what goes with it."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from changle.core.access import Request, page
from changle.core.refusals import Refused
from changle.ground.people.actions import (
    KnownAlready,
    PostDraft,
    add_post,
    change_head,
    edit_person,
    edit_post,
    end_post,
    give_access,
    merge_people,
    read_number,
)
from changle.ground.people.forms import (
    AccessForm,
    AddForm,
    EditForm,
    EndForm,
    HeadForm,
    MergeForm,
    NumberForm,
    PersonForm,
)
from changle.ground.people.models import HEAD, KINDS, Post
from changle.ground.people.queries import (
    head_of,
    history_of_post,
    in_office_elsewhere,
    namesakes,
    personal,
    post_seen,
    told_post,
)
from changle.ground.people.views.roster import body_or_404, people_page
from changle.ground.registry.actions import Outdated as OutdatedBody
from changle.ground.territory.queries import in_words, powers_of, stand
from changle.ground.territory.roles import Permission
from changle.ground.territory.views.filling import Sheet, fill


WIDE = {"employer", "person_note", "note", "same"}


def post_or_404(request: Request, pk: int, needs: str = Permission.PEOPLE_VIEW) -> Post:
    row = post_seen(request.actor, pk, needs)
    if row is None:
        raise Http404
    return row


def post_page(pk: int) -> str:
    return reverse("people:post", args=[pk])


@page(Permission.PEOPLE_EDIT)
def add(request: Request, pk: int) -> HttpResponse:
    row = body_or_404(request, pk, Permission.PEOPLE_EDIT)
    wanted = request.GET.get("kind", "")
    kind = wanted if wanted in KINDS and wanted != HEAD else ""
    form = AddForm(request.POST or None, initial={"kind": kind, "starts_on": timezone.localdate()})
    sheet = Sheet(
        heading=f"{row.name}：新增任职", button="保存", done="已登记任职。", back=people_page(pk)
    )
    return entered(request, form, sheet, lambda: add_post(
        organisation=pk, draft=draft_of(form), by=request.actor, now=timezone.now()
    ))  # fmt: skip


@page(Permission.PEOPLE_EDIT)
def head(request: Request, pk: int) -> HttpResponse:
    """The head changes, and with them the record of the body."""
    row, today = body_or_404(request, pk, Permission.PEOPLE_EDIT), timezone.localdate()
    present = head_of(pk, on=today)
    initial = {"version": row.version, "since": present.pk if present else 0, "starts_on": today}
    form = HeadForm(request.POST or None, initial=initial)
    told = (
        f"现任：{present.person.name}，自 {present.starts_on}。"
        if present
        else "现在没有登记在任的负责人。"
    )
    sheet = Sheet(
        heading=f"{row.name}：变更负责人", button="变更", done="已变更负责人。", back=people_page(pk),
        about=f"{told}保存后原任离任、新任到任，资料里的法定代表人（负责人）一并更改。",
    )  # fmt: skip
    return entered(request, form, sheet, lambda: change_head(
        organisation=pk, version=form.cleaned_data["version"], since=form.cleaned_data["since"],
        draft=draft_of(form), because=form.cleaned_data["because"], by=request.actor,
        now=timezone.now(),
    ))  # fmt: skip


def draft_of(form: AddForm) -> PostDraft:
    facts = form.post()
    return PostDraft(
        person=form.person(), kind=facts.pop("kind", HEAD), starts_on=facts.pop("starts_on"),
        facts=facts, same=form.cleaned_data["same"],
    )  # fmt: skip


def entered(request: Request, form: AddForm, sheet: Sheet, deed: Callable[[], Any]) -> HttpResponse:
    """As `fill`, and asks the clerk where the person seems to be known already."""
    if form.is_bound:
        offer(request, form)
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            deed()
        except KnownAlready as known:
            form.offer(known.found)
            form.add_error("same", str(known))
            status = 409
        except OutdatedBody:
            form.add_error(None, "别人刚刚改过这个组织的资料，请返回刷新后再办理。")
            status = 409
        except Refused as refusal:
            form.add_error(None, str(refusal))
            status = 409
        else:
            messages.success(request, sheet.done)
            return redirect(sheet.back)
    return printed(request, form, sheet, status)


def offer(request: Request, form: AddForm) -> None:
    """The answer to the question is among the choices when it comes back."""
    form.full_clean()
    told = form.cleaned_data
    if form.data.get("same") and told.get("name"):
        form.offer(namesakes(request.actor, told["name"], told.get("phone", "")))
        form.full_clean()


def printed(request: Request, form: forms.Form, sheet: Sheet, status: int) -> HttpResponse:
    context = {"form": form, "sheet": sheet, "wide": WIDE}
    return render(request, "people/form.html", context, status=status)


@page(Permission.PEOPLE_VIEW)
def post(request: Request, pk: int) -> HttpResponse:
    return shown(request, post_or_404(request, pk))


def shown(
    request: Request,
    row: Post,
    *,
    number: str = "",
    form: NumberForm | None = None,
    status: int = 200,
) -> HttpResponse:
    actor, today, person = request.actor, timezone.localdate(), row.person
    edits = actor.reaches(row, Permission.PEOPLE_EDIT)
    grants = actor.reaches(row, Permission.GRANT_EDIT) and powers_of(actor, on=today).may(
        "OADM", row.organisation.node.path
    )
    granted = row.grant is not None and stand(row.grant, on=today) != "ended"
    context = {
        "post": row,
        "row": row.organisation,
        "facts": told_post(row),
        "personal": personal(person, clear=edits),
        "elsewhere": in_office_elsewhere([person.pk], on=today, besides=row.organisation_id)[
            person.pk
        ],
        "twins": namesakes(actor, person.name, person.phone, besides=person.pk) if edits else [],
        "history": in_words(history_of_post(row)),
        "edits": edits,
        "ended": row.ends_on is not None and row.ends_on <= today,
        "granted": granted,
        "may_grant": grants and not granted,
        "seals": bool(person.id_index) and actor.reaches(row, Permission.PEOPLE_SEALED),
        "number": number,
        "form": form or NumberForm(),
    }
    answer = render(request, "people/post.html", context, status=status)
    if number:
        answer.headers["Cache-Control"] = "no-store"
    return answer


@page(Permission.PEOPLE_SEALED)
@require_POST
def number(request: Request, pk: int) -> HttpResponse:
    """The identity number in clear, once, with a reason; the log keeps who, when and why."""
    row, form = post_or_404(request, pk, Permission.PEOPLE_SEALED), NumberForm(request.POST)
    if not form.is_valid():
        return shown(request, row, form=form, status=422)
    try:
        told = read_number(post=pk, by=request.actor, now=timezone.now(), **form.cleaned_data)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return shown(request, row, form=form, status=409)
    return shown(request, row, number=told, form=form)


@page(Permission.PEOPLE_EDIT)
def edit(request: Request, pk: int) -> HttpResponse:
    row = post_or_404(request, pk, Permission.PEOPLE_EDIT)
    form = EditForm(request.POST or None, post=row)
    sheet = Sheet(heading=f"修改{row}", button="保存", done="已保存。", back=post_page(pk))
    return fill(request, form, sheet, lambda: edit_post(
        pk=pk, version=form.cleaned_data["version"], changes=form.post(), by=request.actor,
        now=timezone.now(),
    ), template="people/form.html", wide=WIDE)  # fmt: skip


@page(Permission.PEOPLE_EDIT)
def person(request: Request, pk: int) -> HttpResponse:
    row = post_or_404(request, pk, Permission.PEOPLE_EDIT)
    form = PersonForm(request.POST or None, person=row.person)
    sheet = Sheet(
        heading=f"修改{row.person.name}的个人信息", button="保存", done="已保存。", back=post_page(pk),
        about="此人在各组织的任职共用这一份信息。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: edit_person(
        post=pk, version=form.cleaned_data["version"], changes=form.person(), by=request.actor,
        now=timezone.now(),
    ), template="people/form.html", wide=WIDE)  # fmt: skip


@page(Permission.PEOPLE_EDIT)
def end(request: Request, pk: int) -> HttpResponse:
    row = post_or_404(request, pk, Permission.PEOPLE_EDIT)
    form = EndForm(request.POST or None, initial={"on": timezone.localdate()})
    about = "离任之日起，随此任职授予的平台账户权限同时失效。" if row.grant_id else ""
    sheet = Sheet(
        heading=f"{row}离任", button="登记离任", done="已登记离任。", grave=True, about=about,
        back=people_page(row.organisation_id),
    )  # fmt: skip
    return fill(request, form, sheet, lambda: end_post(
        pk=pk, by=request.actor, now=timezone.now(), **form.cleaned_data
    ))  # fmt: skip


@page(Permission.GRANT_EDIT)
def access(request: Request, pk: int) -> HttpResponse:
    row = post_or_404(request, pk, Permission.PEOPLE_EDIT)
    form = AccessForm(request.POST or None)
    until = f"至 {row.ends_on}（当日失效）" if row.ends_on else "至离任之日"
    sheet = Sheet(
        heading=f"{row}：平台账户", button="授权", done="已授权。", back=post_page(pk),
        about=f"授权随任职生效，{until}；登记离任时一并结束，不必另行收回。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: give_access(
        pk=pk, by=request.actor, now=timezone.now(), **form.cleaned_data
    ))  # fmt: skip


@page(Permission.PEOPLE_EDIT)
@require_POST
def merge(request: Request, pk: int) -> HttpResponse:
    """Two records turn out to be of one person."""
    post_or_404(request, pk, Permission.PEOPLE_EDIT)
    form = MergeForm(request.POST)
    if not form.is_valid():
        raise Http404
    try:
        merge_people(post=pk, by=request.actor, now=timezone.now(), **form.cleaned_data)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "已合并为同一个人。")
    return redirect(post_page(pk))
