"""People come in once, by whatever way; what was recorded is verified by others, then locked."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from PIL import Image

from changle.core.lifecycle import MoveRefused
from changle.core.log import LogEntry
from changle.core.notices import Notice
from changle.core.reach import Actor
from changle.ground.territory.roles import Permission
from changle.services.activities.actions.clockwork import (
    close_figures,
    end_sessions,
    open_doors,
    remind_of_tomorrow,
)
from changle.services.activities.actions.doors import (
    DoorRefused,
    PaperLine,
    Scan,
    check_in,
    check_in_many,
    come_by_door,
    enter_paper,
    walk_in,
)
from changle.services.activities.actions.leaving import check_out, hand_over
from changle.services.activities.actions.planning import ActivityRefused
from changle.services.activities.actions.recording import (
    Cost,
    EvidenceDraft,
    RecordRefused,
    add_evidence,
    give_feedback,
    hand_in,
    head_count,
    list_expenses,
    write_summary,
)
from changle.services.activities.actions.running import end, start
from changle.services.activities.actions.verifying import (
    VerifyRefused,
    ask_more,
    correct,
    verify,
    void,
)
from changle.services.activities.models import (
    Activity,
    Attendance,
    Correction,
    Feedback,
    HeadCount,
    Session,
    SignUp,
)
from changle.services.activities.queries.codes import door_code, read_ticket, ticket_code
from changle.services.activities.queries.evidence import children_here, numbers
from tests.factories.accounts import make_user
from tests.factories.activities import (
    NOW,
    SATURDAY,
    join,
    make_guest,
    make_session,
    organiser,
    seat_at,
)
from tests.factories.registry import make_organisation
from tests.factories.territory import make_district


pytestmark = pytest.mark.django_db
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
OVER = SATURDAY + 3 * HOUR
VERIFY = Permission.SESSION_VERIFY


@pytest.fixture
def district():
    return make_district()


@pytest.fixture
def team(district):
    return make_organisation(district.communities[0][0])


@pytest.fixture
def by(team):
    return organiser(team)


@pytest.fixture
def verifier(district):
    return seat_at(district.communities[0][0], VERIFY, user_id=0)


@pytest.fixture
def session(district, team):
    return make_session(district.communities[0][0], team, capacity=3)


def opened(session):
    Session.objects.filter(pk=session.pk).update(state="ongoing", started_at=SATURDAY - HOUR)


def scan(up, **fields):
    return Scan(code=ticket_code(up.pk), **fields)


def photo():
    content = BytesIO()
    Image.new("RGB", (40, 30), "red").save(content, "JPEG")
    return SimpleUploadedFile("现场.jpg", content.getvalue(), content_type="image/jpeg")


def test_a_code_is_read_as_it_is_typed_and_not_guessed():
    code = ticket_code(123456)
    assert read_ticket(f" {code[:3]}-{code[3:].lower()} ") == 123456
    for wrong in (
        "",
        "A",
        code[:-1],
        code + "A",
        ("1" if code[0] != "1" else "2") + code[1:],
        "𠮷" * 999,
    ):
        assert read_ticket(wrong) is None


def test_the_second_scan_tells_of_the_first(session, by):
    up = join(session)[0]
    with pytest.raises(DoorRefused, match="还没有开始"):
        check_in(scan=scan(up), by=by, now=SATURDAY)
    opened(session)
    first = check_in(scan=scan(up), by=by, now=SATURDAY)
    again = check_in(scan=scan(up), by=by, now=SATURDAY + HOUR)
    assert (first.first, again.first) == (True, False)
    assert again.attendance.came_at == SATURDAY
    assert "10:00" in again.sentence()


def test_check_in_costs_two_queries(session, by, django_assert_num_queries):
    up = join(session)[0]
    opened(session)
    with django_assert_num_queries(4):  # two of them the savepoint that the test brings
        check_in(scan=scan(up), by=by, now=SATURDAY)


def test_who_has_no_seat_and_who_is_elsewhere_is_told_so(district, team, session, by):
    ups = [join(session)[0] for _each in range(4)]
    other = make_session(district.communities[0][0], team)
    opened(session)
    with pytest.raises(DoorRefused, match="候补中"):
        check_in(scan=scan(ups[3]), by=by, now=SATURDAY)
    with pytest.raises(DoorRefused, match="另一场"):
        check_in(scan=scan(ups[0]), by=by, now=SATURDAY, session=other.pk)
    stranger = organiser(make_organisation(district.communities[1][0]))
    with pytest.raises(DoorRefused, match="不是有效"):
        check_in(scan=scan(ups[0]), by=stranger, now=SATURDAY)


def test_a_queue_that_waited_for_the_line_keeps_its_own_times(session, by):
    ups = [join(session)[0] for _each in range(2)]
    opened(session)
    end(pk=session.pk, by=by, now=OVER)
    queue = [
        scan(ups[0], at=SATURDAY + MINUTE, device="a-1"),
        scan(ups[0], at=SATURDAY + 2 * MINUTE, device="a-2"),
        Scan(code="nonsense"),
        scan(ups[1], at=OVER + HOUR),
    ]
    told = check_in_many(scans=queue, by=by, now=OVER)
    assert [bool(one.done) for one in told] == [True, True, False, False]
    assert [one.done.first for one in told[:2]] == [True, False]
    assert told[3].refusal.code == "clock"
    assert [SignUp.objects.get(pk=up.pk).state for up in ups] == ["attended", "no_show"]
    lines = [PaperLine(name=ups[1].participant.name, phone=ups[1].participant.phone)]
    enter_paper(session=session.pk, lines=lines, by=by, now=OVER)
    assert SignUp.objects.get(pk=ups[1].pk).state == "attended"
    assert Attendance.objects.get(sign_up=ups[0]).came_at == SATURDAY + MINUTE


def test_the_code_at_the_door_changes_by_the_minute(session, district):
    account = Actor(user_id=make_user().pk, own=frozenset({"sign_up.make"}))
    join(session, make_guest(), make_guest(), by=account)
    opened(session)
    row = Session.objects.get()
    code = door_code(row.pk, row.door_secret, SATURDAY)
    with pytest.raises(DoorRefused, match="已更换"):
        come_by_door(session=row.pk, typed=code, by=account, now=SATURDAY + 2 * MINUTE)
    with pytest.raises(DoorRefused, match="没有找到"):
        come_by_door(session=row.pk, typed=code, by=Actor(), now=SATURDAY)
    assert len(come_by_door(session=row.pk, typed=code, by=account, now=SATURDAY + MINUTE)) == 2
    assert set(Attendance.objects.values_list("method", flat=True)) == {"door"}


def test_a_walk_in_takes_a_free_seat_and_no_other(session, by):
    for _each in range(2):
        join(session)
    opened(session)
    assert walk_in(session=session.pk, guest=make_guest(), by=by, now=SATURDAY).first
    with pytest.raises(DoorRefused, match="没有名额"):
        walk_in(session=session.pk, guest=make_guest(), by=by, now=SATURDAY)
    assert walk_in(
        session=session.pk, guest=make_guest(), by=by, now=SATURDAY, role="volunteer"
    ).first
    assert Session.objects.get().held == 3


def test_a_paper_list_is_marked_and_counts_nobody_twice(session, by):
    guest = make_guest()
    up, other = join(session, guest)[0], join(session)[0]
    opened(session)
    check_in(scan=scan(other), by=by, now=SATURDAY)
    lines = [
        PaperLine(name=guest.name, phone=guest.phone), PaperLine(name=guest.name, phone=guest.phone),
        PaperLine(name="样例甲", phone="13900001111"), PaperLine(name="只有名字"), PaperLine(),
    ]  # fmt: skip
    told = enter_paper(session=session.pk, lines=lines, by=by, now=OVER)
    assert (told.entered, told.anonymous, told.doubled) == (2, 2, 1)
    again = enter_paper(session=session.pk, lines=lines[:1], by=by, now=OVER)
    assert (again.entered, again.doubled) == (0, 1)
    assert Attendance.objects.get(sign_up=up).method == "paper"
    counts = numbers(Session.objects.select_related("activity").get())
    assert (counts.named, counts.anonymous, counts.person_times) == (3, 2, 5)


def test_a_count_of_heads_includes_who_checked_in(session, by):
    opened(session)
    walk_in(session=session.pk, guest=make_guest(), by=by, now=SATURDAY)
    walk_in(session=session.pk, guest=make_guest(), by=by, now=SATURDAY, role="staff")
    for people in (99, 25):
        head_count(session=session.pk, people=people, counted_by="样例戊", counted_at=SATURDAY, by=by, now=SATURDAY)  # fmt: skip
    counts = numbers(Session.objects.get())
    assert (counts.named, counts.anonymous) == (1, 24)
    with pytest.raises(RecordRefused, match="清点人"):
        head_count(
            session=session.pk, people=1, counted_by=" ", counted_at=SATURDAY, by=by, now=SATURDAY
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        HeadCount.objects.update(people=1000)


def test_a_child_is_handed_to_somebody_with_a_name(session, by):
    join(session, make_guest(birth_year=2019), guardian=make_guest())
    opened(session)
    check_in(scan=scan(SignUp.objects.get()), by=by, now=SATURDAY)
    row = Session.objects.get()
    child = children_here(row, 14).get()
    with pytest.raises(DoorRefused, match="交给谁"):
        hand_over(pk=child.pk, to=" ", by=by, now=SATURDAY + HOUR)
    told = hand_over(pk=child.pk, to="样例外婆", by=by, now=SATURDAY + HOUR)
    assert (told.minutes, told.handed_to) == (60, "样例外婆")
    assert not children_here(row, 14).exists()
    assert "外婆" not in str(list(LogEntry.objects.values_list("changes", "note")))
    assert check_out(pk=child.pk, by=by, now=OVER).left_at == SATURDAY + HOUR


def test_who_did_not_come_has_missed_it_and_the_line_is_let_go(session, by):
    ups = [join(session)[0] for _each in range(4)]
    with pytest.raises(ActivityRefused, match="分钟起"):
        start(pk=session.pk, by=by, now=SATURDAY - 2 * HOUR)
    start(pk=session.pk, by=by, now=SATURDAY - MINUTE)
    check_in(scan=scan(ups[0]), by=by, now=SATURDAY)
    row = end(pk=session.pk, by=by, now=OVER)
    assert row.state == "recording"
    assert row.due_on is not None
    states = [SignUp.objects.get(pk=up.pk).state for up in ups]
    assert states == ["attended", "no_show", "no_show", "lapsed"]
    entry = LogEntry.objects.get(verb="close_list")
    assert entry.changes == {"attendances": [None, 1]}
    assert len(entry.note) == 64


def recorded(session, by, *, people=6):
    """A session that is over, with all that the minimum asks for."""
    opened(session)
    first = walk_in(session=session.pk, guest=make_guest(), by=by, now=SATURDAY).attendance
    head_count(session=session.pk, people=people, counted_by="样例戊", counted_at=SATURDAY, by=by, now=SATURDAY)  # fmt: skip
    end(pk=session.pk, by=by, now=OVER)
    draft = EvidenceDraft(upload=photo(), kind="photo", taken_at=SATURDAY, consent="given")
    add_evidence(session=session.pk, draft=draft, by=by, now=OVER)
    write_summary(session=session.pk, text="顺利。", claimed=500, by=by, now=OVER)
    give_feedback(attendance=first.pk, score=5, text="好", now=OVER)
    return first


def test_what_is_missing_is_named(session, by):
    opened(session)
    end(pk=session.pk, by=by, now=OVER)
    with pytest.raises(RecordRefused) as refusal:
        hand_in(session=session.pk, by=by, now=OVER)
    for word in ("签到名单", "照片", "小结"):
        assert word in str(refusal.value)
    wrong = EvidenceDraft(
        upload=photo(), kind="photo", taken_at=SATURDAY - 30 * HOUR, consent="given"
    )
    with pytest.raises(RecordRefused, match="当天"):
        add_evidence(session=session.pk, draft=wrong, by=by, now=OVER)
    with pytest.raises(RecordRefused, match="300"):
        write_summary(session=session.pk, text="长" * 301, claimed=None, by=by, now=OVER)


def test_feedback_is_given_once_and_names_nobody(session, by):
    first = recorded(session, by)
    with pytest.raises(RecordRefused, match="已经评价"):
        give_feedback(attendance=first.pk, score=1, text="", now=OVER)
    assert Session.objects.get().score == 5
    names = {field.name for field in Feedback._meta.get_fields()}
    assert names == {"id", "session", "score", "text", "on"}


def test_a_funded_activity_lists_its_expenses(session, by):
    Activity.objects.update(budget_fen=100_00)
    recorded(session, by)
    with pytest.raises(RecordRefused, match="支出清单"):
        hand_in(session=session.pk, by=by, now=OVER)
    cost = Cost(what="材料", fen=3000, spent_on=SATURDAY.date())
    list_expenses(session=session.pk, costs=[cost], by=by, now=OVER)
    assert hand_in(session=session.pk, by=by, now=OVER).handed_in_at == OVER


def test_verified_by_another_then_locked(session, by, verifier, district, team):
    first = recorded(session, by)
    hand_in(session=session.pk, by=by, now=OVER)
    with pytest.raises(Session.DoesNotExist):
        verify(pk=session.pk, by=by, now=OVER)
    with pytest.raises(VerifyRefused):  # an organisation that was given the right by mistake
        verify(pk=session.pk, by=seat_at(team.node, VERIFY), now=OVER)
    row = verify(pk=session.pk, by=verifier, now=OVER)
    assert (row.state, row.person_times, row.anonymous_times, row.in_time) == (
        "verified",
        6,
        5,
        True,
    )
    for attempt in (
        lambda: Attendance.objects.filter(pk=first.pk).update(role="staff"),
        lambda: Attendance.objects.filter(pk=first.pk).delete(),
        lambda: Attendance.objects.create(
            session=row, method="paper", came_at=NOW, recorded_at=NOW
        ),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            attempt()
    with pytest.raises(DoorRefused):
        enter_paper(session=session.pk, lines=[PaperLine()], by=by, now=OVER)
    with pytest.raises(RecordRefused):
        head_count(
            session=session.pk, people=9, counted_by="x", counted_at=SATURDAY, by=by, now=OVER
        )


def test_who_came_as_it_ended_is_not_blamed(session, by, verifier):
    up = join(session)[0]
    opened(session)
    check_in(scan=scan(up), by=by, now=SATURDAY)
    recorded(session, by)
    SignUp.objects.filter(pk=up.pk).update(state="no_show")
    verify(pk=session.pk, by=verifier, now=OVER)
    assert SignUp.objects.get(pk=up.pk).state == "attended"


def test_a_late_verification_is_marked_late(session, by, verifier):
    recorded(session, by)
    assert not verify(pk=session.pk, by=verifier, now=OVER + timedelta(days=30)).in_time


def test_who_handed_it_in_does_not_verify_it(session, by, district):
    user = make_user()
    recorded(session, by)
    street = seat_at(district.streets[0], VERIFY, Permission.SESSION_RUN, user_id=user.pk)
    hand_in(session=session.pk, by=street, now=OVER)
    with pytest.raises(VerifyRefused, match="自己经办"):
        verify(pk=session.pk, by=street, now=OVER)


def test_given_back_with_the_reason_keeps_its_deadline(session, by, verifier):
    recorded(session, by)
    due = Session.objects.get().due_on
    hand_in(session=session.pk, by=by, now=OVER)
    row = ask_more(pk=session.pk, reason="照片看不清", by=verifier, now=OVER)
    assert (row.state, row.handed_in_at, row.due_on) == ("recording", None, due)


def test_corrections_move_the_numbers_and_stay_on_record(session, by, verifier):
    first = recorded(session, by)
    with pytest.raises(VerifyRefused, match="还没有核实"):
        correct(pk=session.pk, reason="x", anonymous=1, by=verifier, now=OVER)
    verify(pk=session.pk, by=verifier, now=OVER)
    close_figures(OVER)
    assert Session.objects.get().state == "counted"
    correct(pk=session.pk, reason="漏记一桌", anonymous=4, by=verifier, now=OVER)
    correct(pk=session.pk, reason="冒名", strikes=first.pk, by=verifier, now=OVER)
    row = Session.objects.get()
    assert (row.person_times, row.anonymous_times) == (9, 9)
    for told in ({"reason": " ", "anonymous": 1}, {"reason": "x"}, {"reason": "x", "anonymous": -99},
                 {"reason": "x", "strikes": first.pk}):  # fmt: skip
        with pytest.raises(VerifyRefused):
            correct(pk=session.pk, by=verifier, now=OVER, **told)
    with pytest.raises(IntegrityError), transaction.atomic():
        Correction.objects.update(anonymous=99)
    assert LogEntry.objects.filter(verb="correct").count() == 2


def test_what_did_not_take_place_is_void(session, by, verifier):
    recorded(session, by)
    verify(pk=session.pk, by=verifier, now=OVER)
    with pytest.raises(MoveRefused, match="理由"):
        void(pk=session.pk, reason="", by=verifier, now=OVER)
    assert void(pk=session.pk, reason="查无此事", by=verifier, now=OVER).state == "void"


def test_the_clock_opens_ends_and_closes(session, by, verifier):
    account = Actor(user_id=make_user().pk, own=frozenset({"sign_up.make"}))
    join(session, by=account)
    remind_of_tomorrow(SATURDAY - timedelta(days=1))
    remind_of_tomorrow(SATURDAY - timedelta(days=1) + HOUR)
    open_doors(SATURDAY - 2 * HOUR)
    assert Session.objects.get().state == "open"
    open_doors(SATURDAY - 30 * MINUTE)
    assert Session.objects.get().state == "ongoing"
    end_sessions(SATURDAY + 2 * HOUR + 31 * MINUTE)
    assert Session.objects.get().state == "recording"
    close_figures(OVER)
    assert Activity.objects.get().state == "ended"
    assert Notice.objects.filter(to=account.user_id, text__startswith="明天").count() == 1
