"""Events go out signed, in order, at least once; to nobody whom the operator has not named."""

import base64
import hashlib
import hmac
import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.test import Client
from django.utils import timezone

from changle.core.jobs import Job, run, take
from changle.core.log import seal_all
from changle.core.reach import Actor
from changle.faces.api.actions import (
    WebhookRefused,
    add_webhook,
    follow_log,
    forget_old,
    resend,
    rotate_secret,
    switch_webhook,
    try_webhook,
)
from changle.faces.api.actions.sending import refusal_of, signature
from changle.faces.api.forms import OrganisationEvent
from changle.faces.api.models import Delivery, Webhook
from changle.faces.api.queries.webhooks import EVENTS
from changle.ground.registry.actions import convert_organisation, move, rename_organisation
from changle.services.incubation.actions import graduate
from changle.services.incubation.lifecycle import INCUBATEE
from changle.services.incubation.models import Incubatee
from tests.factories.accounts import make_user
from tests.factories.incubation import make_appraisal, make_exit_panel, make_incubatee, make_panel
from tests.factories.registry import everything_at, make_organisation, make_uscc
from tests.factories.territory import make_actor, make_district, make_grant


pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def test_the_signature_is_that_of_the_standard():
    made = signature(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        '{"test": 2432232314}',
    )
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.fixture
def receiver():
    """A server of our own that keeps what it gets and answers what it is told to."""
    heard, answers = [], []

    class Door(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            heard.append((dict(self.headers), body.decode()))
            self.send_response(answers.pop(0) if answers else 204)
            self.end_headers()

        def log_message(self, *_told):
            pass

    server = HTTPServer(("127.0.0.1", 0), Door)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    server.heard, server.answers = heard, answers
    server.url = f"http://127.0.0.1:{server.server_port}/in?from=changle"
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def district(settings):
    settings.CHANGLE_DEMO = True
    return make_district()


@pytest.fixture
def clerk(district):
    return everything_at(district.root)


def hook(district, clerk, url, *, node=None, events=tuple(EVENTS)):
    return add_webhook(
        node=node or district.root, url=url, events=events, about="市平台", by=clerk,
        now=timezone.now(),
    )  # fmt: skip


def worked():
    """What the worker does in a round, until nothing is due."""
    seal_all()
    follow_log(now=timezone.now())
    while job := take(timezone.now()):
        run(job, clock=timezone.now)


def types(receiver):
    return [json.loads(body)["type"] for _headers, body in receiver.heard]


def test_filing_conversion_and_ending_are_told_in_order(district, clerk, receiver):
    webhook = hook(district, clerk, receiver.url)
    body = make_organisation(district.communities[0][0], name="舞动队", by=clerk)
    now = timezone.now()
    rename_organisation(pk=body.pk, name="舞动艺术团", on=now.date(), by=clerk, now=now)
    code = make_uscc("MF")
    convert_organisation(pk=body.pk, kind="MF", uscc=code, on=now.date(), by=clerk, now=now)
    move(body.pk, "revoke", by=clerk, now=now, note="样例")
    worked()
    assert types(receiver) == [
        "organisation.filed",
        "organisation.changed",
        "organisation.converted",
        "organisation.ended",
    ]
    headers, sent = receiver.heard[2]
    told = json.loads(sent)["data"]
    assert (told["id"], told["uscc"]) == (body.pk, code)
    assert told["url"].endswith(f"/api/v1/organisations/{body.pk}")
    key = base64.b64decode(webhook.secret.removeprefix("whsec_"))
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{sent}".encode()
    expected = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    worked()
    assert len(receiver.heard) == 4  # nothing is told twice


def test_nothing_personal_leaves(district, clerk, receiver):
    hook(district, clerk, receiver.url)
    make_organisation(
        district.communities[0][0], by=clerk, contact_name="不该外传", contact_phone="02912345678"
    )
    worked()
    assert "不该外传" not in receiver.heard[0][1]
    assert "02912345678" not in receiver.heard[0][1]


def test_only_the_place_and_the_events_that_were_asked_for(district, clerk, receiver):
    hook(district, clerk, receiver.url, node=district.streets[0], events=["organisation.filed"])
    make_organisation(district.communities[1][0], by=clerk)
    ours = make_organisation(district.communities[0][0], by=clerk)
    make_organisation(district.communities[0][0], "MF", by=clerk)
    worked()
    assert [json.loads(body)["data"]["id"] for _headers, body in receiver.heard] == [ours.pk]


def test_admission_and_graduation_are_told_with_the_body(district, clerk, receiver):
    street = district.streets[0]
    hook(district, clerk, receiver.url, events=["incubation.admitted", "incubation.graduated"])
    hook(district, clerk, receiver.url, node=district.streets[1], events=list(EVENTS))
    row = make_incubatee(street, "publicised", is_virtual=True)
    office = make_actor("STO", street)
    make_panel(row, street)
    later = timezone.now() + timedelta(days=30)
    INCUBATEE.fire(row.pk, "admit", by=office, now=later)
    Incubatee.objects.filter(pk=row.pk).update(state="exit_review", starts_on="2027-01-01")
    row.refresh_from_db()
    make_exit_panel(row, street, 80)
    make_appraisal(row, "exit")
    graduate(incubatee=row.pk, minutes="样例", by=office, now=later)
    worked()
    assert types(receiver) == ["incubation.admitted", "incubation.graduated"]
    for _headers, sent in receiver.heard:
        OrganisationEvent.model_validate_json(sent)
        assert "score" not in sent
    told = json.loads(receiver.heard[1][1])["data"]
    assert told["id"] == row.organisation_id
    assert told["incubation"]["graduated_on"] == timezone.localdate(later).isoformat()
    assert told["incubation"]["url"].endswith(f"/api/v1/incubatees/{row.pk}")


def test_what_happened_before_is_not_told(district, clerk, receiver):
    make_organisation(district.communities[0][0], by=clerk)
    seal_all()
    hook(district, clerk, receiver.url)
    worked()
    assert receiver.heard == []


def test_a_failure_holds_the_order_and_is_tried_again(district, clerk, receiver):
    webhook = hook(district, clerk, receiver.url)
    receiver.answers[:] = [500]
    bodies = [make_organisation(district.communities[0][0], by=clerk) for _each in range(2)]
    worked()
    webhook.refresh_from_db()
    assert len(receiver.heard) == 1
    assert webhook.failing_since is not None
    worked()
    assert len(receiver.heard) == 1  # not before its time
    Webhook.objects.update(next_at=timezone.now())
    worked()
    told = [json.loads(body)["data"]["id"] for _headers, body in receiver.heard]
    assert told == [bodies[0].pk, bodies[0].pk, bodies[1].pk]
    assert receiver.heard[0][0]["webhook-id"] == receiver.heard[1][0]["webhook-id"]
    webhook.refresh_from_db()
    assert webhook.failing_since is None


def test_after_the_last_attempt_it_is_given_up_and_can_be_sent_again(district, clerk, receiver):
    hook(district, clerk, receiver.url)
    make_organisation(district.communities[0][0], by=clerk)
    receiver.answers[:] = [503] * 10
    worked()
    for _attempt in range(9):
        Webhook.objects.update(next_at=timezone.now())
        worked()
    one = Delivery.objects.get()
    assert (one.attempts, one.failed_at is not None) == (10, True)
    resend(delivery=one, by=clerk, now=timezone.now())
    worked()
    one.refresh_from_db()
    assert one.delivered_at is not None


def test_who_answers_gone_is_told_no_more(district, clerk, receiver):
    webhook = hook(district, clerk, receiver.url)
    holder = make_actor("DCA", district.root)
    receiver.answers[:] = [410]
    make_organisation(district.communities[0][0], by=clerk)
    worked()
    webhook.refresh_from_db()
    assert not webhook.is_active
    assert "不再接收" in webhook.stopped_because
    make_organisation(district.communities[0][0], by=clerk)
    worked()
    assert len(receiver.heard) == 1
    assert holder.user_id in set(
        make_user().__class__.objects.filter(notices__isnull=False).values_list("pk", flat=True)
    )


def test_a_redirect_is_no_arrival(district, clerk, receiver):
    hook(district, clerk, receiver.url)
    receiver.answers[:] = [302]
    make_organisation(district.communities[0][0], by=clerk)
    worked()
    assert Delivery.objects.get().delivered_at is None


def test_nobody_there_is_an_answer(district, clerk):
    hook(district, clerk, "http://127.0.0.1:9/closed")
    make_organisation(district.communities[0][0], by=clerk)
    worked()
    one = Delivery.objects.get()
    assert one.status is None
    assert "没有连上" in one.answer
    assert Job.objects.get().state == Job.State.DONE


def test_both_secrets_sign_for_a_day(district, clerk, receiver):
    webhook = hook(district, clerk, receiver.url)
    rotate_secret(pk=webhook.pk, by=clerk, now=timezone.now())
    make_organisation(district.communities[0][0], by=clerk)
    worked()
    assert receiver.heard[0][0]["webhook-signature"].count("v1,") == 2
    Webhook.objects.update(rotated_at=timezone.now() - timedelta(hours=25))
    make_organisation(district.communities[0][0], by=clerk)
    worked()
    assert receiver.heard[1][0]["webhook-signature"].count("v1,") == 1


def test_a_trial_and_a_pause(district, clerk, receiver):
    webhook = hook(district, clerk, receiver.url)
    try_webhook(pk=webhook.pk, by=clerk, now=timezone.now())
    worked()
    assert types(receiver) == ["webhook.test"]
    switch_webhook(pk=webhook.pk, on=False, by=clerk, now=timezone.now())
    with pytest.raises(WebhookRefused, match="停用"):
        try_webhook(pk=webhook.pk, by=clerk, now=timezone.now())
    make_organisation(district.communities[0][0], by=clerk)
    seal_all()
    switch_webhook(pk=webhook.pk, on=True, by=clerk, now=timezone.now())
    worked()
    assert len(receiver.heard) == 1


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://169.254.169.254/latest/meta-data", "CHANGLE_WEBHOOK_HOSTS"),
        ("https://10.0.0.7/in", "CHANGLE_WEBHOOK_HOSTS"),
        ("http://data.example.org/in", "https://"),
        ("ftp://data.example.org/in", "https://"),
        ("https://user:pass@data.example.org/in", "用户名"),
        ("https://[::1/in", "不完整"),
        ("http://127.0.0.1/in", "CHANGLE_WEBHOOK_HOSTS"),
    ],
)
def test_the_server_knocks_at_no_door_that_the_operator_has_not_named(settings, url, why):
    settings.CHANGLE_WEBHOOK_HOSTS = ["data.example.org"]
    assert why in refusal_of(url)
    assert refusal_of("https://data.example.org/in") == ""


def test_the_secret_is_sealed_in_the_table(district, clerk, receiver):
    from django.db import connection

    webhook = hook(district, clerk, receiver.url)
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM api_webhook")
        assert webhook.secret not in cursor.fetchone()[0]


def test_a_street_may_not_add_one(district, receiver):
    with pytest.raises(WebhookRefused):
        hook(district, make_actor("STO", district.streets[0]), receiver.url)


def test_what_is_old_and_done_is_swept_out(district, clerk, receiver):
    hook(district, clerk, receiver.url)
    make_organisation(district.communities[0][0], by=clerk)
    worked()
    Delivery.objects.update(created_at=timezone.now() - timedelta(days=31))
    forget_old(timezone.now())
    assert not Delivery.objects.exists()


def signed_in(district, role):
    user = make_user()
    make_grant(user, district.root if role == "DCA" else district.streets[0], role)
    client = Client()
    client.force_login(user, BACKEND)
    return client


def test_the_pages_show_the_secret_once(district, receiver):
    client = signed_in(district, "DCA")
    typed = {"about": "市平台", "url": receiver.url, "node": district.root.pk}
    refused = client.post("/desk/webhooks/add/", typed)
    assert refused.status_code == 422
    assert "市平台" in refused.content.decode()
    made = client.post("/desk/webhooks/add/", {**typed, "events": ["organisation.filed"]})
    assert "whsec_" in made.content.decode()
    row = Webhook.objects.get()
    assert "whsec_" not in client.get(f"/desk/webhooks/{row.pk}/").content.decode()
    assert "市平台" in client.get("/desk/webhooks/").content.decode()
    assert client.post(f"/desk/webhooks/{row.pk}/trial/").status_code == 302
    worked()
    assert "试发" in client.get(f"/desk/webhooks/{row.pk}/").content.decode()
    one = Delivery.objects.get()
    assert client.post(f"/desk/webhooks/deliveries/{one.pk}/again/").status_code == 302
    assert "whsec_" in client.post(f"/desk/webhooks/{row.pk}/rotate/").content.decode()
    assert client.post(f"/desk/webhooks/{row.pk}/switch/", {"on": "0"}).status_code == 302


def test_others_find_no_such_pages(district, receiver, clerk):
    row = hook(district, clerk, receiver.url)
    client = signed_in(district, "STO")
    for path in ("", "add/", f"{row.pk}/"):
        assert client.get(f"/desk/webhooks/{path}").status_code == 404
    assert Actor().holds("webhook.edit") is False
