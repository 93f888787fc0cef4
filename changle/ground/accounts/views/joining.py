"""A resident opens an account of their own."""

from django.core.cache import caches
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache

from changle.core.access import Request, public
from changle.core.refusals import Refused
from changle.ground.accounts.actions import join
from changle.ground.accounts.forms import JoinForm
from changle.ground.accounts.views.adapter import AccountAdapter


WINDOW = 3600  # seconds
TRIES = 10  # of one address within the window: a household or a community's office, not a machine


def counted(request: Request) -> int:
    """How often this address has tried within the window, this time included."""
    kept, drawer = caches["shared"], f"join:{request.META.get('REMOTE_ADDR', '')}"
    if kept.add(drawer, 1, WINDOW):
        return 1
    try:
        return int(kept.incr(drawer))
    except ValueError:  # it ran out between the two
        kept.set(drawer, 1, WINDOW)
        return 1


@never_cache
@public
def join_in(request: Request) -> HttpResponse:
    wanted = request.POST.get("next", "") or request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()})
    onward = wanted if safe else ""
    if request.user.is_authenticated:
        return redirect(onward or "accounts:arrive")
    form = JoinForm(request.POST or None)
    context = {"form": form, "next": onward}
    if not form.is_bound:
        return render(request, "accounts/join.html", context)
    if counted(request) > TRIES:
        form.add_error(None, "这个网络地址试得太多了，请一小时后再来，或请社区代办。")
        response = render(request, "accounts/join.html", context, status=429)
        response["Retry-After"] = str(WINDOW)
        return response
    if not form.is_valid():
        return render(request, "accounts/join.html", context, status=422)
    told = form.cleaned_data
    try:
        user = join(
            name=told["name"], phone=told["phone"], password=told["password"], now=timezone.now()
        )
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return render(request, "accounts/join.html", context, status=409)
    AccountAdapter(request).login(request, user)
    return redirect(onward or "filing:mine")
