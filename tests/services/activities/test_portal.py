"""What residents find without an account: what is on, one session's page, its calendars and pictures."""

import json
import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from changle.services.activities.models import Activity, Cohost, Evidence, Series, Session, Term
from tests.factories.activities import (
    join,
    make_activity,
    make_evidence,
    make_session,
    make_session_draft,
)
from tests.factories.registry import make_organisation
from tests.factories.territory import make_district


pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
TITLE = re.compile(r'<h3><a href="/activities/(\d+)/">([^<]*)</a>')
NAUGHTY = [
    "?street=x", "?street=" + "9" * 40, "?field=<b>", "?on=2026-02-31", "?on=0000-00-00", "?age=-1",
    "?age=" + "9" * 30, "?age=²", "?after=x", "?after=9999999999999999-1", "?after=-", "?series=0",
    "?after=1-1", "?when=never", "?organisation=999999", "?street=%00", "?field=𠮷", "?on=" + "1" * 9999,
]  # fmt: skip


@pytest.fixture(autouse=True)
def _fresh():
    cache.clear()


@pytest.fixture
def district():
    return make_district()


@pytest.fixture
def team(district):
    return make_organisation(district.communities[0][0])


def coming(place, team, days=1, **fields):
    """A session that begins so many days from now."""
    start = timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=days)
    return make_session(
        place, team, starts_at=start, ends_at=start + HOUR, now=start - 20 * 24 * HOUR, **fields
    )


def status(client, photo):
    answer = client.get(f"/activities/photos/{photo}/")
    b"".join(getattr(answer, "streaming_content", ()))  # to its end, so that the file is closed
    return answer.status_code


def found(client, query=""):
    return [
        int(pk) for pk, _title in TITLE.findall(client.get(f"/activities/{query}").content.decode())
    ]


def test_only_what_is_published_and_to_come_is_on(district, team, client):
    place = district.communities[0][0]
    rows = [coming(place, team, days=days) for days in (3, 1, 2)]
    for state in ("planned", "cancelled", "postponed", "void", "ended"):
        coming(place, team, state=state)
    hidden = coming(place, team)
    Activity.objects.filter(pk=hidden.activity_id).update(state="approved")
    coming(place, team, days=-1)
    assert found(client) == [rows[1].pk, rows[2].pk, rows[0].pk]


def test_it_is_found_by_street_day_field_age_series_and_body(district, team, client):
    here, there = district.communities[0][0], district.communities[1][0]
    one, other = coming(here, team, age_from=6, age_to=12), coming(there, None, days=3)
    field = Term.objects.get(list="field", code="elders")
    series = Series.objects.create(lead=district.streets[1], name="周末去哪里（样例）")
    Activity.objects.filter(pk=other.activity_id).update(field=field, series=series)
    for query, rows in {
        f"?street={district.streets[0].pk}": [one],
        f"?street={district.streets[1].pk}": [other],
        "?field=elders": [other],
        f"?on={one.on}": [one],
        "?age=8": [one, other],
        "?age=40": [other],
        "?age=0": [other],
        "?when=week": [one, other],
        "?when=today": [],
        f"?series={series.pk}": [other],
        f"?organisation={team.pk}": [one],
        f"?street={district.streets[0].pk}&field=elders": [],
    }.items():
        assert found(client, query) == [row.pk for row in rows], query
    page = client.get(f"/activities/?series={series.pk}").content.decode()
    assert "周末去哪里（样例）" in page
    assert f"/feeds/activities/series/{series.pk}.ics" in page


@pytest.mark.parametrize("query", NAUGHTY)
def test_addresses_that_make_no_sense_break_nothing(district, team, client, query):
    coming(district.communities[0][0], team)
    assert client.get(f"/activities/{query}").status_code == 200


def test_pages_follow_each_other_without_gap_or_repetition(district, team, client):
    start = timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=2)
    drafts = [
        make_session_draft(starts_at=start + n // 9 * HOUR, ends_at=start + (n // 9 + 1) * HOUR)
        for n in range(45)
    ]
    make_activity(district.communities[0][0], team, sessions=drafts, now=timezone.now())
    seen, query = [], ""
    for _page in range(3):
        seen += found(client, query)
        following = re.search(
            r'href="(\?[^"]*)" rel="next"', client.get(f"/activities/{query}").content.decode()
        )
        query = following.group(1).replace("&amp;", "&") if following else ""
    assert not query
    assert seen == list(Session.objects.order_by("starts_at", "pk").values_list("pk", flat=True))


def test_a_list_costs_the_same_queries_for_one_row_and_for_three(district, team, client):
    counts = []
    for _each in range(3):
        coming(district.communities[0][0], team)
        client.get("/activities/")
        with CaptureQueriesContext(connection) as queries:
            client.get("/activities/")
        counts.append(len(queries))
    assert counts[0] == counts[1] == counts[2] <= 8


def test_a_session_says_who_when_where_and_how_many_seats(district, team, client):
    row = coming(district.communities[0][0], team, capacity=2, age_from=6)
    Cohost.objects.create(
        activity=row.activity, node=district.streets[1], role="support", state="accepted",
        state_since=timezone.now(), invited_at=timezone.now(), accepted_at=timezone.now(),
    )  # fmt: skip
    with CaptureQueriesContext(connection) as queries:
        page = client.get(f"/activities/{row.pk}/").content.decode()
    assert len(queries) <= 8
    for word in (
        "主办",
        team.name,
        "支持",
        district.streets[1].name,
        "还有 2 个",
        "6 岁以上",
        "第 1 版",
    ):
        assert word in page, word
    Session.objects.filter(pk=row.pk).update(age_from=None)
    for _each in range(3):
        join(row, now=timezone.now())
    page = client.get(f"/activities/{row.pk}/").content.decode()
    assert "候补 1 人，现在报名排在第 2 位" in page
    assert "加入候补" in page


def test_other_programs_read_it_and_what_is_typed_cannot_break_out(district, team, client):
    row = coming(district.communities[0][0], team)
    Session.objects.filter(pk=row.pk).update(title="</script><script>alert(1)</script>")
    page = client.get(f"/activities/{row.pk}/").content.decode()
    assert "<script>alert" not in page
    told = json.loads(
        re.search(r'<script type="application/ld\+json">(.*?)</script>', page).group(1)
    )
    assert told["@type"] == "Event"
    assert told["eventStatus"] == "https://schema.org/EventScheduled"
    assert told["isAccessibleForFree"] is True
    assert told["startDate"].endswith("+08:00")
    assert told["organizer"] == [{"@type": "Organization", "name": team.name}]
    assert 'property="og:image"' in page


def test_what_is_not_published_is_not_there(district, team, client):
    row = coming(district.communities[0][0], team)
    ways = (
        "activities/{}/",
        "activities/{}/share.png",
        "activities/{}/sign-up/",
        "feeds/activities/sessions/{}.ics",
    )
    for told in ({"state": "planned"}, {"state": "void"}):
        Session.objects.filter(pk=row.pk).update(**told)
        assert [client.get("/" + way.format(row.pk)).status_code for way in ways] == [404] * 4
    Session.objects.filter(pk=row.pk).update(state="open")
    Activity.objects.filter(pk=row.activity_id).update(published_at=None)
    assert [client.get("/" + way.format(row.pk)).status_code for way in ways] == [404] * 4


@pytest.mark.parametrize(
    ("state", "word"), [("cancelled", "已取消"), ("postponed", "已延期"), ("ended", "已结束")]
)
def test_what_is_called_off_or_over_says_so_and_takes_nobody(district, team, client, state, word):
    row = coming(district.communities[0][0], team, state=state)
    page = client.get(f"/activities/{row.pk}/").content.decode()
    assert word in page
    assert f"/activities/{row.pk}/sign-up/" not in page
    assert word in client.get(f"/activities/{row.pk}/sign-up/").content.decode()


def test_the_share_picture_is_a_png_of_the_size_that_chats_show(district, team, client):
    row = coming(district.communities[0][0], team)
    answer = client.get(f"/activities/{row.pk}/share.png")
    assert answer["Content-Type"] == "image/png"
    assert answer.content[:8] == b"\x89PNG\r\n\x1a\n"
    assert (int.from_bytes(answer.content[16:20]), int.from_bytes(answer.content[20:24])) == (
        1200,
        630,
    )
    Session.objects.filter(pk=row.pk).update(title="长" * 90)
    assert client.get(f"/activities/{row.pk}/share.png").status_code == 200


def test_calendars_of_a_session_a_street_a_series_and_a_body(district, team, client):
    row = coming(district.communities[0][0], team)
    other = coming(district.communities[1][0], None)
    series = Series.objects.create(lead=district.streets[0], name="样例系列")
    Activity.objects.filter(pk=row.activity_id).update(series=series)
    ways = (
        f"sessions/{row.pk}", f"streets/{district.streets[0].pk}", f"series/{series.pk}",
        f"organisations/{team.pk}",
    )  # fmt: skip
    for way in ways:
        answer = client.get(f"/feeds/activities/{way}.ics")
        text = answer.content.decode()
        assert answer["Content-Type"].startswith("text/calendar"), way
        assert f"UID:session-{row.pk}@changle\r\n" in text
        assert f"session-{other.pk}@" not in text
        assert "STATUS:CONFIRMED" in text
        again = client.get(f"/feeds/activities/{way}.ics", HTTP_IF_NONE_MATCH=answer["ETag"])
        assert again.status_code == 304
    Session.objects.filter(pk=row.pk).update(state="cancelled", sequence=3)
    text = client.get(f"/feeds/activities/{ways[1]}.ics").content.decode()
    assert "STATUS:CANCELLED" in text
    assert "SEQUENCE:3" in text


@pytest.mark.parametrize(
    "way", ["streets/999999", "series/999999", "organisations/999999", "sessions/999999"]
)
def test_there_is_no_calendar_of_what_is_not_there(district, client, way):
    assert client.get(f"/feeds/activities/{way}.ics").status_code == 404


def test_a_community_and_a_silent_body_have_no_calendar(district, team, client):
    place = district.communities[0][0]
    assert client.get(f"/feeds/activities/streets/{place.pk}.ics").status_code == 404
    assert client.get(f"/feeds/activities/organisations/{team.pk}.ics").status_code == 404


def test_a_past_session_shows_its_summary_and_public_pictures_only(district, team, client, stored):
    row = coming(district.communities[0][0], team)
    shown = stored(row, is_public=True, consent="given")
    others = [
        stored(row, is_public=False, consent="given"),
        stored(row, is_public=True, consent="minors"),
        stored(row, is_public=True, consent="nobody", kind="list"),
    ]
    Session.objects.filter(pk=row.pk).update(summary="大家都来了（样例）。")
    all_ = [shown, *others]
    assert [status(client, one) for one in all_] == [404] * 4
    Session.objects.filter(pk=row.pk).update(state="verified", verified_at=timezone.now())
    page = client.get(f"/activities/{row.pk}/").content.decode()
    assert "大家都来了（样例）。" in page
    assert [f"/activities/photos/{one}/" in page for one in all_] == [True, False, False, False]
    answers = [status(client, one) for one in all_]
    assert answers == [200, 404, 404, 404]
    Activity.objects.filter(pk=row.activity_id).update(photos="none")
    assert status(client, shown) == 404


@pytest.fixture
def stored(tmp_path, settings):
    """Puts a picture beside a session; its public number."""
    settings.CHANGLE_DATA = tmp_path
    return lambda row, **fields: make_evidence(row, **fields).file.public_id


def test_the_home_page_shows_what_is_next(district, team, client):
    row = coming(district.communities[0][0], team)
    page = client.get("/").content.decode()
    assert row.title in page
    assert 'href="/activities/"' in page
    assert 'href="/bases/"' in page
    assert 'href="/exchange/"' in page
    assert Evidence.objects.count() == 0
