"""The settings of the chapter ``arithmetic``."""

from __future__ import annotations

from dataclasses import replace

from ... import notation as N
from ..setting import POINT, POINT_FROM_ONE, ROW, SOME, VECTOR, Setting

LEVEL = ROW.having(
    "rho < (alpha - 1) * Largest n z",
    variables={"rho": "R"},
    meaning={N.r: "fun i => pw (Rmax 0 ((alpha - 1) * z i - rho)) (/ (alpha - 1))"},
)
"""A row and an approximate threshold."""

APPROXIMATE = LEVEL.having("(alpha - 1) * Largest n z - 1 <= rho")

_END = (
    "halved steps (mass n (/ (alpha - 1)) (scaled alpha z)) ((alpha - 1) * Largest n z - 1) "
    "((alpha - 1) * Largest n z - pw (INR n) (1 - alpha))"
)
BISECTED = ROW.having(
    variables={"steps": "nat"},
    meaning={N.r: f"fun i => pw (Rmax 0 ((alpha - 1) * z i - {_END})) (/ (alpha - 1))", N.rho: _END},
)
"""A row, and the lower end of its first bracket after so many halvings."""

SETTINGS: dict[str, Setting] = {
    "residual-identity": LEVEL,
    "logit-rounding": Setting(
        {"n": "nat", "alpha": "R", "z": VECTOR, "y": VECTOR},
        (SOME, "1 <= alpha"),
        {
            N.p: "entmax1 n alpha z",
            N.r: "entmax1 n alpha y",
            N.reach: "Largest n (fun i => Rabs (y i - z i))",
        },
    ),
    "certified-bracket": APPROXIMATE,
    "condition-number-exact": replace(POINT, premises=("(2 <= n)%nat", "1 < alpha", "simplex n p")),
    "support-decisions": APPROXIMATE,
    "false-zeros": ROW.having(
        "0 < epsilon",
        variables={"epsilon": "R"},
        meaning={N.r: "fun i => if Rle_dec (entmax n alpha z i) epsilon then 0 else entmax n alpha z i"},
    ),
    "bisection-steps": ROW.having(
        "(alpha - 1) * Largest n z - 1 <= rho <= (alpha - 1) * Largest n z",
        variables={"rho": "R"},
        meaning={N.r: LEVEL.meaning[N.r]},
        apart={"error": BISECTED},
    ),
    "summation-error": Setting(
        {"n": "nat", "bits": "nat", "emin": "Z", "rnd": "R -> R", "v": VECTOR, "t": "tree"},
        (
            SOME,
            "(1 <= bits)%nat",
            "to_nearest (binary bits emin) rnd",
            "forall i, inr i n -> binary bits emin (v i)",
            "leaves t = seq 1 n /\\ (levels t <= Nat.log2_up n)%nat",
        ),
        {N.late: "sum_in_order rnd n v", N.shift: "sum_in_pairs rnd v t", N.roundoff: "/ 2 ^ bits"},
        found=("t",),
    ),
    "vjp-mean-error": POINT_FROM_ONE.having(variables={"v": VECTOR, "shift": "R"}),
}
