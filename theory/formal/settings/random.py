"""The settings of the chapter ``random``."""

from __future__ import annotations

from ... import notation as N
from ..setting import SOME, VECTOR, Setting

SETTINGS: dict[str, Setting] = {
    "scale-log-n-plus-one": Setting({"n": "nat", "gamma": "R"}, (SOME,)),
    "subgaussian-range": Setting(  # X o i is the logit of token i in the outcome o, which has the probability chances o
        {
            "n": "nat",
            "deviation": "R",
            "strength": "R",
            "outcomes": "nat",
            "chances": VECTOR,
            "X": "nat -> nat -> R",
        },
        (
            "(2 <= n)%nat",
            "0 < deviation",
            "0 < strength",
            "simplex outcomes chances",
            "forall t i, inr i n -> "
            "Sum outcomes (fun o => chances o * exp (t * X o i)) <= exp (t ^ 2 * deviation ^ 2 / 2)",
        ),
        {
            N.mean_range: (
                "Sum outcomes (fun o => chances o * (Largest n (fun i => X o i) - - Largest n (fun i => - X o i)))"
            ),
        },
    ),
}
