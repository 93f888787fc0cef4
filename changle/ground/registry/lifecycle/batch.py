"""The ways of a spreadsheet: looked at, tried, written as a whole, taken back as a whole."""

from changle.core.lifecycle import Lifecycle, Move, MoveRefused
from changle.ground.registry.models import ImportBatch
from changle.ground.territory.roles import Permission


State = ImportBatch.State
NEEDS = Permission.ORGANISATION_IMPORT


def something_to_write(batch: ImportBatch) -> None:
    counts = batch.counts
    if not any(counts.get(verdict) for verdict in ("new", "update", "doubtful")):
        raise MoveRefused("没有可导入的行。")


def nobody_at_it(batch: ImportBatch) -> None:
    """A batch whose worker died for good may be tried anew; one at work may not."""
    if batch.state == State.IMPORTING and batch.job is not None and not batch.job.ended:
        raise MoveRefused("正在导入，请等它结束。")


IMPORT = Lifecycle(
    ImportBatch,
    Move(name="check", label="试算",
         sources={State.UPLOADED, State.CHECKED, State.FAILED, State.IMPORTING},
         target=State.CHECKED, needs=NEEDS, guard=nobody_at_it),
    Move(name="start", label="导入", sources={State.CHECKED, State.FAILED},
         target=State.IMPORTING, needs=NEEDS, guard=something_to_write, todo=True),
    Move(name="finish", label="导入完成", sources={State.IMPORTING}, target=State.IMPORTED,
         needs=NEEDS),
    Move(name="fail", label="导入未成", sources={State.IMPORTING}, target=State.FAILED, needs=NEEDS),
    Move(name="discard", label="放弃", sources={State.UPLOADED, State.CHECKED, State.FAILED},
         target=State.DISCARDED, needs=NEEDS, grave=True),
    Move(name="undo", label="撤销本次导入", sources={State.IMPORTED}, target=State.UNDONE,
         needs=NEEDS, grave=True),
)  # fmt: skip
