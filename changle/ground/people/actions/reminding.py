"""What runs out is told in time: papers, and the terms of heads."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from django.urls import reverse
from django.utils import timezone

from changle.core.reminders import AHEAD, Due, remind
from changle.core.schedule import daily
from changle.ground.people.models import Paper
from changle.ground.people.queries.papers import running_out
from changle.ground.people.queries.terms import terms_running_out
from changle.ground.territory.roles import Permission


AT = time(6, 30)


@daily(at=AT)
def remind_of_people(now: datetime) -> None:
    """Once a step each, however often it is run."""
    remind(dues(now), needs=Permission.ORGANISATION_EDIT, now=now)


def dues(now: datetime) -> Iterator[Due]:
    today = timezone.localdate(now)
    until = today + timedelta(days=max(AHEAD) + 1)
    for paper in running_out(today, until):
        if paper.last_day is not None:
            url = reverse("people:papers", args=[paper.organisation_id])
            text = f"{paper.organisation.name}的{Paper.Kind(paper.kind).label}"
            yield Due(row=paper, topic="paper", on=paper.last_day, text=text, url=url)
    for post in terms_running_out(today, until):
        url = reverse("people:people", args=[post.organisation_id])
        text = f"{post.organisation.name}的{post.label}任期"
        yield Due(row=post, topic="term", on=post.term_over_on, text=text, url=url)
