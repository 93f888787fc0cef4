"""Bodies by what people call them: public facts, wherever they lie."""

from django.db.models import Q

from changle.ground.registry.models import Organisation


def bodies_called(text: str) -> list[Organisation]:
    """The bodies that bear a name or a code; two at most are fetched."""
    called = Q(name=text) | Q(short_name=text) | Q(uscc=text.upper()) | Q(filing_number=text)
    return list(Organisation.objects.filter(called, merged_into__isnull=True).order_by("pk")[:2])
