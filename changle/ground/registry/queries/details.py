"""One body with its history: what it was called and was, what the official systems say of it."""

from django.db.models import Q, QuerySet

from changle.core.log import LogEntry
from changle.core.reach import Actor
from changle.ground.registry.models import Identity, OfficialFact, Organisation, Succession
from changle.ground.registry.queries.listing import Filters, public_directory
from changle.ground.territory.queries import verbs
from changle.ground.territory.roles import Permission


WITH = ("node__parent", "street", "community", "field", "official_class", "category")
MOST_DEEDS = 8  # the rest stand in the room of history
verbs.update(
    {
        "change": "修改",
        "convert": "备案转登记",
        "lead": "设定分类对照",
        "succeed": "分立（合并）承接",
        "retire": "停用分类",
    }
)


def detail(actor: Actor, pk: int) -> Organisation | None:
    """The body, if the asker sees it, with all that its page prints of it."""
    rows = actor.rows(Organisation, Permission.ORGANISATION_VIEW)
    return the_one(rows.select_related(*WITH).filter(pk=pk))


def the_one(rows: "QuerySet[Organisation]") -> Organisation | None:
    """The row of a key, or none; unlike `first` it does not sort."""
    return next(iter(rows), None)


def editable(actor: Actor, pk: int) -> Organisation | None:
    """The body, if the asker may change it."""
    rows = actor.rows(Organisation, Permission.ORGANISATION_EDIT)
    return the_one(rows.select_related(*WITH).filter(pk=pk))


def public_detail(pk: int) -> Organisation | None:
    return the_one(public_directory(Filters()).select_related(*WITH).filter(pk=pk))


def identities_of(organisation: Organisation) -> "QuerySet[Identity]":
    """The dated names and kinds, the present one first."""
    rows = Identity.objects.filter(organisation=organisation).select_related("place")
    return rows.order_by("-starts_on", "-pk")


def facts_of(organisation: Organisation) -> "QuerySet[OfficialFact]":
    """The dated facts that hold good; what was withdrawn is left out."""
    rows = OfficialFact.objects.filter(organisation=organisation, withdrawn_at__isnull=True)
    return rows.order_by("-year", "-starts_on", "kind", "pk")


def successions_of(organisation: Organisation) -> "QuerySet[Succession]":
    """Whom the body follows by law, and who follows it; the newest first."""
    rows = Succession.objects.filter(Q(predecessor=organisation) | Q(successor=organisation))
    printed = [field.name for field in Succession._meta.concrete_fields]
    printed += ["predecessor__name", "successor__name"]
    return rows.select_related("predecessor", "successor").only(*printed).order_by("-on", "-pk")


def history_of(organisation: Organisation) -> "QuerySet[LogEntry]":
    """The deeds done to the body, newest first."""
    entries = LogEntry.objects.filter(
        subject_label=Organisation._meta.label, subject_id=str(organisation.pk)
    )
    return entries.order_by("-id")[:MOST_DEEDS]
