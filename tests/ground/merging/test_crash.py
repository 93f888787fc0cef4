"""A process killed in the midst of a merge, of its undoing or of a conversion leaves all or nothing."""

import signal
from collections.abc import Iterator

import pytest

from tests.harness.apart import Surroundings, python, separate


# The first of these statements to be met is the one before which the process dies.
PROGRAM = """
import json, os, re, signal, sys
import django
django.setup()
from django.db import connection
from django.utils import timezone
from changle.core.log import seal_all, verify
from changle.ground.merging.actions import undo
from changle.ground.merging.models import Merge
from changle.ground.registry.actions import convert_organisation
from changle.ground.registry.models import Organisation
from changle.ground.territory.models import Node
from tests.factories import registry
from tests.factories.merging import dump, make_merge, merger_at
from tests.factories.people import make_post
from tests.factories.registry import make_organisation, make_uscc
from tests.factories.territory import make_district

word, deed, pattern = sys.argv[1:4]
# Another process has made codes in this database before.
registry._count = iter(range(Organisation.objects.count() * 50 + 1, 10**9))

def laid():
    root = Node.objects.filter(kind="district").first()
    return root if root else make_district().root

root = laid()
by = merger_at(root)

def do(deed, bodies):
    one, other = bodies
    if deed == "merge":
        make_merge(one, other, take=("address", "name"))
    elif deed == "undo":
        undo(pk=Merge.objects.get(survivor=one, undone_at=None).pk, by=by, now=timezone.now())
    else:
        convert_organisation(pk=one.pk, kind="MF", uscc=make_uscc("MF"), on=timezone.localdate(),
                             by=by, now=timezone.now())

def told():
    return json.dumps([dump(), list(Merge.objects.values("pk", "undone_at"))], default=str)

def killer(execute, sql, params, many, context):
    if re.search(pattern, sql):
        os.kill(os.getpid(), signal.SIGKILL)
    return execute(sql, params, many, context)

if word == "kill":
    street = Node.objects.get(name="甲街道")
    bodies = [make_organisation(street, address=f"样例路{n}号") for n in range(2)]
    make_post(bodies[1])
    if deed == "undo":
        do("merge", bodies)
    print(json.dumps([[b.pk for b in bodies], told()]), flush=True)
    with connection.execute_wrapper(killer):
        do(deed, bodies)
else:
    keys, before = json.loads(sys.stdin.read())
    assert told() == before
    seal_all()
    assert verify().holds
    do(deed, [Organisation.objects.select_related("node").get(pk=pk) for pk in keys])
    assert told() != before
"""


@pytest.fixture(scope="module")
def surroundings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Surroundings]:
    with separate(tmp_path_factory.mktemp("crash")) as env:
        yield env


@pytest.mark.parametrize(
    ("deed", "before"),
    [
        ("merge", "UPDATE .people_post."),
        ("merge", "INSERT INTO .merging_merge."),
        ("undo", "UPDATE .registry_identity."),
        ("undo", "UPDATE .merging_merge."),
        ("convert", "INSERT INTO .registry_identity."),
        ("convert", "INSERT INTO .core_logentry."),
    ],
)
def test_a_killed_deed_leaves_nothing_and_may_be_done_again(surroundings, deed, before) -> None:
    killed = python(surroundings, "-c", PROGRAM, "kill", deed, before)
    assert killed.returncode == -signal.SIGKILL, killed.stderr[-2000:]
    again = python(surroundings, "-c", PROGRAM, "again", deed, before, told=killed.stdout)
    assert again.returncode == 0, again.stderr[-2000:]
