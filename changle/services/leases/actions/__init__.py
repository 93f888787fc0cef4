"""Every deed on desks and stays; other apps call `propose` and `free_desks`."""

from changle.services.leases.actions.allotting import LeaseRefused, Term, allot, ask, propose, renew
from changle.services.leases.queries.terms import free_desks


__all__ = ["LeaseRefused", "Term", "allot", "ask", "free_desks", "propose", "renew"]
