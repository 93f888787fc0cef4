from typing import cast

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router

from changle.faces.api.forms import Me
from changle.faces.api.queries.tokens import grants_of
from changle.faces.api.views.answers import answered, written
from changle.faces.api.views.gate import caller_of, known
from changle.ground.accounts.models import User


router = Router(tags=["令牌"])


@router.get(
    "/me", response=Me, auth=known, operation_id="getMe", url_name="me",
    summary="令牌属于谁，今天能在哪里做什么",
)  # fmt: skip
def me(request: HttpRequest) -> HttpResponse:
    caller = caller_of(request)
    user, token = cast("User", request.user), caller.token
    told = {
        "id": user.pk,
        "username": user.username,
        "name": user.name,
        "grants": grants_of(user.pk, timezone.localdate()),
        "token": {"name": token.name, "expires_on": token.expires_on} if token else None,
    }
    return answered(written(told))
