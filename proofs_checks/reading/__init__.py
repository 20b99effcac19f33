"""Read one SymPy relation in several arithmetics: exact numbers, balls, closed forms, solver terms."""

from .algebra import Algebra, Unclear, Undefined, Values, rational
from .balls import BALLS, precision
from .closed import truth_at_tie
from .reals import INSTALL_HINT, Decision, Model, Reals, decide, row_model, satisfiable
from .walk import free_symbols, read, shortest

__all__ = [
    "BALLS",
    "INSTALL_HINT",
    "Algebra",
    "Decision",
    "Model",
    "Reals",
    "Unclear",
    "Undefined",
    "Values",
    "decide",
    "free_symbols",
    "precision",
    "rational",
    "read",
    "row_model",
    "satisfiable",
    "shortest",
    "truth_at_tie",
]
