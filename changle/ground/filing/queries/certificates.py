"""What a certificate says, and what everybody may learn by its code."""

from dataclasses import dataclass
from datetime import date

from changle.ground.filing.models import Filing
from changle.ground.registry.models import Identity, Organisation


LONGEST = 32


@dataclass(frozen=True)
class Certificate:
    """A filing as the public check shows it; nothing personal."""

    code: str
    organisation: int
    name: str
    number: str
    street: str
    community: str
    category: str
    filed_on: date
    standing: str  # valid, ended, converted
    state: str  # in words, as of today
    ended_on: date | None
    now_called: str  # what it is called today, if that is another name


def certificate(code: str) -> Certificate | None:
    """The filing that bears a code; two queries. None: no certificate bears it."""
    if not code or len(code) > LONGEST or not code.isascii():
        return None
    rows = Filing.objects.filter(certificate_code=code)
    row = rows.select_related("organisation", "community__parent", "category").first()
    return told(row) if row and row.organisation else None


def certificate_of(organisation: Organisation) -> Filing | None:
    """The application by which a body was filed here, whose code its certificate bears."""
    rows = Filing.objects.filter(organisation=organisation, kind=Filing.Kind.NEW)
    return rows.exclude(certificate_code="").order_by("-pk").first()


def told(row: Filing) -> Certificate:
    body = row.organisation
    if body is None or row.filed_on is None:
        raise Filing.DoesNotExist
    spans = Identity.objects.filter(organisation=body, kind=Organisation.Kind.BA)
    last = spans.select_related("community__parent").order_by("-starts_on", "-pk").first()
    name = last.name if last else row.name
    place = (last.community if last else None) or row.community
    standing, state = stands(body)
    return Certificate(
        code=row.certificate_code, organisation=body.pk, name=name, number=body.filing_number,
        street=place.parent.name if place.parent else "", community=place.name,
        category=row.category.name if row.category else "", filed_on=row.filed_on,
        standing=standing, state=state,
        ended_on=last.ends_on if last and standing != "valid" else None,
        now_called=body.name if body.name != name else "",
    )  # fmt: skip


def stands(body: Organisation) -> tuple[str, str]:
    if body.kind in Organisation.REGISTERED:
        return "converted", "已登记为社会组织，备案身份终止"
    if body.state in Organisation.LIVING:
        return "valid", f"备案有效（{body.state_label()}）"
    return "ended", f"备案已终止（{body.state_label()}）"
