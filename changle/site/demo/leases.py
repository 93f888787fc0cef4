"""Who sits in which house: years of stays that are over, and one in every state today."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from changle.core.periods import shifted
from changle.ground.registry.models import Organisation
from changle.services.commons.models import Centre
from changle.services.leases.lifecycle import LEASE
from changle.services.leases.models import Desk, Floor, Lease, LeasedDesk
from changle.site.demo.scene import Scene


S = Lease.State
DAY = timedelta(days=1)
OPENED = date(2021, 3, 1)
HOUSES = {"张家堡街道": 24, "辛家庙街道": 16, "谭家街道": 8, "未央宫街道": 8}  # street -> desks
IN_A_ROW = 8
STEP, DEPTH = 16, 24  # decimetres from desk to desk, from row to row
PURPOSES = ("办公和接待", "项目筹备", "志愿者管理和培训", "台账和财务办公", "社工值班")
# The waiting ones of the first house: state, days since, first day of the term in days from today.
TODAY = (
    (S.PROPOSED, 2, 14), (S.AGREED, 3, 10), (S.COUNTERSIGNING, 1, 7), (S.SIGNED, 2, 0),
    (S.HANDING_OVER, 1, -1), (S.ENDING, 30, -370), (S.HANDED_BACK, 2, -367),
)  # fmt: skip


@dataclass
class House:
    """One house with its desks and the bodies that may have them, in a fixed order."""

    scene: Scene
    centre: Centre
    desks: list[Desk]
    bodies: Iterator[Organisation]
    leases: list[Lease] = field(default_factory=list)
    held: list[LeasedDesk] = field(default_factory=list)

    def at(self, day: date) -> datetime:
        return timezone.make_aware(datetime.combine(day, time(10)))

    def stay(
        self, desks: Sequence[Desk], state: str, since: date, starts: date, ends: date, **facts: Any
    ) -> Lease:
        """A stay as its deeds would have left it."""
        asked = starts - 20 * DAY
        row = Lease(
            centre=self.centre, organisation=next(self.bodies), starts_on=starts, ends_on=ends,
            purpose=self.scene.random.choice(PURPOSES), desks_wanted=max(1, len(desks)),
            asked_at=self.at(min(asked, since)), **facts,
        )  # fmt: skip
        LEASE.begin(row, state, at=self.at(since)).save()
        until = row.handed_back_on or ends
        LeasedDesk.objects.bulk_create(
            LeasedDesk(lease=row, desk=desk, starts_on=starts, ends_on=until) for desk in desks
        )
        return row


def furnish(scene: Scene) -> None:
    for street, count in HOUSES.items():
        rows = Centre.objects.filter(node__parent__name=street, node__kind="centre")
        centre = rows.order_by("pk").first()
        if centre is None:
            continue
        house = House(scene, centre, desks_of(centre, count), bodies_of(scene, street))
        waiting = list(TODAY) if count == max(HOUSES.values()) else []
        kept, free = house.desks[: len(waiting)], house.desks[len(waiting) :]
        for desk, (state, ago, begins) in zip(kept, waiting, strict=True):
            under_way(house, desk, state, ago, begins)
        through_the_years(house, free)
        if waiting:
            asked(house)


def desks_of(centre: Centre, count: int) -> list[Desk]:
    """One storey, its desks in rows of eight; every fourth is shared."""
    rows = -(-count // IN_A_ROW)
    floor = Floor.objects.create(
        centre=centre,
        name="一层办公区",
        width=IN_A_ROW * STEP // 10 + 2,
        height=rows * DEPTH // 10 + 2,
    )
    return Desk.objects.bulk_create(
        Desk(
            centre=centre, floor=floor, number=f"A{n + 1:02d}", opened_on=OPENED,
            kind=Desk.Kind.SHARED if n % 4 == 3 else Desk.Kind.FIXED,  # noqa: PLR2004  every fourth
            x=10 + n % IN_A_ROW * STEP, y=10 + n // IN_A_ROW * DEPTH,
        )
        for n in range(count)
    )  # fmt: skip


def bodies_of(scene: Scene, street: str) -> Iterator[Organisation]:
    """Small bodies of the street, over and over; the one whose people try the pages stays out."""
    rows = [
        one
        for one in scene.standing
        if one.street is not None
        and one.street.name == street
        and one.state == "active"
        and one.short_name != "秋文社工"
    ]
    while True:
        yield from rows


def through_the_years(house: House, desks: Sequence[Desk]) -> None:
    """Terms of a year one after the other, a month between; a third of the desks is free today."""
    scene = house.scene
    for first in range(0, len(desks), 2):
        pair = desks[first : first + 2]
        starts = shifted(OPENED, 1 + scene.random.randrange(9))
        leaves = scene.today - 60 * DAY if first % 3 == 0 else scene.today + 400 * DAY
        while starts < min(leaves, scene.today):
            ends = shifted(starts, 12)
            if ends <= scene.today:
                over(house, pair, starts, ends)
            elif ends < leaves:
                signed = starts - 5 * DAY
                house.stay(pair, S.MOVED_IN, starts, starts, ends, **inside(house, signed, starts))
            starts = shifted(ends, 1)


def inside(house: House, signed: date, moved_in: date) -> dict[str, Any]:
    """What a stay has once both sides have signed and the keys are out."""
    return {
        "signed_at": house.at(signed), "countersigned_at": house.at(signed + DAY), "keys": 2,
        "condition": "桌椅完好，网络可用", "moved_in_on": moved_in,
    }  # fmt: skip


def over(house: House, desks: Sequence[Desk], starts: date, ends: date) -> None:
    back = ends - house.scene.random.randrange(1, 9) * DAY
    house.stay(
        desks, S.CLOSED, back, starts, ends, handed_back_on=back, condition_back="完好",
        **inside(house, starts - 5 * DAY, starts),
    )  # fmt: skip


def under_way(house: House, desk: Desk, state: str, ago: int, begins: int) -> None:
    """One desk in a state in which somebody has something to do."""
    scene = house.scene
    facts: dict[str, Any] = {}
    starts, since = scene.today + begins * DAY, scene.today - ago * DAY
    clerk = scene.accounts.get("zhongxin-zhangjiabu")
    if clerk is not None:
        facts["proposed_by"] = clerk
    if state in {S.COUNTERSIGNING, S.SIGNED, S.HANDING_OVER}:
        facts["signed_at"] = house.at(since)
    if state in {S.SIGNED, S.HANDING_OVER}:
        facts["countersigned_at"] = house.at(since)
    if state == S.HANDING_OVER:
        facts |= {"keys": 1, "condition": "桌椅完好"}
    if state in {S.ENDING, S.HANDED_BACK}:
        facts |= inside(house, starts - 5 * DAY, starts)
    if state == S.HANDED_BACK:
        facts |= {"handed_back_on": since, "condition_back": "椅子一把松动，已修"}
    house.stay([desk], state, since, starts, shifted(starts, 12), **facts)


def asked(house: House) -> None:
    """Two that wait to be given desks, one refused, one given up."""
    today = house.scene.today
    starts = today + 15 * DAY
    for state, ago in (
        (S.ASKED, 1),
        (S.ASKED, 8),
        (S.DECLINED, 40),
        (S.WITHDRAWN, 25),
        (S.LAPSED, 60),
    ):
        house.stay([], state, today - ago * DAY, starts, shifted(starts, 12))
