"""The settings of the chapter ``neighbours``."""

from __future__ import annotations

from ... import notation as N
from ..setting import REAL, SOME, VECTOR, Setting

ROW = Setting({"n": "nat", "z": VECTOR}, (SOME,))
"""A row of n >= 1 logits."""

PAIR = ROW.having(variables={"y": VECTOR})
"""Two of them."""

SIGMOID = PAIR.having(
    variables={"shift": "R"}, meaning={N.p: "fun i => sigmoid (z i + shift)", N.r: "fun i => sigmoid (y i + shift)"}
)
"""Sigmoids of two rows, with a bias."""

STICK = ROW.having(meaning={N.p: "stick n z"})

BUDGET = Setting(
    {"n": "nat", "kept": "nat", "z": VECTOR, "tau": "R"},
    ("(1 <= kept <= n)%nat", "Sum n (budget tau z) = INR kept"),
    {N.p: "budget tau z"},
    found=("tau",),
)
"""A budget of K tokens, with a threshold tau that makes it one."""

NORMMAX = Setting(
    {"n": "nat", "alpha": "R", "z": VECTOR, "tau": "R"},
    (SOME, REAL, "mass n (alpha / (alpha - 1)) z tau = 1"),
    {N.p: "shares n (fun i => pw (Rmax 0 (z i - tau)) (/ (alpha - 1)))"},
    found=("tau",),
)
"""Normmax, with a threshold tau."""

TURNED = {"perm": "nat -> nat", "shift": "R", "rho": "R"}
"""What a permuted and shifted row z' needs, with its threshold."""

BOTH = ("tau", "rho")
"""The thresholds of two rows."""

_Z = "(fun i => z (perm i) + shift)"

SETTINGS: dict[str, Setting] = {
    "sigmoid-structure": SIGMOID,
    "sigmoid-slope": SIGMOID.having(
        meaning={N.D: "fun i j => Derive (fun t => sigmoid (z i + t * (if Nat.eq_dec i j then 1 else 0) + shift)) 0"},
        exist={
            N.D: "forall i j, inr i n -> inr j n -> "
            "ex_derive (fun t => sigmoid (z i + t * (if Nat.eq_dec i j then 1 else 0) + shift)) 0"
        },
    ),
    "sigmoid-length-bias": ROW.having(
        variables={"late": "R"},
        meaning={
            N.p: "fun i => / (1 + INR n * exp (- z i))",
            N.r: "fun i => / (1 + INR (S n) * exp (- append n z late i))",
        },
    ),
    "rectified-linear": PAIR.having(meaning={N.p: "fun i => Rmax 0 (z i)", N.r: "fun i => Rmax 0 (y i)"}),
    "stick-breaking": STICK,
    "stick-breaking-joining": STICK.having(
        "(1 <= place <= S n)%nat",
        variables={"late": "R", "place": "nat"},
        meaning={N.r: "fun i => stick (S n) (insert place late z) (moved_on place i)"},
    ),
    "stick-breaking-slope": STICK.having(
        variables={"y": VECTOR},
        meaning={
            N.r: "stick n y",
            N.D: "fun i j => Derive (fun t => stick n (fun m => z m + t * (if Nat.eq_dec m j then 1 else 0)) i) 0",
        },
        exist={
            N.D: "forall i j, inr i n -> inr j n -> "
            "ex_derive (fun t => stick n (fun m => z m + t * (if Nat.eq_dec m j then 1 else 0)) i) 0"
        },
    ),
    "r-softmax-structure": ROW.having(
        "0 <= level < 1",
        "permutes n perm",
        "exists i, inr i n /\\ quantile n level z < z i",
        variables={"level": "R", "perm": "nat -> nat", "shift": "R"},
        meaning={
            N.tau: "quantile n level z",
            N.rho: f"quantile n level {_Z}",
            N.p: "shares n (fun i => Rmax 0 (z i - tau) * exp (z i))",
            N.r: f"shares n (fun i => Rmax 0 ({_Z} i - rho) * exp ({_Z} i))",
        },
    ),
    "budget-form": BUDGET.having("forall i, inr i n -> 0 <= r i <= 1", "Sum n r = INR kept", variables={"r": VECTOR}),
    "budget-structure": BUDGET.having(
        "permutes n perm",
        f"Sum n (budget rho {_Z}) = INR kept",
        variables=TURNED,
        meaning={N.r: f"budget rho {_Z}"},
        found=BOTH,
    ),
    "budget-joining": BUDGET.having(
        "Sum (S n) (budget rho (append n z late)) = INR kept",
        variables={"late": "R", "rho": "R"},
        meaning={N.r: "budget rho (append n z late)"},
        found=BOTH,
    ),
    "budget-lipschitz": BUDGET.having(
        "Sum n (budget rho y) = INR kept",
        variables={"y": VECTOR, "rho": "R"},
        meaning={N.r: "budget rho y"},
        found=BOTH,
    ),
    "top-k-joining": ROW.having(
        "(1 <= kept)%nat",
        "(1 <= place <= S n)%nat",
        variables={"kept": "nat", "late": "R", "place": "nat"},
        meaning={N.p: "top_k n kept z", N.r: "fun i => top_k (S n) kept (insert place late z) (moved_on place i)"},
    ),
    "normmax-form": NORMMAX.having("simplex n r", variables={"r": VECTOR}),
    "normmax-structure": NORMMAX.having(
        "permutes n perm",
        f"mass n (alpha / (alpha - 1)) {_Z} rho = 1",
        variables=TURNED,
        meaning={N.r: f"shares n (fun i => pw (Rmax 0 ({_Z} i - rho)) (/ (alpha - 1)))"},
        found=BOTH,
    ),
    "normmax-joining": NORMMAX.having(
        "mass (S n) (alpha / (alpha - 1)) (append n z late) rho = 1",
        variables={"late": "R", "rho": "R"},
        meaning={N.r: "shares (S n) (fun i => pw (Rmax 0 (append n z late i - rho)) (/ (alpha - 1)))"},
        found=BOTH,
    ),
    "normmax-lipschitz": ROW.having(
        "mass n 2 z tau = 1",
        "mass n 2 y rho = 1",
        variables={"tau": "R", "y": VECTOR, "rho": "R"},
        meaning={
            N.p: "shares n (fun i => Rmax 0 (z i - tau))",
            N.r: "shares n (fun i => Rmax 0 (y i - rho))",
        },
        found=BOTH,
    ),
    "self-adjust-order": ROW.having(
        "exists i, inr i n /\\ z i <> 0",
        meaning={
            N.z_max: "Largest n z",
            N.z_min: "- Largest n (fun i => - z i)",
            N.p: "fun i => (z i - Rmin 0 z_min) / (Rmax 0 z_max - Rmin 0 z_min) * softmax n z i",
        },
    ),
    "adaptive-temperature-lipschitz": PAIR.having(
        meaning={
            N.p: "softmax n (fun i => adaptive_scale n z * z i)",
            N.r: "softmax n (fun i => adaptive_scale n y * y i)",
        },
    ),
}
