"""The settings of the chapter ``dispersion``."""

from __future__ import annotations

from dataclasses import replace

from ... import notation as N
from ..setting import LONGER_ROW, POINT, REAL, ROW, SIMPLEX, SOFTMAX, SOME, VECTOR, Setting

SEVERAL = "(2 <= n)%nat"
"""A row has more than one token."""

NOT_CONSTANT = "exists i, inr i n /\\ z i <> z 1%nat"
"""The logits are not all equal."""

HEATED = Setting(
    {"n": "nat", "theta": "R", "z": VECTOR},
    (SOME, "0 < theta"),
    {**SOFTMAX.meaning, N.p: "softmax n (fun i => theta * z i)"},
)
"""A row and a scale; p = softmax(theta z)."""

JOINED = ROW.having(
    variables={"late": "R"}, meaning={N.r: "entmax (S n) alpha (fun i => if le_dec i n then z i else late)"}
)
"""A row and a further logit behind it; r = entmax(z, late)."""

_TWO_LEVELS = "(fun i => theta * (if le_dec i top then shift + gap else shift))"

SETTINGS: dict[str, Setting] = {
    "entropy-and-support": SIMPLEX,
    "entropy-of-a-power": SIMPLEX.having(variables={"growth": "R"}),
    "dispersion-criterion": replace(SIMPLEX, premises=(SEVERAL, "simplex n p")).having(
        "0 < epsilon <= 1", variables={"epsilon": "R"}
    ),
    "softmax-entropy-floor": replace(HEATED, premises=(SEVERAL, "0 < theta", NOT_CONSTANT)),
    "entmax-peak": LONGER_ROW,
    "entropy-floor-three-levels": LONGER_ROW.having(NOT_CONSTANT),
    "finite-vocabulary": LONGER_ROW.having(NOT_CONSTANT),
    "tsallis-normalisation-trap": replace(POINT, premises=(SEVERAL, REAL, "simplex n p")),
    "majorisation": Setting(
        {"n": "nat", "alpha": "R", "beta": "R", "theta": "R", "eta": "R", "z": VECTOR},
        (SOME, "1 <= alpha", "1 <= beta", "0 < theta", "0 < eta"),
        {
            N.p: "entmax1 n alpha (fun i => theta * z i)",
            N.r: "entmax1 n beta (fun i => eta * z i)",
        },
    ),
    "softmax-floor-exact": HEATED,
    "entropy-floor-at-minimum": LONGER_ROW.having(NOT_CONSTANT),
    "dispersion-window": LONGER_ROW.having("0 < epsilon <= 1", variables={"epsilon": "R"}),
    "scalable-softmax-floor": replace(SOFTMAX, premises=(SEVERAL,)).having(
        "0 < strength",
        variables={"strength": "R"},
        meaning={N.p: "softmax n (fun i => strength * ln (INR n) * z i)"},
    ),
    "joining-token": JOINED,
    "critical-rival": JOINED,
    "epsilon-criterion": ROW.having("0 < epsilon <= 1", variables={"epsilon": "R"}),
    "needle": ROW.having("0 < gap", "inr k n", variables={"gap": "R", "k": "nat"}),
    "softmax-vanishes": SOFTMAX,
    "softmax-two-level": Setting(
        {"n": "nat", "top": "nat", "alpha": "R", "theta": "R", "gap": "R", "shift": "R", "mix": "R"},
        ("(1 <= top < n)%nat", REAL, "0 < theta", "0 < gap", "0 < mix < 1"),
        {N.p: f"softmax n {_TWO_LEVELS}", N.r: f"entmax n alpha {_TWO_LEVELS}"},
    ),
}
