"""On the sample district: every figure is its rows, for every role and place, and stays so when records change.

The whole check, of each community and twelve months, is `changle check --figures`; it takes minutes.
"""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from changle.core.periods import Period, shifted
from changle.ground.accounts.models import User
from changle.ground.merging.actions import merge
from changle.ground.registry.models import Organisation
from changle.ground.territory.queries import keeper
from changle.ground.territory.roles import Permission
from changle.oversight.statistics.queries.truth import Checked, check, check_parts
from changle.services.activities.actions.summing import sum_up
from changle.services.activities.actions.verifying import correct, verify, void
from changle.services.activities.models import Evidence, Session
from changle.services.activities.queries.evidence import missing_evidence
from changle.site.crawler import Crawl
from tests.factories.activities import make_evidence
from tests.house.test_sweep import BACKEND, django_db_setup, past_the_second_factor


pytestmark = [pytest.mark.django_db, pytest.mark.slow]
__all__ = ["django_db_setup", "past_the_second_factor"]
COMMUNITIES, NUMBERS = 23, 41  # each so manieth
PEOPLE = ("qu", "jie-zhangjiabu", "zhongxin-zhangjiabu", "shequ-fangxin")
# The catalogue leads to every figure with all its parts: `check_parts` tries those, faster.
PAGES = ["/desk/overview/", "/desk/wall/", "/desk/figures/commons/",
         *(f"/desk/figures/report/{code}/" for code in ("T1", "T9", "T10", "T15", "T16", "A1", "A2"))]  # fmt: skip


def sound(*periods):
    today, told = timezone.localdate(), Checked()
    assert list(check(today, periods, told=told, every=COMMUNITIES)) == []
    return told.values


def months():
    first = timezone.localdate().replace(day=1)
    return [Period.month(one.year, one.month) for one in (first, shifted(first, -1))]


def test_every_figure_is_its_rows_and_so_is_each_part():
    year = Period.year(timezone.localdate().year)
    assert sound(year, *months()) > 5000
    told = Checked()
    assert list(check_parts(timezone.localdate(), [year], told=told)) == []
    assert told.values > 1000


def test_it_stays_so_when_records_are_put_right_come_late_and_are_merged(settings, tmp_path):
    settings.CHANGLE_DATA = tmp_path
    now, by = timezone.now(), keeper(*Permission)
    year = Period.year(timezone.localdate().year)
    sum_up(now)
    counted = Session.objects.filter(state="counted", on__year=year.start.year).order_by("pk")
    for row in counted[10:200:60]:
        correct(pk=row.pk, reason="样例更正", named=2, anonymous=1, by=by, now=now)
    void(pk=counted.filter(state="verified").values_list("pk", flat=True).first() or verified(by, now),
         reason="样例作废", by=by, now=now)  # fmt: skip
    verified(by, now)
    one, two = Organisation.objects.filter(kind="BA", state="active", merged_into=None).order_by(
        "-pk"
    )[:2]
    merge(survivor=one.pk, merged=two.pk, reason="样例：同一支队伍", by=by, now=now)
    assert sound(year, *months()) > 5000


def verified(by, now):
    """A session handed in late, of the month before."""
    row = Session.objects.filter(state="recording").order_by("handed_in_at", "pk").first()
    back = timedelta(days=(row.on - (now.date().replace(day=1) - timedelta(days=1))).days)
    last = row.on - back
    Session.objects.filter(pk=row.pk).update(
        starts_at=row.starts_at - back, ends_at=row.ends_at - back, on=last, month=f"{last:%Y-%m}",
        handed_in_at=row.handed_in_at or now,
    )  # fmt: skip
    row = Session.objects.select_related("activity", "place").get(pk=row.pk)
    if missing_evidence(row):
        make_evidence(row, consent=Evidence.Consent.GIVEN)
    return verify(pk=row.pk, by=by, now=now).pk


@pytest.mark.parametrize("who", PEOPLE)
def test_numbers_on_the_pages_lead_to_rows_that_add_up_to_them(who):
    client = Client()
    client.force_login(User.objects.get(username=who), BACKEND)
    pages = [page for page in PAGES if client.get(page).status_code == 200]
    assert len(pages) > 5
    crawl = Crawl(client, every=NUMBERS, every_page=9)
    assert list(crawl.run(pages)) == []
    assert crawl.numbers >= 3
