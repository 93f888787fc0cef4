from changle.ground.registry.forms.dictionary import EntryForm, LeadForm, RetireForm
from changle.ground.registry.forms.organisation import AddForm, EditForm
from changle.ground.registry.forms.steps import (
    MoveForm,
    RelocateForm,
    RenameForm,
)


__all__ = [
    "AddForm",
    "EditForm",
    "EntryForm",
    "LeadForm",
    "MoveForm",
    "RelocateForm",
    "RenameForm",
    "RetireForm",
]
