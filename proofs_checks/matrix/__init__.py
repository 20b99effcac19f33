"""What is true of every normaliser: a matrix of properties in which each cell is executed."""

from .build import SCHEMA, matrix
from .cells import PROPERTIES, Cell, cell
from .claims import ROWS, Claims, Constant, settings
from .growth import curves
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
    "Subject",
    "cell",
    "curves",
    "matrix",
    "settings",
]
