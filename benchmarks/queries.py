"""How many queries each measured page asks, told by the test client of the same code."""

import json
import os
import sys

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


def main() -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    counts = {}
    for who, path in json.loads(os.environ["BENCH_PAGES"]):
        client, extra = Client(), {}
        if who == "token":
            user = User.objects.get(username="qu")
            made = issue_token(user=user, by=Actor(name="bench"), now=timezone.now(), name="bench")
            extra = {"HTTP_AUTHORIZATION": f"Bearer {made}"}
        elif who:
            client.force_login(
                User.objects.get(username=who),
                "allauth.account.auth_backends.AuthenticationBackend",
            )
        client.get(path, **extra)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.get(path, **extra)
        counts[f"{who} {path}"] = str(len(asked))
    sys.stdout.write(json.dumps(counts) + "\n")


main()
