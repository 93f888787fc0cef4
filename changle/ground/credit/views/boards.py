"""The district's lists of credit and grade, taken away as a sheet; many passed in one go."""

from io import BytesIO
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from changle.core.access import Request, page
from changle.core.refusals import Refused
from changle.core.sheets import write_xlsx
from changle.ground.credit.actions.bulk import pass_many
from changle.ground.credit.forms.facts import PassForm
from changle.ground.credit.queries.boards import BOARDS, COLUMNS, Asked, labels
from changle.ground.registry.actions import note_export
from changle.ground.registry.models import Organisation
from changle.ground.registry.queries import streets_seen
from changle.ground.territory.roles import Permission


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_SHOWN = 300
MOST_YEARS = 5
MOST_DIGITS = 18  # of a key: within a bigint


@page(Permission.ORGANISATION_VIEW)
def board(request: Request, board: str = "lists") -> HttpResponse:
    if board not in BOARDS:
        raise Http404
    return shown(request, board, Asked.of(request.GET, timezone.localdate()))


def shown(
    request: Request,
    name: str,
    asked: Asked,
    *,
    form: PassForm | None = None,
    refusal: str = "",
    ticked: tuple[int, ...] | None = None,  # None: nobody has chosen yet
    status: int = 200,
) -> HttpResponse:
    actor, today = request.actor, timezone.localdate()
    rows = BOARDS[name].rows(actor, asked, today)
    plain, doubtful = labels(rows)
    passing = name == "missing" and actor.holds(Permission.FACT_EDIT)
    told = {k: v for k, v in {"street": asked.street, "kind": asked.kind}.items() if v}
    if name == "missing":
        told["year"] = asked.year
    context: dict[str, Any] = {
        "board": BOARDS[name],
        "name": name,
        "tabs": [
            (key, one.label, reverse("credit:board", args=[key])) for key, one in BOARDS.items()
        ],
        "rows": plain[:MOST_SHOWN],
        "doubtful": doubtful[:MOST_SHOWN],
        "count": len(rows),
        "hidden": max(0, len(plain) - MOST_SHOWN) + max(0, len(doubtful) - MOST_SHOWN),
        "asked": asked,
        "streets": list(streets_seen(actor).values_list("pk", "name")),
        "kinds": [pair for pair in Organisation.Kind.choices if pair[0] in Organisation.REGISTERED],
        "years": [today.year - n for n in range(1, MOST_YEARS + 1)],
        "passing": passing,
        "enters": actor.holds(Permission.FACT_EDIT),
        "rules": actor.holds(Permission.DICTIONARY_EDIT),
        "exports": actor.holds(Permission.ORGANISATION_EXPORT),
        "query": urlencode(told),
        "form": form or PassForm.blank(asked.year, today),
        "refusal": refusal,
        "ticked": [row.pk for row in plain] if ticked is None else ticked,
    }
    return render(request, "credit/board.html", context, status=status)


@page(Permission.FACT_EDIT)
@require_POST
def pass_ticked(request: Request) -> HttpResponse:
    """合格 for all that were ticked."""
    form, now = PassForm(request.POST), timezone.now()
    asked = Asked.of(request.POST, timezone.localdate(now))
    ticked = tuple(
        int(pk)
        for pk in request.POST.getlist("pk")
        if pk.isascii() and pk.isdecimal() and len(pk) < MOST_DIGITS
    )
    if not form.is_valid():
        return shown(request, "missing", asked, form=form, ticked=ticked, status=422)
    try:
        count = pass_many(
            pks=ticked, year=form.cleaned_data["year"], on=form.cleaned_data["on"],
            paper=form.paper(), by=request.actor, now=now,
        )  # fmt: skip
    except Refused as refusal:
        return shown(
            request, "missing", asked, form=form, refusal=str(refusal), ticked=ticked, status=409
        )
    messages.success(request, f"已登记 {count} 家{asked.year}年度年检合格。")
    return redirect(f"{reverse('credit:board', args=['missing'])}?year={asked.year}")


@page(Permission.ORGANISATION_EXPORT)
def export(request: Request, board: str) -> HttpResponse:
    if board not in BOARDS:
        raise Http404
    now = timezone.now()
    today = timezone.localdate(now)
    asked, sheet = Asked.of(request.GET, today), BOARDS[board]
    rows = [row.record() for row in sheet.rows(request.actor, asked, today)]
    file = BytesIO()
    facts = [("内容", sheet.about), ("截至", f"{today}"), ("行数", f"{len(rows)}")]
    write_xlsx(COLUMNS, rows, file, facts=facts, sheet=sheet.label)
    note_export(by=request.actor, now=now, note=f"信用与等级（{sheet.label}）：{len(rows)} 行")
    headers = {"Content-Disposition": f'attachment; filename="credit-{board}-{today:%Y%m%d}.xlsx"'}
    return HttpResponse(file.getvalue(), content_type=XLSX, headers=headers)
