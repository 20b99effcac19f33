"""What is true of every normaliser: a matrix of properties in which each cell is computed."""

from .build import Replayed, matrix, replay
from .cells import PROPERTIES, cell
from .claims import ROWS, Claims, Constant, settings
from .growth import curves
from .results import SCHEMA, Cell
from .subject import Own, Reference, Subject

__all__ = [
    "PROPERTIES",
    "ROWS",
    "SCHEMA",
    "Cell",
    "Claims",
    "Constant",
    "Own",
    "Reference",
    "Replayed",
    "Subject",
    "cell",
    "curves",
    "matrix",
    "replay",
    "settings",
]
