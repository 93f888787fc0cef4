"""Addresses outside come, are told what the sealed log tells, and go."""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import connection, transaction
from django.utils import timezone

from changle.core.jobs import Job, Progress, enqueue, work
from changle.core.log import LogEntry, record
from changle.core.notices import tell
from changle.core.reach import Actor
from changle.core.refusals import Refused
from changle.faces.api.actions.sending import Answer, new_secret, post, refusal_of, signature
from changle.faces.api.models import Delivery, Webhook
from changle.faces.api.queries.webhooks import (
    EVENTS,
    GROWING,
    GROWN,
    TEST,
    deeds,
    event_of,
    newest_seal,
    sealed_after,
    stay,
    stays_of,
    told_of,
    waiting,
)
from changle.ground.territory.models import Node
from changle.ground.territory.roles import Permission
from changle.services.incubation.models import Incubatee


PUSH = "webhook.push"
# Waits between attempts, as Standard Webhooks proposes: three days in all, then it is given up.
WAITS = [timedelta(seconds=5), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2),
         timedelta(hours=5), timedelta(hours=10), timedelta(hours=14), timedelta(hours=20),
         timedelta(hours=24)]  # fmt: skip
BOTH_KEYS = timedelta(hours=24)  # how long the former secret signs too
STOP_AFTER = timedelta(days=5)
KEPT_DAYS = 30
AT_ONCE = 50
SYSTEM = Actor()


class WebhookRefused(Refused):
    """Nothing can be sent so."""


@transaction.atomic
def add_webhook(
    *, node: Node, url: str, events: Iterable[str], about: str, by: Actor, now: datetime
) -> Webhook:
    """The secret stands in the answer; pages show it this once."""
    chosen = [event for event in EVENTS if event in set(events)]
    if not by.holds_at(Permission.WEBHOOK_EDIT, node.path or ""):
        raise WebhookRefused("这里不在您的管理范围内。")
    if not chosen:
        raise WebhookRefused("请至少选择一种事件。")
    if why := refusal_of(url):
        raise WebhookRefused(why)
    webhook = Webhook.objects.create(
        node=node, url=url, about=about, events=chosen, secret=new_secret(), created_at=now,
        followed=newest_seal(),
    )  # fmt: skip
    record(webhook, "add", by=by, at=now, changes={"url": [None, url], "events": [None, chosen]})
    return webhook


def locked(pk: int, by: Actor) -> Webhook:
    rows = by.rows(Webhook, Permission.WEBHOOK_EDIT)
    return rows.select_for_update(of=("self",)).get(pk=pk)


@transaction.atomic
def rotate_secret(*, pk: int, by: Actor, now: datetime) -> Webhook:
    """For a day both secrets sign, so that the receiver can change over without a gap."""
    webhook = locked(pk, by)
    webhook.former_secret, webhook.secret = webhook.secret, new_secret()
    webhook.rotated_at = now
    webhook.save(update_fields=["former_secret", "secret", "rotated_at"])
    record(webhook, "rotate", by=by, at=now)
    return webhook


@transaction.atomic
def switch_webhook(*, pk: int, on: bool, by: Actor, now: datetime) -> Webhook:
    webhook = locked(pk, by)
    if webhook.is_active == on:
        return webhook
    if on and (why := refusal_of(webhook.url)):
        raise WebhookRefused(why)
    webhook.is_active, webhook.stopped_because = on, ""
    webhook.failing_since = webhook.next_at = None
    if on:  # what happened while it was off is asked for by the API, not told late
        webhook.followed = newest_seal()
    webhook.save()
    record(webhook, "switch_on" if on else "switch_off", by=by, at=now)
    return webhook


@transaction.atomic
def try_webhook(*, pk: int, by: Actor, now: datetime) -> Delivery:
    """Send a trial event, with the next round."""
    webhook = locked(pk, by)
    if not webhook.is_active:
        raise WebhookRefused("已停用，请先启用。")
    delivery = Delivery.objects.create(
        webhook=webhook, public_id=new_id(), type=TEST, created_at=now,
        body=written(TEST, now, {"about": "试发，不代表任何事件"}),
    )  # fmt: skip
    webhook.next_at = None
    webhook.save(update_fields=["next_at"])
    start_pushing(webhook, now)
    return delivery


@transaction.atomic
def resend(*, delivery: Delivery, by: Actor, now: datetime) -> None:
    """Once more under the same id, so that who already has it knows it."""
    webhook = locked(delivery.webhook_id, by)
    Delivery.objects.filter(pk=delivery.pk).update(delivered_at=None, failed_at=None, attempts=0)
    webhook.next_at = None
    webhook.save(update_fields=["next_at"])
    record(webhook, "resend", by=by, at=now, note=delivery.public_id)
    start_pushing(webhook, now)


def new_id() -> str:
    return f"msg_{uuid4().hex}"


def written(event: str, at: datetime, data: dict[str, Any]) -> str:
    payload = {"type": event, "timestamp": at.isoformat(timespec="seconds"), "data": data}
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":"))


def follow_log(*, now: datetime) -> int:
    """Make deliveries of what was sealed since; answers how many. The worker calls it each round."""
    made = 0
    for pk in Webhook.objects.filter(is_active=True).order_by("pk").values_list("pk", flat=True):
        made += follow(pk, now)
    return made


@transaction.atomic
def follow(pk: int, now: datetime) -> int:
    rows = Webhook.objects.select_for_update(
        of=("self",), skip_locked=connection.features.has_select_for_update_skip_locked
    )
    webhook = rows.select_related("node").filter(pk=pk, is_active=True).first()
    if webhook is None:
        return 0
    made: list[Delivery] = []
    while seals := sealed_after(webhook.followed):
        entries = deeds([entry for _seal, entry in seals], webhook.node.path or "")
        stays = stays_of(entries.values())
        bodies = told_of({body_of(entry, stays) for entry in entries.values()})
        for _seal, entry_id in seals:
            delivery = delivery_of(webhook, entries.get(entry_id), bodies, stays)
            if delivery is not None:
                made.append(delivery)
        webhook.followed = seals[-1][0]
        webhook.save(update_fields=["followed"])
    Delivery.objects.bulk_create(made, ignore_conflicts=True, batch_size=AT_ONCE)
    start_pushing(webhook, now)
    return len(made)


def body_of(entry: LogEntry, stays: dict[int, Incubatee]) -> int:
    """The organisation that an entry tells of; 0 for a stay that is no more."""
    pk = int(entry.subject_id)
    if entry.subject_label != GROWING:
        return pk
    return stays[pk].organisation_id if pk in stays else 0


def delivery_of(
    webhook: Webhook, entry: LogEntry | None, bodies: dict[int, dict[str, Any]],
    stays: dict[int, Incubatee],
) -> Delivery | None:  # fmt: skip
    body = bodies.get(body_of(entry, stays)) if entry is not None else None
    if body is None or entry is None:
        return None
    grows = entry.subject_label == GROWING
    event = GROWN[entry.verb] if grows else event_of(entry.verb, entry.changes, body["_opening"])
    if event not in webhook.events:
        return None
    told = {name: value for name, value in body.items() if not name.startswith("_")}
    if grows:
        told["incubation"] = stay(stays[int(entry.subject_id)])
    return Delivery(
        webhook=webhook, public_id=new_id(), entry_id=entry.pk, type=event, created_at=entry.at,
        body=written(event, entry.at, told),
    )  # fmt: skip


def start_pushing(webhook: Webhook, now: datetime) -> None:
    """Ask for a push where something waits, it is time, and nobody is at it."""
    if webhook.next_at is not None and webhook.next_at > now:
        return
    if not waiting(webhook).exists():
        return
    ended = (Job.State.DONE, Job.State.FAILED)
    at_it = Job.objects.filter(name=PUSH, args__webhook=webhook.pk).exclude(state__in=ended)
    if not at_it.exists():
        enqueue(PUSH, f"推送到 {webhook}"[:200], {"webhook": webhook.pk}, by=SYSTEM, now=now)


@work(PUSH)
def push(args: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Send what waits, oldest first; at the first that does not arrive, wait and keep the order."""
    webhook = Webhook.objects.select_related("node").get(pk=args["webhook"])
    sent = 0
    for delivery in waiting(webhook)[:AT_ONCE] if webhook.is_active else ():
        now = timezone.now()
        answer = post(webhook.url, delivery.body, headers_of(webhook, delivery, now))
        if not heard(webhook.pk, delivery.pk, answer, now):
            break
        sent += 1
        progress.say(sent, sent)
    return {"sent": sent}


def headers_of(webhook: Webhook, delivery: Delivery, now: datetime) -> dict[str, str]:
    stamp = int(now.timestamp())
    secrets = [webhook.secret]
    if webhook.former_secret and webhook.rotated_at and now - webhook.rotated_at < BOTH_KEYS:
        secrets.append(webhook.former_secret)
    signed = " ".join(signature(s, delivery.public_id, stamp, delivery.body) for s in secrets)
    return {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Changle-Webhooks/1.0",
        "webhook-id": delivery.public_id,
        "webhook-timestamp": str(stamp),
        "webhook-signature": signed,
    }


@transaction.atomic
def heard(webhook_pk: int, pk: int, answer: Answer, now: datetime) -> bool:
    """Write down what came of an attempt; whether the next event may follow at once."""
    webhook = Webhook.objects.select_for_update(of=("self",)).get(pk=webhook_pk)
    delivery = Delivery.objects.get(pk=pk)
    delivery.attempts += 1
    delivery.status, delivery.answer = answer.status, answer.said[:200]
    if answer.well:
        delivery.delivered_at = now
        webhook.failing_since = webhook.next_at = None
    else:
        webhook.failing_since = webhook.failing_since or now
        if delivery.attempts > len(WAITS):
            delivery.failed_at = now
        webhook.next_at = now + WAITS[min(delivery.attempts, len(WAITS)) - 1]
        if answer.gone or now - webhook.failing_since > STOP_AFTER:
            stop(webhook, "对方回答已不再接收。" if answer.gone else "连续多日没有送达。", now)
    delivery.save()
    webhook.save()
    return answer.well


def stop(webhook: Webhook, why: str, now: datetime) -> None:
    webhook.is_active, webhook.stopped_because = False, why
    record(webhook, "switch_off", by=SYSTEM, at=now, note=why)
    text = f"推送“{webhook}”已停用：{why}"
    tell(webhook, text, needs=Permission.WEBHOOK_EDIT, by=SYSTEM, at=now, url="/desk/webhooks/")


def forget_old(now: datetime) -> None:
    """Once a day: what has been told or given up long ago."""
    old = Delivery.objects.filter(created_at__lt=now - timedelta(days=KEPT_DAYS))
    old.exclude(delivered_at__isnull=True, failed_at__isnull=True).delete()
