import hashlib
from datetime import date
from typing import Any

from changle.faces.api.models import Token
from changle.ground.territory.models import Grant
from changle.ground.territory.queries import in_force


def hashed(clear: str) -> str:
    """As the table keeps it. The token is 256 random bits, so a plain hash cannot be guessed back."""
    return hashlib.sha256(clear.encode()).hexdigest()


def token_of(clear: str, today: date) -> Token | None:
    """The living token of a living account."""
    return (
        Token.objects.select_related("user")
        .filter(
            hash=hashed(clear), revoked_at__isnull=True, expires_on__gt=today, user__is_active=True
        )
        .first()
    )


def grants_of(user_id: int, today: date) -> list[dict[str, Any]]:
    """What a person may do where, today, as the API tells it."""
    grants = Grant.objects.filter(in_force(today), user_id=user_id).select_related("node")
    return [
        {
            "role": grant.role,
            "role_name": grant.role_name,
            "node": {"id": grant.node_id, "name": grant.node.name},
            "starts_on": grant.starts_on.isoformat(),
            "ends_on": grant.ends_on.isoformat() if grant.ends_on else None,
        }
        for grant in grants.order_by("starts_on", "pk")
    ]
