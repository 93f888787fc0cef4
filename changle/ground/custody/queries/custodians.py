"""Who may keep the money of others: a legal person in good standing, on no list."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from changle.core.calendar import day_of
from changle.ground.registry.models import OfficialFact, Organisation


LISTS = (OfficialFact.Kind.ABNORMAL, OfficialFact.Kind.SERIOUS)
NO_LEGAL_PERSON = (Organisation.Liability.PARTNERSHIP, Organisation.Liability.INDIVIDUAL)


@dataclass(frozen=True)
class Trouble:
    """Why a custodian can no longer be trusted with money, and since when."""

    sentence: str
    since: date


def listings(pks: Collection[int], on: date) -> "QuerySet[OfficialFact]":
    """The lists on which bodies stand on a day."""
    lasting = Q(ends_on__isnull=True) | Q(ends_on__gt=on)
    begun = Q(starts_on__isnull=True) | Q(starts_on__lte=on)
    rows = OfficialFact.objects.filter(
        lasting, begun, organisation_id__in=pks, kind__in=LISTS, withdrawn_at__isnull=True
    )
    return rows.order_by("organisation_id", "starts_on", "pk")


def troubles(custodians: Collection[Organisation], on: date) -> dict[int, Trouble]:
    """Custodian's key -> what is wrong with it on a day; one query."""
    found: dict[int, Trouble] = {}
    for fact in listings({row.pk for row in custodians}, on):
        since = fact.starts_on or day_of(fact.recorded_at)
        sentence = f"代管方自 {since} 起列入{fact.get_kind_display()}"
        found.setdefault(fact.organisation_id, Trouble(sentence, since))
    for row in custodians:
        if row.state != Organisation.State.ACTIVE:
            since = day_of(row.state_since)
            found[row.pk] = Trouble(f"代管方现在的状态是“{row.state_label()}”", since)
    return found


def fault_of(custodian: Organisation, on: date) -> str:
    """Why a body may not become a custodian; "" if it may."""
    if custodian.kind not in Organisation.REGISTERED:
        return "代管方须是已登记的社会组织，备案组织和团队自己也不是法人。"
    if custodian.liability in NO_LEGAL_PERSON:
        return f"“{custodian.name}”是{custodian.get_liability_display()}形式的民非，不是法人，不能代管资金。"
    trouble = troubles([custodian], on).get(custodian.pk)
    return f"“{custodian.name}”不能代管资金：{trouble.sentence}。" if trouble else ""


def candidates() -> "QuerySet[Organisation]":
    """The registered legal persons in good standing, by name: public facts, of all the district."""
    rows = Organisation.objects.filter(
        kind__in=Organisation.REGISTERED, state=Organisation.State.ACTIVE
    )
    return rows.exclude(liability__in=NO_LEGAL_PERSON).order_by("pinyin", "pk")


def named(text: str) -> Organisation | None:
    """The registered body that bears this code or exactly this name."""
    rows = Organisation.objects.filter(kind__in=Organisation.REGISTERED)
    found = rows.filter(Q(uscc=text.upper()) | Q(name=text)).exclude(uscc="").order_by("pk")[:2]
    return found[0] if len(found) == 1 else None
