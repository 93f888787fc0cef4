"""How numbers are printed, and what a quotient tells programs that check it."""

from changle.core.indicators import Figure


def spoken(number: float | None) -> str:
    """A number with thousands; a rate over nothing is a dash."""
    if number is None:
        return "—"
    return f"{number:,}" if float(number).is_integer() else f"{number:,.2f}"


def halves(figure: Figure) -> str:
    """What a rate divides: "597/601 %"; empty for what is no rate, or one over nothing."""
    percent = " %" if figure.indicator.unit == "%" else ""
    return f"{figure.numerator}/{figure.denominator}{percent}" if figure.denominator else ""
