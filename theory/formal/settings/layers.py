"""The settings of the chapter ``layers``."""

from __future__ import annotations

from ... import notation as N
from ..setting import ROW, SOME, VECTOR, Setting

ATTENTION = Setting({"n": "nat", "layers": "nat", "P": "nat -> nat -> nat -> R"}, (SOME, "row_stochastic n P layers"))
"""Layers of attention held fixed: P l i j is the weight with which token i of layer l reads token j."""

SETTINGS: dict[str, Setting] = {
    "read-out-gradient": ROW.having(variables={"v": VECTOR}),
    "gradient-mass": ATTENTION.having(meaning={N.G: "mat_prod n P layers"}),
    "sparse-paths": ATTENTION.having(
        "inr last n",
        "forall l i, inr l layers -> inr i n -> INR (length (keys n (live P) l i)) <= fan l",
        variables={"fan": "nat -> R", "last": "nat"},
        meaning={N.paths: "length (paths n (live P) layers last)"},
    ),
}
