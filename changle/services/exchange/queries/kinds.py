"""The kinds of what is shared, as data; and the words by which money would creep in."""

import json
from datetime import date
from pathlib import Path

from django.db.models import Q, QuerySet

from changle.services.exchange.models import ResourceKind


KINDS = Path(__file__).resolve().parents[1] / "data" / "kinds.json"
# Charity Law art. 26: who may not raise money in public does not do so here under another name.
MONEY = (
    "捐款", "募捐", "筹款", "善款", "集资", "现金", "收款码", "转账", "打款", "赞助费", "众筹", "红包",
    "汇款", "资金资助", "钱款", "购物卡", "代金券",
)  # fmt: skip
NO_MONEY = (
    "平台只对接实物、场地和服务，不收也不转交钱款；公开募捐请到民政部指定的互联网募捐信息平台。"
)


def seed_kinds() -> None:
    """Enter the kinds that are not there yet; what is there stays as the house has set it."""
    for number, entry in enumerate(json.loads(KINDS.read_text("utf-8"))):
        ResourceKind.objects.get_or_create(code=entry["code"], defaults={**entry, "sort": number})


def kinds(today: date) -> "QuerySet[ResourceKind]":
    in_use = Q(retired_on__isnull=True) | Q(retired_on__gt=today)
    return ResourceKind.objects.filter(in_use).order_by("sort", "pk")


def speaks_of_money(*texts: str) -> str:
    """The first word of money in what was typed; "" where there is none."""
    typed = "".join("".join(texts).split())
    return next((word for word in MONEY if word in typed), "")
