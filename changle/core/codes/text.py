"""What people type and what a code is made of."""

import unicodedata

from django.core.exceptions import ValidationError


class BadCode(ValidationError):
    """A code that cannot be right; the message is for the person who typed it."""

    def __init__(self, sentence: str, *, suggestion: str = "") -> None:
        super().__init__(sentence, code="bad_code")
        self.sentence = sentence
        self.suggestion = suggestion  # what may have been meant; never put in silently

    def __str__(self) -> str:
        return self.sentence


# Spreadsheets mark a text cell with an apostrophe, and it comes along when the cell is copied.
QUOTES = "'\"‘’“”`"


def plain(text: str) -> str:
    """Full-width made half-width, upper case, without spaces, invisible characters and quotes."""
    wide = unicodedata.normalize("NFKC", text).strip().strip(QUOTES)
    kept = [c for c in wide if not c.isspace() and unicodedata.category(c) not in {"Cf", "Cc"}]
    return "".join(kept).upper()
