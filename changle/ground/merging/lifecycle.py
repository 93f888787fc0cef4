"""The ways of a likely pair: put aside by a person, merged, or looked at once more."""

from changle.core.lifecycle import Lifecycle, Move
from changle.ground.merging.models import DuplicatePair
from changle.ground.territory.roles import Permission


State = DuplicatePair.State
NEEDS = Permission.ORGANISATION_MERGE

PAIR = Lifecycle(
    DuplicatePair,
    Move(name="dismiss", label="不是同一家", sources={State.OPEN}, target=State.DISMISSED,
         needs=NEEDS, todo=True),
    Move(name="look_again", label="重新处理", sources={State.DISMISSED}, target=State.OPEN,
         needs=NEEDS),
    Move(name="merge_pair", label="合并", sources={State.OPEN, State.DISMISSED},
         target=State.MERGED, needs=NEEDS, by_action=True),
    Move(name="part", label="撤销合并", sources={State.MERGED}, target=State.OPEN, needs=NEEDS,
         by_action=True),
)  # fmt: skip
