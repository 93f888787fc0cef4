"""Nothing of class P1 and above leaves by a public door, neither in words nor by a side channel."""

import io
import zipfile
from datetime import UTC, date, datetime

import pytest
from django.db import models

from changle.core.privacy import Privacy
from changle.ground.registry.models import Identity, OfficialFact, Organisation
from changle.ground.territory.models import Node


pytestmark = pytest.mark.django_db
MARK = "ZXQMARK"
NUMBER = 81818181
OPEN = Privacy.P0


def marked(field):
    """A value of the field's type that is found again wherever it is printed."""
    if isinstance(field, models.EmailField):
        return f"{MARK.lower()}@example.org"
    if isinstance(field, models.PositiveSmallIntegerField):
        return 31313
    if isinstance(field, models.IntegerField):
        return NUMBER
    if isinstance(field, models.DateTimeField):
        return datetime(1987, 6, 5, tzinfo=UTC)
    if isinstance(field, models.DateField):
        return date(1987, 6, 5)
    return MARK


def fill(model):
    closed = [name for name, kind in model.privacy.items() if kind != OPEN]
    values = {name: marked(model._meta.get_field(name)) for name in closed}
    if values:
        model.objects.update(**values)
    return closed


@pytest.fixture
def filled(bodies):
    OfficialFact.objects.create(
        organisation=bodies[0],
        kind="grade",
        result="3A",
        year=2021,
        recorded_at=datetime(2022, 1, 1, tzinfo=UTC),
    )
    closed = [
        name for model in (Organisation, Identity, OfficialFact, Node) for name in fill(model)
    ]
    assert {"contact_phone", "member_count", "note"} <= set(closed)
    return bodies


def public_addresses(bodies, district):
    street, community = district.streets[0].pk, district.communities[0][0].pk
    yield from ("/", "/organisations/", "/places/", "/open-data/", "/about/", "/privacy/")
    yield from (
        "/robots.txt",
        "/sitemap.xml",
        "/sitemaps/places.xml",
        "/sitemaps/organisations-0.xml",
    )
    yield from ("/feeds/organisations.atom", f"/feeds/streets/{street}/organisations.atom")
    yield from (f"/places/{street}/", f"/places/{community}/")
    yield from ("/open-data/organisations.csv", "/open-data/organisations.xlsx")
    yield from (
        "/api/v1/organisations",
        "/api/v1/nodes",
        "/api/v1/indicators",
        "/api/v1/docs",
        "/api/v1/openapi.json",
    )
    for body in bodies:
        yield from (
            f"/organisations/{body.pk}/",
            f"/api/v1/organisations/{body.pk}",
            f"/api/v1/nodes/{body.node_id}",
        )
    yield from (
        "/api/v1/indicators/registry.members",
        "/api/v1/indicators/registry.members/rows",
        "/api/v1/me",
    )
    yield from ("/healthz", "/readyz", "/none")


def text_of(answer):
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if content.startswith(b"PK"):
        book = zipfile.ZipFile(io.BytesIO(content))
        content = b"".join(book.read(name) for name in book.namelist())
    return content.decode() + str(answer.headers)


def test_no_public_page_feed_file_or_answer_prints_it(filled, client, district):
    leaks = []
    for address in public_addresses(filled, district):
        text = text_of(client.get(address))
        leaks += [
            (address, mark)
            for mark in (MARK, MARK.lower(), str(NUMBER), "31313", "1987")
            if mark in text
        ]
    assert leaks == []


@pytest.mark.parametrize("path", ["/organisations/", "/api/v1/organisations"])
def test_searching_for_it_tells_nothing(filled, client, path):
    every = len(client.get(path).content)
    for query in (f"q={MARK}", f"q={MARK.lower()}@example.org", f"q={NUMBER}"):
        text = text_of(client.get(f"{path}?{query}"))
        assert not any(body.name in text for body in filled)
    for name in (
        "contact_phone",
        "contact_name__startswith",
        "member_count",
        "state__in",
        "node__path",
        "version",
    ):
        assert len(client.get(f"{path}?{name}={MARK}").content) == every


def test_order_follows_public_columns_only(filled, client):
    before = client.get("/api/v1/organisations").json()
    for body, value in zip(filled, (4, 2, 3, 1), strict=True):
        Organisation.objects.filter(pk=body.pk).update(member_count=value, contact_name=f"{value}")
    assert client.get("/api/v1/organisations").json() == before
