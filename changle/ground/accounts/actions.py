from datetime import datetime, timedelta

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from changle.core.log import LogEntry, changed, record
from changle.core.reach import Actor
from changle.core.refusals import Refused
from changle.core.sealed import mask_phone
from changle.ground.accounts.models import User
from changle.ground.accounts.queries import place_of, user_by_name


class AccountRefused(Refused):
    """What was asked of an account may not be done."""


@transaction.atomic
def create_user(
    *,
    username: str,
    name: str,
    by: Actor,
    now: datetime,
    phone: str = "",
    password: str = "",
    staff: bool = False,
    path: str = "",
) -> User:
    """Open an account; whoever set the password knows it, so it must be changed at first sign-in.

    `path` is the place in whose log the deed stands, for a person without grants yet.
    """
    if user_by_name(username) is not None:
        raise AccountRefused("这个用户名已有人使用。")
    user = User(username=username, name=name, phone=phone, is_staff_member=staff, joined_at=now)
    put_password(user, password)
    user.must_change_password = bool(password)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError:
        raise AccountRefused("这个用户名已有人使用。") from None
    record(user, "create", by=by, at=now, path=path)
    return user


@transaction.atomic
def join(*, name: str, phone: str, password: str, now: datetime) -> User:
    """A resident opens an account of their own; the number is not proven by this.

    The community asks when it gives its opinion on what the person applies for.
    """
    refusal = "这个手机号不能新建账户。如果是您的号码，请直接登录；忘记密码，请到社区办理。"
    if user_by_name(phone) is not None:
        raise AccountRefused(refusal)
    user = User(username=phone, name=name, phone=phone, joined_at=now)
    put_password(user, password)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError:
        raise AccountRefused(refusal) from None
    record(user, "join", by=Actor(user_id=user.pk, name=name), at=now)
    return user


@transaction.atomic
def set_password(*, user: User, password: str, by: Actor, now: datetime) -> None:
    """Give a person a first password for once; every session of theirs ends."""
    put_password(user, password)
    user.must_change_password = True
    user.save(update_fields=["password", "must_change_password"])
    drop_sessions(user)
    record(user, "set_password", by=by, at=now, path=place_of(user))


@transaction.atomic
def change_password(*, user: User, password: str, by: Actor, now: datetime) -> None:
    """A person changes their own password, which the form has checked."""
    user.set_password(password)
    user.must_change_password = False
    user.save(update_fields=["password", "must_change_password"])
    record(user, "change_password", by=by, at=now, path=place_of(user))


@transaction.atomic
def change_profile(*, user: User, phone: str, email: str, by: Actor, now: datetime) -> None:
    before = {"phone": mask_phone(user.phone), "email": bool(user.email)}
    user.phone, user.email = phone, email
    user.save(update_fields=["phone", "email"])
    after = {"phone": mask_phone(phone), "email": bool(email)}
    record(user, "edit", by=by, at=now, path=place_of(user), changes=changed(before, after))


@transaction.atomic
def require_second_factor(*, user: User, by: Actor, now: datetime) -> None:
    """From now on this person is staff, who must use a second factor."""
    if user.is_staff_member:
        return
    user.is_staff_member = True
    user.save(update_fields=["is_staff_member"])
    record(user, "require_second_factor", by=by, at=now, path=place_of(user))


@transaction.atomic
def reset_second_factor(*, user: User, by: Actor, now: datetime) -> None:
    """Take the lost second factor off an account, so that a new one can be bound."""
    gone, _each = Authenticator.objects.filter(user=user).delete()
    if not gone:
        raise AccountRefused("此人没有绑定第二重验证。")
    drop_sessions(user)
    record(user, "reset_second_factor", by=by, at=now, path=place_of(user))


@transaction.atomic
def close_account(*, user: User, by: Actor, now: datetime, reason: str) -> None:
    """Nobody can sign in with the account any more; what the person did stays theirs."""
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.pk == by.user_id:
        raise AccountRefused("不能停用自己的账户。")
    if not user.is_active:
        raise AccountRefused("这个账户已经停用。")
    user.is_active = False
    user.save(update_fields=["is_active"])
    drop_sessions(user)
    record(user, "close", by=by, at=now, path=place_of(user), note=reason)


@transaction.atomic
def reopen(*, user: User, by: Actor, now: datetime, reason: str) -> None:
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.pk == by.user_id:
        raise AccountRefused("不能由本人恢复自己的账户。")
    if user.is_active:
        raise AccountRefused("这个账户没有停用。")
    user.is_active = True
    user.save(update_fields=["is_active"])
    record(user, "reopen", by=by, at=now, path=place_of(user), note=reason)


@transaction.atomic
def end_session(*, user: User, session_id: int, by: Actor, now: datetime) -> None:
    session = UserSession.objects.filter(user=user, pk=session_id).first()
    if session is None:
        raise AccountRefused("这个登录已经结束。")
    session.end()
    record(user, "end_session", by=by, at=now, path=place_of(user))


@transaction.atomic
def end_sessions(*, user: User, by: Actor, now: datetime, keep: str = "") -> int:
    """Sign a person out everywhere, but for the session whose key is kept; answers how many."""
    count = drop_sessions(user, keep=keep)
    if count:
        record(user, "end_sessions", by=by, at=now, path=place_of(user))
    return count


def drop_sessions(user: User, *, keep: str = "") -> int:
    sessions = UserSession.objects.filter(user=user).exclude(session_key=keep)
    keys = list(sessions.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    sessions.delete()
    return len(keys)


@transaction.atomic
def note(user: User, verb: str, *, by: Actor, now: datetime) -> None:
    """Log a deed at the door: sign_in, sign_out, second_factor_on, second_factor_off."""
    record(user, verb, by=by, at=now, path=place_of(user))


@transaction.atomic
def note_lock(*, username: str, now: datetime, cooloff: timedelta) -> None:
    """Log once that a name was tried too often; a name that nobody bears leaves no trace here."""
    user = user_by_name(username)
    if user is None:
        return
    told = LogEntry.objects.filter(
        subject_label=user._meta.label, subject_id=str(user.pk), verb="lock", at__gt=now - cooloff
    )
    if not told.exists():
        record(user, "lock", by=Actor(), at=now, path=place_of(user))


def show_spare_codes(user: User) -> None:
    """Mark new spare codes as shown: the next page shows them, and a GET writes nothing."""
    codes = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
    if codes:
        codes.wrap().mark_as_viewed()


def seen(*, session_key: str, now: datetime) -> None:
    """Remember when a session was last used, for the list of sessions."""
    UserSession.objects.filter(session_key=session_key).update(last_seen_at=now)


def put_password(user: User, password: str) -> None:
    if not password:
        user.set_unusable_password()
        return
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise AccountRefused("".join(error.messages)) from None
    user.set_password(password)
