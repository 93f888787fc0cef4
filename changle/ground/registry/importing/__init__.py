"""Spreadsheets of organisations: which column means what, and what is to be made of each row."""

from changle.ground.registry.importing.approving import approved, count_cells, usual
from changle.ground.registry.importing.differing import Change, change_sentences, changes_of
from changle.ground.registry.importing.factlists import FactJudge
from changle.ground.registry.importing.judged import Judged
from changle.ground.registry.importing.judging import Judge
from changle.ground.registry.importing.kinds import proposed
from changle.ground.registry.importing.known import load_classes, load_index, load_registry, parts
from changle.ground.registry.importing.mapping import ColumnGuess, Mapping, propose, year_in
from changle.ground.registry.importing.options import Options
from changle.ground.registry.importing.places import PlaceBook, load_places
from changle.ground.registry.importing.showing import all_class_names, lines, sentences
from changle.ground.registry.importing.targets import TARGETS, Target, target_choices


__all__ = [
    "TARGETS",
    "Change",
    "ColumnGuess",
    "FactJudge",
    "Judge",
    "Judged",
    "Mapping",
    "Options",
    "PlaceBook",
    "Target",
    "all_class_names",
    "approved",
    "change_sentences",
    "changes_of",
    "count_cells",
    "lines",
    "load_classes",
    "load_index",
    "load_places",
    "load_registry",
    "parts",
    "propose",
    "proposed",
    "sentences",
    "target_choices",
    "usual",
    "year_in",
]
