"""What the bureau asks of activities, the words for them, and what people agree to."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from changle.core.access import Request, page
from changle.ground.territory.roles import Permission
from changle.ground.territory.views.filling import Sheet, fill
from changle.services.activities.actions.ruling import add_term, issue_text, retire_term, set_rule
from changle.services.activities.forms.rules import RuleForm, TermForm, TextForm
from changle.services.activities.models import ConsentText
from changle.services.activities.queries.plans import rule
from changle.services.activities.queries.ruling import all_terms, term, texts
from changle.services.commons.views.posting import done


RULE = Permission.ACTIVITY_RULE


def back() -> str:
    return reverse("activities:rules")


@page(RULE)
def rules(request: Request) -> HttpResponse:
    held = rule()
    context = {
        "facts": [(label, getattr(held, name)) for name, label in RuleForm.LABELS.items()],
        "terms": list(all_terms()),
        "texts": texts(),
    }
    return render(request, "activities/rules.html", context)


@page(RULE)
def edit(request: Request) -> HttpResponse:
    held = rule()
    initial = {name: getattr(held, name) for name in RuleForm.LABELS}
    form = RuleForm(request.POST or None, initial=initial)
    sheet = Sheet(heading="修改活动规则", button="保存", done="已保存。", back=back(),
                  about="从现在起生效；已经核实的场次不受影响。")  # fmt: skip
    return fill(request, form, sheet, lambda: set_rule(
        facts=form.cleaned_data, by=request.actor, now=timezone.now(),
    ))  # fmt: skip


@page(RULE)
def text(request: Request, kind: str) -> HttpResponse:
    if kind not in ConsentText.Kind.values:
        raise Http404
    last = next((rows[0].text for name, _label, rows in texts() if name == kind and rows), "")
    form = TextForm(request.POST or None, initial={"text": last})
    heading = f"{ConsentText.Kind(kind).label}：新版本"
    sheet = Sheet(heading=heading, button="启用", done="新版本已启用。", back=back(),
                  about="之后发布的活动用新版本；以前报名的人同意的仍是当时的版本。")  # fmt: skip
    return fill(request, form, sheet, lambda: issue_text(
        kind=kind, text=form.cleaned_data["text"], by=request.actor, now=timezone.now(),
    ))  # fmt: skip


@page(RULE)
def new_term(request: Request) -> HttpResponse:
    form = TermForm(request.POST or None)
    sheet = Sheet(heading="添加用词", button="添加", done="已添加。", back=back())
    return fill(request, form, sheet, lambda: add_term(
        facts=form.cleaned_data, by=request.actor, now=timezone.now(),
    ))  # fmt: skip


@page(RULE)
@require_POST
def retire(request: Request, pk: int) -> HttpResponse:
    """Retire a word, or offer it again."""
    row = term(pk)
    if row is None:
        raise Http404
    now = timezone.now()
    on = None if row.retired_on else timezone.localdate(now)
    return done(
        request, lambda: retire_term(pk=pk, on=on, by=request.actor, now=now), back=back(),
        told=f"“{row}”{'已停用' if on else '已恢复'}。",
    )  # fmt: skip
