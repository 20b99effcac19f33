"""What is true of every normaliser: a matrix of properties in which each cell is executed."""

from .build import SCHEMA, matrix
from .cells import PROPERTIES, Cell, cell
from .claims import ROWS, Claims, Constant, settings
from .growth import curves
from .replay import Replayed, replay
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
