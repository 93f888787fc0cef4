"""People, their grants and their accounts."""

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from changle.core.access import Request, page
from changle.ground.accounts.models import User
from changle.ground.accounts.queries import second_factor_on
from changle.ground.territory.actions import (
    end_grant,
    give_password,
    grant,
    hand_over,
    invite,
    shut,
    take_second_factor,
    unshut,
)
from changle.ground.territory.forms import (
    EndForm,
    GrantForm,
    HandOverForm,
    PasswordForm,
    PeopleFilter,
    PersonForm,
    ReasonForm,
    SureForm,
)
from changle.ground.territory.models import Grant, Node
from changle.ground.territory.queries import (
    hand_over_plan,
    held_by,
    history_of_person,
    in_words,
    may_manage,
    people_seen,
    person_rows,
    person_seen,
    places_to_grant,
    powers_of,
    role_filter,
    successors,
)
from changle.ground.territory.roles import Permission
from changle.ground.territory.views.filling import Sheet, fill


MOST_ON_A_PAGE = 50


@page(Permission.GRANT_VIEW)
def people(request: Request) -> HttpResponse:
    today, form = timezone.localdate(), PeopleFilter(request.GET)
    form.is_valid()
    asked = form.cleaned_data
    place = None
    if asked.get("place"):
        place = request.actor.rows(Node, Permission.GRANT_VIEW).filter(pk=asked["place"]).first()
    found = people_seen(
        request.actor, words=asked.get("q", ""), role=asked.get("role", ""), on=today,
        place=(place.path or "") if place else "", state=asked.get("state", ""),
    )  # fmt: skip
    shown = Paginator(found, MOST_ON_A_PAGE).get_page(request.GET.get("page"))
    kept = {name: value for name, value in asked.items() if value}
    context = {
        "rows": person_rows(list(shown), on=today),
        "shown": shown,
        "asked": asked,
        "kept": kept,
        "place": place,
        "roles": role_filter(),
        "grants_some": request.actor.holds(Permission.GRANT_EDIT),
        "invites": Permission.USER_EDIT in request.actor.reach
        and request.actor.holds(Permission.GRANT_EDIT),
    }
    return render(request, "territory/people.html", context)


def seen(request: Request, pk: int) -> User:
    user = person_seen(request.actor, pk)
    if user is None:
        raise Http404
    return user


def page_of(user: User) -> str:
    return reverse("territory:person", args=[user.pk])


@page(Permission.GRANT_VIEW)
def person(request: Request, pk: int) -> HttpResponse:
    user, today = seen(request, pk), timezone.localdate()
    held = held_by(user, request.actor, on=today)
    context = {
        "person": user,
        "held": held,
        "manages": may_manage(request.actor, user, on=today),
        "second_factor": second_factor_on(user),
        "grants_some": request.actor.holds(Permission.GRANT_EDIT)
        and user.pk != request.actor.user_id,
        "hands_over": any(one.mine_to_end for one in held),
        "history": in_words(history_of_person(request.actor, user)),
    }
    return render(request, "territory/person.html", context)


@page(Permission.GRANT_EDIT)
def person_new(request: Request) -> HttpResponse:
    today = timezone.localdate()
    form = PersonForm(
        request.POST or None, initial={"starts_on": today},
        places=places_to_grant(request.actor), roles=powers_of(request.actor, on=today).roles(),
    )  # fmt: skip
    sheet = Sheet(
        heading="新建账户并授权", button="新建", done="已新建账户并授权。",
        back=reverse("territory:people"),
    )  # fmt: skip
    return fill(request, form, sheet, lambda: invite(
        **{name: form.cleaned_data[name] for name in ("username", "name", "phone", "password")},
        node=form.cleaned_data["node"], terms=form.terms(), by=request.actor, now=timezone.now(),
    ))  # fmt: skip


@page(Permission.GRANT_EDIT)
def grant_new(request: Request, pk: int) -> HttpResponse:
    user, today = seen(request, pk), timezone.localdate()
    form = GrantForm(
        request.POST or None, initial={"starts_on": today},
        places=places_to_grant(request.actor), roles=powers_of(request.actor, on=today).roles(),
    )  # fmt: skip
    sheet = Sheet(heading=f"给{user}授权", button="授权", done="已授权。", back=page_of(user))
    return fill(request, form, sheet, lambda: grant(
        user=user, node=form.cleaned_data["node"], terms=form.terms(), by=request.actor,
        now=timezone.now(),
    ))  # fmt: skip


@page(Permission.GRANT_EDIT)
def grant_end(request: Request, pk: int) -> HttpResponse:
    rows = request.actor.rows(Grant, Permission.GRANT_EDIT).select_related("user", "node")
    row = get_object_or_404(rows, pk=pk)
    form = EndForm(request.POST or None, initial={"on": timezone.localdate()})
    sheet = Sheet(
        heading=f"结束{row.user}的授权", button="结束授权", done="授权已结束。",
        back=page_of(row.user), grave=True,
        about=f"{row.node} · {row.role_name}。选今天，此人即刻不能再用这项授权。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: end_grant(
        row=row, by=request.actor, now=timezone.now(), **form.cleaned_data
    ))  # fmt: skip


@page(Permission.GRANT_EDIT)
def handing_over(request: Request, pk: int) -> HttpResponse:
    """First shows what would happen, then does it."""
    leaver, today = seen(request, pk), timezone.localdate()
    people_able = successors(request.actor, leaver)
    form = HandOverForm(request.POST or None, people=people_able, initial={"on": today})
    plan = None
    if form.is_bound and form.is_valid():
        facts = form.cleaned_data
        plan = hand_over_plan(
            leaver=leaver, successor=facts["successor"], on=facts["on"], actor=request.actor
        )
    sheet = Sheet(
        heading=f"{leaver}的岗位交接",
        button="确认交接",
        done="已交接。",
        back=page_of(leaver),
        grave=True,
    )
    template = "territory/hand_over.html"
    context: dict[str, Any] = {"plan": plan, "leaver": leaver}
    if plan is not None and "sure" not in request.POST:
        return render(request, template, {"form": form, "sheet": sheet, **context})
    return fill(request, form, sheet, lambda: hand_over(
        leaver=leaver, by=request.actor, now=timezone.now(), **form.cleaned_data
    ), template=template, **context)  # fmt: skip


def managed(request: Request, pk: int) -> User:
    """A person whose account the asker tends; else there is no such page."""
    user = seen(request, pk)
    if not may_manage(request.actor, user, on=timezone.localdate()):
        raise Http404
    return user


@page(Permission.USER_EDIT)
def password(request: Request, pk: int) -> HttpResponse:
    user = managed(request, pk)
    form = PasswordForm(request.POST or None)
    sheet = Sheet(
        heading=f"重设{user}的密码", button="重设密码", done="密码已重设，请当面告知本人。",
        back=page_of(user), grave=True,
    )  # fmt: skip
    return fill(request, form, sheet, lambda: give_password(
        user=user, by=request.actor, now=timezone.now(), **form.cleaned_data
    ))  # fmt: skip


@page(Permission.USER_EDIT)
def second_factor(request: Request, pk: int) -> HttpResponse:
    user = managed(request, pk)
    form = SureForm(request.POST or None)
    sheet = Sheet(
        heading=f"解除{user}的第二重验证", button="解除", done="已解除，本人须重新绑定。",
        back=page_of(user), grave=True,
        about="用于手机丢失等情形。请先当面或电话核实本人；其现有登录全部结束。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: take_second_factor(
        user=user, by=request.actor, now=timezone.now()
    ))  # fmt: skip


@page(Permission.USER_EDIT)
def close(request: Request, pk: int) -> HttpResponse:
    user = managed(request, pk)
    form = ReasonForm(request.POST or None)
    sheet = Sheet(
        heading=f"停用{user}的账户", button="停用", done="账户已停用。", grave=True,
        back=page_of(user),
        about="停用后不能登录，现有登录全部结束；此人办过的事仍记在其名下。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: shut(
        user=user, by=request.actor, now=timezone.now(), **form.cleaned_data
    ))  # fmt: skip


@page(Permission.USER_EDIT)
def reopening(request: Request, pk: int) -> HttpResponse:
    user = managed(request, pk)
    form = ReasonForm(request.POST or None)
    sheet = Sheet(
        heading=f"恢复{user}的账户", button="恢复", done="账户已恢复。", back=page_of(user)
    )
    return fill(request, form, sheet, lambda: unshut(
        user=user, by=request.actor, now=timezone.now(), **form.cleaned_data
    ))  # fmt: skip
