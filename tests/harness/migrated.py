"""Do the migrations make what the models say, and do all guards stand after them?"""

import os
import sys

import django
from django.core.management import call_command

from tests.harness import surroundings


surroundings.prepare()
os.environ["DJANGO_SETTINGS_MODULE"] = "changle.site.settings"
django.setup()

from changle.site.health import declared_guards, present_guards  # noqa: E402  models come last


def main() -> int:
    call_command("makemigrations", check_changes=True, dry_run=True, verbosity=1)
    call_command("migrate", verbosity=0)
    missing = sorted(set(declared_guards()) - present_guards())
    sys.stdout.write(f"missing: {', '.join(missing)}\n" if missing else "all guards stand\n")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
