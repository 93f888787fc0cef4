"""What a panel may not see is nowhere: on no page that can be reached, in no file, feed or answer."""

import re
from collections import Counter
from html import unescape
from urllib.parse import urljoin, urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from changle.core.log import seal_all
from changle.services.incubation.actions import appoint, hand_paper, submit_sheet
from changle.services.incubation.models import Call, Incubatee
from changle.services.incubation.queries.papers import asked_of
from tests.factories.accounts import make_user
from tests.factories.incubation import FULL, NOW, make_expert, make_incubatee, make_pdf
from tests.factories.registry import make_organisation
from tests.factories.territory import make_actor, make_district, make_grant


pytestmark = pytest.mark.django_db
NAME, AUTHOR, REMARK = "样例槐花巷调解队", "样例泄密作者", "样例绝密意见"
MOST, MOST_ALIKE = 2000, 12
LINK = re.compile(r'(?:href|src|hx-get|action)="([^"#]+)"')
STARTS = [
    "/desk/", "/desk/todo/", "/desk/notices/", "/desk/incubation/", "/desk/incubation/sheets/",
    "/desk/incubation/calls/", "/desk/incubation/funnel/", "/incubation/publicity/",
    "/api/v1/incubatees", "/api/v1/openapi.json", "/api/v1/me",
]  # fmt: skip
# The rest is the register, which is public: what it says of a body is known to everybody.
WITHIN = ("/desk/", "/incubation/", "/api/v1/incubat", "/my/", "/account/")


def content(answer):
    if not answer.streaming:
        return answer.content
    told = b"".join(answer.streaming_content)
    if held := getattr(answer, "file_to_stream", None):
        held.close()
    return told


def reached(client):
    """(address, headers and content) of everything that links lead a person to."""
    left, met, alike = list(STARTS), set(STARTS), Counter()
    while left:
        address = left.pop(0)
        answer = client.get(address)
        body = content(answer)
        text = body.decode("utf-8", "replace")
        yield address, f"{dict(answer.headers)}{text}", body
        if "html" not in answer.headers.get("Content-Type", ""):
            continue
        for link in LINK.findall(text):
            to = urlsplit(urljoin(address, unescape(link)))
            there = to.path + (f"?{to.query}" if to.query else "")
            if to.netloc or there in met or not to.path.startswith(WITHIN):
                continue
            kind = re.sub(r"[0-9]+", "#", to.path)
            alike[kind] += 1
            if alike[kind] > MOST_ALIKE:  # calendars go on for ever
                continue
            met.add(there)
            left.append(there)
        assert len(met) < MOST


def nowhere(client, *words):
    """How many addresses were looked at; none of them holds any of the words."""
    count = 0
    for address, text, body in reached(client):
        count += 1
        for word in words:
            assert word not in text, (word, address)
            assert word.encode("utf-16-be") not in body, (word, address)
    return count


@pytest.fixture
def row(settings, tmp_path):
    """A body of a nameless call with its papers; two of three reviewers have handed in nothing."""
    settings.CHANGLE_DATA = tmp_path
    street = make_district().streets[0]
    row = make_incubatee(street, "applied", body=make_organisation(street, name=NAME))
    Call.objects.update(is_anonymous=True)
    body = make_actor("OADM", row.organisation.node)
    for kind in asked_of(row.organisation):
        upload = SimpleUploadedFile(f"{NAME}.pdf", make_pdf(AUTHOR), "application/pdf")
        hand_paper(incubatee=row.pk, kind=kind, upload=upload, by=body, now=NOW)
    Incubatee.objects.update(state="review")
    row.refresh_from_db()
    return row


@pytest.fixture
def panel(row):
    node = row.call.centre.node.parent or row.call.centre.node
    clerk = make_actor("CTR", node)
    experts = [make_expert(node) for _each in range(3)]
    sheets = [appoint(incubatee=row.pk, reviewer=one.user_id, by=clerk, now=NOW) for one in experts]
    submit_sheet(sheet=sheets[0].pk, scores=FULL, remark=REMARK, by=experts[0], now=NOW)
    seal_all()
    return sheets


def test_a_reviewer_finds_neither_the_name_nor_who_wrote_nor_the_other_sheet(row, panel):
    client = Client()
    client.force_login(panel[1].reviewer)
    page = client.get(reverse("incubation:sheet", args=[panel[1].pk])).content.decode()
    papers = re.findall(r'href="([^"]+/papers/[^"]+)"', page)
    assert papers
    for paper in papers:
        assert content(client.get(paper)).startswith(b"%PDF")
    assert nowhere(client, NAME, AUTHOR, REMARK) > len(STARTS)


@pytest.mark.slow
@pytest.mark.parametrize("role", ["DCA", "CTR", "OADM"])
def test_nobody_finds_a_sheet_before_all_are_in(row, panel, role):
    user, client = make_user(), Client()
    node = row.organisation.node if role == "OADM" else row.call.centre.node.parent
    make_grant(user, node, role)
    client.force_login(user)
    assert nowhere(client, REMARK) > len(STARTS)
    given = client.get(reverse("incubation:incubatee", args=[row.pk])).content.decode()
    assert "平均" not in given


def test_the_name_is_told_once_the_body_is_publicised(row, panel):
    client = Client()
    client.force_login(panel[1].reviewer)
    due = timezone.localdate()
    Incubatee.objects.update(state="publicised", due_on=due)
    assert NAME in client.get("/incubation/publicity/").content.decode()
