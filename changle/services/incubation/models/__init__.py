"""What incubation keeps: the intake (calls, papers, panel) and what grows from it."""

from changle.services.incubation.models.growing import (
    DIMENSIONS,
    MOST_LEVEL,
    Delivery,
    Diagnosis,
    Mentor,
    Mentoring,
    PlanItem,
)
from changle.services.incubation.models.intake import MOST_REMARK, Call, Incubatee, Sheet
from changle.services.incubation.models.learning import Certificate, Course, CourseSession
from changle.services.incubation.models.leaving import Appraisal, ChecklistTick, FollowUp
from changle.services.incubation.models.papers import Objection, Paper


__all__ = [
    "DIMENSIONS",
    "MOST_LEVEL",
    "MOST_REMARK",
    "Appraisal",
    "Call",
    "Certificate",
    "ChecklistTick",
    "Course",
    "CourseSession",
    "Delivery",
    "Diagnosis",
    "FollowUp",
    "Incubatee",
    "Mentor",
    "Mentoring",
    "Objection",
    "Paper",
    "PlanItem",
    "Sheet",
]
