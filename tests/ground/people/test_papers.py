"""Papers: the states by a table written by hand, replacement, validity, reminders, scans."""

from datetime import date, datetime, time, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from changle.core.files import StoredFile, opened
from changle.core.lifecycle import MoveRefused
from changle.core.log import LogEntry
from changle.core.notices import Notice
from changle.core.reminders import Reminder
from changle.core.schedule import SCHEDULE
from changle.ground.people.actions import (
    PeopleRefused,
    add_paper,
    edit_paper,
    keep_scan,
    move_paper,
)
from changle.ground.people.actions.reminding import remind_of_people
from changle.ground.people.lifecycle import PAPER
from changle.ground.people.models import Paper
from changle.ground.people.queries import papers_of
from changle.ground.registry.models import Organisation
from tests.factories.accounts import make_user
from tests.factories.people import make_post
from tests.factories.registry import everything_at, make_organisation
from tests.factories.territory import make_actor, make_grant


ALLOWED = {
    ("valid", "recall"): "recalled",
    ("recalled", "give_back"): "valid",
    ("valid", "replace"): "replaced",
}
ROLES = {"DCA": True, "STO": True, "CTR": True, "COM": False, "AUD": False, "DSW": False}
TODAY = timezone.localdate()


@pytest.fixture
def by(tree):
    return everything_at(tree.root)


def paper(body, by, kind="other", **facts):
    return add_paper(organisation=body.pk, kind=kind, facts=facts, by=by, now=timezone.now())


@pytest.mark.parametrize("state", Paper.State.values)
@pytest.mark.parametrize("name", PAPER.moves)
def test_every_state_meets_every_move(body, by, now, state, name):
    row = paper(body, by)
    Paper.objects.filter(pk=row.pk).update(state=state)
    target = ALLOWED.get((state, name))
    if target is None:
        with pytest.raises(MoveRefused, match="。"):
            PAPER.fire(row.pk, name, by=by, now=now, note="依据")
        assert Paper.objects.get(pk=row.pk).state == state
    else:
        assert PAPER.fire(row.pk, name, by=by, now=now, note="依据").state == target


@pytest.mark.parametrize("role", ROLES)
def test_who_keeps_the_papers(tree, body, by, now, role):
    row = paper(body, by)
    place = tree.root if role in {"DCA", "AUD", "DSW"} else tree.streets[0]
    actor = make_actor(role, place)
    if ROLES[role]:
        assert move_paper(row.pk, "recall", by=actor, now=now, note="处罚").state == "recalled"
        assert paper(body, actor).pk
    else:
        with pytest.raises(Paper.DoesNotExist):
            move_paper(row.pk, "recall", by=actor, now=now, note="处罚")
        with pytest.raises(Organisation.DoesNotExist):
            paper(body, actor)


def test_recalling_says_why(body, by, now):
    row = paper(body, by)
    with pytest.raises(MoveRefused, match="理由"):
        move_paper(row.pk, "recall", by=by, now=now, note="　")
    with pytest.raises(PeopleRefused):
        move_paper(row.pk, "replace", by=by, now=now, note="换")


def test_a_new_charter_replaces_the_old_one(body, by, now):
    old = paper(body, by, "charter", number="一")
    new = paper(body, by, "charter", number="二")
    old.refresh_from_db()
    assert (old.state, old.replaced_by) == ("replaced", new)
    assert new.state == "valid"
    verbs = LogEntry.objects.filter(subject_label="people.Paper").order_by("id")
    assert [e.verb for e in verbs] == ["add_paper", "replace", "add_paper"]


def test_a_refused_replacement_leaves_the_old_one_valid(body, by):
    old = paper(body, by, "charter")
    with pytest.raises(PeopleRefused, match="有效期止"):
        paper(body, by, "charter", starts_on=date(2024, 1, 2), ends_on=date(2024, 1, 2))
    old.refresh_from_db()
    assert old.state == "valid"


def test_what_was_recalled_does_not_come_back_beside_its_successor(body, by, now):
    old = paper(body, by, "charter")
    move_paper(old.pk, "recall", by=by, now=now, note="处罚")
    paper(body, by, "charter")
    with pytest.raises(PeopleRefused, match="不能再发还"):
        move_paper(old.pk, "give_back", by=by, now=now, note="期满")


def test_the_database_knows_one_valid_paper_of_a_kind(body, by):
    row = paper(body, by, "charter")
    with pytest.raises(IntegrityError), transaction.atomic():
        Paper.objects.create(
            organisation=body, kind="charter", state="valid", state_since=row.state_since,
            recorded_at=row.recorded_at,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "paper_kind", "until"),
    [("MF", "duplicate", date(2028, 5, 1)), ("ST", "duplicate", None), ("MF", "charter", None)],
)
def test_the_duplicate_of_a_non_enterprise_unit_holds_four_years(tree, by, kind, paper_kind, until):
    body = make_organisation(tree.streets[0], kind)
    assert paper(body, by, paper_kind, starts_on=date(2024, 5, 1)).ends_on == until


def test_how_a_paper_stands_on_a_day(body, by):
    paper(body, by, "filing", ends_on=TODAY + timedelta(days=1))
    paper(body, by, "tax", ends_on=TODAY)
    paper(body, by, "charter")
    told = {line.paper.kind: line.stand for line in papers_of(by, body.pk, on=TODAY)}
    assert told == {"charter": "有效", "filing": "还有 1 天到期", "tax": "已过期"}


def test_reminders_go_to_the_keepers_once_a_step(tree, body, by):
    keeper, stranger = make_user(), make_user()
    make_grant(keeper, tree.streets[0], "STO")
    make_grant(stranger, tree.streets[1], "STO")
    on = date(2026, 6, 30)
    paper(body, by, "tax", ends_on=on + timedelta(days=1))
    gone = paper(body, by, "other", ends_on=on + timedelta(days=1))
    Paper.objects.filter(pk=gone.pk).update(state="recalled")

    def at(days):
        moment = datetime.combine(on - timedelta(days=days), time(7))
        remind_of_people(timezone.make_aware(moment))

    for days in (31, 30, 30, 29, 8, 7, 7, 1, 0, -1):
        at(days)
    texts = list(Notice.objects.filter(to=keeper).order_by("id").values_list("text", flat=True))
    assert len(texts) == 3
    assert "样例甲服务中心的免税资格还有 30 天到期" in texts[0]
    assert not Notice.objects.filter(to=stranger).exists()
    assert Reminder.objects.count() == 3
    assert any(deed is remind_of_people for _at, deed in SCHEDULE)


def test_a_heads_term_is_told_before_it_runs_out(tree, body):
    keeper = make_user()
    make_grant(keeper, tree.streets[0], "STO")
    make_post(body, "head", starts_on=date(2021, 7, 1))
    make_post(make_organisation(tree.streets[0]), "head", term_ends_on=date(2026, 7, 1))
    make_post(body, "council", starts_on=date(2021, 7, 1))
    remind_of_people(timezone.make_aware(datetime.combine(date(2026, 6, 24), time(7))))
    assert Notice.objects.filter(to=keeper, text__contains="还有 7 天到期").count() == 2


def test_editing_tells_what_changed_and_a_stranger_finds_nothing(tree, body, by, now):
    row = paper(body, by, number="一")
    edit_paper(pk=row.pk, changes={"number": "二"}, by=by, now=now)
    assert LogEntry.objects.get(verb="edit_paper").changes == {"number": ["一", "二"]}
    with pytest.raises(Paper.DoesNotExist):
        edit_paper(
            pk=row.pk, changes={"number": "三"}, by=make_actor("STO", tree.streets[1]), now=now
        )


def test_a_scan_is_seen_by_who_sees_the_people(tree, body, by, now, settings, tmp_path):
    settings.CHANGLE_DATA = tmp_path
    row = paper(body, by, "charter")
    upload = SimpleUploadedFile("章程.txt", "第一条".encode())
    stored = keep_scan(pk=row.pk, upload=upload, by=make_actor("STO", tree.streets[0]), now=now)
    assert opened(make_actor("AUD", tree.root), stored.public_id) == stored
    for role, place in (("STO", tree.streets[1]), ("DSW", tree.root), ("OSTF", body.node)):
        with pytest.raises(StoredFile.DoesNotExist):
            opened(make_actor(role, place), stored.public_id)
    with pytest.raises(Paper.DoesNotExist):
        keep_scan(pk=row.pk, upload=upload, by=make_actor("COM", tree.communities[0][0]), now=now)
