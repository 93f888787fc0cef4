"""One report as people read it: each field with what stands, what the house says, and the words."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from changle.core.files import StoredFile
from changle.core.log import LogEntry
from changle.core.money import yuan
from changle.core.reach import Actor
from changle.core.sealed import mask_phone
from changle.ground.annual.models import AnnualReport
from changle.ground.annual.queries.fields import Field, Section, book
from changle.ground.annual.queries.judging import Finding, Values, judge
from changle.ground.annual.queries.sources import blank, house_of, live, told_by
from changle.ground.registry.models import OfficialFact, Organisation
from changle.ground.territory.queries import verbs
from changle.ground.territory.roles import Permission


WITH = ("organisation__node", "organisation__official_class", "organisation__street",
        "organisation__community", "prepared_by")  # fmt: skip
MOST_DEEDS = 60
verbs.update(
    {
        "prepare": "开始准备年度报告",
        "save": "填写年度报告",
        "explain": "说明情况",
        "deadline": "调整截止日期",
        "excuse": "免报",
    }
)


@dataclass(frozen=True)
class Cell:
    field: Field
    value: Any
    text: str
    from_house: bool  # stands as the house has it, not typed
    house_text: str = ""  # what the house says, where something else was typed
    told_by: str = ""

    @property
    def differs(self) -> bool:
        return bool(self.house_text)


@dataclass(frozen=True)
class Part:
    """A section with its cells and what was found in it."""

    section: Section
    cells: list[Cell]
    findings: list[Finding]

    @property
    def asked(self) -> int:
        return sum(cell.field.required for cell in self.cells)

    @property
    def filled(self) -> int:
        return sum(cell.field.required and not blank(cell.value) for cell in self.cells)

    @property
    def told_above(self) -> list[Finding]:
        """What is said over the form: a figure that differs from the house says so beside itself."""
        return [one for one in self.findings if not one.code.startswith("differs.")]

    @property
    def errors(self) -> int:
        return sum(finding.blocks for finding in self.findings)


@dataclass(frozen=True)
class Reading:
    """A report with what the house knows now; `values` is what stands."""

    report: AnnualReport
    house: Values
    values: Values
    parts: list[Part]
    findings: list[Finding]

    @property
    def blocking(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.blocks]


def words(asked: Field, value: Any, *, masked: bool = False) -> str:
    """A value on the page and on paper."""
    if blank(value):
        return ""
    if asked.is_money:
        return yuan(value)
    if asked.is_number:
        return f"{value:,} {asked.unit_label}"
    if asked.unit == "table":
        return f"{len(value)} 条"
    if asked.unit == "bool":
        return "是" if value else "否"
    return mask_phone(str(value)) if asked.unit == "phone" and masked else str(value)


def standing(report: AnnualReport, house: Values) -> Values:
    """While open: what was typed, over what the house says; later: what was frozen."""
    if not report.is_open:
        return dict(report.values)
    kinds = {field.code: field for field in book().fields_of(report.kind)}
    stored = {
        code: value
        for code, value in report.values.items()
        if code in kinds and (code in report.typed or not kinds[code].sourced)
    }
    return house | stored


def read(report: AnnualReport, *, masked: bool = False) -> Reading:
    """The report as it stands now; `report.organisation` and its class must be loaded."""
    house = live(house_of(report.organisation, report.year), report.kind)
    values = standing(report, house)
    against = house if report.is_open else {}
    findings = judge(values, report.kind, report.year, live=against, reasons=report.reasons)
    parts = [
        Part(
            section,
            [cell(field, values, house, report, masked=masked) for field in section.of_kind(report.kind)],
            [one for one in findings if one.section == section.code],
        )
        for section in book().sections_of(report.kind)
    ]  # fmt: skip
    return Reading(report, house, values, parts, findings)


def cell(asked: Field, values: Values, house: Values, report: AnnualReport, *, masked: bool) -> Cell:  # fmt: skip
    value, known = values.get(asked.code), house.get(asked.code)
    typed = asked.code in report.typed
    differs = typed and not blank(known) and known != value
    return Cell(
        asked,
        value,
        words(asked, value, masked=masked),
        not blank(value) and asked.sourced and not typed,
        words(asked, known, masked=masked) if differs else "",
        told_by(asked, report.year) if asked.sourced else "",
    )


def report_seen(actor: Actor, pk: int, *, needs: str = Permission.ANNUAL_VIEW) -> AnnualReport:
    """Raises AnnualReport.DoesNotExist, to strangers too."""
    return actor.rows(AnnualReport, needs).select_related(*WITH).get(pk=pk)


def masks(actor: Actor, report: AnnualReport) -> bool:
    return not actor.reaches(report, Permission.CONTACT_VIEW)


def reports_of(actor: Actor, organisation: Organisation) -> "QuerySet[AnnualReport]":
    """One body's reports, the newest year first."""
    rows = actor.rows(AnnualReport, Permission.ANNUAL_VIEW).filter(organisation=organisation)
    return rows.select_related("organisation__node").order_by("-year", "pk")


def official_results(organisation: Organisation) -> dict[int, OfficialFact]:
    """The result of the official system, by year; the platform mirrors it and decides none."""
    rows = OfficialFact.objects.filter(
        organisation=organisation, kind=OfficialFact.Kind.INSPECTION, withdrawn_at__isnull=True
    )
    return {row.year: row for row in rows.order_by("pk") if row.year}


def official_result(report: AnnualReport) -> OfficialFact | None:
    return official_results(report.organisation).get(report.year)


def history_of(report: AnnualReport) -> "QuerySet[LogEntry]":
    label = AnnualReport._meta.label
    entries = LogEntry.objects.filter(subject_label=label, subject_id=str(report.pk))
    return entries.order_by("-id")[:MOST_DEEDS]


def entries_since(report: AnnualReport, section: str, version: int) -> list[LogEntry]:
    """The savings of one section after a version of it; the newest first."""
    count = max(1, report.versions.get(section, 0) - version)
    label = AnnualReport._meta.label
    rows = LogEntry.objects.filter(
        subject_label=label, subject_id=str(report.pk), verb="save", note=section
    )
    return list(rows.order_by("-id")[:count])


def has_prepared(report: AnnualReport, user_id: int) -> bool:
    """Whether a person had a hand in the filling, so that they cannot be who verifies it."""
    label = AnnualReport._meta.label
    rows = LogEntry.objects.filter(
        subject_label=label, subject_id=str(report.pk), actor_id=user_id,
        verb__in=("prepare", "save", "explain", "check", "submit"),
    )  # fmt: skip
    return bool(user_id) and rows.exists()


def scans_of(report: AnnualReport) -> "QuerySet[StoredFile]":
    label = AnnualReport._meta.label
    rows = StoredFile.objects.filter(subject_label=label, subject_pk=str(report.pk))
    return rows.order_by("-uploaded_at", "-pk")


def since_in_words(entries: list[LogEntry], *, masked: bool) -> list[dict[str, Any]]:
    """What others saved in between: field by field, old and new."""
    known = {field.code: field for section in book().sections for field in section.fields}
    told = []
    for entry in entries:
        pairs = [
            (known[code].label, spoken(known[code], old, masked), spoken(known[code], new, masked))
            for code, (old, new) in entry.changes.items()
            if code in known
        ]
        told.append({"who": entry.actor_name, "at": entry.at, "changes": pairs})
    return told


def spoken(asked: Field, value: Any, masked: bool) -> str:  # noqa: FBT001  of two like columns
    if isinstance(value, str) and asked.unit in {"table", "bool"}:
        return value[:80]  # the log keeps lists as text
    return words(asked, value, masked=masked)[:80] or "（空）"
