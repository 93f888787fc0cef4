"""Spreadsheets of organisations: which column means what, and what is to be made of each row."""

from changle.ground.registry.importing.judging import Judge, Judged
from changle.ground.registry.importing.known import load_classes, load_index, load_registry, parts
from changle.ground.registry.importing.mapping import ColumnGuess, Mapping, propose, year_in
from changle.ground.registry.importing.options import Options
from changle.ground.registry.importing.places import PlaceBook, load_places
from changle.ground.registry.importing.targets import TARGETS, Target, target_choices


__all__ = [
    "TARGETS",
    "ColumnGuess",
    "Judge",
    "Judged",
    "Mapping",
    "Options",
    "PlaceBook",
    "Target",
    "load_classes",
    "load_index",
    "load_places",
    "load_registry",
    "parts",
    "propose",
    "target_choices",
    "year_in",
]
