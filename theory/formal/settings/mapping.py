"""The settings of the chapter ``mapping``."""

from __future__ import annotations

from dataclasses import replace

from ... import notation as N
from ..setting import LONGER_ROW, POINT, REAL, ROW, SCALED, SOFTMAX, SOME, VECTOR, Setting

_CHORD = ROW.having(
    "0 <= shift", "0 <= mix <= 1", variables={"rho": "R", "shift": "R", "mix": "R"}
)  # two levels and a weight

_FROM_LEFT = ROW.having("rho < (alpha - 1) * Largest n z", variables={"rho": "R"})

_STEP = (
    "path t + (alpha - 1) * (mass n (/ (alpha - 1)) (scaled alpha z) (path t) - 1) /\n    "
    "Sum n (fun i => if Rlt_dec (path t) ((alpha - 1) * z i)\n      "
    "then pw ((alpha - 1) * z i - path t) (/ (alpha - 1) - 1) else 0)"
)
"""Where Newton's method on the excess goes from the level ``path t``."""

SETTINGS: dict[str, Setting] = {
    "tsallis-limits": POINT,
    "tsallis-falls-in-alpha": POINT.having("1 < beta", variables={"beta": "R"}),
    "tsallis-schur-concave": replace(POINT, premises=("(2 <= n)%nat", REAL, "simplex n p")).having(
        "0 <= mix <= 1", "inr i n", "inr j n", variables={"mix": "R", "i": "nat", "j": "nat"}
    ),
    "tsallis-range": POINT,
    "tsallis-strong-concavity": POINT.having("forall i, inr i n -> 0 < p i", variables={"v": VECTOR}),
    "threshold-form": ROW.having("simplex n r", variables={"r": VECTOR}),
    "threshold-brackets": ROW,
    "sorted-means": ROW,
    "sorted-means-above": ROW,
    "closed-form-three-halves": ROW,
    "closed-form-sparsemax": ROW,
    "newton-from-the-left": _FROM_LEFT,
    "newton-sparsemax-steps": _FROM_LEFT.having(
        "path 0%nat = rho",
        f"forall t, (t < steps)%nat -> path t <> threshold n alpha z /\\ path (S t) =\n    {_STEP}",
        variables={"steps": "nat", "path": VECTOR},
    ),
    "newton-quadratic": _FROM_LEFT,
    "excess-convex": _CHORD,
    "excess-pieces": _CHORD,
    "closed-form-two-tokens": replace(ROW, premises=("(n = 2)%nat", REAL)),
    "closed-form-four-thirds": ROW,
    "deformed-exponential": ROW.having("1 < beta", variables={"beta": "R"}),
    "shift-invariance": ROW.having(
        variables={"shift": "R"},
        meaning={
            N.r: "entmax n alpha (fun i => z i + shift)",
            N.rho: "threshold n alpha (fun i => z i + shift)",
        },
    ),
    "permutation-equivariance": ROW.having(
        "permutes n perm",
        variables={"perm": "nat -> nat"},
        meaning={N.r: "entmax n alpha (fun i => z (perm i))", N.rho: "threshold n alpha (fun i => z (perm i))"},
    ),
    "temperature": SCALED.having("simplex n r", variables={"r": VECTOR}),
    "order": ROW,
    "masking-is-deletion": LONGER_ROW.having(
        meaning={
            N.rho: "threshold (n - 1) alpha z",
            N.r: "fun i => if Nat.eq_dec i n then 0 else entmax (n - 1) alpha z i",
        },
    ),
    "finite-mask": ROW,
    "duplicates": ROW.having(
        "(1 <= copies)%nat",
        variables={"copies": "nat"},
        meaning={
            N.p: "entmax (n - 1 + copies) alpha (fun i => z (Nat.min i n))",
            N.r: "entmax (n + copies) alpha (fun i => z (Nat.min i n))",
        },
    ),
    "own-logit": replace(ROW, premises=(SOME, "1 <= alpha")).having(
        variables={"shift": "R"},
        meaning={
            N.p: "entmax1 n alpha z",
            N.r: "entmax1 n alpha (fun i => if Nat.eq_dec i n then z i + shift else z i)",
        },
    ),
    "inverse-map": ROW,
    "infinite-logits": LONGER_ROW.having("z 1%nat - z 2%nat = shift", variables={"shift": "R"}),
    "softmax-structure": SOFTMAX.having(variables={"shift": "R"}, meaning={N.r: "softmax n (fun i => z i + shift)"}),
    "softmax-permutation": SOFTMAX.having(
        "permutes n perm", variables={"perm": "nat -> nat"}, meaning={N.r: "softmax n (fun i => z (perm i))"}
    ),
    "softmax-joining": SOFTMAX.having(
        variables={"late": "R"}, meaning={N.r: "softmax (S n) (fun i => if le_dec i n then z i else late)"}
    ),
}
