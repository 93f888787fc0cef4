"""Bulletins: their numbers are asked and checked, frozen when issued, and what changes later is told."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from changle.core.reach import Actor
from changle.ground.territory.roles import Permission
from changle.oversight.statistics.actions.telling import (
    BulletinRefused,
    issue_bulletin,
    write_bulletin,
)
from changle.oversight.statistics.models import Bulletin, Issue
from changle.oversight.statistics.queries.bulletins import (
    BadQuestion,
    digest_of,
    faults_of,
    pieces_of,
    scene_of,
)
from changle.site.crawler import Crawl
from tests.factories.accounts import make_user
from tests.factories.registry import make_organisation


pytestmark = pytest.mark.django_db
TEXT = (
    "全区登记社会组织 {registry.registered} = {registry.registered|kind=ST} + {registry.registered|kind=MF} 家，"
    "备案社区社会组织超过 {registry.filed} 家，每百个社区 {registry.filed / territory.communities}。"
)


def seat(place, *needs, user=None):
    told = {str(need): (str(place.path),) for need in (Permission.FIGURE_VIEW, *needs)}
    return Actor(user_id=(user or make_user()).pk, name="样例", reach=told)


@pytest.fixture
def writer(tree):
    return seat(tree.root, Permission.REPORT_CLOSE)


@pytest.fixture
def chief(tree):
    return seat(tree.root, Permission.REPORT_DECIDE)


def written(tree, writer, text=TEXT, **fields):
    today = timezone.localdate()
    told = {
        "title": "样例通报",
        "starts_on": date(today.year, 1, 1),
        "ends_on": date(today.year + 1, 1, 1),
    }
    return write_bulletin(
        node=tree.root, text=text, by=writer, now=timezone.now(), **(told | fields)
    )


def read(row):
    return "".join(piece.text for piece in pieces_of(row.text, scene_of(row, timezone.localdate())))


def test_words_stay_words_and_questions_are_answered(tree, bodies, writer):
    row = written(tree, writer)
    assert read(row) == (
        "全区登记社会组织 2 = 1 + 1 家，备案社区社会组织超过 3 家，每百个社区 75.0%。"
    )
    assert faults_of(row.text, scene_of(row, timezone.localdate())) == []


@pytest.mark.parametrize(
    ("above", "below", "told"), [(597, 601, "99.3%"), (591, 594, "99.5%"), (0, 5, "0.0%")]
)
def test_a_percentage_is_that_of_its_own_two_numbers(tree, writer, monkeypatch, above, below, told):
    """A real bulletin printed 99.6 % where 591 of 594 is 99.5 %."""
    from changle.core.indicators import value as honest
    from changle.oversight.statistics.queries import bulletins

    def value(code, **asking):
        from dataclasses import replace

        number = {"registry.filed": above, "registry.registered": below}[code]
        return replace(honest(code, **asking), value=number)

    monkeypatch.setattr(bulletins, "value", value)
    row = written(
        tree, writer, "按时办结 {registry.filed} 件，{registry.filed ÷ registry.registered}"
    )
    assert read(row) == f"按时办结 {above} 件，{told}"


@pytest.mark.parametrize(("text", "words"), [
    ("{nothing.there}", "没有代码为“nothing.there”的指标"), ("{registry.filed|colour=1}", "不能按"),
    ("{registry.filed|street}", "应写成"), ("{registry.filed / x}", "没有代码"), ("{registry.filed}" * 101, "最多问 100"),
])  # fmt: skip
def test_a_question_that_asks_for_nothing_is_refused(tree, writer, text, words):
    with pytest.raises(BulletinRefused, match=words):
        written(tree, writer, text)
    assert not Bulletin.objects.exists()


def test_a_sum_that_does_not_hold_is_said_and_not_issued(tree, bodies, writer, chief):
    row = written(
        tree, writer, "{registry.registered} = {registry.registered|kind=ST} + {registry.filed}"
    )
    assert faults_of(row.text, scene_of(row, timezone.localdate())) == ["2 不等于 1 + 3。"]
    with pytest.raises(BulletinRefused, match="2 不等于 1 \\+ 3"):
        issue_bulletin(pk=row.pk, by=chief, now=timezone.now())


def test_who_wrote_it_does_not_issue_it_and_it_stays_as_issued(tree, bodies, writer, chief):
    row = written(tree, writer)
    both = Actor(user_id=writer.user_id, name="样例", reach=chief.reach)
    with pytest.raises(BulletinRefused, match="起草的人不能印发"):
        issue_bulletin(pk=row.pk, by=both, now=timezone.now())
    issue = issue_bulletin(pk=row.pk, by=chief, now=timezone.now())
    assert issue.sha256 == digest_of(issue.content)
    make_organisation(tree.communities[0][0])
    assert "超过 3 家" in "".join(one["text"] for one in Issue.objects.get().content)
    assert "超过 4 家" in read(row)
    with pytest.raises(DatabaseError), transaction.atomic():
        Issue.objects.filter(pk=issue.pk).update(title="改了")
    again = issue_bulletin(pk=row.pk, by=chief, now=timezone.now())
    assert again.number == 2


def test_only_who_reports_writes_and_only_within_reach(tree, writer):
    with pytest.raises(BulletinRefused, match="负责上报"):
        written(tree, seat(tree.root))
    with pytest.raises(BulletinRefused, match="负责上报"):
        written(tree, seat(tree.streets[0], Permission.REPORT_CLOSE))
    with pytest.raises(BulletinRefused, match="止应晚于起"):
        written(tree, writer, starts_on=date(2026, 1, 2), ends_on=date(2026, 1, 2))
    with pytest.raises(BadQuestion):
        list(pieces_of("{x}", scene_of(written(tree, writer), date(2026, 1, 1))))


def test_the_way_through_the_pages(tree, bodies, enter, client):
    enter("DCA", tree.root)
    page = client.get("/desk/figures/bulletins/new/").content.decode()
    assert "registry.filed" in page
    typed = {"title": "样例通报", "starts_on": "2026-01-01", "ends_on": "2027-01-01", "text": TEXT}
    for wrong, status in (({"text": "{x}"}, 409), ({"title": ""}, 422), ({"starts_on": "x"}, 422),
                          ({"ends_on": "2025-01-01"}, 409), ({"text": "长" * 3001}, 422)):  # fmt: skip
        answer = client.post("/desk/figures/bulletins/new/", typed | wrong)
        assert answer.status_code == status, wrong
        assert "样例通报" in answer.content.decode() or "title" in wrong
    assert client.post("/desk/figures/bulletins/new/", typed).status_code == 302
    row = Bulletin.objects.get()
    at = f"/desk/figures/bulletins/{row.pk}/"
    crawl = Crawl(client)
    assert list(crawl.run([at])) == []
    assert crawl.numbers >= 4
    assert client.post(f"{at}issue/", follow=True).content.decode().count("起草的人不能印发") == 1
    enter("DCA", tree.root)
    assert "已印发第 1 版" in client.post(f"{at}issue/", follow=True).content.decode()
    make_organisation(tree.communities[0][0])
    told = client.get(at).content.decode()
    assert "印发时 3，现在 4" in told
    enter("STO", tree.streets[0])
    assert client.get(at).status_code == 404
    assert "样例通报" not in client.get("/desk/figures/bulletins/").content.decode()
    assert row.period.end - row.period.start > timedelta(days=300)
