"""The sample's houses: thirteen centres with their rooms, a year of uses, and the weeks around today.

Areas, zones and brand names of 张家堡 are as published; all rooms, hours and uses are invented.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from changle.core.calendar import Calendar
from changle.ground.registry.models import Organisation
from changle.services.commons.actions.counting import count_days
from changle.services.commons.lifecycle import BOOKING, NO_SHOW
from changle.services.commons.models import (
    BookedSpace,
    Booking,
    Centre,
    Claim,
    Feature,
    NoShow,
    Opening,
    Policy,
    Pool,
    SafetyCheck,
    Space,
    Zone,
)
from changle.services.commons.queries.hours import days, hours_on
from changle.services.commons.queries.layout import Layout, layout
from changle.site.demo.rooms_today import furnish_today
from changle.site.demo.scene import Scene


HERE = ("张家堡街道", "辛家庙街道")
FEATURES = {
    "projector": "投影", "sound": "音响", "screen": "电视", "mirror": "镜墙", "stage": "舞台",
    "piano": "钢琴", "kitchen": "茶水间", "whiteboard": "白板", "quiet": "隔音",
}  # fmt: skip
ROOMS = {  # name -> (people, square metres, features)
    "多功能厅": (120, 180, ("projector", "sound", "stage")),
    "共享会议室": (20, 40, ("screen", "whiteboard")),
    "心理咨询室": (4, 16, ("quiet",)),
    "舞蹈教室": (40, 90, ("mirror", "sound")),
    "培训教室": (60, 80, ("projector", "whiteboard")),
}
ZONES = {
    "红管家": "一站式服务：登记备案咨询、年检指导、政策解读",
    "红驿站": "党员和志愿者之家，休憩、读书、议事",
    "红咖汇": "沙龙与路演，周末为居民开放",
}
SLOTS = ((9, 0, 120), (11, 30, 90), (14, 0, 120), (16, 30, 90), (19, 0, 120))
TITLES = {
    "activity": ["亲子阅读会", "老年人智能手机课", "便民义诊", "社区趣味运动会", "手工市集"],
    "meeting": ["理事会", "项目碰头会", "居民议事会", "党支部学习"],
    "training": ["社工能力培训", "项目书写作课", "志愿者上岗培训", "急救知识培训"],
    "rehearsal": ["舞蹈排练", "合唱排练", "秦腔排练", "太极晨练"],
    "counselling": ["个案会谈"],
}
SUITS = {  # room -> purposes, the usual first
    "心理咨询室": ("counselling",), "舞蹈教室": ("rehearsal", "activity"),
    "共享会议室": ("meeting", "training"), "培训教室": ("training", "meeting"),
    "多功能厅": ("activity", "training", "rehearsal"), "红咖汇沙龙区": ("activity", "meeting"),
    "红驿站议事厅": ("meeting", "activity"),
}  # fmt: skip
PRIORITY = ["emergency", "incubatee", "community", "cohosted", "registered", "other"]
SHARE = {"多功能厅": 14, "红咖汇沙龙区": 14, "舞蹈教室": 15, "共享会议室": 11}  # percent of slots
USUAL_SHARE = 8
LARGE, SMALL = 50, 10  # people: from which a room needs clearing; up to which it has steps
GROUND_FLOOR = 2  # of the rooms


def furnish(scene: Scene) -> None:
    features = {
        code: Feature.objects.get_or_create(code=code, defaults={"name": name, "sort": number})[0]
        for number, (code, name) in enumerate(FEATURES.items())
    }
    streets = sorted(name for name in scene.nodes if name.endswith("街道"))
    houses = [house(scene, street, number, features) for number, street in enumerate(streets)]
    calendar = Calendar.load()
    for street, centre in zip(streets, houses, strict=True):
        use(scene, street, centre, calendar)
    furnish_today(scene, houses[streets.index(HERE[0])])


def house(scene: Scene, street: str, number: int, features: dict[str, Feature]) -> Centre:
    here = street in HERE
    centre = Centre.objects.create(
        node=scene.nodes[f"{street}社会组织服务中心"], name=f"{street}社会组织服务中心",
        about="为辖区社会组织和居民免费提供活动场地（样例）。", address=f"{street}（样例地址）",
        phone="029-00020000", area=1300 if street == HERE[0] else 300 + 40 * number,
        accessibility="入口坡道、无障碍卫生间", opened_on=date(2020, 6, 1), sort=number, is_sample=True,
        rules="免费使用，谁使用谁负责。\n用后关灯断电、锁好门窗、恢复原状。\n不得用于经营活动。\n损坏照价赔偿。",
    )  # fmt: skip
    Opening.objects.bulk_create(
        Opening(centre=centre, weekday=weekday, opens=time(9), closes=time(21))
        for weekday in range(7)
    )
    direct = Policy.objects.create(
        centre=centre, name="直接预约", needs_approval=False, hours_ahead=2, per_month=12,
        residents_may=True, priority=PRIORITY,
    )  # fmt: skip
    asked = Policy.objects.create(centre=centre, name="须审批", priority=PRIORITY, cap_percent=25)
    rooms = dict(ROOMS) if here else dict(list(ROOMS.items())[: 3 + number % 3])
    if street == HERE[0]:
        rooms |= {
            "红咖汇沙龙区": (30, 70, ("kitchen", "screen")),
            "红驿站议事厅": (16, 36, ("screen",)),
        }
        Zone.objects.bulk_create(
            Zone(centre=centre, name=name, purpose=purpose, sort=place)
            for place, (name, purpose) in enumerate(ZONES.items())
        )
    fit_out(centre, rooms, features, (direct, asked), halved=here)
    SafetyCheck.objects.bulk_create(
        SafetyCheck(
            centre=centre, subject=subject, checked_on=scene.today - timedelta(days=ago),
            next_on=scene.today - timedelta(days=ago) + timedelta(days=every), result="未见异常（样例）",
            checked_by="样例消防技术服务",
        )
        for subject, ago, every in (("消防设施", 170 - number, 182), ("用电安全", 40, 90))
    )  # fmt: skip
    Centre.objects.filter(pk=centre.pk).update(layout_stamp=2)
    return centre


def fit_out(
    centre: Centre,
    rooms: dict[str, tuple[int, int, tuple[str, ...]]],
    features: dict[str, Feature],
    policies: tuple[Policy, Policy],
    *,
    halved: bool,
) -> None:
    """The rooms of a house; a halved hall is two pools, each a room of its own too."""
    direct, asked = policies
    zones = {zone.name: zone for zone in Zone.objects.filter(centre=centre)}
    for place, (name, (people, area, has)) in enumerate(rooms.items()):
        space = Space.objects.create(
            centre=centre, name=name, capacity=people, area=area, sort=place, is_accessible=people > SMALL,
            policy=asked if name == "多功能厅" else direct, zone=zones.get(name[:3]),
            door_token=f"sample-{centre.pk}-{place}", cleanup_minutes=30 if people > LARGE else 0,
            floor="一层" if place < GROUND_FLOOR else "二层", in_use_since=2020,
            door_note="到一层服务台取钥匙，用后交还。",
        )  # fmt: skip
        halves = ["东半场", "西半场"] if name == "多功能厅" and halved else [""]
        pools = [Pool.objects.create(centre=centre, name=f"{name}{half}") for half in halves]
        space.pools.set(pools)
        space.features.set([features[code] for code in has])
        for half, pool in zip(halves, pools, strict=True):
            if half:
                part = Space.objects.create(
                    centre=centre, name=f"{name}（{half}）", capacity=people // 2, area=area // 2,
                    sort=place, policy=direct, door_token=f"sample-{centre.pk}-{place}-{half}",
                    cleanup_minutes=30, floor="一层", in_use_since=2020,
                )  # fmt: skip
                part.pools.set([pool])
                part.features.set([features["projector"]])


def use(scene: Scene, street: str, centre: Centre, calendar: Calendar) -> None:
    """The published year, the last eight weeks and the next four."""
    found = layout(centre.pk)
    if found is None:
        return
    bodies = [
        o
        for o in scene.standing
        if o.street is not None and o.street.name == street and o.state == "active"
    ]
    bodies = bodies[:40]
    near = (scene.today - timedelta(weeks=8), scene.today + timedelta(weeks=4))
    spans = [(date(2021, 1, 1), date(2021, 12, 31)), near]
    bookings: list[tuple[Booking, int]] = []
    for first, last in spans:
        for day in days(first, last):
            bookings += list(of_a_day(scene, found, bodies, day, calendar))
    write(found, bookings)
    for first, last in ((spans[0][0], spans[0][1]), (near[0], scene.today - timedelta(days=1))):
        count_days(found, first, last)


def of_a_day(
    scene: Scene, house: Layout, bodies: list[Organisation], day: date, calendar: Calendar
) -> Iterator[tuple[Booking, int]]:
    random = scene.random
    for room in house.rooms.values():
        if room.name.endswith("半场）") or not hours_on(house, room, day, calendar).hours:
            continue
        share = SHARE.get(room.name, USUAL_SHARE)
        for hour, minute, length in SLOTS:
            if random.randrange(100) >= share:
                continue
            start = timezone.make_aware(datetime.combine(day, time(hour, minute)))
            yield booking(scene, house, bodies, room.pk, start, length), room.pk


def booking(
    scene: Scene, house: Layout, bodies: list[Organisation], pk: int, start: datetime, length: int
) -> Booking:
    random, room = scene.random, house.rooms[pk]
    end = start + timedelta(minutes=length)
    purpose = random.choice(SUITS.get(room.name, ("activity", "meeting")))
    body = random.choice(bodies) if bodies and random.random() < 0.86 else None  # noqa: PLR2004
    people = random.randrange(max(2, room.capacity // 4), room.capacity + 1)
    over = end < scene.now
    missed = over and random.randrange(100) < 3  # noqa: PLR2004
    row = Booking(
        centre_id=house.pk, organisation=body, on_behalf_id=None if body else house.node_id,
        title=random.choice(TITLES[purpose]), purpose=purpose, people=people, starts_at=start,
        ends_at=end, holds_from=start, holds_until=end + timedelta(minutes=room.cleanup_minutes),
        is_open=purpose == "activity", booked_at=start - timedelta(days=random.randrange(2, 20)),
        standing=standing(body), actual_people=None if missed or not over else people,
        checked_in_at=start if over and not missed else None,
        checked_out_at=end if over and not missed else None, is_sample=True,
    )  # fmt: skip
    state = "no_show" if missed else "closed" if over else "approved"
    if start <= scene.now < end:
        state = "checked_in"
        row.checked_in_at = start
    BOOKING.begin(row, state, at=min(end, scene.now) if over else row.booked_at)
    row.due_on = None
    return row


def standing(body: Organisation | None) -> str:
    if body is None:
        return "other"
    return "community" if body.kind == "BA" else "registered"


def write(house: Layout, bookings: list[tuple[Booking, int]]) -> None:
    rows = [row for row, _room in bookings]
    Booking.objects.bulk_create(rows, batch_size=400)
    BookedSpace.objects.bulk_create(
        [
            BookedSpace(
                booking=row, space_id=room, starts_at=row.starts_at, ends_at=row.ends_at,
                on=timezone.localdate(row.starts_at),
                minutes=int((row.ends_at - row.starts_at).total_seconds() // 60)
                if row.checked_out_at else 0,
            )
            for row, room in bookings
        ],
        batch_size=900,
    )  # fmt: skip
    Claim.objects.bulk_create(
        [
            Claim(pool_id=pool, booking=row, starts_at=row.holds_from, ends_at=row.holds_until)
            for row, room in bookings if row.state in Booking.HOLDING
            for pool in house.rooms[room].pools
        ],
        batch_size=900,
    )  # fmt: skip
    missed = [NoShow(booking=row, at=row.ends_at) for row in rows if row.state == "no_show"]
    for one in missed:
        NO_SHOW.begin(one, NoShow.State.COUNTED, at=one.at)
    NoShow.objects.bulk_create(missed, batch_size=900)
