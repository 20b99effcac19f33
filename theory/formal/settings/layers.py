"""The settings of the chapter ``layers``."""

from __future__ import annotations

from ... import notation as N
from ..setting import REAL, ROW, SOME, VECTOR, Setting

ATTENTION = Setting({"n": "nat", "layers": "nat", "P": "nat -> nat -> nat -> R"}, (SOME, "row_stochastic n P layers"))
"""Layers of attention held fixed: P l i j is the weight with which token i of layer l reads token j."""

_TURNING = "(fun i => amplitude * cos (frequency * (INR i - 1)))"

SETTINGS: dict[str, Setting] = {
    "read-out-gradient": ROW.having(variables={"v": VECTOR}),
    "gradient-mass": ATTENTION.having(meaning={N.G: "mat_prod n P layers"}),
    "sparse-paths": ATTENTION.having(
        "inr last n",
        "forall l i, inr l layers -> inr i n -> INR (length (keys n (live P) l i)) <= fan l",
        variables={"fan": "nat -> R", "last": "nat"},
        meaning={N.paths: "length (paths n (live P) layers last)"},
    ),
    "rotary-cut-off": Setting(
        {"n": "nat", "alpha": "R", "amplitude": "R", "frequency": "R"},
        (
            SOME,
            REAL,
            "0 < amplitude",
            "0 < frequency",
            f"- ((alpha - 1) * amplitude) <= threshold n alpha {_TURNING}",
        ),
        {N.p: f"entmax n alpha {_TURNING}", N.tau: f"threshold n alpha {_TURNING}"},
    ),
    "nope-beside-alibi": ROW.having(
        "0 < slope",
        variables={"slope": "R"},
        meaning={N.p: "entmax n alpha (fun i => z i - slope * (INR n - INR i))", N.r: "entmax n alpha z"},
    ),
}
