"""What each room of the house is given to furnish the sample with."""

from dataclasses import dataclass
from datetime import date, datetime
from random import Random

from changle.core.reach import Actor
from changle.ground.accounts.models import User
from changle.ground.registry.models import ClassItem, Organisation
from changle.ground.territory.models import Node


@dataclass(frozen=True)
class Scene:
    random: Random  # seeded: the same day gives the same sample
    nodes: dict[str, Node]  # "张家堡街道", "张家堡街道/方新社区", …
    classes: dict[tuple[str, str], ClassItem]  # (list, name)
    accounts: dict[
        str, User
    ]  # by username: qu, jie-zhangjiabu, shequ-fangxin, zuzhi-qiuwen, jumin …
    standing: list[Organisation]  # as of the close of 2021, in a fixed order
    today: date
    now: datetime
    by: Actor  # the bureau's clerk, who reaches the whole district
