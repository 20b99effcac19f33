"""The settings of the chapter ``mapping``."""

from __future__ import annotations

from ... import notation as N
from ..setting import LONGER_ROW, POINT, ROW, SCALED, SOFTMAX, VECTOR, Setting

SETTINGS: dict[str, Setting] = {
    "tsallis-range": POINT,
    "tsallis-strong-concavity": POINT.having("forall i, inr i n -> 0 < p i", variables={"v": VECTOR}),
    "threshold-form": ROW.having("simplex n r", variables={"r": VECTOR}),
    "threshold-brackets": ROW,
    "sorted-means": ROW,
    "sorted-means-above": ROW,
    "closed-form-three-halves": ROW,
    "closed-form-sparsemax": ROW,
    "newton-from-the-left": ROW.having("rho < (alpha - 1) * Largest n z", variables={"rho": "R"}),
    "newton-lands-left": ROW.having("rho < (alpha - 1) * Largest n z", variables={"rho": "R"}),
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
    "own-logit": ROW.having(
        variables={"shift": "R"},
        meaning={N.r: "entmax n alpha (fun i => if Nat.eq_dec i n then z i + shift else z i)"},
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
