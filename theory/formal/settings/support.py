"""The settings of the chapter ``support``."""

from __future__ import annotations

from dataclasses import replace

from ... import notation as N
from ..setting import LONGER_ROW, POINT_FROM_ONE, REAL, ROW, SCALED, SOFTMAX, VECTOR, Setting

NOT_CONSTANT = "exists i, inr i n /\\ z i <> z 1%nat"
"""The logits are not all equal."""

SETTINGS: dict[str, Setting] = {
    "support-norm-criterion": SCALED,
    "critical-scale": SCALED.having(
        "0 < eta", variables={"eta": "R"}, meaning={N.r: "entmax n alpha (fun i => eta * z i)"}
    ),
    "support-nested-in-alpha": ROW.having("1 < beta", variables={"beta": "R"}, meaning={N.r: "entmax n beta z"}),
    "support-size": ROW,
    "one-hot-margin": LONGER_ROW.having(NOT_CONSTANT),
    "full-support": LONGER_ROW,
    "least-support": LONGER_ROW.having(NOT_CONSTANT),
    "support-window": ROW,
    "sparsity-from-gap": ROW,
    "softmax-limit": ROW.having(meaning={N.r: "softmax n z"}),
    "hot-limit": SCALED,
    "alpha-slope-at-one": SOFTMAX.having(
        "forall i, inr i n -> has_right_derivative (fun alpha => entmax1 n alpha z i) 1 (A i)",
        variables={"A": VECTOR},
        found=("A",),
    ),
    "sup-to-one-exact": replace(POINT_FROM_ONE, premises=("(2 <= n)%nat", "1 <= alpha", "simplex n p")).having(
        variables={"v": VECTOR}
    ),
    "not-lipschitz": replace(ROW, premises=("(3 <= n)%nat", REAL)).having(
        "0 < lipschitz",
        "0 < epsilon < 1",
        "2 < alpha -> epsilon = Rmin (1 / 2) (pw ((alpha - 1) / (2 * lipschitz)) (/ (alpha - 2)))",
        "entmax n alpha z 1%nat = 1 - epsilon",
        "entmax n alpha z 2%nat = epsilon",
        "forall i, (3 <= i <= n)%nat -> (alpha - 1) * z i = threshold n alpha z",
        variables={"lipschitz": "R", "epsilon": "R"},
        meaning={
            N.y: "fun i => z (match i with 2 => 3 | 3 => 2 | _ => i end)%nat",
            N.r: "entmax n alpha (fun i => z (match i with 2 => 3 | 3 => 2 | _ => i end)%nat)",
        },
        found=("z",),
        without={"ratio": ("large-alpha",)},
    ),
    "edge-order": replace(ROW, premises=("(2 <= n)%nat", REAL)),
}
