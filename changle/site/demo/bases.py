"""The sample's bases: one in every state, operators with targets, one about to be replaced."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.core.files.base import ContentFile

from changle.ground.accounts.models import User
from changle.ground.registry.models import Organisation
from changle.ground.territory.models import Node
from changle.services.bases.actions.keeping import Facts, hand_paper, plan_base, set_budget
from changle.services.bases.actions.operating import (
    Contract,
    add_staff,
    replace_operator,
    sign_contract,
)
from changle.services.bases.actions.overseeing import Promise, add_target
from changle.services.bases.lifecycle import BASE, CHECK, EVALUATION
from changle.services.bases.models import (
    Base,
    BaseMark,
    Criterion,
    Evaluation,
    OperatorCheck,
    OperatorContract,
    OperatorStaff,
    PaperKind,
    Score,
)
from changle.services.bases.queries.operators import candidates, fault_of
from changle.services.bases.queries.rules import seed_standards, standard_for
from changle.site.demo.scene import Scene


HERE, THERE, STAFFED = "张家堡街道", "辛家庙街道", "谭家街道"
STATES = ("planned", "built", "applied", "recognised", "rectifying", "withdrawn", "operating")
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
TITLED = ("recognised", "operating", "under_evaluation", "rectifying")
TARGETS = (("venue.uses", 300), ("venue.used_minutes", 30_000))
OPERATORS = 5


@dataclass
class Hand:
    """What the furnishing of the bases needs again and again."""

    scene: Scene
    bodies: list[Organisation]
    given: int = 0

    def day(self, ago: int) -> date:
        return self.scene.today - timedelta(days=ago)


def furnish(scene: Scene) -> None:
    seed_standards()
    hand = Hand(scene, operators(scene))
    streets = sorted(name for name in scene.nodes if name.endswith("街道"))
    known = {HERE: "operating", THERE: "under_evaluation", STAFFED: "operating"}
    others = iter(STATES)
    bases = {}
    for street in streets:
        state = known.get(street) or next(others, "")
        if state:
            bases[street] = stand(hand, scene.nodes[f"{street}社会组织服务中心"], "street", state)
    of_the_district(hand)
    of_communities(hand)
    at_home(hand, bases[HERE])
    about_to_change(hand, bases[THERE])
    staffed(hand, bases[STAFFED])
    for base in bases.values():
        if base.state == "rectifying":
            fallen_short(hand, base)
        elif base.state == "built":
            papers(hand, base, most=4)
        elif base.state == "applied":
            papers(hand, base)
            marks(hand, base)


def operators(scene: Scene) -> list[Organisation]:
    """A few registered bodies in good standing; the one that people know comes first."""
    found: list[Organisation] = []
    rows = candidates().filter(kind="MF", name__contains="服务中心")
    for row in [*rows.filter(short_name="秋文社工"), *rows.exclude(short_name="秋文社工")[:60]]:
        if not fault_of(row, scene.today):
            found.append(row)
        if len(found) == OPERATORS:
            break
    return found


def stand(hand: Hand, node: Node, tier: str, state: str, *, name: str = "", area: int = 0) -> Base:
    """A base of a place in a state; past days have no deed of their own and are written."""
    scene = hand.scene
    area = area or getattr(getattr(node, "centre", None), "area", None) or 120
    facts = Facts(
        name=name or f"{node.parent.name if node.parent else node.name}社会组织孵化基地",
        about="为辖区社会组织提供办公场地、能力建设、资源对接和党建指导（样例）。",
        address=f"{node.name}（样例地址）", area_total=area, area_shared=area * 2 // 5,
        builder=node.parent.name if node.parent else "", party_organisation="社会组织联合党支部（样例）",
        wall_rules="入驻退出、安全、财务、档案、服务公约", planned_on=hand.day(1500),
        built_on=None if state == "planned" else hand.day(1200),
    )  # fmt: skip
    row = plan_base(node=node, tier=tier, facts=facts, by=scene.by, now=scene.now)
    since = scene.now - timedelta(days=12)
    BASE.begin(row, state, at=since)
    row.is_sample = True
    if state not in {"planned", "built"}:
        row.standard, row.submitted_on = standard_for(tier, scene.today), hand.day(14)
    if state in TITLED:
        hand.given += 1
        row.submitted_on = hand.day(430)
        row.recognised_on = hand.day(400 if state != "recognised" else 12)
        row.valid_until = hand.day(-500)
        row.certificate_number = f"样例基地〔{row.recognised_on.year}〕{hand.given:02d}号"
        row.opened_on = None if state == "recognised" else hand.day(380)
    if state == "withdrawn":
        row.withdrawn_on = hand.day(40)
    row.save()
    return row


def marks(hand: Hand, base: Base) -> None:
    """The base's own check, every condition met."""
    BaseMark.objects.bulk_create(
        BaseMark(
            base=base, criterion=one, is_claimed=True, claim="符合（样例）",
            claimed_by_id=base.submitted_by_id, claimed_at=hand.scene.now,
        )
        for one in Criterion.objects.filter(standard=base.standard).order_by("sort")
    )  # fmt: skip


def papers(hand: Hand, base: Base, *, most: int = 99) -> None:
    """The papers of an application; an applied base hands them in as if it had not yet."""
    state, due_on = base.state, base.due_on
    Base.objects.filter(pk=base.pk).update(state="built", due_on=None)
    standard = standard_for(base.tier, hand.scene.today)
    for kind in PaperKind.objects.filter(standard=standard).order_by("sort")[:most]:
        hand_paper(
            pk=base.pk, kind=kind.pk, upload=ContentFile(PDF, name=f"{kind.name}（样例）.pdf"),
            by=hand.scene.by, now=hand.scene.now,
        )  # fmt: skip
    Base.objects.filter(pk=base.pk).update(state=state, due_on=due_on)


def of_the_district(hand: Hand) -> None:
    scene = hand.scene
    base = stand(hand, scene.nodes["未央区社会组织孵化基地"], "district", "operating",
                 name="未央区社会组织孵化基地", area=900)  # fmt: skip
    contract = signed(hand, base, 3, since=380, lasts=350, fen=120_000_000)
    promised(hand, contract)
    evaluated(hand, base, points=9150, decision="renew", ago=380)


def of_communities(hand: Hand) -> None:
    """Of one street: an application that waits for it, a base at work, and a plan."""
    scene = hand.scene
    names = [name for name in scene.nodes if name.startswith(f"{HERE}/")]
    first = f"{HERE}/方新社区"
    others = sorted(name for name in names if name != first)[:2]
    asked = stand(hand, scene.nodes[first], "community", "applied", name="方新社区社会组织孵化点")
    Base.objects.filter(pk=asked.pk).update(submitted_by=scene.accounts["shequ-fangxin"])
    asked.refresh_from_db()
    papers(hand, asked)
    marks(hand, asked)
    for place, state in zip(others, ("operating", "planned"), strict=True):
        node = scene.nodes[place]
        stand(hand, node, "community", state, name=f"{node.name}社会组织孵化点")


def signed(
    hand: Hand, base: Base, body: int, *, since: int, lasts: int, fen: int
) -> OperatorContract:
    hand.given += 1
    terms = Contract(
        number=f"样例运〔{hand.scene.today.year}〕{hand.given:02d}号", signed_on=hand.day(since + 10),
        starts_on=hand.day(since), ends_on=hand.day(-lasts), amount_fen=fen,
        duties="场地运营、孵化培育、能力建设、资源对接（样例）",
    )  # fmt: skip
    return sign_contract(
        base=base.pk, organisation=hand.bodies[body % len(hand.bodies)], terms=terms,
        by=hand.scene.by, now=hand.scene.now,
    )  # fmt: skip


def promised(hand: Hand, contract: OperatorContract) -> None:
    """Two targets that are counted, and one that is told with evidence."""
    for code, target in TARGETS:
        promise = Promise(
            name="", indicator=code, target=target, starts_on=contract.starts_on,
            ends_on=contract.ends_on,
        )  # fmt: skip
        add_target(pk=contract.pk, promise=promise, by=hand.scene.by, now=hand.scene.now)
    told = Promise(
        name="服务对象满意度测评", unit="次", target=4, starts_on=contract.starts_on,
        ends_on=contract.ends_on,
    )  # fmt: skip
    add_target(pk=contract.pk, promise=told, by=hand.scene.by, now=hand.scene.now)


def at_home(hand: Hand, base: Base) -> None:
    """Whose title ends in some weeks, with a contract in its second year."""
    scene = hand.scene
    Base.objects.filter(pk=base.pk).update(valid_until=hand.day(-25))
    for year, source, fen in (
        (scene.today.year, "street", 45_000_000), (scene.today.year, "lottery", 20_000_000),
        (scene.today.year - 1, "street", 40_000_000), (scene.today.year - 1, "donation", 6_800_000),
    ):  # fmt: skip
        set_budget(pk=base.pk, year=year, source=source, amount_fen=fen, by=scene.by, now=scene.now)
    contract = signed(hand, base, 0, since=400, lasts=330, fen=80_000_000)
    promised(hand, contract)
    person = scene.accounts["zhongxin-zhangjiabu"]
    OperatorStaff.objects.create(
        contract=contract, user=person, grant=person.grants.get(role="CTR"), post="中心主任",
        added_at=scene.now,
    )  # fmt: skip
    found(hand, contract, "二季度运营检查", ago=150, closed=True)


def found(
    hand: Hand, contract: OperatorContract, subject: str, *, ago: int, closed: bool
) -> OperatorCheck:
    row = OperatorCheck(
        contract=contract, on=hand.day(ago), subject=subject, findings="台账缺两个月，志愿者签到未留存（样例）",
        checked_by=hand.scene.accounts["jie-zhangjiabu"],
    )  # fmt: skip
    CHECK.begin(row, "closed" if closed else "open", at=hand.scene.now - timedelta(days=ago))
    if closed:
        row.remedy, row.remedied_on, row.closed_on = (
            "已补齐台账（样例）",
            hand.day(ago - 7),
            hand.day(ago - 9),
        )
    else:
        row.due_on = hand.day(6)
    row.save()
    return row


def about_to_change(hand: Hand, base: Base) -> None:
    """Under evaluation, a check of its operator overdue, the next operator named for soon."""
    scene = hand.scene
    old = signed(hand, base, 1, since=700, lasts=60, fen=60_000_000)
    promised(hand, old)
    found(hand, old, "三季度运营检查", ago=25, closed=False)
    hand.given += 1
    replace_operator(
        pk=old.pk, organisation=hand.bodies[2], note="合同期满，经公开比选更换（样例）", by=scene.by,
        now=scene.now,
        terms=Contract(
            number=f"样例运〔{scene.today.year}〕{hand.given:02d}号", signed_on=scene.today,
            starts_on=hand.day(-20), ends_on=hand.day(-750), amount_fen=64_000_000,
        ),
    )  # fmt: skip
    row = Evaluation(
        base=base, standard=base.standard, name=f"{scene.today.year}年度评估", opened_on=hand.day(12),
        statement="一年来接待社会组织 120 家次，开放场地 860 场（样例）。",
        stated_by=scene.accounts["zhongxin-xinjiamiao"],
    )  # fmt: skip
    EVALUATION.begin(row, "scoring", at=scene.now - timedelta(days=4))
    row.save()
    Score.objects.bulk_create(
        Score(
            evaluation=row, criterion=one, evaluator=scene.accounts["zhongxin-xinjiamiao"],
            is_self=True, points=one.points, is_met=True, at=scene.now,
        )
        for one in Criterion.objects.filter(standard=base.standard)
    )  # fmt: skip


def staffed(hand: Hand, base: Base) -> None:
    """An operator with a person of its own, whose rights end with the contract."""
    contract = signed(hand, base, 4, since=200, lasts=500, fen=50_000_000)
    promised(hand, contract)
    for username, name in (("yunying-tanjia", "运营 朱示例"), ("yunying-jieren", "运营 秦示例")):
        user = User(
            username=username, name=name, joined_at=hand.scene.now, is_sample=True,
            is_staff_member=True,
        )  # fmt: skip
        user.set_unusable_password()
        user.save()
        if username == "yunying-tanjia":
            add_staff(
                pk=contract.pk, user=user, post="项目主管", by=hand.scene.by, now=hand.scene.now
            )


def evaluated(hand: Hand, base: Base, *, points: int, decision: str, ago: int) -> None:
    row = Evaluation(
        base=base, standard=base.standard, name=f"{hand.day(ago).year}年度评估", opened_on=hand.day(ago + 30),
        on_site_on=hand.day(ago + 10), statement="样例自评报告。", points=points, decision=decision,
        decision_note="经评审，综合评定（样例）。", decided_by=hand.scene.accounts["qu"],
        decided_on=hand.day(ago), valid_until=base.valid_until if decision == "renew" else None,
    )  # fmt: skip
    EVALUATION.begin(row, "decided", at=hand.scene.now - timedelta(days=ago))
    row.save()


def fallen_short(hand: Hand, base: Base) -> None:
    evaluated(hand, base, points=5480, decision="rectify", ago=12)
