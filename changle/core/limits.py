"""How often one address may try what needs no account."""

from django.core.cache import caches

from changle.core.access import Request


WINDOW = 3600  # seconds
TRIES = 30  # of one address within the window: a community's office that helps, not a machine


def tries(request: Request, what: str) -> int:
    """How often this address has tried it within the window, this time included."""
    kept, drawer = caches["shared"], f"{what}:{request.META.get('REMOTE_ADDR', '')}"
    if kept.add(drawer, 1, WINDOW):
        return 1
    try:
        return int(kept.incr(drawer))
    except ValueError:  # it ran out between the two
        kept.set(drawer, 1, WINDOW)
        return 1


def tried(request: Request, what: str) -> int:
    """How often so far; counts nothing."""
    drawer = f"{what}:{request.META.get('REMOTE_ADDR', '')}"
    return int(caches["shared"].get(drawer) or 0)
