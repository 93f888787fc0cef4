from changle.ground.registry.forms.dictionary import EntryForm, LeadForm, RetireForm
from changle.ground.registry.forms.organisation import AddForm, EditForm
from changle.ground.registry.forms.steps import (
    ConvertForm,
    FileForm,
    MoveForm,
    RelocateForm,
    RenameForm,
)


__all__ = [
    "AddForm",
    "ConvertForm",
    "EditForm",
    "EntryForm",
    "FileForm",
    "LeadForm",
    "MoveForm",
    "RelocateForm",
    "RenameForm",
    "RetireForm",
]
