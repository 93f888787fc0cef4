"""Silent bodies, conversion to a registered one, figures of the filings."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from PIL import Image

from changle.core.files import StoredFile
from changle.core.indicators import rows, value
from changle.core.notices import Notice
from changle.core.periods import Period
from changle.core.refusals import Refused
from changle.ground.custody.models import Custody
from changle.ground.filing.actions import (
    confirm_lapse,
    convert,
    file,
    keep,
    propose_lapses,
    start_change,
)
from changle.ground.filing.lifecycle import LAPSE
from changle.ground.filing.models import Filing, LapseProposal
from changle.ground.filing.queries import ACTIVITY_SOURCES, certificate, silent_bodies
from changle.ground.registry.actions import move
from changle.ground.registry.models import Organisation
from tests.factories.custody import make_custody
from tests.factories.filing import agreed, make_filing
from tests.factories.registry import make_organisation, make_uscc
from tests.factories.territory import make_actor, make_district


pytestmark = pytest.mark.django_db
OLD = timedelta(days=500)


@pytest.fixture
def tree():
    return make_district()


@pytest.fixture
def here(tree):
    return tree.communities[0][0]


@pytest.fixture
def street(tree):
    return make_actor("STO", tree.streets[0])


def silent(here, **fields):
    body = make_organisation(here, **fields)
    Organisation.objects.filter(pk=body.pk).update(recorded_at=timezone.now() - OLD)
    return body


def scan():
    return Image.new("RGB", (20, 20), "white")


def picture(name="证书.png"):
    file_ = BytesIO()
    scan().save(file_, "PNG")
    return SimpleUploadedFile(name, file_.getvalue())


def test_silent_bodies_are_put_before_their_street_once(here, street):
    body = silent(here)
    fresh = make_organisation(here)
    admin = make_actor("OADM", body.node)
    propose_lapses(timezone.now())
    propose_lapses(timezone.now())
    row = LapseProposal.objects.get()
    assert (row.organisation, row.state, row.months) == (body, "proposed", 12)
    assert fresh.pk not in [pk for pk, _day in silent_bodies(timezone.localdate(), 12)]
    assert Notice.objects.filter(to=admin.user_id).count() == 1
    assert list(LAPSE.waiting(street)) == [row]


def test_a_verified_activity_counts_as_a_sign_of_life(here, monkeypatch):
    body = silent(here)
    today = timezone.localdate()
    assert [pk for pk, _day in silent_bodies(today, 12)] == [body.pk]
    monkeypatch.setattr(
        "changle.ground.filing.queries.lapsing.ACTIVITY_SOURCES",
        [*ACTIVITY_SOURCES, lambda _on: {body.pk: today - timedelta(days=3)}],
    )
    assert silent_bodies(today, 12) == []


def test_the_street_confirms_or_keeps(here, street):
    gone, kept = silent(here), silent(here)
    propose_lapses(timezone.now())
    keys = dict(LapseProposal.objects.values_list("organisation_id", "pk"))
    admin = make_actor("OADM", gone.node)
    confirm_lapse(pk=keys[gone.pk], reason="走访无人", by=street, now=timezone.now())
    keep(pk=keys[kept.pk], reason="昨晚还在跳舞", by=street, now=timezone.now())
    gone.refresh_from_db()
    kept.refresh_from_db()
    assert (gone.state, kept.state) == ("lapsed", "active")
    assert Notice.objects.filter(to=admin.user_id, text__contains="走访无人").exists()
    propose_lapses(timezone.now())
    assert not LapseProposal.objects.filter(state="proposed").exists()


def test_a_body_that_ended_otherwise_leaves_nothing_to_decide(here, street):
    body = silent(here)
    propose_lapses(timezone.now())
    move(body.pk, "cancel", by=street, now=timezone.now(), note="成员迁离")
    propose_lapses(timezone.now())
    assert LapseProposal.objects.get().state == "closed"


@pytest.mark.parametrize("role", ["COM", "CTR", "AUD", "OADM", "other"])
def test_others_decide_on_no_lapse(tree, here, role):
    body = silent(here)
    propose_lapses(timezone.now())
    nodes = {"COM": here, "CTR": tree.streets[0], "AUD": tree.root, "OADM": body.node}
    by = make_actor("STO", tree.streets[1]) if role == "other" else make_actor(role, nodes[role])
    for deed in (confirm_lapse, keep):
        with pytest.raises(LapseProposal.DoesNotExist):
            deed(pk=LapseProposal.objects.get().pk, reason="试", by=by, now=timezone.now())


def test_a_body_has_one_open_proposal_at_most(here):
    body = silent(here)
    propose_lapses(timezone.now())
    row = LapseProposal.objects.get()
    row.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        LapseProposal.objects.filter(organisation=body).update(state="kept")


def test_conversion_ends_custody_applications_and_proposals(here, street):
    custody = make_custody(here)
    body = custody.organisation
    Organisation.objects.filter(pk=body.pk).update(recorded_at=timezone.now() - OLD)
    propose_lapses(timezone.now())
    admin = make_actor("OADM", body.node)
    open_ = start_change(organisation=body, kind="change", by=admin, now=timezone.now())
    told = {"kind": "MF", "uscc": make_uscc("MF"), "on": timezone.localdate(), "by": street,
            "now": timezone.now(), "pk": body.pk}  # fmt: skip
    with pytest.raises(Refused, match="登记证书"):
        convert(**told, certificate=None)
    convert(**told, certificate=picture())
    body.refresh_from_db()
    assert body.kind == "MF"
    assert Custody.objects.get(pk=custody.pk).ended_because == "converted"
    assert Filing.objects.get(pk=open_.pk).state == "closed"
    proposal = LapseProposal.objects.get(organisation=body)
    assert proposal.state == "closed"
    assert StoredFile.objects.get(subject_pk=str(body.pk)).name == "证书.png"


def test_a_paper_that_is_refused_undoes_the_conversion(here, street):
    body = make_organisation(here)
    with pytest.raises(Refused):
        convert(
            pk=body.pk, kind="MF", uscc=make_uscc("MF"), on=timezone.localdate(), by=street,
            now=timezone.now(), certificate=SimpleUploadedFile("证书.pdf", b"no pdf"),
        )  # fmt: skip
    body.refresh_from_db()
    assert body.kind == "BA"


def test_the_check_tells_of_an_end_and_of_a_conversion(here, street):
    done = []
    for _each in range(2):
        row = make_filing(here, "street_review")
        done.append(file(pk=row.pk, version=row.version, by=street, now=timezone.now()))
    convert(
        pk=done[0].organisation_id, kind="MF", uscc=make_uscc("MF"), on=timezone.localdate(),
        by=street, now=timezone.now(), certificate=picture(),
    )  # fmt: skip
    Organisation.objects.filter(pk=done[1].organisation_id).update(state="cancelled")
    standing = [certificate(row.certificate_code).standing for row in done]
    assert standing == ["converted", "ended"]
    for wrong in ("", "x", "é" * 5, "0" * 20, "0" * 200):
        assert certificate(wrong) is None


def test_the_figures_are_exactly_their_rows(tree, here, street):
    waiting = make_filing(here)
    row = make_filing(here, "street_review")
    file(pk=row.pk, version=row.version, by=street, now=timezone.now())
    agreed(make_filing(here))
    today = timezone.localdate()
    asked = {"path": tree.root.path, "period": Period.year(today.year), "today": today}
    expected = {
        "filing.received": 3, "filing.in_hand": 2, "filing.returned": 0, "filing.completed": 1,
        "filing.days": 0, "filing.turns": 3, "filing.turns_on_time": 3, "filing.lapse_proposals": 0,
    }  # fmt: skip
    assert {code: value(code, **asked).value for code in expected} == expected
    on_time = value("filing.on_time", **asked)
    assert (on_time.numerator, on_time.denominator) == (3, 3)
    assert waiting in rows("filing.in_hand", **asked)
    for by in ("street", "community", "category", "kind"):
        keys = {"street": tree.streets[0].pk, "community": here.pk, "kind": "new",
                "category": row.category_id}  # fmt: skip
        assert rows("filing.received", **asked, by=by, key=str(keys[by])).count() == 3
    for by in ("street", "community", "category", "desk"):
        keys = {"street": tree.streets[0].pk, "community": here.pk, "desk": "community",
                "category": row.category_id}  # fmt: skip
        assert rows("filing.turns", **asked, by=by, key=str(keys[by])).count() >= 2
