"""What waits in the sample's house: rivals, a line with an offer open, what gave way, what was missed."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from changle.core.reach import Actor
from changle.ground.registry.models import Organisation
from changle.ground.territory.queries import actor_for
from changle.services.commons.actions.booking import Wish, book, calendar_of
from changle.services.commons.actions.closing import close_rooms
from changle.services.commons.actions.deciding import cancel
from changle.services.commons.actions.missed import appeal
from changle.services.commons.lifecycle import BOOKING, DAMAGE, NO_SHOW
from changle.services.commons.models import (
    BookedSpace,
    Booking,
    Centre,
    Claim,
    Damage,
    NoShow,
    Suspension,
)
from changle.services.commons.queries.hours import DAY, hours_on
from changle.services.commons.queries.layout import Layout, Room, layout
from changle.site.demo.scene import Scene


MOST_DAYS = 40  # looked ahead for a free hour
PERSON = ("样例", "13900000001")  # in a range of numbers that nobody has
CLASSES = {"BA": "community"}


@dataclass
class House:
    """A house with who stands in it."""

    scene: Scene
    layout: Layout
    centre: Centre
    body: Organisation  # that has an account
    others: list[Organisation]
    clerk: Actor  # of the body
    keeper: Actor  # of the house

    def room(self, name: str) -> Room:
        return next(room for room in self.layout.rooms.values() if room.name == name)

    def free(self, room: Room, ahead: int, hour: int, hours: int = 2) -> datetime:
        """The first day from `ahead` days on at which the room is free and open from an hour on."""
        calendar = calendar_of(self.layout)
        for day in range(ahead, ahead + MOST_DAYS):
            on = self.scene.today + day * DAY
            start = at(on, hour)
            end = start + timedelta(hours=hours, minutes=room.cleanup_minutes)
            taken = Claim.objects.filter(
                pool__in=room.pools, starts_at__lt=end, ends_at__gt=start
            ).exists()
            if not taken and hours_on(self.layout, room, on, calendar).hours:
                return start
        raise LookupError(room.name)

    def wish(self, room: Room, start: datetime, title: str, *, hours: int = 2) -> Wish:
        return Wish(
            rooms=(room.pk,), starts_at=start, ends_at=start + timedelta(hours=hours), title=title,
            people=max(2, room.capacity // 2), organisation=self.body, purpose="activity",
            is_open=True, contact_name=PERSON[0], contact_phone=PERSON[1],
        )  # fmt: skip


def at(on: date, hour: int, minute: int = 0) -> datetime:
    return timezone.make_aware(datetime.combine(on, time(hour, minute)))


def furnish_today(scene: Scene, centre: Centre) -> None:
    found = layout(centre.pk)
    body = next((o for o in scene.standing if o.short_name == "秋文社工"), None)
    accounts = scene.accounts
    if found is None or body is None or "zhongxin-zhangjiabu" not in accounts:
        return
    others = [
        o
        for o in scene.standing
        if o.street_id == body.street_id and o.pk != body.pk and o.state == "active"
    ]
    house = House(
        scene, found, centre, body, others[:8], actor_for(accounts["zuzhi-qiuwen"]),
        actor_for(accounts["zhongxin-zhangjiabu"]),
    )  # fmt: skip
    rivals(house)
    line(house)
    give_way(house)
    look_over(house)
    miss(house)
    resident(house)
    Booking.objects.filter(centre=centre).update(is_sample=True)


def written(
    house: House, room: Room, start: datetime, state: str, title: str, body: Organisation,
    *, booked: timedelta = timedelta(days=2), hours: int = 2, **facts: object,
) -> Booking:  # fmt: skip
    """A row as it would stand, for what lies in the past or was asked for by somebody else."""
    end = start + timedelta(hours=hours)
    row = Booking(
        centre=house.centre, organisation=body, title=title, people=max(2, room.capacity // 2),
        starts_at=start, ends_at=end, holds_from=start,
        holds_until=end + timedelta(minutes=room.cleanup_minutes),
        booked_at=house.scene.now - booked, standing=CLASSES.get(body.kind, "registered"),
        contact_name=PERSON[0], contact_phone=PERSON[1], is_sample=True, **facts,
    )  # fmt: skip
    BOOKING.begin(row, state, at=max(house.scene.now - booked, start) if start < house.scene.now
                  else house.scene.now - booked)  # fmt: skip
    row.save()
    BookedSpace.objects.create(
        booking=row, space_id=room.pk, starts_at=start, ends_at=end, on=timezone.localdate(start)
    )
    if state in Booking.HOLDING:
        Claim.objects.bulk_create(
            Claim(pool_id=pool, booking=row, starts_at=row.holds_from, ends_at=row.holds_until)
            for pool in room.pools
        )
    return row


def rivals(house: House) -> None:
    """Two bodies, and half an hour later a third, want the hall on the same evening."""
    hall = house.room("多功能厅")
    start = house.free(hall, 9, 18)
    book(layout=house.layout, wish=house.wish(hall, start, "幸福赋能分享会"), by=house.clerk,
         now=house.scene.now - timedelta(hours=20))  # fmt: skip
    written(house, hall, start + timedelta(minutes=30), "requested", "邻里合唱音乐会", house.others[0],
            booked=timedelta(hours=6), hours=2)  # fmt: skip
    written(house, hall, house.free(hall, 12, 14), "requested", "唯爱妈妈见面会", house.others[1],
            booked=timedelta(hours=3))  # fmt: skip


def line(house: House) -> None:
    """A use is given up: who waited first has the offer, who waited next goes on waiting."""
    room = house.room("舞蹈教室")
    start = house.free(room, 4, 14)
    first = written(house, room, start, "approved", "太极集训", house.others[2])
    now = house.scene.now
    book(layout=house.layout, wish=house.wish(room, start, "常青藤舞蹈队排练"), by=house.clerk,
         now=now - timedelta(days=1), wait=True)  # fmt: skip
    written(house, room, start, "waitlisted", "亲子韵律课", house.others[3],
            booked=timedelta(hours=4), queued_at=now - timedelta(hours=4))  # fmt: skip
    cancel(pk=first.pk, by=house.keeper, now=now - timedelta(minutes=40),
           reason="主办方来电：教练临时有事")  # fmt: skip


def give_way(house: House) -> None:
    """Rooms are needed at once; whom it meets has been told and chooses another time."""
    room = house.room("共享会议室")
    start = house.free(room, 3, 9, hours=3)
    now = house.scene.now
    book(layout=house.layout, wish=house.wish(room, start, "项目督导会", hours=2), by=house.clerk,
         now=now - timedelta(days=2))  # fmt: skip
    close_rooms(
        layout=house.layout, spaces=[room.pk], starts_at=start - timedelta(minutes=30),
        ends_at=start + timedelta(hours=4), reason="防汛值守临时征用（样例）", by=house.keeper,
        now=now - timedelta(hours=2), is_emergency=True, displaces=True,
    )  # fmt: skip
    salon = house.room("红咖汇沙龙区")
    start = house.free(salon, 13, 9, hours=8)
    close_rooms(layout=house.layout, spaces=[salon.pk], starts_at=start,
                ends_at=start + timedelta(hours=8), reason="空调检修（样例）", by=house.keeper,
                now=now - timedelta(days=1))  # fmt: skip


def look_over(house: House) -> None:
    """Two uses of yesterday to look over, and something broken to settle."""
    used = list(
        Booking.objects.filter(centre=house.centre, state="closed", ends_at__lt=house.scene.now)
        .order_by("-ends_at", "-pk")[:3]
    )  # fmt: skip
    for row, note in zip(used[:2], ("投影遥控器放在讲台", ""), strict=False):
        row.return_note = f"已确认灯关、门窗锁好。{note}"
        BOOKING.begin(row, "checked_out", at=row.ends_at)
        row.save(update_fields=["state", "state_since", "due_on", "return_note"])
    for row in used[2:]:
        BOOKING.begin(row, "damaged", at=row.ends_at)
        row.save(update_fields=["state", "state_since", "due_on"])
        damage = Damage(booking=row, what="折叠椅一把断裂（样例）", amount_fen=6000,
                        found_at=house.scene.now)  # fmt: skip
        DAMAGE.begin(damage, Damage.State.FOUND, at=house.scene.now)
        damage.save()


def miss(house: House) -> None:
    """Nobody came: one appeals, one may still, one has been barred for a while."""
    now = house.scene.now
    counsel = house.room("心理咨询室")
    told = []
    for days, title, body in ((6, "志愿者例会", house.body), (11, "读书分享", house.body),
                              (8, "合唱试音", house.others[4])):  # fmt: skip
        row = written(house, counsel, at(house.scene.today - days * DAY, 8), "no_show", title, body,
                      booked=timedelta(days=days + 4), hours=1)  # fmt: skip
        one = NoShow(booking=row, at=row.starts_at + timedelta(minutes=30))
        NO_SHOW.begin(one, NoShow.State.COUNTED, at=one.at)
        one.save()
        told.append(one)
    appeal(pk=told[0].pk, why="当天停电，接到物业通知后来不及取消（样例）", by=house.clerk,
           now=now - timedelta(days=1))  # fmt: skip
    Suspension.objects.create(
        centre=house.centre, organisation=house.others[4], reason="30 天内爽约 2 次（样例）",
        starts_on=house.scene.today - 8 * DAY, ends_on=house.scene.today + 22 * DAY,
    )  # fmt: skip
    for days, state, why in ((15, "rejected", "该时段已确认给其他预约，可改订其他时间或加入候补。"),
                             (18, "cancelled", "活动改期"), (20, "expired", "")):  # fmt: skip
        written(house, counsel, at(house.scene.today - days * DAY, 8), state, "个案督导", house.body,
                booked=timedelta(days=days + 5), hours=1, reason=why)  # fmt: skip


def resident(house: House) -> None:
    """Somebody for themselves, and a community for its own meeting."""
    accounts, now = house.scene.accounts, house.scene.now
    room = house.room("红驿站议事厅")
    for name, title in (("jumin", "楼栋邻里读书会"), ("shequ-fangxin", "方新社区居民议事会")):
        by = actor_for(accounts[name])
        node = None if name == "jumin" else house.scene.nodes["张家堡街道/方新社区"]
        start = house.free(room, 5, 16)
        wish = Wish(
            rooms=(room.pk,), starts_at=start, ends_at=start + timedelta(hours=2), title=title,
            people=8, purpose="meeting", contact_name=PERSON[0], contact_phone=PERSON[1],
            on_behalf=node,
        )  # fmt: skip
        book(layout=house.layout, wish=wish, by=by, now=now - timedelta(days=1))
