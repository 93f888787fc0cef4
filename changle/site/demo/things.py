"""What the sample's houses share besides rooms: things, an expert's hours, a van; used and to come."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from changle.ground.registry.models import Organisation
from changle.ground.territory.queries import actor_for
from changle.services.commons.actions.booking import BookingRefused, Wish, book
from changle.services.commons.lifecycle import BOOKING
from changle.services.commons.models import (
    BookedSpace,
    BookedThing,
    Booking,
    Centre,
    Claim,
    Policy,
    Pool,
    Space,
    Thing,
)
from changle.services.commons.queries.layout import layout
from changle.services.commons.queries.things import Part, most_taken
from changle.site.demo.scene import Scene


@dataclass(frozen=True)
class Kind:
    """A thing as every house has it; a large house has `times` as many."""

    name: str
    quantity: int
    about: str
    yuan: int
    may_leave: bool = False
    days: int = 7
    deposit: str = ""


KINDS = (
    Kind("折叠椅", 60, "蓝色塑面，可叠放", 85, may_leave=True, days=3, deposit="每 10 把 100 元，归还时退"),
    Kind("长条桌", 16, "1.8 米，折叠", 260, may_leave=True, days=3),
    Kind("投影仪", 2, "含幕布和转接头", 3200),
    Kind("便携音响", 2, "含两支无线话筒", 1800, may_leave=True, days=2, deposit="每套 200 元，归还时退"),
    Kind("活动帐篷", 6, "3 米 × 3 米", 420, may_leave=True, days=3, deposit="每顶 100 元，归还时退"),
    Kind("易拉宝展架", 10, "0.8 米宽", 60, may_leave=True, days=7),
)  # fmt: skip
LARGE = ("未央宫街道", "张家堡街道", "辛家庙街道")
EXPERTS = ("周老师（心理咨询）", "吴老师（财务辅导）", "郑老师（项目策划）")
TALKS = ("组织财务规范辅导", "项目书一对一辅导", "负责人减压咨询")
RIDES = ("慰问物资运送", "活动器材运送", "社区巡诊接送")
ONE_IN, PROJECTOR_IN = 5, 3  # of the bookings that take chairs, and of those a projector
CLASS = 16  # chairs of a training
AHEAD = 28  # days to come that are furnished
WEEKS = 8  # past weeks with an expert's hours and rides


@dataclass
class House:
    """A house while it is furnished: what of its things is promised, so that none is twice."""

    centre: Centre
    things: dict[str, Thing]
    spaces: list[Space]
    promised: dict[int, list[Part]] = field(default_factory=dict)

    def left(self, thing: Thing, start: datetime, end: datetime) -> int:
        parts = self.promised.setdefault(thing.pool_id, [])
        return thing.pool.quantity - most_taken(parts, start, end)


def furnish(scene: Scene) -> None:
    for number, centre in enumerate(Centre.objects.filter(is_sample=True).order_by("sort", "pk")):
        house = fitted(centre, number)
        carry_along(scene, house)
        use(scene, house)
        Centre.objects.filter(pk=centre.pk).update(layout_stamp=3)
    ask(scene)


def fitted(centre: Centre, number: int) -> House:
    large = any(centre.name.startswith(name) for name in LARGE)
    things = {}
    for place, kind in enumerate(KINDS if large or number % 2 else KINDS[:4]):
        quantity = kind.quantity * (2 if large and kind.quantity > 1 else 1)
        pool = Pool.objects.create(
            centre=centre, kind=Pool.Kind.EQUIPMENT, name=kind.name, quantity=quantity
        )
        things[kind.name] = Thing.objects.create(
            centre=centre, pool=pool, name=kind.name, about=kind.about, value_fen=kind.yuan * 100,
            may_leave=kind.may_leave, longest_days=kind.days, needs_deposit=kind.deposit,
            sort=place, is_sample=True,
        )  # fmt: skip
    policy, _new = Policy.objects.get_or_create(
        centre=centre, name="专家和车辆",
        defaults={"needs_approval": False, "hours_ahead": 24, "longest": 480, "per_month": 4},
    )  # fmt: skip
    spaces = []
    if large or number % 3 == 0:
        told = EXPERTS[number % len(EXPERTS)]
        spaces.append(
            shared(centre, policy, Space.Kind.PERSON, told, "每次一个半小时，先说明要谈什么", 1)
        )
    if large:
        spaces.append(
            shared(centre, policy, Space.Kind.VEHICLE, "七座商务车", "须由本组织有驾照的人驾驶", 7)
        )
    return House(centre, things, spaces)


def shared(centre: Centre, policy: Policy, kind: str, name: str, about: str, seats: int) -> Space:
    space = Space.objects.create(
        centre=centre, policy=policy, kind=kind, name=name, about=about, capacity=seats,
        cleanup_minutes=30, sort=50, door_token=f"sample-{centre.pk}-{kind}",
        door_note="到一层服务台登记。",
    )  # fmt: skip
    space.pools.set([Pool.objects.create(centre=centre, kind=kind, name=name)])
    return space


def carry_along(scene: Scene, house: House) -> None:
    """Chairs, and now and then a projector, with the bookings that the sample has already."""
    booked, claims = [], []
    rows = Booking.objects.filter(centre=house.centre, state__in=("closed", "approved"))
    for row in rows.order_by("starts_at", "pk"):
        if scene.random.randrange(ONE_IN):
            continue
        wanted = {"折叠椅": min(row.people, 60)}
        if not scene.random.randrange(PROJECTOR_IN):
            wanted["投影仪"] = 1
        for name, count in wanted.items():
            thing = house.things[name]
            quantity = min(count, house.left(thing, row.holds_from, row.holds_until))
            if quantity < 1:
                continue
            house.promised[thing.pool_id].append((row.holds_from, row.holds_until, quantity))
            booked.append(with_it(row, thing, quantity))
            if row.state in Booking.HOLDING:
                claims.append(promise(row, thing.pool_id, quantity, is_sole=False))
        if row.ends_at < scene.now:
            house.promised.clear()  # what is over is in nobody's way; the rows come in order
    BookedThing.objects.bulk_create(booked, batch_size=900)
    Claim.objects.bulk_create(claims, batch_size=900)


def with_it(row: Booking, thing: Thing, quantity: int) -> BookedThing:
    return BookedThing(
        booking=row, pool_id=thing.pool_id, quantity=quantity, starts_at=row.starts_at,
        ends_at=row.ends_at, on=timezone.localdate(row.starts_at),
    )  # fmt: skip


def promise(row: Booking, pool: int, quantity: int, *, is_sole: bool) -> Claim:
    return Claim(
        booking=row, pool_id=pool, quantity=quantity, is_sole=is_sole, starts_at=row.holds_from,
        ends_at=row.holds_until,
    )  # fmt: skip


def use(scene: Scene, house: House) -> None:
    """An expert's hours on weekdays, the van on Saturdays: of the published year, lately, to come."""
    bodies = [
        body
        for body in scene.standing
        if body.street_id == house.centre.node.parent_id and body.state == "active"
    ][:20]
    if not bodies:
        return
    made: list[tuple[Booking, Space]] = []
    for space in house.spaces:
        for day in days_of(scene, space):
            body = bodies[scene.random.randrange(len(bodies))]
            made.append((used(scene, house.centre, space, day, body), space))
    Booking.objects.bulk_create([row for row, _space in made], batch_size=400)
    BookedSpace.objects.bulk_create(
        [
            BookedSpace(
                booking=row, space=space, starts_at=row.starts_at, ends_at=row.ends_at,
                on=timezone.localdate(row.starts_at),
                minutes=int((row.ends_at - row.starts_at).total_seconds() // 60)
                if row.state == "closed" else 0,
            )
            for row, space in made
        ],
        batch_size=900,
    )  # fmt: skip
    pools = {space.pk: space.pools.get().pk for space in house.spaces}
    Claim.objects.bulk_create(
        promise(row, pools[space.pk], 1, is_sole=True)
        for row, space in made
        if row.state == "approved"
    )


def days_of(scene: Scene, space: Space) -> Iterator[date]:
    """Once a month of the published year, then about every week until the days ahead are over."""
    weekday = 5 if space.kind == Space.Kind.VEHICLE else scene.random.randrange(5)
    for month in range(1, 13):
        first = date(2021, month, 8)
        yield first + timedelta(days=(weekday - first.weekday()) % 7)
    day = scene.today - timedelta(weeks=WEEKS)
    day += timedelta(days=(weekday - day.weekday()) % 7)
    while day <= scene.today + timedelta(days=AHEAD):
        if day != scene.today and scene.random.randrange(4):
            yield day
        day += timedelta(weeks=1)


def used(scene: Scene, centre: Centre, space: Space, day: date, body: Organisation) -> Booking:
    ride = space.kind == Space.Kind.VEHICLE
    start = timezone.make_aware(datetime.combine(day, time(9 if ride else 14)))
    end = start + timedelta(minutes=240 if ride else 90)
    over = end < scene.now
    row = Booking(
        centre=centre, organisation=body, title=scene.random.choice(RIDES if ride else TALKS),
        purpose="other" if ride else "training", people=3, starts_at=start, ends_at=end,
        holds_from=start, holds_until=end + timedelta(minutes=30),
        booked_at=start - timedelta(days=5), actual_people=3 if over else None,
        checked_in_at=start if over else None, checked_out_at=end if over else None,
        standing="community" if body.kind == "BA" else "registered", is_sample=True,
    )  # fmt: skip
    BOOKING.begin(row, "closed" if over else "approved", at=end if over else scene.now)
    row.due_on = None
    return row


def ask(scene: Scene) -> None:
    """The body with an account: a room with chairs and a projector, and the hall that is decided."""
    body = next((one for one in scene.standing if one.short_name == "秋文社工"), None)
    centre = Centre.objects.filter(is_sample=True, name__startswith="张家堡街道").first()
    found = layout(centre.pk) if centre else None
    if body is None or found is None or "zuzhi-qiuwen" not in scene.accounts:
        return
    by = actor_for(scene.accounts["zuzhi-qiuwen"])
    pools = {stock.name: pool for pool, stock in found.things.items()}
    rooms = [one for one in found.rooms.values() if one.kind == Space.Kind.ROOM]
    hall = max(rooms, key=lambda one: one.capacity)
    plain = next(one for one in rooms if not one.policy.needs_approval and one.capacity >= CLASS)
    for room, title, chairs in ((hall, "邻里节联欢会", 30), (plain, "志愿者培训", CLASS)):
        for ahead in range(5, AHEAD):
            start = timezone.make_aware(
                datetime.combine(scene.today + timedelta(days=ahead), time(19))
            )
            wish = Wish(
                rooms=(room.pk,), starts_at=start, ends_at=start + timedelta(hours=1),
                title=title, people=min(chairs, room.capacity), organisation=body,
                contact_name="样例", contact_phone="13900000001",
                things=((pools["折叠椅"], chairs), (pools["投影仪"], 1)),
            )  # fmt: skip
            try:
                row = book(layout=found, wish=wish, by=by, now=scene.now)
            except BookingRefused:
                continue
            Booking.objects.filter(pk=row.pk).update(is_sample=True)
            break
