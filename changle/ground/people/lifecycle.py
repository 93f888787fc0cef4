"""The papers of a body: valid, recalled by who issued them, or replaced by newer ones."""

from changle.core.lifecycle import Lifecycle, Move
from changle.ground.people.models import Paper
from changle.ground.territory.roles import Permission


S = Paper.State
EDIT = Permission.ORGANISATION_EDIT
PAPER = Lifecycle(
    Paper,
    Move(name="recall", label="登记收回", sources={S.VALID}, target=S.RECALLED, needs=EDIT,
         reasoned=True, grave=True),
    Move(name="give_back", label="登记发还", sources={S.RECALLED}, target=S.VALID, needs=EDIT,
         reasoned=True),
    Move(name="replace", label="换发", sources={S.VALID}, target=S.REPLACED, needs=EDIT,
         by_action=True),
)  # fmt: skip
