"""What is on, signing up for it and coming in, by programs; a door's queue item by item."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router

from changle.core.access import Request
from changle.core.limits import TRIES, WINDOW, tries
from changle.core.refusals import Refused
from changle.faces.api.actions import Kept
from changle.faces.api.forms import Page
from changle.faces.api.forms.sessions import (
    CheckInNew,
    CheckInResults,
    CheckInsNew,
    CheckInTold,
    SessionPage,
    SessionsAsked,
    SignUpNew,
    SignUpTold,
)
from changle.faces.api.queries.sessions import came, home_of, item, sessions_on, signed
from changle.faces.api.queries.venues import node_path
from changle.faces.api.views.answers import answered, paged, written
from changle.faces.api.views.gate import anybody, caller_of, known
from changle.faces.api.views.once import once_for
from changle.faces.api.views.problems import Problem, invalid
from changle.services.activities.actions.doors import (
    DoorRefused,
    Outcome,
    Scan,
    check_in,
    check_in_many,
)
from changle.services.activities.actions.people import Guest, PersonRefused
from changle.services.activities.actions.signing import Application, SignUpRefused, sign_up
from changle.services.activities.queries.whats_on import behind_key, key_of, of_age


router = Router(tags=["活动"])


@router.get(
    "/sessions", response=SessionPage, auth=anybody, operation_id="listSessions",
    url_name="sessions", summary="正在报名和即将举行的场次",
)  # fmt: skip
def sessions(request: HttpRequest, asked: Query[SessionsAsked], page: Query[Page]) -> HttpResponse:
    path = "" if asked.node is None else node_path(asked.node)
    if path is None:
        raise invalid("node", "没有这个节点。")
    found = sessions_on(timezone.now(), path=path, field=asked.field)
    if asked.from_ is not None:
        found = found.filter(starts_at__gte=asked.from_)
    if asked.to is not None:
        found = found.filter(starts_at__lt=asked.to)
    if asked.age is not None:
        found = found.filter(of_age(asked.age))
    behind = behind_key(found, page.after) if page.after else found
    if behind is None:
        raise invalid("after", "翻页标记无效，请从第一页重新开始。")
    rows = list(behind.order_by("starts_at", "pk")[: page.limit + 1])
    last = rows[page.limit - 1] if len(rows) > page.limit else None
    more = key_of(last.starts_at, last.pk) if last else ""
    return paged(request, [item(one) for one in rows[: page.limit]], more)


def application_of(payload: SignUpNew) -> Application:
    home = None if payload.home is None else home_of(payload.home)
    if payload.home is not None and home is None:
        raise invalid("home", "没有这个节点。")
    guest = Guest(name=payload.name, phone=payload.phone, birth_year=payload.birth_year, home=home)
    guarded = payload.guardian_name or payload.guardian_phone
    guardian = Guest(name=payload.guardian_name, phone=payload.guardian_phone) if guarded else None
    return Application(
        guests=[guest], guardian=guardian, agrees=payload.agrees, photo_ok=payload.photo_ok,
        answers=payload.answers, channel="api",
    )  # fmt: skip


@router.post(
    "/sessions/{int:pk}/sign-ups", response={201: SignUpTold}, auth=anybody,
    operation_id="addSignUp", url_name="sign_ups", summary="报名",
    description="有名额或进入候补回答 201，不能报名回答 409。不带令牌也可以报名，同一网络地址每小时有上限；"
    "带令牌的请带 Idempotency-Key。",
)  # fmt: skip
def sign_ups(request: HttpRequest, pk: int, payload: SignUpNew) -> HttpResponse:
    caller = caller_of(request)
    actor = caller.actor
    if not caller.known and tries(cast("Request", request), "sign-up") > TRIES:
        raise Problem("too-many-requests", headers={"Retry-After": str(WINDOW)})

    def deed() -> Kept:
        application = application_of(payload)
        try:
            row = sign_up(session=pk, application=application, by=actor, now=timezone.now())[0]
        except PersonRefused as refusal:
            raise Problem("invalid", str(refusal), errors=[("", str(refusal))]) from None
        except SignUpRefused as refusal:
            kind = "not-found" if refusal.code == "unknown" else "conflict"
            raise Problem(kind, str(refusal)) from None
        return Kept(201, written(signed(row)), {})

    if not caller.known:  # nobody in whose name an answer could be kept
        kept = deed()
        return answered(kept.body, kept.status)
    return once_for(request, actor, deed)


def scan_of(told: CheckInNew) -> Scan:
    return Scan(code=told.code, at=told.at, device=told.device)


@router.post(
    "/sessions/{int:pk}/check-ins", response={200: CheckInTold, 201: CheckInTold}, auth=known,
    operation_id="addCheckIn", url_name="check_ins", summary="签到",
    description="第一次回答 201；重复扫码回答 200，带第一次的时间；不能签到回答 409。",
)  # fmt: skip
def check_ins(request: HttpRequest, pk: int, payload: CheckInNew) -> HttpResponse:
    try:
        done = check_in(
            scan=scan_of(payload), session=pk, by=caller_of(request).actor, now=timezone.now()
        )
    except DoorRefused as refusal:
        kind = "not-found" if refusal.code == "unknown" else "conflict"
        raise Problem(kind, str(refusal)) from None
    return answered(written(came(done)), 201 if done.first else 200)


def result(outcome: Outcome) -> dict[str, object]:
    done = outcome.done
    return {
        "code": outcome.scan.code,
        "status": 409 if done is None else 201 if done.first else 200,
        "detail": done.sentence() if done else str(outcome.refusal),
        "check_in": came(done) if done else None,
    }


@router.post(
    "/sessions/{int:pk}/check-ins/bulk", response=CheckInResults, auth=known,
    operation_id="addCheckIns", url_name="check_ins_bulk", summary="补发离线签到",
    description="逐条给出结果，次序不变；一条不成不影响其他。重复发送不会重复签到。",
)  # fmt: skip
def check_ins_bulk(request: HttpRequest, pk: int, payload: CheckInsNew) -> HttpResponse:
    scans = [scan_of(one) for one in payload.items]
    actor, now = caller_of(request).actor, timezone.now()
    try:
        outcomes = check_in_many(scans=scans, session=pk, by=actor, now=now)
    except Refused as refusal:
        raise Problem("conflict", str(refusal)) from None
    return answered(written({"items": [result(one) for one in outcomes]}))
