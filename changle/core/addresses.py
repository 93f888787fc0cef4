"""Addresses that a page prints over and over: each route is sought once a process, not once a row."""

from functools import lru_cache

from django.urls import reverse


_SOME_KEY = 987_654_321  # no route has it in its words


@lru_cache(maxsize=256)
def page_url(name: str) -> str:
    """The address of a page without arguments, which never changes while the house stands."""
    return reverse(name)


def row_url(name: str, pk: int) -> str:
    """The address of the page of one row, by its key alone."""
    before, after = _around(name)
    return f"{before}{pk:d}{after}"


@lru_cache(maxsize=1024)
def _around(name: str) -> tuple[str, str]:
    """What stands before and after the key in the addresses of a route."""
    before, after = reverse(name, args=[_SOME_KEY]).split(str(_SOME_KEY))
    return before, after
