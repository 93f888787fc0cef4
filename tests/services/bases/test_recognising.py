"""A base is recognised by who may, when everything is there, and never by who asked for it."""

from datetime import timedelta
from itertools import product

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from changle.core.files import store
from changle.core.indicators import parts, value
from changle.core.lifecycle import MoveRefused
from changle.core.log import LogEntry
from changle.core.notices import Notice
from changle.core.periods import Period
from changle.core.reach import Actor
from changle.services.bases.actions.evaluating import (
    decide,
    open_evaluation,
    report_rectified,
    save_self,
    score,
)
from changle.services.bases.actions.keeping import (
    BaseRefused,
    change_base,
    claim,
    confirm,
    hand_paper,
    plan_base,
    set_budget,
)
from changle.services.bases.actions.recognising import apply, move_base, recognise
from changle.services.bases.actions.reminding import remind_of_terms
from changle.services.bases.actions.ruling import Version, new_version, save_criterion
from changle.services.bases.lifecycle import BASE
from changle.services.bases.models import Base, Budget, Criterion, Standard
from changle.services.bases.queries.bases import checklist_of
from changle.services.bases.queries.evaluations import evaluations_of, sheet_of
from changle.services.bases.queries.rules import seed_standards, standard_for
from tests.factories.bases import a_pdf, make_base, make_contract, make_facts, set_state
from tests.factories.commons import make_centre
from tests.factories.territory import make_actor, make_district


pytestmark = pytest.mark.django_db
S = Base.State
ALLOWED = {  # written by hand, so that the table is checked against intent and not against itself
    ("planned", "build"): "built",
    ("planned", "drop"): "withdrawn",
    ("built", "drop"): "withdrawn",
    ("built", "apply"): "applied",
    ("applied", "return_application"): "built",
    ("applied", "recognise"): "recognised",
    ("recognised", "open"): "operating",
    ("operating", "start_evaluation"): "under_evaluation",
    ("under_evaluation", "renew"): "operating",
    ("under_evaluation", "rectify"): "rectifying",
    ("rectifying", "report_rectified"): "under_evaluation",
    ("recognised", "withdraw"): "withdrawn",
    ("operating", "withdraw"): "withdrawn",
    ("under_evaluation", "withdraw"): "withdrawn",
    ("rectifying", "withdraw"): "withdrawn",
}
EDITS = {"build", "apply", "open", "report_rectified"}
ROLES = {  # role at its usual place over a base of the street's tier -> what it may fire
    "DCA": set(BASE.moves),
    "STO": EDITS | {"drop"},
    "CTR": EDITS,
    "COM": set(),
    "AUD": set(),
    "OADM": set(),
}


@pytest.fixture
def tree():
    return make_district()


@pytest.fixture
def bureau(tree):
    return make_actor("DCA", tree.root)


@pytest.fixture
def street(tree):
    return make_actor("STO", tree.streets[0])


def today():
    return timezone.localdate()


def along_of(name):
    day = today()
    if name == "recognise":
        return {
            "recognised_on": day,
            "valid_until": day + timedelta(days=9),
            "certificate_number": "样",
        }
    return {"withdrawn_on": day} if name in {"withdraw", "drop"} else {}


@pytest.mark.parametrize(("state", "name"), list(product(S.values, BASE.moves)))
def test_every_state_meets_every_move(tree, bureau, state, name):
    row = make_base(tree.centre, state=state)
    fill_in(row, bureau)
    target = ALLOWED.get((state, name))
    if target is None:
        with pytest.raises(MoveRefused, match="状态已经变化"):
            BASE.fire(
                row.pk, name, by=bureau, now=timezone.now(), note="样例", along=along_of(name)
            )
        return
    moved = BASE.fire(
        row.pk, name, by=bureau, now=timezone.now(), note="样例", along=along_of(name)
    )
    assert moved.state == target
    entry = LogEntry.objects.filter(subject_label="bases.Base").order_by("-id")[0]
    assert (entry.verb, entry.source, entry.target) == (name, state, target)


@pytest.mark.parametrize(("role", "name"), list(product(ROLES, BASE.moves)))
def test_every_role_meets_every_move(tree, role, name):
    place = {"DCA": tree.root, "AUD": tree.root, "COM": tree.communities[0][0],
             "OADM": tree.communities[0][0]}.get(role, tree.streets[0])  # fmt: skip
    actor = make_actor(role, place)
    state = next(state for state, move in ALLOWED if move == name)
    row = make_base(tree.centre, state=state)
    fill_in(row, make_actor("DCA", tree.root))
    if name in ROLES[role]:
        BASE.fire(row.pk, name, by=actor, now=timezone.now(), note="样例", along=along_of(name))
        return
    with pytest.raises((MoveRefused, Base.DoesNotExist)):
        BASE.fire(row.pk, name, by=actor, now=timezone.now(), note="样例", along=along_of(name))


def fill_in(row, confirmer):
    """Everything the standard asks for: papers, claims and findings."""
    for kind, _one in checklist_of(row, today()).papers:
        file = store(
            upload=a_pdf(), subject=row, needs="base.view", by=confirmer, now=timezone.now()
        )
        row.papers.create(kind=kind, file=file, handed_at=timezone.now())
    for one, _mark in checklist_of(row, today()).criteria:
        row.marks.create(criterion=one, is_claimed=True, is_confirmed=True)


def ready(tree, by, tier="street", node=None):
    row = make_base(node or tree.centre, tier)
    told = checklist_of(row, today())
    for kind, _one in told.papers:
        hand_paper(pk=row.pk, kind=kind.pk, upload=a_pdf(), by=by, now=timezone.now())
    claim(
        pk=row.pk, told={one.pk: (True, "有") for one, _mark in told.criteria}, by=by,
        now=timezone.now(),
    )  # fmt: skip
    return row


def found_so(row, by):
    told = {one.pk: (True, "看过") for one, _mark in checklist_of(row, today()).criteria}
    confirm(pk=row.pk, told=told, by=by, now=timezone.now())


def recognised(row, by, **changes):
    facts = {
        "on": today(), "valid_until": today() + timedelta(days=1000), "number": f"样{row.pk}号",
    }  # fmt: skip
    return recognise(pk=row.pk, by=by, now=timezone.now(), **{**facts, **changes})


def test_from_papers_to_the_certificate(tree, street, bureau):
    row = ready(tree, street)
    apply(pk=row.pk, by=street, now=timezone.now())
    with pytest.raises(MoveRefused, match="现场还没有核实"):
        recognised(row, bureau)
    found_so(row, bureau)
    done = recognised(row, bureau)
    assert (done.state, done.recognised_by_id) == ("recognised", bureau.user_id)
    assert move_base(row.pk, "open", by=street, now=timezone.now()).opened_on == today()
    year = Period.year(today().year)
    told = {"path": tree.root.path, "period": year, "today": today()}
    assert value("bases.recognised", **told).value == 1
    assert value("bases.area", **told).value == 800
    assert [(p.label, p.value) for p in parts("bases.bases", "tier", **told)] == [("街道级", 1)]
    assert [(p.label, p.value) for p in parts("bases.bases", "street", **told)] == [("甲街道", 1)]


def test_an_incomplete_application_says_what_is_missing(tree, street):
    row = make_base(tree.centre)
    with pytest.raises(MoveRefused, match=r"认定申请表.*位置便利"):
        apply(pk=row.pk, by=street, now=timezone.now())
    row.refresh_from_db()
    assert (row.state, row.submitted_on) == ("built", None)


def test_who_asked_never_recognises(tree, bureau):
    other = make_actor("DCA", tree.root)
    row = ready(tree, bureau)
    apply(pk=row.pk, by=bureau, now=timezone.now())
    with pytest.raises(BaseRefused, match="谁自查"):
        found_so(row, bureau)
    found_so(row, other)
    with pytest.raises(MoveRefused, match="谁申请"):
        recognised(row, bureau)
    assert row not in BASE.waiting(bureau)
    assert row in BASE.waiting(other)
    assert recognised(row, other).state == "recognised"


@pytest.mark.parametrize("tier", ["district", "street"])
def test_the_street_recognises_no_base_of_its_own_tier(tree, street, tier):
    row = make_base(tree.centre, tier, state="applied")
    fill_in(row, street)
    with pytest.raises(MoveRefused, match="区民政局"):
        recognised(row, street)
    assert row not in BASE.waiting(street)
    assert "recognise" not in [m.name for m in BASE.offers([row], to=street)[0][1]]


def test_the_street_recognises_a_base_of_a_community(tree, street):
    community = tree.communities[0][0]
    own = make_actor("COM", community)
    row = ready(tree, own, "community", community)
    apply(pk=row.pk, by=own, now=timezone.now())
    found_so(row, street)
    assert row in BASE.waiting(street)
    assert recognised(row, street).state == "recognised"


def test_another_street_finds_no_base(tree):
    row = make_base(tree.centre)
    other = make_actor("STO", tree.streets[1])
    assert not other.rows(Base, "base.view").exists()
    for deed in (
        lambda: change_base(pk=row.pk, facts=make_facts(), by=other, now=timezone.now()),
        lambda: move_base(row.pk, "apply", by=other, now=timezone.now()),
        lambda: set_budget(
            pk=row.pk, year=2026, source="own", amount_fen=1, by=other, now=timezone.now()
        ),
    ):
        with pytest.raises(Base.DoesNotExist):
            deed()
    with pytest.raises(BaseRefused, match="不能在这里"):
        plan_base(
            node=tree.communities[0][0], tier="community", facts=make_facts(), by=other,
            now=timezone.now(),
        )  # fmt: skip


@pytest.mark.parametrize(
    ("state", "waits"),
    [("built", {"STO", "CTR"}), ("applied", {"DCA"}), ("recognised", {"STO", "CTR"}),
     ("rectifying", {"STO", "CTR"}), ("operating", set()), ("withdrawn", set())],
)  # fmt: skip
def test_each_sees_what_is_theirs_to_do(tree, state, waits):
    row = make_base(tree.centre, state=state)
    people = {"DCA": tree.root, "STO": tree.streets[0], "CTR": tree.centre, "AUD": tree.root}
    found = {role for role, node in people.items() if row in BASE.waiting(make_actor(role, node))}
    assert found == waits


def test_a_certificate_is_dated_soundly_and_its_number_borne_once(tree, bureau):
    first = make_base(tree.centre, state="applied")
    fill_in(first, bureau)
    day = timedelta(days=1)
    for changes, sentence in (
        ({"on": today() + day}, "晚于今天"),
        ({"valid_until": today()}, "有效期应晚于"),
    ):
        with pytest.raises(BaseRefused, match=sentence):
            recognised(first, bureau, **changes)
    recognised(first, bureau, number="同号")
    second = make_base(tree.streets[1], state="applied")
    fill_in(second, bureau)
    with pytest.raises(BaseRefused, match="已经用过"):
        recognised(second, bureau, number="同号")


def test_a_base_stands_once_at_a_node_and_where_its_tier_belongs(tree, bureau):
    make_centre(tree.centre)
    row = make_base(tree.centre)
    assert row.centre is not None
    assert row.street == tree.streets[0]
    for node, tier, sentence in (
        (tree.centre, "street", "已有基地"),
        (tree.communities[0][0], "district", "应设在"),
    ):
        with pytest.raises(BaseRefused, match=sentence):
            plan_base(node=node, tier=tier, facts=make_facts(), by=bureau, now=timezone.now())


def test_the_database_keeps_a_base_sound(tree):
    row = make_base(tree.centre)
    for facts in (
        {"state": "operating"},
        {"area_shared": 900},
        {"state": "withdrawn"},
        {"withdrawn_on": today()},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Base.objects.filter(pk=row.pk).update(**facts)
    with pytest.raises(IntegrityError), transaction.atomic():
        Budget.objects.create(base=row, year=2026, source="own", amount_fen=0)
    with pytest.raises(IntegrityError), transaction.atomic():
        Criterion.objects.create(
            standard=Standard.objects.all()[0], code="x", theme="risk", name="x"
        )
    first = Standard.objects.get(tier="street")
    with pytest.raises(IntegrityError), transaction.atomic():
        Standard.objects.create(tier="street", name="二", starts_on=first.starts_on)


def test_one_budget_a_year_and_source(tree, street):
    row = make_base(tree.centre)
    told = {"pk": row.pk, "year": 2026, "source": "lottery", "by": street, "now": timezone.now()}
    set_budget(amount_fen=100, **told)
    with pytest.raises(BaseRefused, match="已登记过"):
        set_budget(amount_fen=200, **told)


def scores(row, share=1.0, *, met=True):
    return {
        one.criterion.pk: (int(one.criterion.points * share), met, "") for one in sheet_of(row).rows
    }


def evaluated(tree, street, bureau, share=1.0, *, met=True):
    base = make_base(tree.centre, state="operating")
    row = open_evaluation(base=base.pk, name="年度评估", by=bureau, now=timezone.now())
    save_self(
        pk=row.pk, given=scores(row), statement="一年的工作", send=True, by=street,
        now=timezone.now(),
    )  # fmt: skip
    score(
        pk=row.pk, given=scores(row, share, met=met), on_site_on=today(), by=bureau,
        now=timezone.now(),
    )  # fmt: skip
    return base, row


def test_a_round_renews_the_title(tree, street, bureau):
    base, row = evaluated(tree, street, bureau)
    until = today() + timedelta(days=1000)
    done = decide(
        pk=row.pk, decision="renew", note="良好", valid_until=until, by=bureau, now=timezone.now()
    )
    base.refresh_from_db()
    assert (done.points, done.state, base.state, base.valid_until) == (
        10000,
        "decided",
        "operating",
        until,
    )


@pytest.mark.parametrize(
    ("share", "met", "sentence"), [(0.3, True, "低于合格分"), (1, False, "必备条件")]
)
def test_who_falls_short_is_not_renewed(tree, street, bureau, share, met, sentence):
    _base, row = evaluated(tree, street, bureau, share, met=met)
    with pytest.raises(BaseRefused, match=sentence):
        decide(
            pk=row.pk, decision="renew", note="x", valid_until=today() + timedelta(days=9), by=bureau,
            now=timezone.now(),
        )  # fmt: skip


def test_rectifying_has_a_clock_and_a_round_of_its_own(tree, street, bureau):
    base, row = evaluated(tree, street, bureau, 0.3)
    decide(pk=row.pk, decision="rectify", note="整改", by=bureau, now=timezone.now())
    base.refresh_from_db()
    assert base.state == "rectifying"
    assert base.due_on is not None
    again = report_rectified(pk=base.pk, note="已整改", by=street, now=timezone.now())
    assert (again.kind, again.state) == ("recheck", "scoring")
    score(pk=again.pk, given=scores(again, 0.2), on_site_on=today(), by=bureau, now=timezone.now())
    make_contract(base)
    decide(pk=again.pk, decision="withdraw", note="不改", by=bureau, now=timezone.now())
    base.refresh_from_db()
    assert (base.state, base.withdrawn_on) == ("withdrawn", today())
    assert base.contracts.get().ended_because == "base"
    assert evaluations_of(base).count() == 2


def test_who_scored_for_the_base_does_not_judge(tree, bureau):
    base = make_base(tree.centre, state="operating")
    row = open_evaluation(base=base.pk, name="评估", by=bureau, now=timezone.now())
    save_self(pk=row.pk, given=scores(row), statement="x", send=True, by=bureau, now=timezone.now())
    with pytest.raises(BaseRefused, match="谁自评"):
        score(pk=row.pk, given=scores(row), by=bureau, now=timezone.now())
    with pytest.raises(BaseRefused, match="还没有评分"):
        decide(pk=row.pk, decision="rectify", note="x", by=bureau, now=timezone.now())


def test_points_have_their_bound(tree, bureau):
    base = make_base(tree.centre, state="operating")
    row = open_evaluation(base=base.pk, name="评估", by=bureau, now=timezone.now())
    first = sheet_of(row).rows[0].criterion
    with pytest.raises(BaseRefused, match="最多"):
        save_self(
            pk=row.pk, given={first.pk: (first.points + 1, True, "")}, statement="x", send=False,
            by=bureau, now=timezone.now(),
        )  # fmt: skip


def test_the_end_of_a_title_is_told_once_a_step(tree):
    street = make_actor("STO", tree.streets[0])
    row = make_base(tree.centre, state="operating")
    Base.objects.filter(pk=row.pk).update(valid_until=today() + timedelta(days=20))
    remind_of_terms(timezone.now())
    remind_of_terms(timezone.now())
    told = Notice.objects.filter(to=street.user_id).values_list("text", flat=True)
    assert len(told) == 1
    assert "还有 20 天到期" in told[0]


def test_a_used_standard_changes_by_a_version_alone(tree, bureau):
    row = make_base(tree.centre, state="operating")
    old = standard_for("street", today())
    facts = {"code": "new", "theme": "risk", "name": "新条件", "points": 3}
    with pytest.raises(BaseRefused, match="新建一个版本"):
        save_criterion(standard=old.pk, pk=None, facts=facts, by=bureau, now=timezone.now())
    told = Version(name="新标准", basis="", pass_points=70, valid_months=24, starts_on=today())
    new = new_version(tier="street", version=told, by=bureau, now=timezone.now())
    assert new.criteria.count() == old.criteria.count()
    save_criterion(standard=new.pk, pk=None, facts=facts, by=bureau, now=timezone.now())
    assert standard_for("street", today()) == new
    assert checklist_of(row, today()).standard == old
    with pytest.raises(BaseRefused, match="区民政局"):
        new_version(tier="street", version=told, by=Actor(), now=timezone.now())


def test_seeding_twice_is_seeding_once():
    seed_standards()
    seed_standards()
    assert Standard.objects.count() == 3
    for row in Standard.objects.all():
        assert sum(row.criteria.values_list("points", flat=True)) == 100


def test_a_base_in_every_state_can_be_made(tree):
    for state in S.values:
        row = make_base(tree.centre, state=state)
        set_state(row, "withdrawn")
