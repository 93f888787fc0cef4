"""Updates by a list: approved cell by cell, written in bulk as the single deed would, undone."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from changle.core.log import LogEntry
from changle.core.refusals import Refused
from changle.ground.registry.actions import change_organisation, move_organisation
from changle.ground.registry.actions.deciding import Decisions, decide
from changle.ground.registry.actions.importing import check, upload
from changle.ground.registry.actions.revising import Revision, locked_bodies, revise
from changle.ground.registry.actions.undoing import undo
from changle.ground.registry.actions.writing import write
from changle.ground.registry.importing import Options
from changle.ground.registry.models import Identity, ImportBatch, Organisation
from tests.factories.accounts import make_user
from tests.factories.registry import make_organisation, make_uscc
from tests.factories.territory import make_actor, make_district, make_grant


NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def kept_apart(settings, tmp_path: Path) -> None:
    settings.CHANGLE_DATA = tmp_path


@pytest.fixture
def district():
    return make_district()


@pytest.fixture
def clerk(district):
    return make_actor("DCA", district.root)


def bring(district, clerk, *lines: str, at: datetime = NOW, **options) -> ImportBatch:
    file = SimpleUploadedFile("名单.csv", "\n".join(lines).encode())
    told = Options(**options) if options else None
    batch = upload(file=file, node=district.root, by=clerk, now=at, options=told)
    return check(pk=batch.pk, by=clerk, now=at)


def put(batch: ImportBatch, clerk, *, at: datetime = NOW, doubtful: bool = False) -> ImportBatch:
    return write(pk=batch.pk, good_only=True, doubtful=doubtful, by=clerk, now=at)


def settle(batch: ImportBatch, clerk, **told) -> ImportBatch:
    return decide(pk=batch.pk, told=Decisions(**told), by=clerk, now=NOW)


@pytest.fixture
def bodies(district):
    return [
        make_organisation(district.streets[0], "MF", name=f"样例{n}中心", address="旧路 1 号",
                          contact_phone="" if n else "13800000001", member_count=5)
        for n in range(3)
    ]  # fmt: skip


def list_of(bodies: list[Organisation]) -> list[str]:
    rows = [f"{o.name},{o.uscc},新路 2 号,13900000002,8,乙街道" for o in bodies]
    return ["名称,代码,住所,联系电话,成员数,街道", *rows]


def values(body: Organisation) -> tuple[str, str, int | None, int | None]:
    body.refresh_from_db()
    return body.address, body.contact_phone, body.member_count, body.street_id


def test_blanks_are_filled_and_the_certificate_renewed_the_rest_is_asked(
    district, clerk, bodies
) -> None:
    batch = bring(district, clerk, *list_of(bodies))
    assert batch.counts["cells"] == {
        "address": {"fills": 0, "over": 3}, "contact_phone": {"fills": 2, "over": 1},
        "member_count": {"fills": 0, "over": 3}, "place": {"fills": 0, "over": 3},
    }  # fmt: skip
    put(batch, clerk)
    street = district.streets[0].pk
    assert values(bodies[0]) == ("新路 2 号", "13800000001", 5, street)
    assert values(bodies[1]) == ("新路 2 号", "13900000002", 5, street)
    undo(pk=batch.pk, by=clerk, now=NOW)
    assert values(bodies[1]) == ("旧路 1 号", "", 5, street)


def test_only_what_is_ticked_is_written_and_undo_restores_it(district, clerk, bodies) -> None:
    batch = bring(district, clerk, *list_of(bodies))
    settle(batch, clerk, rows=frozenset({2}), ticked=frozenset({(2, "member_count"), (2, "place")}))
    settle(batch, clerk, columns={"member_count": "all", "address": "none"}, rows=frozenset({3}),
           ticked=frozenset({(3, "address"), (3, "contact_phone")}))  # fmt: skip
    put(batch, clerk)
    here, there = (street.pk for street in district.streets)
    assert values(bodies[0]) == ("旧路 1 号", "13800000001", 8, there)
    assert values(bodies[1]) == ("旧路 1 号", "13900000002", 8, here)
    assert values(bodies[2]) == ("旧路 1 号", "13900000002", 8, here)
    undo(pk=batch.pk, by=clerk, now=NOW)
    assert values(bodies[0]) == ("旧路 1 号", "13800000001", 5, here)
    assert {values(body)[1:3] for body in bodies[1:]} == {("", 5)}


def test_a_whole_column_goes_before_earlier_ticks(district, clerk, bodies) -> None:
    batch = bring(district, clerk, *list_of(bodies))
    settle(batch, clerk, rows=frozenset({2}), ticked=frozenset({(2, "member_count")}))
    settle(batch, clerk, columns={"member_count": "none"})
    put(batch, clerk)
    assert values(bodies[0])[2] == 5


def test_nothing_approved_leaves_the_body_alone(district, clerk, bodies) -> None:
    batch = bring(district, clerk, *list_of(bodies))
    settle(batch, clerk, columns=dict.fromkeys(batch.counts["cells"], "none"))
    batch = put(batch, clerk)
    assert (batch.counts["changed"], batch.counts["added"]) == (0, 0)
    assert {body.version for body in Organisation.objects.all()} == {1}


def test_the_trial_anew_forgets_what_was_approved(district, clerk, bodies) -> None:
    batch = bring(district, clerk, *list_of(bodies))
    settle(batch, clerk, columns={"address": "none"})
    assert check(pk=batch.pk, by=clerk, now=NOW).options["columns"] == {}


def test_choices_come_before_the_import_and_only_from_who_imports(district, clerk, bodies) -> None:
    batch = bring(district, clerk, *list_of(bodies))
    stranger = make_actor("STO", district.streets[0])
    with pytest.raises(ImportBatch.DoesNotExist):
        decide(pk=batch.pk, told=Decisions(columns={"address": "all"}), by=stranger, now=NOW)
    put(batch, clerk)
    with pytest.raises(Refused, match="请先试算"):
        settle(batch, clerk, columns={"address": "all"})


def test_bulk_writes_what_the_single_deeds_write(district, clerk) -> None:
    """Body by body: columns, identities and log of `revise` beside those of the single deeds."""
    pairs = [
        ({"address": "新路"}, None),
        ({"name": "改名后的中心", "short_name": "改名"}, None),
        ({"registrar_code": "610112", "contact_phone": "13900000000"}, None),
        ({}, district.communities[1][0]),
        ({"name": "样例又名", "address": "二路"}, district.streets[1]),
        ({"address": ""}, None),
    ]
    tomorrow = timezone.now() + timedelta(days=1)
    for changes, place in pairs:
        code = {"registrar_name": "样例局"}
        one, other = (
            make_organisation(district.streets[0], "MF", name="样例原名", **code) for _ in "12"
        )
        if changes:
            change_organisation(pk=one.pk, version=1, changes=changes, by=clerk, now=tomorrow)
        if place is not None:
            on = timezone.localdate(tomorrow)
            move_organisation(pk=one.pk, place=place, on=on, by=clerk, now=tomorrow)
        held = locked_bodies([other.pk], by=clerk)
        revise([Revision(held[other.pk], changes, place)], by=clerk, now=tomorrow)
        assert image(one.pk) == image(other.pk)


def image(pk: int) -> list[object]:
    """All that is kept of a body, but for its own keys and code."""
    body = Organisation.objects.select_related("node").get(pk=pk)
    own = {"id", "node_id", "uscc", "search_text", "recorded_at", "state_since"}
    if body.version == 1:
        own.add("changed_at")  # nobody has changed it since it was entered
    columns = {k: v for k, v in vars(body).items() if not k.startswith("_") and k not in own}
    spans = [
        (i.name, i.street_id, i.community_id, i.starts_on, i.ends_on, i.opened_by, i.closed_by)
        for i in Identity.objects.filter(organisation=pk).order_by("starts_on", "pk")
        if i.starts_on != i.ends_on  # two deeds of one day leave an empty span between them
    ]
    log = LogEntry.objects.filter(subject_label="registry.Organisation", subject_id=str(pk))
    said = list(log.order_by("id").values_list("verb", "changes", "note", "actor_name"))
    path = (body.node.path or "").removesuffix(f"{body.node_id}.")
    return [columns, spans, said, body.node.name, body.node.parent_id, path,
            body.search_text.replace(body.uscc.lower(), "")]  # fmt: skip


def test_a_filing_number_taken_by_another_body_refuses_all(district, clerk) -> None:
    holder = make_organisation(district.streets[0], "BA", filing_number="甲1")
    other = make_organisation(district.streets[0], "BA")
    held = locked_bodies([other.pk], by=clerk)
    with pytest.raises(Refused, match=holder.name):
        revise([Revision(held[other.pk], {"filing_number": "甲1"})], by=clerk, now=NOW)


def test_updates_cost_the_same_statements_for_few_and_many(district, clerk) -> None:
    counts = []
    for size in (2, 40):
        made = [make_organisation(district.streets[0], "MF", address="旧") for _ in range(size)]
        rows = [f"{o.name}改,{o.uscc},新" for o in made]
        batch = bring(district, clerk, "名称,代码,住所", *rows, brings="directory")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            put(batch, clerk)
        counts.append(len(queries))
    assert counts[1] - counts[0] <= 6


def test_a_later_day_of_registration_moves_the_first_span(district, clerk) -> None:
    code = make_uscc()
    first = bring(district, clerk, "名称,代码", f"甲中心,{code}")
    put(first, clerk)
    body = Organisation.objects.get()
    assert body.identities.get().starts_on == date(2026, 3, 2)
    later = bring(
        district,
        clerk,
        "名称,代码,登记日期",
        f"甲中心,{code},2019-03-02",
        at=NOW + timedelta(days=9),
    )
    put(later, clerk, at=NOW + timedelta(days=9))
    body.refresh_from_db()
    assert body.identities.get().starts_on == body.registered_on == date(2019, 3, 2)
    assert timezone.localdate(body.state_since) == date(2019, 3, 2)
    undo(pk=later.pk, by=clerk, now=NOW + timedelta(days=9))
    body.refresh_from_db()
    assert (body.identities.get().starts_on, body.registered_on) == (date(2026, 3, 2), None)


def test_a_span_of_its_own_day_is_not_moved(district, clerk) -> None:
    body = make_organisation(district.streets[0], "MF", registered_on=None)
    Identity.objects.update(starts_on=date(2015, 1, 1))
    put(bring(district, clerk, "名称,代码,登记日期", f"{body.name},{body.uscc},2019-03-02"), clerk)
    assert body.identities.get().starts_on == date(2015, 1, 1)


def test_a_list_with_days_of_registration_can_be_undone(district, clerk) -> None:
    batch = bring(district, clerk, "名称,代码,登记日期", f"甲中心,{make_uscc()},2019-03-02")
    put(batch, clerk)
    undo(pk=batch.pk, by=clerk, now=NOW)
    assert not Organisation.objects.exists()


def test_likely_twins_are_doubtful_and_may_be_given_to_the_body(district, clerk) -> None:
    body = make_organisation(
        district.communities[0][0], "BA", name="一社区夕阳红舞蹈队", member_count=None
    )
    lines = ["团队名称,所属社区,成员人数", "一社区夕阳红舞蹈团,一社区,12"]
    batch = bring(district, clerk, *lines)
    row = batch.rows.get()
    assert row.verdict == "doubtful"
    assert row.reasons == [["可能重复", f"与“{body.name}”名称只差一字"]]
    batch = settle(batch, clerk, rows=frozenset({2}), choices={2: str(body.pk)})
    assert (batch.counts["doubtful"], batch.counts["update"]) == (0, 1)
    put(batch, clerk)
    body.refresh_from_db()
    assert (Organisation.objects.count(), body.member_count, body.name) == (
        1,
        12,
        "一社区夕阳红舞蹈队",
    )
    undo(pk=batch.pk, by=clerk, now=NOW)
    body.refresh_from_db()
    assert body.member_count is None


def test_a_twin_may_be_said_to_be_new_and_unsaid_again(district, clerk) -> None:
    make_organisation(district.communities[0][0], "BA", name="一社区夕阳红舞蹈队")
    batch = bring(district, clerk, "团队名称,所属社区,成员人数", "一社区夕阳红舞蹈团,一社区,12")
    batch = settle(batch, clerk, rows=frozenset({2}), choices={2: "new"})
    assert (batch.counts["doubtful"], batch.counts["new"]) == (0, 1)
    batch = settle(batch, clerk, rows=frozenset({2}), choices={2: ""})
    assert (batch.counts["doubtful"], batch.counts["new"]) == (1, 0)
    settle(batch, clerk, rows=frozenset({2}), choices={2: "new"})
    put(batch, clerk)
    assert Organisation.objects.count() == 2
    with pytest.raises(Refused, match="请先试算"):
        settle(batch, clerk, rows=frozenset({2}), choices={2: ""})


@pytest.mark.parametrize("choice", ["999999", "x", "-1", "' OR 1=1"])
def test_a_choice_that_was_not_offered_is_refused(district, clerk, choice: str) -> None:
    make_organisation(district.communities[0][0], "BA", name="一社区夕阳红舞蹈队")
    batch = bring(district, clerk, "团队名称,所属社区,成员人数", "一社区夕阳红舞蹈团,一社区,12")
    with pytest.raises(Refused, match="刷新"):
        settle(batch, clerk, rows=frozenset({2}), choices={2: choice})


@pytest.fixture
def signed_in(client, district):
    user = make_user()
    make_grant(user, district.root, "DCA")
    client.force_login(user)
    return client


def test_the_page_shows_old_and_new_and_keeps_the_ticks(signed_in, district, clerk, bodies) -> None:
    batch = bring(district, clerk, *list_of(bodies))
    here = reverse("registry:import_batch", args=[batch.pk])
    shown = signed_in.get(here).content.decode()
    assert "<del>旧路 1 号</del> → <ins>新路 2 号</ins>" in shown
    assert 'name="tick-2-address" checked' in shown
    assert 'name="tick-2-member_count">' in shown
    told = {"row": ["2", "3", "x"], "tick-2-member_count": "on", "tick-9-address": "on",
            "tick-zz": "on", "all-place": "all", "all-nonsense": "all", "all-address": "rubbish"}  # fmt: skip
    answer = signed_in.post(reverse("registry:import_choices", args=[batch.pk]), told)
    assert answer.status_code == 302
    shown = signed_in.get(here).content.decode()
    assert 'name="tick-2-member_count" checked' in shown
    assert 'name="tick-2-address">' in shown
    assert LogEntry.objects.filter(verb="approve").count() == 1
    batch.refresh_from_db()
    assert batch.options["columns"] == {"place": "all"}
    post = {"which": "good", "row": ["4"], "tick-4-member_count": "on"}
    signed_in.post(reverse("registry:import_write", args=[batch.pk]), post)
    assert [values(body)[2] for body in bodies] == [8, 5, 8]
    here, there = (street.pk for street in district.streets)
    assert [values(body)[3] for body in bodies] == [there, there, here]


def test_the_page_costs_the_same_for_few_and_many_rows(signed_in, district, clerk) -> None:
    counts: list[int] = []
    signed_in.get(reverse("registry:imports"))
    for size in (1, 1, 30):
        made = [make_organisation(district.streets[0], "MF", address="旧") for _ in range(size)]
        batch = bring(district, clerk, "名称,代码,住所", *(f"{o.name},{o.uscc},新" for o in made))
        with CaptureQueriesContext(connection) as queries:
            signed_in.get(reverse("registry:import_batch", args=[batch.pk]))
        counts.append(len(queries))
    assert counts[1] == counts[2]
