"""What a list brings: proposed from its headings, its title and the name of its file."""

from changle.ground.registry.importing.mapping import FACT_KEYS, Mapping, year_in
from changle.ground.registry.importing.options import FACT_LISTS, Options


# Columns that a list of facts may repeat of the body without being a list of bodies.
MARGINAL = FACT_KEYS | {"name", "uscc", "id", "kind", "status", "street", "community", "place_code",
                        "registrar_name", "legal_representative", "filing_number"}  # fmt: skip
MOST_BESIDE = 1  # further columns that a list of facts may have
LEDGER_WORDS = ("台账", "备案", "社区社会组织", "队伍", "团队")
LEDGER_COLUMNS = frozenset({"category", "filing_number", "member_count", "premises_count"})


def proposed(options: Options, mapping: Mapping, words: str) -> Options:
    """The options of a list as a person would set them; what is set already stays."""
    used = set(mapping.places())
    told = options.__dict__ | {"inspection_year": options.inspection_year or year_in(words)}
    brings = options.brings or brings_of(used, words, listed=bool(options.listing))
    told["brings"] = brings
    if not options.brings and brings in FACT_LISTS and {"name", "uscc"} <= used:
        told["unknown"] = "add"
    if brings == "credit" and not options.listing and "listing" not in used:
        told["listing"] = listing_of(words)
    if brings == "ledger":
        told["kind"] = options.kind or "BA"
    return Options(**told)


def brings_of(used: set[str], words: str, *, listed: bool) -> str:
    """One of BRINGS: a directory unless the columns are few and speak of one kind of fact."""
    beside = used - MARGINAL
    if len(beside) > MOST_BESIDE:
        return "ledger" if is_ledger(used, words) else "directory"
    told = {
        "penalty": bool(used & {"penalty", "amount_fen"}) or "处罚" in words,
        "credit": listed or bool(used & {"listing", "removed_on"}) or bool(listing_of(words)),
        "inspection": "inspection" in used,
        "grade": "grade" in used,
    }
    found = [name for name, holds in told.items() if holds]
    if found:
        several = {"inspection", "grade"} <= set(found)
        return "directory" if several else found[0]
    return "ledger" if is_ledger(used, words) else "directory"


def is_ledger(used: set[str], words: str) -> bool:
    """Bodies without code, and something that only ledgers of communities tell."""
    if "uscc" in used:
        return False
    return bool(used & LEDGER_COLUMNS) or any(word in words for word in LEDGER_WORDS)


def listing_of(words: str) -> str:
    small = words.lower()
    if "失信" in small or "serious" in small:
        return "serious"
    return "abnormal" if "异常" in small or "abnormal" in small else ""
