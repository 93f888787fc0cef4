from changle.ground.people.forms.lists import (
    MembersForm,
    MoveForm,
    PaperForm,
    PartyForm,
    ScanForm,
)
from changle.ground.people.forms.posts import (
    AccessForm,
    AddForm,
    EditForm,
    EndForm,
    HeadForm,
    MergeForm,
    NumberForm,
    PersonForm,
)


__all__ = [
    "AccessForm",
    "AddForm",
    "EditForm",
    "EndForm",
    "HeadForm",
    "MembersForm",
    "MergeForm",
    "MoveForm",
    "NumberForm",
    "PaperForm",
    "PartyForm",
    "PersonForm",
    "ScanForm",
]
