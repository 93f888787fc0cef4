"""How the tree and the grants change."""

from changle.ground.territory.actions.granting import (
    GrantRefused,
    Terms,
    end_grant,
    give_password,
    grant,
    hand_over,
    invite,
    note_export,
    shut,
    take_second_factor,
    unshut,
)
from changle.ground.territory.actions.tree import (
    NodeRefused,
    abolish_node,
    add_code,
    add_node,
    end_code,
    move_node,
    place_tile,
    plant,
    rename_node,
    spelled,
)


__all__ = [
    "GrantRefused",
    "NodeRefused",
    "Terms",
    "abolish_node",
    "add_code",
    "add_node",
    "end_code",
    "end_grant",
    "give_password",
    "grant",
    "hand_over",
    "invite",
    "move_node",
    "note_export",
    "place_tile",
    "plant",
    "rename_node",
    "shut",
    "spelled",
    "take_second_factor",
    "unshut",
]
