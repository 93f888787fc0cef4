"""How many queries each measured page asks, told by the test client of the same code."""

import json
import os
import sys
from typing import Any

import django


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "changle.site.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils import timezone  # noqa: E402

from changle.core.reach import Actor  # noqa: E402
from changle.faces.api.actions import issue_token  # noqa: E402
from changle.ground.accounts.models import User  # noqa: E402


FRAME = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")  # the frame of a deed, no question


def main() -> None:
    """Each page twice, the second time counted; `bodies`: what is posted, if it is."""
    settings.ALLOWED_HOSTS = ["testserver"]
    counts = []
    for who, path, by_token, bodies in json.loads(os.environ["BENCH_PAGES"]):
        client, extra = Client(), {}
        if by_token:
            user = User.objects.get(username=who)
            made = issue_token(user=user, by=Actor(name="bench"), now=timezone.now(), name="bench")
            extra = {"HTTP_AUTHORIZATION": f"Bearer {made}"}
        elif who:
            client.force_login(
                User.objects.get(username=who),
                "allauth.account.auth_backends.AuthenticationBackend",
            )
        first, second = bodies or (None, None)
        asked(client, path, first, extra)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            asked(client, path, second, extra)
        told = [one for one in queries if not one["sql"].startswith(FRAME)]
        counts.append(str(len(told)))
    sys.stdout.write(json.dumps(counts) + "\n")


def asked(client: Client, path: str, body: str | None, extra: dict[str, Any]) -> None:
    if body is None:
        client.get(path, **extra)
    else:
        client.post(path, body, content_type="application/json", **extra)


main()
