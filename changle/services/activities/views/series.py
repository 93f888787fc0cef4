"""Series and programmes of a side, the questions of its plans, and what it really brought."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from changle.core.access import Request, page
from changle.ground.territory.roles import Permission
from changle.ground.territory.views.filling import Sheet, fill
from changle.services.activities.actions.planning import set_questions
from changle.services.activities.actions.series import end_series, keep_programme, keep_series
from changle.services.activities.actions.sharing import tell_given
from changle.services.activities.forms.plans import NoteForm
from changle.services.activities.forms.series import (
    GivenForm,
    ProgrammeForm,
    QuestionsForm,
    SeriesForm,
    told_as_lines,
)
from changle.services.activities.models import Cohost, Programme, Series
from changle.services.activities.queries.plans import shares_of, speaks_for
from changle.services.activities.queries.series import (
    Held,
    activities_under,
    held_under,
    one_programme,
    one_series,
    programmes_of,
    series_seen,
)
from changle.services.activities.views.plans import back_to, editable, found, lead_chosen


VIEW, EDIT = Permission.ACTIVITY_VIEW, Permission.ACTIVITY_EDIT
NONE = Held(0, 0, 0)


def series_or_404(request: Request, pk: int, *, edits: bool = False) -> Series:
    row = one_series(request.actor, pk)
    if row is None or (edits and not request.actor.holds_at(EDIT, str(row.lead.path))):
        raise Http404
    return row


@page(VIEW)
@require_safe
def listed(request: Request) -> HttpResponse:
    ended = request.GET.get("ended") == "1"
    rows = list(series_seen(request.actor, ended=ended))
    held = held_under([row.pk for row in rows])
    context = {
        "rows": [(row, held.get(row.pk, NONE)) for row in rows], "ended": ended,
        "programmes": [
            (one, request.actor.holds_at(EDIT, str(one.lead.path)))
            for one in programmes_of(request.actor)
        ],
        "plans": request.actor.holds(EDIT),
    }  # fmt: skip
    return render(request, "activities/series_list.html", context)


@page(VIEW)
@require_safe
def series(request: Request, pk: int) -> HttpResponse:
    row = series_or_404(request, pk)
    context = {
        "row": row, "held": held_under([row.pk]).get(row.pk, NONE),
        "activities": list(activities_under(row)),
        "edits": row.ended_on is None and request.actor.holds_at(EDIT, str(row.lead.path)),
    }  # fmt: skip
    return render(request, "activities/series.html", context)


def kept(request: Request, row: Series | None) -> HttpResponse:
    lead = row.lead if row else lead_chosen(request)[0]
    initial = (
        {"name": row.name, "about": row.about, "programme": str(row.programme_id or ""),
         "theme": str(row.theme_id or "")} if row else {}
    )  # fmt: skip
    form = SeriesForm(request.POST or None, lead=lead, today=timezone.localdate(), initial=initial)
    back = reverse("activities:series_one", args=[row.pk]) if row else reverse("activities:series")
    sheet = Sheet(
        heading=f"修改“{row}”" if row else "新建系列", button="保存", done="已保存。", back=back,
        about=f"牵头单位：{lead}。策划活动时选这个系列，它的场次和人次就自动汇总在一起。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: keep_series(
        lead=lead, pk=row.pk if row else None, by=request.actor, now=timezone.now(), **form.facts()
    ))  # fmt: skip


@page(EDIT)
def new(request: Request) -> HttpResponse:
    return kept(request, None)


@page(EDIT)
def edit(request: Request, pk: int) -> HttpResponse:
    return kept(request, series_or_404(request, pk, edits=True))


@page(EDIT)
def ending(request: Request, pk: int) -> HttpResponse:
    row = series_or_404(request, pk, edits=True)
    sheet = Sheet(
        heading=f"结束“{row}”", button="结束", done="已结束。", grave=True,
        back=reverse("activities:series_one", args=[pk]),
        about="结束后不能再在这个系列下策划活动；已经办过的仍归在它名下。",
    )  # fmt: skip
    form = NoteForm(request.POST or ({"note": ""} if request.method == "POST" else None))
    form.fields["note"].label = "备注"
    return fill(request, form, sheet, lambda: end_series(
        pk=pk, on=timezone.localdate(), by=request.actor, now=timezone.now()
    ))  # fmt: skip


def programme_kept(request: Request, row: Programme | None) -> HttpResponse:
    lead = row.lead if row else lead_chosen(request)[0]
    names = ("name", "about", "starts_on", "ends_on")
    initial = {name: getattr(row, name) for name in names} if row else {}
    form = ProgrammeForm(request.POST or None, initial=initial)
    sheet = Sheet(
        heading=f"修改“{row}”" if row else "新建项目", button="保存", done="已保存。",
        back=reverse("activities:series"),
        about=f"牵头单位：{lead}。一个项目下可以有几个系列，如一个街道一年的计划。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: keep_programme(
        lead=lead, pk=row.pk if row else None, by=request.actor, now=timezone.now(),
        **form.cleaned_data,
    ))  # fmt: skip


@page(EDIT)
def new_programme(request: Request) -> HttpResponse:
    return programme_kept(request, None)


@page(EDIT)
def edit_programme(request: Request, pk: int) -> HttpResponse:
    row = one_programme(request.actor, pk)
    if row is None or not request.actor.holds_at(EDIT, str(row.lead.path)):
        raise Http404
    return programme_kept(request, row)


@page(EDIT)
def questions(request: Request, pk: int) -> HttpResponse:
    row = editable(request, pk)
    asked = list(row.questions.order_by("sort", "pk"))
    form = QuestionsForm(request.POST or None, initial={"lines": told_as_lines(asked)})
    form.fields["lines"].required = False
    sheet = Sheet(
        heading=f"报名问题：{row}", button="保存", done="已保存。", back=back_to(row),
        about="只问办这场活动用得着的；回答加密保存，只有主持这场活动的人写明理由后能看。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: set_questions(
        pk=pk, questions=form.cleaned_data["lines"], by=request.actor, now=timezone.now()
    ))  # fmt: skip


@page(EDIT)
def given(request: Request, pk: int, share: int) -> HttpResponse:
    row = found(request, pk)
    one = next((one for one in shares_of(row.pk) if one.pk == share), None)
    if one is None or one.state != Cohost.State.ACCEPTED or not speaks_for(request.actor, one.node):
        raise Http404
    initial = {"people": one.given_people or one.people, "note": one.given_note,
               "money": f"{(one.given_fen or one.money_fen or 0) / 100:.2f}"}  # fmt: skip
    form = GivenForm(request.POST or None, initial=initial)
    sheet = Sheet(
        heading=f"{one.node}的实际贡献", button="保存", done="已保存。", back=back_to(row),
        about=f"分工时说的是出 {one.people} 人。由各单位自己如实填写。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: tell_given(
        pk=share, people=form.cleaned_data["people"], fen=form.cleaned_data["money"],
        note=form.cleaned_data["note"], by=request.actor, now=timezone.now(),
    ))  # fmt: skip
