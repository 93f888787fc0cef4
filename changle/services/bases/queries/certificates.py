"""The words of a certificate and of the plaque, and who gives it."""

from datetime import date
from typing import Any

from changle.core.periods import shifted
from changle.ground.territory.models import Node
from changle.services.bases.models import Base, Tier


def spoken(day: date | None) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if day else ""


def district_of(row: Base) -> str:
    root = Node.objects.filter(pk=int(str(row.node.path).split(".", 1)[0])).first()
    return root.name if root else ""


def giver_of(row: Base) -> str:
    """The bureau, or for a community's base the street's office."""
    if row.tier == Tier.COMMUNITY and row.street is not None:
        return f"{row.street.name}办事处"
    return f"{district_of(row)}民政局"


def title_of(row: Base) -> str:
    return f"{row.get_tier_display()}社会组织孵化基地"


def certificate_of(row: Base) -> dict[str, Any]:
    return {
        "title": "社会组织孵化基地认定证书",
        "number": row.certificate_number,
        "to": row.name,
        "paragraphs": [
            f"经申报、现场核实和审核，认定你单位为{title_of(row)}。",
            f"有效期自{spoken(row.recognised_on)}起，至{spoken(row.valid_until)}止（当日不再有效）。",
            "扫描二维码，可在公开页面核对本证书是否有效。",
        ],
        "signed": giver_of(row),
        "dated": row.recognised_on,
    }


def plaque_of(row: Base) -> dict[str, str]:
    return {
        "title": title_of(row), "name": row.name, "number": row.certificate_number,
        "giver": giver_of(row), "on": spoken(row.recognised_on), "until": spoken(row.valid_until),
    }  # fmt: skip


def term_from(row: Base, on: date) -> date:
    """The end of a recognition's usual term, by the standard under which it applied."""
    months = row.standard.valid_months if row.standard is not None else 36
    return shifted(on, months)


def suggested(row: Base, on: date) -> str:
    """A number that nobody bears yet: the year's next of the tier."""
    given = Base.objects.filter(recognised_on__year=on.year, tier=row.tier).count()
    return f"{row.get_tier_display()}基地〔{on.year}〕{given + 1}号"
