"""Applications as lists and pages show them."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from changle.core.reach import Actor
from changle.ground.filing.models import Filing, FilingMember, FilingTurn
from changle.ground.registry.models import Organisation
from changle.ground.territory.models import Node
from changle.ground.territory.roles import Permission


WITH = ("community__parent", "category", "initiator", "organisation__node", "organisation__category",
        "charter", "premises_proof")  # fmt: skip
NAMED_BESIDE = ("community__name", "community__path", "community__parent__name", "category__name",
                "organisation__name")  # fmt: skip  # all that a heap prints of other rows
PAGE = 50
DIGITS = 18  # of a key: within a bigint
# Column of the application -> column of the body, in the order in which people read them.
CHANGES: dict[str, tuple[str, str]] = {
    "name": ("name", "名称"),
    "category": ("category", "备案类别"),
    "leader_name": ("legal_representative", "负责人"),
    "leader_phone": ("contact_phone", "联系电话"),
    "premises_address": ("address", "住所"),
    "premises_area": ("premises_area", "场所面积（平方米）"),
    "member_count": ("member_count", "成员数"),
    "purpose": ("purpose", "宗旨"),
    "activities": ("business_scope", "活动内容"),
}


@dataclass(frozen=True)
class Difference:
    """One thing that a change would change."""

    label: str
    column: str
    old: Any
    value: Any


@dataclass(frozen=True, kw_only=True)
class Filters:
    state: str = ""
    kind: str = ""
    street: int | None = None
    community: int | None = None
    category: int | None = None
    q: str = ""

    @classmethod
    def of(cls, asked: Any) -> "Filters":
        def key(name: str) -> int | None:
            text = asked.get(name, "")
            return (
                int(text) if text.isascii() and text.isdecimal() and len(text) <= DIGITS else None
            )

        state, kind = asked.get("state", ""), asked.get("kind", "")
        return cls(
            state=state if state in Filing.State.values or state == "open" else "",
            kind=kind if kind in Filing.Kind.values else "",
            street=key("street"), community=key("community"), category=key("category"),
            q=asked.get("q", "").replace("\x00", "").strip()[:100],
        )  # fmt: skip

    def asked(self) -> dict[str, str]:
        told = {name: getattr(self, name) for name in
                ("q", "state", "kind", "street", "community", "category")}  # fmt: skip
        return {name: str(value) for name, value in told.items() if value}


def listed(actor: Actor, filters: Filters) -> "QuerySet[Filing]":
    """The applications that a person of the house sees; drafts are their writers' alone."""
    rows = actor.rows(Filing, Permission.FILING_VIEW).exclude(state=Filing.State.DRAFT)
    if filters.state == "open":
        rows = rows.filter(state__in=Filing.IN_HAND)
    elif filters.state:
        rows = rows.filter(state=filters.state)
    exact = {"kind": filters.kind, "community__parent": filters.street,
             "community": filters.community, "category": filters.category}  # fmt: skip
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if filters.q:
        words = filters.q
        rows = rows.filter(
            Q(name__icontains=words) | Q(filing_number__icontains=words) | Q(leader_name=words)
        )
    return rows.select_related("community__parent", "category").order_by("-submitted_on", "-pk")


def filing_seen(actor: Actor, pk: int) -> Filing | None:
    rows = actor.rows(Filing, Permission.FILING_VIEW).exclude(state=Filing.State.DRAFT)
    return rows.select_related(*WITH).filter(pk=pk).first()


def mine(actor: Actor) -> "QuerySet[Filing]":
    rows = own(actor).select_related("community__parent", "category")
    return rows.order_by("-changed_at", "-pk")


def mine_one(actor: Actor, pk: int) -> Filing | None:
    return own(actor).select_related(*WITH).filter(pk=pk).first()


def own(actor: Actor) -> "QuerySet[Filing]":
    """What a person began; nobody's grant lets them write in another's name."""
    return actor.rows(Filing, Permission.FILING_APPLY).filter(initiator_id=actor.user_id)


def turns_of(row: Filing) -> "QuerySet[FilingTurn]":
    return FilingTurn.objects.filter(filing=row).select_related("by").order_by("ended_at", "pk")


def waiting_review(actor: Actor) -> "QuerySet[Filing]":
    rows = actor.rows(Filing, Permission.FILING_REVIEW).filter(state=Filing.State.STREET_REVIEW)
    rows = rows.select_related("community__parent", "category", "organisation")
    own = (field.name for field in Filing._meta.concrete_fields)
    return rows.only(*own, *NAMED_BESIDE).order_by("due_on", "pk")


def open_communities() -> list[tuple[str, list[tuple[int, str]]]]:
    """Street -> its communities, for residents to choose from; names of places are public."""
    rows = Node.objects.filter(kind=Node.Kind.COMMUNITY, ends_on__isnull=True)
    found: dict[str, list[tuple[int, str]]] = {}
    told = rows.order_by("parent__sort", "parent_id", "sort", "pk")
    for pk, name, street in told.values_list("pk", "name", "parent__name"):
        found.setdefault(street or "", []).append((pk, name))
    return list(found.items())


def community_of(pk: int) -> Node | None:
    rows = Node.objects.filter(kind=Node.Kind.COMMUNITY, ends_on__isnull=True, pk=pk)
    return rows.select_related("parent").first()


def members_of(row: Filing) -> list[FilingMember]:
    return list(row.members.order_by("sort", "pk"))


def team_of(actor: Actor, key: str) -> Organisation | None:
    """The team that a person keeps and means to file, named by an address."""
    if not (key.isascii() and key.isdecimal() and len(key) <= DIGITS):
        return None
    rows = actor.rows(Organisation, Permission.ORGANISATION_EDIT)
    return rows.filter(pk=int(key), kind=Organisation.Kind.PRE, state="active").first()


def changes_shown(row: Filing) -> list[Difference]:
    """Old and new of an application for a change that has not been decided."""
    if row.kind != Filing.Kind.CHANGE or row.organisation is None or row.state not in Filing.OPEN:
        return []
    return differences(row, row.organisation)


def applications_of(actor: Actor, body: Organisation) -> "QuerySet[Filing]":
    rows = actor.rows(Filing, Permission.FILING_VIEW).filter(organisation=body)
    return rows.exclude(state=Filing.State.DRAFT).order_by("-pk")


def differences(row: Filing, body: Organisation) -> list[Difference]:
    """What the application would change of the body, old and new."""
    found = []
    for mine_, (theirs, label) in CHANGES.items():
        old, new = getattr(body, theirs), getattr(row, mine_)
        if old != new and not (not old and not new):
            found.append(Difference(label, theirs, old, new))
    return found


def facts_of(row: Filing) -> list[tuple[str, list[tuple[str, str]]]]:
    """What the application says, under headings; phones are left to the page."""

    def count(value: int | None, unit: str) -> str:
        return "" if value is None else f"{value:,} {unit}"

    told = [
        ("团体", [
            ("名称", row.name),
            ("所在社区", " ".join(filter(None, (row.community.parent.name if row.community.parent
                                            else "", row.community.name)))),
            ("备案类别", row.category.name if row.category else ""),
            ("性质", row.get_nature_display() if row.nature else ""),
            ("宗旨", row.purpose),
            ("活动内容", row.activities),
            ("活动范围", row.get_scope_display() if row.scope else ""),
        ]),
        ("场所与经费", [
            ("活动场所地址", row.premises_address),
            ("场所面积", count(row.premises_area, "平方米")),
            ("经费来源", row.fund_source),
        ]),
        ("人员", [
            ("负责人", row.leader_name),
            ("成员总数", count(row.member_count, "人")),
            ("其中党员", count(row.party_member_count, "人")),
        ]),
    ]  # fmt: skip
    return [(title, [fact for fact in facts if fact[1]]) for title, facts in told]
