"""The check of all figures, and the walk over all pages: both find what is wrong, and nothing else."""

from dataclasses import replace
from datetime import date

import pytest
from django.utils import timezone

from changle.core.periods import Period
from changle.oversight.statistics.actions.closing import open_month
from changle.oversight.statistics.models import MonthlyReport
from changle.oversight.statistics.queries import truth
from changle.oversight.statistics.queries.truth import Checked, check, check_parts
from changle.site.crawler import Crawl


pytestmark = pytest.mark.django_db
CATALOGUE = "/desk/figures/"
PAGES = ["/desk/overview/", CATALOGUE, "/desk/figures/commons/",
         *(f"/desk/figures/report/{code}/" for code in ("T1", "T9", "T10", "T15", "T16", "A1", "A2"))]  # fmt: skip


@pytest.fixture
def today(bodies):
    return timezone.localdate(bodies[0].recorded_at)


def test_every_value_is_the_sum_of_its_rows(bodies, today):
    told = Checked()
    assert list(check(today, [Period.year(today.year)], told=told)) == []
    assert list(check_parts(today, [Period.year(today.year)], told=told)) == []
    assert told.values > 100
    assert told.wrong == 0


def test_a_value_that_is_not_the_sum_is_named_with_its_place(bodies, today, monkeypatch):
    honest = truth.value

    def lying(code, **asking):
        figure = honest(code, **asking)
        return replace(figure, value=figure.value + 1) if code == "registry.filed" else figure

    monkeypatch.setattr(truth, "value", lying)
    told = Checked()
    sentences = list(check(today, [Period.year(today.year)], told=told))
    assert told.wrong == len(sentences) > 0
    assert all(sentence.startswith("registry.filed，") for sentence in sentences)
    assert any("显示 4，记录合计 3" in sentence for sentence in sentences)


@pytest.mark.parametrize("role", ["DCA", "STO", "COM"])
def test_every_number_on_the_pages_leads_to_rows_that_add_up_to_it(
    tree, bodies, enter, client, role, today
):
    place = {"DCA": tree.root, "STO": tree.streets[0], "COM": tree.communities[0][0]}[role]
    enter(role, place)
    crawl = Crawl(client)
    open_month(date(today.year, today.month, 1))
    months = [
        f"/desk/figures/monthly/{row.pk}/" for row in MonthlyReport.objects.filter(node=place)
    ]
    assert len(months) == (role != "COM")
    # The catalogue leads to every part of every figure: walked whole by the one with the least.
    pages = PAGES if role == "COM" else [page for page in PAGES if page != CATALOGUE]
    assert list(crawl.run([*pages, *months])) == []
    assert crawl.numbers > 20


def test_a_number_that_leads_to_other_rows_is_found(tree, bodies, enter, client):
    enter("DCA", tree.root)
    crawl, href = Crawl(client), "/desk/figures/rows/?code=registry.filed"
    assert list(crawl.follow("/desk/", href, "3", counted=True)) == []
    assert len(list(crawl.follow("/desk/", href, "4", counted=True))) == 2
    assert (
        len(list(crawl.follow("/desk/", href.replace("filed", "nothing"), "3", counted=True))) == 1
    )
