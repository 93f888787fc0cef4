"""Filed teams that were entered twice: by the street from its list, by the community by hand."""

from datetime import timedelta

from changle.ground.merging.actions import find, merge
from changle.ground.merging.actions.finding import dismiss
from changle.ground.merging.models import DuplicatePair
from changle.ground.registry.actions import Draft, add_many
from changle.ground.registry.models import Organisation
from changle.ground.territory.queries import keeper
from changle.ground.territory.roles import Permission
from changle.site.demo.scene import Scene


PLACE = "张家堡街道/方新社区"
TWICE = (  # (as the street has it, as the community has it)
    ("方新社区银杏书画社", "方新社区银杏书画舍", "李示例", "方新社区活动室"),
    ("方新社区晨光太极拳队", "未央区方新社区晨光太极拳队", "张示例", "方新社区广场"),
    ("方新社区春燕合唱团", "方新社区春燕合唱队", "王示例", "方新社区二楼"),
    ("方新社区家电义修队", "方新社区家电义修组", "赵示例", "方新社区北门"),
)


def furnish(scene: Scene) -> None:
    """Two pairs wait in the street's queue, one was put aside, one has been merged."""
    place = scene.nodes[PLACE]
    drafts = []
    for number, (listed, typed, leader, address) in enumerate(TWICE):
        on = scene.today - timedelta(weeks=8 - number)
        drafts += [
            Draft(kind="BA", name=listed, place=place, legal_representative=leader, registered_on=on,
                  filing_number=f"张家堡备〔示例〕{number + 1}号", source="街道台账", is_sample=True),
            Draft(kind="BA", name=typed, place=place, legal_representative=leader, address=address,
                  registered_on=on, member_count=12 + number, source="社区填报", is_sample=True),
        ]  # fmt: skip
    bodies = add_many(drafts=drafts, by=scene.by, now=scene.now)
    find(by=keeper(Permission.ORGANISATION_MERGE), now=scene.now)
    aside, done = bodies[4:6], bodies[6:8]
    pair = pair_of(aside)
    if pair is not None:
        dismiss(pk=pair.pk, by=scene.by, now=scene.now, note="两支队伍，一支老年、一支亲子")
    merge(
        survivor=done[0].pk, merged=done[1].pk, take=("address", "member_count"),
        reason="同一支队伍，街道与社区各录了一次", by=scene.by, now=scene.now,
    )  # fmt: skip


def pair_of(bodies: list[Organisation]) -> DuplicatePair | None:
    return DuplicatePair.objects.filter(left=bodies[0], right=bodies[1]).first()
