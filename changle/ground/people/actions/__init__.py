from changle.ground.people.actions.members import Entered, add_members, note_members_export
from changle.ground.people.actions.papers import (
    add_paper,
    edit_paper,
    keep_scan,
    move_paper,
    proposed_end,
)
from changle.ground.people.actions.party import record_party
from changle.ground.people.actions.people import (
    KnownAlready,
    Outdated,
    PeopleRefused,
    edit_person,
    merge_people,
    read_number,
)
from changle.ground.people.actions.posts import (
    GRANTED,
    PostDraft,
    add_post,
    change_head,
    edit_post,
    end_post,
    give_access,
)


__all__ = [
    "GRANTED",
    "Entered",
    "KnownAlready",
    "Outdated",
    "PeopleRefused",
    "PostDraft",
    "add_members",
    "add_paper",
    "add_post",
    "change_head",
    "edit_paper",
    "edit_person",
    "edit_post",
    "end_post",
    "give_access",
    "keep_scan",
    "merge_people",
    "move_paper",
    "note_members_export",
    "proposed_end",
    "read_number",
    "record_party",
]
