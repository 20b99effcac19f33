"""Relations, absolute values, and largest and smallest terms, as they are written.

SymPy's own constructors first ask whether a relation always holds, which sign a term has, or which is always larger.
Where the sums of this room are compared that takes seconds, and the answer is that it depends: the objects are the
same.
"""

from __future__ import annotations

from functools import partial

import sympy as sp

__all__ = ["Abs", "Eq", "Ge", "Gt", "Le", "Lt", "Max", "Min", "Ne"]

Abs, Eq, Ne, Le, Lt, Ge, Gt, Max, Min = (
    partial(kind, evaluate=False) for kind in (sp.Abs, sp.Eq, sp.Ne, sp.Le, sp.Lt, sp.Ge, sp.Gt, sp.Max, sp.Min)
)
