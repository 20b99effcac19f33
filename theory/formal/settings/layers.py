"""The settings of the chapter ``layers``."""

from __future__ import annotations

from ... import notation as N
from ..setting import POINT_FROM_ONE, REAL, ROW, SOME, VECTOR, Setting

_REPEATED = "(append n z (z n))"

COLLAPSE = Setting(
    {"n": "nat", "alpha": "R", "z": VECTOR, "v": VECTOR},
    (SOME, "1 <= alpha"),
    {
        N.p: "entmax1 n alpha z",
        N.r: f"entmax1 (S n) alpha {_REPEATED}",
        N.top: "multiplicity n z",
        N.reach: "Largest n (fun i => Rabs (v n - v i))",
    },
)
"""A row, its values, and the row with its last token repeated."""

SOFTMAX_COLLAPSE = Setting(
    {"n": "nat", "z": VECTOR, "v": VECTOR}, (SOME,), {N.p: "softmax n z", N.r: f"softmax (S n) {_REPEATED}"}
)
"""The same for softmax."""

ENTMAX_COLLAPSE = ROW.having(variables={"v": VECTOR}, meaning={N.r: f"entmax (S n) alpha {_REPEATED}"})
"""The same for alpha > 1."""

ATTENTION = Setting(
    {"n": "nat", "layers": "nat", "P": "nat -> nat -> nat -> R"},
    (SOME, "(1 <= layers)%nat", "row_stochastic n P layers"),
)
"""Layers of attention held fixed: P l i j is the weight with which token i of layer l reads token j."""

SPARSE = ATTENTION.having(
    "inr last n",
    "forall l i, inr l layers -> inr i n -> INR (length (keys n (live P) l i)) <= fan l",
    variables={"fan": VECTOR, "last": "nat"},
    lengths={N.fan: "layers"},
)
"""The same with bounded supports, and a token at which paths end."""

CAUSAL = "paths_from n causal layers n"

BIASED = Setting(
    {"n": "nat", "alpha": "R", "slope": "R", "content": "R", "z": VECTOR},
    (SOME, REAL, "0 < slope", "0 <= content"),
    {N.p: "entmax n alpha z", N.distance: "(n - 1)%nat"},
)
"""Logits with a linear position bias of a slope, and the range of the contents."""

_AT = "(transformer n tok alpha Z V T (l - 1) x)"
"""What layer l of a stack reads."""
_TURNING = "(fun i => amplitude * cos (frequency * (INR i - 1)))"

SETTINGS: dict[str, Setting] = {
    "read-out-shift": COLLAPSE,
    "softmax-collapse": SOFTMAX_COLLAPSE,
    "softmax-collapse-rate": Setting(
        {"n": "nat", "theta": "R", "z": VECTOR},
        ("(2 <= n)%nat", "0 < theta"),
        {
            N.p: "softmax n (fun i => theta * z i)",
            N.r: "softmax (S n) (fun i => theta * append n z (z n) i)",
            N.z_max: "Largest n z",
            N.z_min: "- Largest n (fun i => - z i)",
        },
    ),
    "collapse-persistence": Setting(
        {"n": "nat", "alpha": "R", "z": VECTOR, "v": VECTOR},
        ("(2 <= n)%nat", REAL),
        {N.p: "entmax n alpha z", N.r: f"entmax (S n) alpha {_REPEATED}"},
    ),
    "collapse-through-layers": Setting(
        {
            "V": "NormedModule R_AbsRing",
            "n": "nat",
            "layers": "nat",
            "P": "nat -> nat -> nat -> R",
            "f": "nat -> nat -> V -> V",
            "x": "nat -> V",
            "y": "nat -> V",
            "lipschitz": "R",
            "reach": "R",
        },
        (
            SOME,
            "(1 <= layers)%nat",
            "row_stochastic n P layers",
            "0 < lipschitz",
            "forall l i a b, inr l layers -> inr i n -> "
            "norm (minus (f l i a) (f l i b)) <= lipschitz * norm (minus a b)",
            "forall i, inr i n -> norm (minus (x i) (y i)) <= reach",
        ),
        {N.late: "norm (minus (averaged n P f layers x n) (averaged n P f layers y n))"},
    ),
    "collapse-fixed-set": ENTMAX_COLLAPSE.having(
        "(outside < n)%nat",
        variables={"outside": "nat"},
        meaning={
            N.rho: "threshold (n - outside) alpha (fun i => z (i + outside)%nat)",
            N.late: "repetition_shift (n - outside) alpha (fun i => z (i + outside)%nat) "
            "(fun i => v (i + outside)%nat)",
        },
    ),
    "collapse-total": COLLAPSE,
    "read-out-gradient": Setting(
        {"n": "nat", "alpha": "R", "z": VECTOR, "v": VECTOR},
        (SOME, "1 <= alpha"),
        {
            N.p: "entmax1 n alpha z",
            N.tau: "threshold n alpha z",
            N.D: "fun i j => "
            "Derive (fun t => entmax1 n alpha (fun m => z m + t * (if Nat.eq_dec m j then 1 else 0)) i) 0",
        },
        exist={
            N.D: "forall i j, inr i n -> inr j n -> "
            "ex_derive (fun t => entmax1 n alpha (fun m => z m + t * (if Nat.eq_dec m j then 1 else 0)) i) 0"
        },
    ),
    "gradient-size": POINT_FROM_ONE.having(
        "forall i k, inr i n -> inr k n -> 0 < p i -> 0 < p k -> v i - v k <= reach",
        variables={"v": VECTOR, "reach": "R"},
        without={"total": ("convex-range",)},
    ),
    "gradient-mass": ATTENTION.having(meaning={N.G: "mat_prod n P layers"}),
    "path-counts": Setting(
        {"n": "nat", "layers": "nat"},
        (SOME, "(1 <= layers)%nat"),
        {N.paths: "length (paths n causal layers n)", N.w: "fun i => length (paths_from n causal layers n i)"},
    ),
    "sparse-paths": SPARSE.having(
        meaning={
            N.paths: "length (paths n (live P) layers last)",
            N.w: "fun i => length (paths_from n (live P) layers last i)",
            N.peak: "Largest n (mat_prod n P layers last)",
        },
    ),
    "residual-paths": SPARSE.having(
        meaning={
            N.paths: "length (paths n (with_residual (live P)) layers last)",
            N.w: "fun i => length (paths_from n (with_residual (live P)) layers last i)",
        },
    ),
    "unreachable-gradient": Setting(
        {
            "n": "nat",
            "alpha": "R",
            "layers": "nat",
            "N": "nat",
            "tok": "nat -> nat",
            "Z": "nat -> nat -> nat -> (nat -> R) -> R",
            "V": "nat -> nat -> nat -> (nat -> R) -> R",
            "T": "nat -> nat -> (nat -> R) -> R",
            "x": VECTOR,
        },
        (
            SOME,
            REAL,
            "(1 <= layers)%nat",
            "forall c, inr c N -> inr (tok c) n",
            "forall l i j, depends_on N tok (fun k => k = i \\/ k = j) (Z l i j)",
            "forall l j c, depends_on N tok (fun k => k = j) (V l j c)",
            "forall l c, depends_on N tok (fun k => k = tok c) (T l c)",
            f"forall l i j, inr l layers -> inr i n -> inr j n -> differentiable N (Z l i j) {_AT}",
            f"forall l j c, inr l layers -> inr j n -> inr c N -> differentiable N (V l j c) {_AT}",
            f"forall l c, inr l layers -> inr c N -> differentiable N (T l c) (attended n tok alpha (Z l) (V l) {_AT})",
            "alpha < 2 \\/ (forall l i k, inr l layers -> inr i n -> inr k n -> "
            f"(alpha - 1) * Z l i k {_AT} <> threshold n alpha (fun k => Z l i k {_AT}))",
        ),
        {
            N.w: "fun j => length (paths_from n (with_residual (live (fun l i => "
            f"entmax n alpha (fun k => Z l i k {_AT})))) layers n j)",
            N.G: "fun i j => Largest N (fun c => Largest N (fun d => "
            "if Nat.eq_dec (tok c) i then if Nat.eq_dec (tok d) j then "
            "Rabs (Derive (fun t => transformer n tok alpha Z V T layers "
            "(fun m => x m + t * (if Nat.eq_dec m d then 1 else 0)) c) 0) else 0 else 0))",
        },
        exist={
            N.G: "forall c d, inr c N -> inr d N -> ex_derive (fun t => transformer n tok alpha Z V T layers "
            "(fun m => x m + t * (if Nat.eq_dec m d then 1 else 0)) c) 0"
        },
    ),
    "softmax-squashing": Setting(
        {"n": "nat", "layers": "nat", "Z": "nat -> nat -> nat -> R", "z_max": "R", "z_min": "R"},
        (
            SOME,
            "(1 <= layers)%nat",
            "forall l i j k, inr l layers -> inr i n -> inr j n -> inr k n -> Z l i j - Z l i k <= z_max - z_min",
        ),
        {N.G: "mat_prod n (fun l i => softmax n (Z l i)) layers"},
    ),
    "causal-squashing": Setting(
        {"n": "nat", "layers": "nat", "Z": "nat -> nat -> nat -> R", "z_max": "R", "z_min": "R"},
        (
            SOME,
            "(1 <= layers)%nat",
            "forall l i j k, inr l layers -> inr i n -> inr j i -> inr k i -> Z l i j - Z l i k <= z_max - z_min",
        ),
        {N.G: "mat_prod n (fun l i j => if causal l i j then softmax i (Z l i) j else 0) layers"},
    ),
    "causal-sink": Setting(
        {"n": "nat", "layers": "nat"},
        (SOME, "(1 <= layers)%nat"),
        {N.G: "mat_prod n (fun l i j => if causal l i j then / INR i else 0) layers"},
    ),
    "alibi-radius": BIASED,
    "alibi-radius-attained": BIASED.having(
        "z 1%nat = content - slope * INR (n - 1)",
        "forall k, inr k n -> k = 1%nat \\/ z k = - slope * INR (n - k)",
    ),
    "alibi-softmax": Setting(
        {"n": "nat", "slope": "R", "content": "R", "z": VECTOR},
        (SOME, "0 < slope", "0 <= content"),
        {N.p: "softmax n z"},
    ),
    "alibi-scale": Setting(
        {"n": "nat", "alpha": "R", "theta": "R", "slope": "R", "content": "R", "z": VECTOR},
        (SOME, REAL, "0 < theta", "0 < slope", "0 <= content"),
        {
            N.p: "entmax n alpha (fun i => theta * z i)",
            N.r: "entmax n alpha (fun i => theta * (z i + slope * INR (n - i)) - slope * INR (n - i))",
            N.distance: "(n - 1)%nat",
        },
    ),
    "alibi-two-sided": Setting(
        {"distance": "nat", "alpha": "R", "slope": "R", "content": "R", "z": VECTOR},
        (
            "(1 <= distance)%nat",
            REAL,
            "0 < slope",
            "0 <= content",
            "z 1%nat = content - slope * INR distance",
            "forall k, (2 <= k <= 2 * distance + 1)%nat -> z k = - slope * Rabs (INR distance + 1 - INR k)",
        ),
        {N.p: "entmax (2 * distance + 1) alpha z"},
        {N.p: "2 * distance + 1"},
    ),
    "rotary-returns": Setting(
        {"n": "nat", "alpha": "R", "bands": "nat", "cells": "nat", "frequency": VECTOR, "amplitude": VECTOR},
        (SOME, REAL, "(1 <= bands)%nat", "(1 <= cells)%nat", "forall f, inr f bands -> 0 <= amplitude f"),
        {
            N.reach: "Sum bands amplitude",
            N.z: "fun k => Sum bands (fun f => amplitude f * cos (frequency f * INR (k - 1)))",
            N.z_max: "Largest n z",
            N.p: "entmax n alpha z",
            N.p_max: "Largest n p",
        },
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
