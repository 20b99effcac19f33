"""The settings of the chapter ``dispersion``."""

from __future__ import annotations

from ... import notation as N
from ..setting import REAL, SIMPLEX, Setting

_TWO_LEVELS = "(fun i => theta * (if le_dec i top then shift + gap else shift))"

SETTINGS: dict[str, Setting] = {
    "entropy-and-support": SIMPLEX,
    "entropy-of-a-power": SIMPLEX.having(variables={"growth": "R"}),
    "softmax-two-level": Setting(
        {"n": "nat", "top": "nat", "alpha": "R", "theta": "R", "gap": "R", "shift": "R", "mix": "R"},
        ("(1 <= top < n)%nat", REAL, "0 < theta", "0 < gap", "0 < mix < 1"),
        {N.p: f"softmax n {_TWO_LEVELS}", N.r: f"entmax n alpha {_TWO_LEVELS}"},
    ),
}
