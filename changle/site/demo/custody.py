"""Custodies of the sample: a dozen in force, one that ends in three weeks, one whose custodian is listed."""

from datetime import timedelta

from changle.ground.custody.actions import Terms, end, take
from changle.ground.custody.models import Custody
from changle.ground.custody.queries import candidates, troubles
from changle.ground.registry.models import OfficialFact, Organisation
from changle.site.demo.scene import Scene


IN_FORCE = 12
MONEY = ("公益创投资助、活动经费", "社区微基金", "活动经费、会费", "居民捐赠款、公益创投资助")
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫"


def furnish(scene: Scene) -> None:
    filed = list(
        Organisation.objects.filter(kind="BA", state="active", street__name="张家堡街道")
        .select_related("node", "community")
        .order_by("pk")[: IN_FORCE + 4]
    )
    rows = list(candidates())
    wrong = troubles(rows, scene.today)
    sound = [row for row in rows if row.pk not in wrong]
    known = next(row for row in sound if row.short_name == "秋文社工")
    keepers = [known, known, known, *scene.random.sample(sound, 4)]
    for place, body in enumerate(filed[:IN_FORCE]):
        take(
            organisation=body.pk, custodian=keepers[place % len(keepers)],
            terms=terms(scene, place, 21 if place == 0 else 60 + 25 * place), by=scene.by,
            now=scene.now,
        )  # fmt: skip
    ended(scene, filed[IN_FORCE], known)
    in_trouble(scene, filed[IN_FORCE + 1])


def terms(scene: Scene, place: int, days: int) -> Terms:
    begun = scene.today + timedelta(days=days - 365)
    return Terms(
        agreement_number=f"样例代〔{begun.year}〕{place + 1:02d}号",
        money_scope=MONEY[place % len(MONEY)],
        signed_on=begun - timedelta(days=5),
        starts_on=begun,
        ends_on=begun + timedelta(days=365),
        contact_name=f"{SURNAMES[place % len(SURNAMES)]}示例",
        contact_phone=f"1390000{place:04d}",
    )


def ended(scene: Scene, body: Organisation, custodian: Organisation) -> None:
    row = take(
        organisation=body.pk, custodian=custodian, terms=terms(scene, IN_FORCE, 200),
        by=scene.by, now=scene.now,
    )  # fmt: skip
    end(
        pk=row.pk, on=scene.today - timedelta(days=20), because="agreed",
        note="样例：余额已移交新的代管方", by=scene.by, now=scene.now,
    )  # fmt: skip


def in_trouble(scene: Scene, body: Organisation) -> None:
    """Its custodian has been listed since: no action would take such a one today."""
    fact = OfficialFact.objects.filter(
        kind="abnormal", ends_on__isnull=True, withdrawn_at__isnull=True
    )
    listed = fact.select_related("organisation").order_by("pk").first()
    if listed is not None:
        told = vars(terms(scene, IN_FORCE + 1, 150))
        Custody.objects.create(
            organisation=body, custodian=listed.organisation, recorded_at=scene.now, **told
        )
