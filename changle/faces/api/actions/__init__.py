from changle.faces.api.actions.once import KEPT, Kept, KeyInUse, KeyMisused, once
from changle.faces.api.actions.tokens import (
    TOKEN_DAYS,
    TokenRefused,
    issue_token,
    note_use,
    revoke_token,
)
from changle.faces.api.actions.webhooks import (
    WebhookRefused,
    add_webhook,
    follow_log,
    forget_old,
    resend,
    rotate_secret,
    switch_webhook,
    try_webhook,
)


__all__ = [
    "KEPT",
    "TOKEN_DAYS",
    "Kept",
    "KeyInUse",
    "KeyMisused",
    "TokenRefused",
    "WebhookRefused",
    "add_webhook",
    "follow_log",
    "forget_old",
    "issue_token",
    "note_use",
    "once",
    "resend",
    "revoke_token",
    "rotate_secret",
    "switch_webhook",
    "try_webhook",
]
