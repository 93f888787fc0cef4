"""What people read of the people of a body."""

from changle.ground.people.queries.elsewhere import Office, in_office_elsewhere
from changle.ground.people.queries.headcounts import Headcount, headcounts, in_office, works


__all__ = ["Headcount", "Office", "headcounts", "in_office", "in_office_elsewhere", "works"]
