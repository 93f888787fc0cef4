"""What is typed of filings."""

from changle.ground.filing.forms.deciding import (
    AgreeForm,
    ApproveForm,
    ConvertForm,
    PaperFilingForm,
    ReasonForm,
    ReviewForm,
    RuleForm,
)
from changle.ground.filing.forms.steps import STEPS, BodyForm, PeopleForm, PremisesForm, StartForm


__all__ = [
    "STEPS",
    "AgreeForm",
    "ApproveForm",
    "BodyForm",
    "ConvertForm",
    "PaperFilingForm",
    "PeopleForm",
    "PremisesForm",
    "ReasonForm",
    "ReviewForm",
    "RuleForm",
    "StartForm",
]
