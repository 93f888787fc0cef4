"""The rules, words and texts as the bureau keeps them."""

from django.db.models import QuerySet

from changle.services.activities.models import ConsentText, Term


def all_terms() -> "QuerySet[Term]":
    return Term.objects.order_by("list", "sort", "pk")


def term(pk: int) -> Term | None:
    return Term.objects.filter(pk=pk).first()


def texts() -> list[tuple[str, str, list[ConsentText]]]:
    """(kind, its name, its versions, the newest first)."""
    rows = list(ConsentText.objects.order_by("kind", "-version"))
    return [
        (kind, label, [row for row in rows if row.kind == kind])
        for kind, label in ConsentText.Kind.choices
    ]
