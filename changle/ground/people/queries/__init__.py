"""What people read of the people of a body."""

from changle.ground.people.queries.doubts import Doubt, doubts_of
from changle.ground.people.queries.elsewhere import Office, in_office_elsewhere
from changle.ground.people.queries.headcounts import Headcount, headcounts, in_office, works
from changle.ground.people.queries.heads import head_of
from changle.ground.people.queries.matching import Namesake, namesakes
from changle.ground.people.queries.names import checked_name
from changle.ground.people.queries.papers import PaperLine, paper_seen, papers_of
from changle.ground.people.queries.roster import (
    MEMBER_COLUMNS,
    Line,
    Part,
    body_seen,
    history_of_post,
    leaders_of,
    member_rows,
    party_of,
    personal,
    post_seen,
    roster,
    told_post,
)


__all__ = [
    "MEMBER_COLUMNS",
    "Doubt",
    "Headcount",
    "Line",
    "Namesake",
    "Office",
    "PaperLine",
    "Part",
    "body_seen",
    "checked_name",
    "doubts_of",
    "head_of",
    "headcounts",
    "history_of_post",
    "in_office",
    "in_office_elsewhere",
    "leaders_of",
    "member_rows",
    "namesakes",
    "paper_seen",
    "papers_of",
    "party_of",
    "personal",
    "post_seen",
    "roster",
    "told_post",
    "works",
]
