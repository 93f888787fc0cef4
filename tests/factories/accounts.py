from datetime import UTC, datetime

from changle.ground.accounts.models import User


LONG_AGO = datetime(2021, 1, 1, tzinfo=UTC)
PASSWORD = "Weiyang-2021-ok"
_count = iter(range(1, 10**9))


def make_user(
    username: str = "",
    name: str = "",
    *,
    password: str | None = None,
    staff: bool = False,
    **fields,
) -> User:
    """A person with an account; with a usable password only where one is given."""
    number = next(_count)
    user = User(
        username=username or f"user-{number}",
        name=name or f"样例甲{number}",
        is_staff_member=staff,
        joined_at=fields.pop("joined_at", LONG_AGO),
        **fields,
    )
    if password is None:
        user.set_unusable_password()
    else:
        user.set_password(password)
    user.save()
    return user
