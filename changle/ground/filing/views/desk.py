"""The staff's side: the list, one application, the opinion and the review."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from changle.core.access import Request, page, signed_in
from changle.core.sealed import mask_phone
from changle.ground.filing.actions import (
    FilingRefused,
    agree,
    disagree,
    file,
    file_many,
    send_back,
)
from changle.ground.filing.forms import AgreeForm, ApproveForm, ReasonForm, ReviewForm
from changle.ground.filing.lifecycle import FILING
from changle.ground.filing.models import Filing
from changle.ground.filing.queries import (
    Filters,
    facts_of,
    filing_seen,
    judged,
    listed,
    mine_one,
    turns_of,
    twins_of,
    waiting_review,
)
from changle.ground.filing.queries.filings import PAGE, changes_shown, members_of
from changle.ground.filing.queries.rules import Rulebook, categories
from changle.ground.filing.queries.story import label_of, story_of
from changle.ground.registry.queries import communities_seen, streets_seen
from changle.ground.territory.queries import history_of, in_words
from changle.ground.territory.roles import Permission
from changle.ground.territory.views.filling import Sheet, fill


TONES = {"filed": "good", "returned": "", "submitted": "near", "street_review": "near"}
MOST_AT_ONCE = 50
STATES = [("open", "在办"), *(pair for pair in Filing.State.choices if pair[0] != "draft")]
DECIDING = {
    "agree": "filing:agree", "disagree": "filing:disagree", "approve": "filing:approve",
    "send_back": "filing:send_back",
}  # fmt: skip
PHONE = "contact_phone"
DECIDE = "filing/decide.html"


def tone_of(row: Filing) -> str:
    return TONES.get(row.state, "calm")


@page(Permission.FILING_VIEW)
def filings(request: Request) -> HttpResponse:
    actor, filters, today = request.actor, Filters.of(request.GET), timezone.localdate()
    number = request.GET.get("page", "1")
    at = max(1, int(number)) if number.isascii() and number.isdecimal() and len(number) < 6 else 1  # noqa: PLR2004  pages
    rows = list(listed(actor, filters)[(at - 1) * PAGE : at * PAGE + 1])
    asked = filters.asked()
    context = {
        "rows": [(row, tone_of(row), label_of(row), row.overdue_days(today)) for row in rows[:PAGE]],
        "selects": selects(request, filters), "filters": filters, "asked": asked,
        "reviews": actor.holds(Permission.FILING_REVIEW),
        "rules": actor.holds(Permission.FILING_RULE),
        "lapses": actor.holds(Permission.FILING_MOVE),
        "next": urlencode({**asked, "page": at + 1}) if len(rows) > PAGE else "",
        "before": urlencode({**asked, "page": at - 1}) if at > 1 else "",
    }  # fmt: skip
    return render(request, "filing/filings.html", context)


def selects(request: Request, filters: Filters) -> list[dict[str, Any]]:
    streets = [(pk, name) for pk, name in streets_seen(request.actor).values_list("pk", "name")]
    told: list[tuple[str, str, Any, Any]] = [
        ("state", "状态", filters.state, STATES),
        ("kind", "事项", filters.kind, Filing.Kind.choices),
        ("street", "街道", filters.street, streets),
        ("category", "类别", filters.category, categories()),
    ]
    street = filters.street or (streets[0][0] if len(streets) == 1 else None)
    if street:
        inside = communities_seen(request.actor, street).values_list("pk", "name")
        told.insert(3, ("community", "社区", filters.community, list(inside)))
    return [
        {"name": name, "label": label, "value": str(value or ""),
         "options": [(str(key), text) for key, text in options]}
        for name, label, value, options in told if len(options) > 1
    ]  # fmt: skip


def seen_or_404(request: Request, pk: int) -> Filing:
    row = filing_seen(request.actor, pk)
    if row is None:
        raise Http404
    return row


@signed_in
def filing(request: Request, pk: int) -> HttpResponse:
    """The desk's page of an application; whoever began it is led to their own."""
    row = filing_seen(request.actor, pk)
    if row is None:
        if mine_one(request.actor, pk) is None:
            raise Http404
        return redirect("filing:mine_one", pk=pk)
    actor, today = request.actor, timezone.localdate()
    clear = actor.reaches(row, Permission.CONTACT_VIEW)
    mine = row.initiator_id == actor.user_id
    buttons = [
        (one.move, one.refusal, reverse(DECIDING[one.move.name], args=[pk]))
        for one in FILING.buttons(row, to=actor)
        if one.move.name in DECIDING
    ]
    judgement = judged([row], actor=actor, on=today)[0] if row.state in Filing.IN_HAND else None
    context = {
        "row": row, "tone": tone_of(row), "label": label_of(row),
        "overdue": row.overdue_days(today), "mine": mine,
        "buttons": [] if mine else buttons, "sections": facts_of(row),
        "phone": row.leader_phone if clear else mask_phone(row.leader_phone),
        "members": [(one.name, one.phone if clear else mask_phone(one.phone))
                    for one in members_of(row)],
        "changes": [(one.label, told(one.old, one.column, clear=clear),
                     told(one.value, one.column, clear=clear)) for one in changes_shown(row)],
        "judgement": judgement, "story": story_of(row, list(turns_of(row))),
        "terms": Rulebook(today).terms(row.category_id),
        "history": in_words(history_of(row)),
    }  # fmt: skip
    return render(request, "filing/filing.html", context)


def told(value: Any, column: str, *, clear: bool) -> str:
    text = "" if value is None else str(value)
    return mask_phone(text) if column == PHONE and not clear else text


def page_of(row: Filing) -> str:
    return reverse("filing:filing", args=[row.pk])


@page(Permission.FILING_OPINION)
def opinion(request: Request, pk: int) -> HttpResponse:
    row = seen_or_404(request, pk)
    initial = {"version": row.version, "confirmer": request.actor.name}
    form = AgreeForm(request.POST or None, initial=initial)
    sheet = Sheet(
        heading=f"对“{row.name}”提出社区意见", button="同意并转街道", back=page_of(row),
        done="已转街道审核。",
        about="请先打电话给负责人，核实姓名和手机号属实，并确认这个团体确在本社区活动、居民认可。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: agree(
        pk=pk, by=request.actor, now=timezone.now(), **form.cleaned_data
    ), template=DECIDE)  # fmt: skip


@page(Permission.FILING_OPINION)
def opinion_back(request: Request, pk: int) -> HttpResponse:
    return returned(request, pk, disagree)


@page(Permission.FILING_REVIEW)
def review_back(request: Request, pk: int) -> HttpResponse:
    return returned(request, pk, send_back)


def returned(request: Request, pk: int, deed: Any) -> HttpResponse:
    row = seen_or_404(request, pk)
    form = ReasonForm(request.POST or None, initial={"version": row.version})
    sheet = Sheet(
        heading=f"退回“{row.name}”", button="退回发起人", back=page_of(row),
        done="已退回，发起人会收到原因。",
        about="退回后由发起人修改，再提交时重新经社区、街道办理。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: deed(
        pk=pk, by=request.actor, now=timezone.now(), **form.cleaned_data
    ), template=DECIDE)  # fmt: skip


@page(Permission.FILING_REVIEW)
def approval(request: Request, pk: int) -> HttpResponse:
    row = seen_or_404(request, pk)
    doubts = twins_of(row, actor=request.actor)
    form = ApproveForm(request.POST or None, initial={"version": row.version}, doubts=bool(doubts))
    words = {
        "new": ("备案", "备案后进入组织名录，由平台编号，发起人成为该组织的管理员。"),
        "change": ("变更备案", "通过后，名录上的资料即按申请变更；旧名称留在历史里。"),
        "cancel": ("注销备案", "通过后，这个组织的备案即终止。"),
    }[row.kind]
    about = words[1]
    if doubts:
        names = "；".join(f"{one.name}（{'，'.join(one.reasons)}）" for one in doubts[:5])
        about = f"名录里有相似的组织：{names}。{about}"
    sheet = Sheet(
        heading=f"{words[0]}：{row.name}", button="审核通过", back=page_of(row), about=about,
        done=f"{words[0]}已办结。", grave=bool(doubts) or row.kind == Filing.Kind.CANCEL,
    )  # fmt: skip
    return fill(request, form, sheet, lambda: file(
        pk=pk, by=request.actor, now=timezone.now(), **form.cleaned_data
    ), template=DECIDE)  # fmt: skip


@page(Permission.FILING_REVIEW)
def review(request: Request) -> HttpResponse:
    """All that wait for the street: the sound ones to be filed in one go, the others one by one."""
    return heap(request)


def heap(
    request: Request, *, results: Any = None, refusal: str = "", status: int = 200
) -> HttpResponse:
    rows = list(waiting_review(request.actor)[:MOST_AT_ONCE])
    today = timezone.localdate()
    found = judged(rows, actor=request.actor, on=today)
    context = {
        "sound": [(one, one.filing.overdue_days(today)) for one in found if not one.reasons],
        "doubtful": [(one, one.filing.overdue_days(today)) for one in found if one.reasons],
        "results": results, "refusal": refusal, "most": MOST_AT_ONCE,
        "more": len(rows) == MOST_AT_ONCE,
    }  # fmt: skip
    return render(request, "filing/review.html", context, status=status)


@page(Permission.FILING_REVIEW)
def file_heap(request: Request) -> HttpResponse:
    if request.method != "POST":
        return redirect("filing:review")
    rows = waiting_review(request.actor)[:MOST_AT_ONCE]
    known = {row.pk for row in rows}
    asked = [one for one in request.POST.getlist("chosen") if readable(one, known)]
    form = ReviewForm({"chosen": asked, "note": request.POST.get("note", "")}, offered=asked)
    if not form.is_valid():
        words = "".join(str(e) for errors in form.errors.values() for e in errors)
        return heap(request, refusal=words, status=422)
    try:
        results = file_many(
            chosen=form.pairs(), by=request.actor, now=timezone.now(),
            note=form.cleaned_data["note"],
        )  # fmt: skip
    except FilingRefused as refusal:
        return heap(request, refusal=str(refusal), status=409)
    filed = sum(1 for one in results if not one.refusal)
    messages.success(request, f"已备案 {filed} 份，未办成 {len(results) - filed} 份。")
    return heap(request, results=results, status=200 if filed else 409)


def readable(one: str, known: set[int]) -> bool:
    """Whether a box stands for a row of the heap: "key-version"."""
    pk, _dash, version = one.partition("-")
    digits = pk.isascii() and pk.isdecimal() and version.isascii() and version.isdecimal()
    return digits and len(pk) <= 18 and len(version) <= 9 and int(pk) in known  # noqa: PLR2004  within a bigint, an int
