"""One body's public page: its facts as pairs of words, its credit, its former names."""

import json
from datetime import date
from typing import Any

from django.utils.safestring import SafeString

from changle.core.money import yuan
from changle.faces.portal.queries.cards import KINDS, STATES, spoken
from changle.ground.registry.models import Identity, OfficialFact, Organisation
from changle.ground.registry.queries.eligibility import Standing, standing_of
from changle.ground.registry.queries.rulebook import FAILED, MISSED, MISSED_TWICE


# What a reader of machine-made pages may take as an organisation's own kind (schema.org).
SCHEMA_TYPES = {"ST": "NGO", "MF": "NGO", "JJH": "NGO"}
ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}
INSPECTION = OfficialFact.Kind.INSPECTION
BAD_RESULTS = {FAILED, MISSED, MISSED_TWICE}
PAST = {"deregistered", "revoked", "cancelled", "dissolved", "lapsed"}
COLUMNS = (
    "id", "name", "short_name", "kind", "state", "uscc", "filing_number", "registrar_name",
    "competent_unit", "legal_representative", "address", "purpose", "business_scope", "fund_fen",
    "founded_on", "registered_on", "ended_on", "website", "confirmed_on", "field__name",
    "category__name", "official_class__name", "street_id", "street__name", "community_id",
    "community__name",
)  # fmt: skip


def tone(state: str) -> str:
    if state in PAST:
        return "past"
    return "good" if state in {"active", "changing"} else "bad"


def page_of_body(row: dict[str, Any], today: date) -> dict[str, Any]:
    """From the public columns of one row to what its page prints."""
    return {
        "name": row["name"],
        "state": STATES.get(row["state"], row["state"]),
        "tone": tone(row["state"]),
        "summary": summary(row),
        "facts": [(label, text) for label, text in facts(row) if text],
        "credit": credit(row["id"], today),
        "former": former(row["id"]),
        "confirmed_on": spoken(row["confirmed_on"]),
    }


def summary(row: dict[str, Any]) -> str:
    place = row["community__name"] or row["street__name"] or ""
    parts = [KINDS[row["kind"]], row["category__name"] or row["field__name"], place]
    about = row["purpose"] or row["business_scope"]
    return "，".join(filter(None, parts)) + (f"。{about[:80]}" if about else "")


def facts(row: dict[str, Any]) -> list[tuple[str, str]]:
    registered = row["kind"] in Organisation.REGISTERED
    return [
        ("简称", row["short_name"]),
        ("类型", KINDS[row["kind"]]),
        ("统一社会信用代码", row["uscc"]),
        ("备案编号", row["filing_number"]),
        ("登记机关" if registered else "备案机关", row["registrar_name"]),
        ("业务主管单位", row["competent_unit"]),
        ("法定代表人" if registered else "负责人", row["legal_representative"]),
        ("住所", row["address"]),
        ("所在", " ".join(filter(None, (row["street__name"], row["community__name"])))),
        ("服务领域", row["field__name"] or ""),
        ("行业分类", row["official_class__name"] or ""),
        ("备案类别", row["category__name"] or ""),
        ("宗旨", row["purpose"]),
        ("业务范围", row["business_scope"]),
        ("注册（开办）资金", yuan(row["fund_fen"]) if row["fund_fen"] is not None else ""),
        ("成立日期", spoken(row["founded_on"])),
        ("登记日期" if registered else "备案日期", spoken(row["registered_on"])),
        ("终止日期", spoken(row["ended_on"])),
        ("网址", row["website"]),
    ]


def credit(pk: int, today: date) -> list[dict[str, str]]:
    """Inspection, grade, lists and penalties as the official systems publish them, newest first.

    Nothing that was withdrawn, nothing that has not begun.
    """
    standing = standing_of([pk], today)[pk]
    return [told(fact, standing) for fact in sorted(standing.facts, key=dated, reverse=True)]


def dated(fact: OfficialFact) -> tuple[date, int]:
    """What bears no day is told with the year after its own, in which it was decided."""
    return (fact.starts_on or date((fact.year or 0) + 1, 1, 1), fact.pk)


def told(fact: OfficialFact, standing: Standing) -> dict[str, str]:
    listed = fact.kind in {OfficialFact.Kind.ABNORMAL, OfficialFact.Kind.SERIOUS}
    end = standing.until(fact) if fact.kind == OfficialFact.Kind.GRADE else fact.ends_on
    over = end is not None and end <= standing.on
    bad = listed or fact.kind == OfficialFact.Kind.PENALTY or fact.result in BAD_RESULTS
    span = f"{spoken(fact.starts_on)}起" if fact.starts_on else ""
    if end:
        span += f"，{spoken(end)}{'移出' if listed else '到期'}"
    parts = [
        f"{fact.year}年度" if fact.year else "",
        fact.result or ("已列入" if listed else ""),
        f"（{fact.ground}）" if fact.ground else "",
        yuan(fact.amount_fen) if fact.amount_fen else "",
        spoken(fact.starts_on) if fact.kind == INSPECTION else span,
        f"{spoken(fact.rectified_on)}完成整改" if fact.rectified_on else "",
    ]
    return {
        "kind": fact.get_kind_display(),
        "tone": "past" if over else "bad" if bad else "good",
        "text": " ".join(filter(None, parts)),
        "source": " ".join(filter(None, (fact.authority, fact.document))),
    }


def former(pk: int) -> list[dict[str, str]]:
    """The spans before the present one: names, kinds and codes that once held."""
    spans = Identity.objects.filter(organisation_id=pk, ends_on__isnull=False).order_by(
        "-starts_on", "-pk"
    )
    labels = dict(Identity.Closing.choices)
    return [
        {
            "name": name,
            "about": " · ".join(
                filter(None, (KINDS[kind], code, f"{spoken(start)}至{spoken(end)}（不含）", labels.get(closed, "")))
            ),
        }
        for name, kind, code, start, end, closed in spans.values_list(
            "name", "kind", "code", "starts_on", "ends_on", "closed_by"
        )
    ]  # fmt: skip


def json_ld(row: dict[str, Any], address: str) -> SafeString:
    """The body as schema.org says it, safe inside a script element."""
    place = {
        "@type": "PostalAddress",
        "addressCountry": "CN",
        "addressLocality": row["street__name"] or "",
        "streetAddress": row["address"],
    }
    data = {
        "@context": "https://schema.org",
        "@type": SCHEMA_TYPES.get(row["kind"], "Organization"),
        "@id": address,
        "url": address,
        "name": row["name"],
        "alternateName": row["short_name"],
        "identifier": row["uscc"] or row["filing_number"],
        "taxID": row["uscc"],
        "address": {key: value for key, value in place.items() if value},
        "foundingDate": (row["founded_on"] or row["registered_on"] or "") and str(row["founded_on"] or row["registered_on"]),
        "dissolutionDate": str(row["ended_on"]) if row["ended_on"] else "",
        "description": row["purpose"] or row["business_scope"],
        "sameAs": row["website"],
    }  # fmt: skip
    text = json.dumps({key: value for key, value in data.items() if value}, ensure_ascii=False)
    return SafeString(text.translate(ESCAPES))
