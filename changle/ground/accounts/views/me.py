"""A person's own account."""

from typing import cast

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from changle.core.access import Request, signed_in
from changle.ground.accounts.actions import (
    AccountRefused,
    change_profile,
    end_session,
    end_sessions,
)
from changle.ground.accounts.forms import ProfileForm
from changle.ground.accounts.models import User
from changle.ground.accounts.queries import (
    grants_of,
    second_factor_on,
    sessions_of,
    spare_codes_left,
)


@signed_in
def me(request: Request) -> HttpResponse:
    user, now = cast("User", request.user), timezone.now()
    form = ProfileForm(request.POST or None, initial={"phone": user.phone, "email": user.email})
    if form.is_valid():
        change_profile(user=user, by=request.actor, now=now, **form.cleaned_data)
        messages.success(request, "已保存。")
        return redirect("accounts:me")
    today = timezone.localdate(now)
    context = {
        "form": form,
        "grants": [
            (grant, grant.ends_on is not None and grant.ends_on <= today)
            for grant in grants_of(user)
        ],
        "sessions": sessions_of(user, current=request.session.session_key or "", now=now),
        "second_factor": second_factor_on(user),
        "spare_codes": spare_codes_left(user),
        "has_password": user.has_usable_password(),
    }
    return render(request, "accounts/me.html", context, status=422 if form.is_bound else 200)


@signed_in
def security(_request: Request) -> HttpResponse:
    """Where the library's own overview would stand."""
    return redirect("accounts:me")


@require_POST
@signed_in
def end_one_session(request: Request, pk: int) -> HttpResponse:
    user = cast("User", request.user)
    try:
        end_session(user=user, session_id=pk, by=request.actor, now=timezone.now())
    except AccountRefused as refusal:
        return render(request, "core/refusal.html", {"refusal": refusal}, status=409)
    messages.success(request, "那里的登录已结束。")
    return redirect("accounts:me")


@require_POST
@signed_in
def end_other_sessions(request: Request) -> HttpResponse:
    user, key = cast("User", request.user), request.session.session_key or ""
    count = end_sessions(user=user, by=request.actor, now=timezone.now(), keep=key)
    messages.success(request, f"已结束其他 {count} 处登录。" if count else "没有其他登录。")
    return redirect("accounts:me")
