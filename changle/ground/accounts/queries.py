import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.db.models import QuerySet

from changle.ground.accounts.models import User


DEVICES = [
    (r"MicroMessenger", "微信"),
    (r"Edg/", "Edge"),
    (r"OPR/|Opera", "Opera"),
    (r"Firefox/", "Firefox"),
    (r"Chrom(e|ium)/", "Chrome"),
    (r"Safari/", "Safari"),
]
SYSTEMS = [
    (r"HarmonyOS", "鸿蒙"),
    (r"Android", "安卓"),
    (r"iPhone|iPad", "iOS"),
    (r"Windows", "Windows"),
    (r"Mac OS X", "macOS"),
    (r"Linux", "Linux"),
]
MOST_SAMPLES = 300  # accounts looked through for one button a role


@dataclass(frozen=True)
class SignedIn:
    """One place where a person is signed in."""

    pk: int
    device: str
    ip: str
    since: datetime
    seen_at: datetime
    current: bool


@dataclass(frozen=True)
class Sample:
    """A person of the sample district, as a button of the demonstration."""

    username: str
    name: str
    role: str
    place: str


def user_by_name(username: str) -> User | None:
    return User.objects.filter(username__iexact=username).first()


def user_by_pk(pk: int) -> User | None:
    return User.objects.filter(pk=pk).first()


def people(ids: Iterable[int]) -> "dict[int, User]":
    return User.objects.in_bulk(list(ids))


def sample_user(username: str) -> User | None:
    return User.objects.filter(username=username, is_sample=True, is_active=True).first()


def samples() -> list[Sample]:
    """One person of the sample for each role held there, in the order of their making."""
    users = User.objects.filter(is_sample=True, is_active=True).prefetch_related("grants__node")
    found: dict[str, Sample] = {}
    for user in users.order_by("pk")[:MOST_SAMPLES]:
        for grant in user.grants.all()[:1]:
            if grant.ends_on is None:
                found.setdefault(
                    grant.role,
                    Sample(user.username, user.name, grant.role_name, grant.node.label),
                )
    return list(found.values())


def grants_of(user: User) -> "QuerySet[Any]":
    """A person's own grants, the ended ones too, newest first."""
    return user.grants.select_related("node").order_by("-starts_on", "-pk")


def place_of(user: User) -> str:
    """The narrowest place that holds all grants of a person: in its log the account stands."""
    paths = [path.split(".") for path in user.grants.values_list("node__path", flat=True) if path]
    if not paths:
        return ""
    shared: list[str] = []
    for steps in zip(*paths, strict=False):
        if len(set(steps)) > 1 or not steps[0]:
            break
        shared.append(steps[0])
    return "".join(f"{step}." for step in shared)


def second_factor_on(user: User) -> bool:
    return bool(Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists())


def spare_codes_left(user: User) -> int:
    """How many unused recovery codes a person has."""
    codes = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
    return len(codes.wrap().get_unused_codes()) if codes else 0


def sessions_of(user: User, *, current: str, now: datetime) -> list[SignedIn]:
    """Where a person is signed in now, newest first; `current`: the key of the asker's session."""
    sessions = list(UserSession.objects.filter(user=user).order_by("-last_seen_at", "-pk"))
    alive = set(
        Session.objects.filter(
            session_key__in=[session.session_key for session in sessions], expire_date__gt=now
        ).values_list("session_key", flat=True)
    )
    return [
        SignedIn(
            session.pk,
            device(session.user_agent),
            session.ip,
            session.created_at,
            session.last_seen_at,
            session.session_key == current,
        )
        for session in sessions
        if session.session_key in alive
    ]


def device(agent: str) -> str:
    """What a browser calls itself, in words for people."""
    names = [
        next((name for pattern, name in table if re.search(pattern, agent)), "")
        for table in (DEVICES, SYSTEMS)
    ]
    return " · ".join(name for name in names if name) or "未知设备"


def lock_ends_at(username: str, ip: str, *, cooloff: timedelta) -> datetime | None:
    """When a name that was tried too often from an address may be tried again."""
    attempts = AccessAttempt.objects.filter(username=username, ip_address=ip)
    last = attempts.order_by("-attempt_time").first()
    return last.attempt_time + cooloff if last else None
