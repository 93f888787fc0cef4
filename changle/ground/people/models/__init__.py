from changle.ground.people.models.kinds import (
    HEAD,
    JOINED,
    KIND_CHOICES,
    KINDS,
    LEADING,
    OFFICES,
    UNIT_MEMBER,
    WORKING,
    Group,
    PostKind,
    kinds_of,
)
from changle.ground.people.models.paper import Paper
from changle.ground.people.models.party import PartyFact
from changle.ground.people.models.person import Person
from changle.ground.people.models.post import TERM_YEARS, Post, years_after


__all__ = [
    "HEAD",
    "JOINED",
    "KINDS",
    "KIND_CHOICES",
    "LEADING",
    "OFFICES",
    "TERM_YEARS",
    "UNIT_MEMBER",
    "WORKING",
    "Group",
    "Paper",
    "PartyFact",
    "Person",
    "Post",
    "PostKind",
    "kinds_of",
    "years_after",
]
