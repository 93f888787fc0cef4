from changle.ground.registry.actions.adding import (
    Draft,
    DuplicateCode,
    RegistryRefused,
    add_many,
    add_organisation,
)
from changle.ground.registry.actions.changing import (
    Outdated,
    change_organisation,
    convert_organisation,
    move,
    move_organisation,
    rename_organisation,
)
from changle.ground.registry.actions.dictionary import add_entry, lead_entry, retire_entry
from changle.ground.registry.actions.exporting import note_export


__all__ = [
    "Draft",
    "DuplicateCode",
    "Outdated",
    "RegistryRefused",
    "add_entry",
    "add_many",
    "add_organisation",
    "change_organisation",
    "convert_organisation",
    "lead_entry",
    "move",
    "move_organisation",
    "note_export",
    "rename_organisation",
    "retire_entry",
]
