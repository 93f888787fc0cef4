"""Everybody of the sample district at every door: what a role may not open is not there.

Each route is asked with rows of the asker's own place and with rows of another; a page that
answers with a row outside the asker's reach fails, and so does one that breaks.
"""

import re
from functools import cache

import pytest
from django.test import Client
from django.urls import URLPattern
from django.utils import timezone

from changle.core.engine import refresh_statistics
from changle.core.log import LogEntry
from changle.faces.desk.queries.home import todo
from changle.ground.accounts.models import User
from changle.ground.annual.models import AnnualReport
from changle.ground.custody.models import Custody
from changle.ground.matters.models import LicenceRule, Matter, MatterType
from changle.ground.people.models import Paper, Post
from changle.ground.registry.models import Organisation
from changle.ground.territory.models import Grant, Node
from changle.ground.territory.queries import actor_for
from changle.oversight.statistics.models import Bulletin, MonthlyReport
from changle.services.activities.models import Activity, Programme, Series, Session, SignUp
from changle.services.activities.queries.codes import come_code, ticket_code
from changle.services.bases.models import (
    Base,
    Evaluation,
    HandOver,
    OperatorCheck,
    OperatorContract,
    OperatorStaff,
    OperatorTarget,
)
from changle.services.commons.models import Centre
from changle.services.exchange.models import (
    Donation,
    DonationItem,
    Emergency,
    Offer,
    Partner,
    Request,
    Use,
)
from changle.services.incubation.models import (
    Call,
    Certificate,
    Course,
    Delivery,
    FollowUp,
    Incubatee,
    Mentoring,
    Objection,
    PlanItem,
    Sheet,
)
from changle.services.leases.models import Desk, Floor, Lease
from changle.site.demo.making import make
from changle.site.demo.people import CAST, FORMER
from tests.house.test_routes import all_routes


pytestmark = [pytest.mark.django_db, pytest.mark.slow]
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
ROUTES = [(route, entry) for route, entry in all_routes() if "(?P" not in route]
WELL = {200, 201, 204, 302, 304, 400, 401, 403, 404, 405, 409, 410, 415, 422, 428}


@pytest.fixture(scope="module")
def django_db_setup(django_db_setup, django_db_blocker):
    """One sample district for the module, taken away with it."""
    from django.core.management import call_command

    with django_db_blocker.unblock():
        make(now=timezone.now(), say=lambda *_told: None)
        refresh_statistics()  # as the command does; else PostgreSQL plans for empty tables
    yield
    with django_db_blocker.unblock():
        flush_everything(call_command)


def flush_everything(call_command):
    from django.db import connection

    from changle.core.constraints import AppendOnly

    guards = [
        (model, constraint)
        for model in (LogEntry, *_seals())
        for constraint in model._meta.constraints
        if isinstance(constraint, AppendOnly)
    ]
    for model, guard in guards:
        with connection.schema_editor() as editor:
            editor.remove_constraint(model, guard)
    call_command("flush", interactive=False, verbosity=0)
    for model, guard in guards:
        with connection.schema_editor() as editor:
            editor.add_constraint(model, guard)


def _seals():
    from changle.core.log import LogSeal

    return (LogSeal,)


@pytest.fixture(autouse=True)
def past_the_second_factor(settings):
    """As in the demonstration: else staff would be asked for a code before any door is tried."""
    settings.CHANGLE_DEMO = True


def client_of(username):
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.get(username=username), BACKEND)
    return client


@cache
def row_in(street):
    return Organisation.objects.filter(street__name=street, kind="BA").order_by("pk")[0]


def fill(route: str, entry: URLPattern, street: str) -> str:
    """The address of a route for a row of that street; looked up once, but for a door's code."""
    return (address.__wrapped__ if "come/" in route else address)(route, entry, street)


@cache
def address(route: str, entry: URLPattern, street: str) -> str:
    organisation = row_in(street)
    node = Node.objects.get(kind="street", name=street)
    grant = (
        Grant.objects.filter(node=node).order_by("pk").first() or Grant.objects.order_by("pk")[0]
    )
    values = {
        "pk": organisation.pk, "label": "registry.Organisation", "name": "pause", "table": "T1",
        "code": "registry.registered", "code_pk": node.codes.order_by("pk")[0].pk, "year": 2021,
        "list_": "field", "target_list": "report", "form": "csv", "kind": "csv", "slug": "csv",
        "board": "missing",
    }  # fmt: skip
    if "nodes/" in route or "places/" in route or "streets/" in route:
        values["pk"] = node.pk
    elif "venues/" in route or route.startswith("centres/<"):
        centre = Centre.objects.get(node__parent=node, node__kind="centre")
        room = centre.spaces.order_by("pk")[0]
        values |= {"pk": centre.pk, "centre": centre.pk}
        if "<int:centre>" in route:
            values["pk"] = room.policy_id if "policies/" in route else room.pk
    elif "people/" in route and "organisations/" not in route:
        values["pk"] = grant.user_id
    elif "grants/" in route:
        values["pk"] = grant.pk
    if "monthly/<int:pk>" in route or "bulletins/<int:pk>" in route:
        model = Bulletin if "bulletins/" in route else MonthlyReport
        kept = model.objects.filter(node=node).order_by("-pk").first()
        values |= {"pk": kept.pk if kept else 0, "form": "xlsx"}
    if "desk/posts/" in route:
        held = Post.objects.filter(organisation__street__name=street).order_by("pk").first()
        values["pk"] = held.pk if held else 0
    elif "desk/papers/" in route:
        kept = Paper.objects.filter(organisation__street__name=street).order_by("pk").first()
        values |= {"pk": kept.pk if kept else 0, "name": "recall"}
    asked = (told for mark, told in OF_A_ROOM.items() if mark in route)
    values |= next(asked, lambda _route, _street: {})(route, street)
    if any(each in route for each in ("desk/matters/", "desk/custody/", *OF_BASES)):
        values["pk"] = report_or_agreement(route, street)
    values |= shared(route, street)
    parts = []
    for part in re.split(r"(<[^>]+>)", route):
        if part.startswith("<"):
            kind, _colon, name = part.strip("<>").rpartition(":")
            nobody = "00000000-0000-0000-0000-000000000000" if kind == "uuid" else 1
            parts.append(str(values.get(name, nobody)))
        else:
            parts.append(part)
    return "/" + "".join(parts)


OF_BASES = ("bases/",)


def of_a_base(route: str, street: str) -> int:
    """A base of that street, or the contract, round, check or hand-over that the door is to."""
    if "bases/operators/" in route:
        rows = OperatorContract.objects.filter(base__street__name=street)
    elif "bases/rounds/" in route:
        rows = Evaluation.objects.filter(base__street__name=street)
    elif "bases/checks/" in route:
        rows = OperatorCheck.objects.filter(contract__base__street__name=street)
    elif "bases/hand-overs/" in route:
        rows = HandOver.objects.filter(old__base__street__name=street)
    elif "bases/staff/" in route or "bases/targets/" in route:
        model = OperatorStaff if "staff/" in route else OperatorTarget
        rows = model.objects.filter(contract__base__street__name=street)
    else:
        rows = Base.objects.filter(street__name=street)
    return rows.order_by("pk").values_list("pk", flat=True).first() or 0


def shared(route: str, street: str) -> dict[str, object]:
    """Something offered, asked for, used or given in that street."""
    if "exchange/" not in route or "organisations/" in route:
        return {}
    where = {
        "offers/": (Offer, "street__name"), "requests/": (Request, "street__name"),
        "uses/": (Use, "offer__street__name"), "partners/": (Partner, "street__name"),
        "items/": (DonationItem, "donation__street__name"),
        "donations/": (Donation, "street__name"), "emergencies/": (Emergency, "node__name"),
    }  # fmt: skip
    model, lookup = next((told for part, told in where.items() if part in route), (Offer, "pk"))
    rows = model.objects.filter(**{lookup: street}) if lookup != "pk" else model.objects.none()
    return {"pk": rows.order_by("pk").values_list("pk", flat=True).first() or 0}


def report_or_agreement(route: str, street: str) -> int:
    """A reported matter or a custody of that street; a rule where the door is to the rules."""
    if any(each in route for each in OF_BASES):
        return of_a_base(route, street)
    if "rules/" in route:
        model = LicenceRule if "licence/" in route else MatterType
        return model.objects.order_by("pk").values_list("pk", flat=True).first() or 0
    rows = (Matter if "matters/" in route else Custody).objects.order_by("pk")
    within = rows.filter(organisation__street__name=street)
    return within.values_list("pk", flat=True).first() or 0


def activity_values(route: str, street: str) -> dict[str, object]:
    """An activity of a community of that street, or a session held in it."""
    model = Session if "desk/sessions/" in route else Activity
    lies = {"street__name": street} if model is Session else {"place__parent__name": street}
    row = model.objects.filter(**lies).order_by("pk").first()
    return {
        "pk": row.pk if row else 0,
        "name": "cancel",
        "share": 0,
        "up": 0,
        "there": 0,
        "kind": "photo",
    }


def resident_values(route: str, street: str) -> dict[str, object]:
    """A session of that street as residents meet it, a sign-up for it, its ticket and its door."""
    ups = SignUp.objects.filter(session__street__name=street, state="confirmed").order_by("pk")
    row = ups.select_related("session").first()
    if row is None:
        return {"pk": 0}
    session = row.session
    door = come_code(session.pk, session.door_secret, timezone.now())
    pk: object = row.pk if "my/sign-ups/" in route else session.pk
    if "my/" in route and "sign-ups" not in route:
        pk = 0
    if "<calendar:kind>" in route:
        pk = session.street_id
    return {
        "pk": pk, "code": door if "come/" in route else ticket_code(row.pk), "kind": "streets",
        "clear": "nobody",
    }  # fmt: skip


def series_values(route: str, street: str) -> dict[str, object]:
    """A series or programme led in that street."""
    model = Programme if "programmes/" in route else Series
    lead = Node.objects.get(kind="street", name=street)
    row = model.objects.filter(lead__path__under=lead.path).order_by("pk").first()
    return {"pk": row.pk if row else 0}


def annual_values(route: str, street: str) -> dict[str, object]:
    """A report of that street, or a registered body of it; nobody where none has reported."""
    bodies = Organisation.objects.filter(street__name=street, kind="MF").order_by("pk")
    reports = AnnualReport.objects.filter(organisation__in=bodies).order_by("pk")
    values = {"table": "T8", "code": "staff", "name": "accept"}
    if "deadlines/" in route:
        return values | {"kind": "MF"}
    if "organisations/" in route:
        return values | {"pk": bodies.values_list("pk", flat=True).first() or 0}
    return values | {"pk": reports.values_list("pk", flat=True).first() or 0}


def lease_values(route: str, street: str) -> dict[str, object]:
    """A stay in a house of that street, its storey, its desk, or the house."""
    if "desk/leases/" in route:
        rows = Lease.objects.filter(centre__node__parent__name=street)
    elif "lease-floors/" in route:
        rows = Floor.objects.filter(centre__node__parent__name=street)
    elif "lease-desks/" in route:
        rows = Desk.objects.filter(centre__node__parent__name=street)
    else:
        rows = Centre.objects.filter(node__parent__name=street)
    return {"pk": rows.order_by("pk").values_list("pk", flat=True).first() or 0, "name": "agree"}


IN_INCUBATION = {
    "items/": (PlanItem, "incubatee__call__"), "deliveries/": (Delivery, "incubatee__call__"),
    "mentorings/": (Mentoring, "incubatee__call__"), "visits/": (FollowUp, "incubatee__call__"),
    "courses/": (Course, ""), "certificates/": (Certificate, "course__"),
    "objections/": (Objection, "incubatee__call__"), "calls/": (Call, ""),
    "sheets/": (Sheet, "incubatee__call__"),
}  # fmt: skip


def incubation_values(route: str, street: str) -> dict[str, object]:
    """A body in incubation in a house of that street, or what belongs to one of them."""
    held = next((told for part, told in IN_INCUBATION.items() if part in route), None)
    model, way = held or (Incubatee, "call__")
    rows = model.objects.filter(**{f"{way}centre__node__parent__name": street}).order_by("pk")
    row = rows.first()
    return {
        "pk": row.pk if row else 0, "name": "accept", "kind": "form", "side": "mentor",
        "stage": "midterm", "step": "charter", "reviewer": 0, "body": 0,
        "code": row.code if isinstance(row, Certificate) else "none",
    }  # fmt: skip


OF_A_ROOM = {
    "desk/incubation/": incubation_values,
    "incubation/certificates/": incubation_values,
    "incubation/publicity/": incubation_values,
    "desk/lease": lease_values,
    "annual/": annual_values,
    "desk/activities/": activity_values,
    "desk/sessions/": activity_values,
    "desk/series/": series_values,
    **dict.fromkeys(
        (
            "activities/",
            "my/sign-ups/",
            "my/family/",
            "my/calendar/",
            "tickets/",
            "come/",
            "feedback/",
        ),
        resident_values,
    ),
}


def leaves(route: str) -> bool:
    """Doors that end the visit."""
    return "sign-out" in route or "logout" in route


@pytest.mark.parametrize("username", [entry[0] for entry in [*CAST, FORMER]])
def test_no_door_breaks_and_none_opens_without_the_permission(username):
    client, actor = client_of(username), actor_for(User.objects.get(username=username))
    wrong = []
    for route, entry in ROUTES:
        url = fill(route, entry, "张家堡街道")
        answer = client.get(url)
        needs = entry.callback.access
        if answer.status_code not in WELL:
            wrong.append((url, answer.status_code))
        elif (
            needs not in {"public", "signed_in", "api"}
            and not actor.holds(needs)
            and answer.status_code not in {404, 405}
        ):
            wrong.append((url, needs, answer.status_code))
        if leaves(route):
            client = client_of(username)
    assert wrong == []


@pytest.mark.parametrize(
    "username", ["jie-zhangjiabu", "zhongxin-zhangjiabu", "shequ-fangxin", "zuzhi-qiuwen"]
)
def test_rows_of_another_street_are_not_there(username):
    client = client_of(username)
    theirs = row_in("谭家街道")
    marker = "不该看见的别街组织"
    Organisation.objects.filter(pk=theirs.pk).update(
        name=marker, search_text=marker, contact_name=marker, contact_phone=marker, pinyin="aaaa"
    )
    leaks = []
    for route, entry in ROUTES:
        if entry.callback.access in {"public", "signed_in"}:
            continue
        url = fill(route, entry, "谭家街道")
        for address in (url, f"{url}?q={marker}"):
            answer = client.get(address)
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content
            text = (
                body.decode("utf-8", "replace")
                .replace(f'value="{marker}"', "")
                .replace(f"“{marker}”", "")
            )
            if address == url and marker in text:
                leaks.append((address, answer.status_code))
    Organisation.objects.filter(pk=theirs.pk).update(
        name=theirs.name, search_text=theirs.search_text, pinyin=theirs.pinyin
    )
    assert leaks == []


@pytest.mark.parametrize("username", [entry[0] for entry in CAST])
def test_a_wrong_method_changes_nothing(username):
    client = client_of(username)
    before = (LogEntry.objects.count(), Organisation.objects.count(), Grant.objects.count())
    for route, entry in ROUTES:
        if leaves(route):
            continue
        for method in ("put", "delete", "patch"):
            answer = getattr(client, method)(fill(route, entry, "谭家街道"))
            assert answer.status_code in WELL | {403, 412}, (route, method, answer.status_code)
    assert (LogEntry.objects.count(), Organisation.objects.count(), Grant.objects.count()) == before


@pytest.mark.parametrize("username", [entry[0] for entry in CAST])
def test_what_waits_costs_a_query_a_lifecycle_and_none_a_row(
    username, django_assert_max_num_queries
):
    actor = actor_for(User.objects.get(username=username))
    lives = len({row.kind for row in todo(actor, timezone.localdate())})
    # all keys at once; whose matters are whose; what a reviewer has to hand in
    with django_assert_max_num_queries(lives + 3):
        todo(actor, timezone.localdate())
