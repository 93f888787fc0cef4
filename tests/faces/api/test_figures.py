from datetime import date

import pytest
from django.utils import timezone

from changle.core.indicators import CATALOGUE
from tests.faces.api.conftest import make_caller


pytestmark = pytest.mark.django_db
KEYS = {
    "code",
    "name",
    "definition",
    "unit",
    "value",
    "numerator",
    "denominator",
    "as_of",
    "rows_url",
    "by",
}


def every_row(caller, url):
    rows = []
    while url:
        told = caller.get(url.removeprefix("/api/v1")).json()
        rows += told["items"]
        url = told["next"]
    return rows


def test_a_figure_answers_what_was_promised(bodies, bureau):
    told = bureau.get("/indicators/registry.filed", {"by": "street"}).json()
    assert set(told) == KEYS
    assert (told["value"], told["unit"]) == (3, "家")
    assert told["as_of"] == str(timezone.localdate())
    assert [(part["label"], part["value"]) for part in told["by"]] == [("甲街道", 2), ("乙街道", 1)]
    assert set(told["by"][0]) == {"key", "label", "value", "rows_url"}


@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_every_value_equals_its_rows_and_so_does_every_part(bodies, bureau, code):
    cuts = [None, *(cut.name for cut in CATALOGUE[code].cuts)]
    for by in cuts:
        told = bureau.get(f"/indicators/{code}", {"by": by} if by else None).json()
        value = told["value"] if told["numerator"] is None else told["numerator"]
        assert (
            sum(row["value"] for row in every_row(bureau, told["rows_url"] + "&limit=2")) == value
        )
        for part in told["by"]:
            rows = every_row(bureau, part["rows_url"])
            assert sum(row["value"] for row in rows) == part["value"]


def test_rows_lead_to_their_organisations(bodies, bureau):
    rows = every_row(bureau, "/indicators/registry.registered/rows")
    assert [(row["id"], row["name"]) for row in rows] == [(bodies[3].pk, "乙街道养老服务中心")]
    assert bureau.get(rows[0]["url"].removeprefix("/api/v1")).status_code == 200


def test_periods_are_half_open(bodies, bureau):
    def filed(**span):
        return bureau.get("/indicators/registry.filings", span).json()["value"]

    assert filed(**{"from": "2021-03-01", "to": "2021-03-02"}) == 3
    assert filed(**{"from": "2021-02-01", "to": "2021-03-01"}) == 0
    stock = bureau.get(
        "/indicators/registry.filed", {"from": "2021-01-01", "to": "2021-03-01"}
    ).json()
    assert (stock["value"], stock["as_of"]) == (0, "2021-02-28")


@pytest.mark.parametrize("named", ["id", "610112001000", "610112001", "甲街道"])
def test_a_place_is_named_by_id_code_or_name(bodies, bureau, district, named):
    node = district.streets[0].pk if named == "id" else named
    assert bureau.get("/indicators/registry.filed", {"node": node}).json()["value"] == 2


def test_the_same_number_in_another_code_system_names_no_place(bodies, bureau):
    assert bureau.get("/indicators/registry.filed", {"node": "610112008000"}).status_code == 404


def test_the_default_place_is_the_widest_of_the_caller(bodies, street, bureau):
    assert street.get("/indicators/registry.filed").json()["value"] == 2
    assert bureau.get("/indicators/registry.filed").json()["value"] == 3


def test_another_street_is_not_there(bodies, street, district):
    answer = street.get("/indicators/registry.filed", {"node": district.streets[1].pk})
    assert answer.status_code == 404
    rows = street.get("/indicators/registry.filed/rows", {"node": district.root.pk})
    assert rows.status_code == 404


def test_an_unknown_cut_is_told_with_those_there_are(bodies, bureau):
    answer = bureau.get("/indicators/registry.filed", {"by": "colour"})
    assert answer.status_code == 422
    assert "street、community、category" in answer.json()["errors"][0]["message"]


@pytest.mark.parametrize(
    "span",
    [
        {"from": "2022-01-01", "to": "2021-01-01"},
        {"from": "x"},
        {"to": "2021-02-30"},
        {"from": "0001-01-01"},
    ],
)
def test_a_period_that_makes_no_sense_is_refused(bodies, bureau, span):
    assert bureau.get("/indicators/registry.filed", span).status_code == 422


def test_figures_are_for_those_who_may_see_them(bodies, district, anonymous):
    assert anonymous.get("/indicators/registry.filed").status_code == 401
    assert make_caller("RES", district.root).get("/indicators/registry.filed").status_code == 404
    assert anonymous.get("/indicators").json()["items"][0]["definition"]
    assert make_caller("DCA", district.root).get("/indicators/none").status_code == 404


def test_a_rate_keeps_its_numerator_and_denominator(bodies, bureau):
    told = bureau.get("/indicators/registry.filed_per_community").json()
    assert (told["value"], told["numerator"], told["denominator"]) == (0.75, 3, 4)


def test_nodes_bear_their_codes_in_each_system(district, anonymous):
    told = anonymous.get(f"/nodes/{district.streets[0].pk}").json()
    assert {one["system"]: one["code"] for one in told["codes"]} == {
        "stats": "610112001000", "portal": "610112008000",
    }  # fmt: skip
    assert told["codes"][0]["starts_on"] == str(date(2000, 1, 1))


def test_nodes_by_reach_kind_and_parent(bodies, district, anonymous, street):
    kinds = {one["kind"] for one in anonymous.get("/nodes").json()["items"]}
    assert kinds == {"district", "street", "community", "centre"}
    inside = street.get("/nodes", {"kind": "community"}).json()["items"]
    assert {one["name"] for one in inside} == {"一社区", "二社区"}
    assert street.get(f"/nodes/{district.streets[1].pk}").status_code == 404
    parent = anonymous.get("/nodes", {"parent": district.streets[1].pk, "limit": 1}).json()
    assert (len(parent["items"]), bool(parent["next"])) == (1, True)
