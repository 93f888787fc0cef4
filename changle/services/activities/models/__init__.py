from changle.services.activities.models.people import (
    Answer,
    Attendance,
    Companion,
    Participant,
    SignUp,
)
from changle.services.activities.models.plans import (
    Activity,
    Cohost,
    Programme,
    Series,
)
from changle.services.activities.models.questions import Question
from changle.services.activities.models.records import (
    Correction,
    Evidence,
    Expense,
    Feedback,
    HeadCount,
)
from changle.services.activities.models.sessions import Session
from changle.services.activities.models.sums import MonthMark, MonthSum
from changle.services.activities.models.words import ConsentText, Rule, Term


__all__ = [
    "Activity",
    "Answer",
    "Attendance",
    "Cohost",
    "Companion",
    "ConsentText",
    "Correction",
    "Evidence",
    "Expense",
    "Feedback",
    "HeadCount",
    "MonthMark",
    "MonthSum",
    "Participant",
    "Programme",
    "Question",
    "Rule",
    "Series",
    "Session",
    "SignUp",
    "Term",
]
