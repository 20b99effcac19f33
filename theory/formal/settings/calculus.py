"""The settings of the chapter ``calculus``."""

from __future__ import annotations

from dataclasses import replace

from ... import notation as N
from ..setting import POINT_FROM_ONE, ROW, SCALED, SOME, VECTOR, Setting

ROW_FROM_ONE = Setting(
    {"n": "nat", "alpha": "R", "z": VECTOR},
    (SOME, "1 <= alpha"),
    {
        N.p: "entmax1 n alpha z",
        N.tau: "threshold n alpha z",
        N.D: "fun i j => Derive (fun t => entmax1 n alpha (fun m => z m + t * (if Nat.eq_dec m j then 1 else 0)) i) 0",
    },
    exist={
        N.D: "forall i j, inr i n -> inr j n -> "
        "ex_derive (fun t => entmax1 n alpha (fun m => z m + t * (if Nat.eq_dec m j then 1 else 0)) i) 0"
    },
)
"""A row and alpha >= 1, softmax at 1; the threshold is asked for above 1 only."""

PAIR = ROW.having(variables={"y": VECTOR}, meaning={N.r: "entmax n alpha y"})
"""Two rows."""

TARGETED_PAIR = replace(PAIR, premises=("(2 <= n)%nat", "1 < alpha")).having(
    "simplex n target", variables={"target": VECTOR}
)
"""Two rows of n >= 2 logits and a target."""

TARGET = ROW.having("simplex n r", variables={"r": VECTOR})
"""A row and a target."""

DIRECTION = POINT_FROM_ONE.having(variables={"v": VECTOR})
"""A point of the simplex and a direction."""

TWO_ALPHAS = ROW.having("1 < beta", variables={"beta": "R"}, meaning={N.r: "entmax n beta z"})
"""A row and two exponents."""

_AT_LEAST_TWO = "(2 <= n)%nat"
_S = "(fun k => if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)"

SETTINGS: dict[str, Setting] = {
    "jacobian": ROW_FROM_ONE,
    "jacobian-semidefinite": DIRECTION.having(
        f"has_rank n (fun i j => {_S} i * (if Nat.eq_dec i j then 1 else 0) - {_S} i * {_S} j / Sum n {_S}) rank",
        variables={"rank": "nat"},
        found=("rank",),
    ),
    "jacobian-inverse": DIRECTION,
    "jacobian-entries": replace(POINT_FROM_ONE, premises=(_AT_LEAST_TWO, "1 <= alpha", "simplex n p")),
    "norm-path": Setting({"n": "nat", "alpha": "R", "mix": "R"}, (_AT_LEAST_TWO, "1 <= alpha <= 2", "0 <= mix <= 1")),
    "jacobian-norm": replace(DIRECTION, premises=(_AT_LEAST_TWO, "1 <= alpha", "simplex n p")),
    "hoelder": PAIR,
    "expected-logit": Setting(
        {"n": "nat", "alpha": "R", "theta": "R", "eta": "R", "z": VECTOR},
        (SOME, "1 <= alpha", "0 < theta", "0 < eta"),
        {N.p: "entmax1 n alpha (fun i => theta * z i)", N.r: "entmax1 n alpha (fun i => eta * z i)"},
    ),
    "alpha-derivative": ROW.having(
        meaning={N.A: "fun i => Derive (fun t => entmax n t z i) alpha"},
        exist={N.A: "forall i, inr i n -> ex_derive (fun t => entmax n t z i) alpha"},
    ),
    "boundary-slopes": ROW.having(
        "alpha < 2",
        exist={
            N.D: "forall i j, inr i n -> inr j n -> "
            "ex_derive (fun t => entmax n alpha (fun m => z m + t * (if Nat.eq_dec m j then 1 else 0)) i) 0"
        },
    ),
    "boundary-jump": Setting(
        {"alpha": "R", "mix": "R"},
        ("1 <= alpha", "0 < mix < 1"),
        {N.n: "2%nat", N.p: "fun i => if Nat.eq_dec i 1 then 1 - mix else mix"},
    ),
    "sparsemax-affine": PAIR,
    "jacobian-simple-norms": DIRECTION.having(
        meaning={N.reach: f"Largest n (fun i => {_S} i - {_S} i ^ 2 / Sum n {_S})"},
        without={"diagonal": ("convex-range",), "probe": ("convex-range",)},
    ),
    "two-token-norm": replace(DIRECTION, premises=(SOME, "2 < alpha", "simplex n p")),
    "scale-derivative": SCALED.having(
        meaning={N.B: "fun i => Derive (fun t => entmax n alpha (fun j => t * z j) i) theta"},
        exist={N.B: "forall i, inr i n -> ex_derive (fun t => entmax n alpha (fun j => t * z j) i) theta"},
    ),
    "scaled-lipschitz": Setting(
        {"n": "nat", "alpha": "R", "theta": "R", "z": VECTOR, "y": VECTOR},
        (_AT_LEAST_TWO, "1 <= alpha", "0 < theta"),
        {N.p: "entmax1 n alpha (fun i => theta * z i)", N.r: "entmax1 n alpha (fun i => theta * y i)"},
    ),
    "conjugate": PAIR,
    "loss-decomposition": TARGET,
    "one-hot-loss": ROW,
    "loss-falls-in-alpha": TWO_ALPHAS,
    "loss-gradient": TARGETED_PAIR,
    "loss-smoothness": TARGETED_PAIR,
    "label-smoothing": ROW.having(
        "0 <= epsilon <= 1",
        "inr k n",
        variables={"epsilon": "R", "k": "nat"},
        meaning={N.r: "fun i => (1 - epsilon) * (if Nat.eq_dec i k then 1 else 0) + epsilon / INR n"},
    ),
    "loss-soft-labels": TWO_ALPHAS.having("simplex n target", variables={"target": VECTOR}),
}
