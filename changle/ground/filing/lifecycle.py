"""How an application goes from the residents to the community, to the street, and back."""

from datetime import date, datetime

from django.utils import timezone

from changle.core.calendar import Calendar
from changle.core.lifecycle import Lifecycle, Move, MoveRefused
from changle.ground.filing.models import Filing, LapseProposal
from changle.ground.filing.queries.rules import Rulebook, lacks
from changle.ground.territory.roles import Permission


State = Filing.State
OPEN = set(Filing.OPEN)


class FilingLife(Lifecycle[Filing]):
    """Its clocks are those of the rule in force when the row enters a state."""

    def due_on(self, state: str, since: datetime) -> date | None:
        if state not in {State.SUBMITTED, State.STREET_REVIEW}:
            return None
        on = timezone.localdate(since)
        terms = Rulebook(on).terms()
        days = terms.opinion_days if state == State.SUBMITTED else terms.review_days
        return Calendar.load().add_working_days(on, days)


def complete(filing: Filing) -> None:
    terms = Rulebook(timezone.localdate()).terms(filing.category_id)
    if filing.community.ends_on is not None:
        raise MoveRefused("所在社区已经撤销，请撤回后选新的社区重新申请。")
    wanting = lacks(filing, filing.members.count(), terms)
    if wanting:
        raise MoveRefused("".join(wanting))


# Regulation: MCA (2017) 191 on community social organisations, filing with the street; who decides
# what follows its standard of practice: the community gives its opinion, the street files.
FILING = FilingLife(
    Filing,
    Move(name="submit", label="提交", sources={State.DRAFT, State.RETURNED},
         target=State.SUBMITTED, needs=Permission.FILING_APPLY, guard=complete, todo=True,
         tells=Permission.FILING_OPINION),
    Move(name="agree", label="同意并转街道", sources={State.SUBMITTED}, target=State.STREET_REVIEW,
         needs=Permission.FILING_OPINION, reasoned=True, todo=True, tells=Permission.FILING_REVIEW),
    Move(name="disagree", label="退回发起人", sources={State.SUBMITTED}, target=State.RETURNED,
         needs=Permission.FILING_OPINION, reasoned=True),
    Move(name="approve", label="审核通过", sources={State.STREET_REVIEW}, target=State.FILED,
         needs=Permission.FILING_REVIEW, todo=True),
    Move(name="send_back", label="退回发起人", sources={State.STREET_REVIEW},
         target=State.RETURNED, needs=Permission.FILING_REVIEW, reasoned=True),
    Move(name="withdraw", label="撤回申请", sources=OPEN, target=State.WITHDRAWN,
         needs=Permission.FILING_APPLY, grave=True),
    Move(name="close", label="终止", sources=OPEN, target=State.CLOSED,
         needs=Permission.ORGANISATION_EDIT, reasoned=True, by_action=True),
)  # fmt: skip

LAPSE = Lifecycle(
    LapseProposal,
    Move(name="confirm_lapse", label="认定长期未活动", sources={LapseProposal.State.PROPOSED},
         target=LapseProposal.State.CONFIRMED, needs=Permission.FILING_MOVE, reasoned=True,
         todo=True, grave=True),
    Move(name="keep", label="保留备案", sources={LapseProposal.State.PROPOSED},
         target=LapseProposal.State.KEPT, needs=Permission.FILING_MOVE, reasoned=True),
    Move(name="close_proposal", label="终止", sources={LapseProposal.State.PROPOSED},
         target=LapseProposal.State.CLOSED, needs=Permission.ORGANISATION_EDIT, reasoned=True,
         by_action=True),
)  # fmt: skip
