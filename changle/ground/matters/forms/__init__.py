from changle.ground.matters.forms.matter import (
    LicenceForm,
    MatterForm,
    MoveForm,
    ResultForm,
    SubmitForm,
    told_so_far,
)
from changle.ground.matters.forms.rules import (
    LicenceRuleForm,
    RetireForm,
    ReviewRuleForm,
    TypeForm,
)


__all__ = [
    "LicenceForm",
    "LicenceRuleForm",
    "MatterForm",
    "MoveForm",
    "ResultForm",
    "RetireForm",
    "ReviewRuleForm",
    "SubmitForm",
    "TypeForm",
    "told_so_far",
]
