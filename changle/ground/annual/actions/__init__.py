from changle.ground.annual.actions.moving import accept_sound, doubt_of, keep_scan, move, submit
from changle.ground.annual.actions.preparing import (
    AnnualRefused,
    Outdated,
    blank_report,
    explain,
    mirror,
    prepare,
    save_section,
)
from changle.ground.annual.actions.seasons import open_season, remind_of_reports, set_deadline


__all__ = [
    "AnnualRefused",
    "Outdated",
    "accept_sound",
    "blank_report",
    "doubt_of",
    "explain",
    "keep_scan",
    "mirror",
    "move",
    "open_season",
    "prepare",
    "remind_of_reports",
    "save_section",
    "set_deadline",
    "submit",
]
