"""The settings of the chapter ``random``."""

from __future__ import annotations

from ... import notation as N
from ..setting import SOME, VECTOR, Setting

_LARGEST, _SMALLEST = "Largest n (fun i => X o i)", "- Largest n (fun i => - X o i)"
"""Of the logits in the outcome o."""

SETTINGS: dict[str, Setting] = {
    "scale-in-gamma": Setting({"n": "nat", "gamma": "R", "gamma2": "R"}, ("(2 <= n)%nat",)),
    "scale-of-one-token": Setting(
        {"n": "nat", "gamma": "R", "alpha": "R", "theta": "R", "z": VECTOR},
        ("1 <= alpha", "0 < theta"),
        {N.p: "entmax1 n alpha (fun i => theta * z i)"},
    ),
    "scale-reductions": Setting(
        {"n": "nat", "offset": "R", "strength": "R", "gamma": "R", "alpha": "R", "z": VECTOR},
        ("(2 <= n)%nat", "0 <= offset", "0 < strength", "1 <= alpha"),
        {N.p: "entmax1 n alpha (fun i => (offset + strength * pw (ln (INR n)) gamma) * z i)"},
    ),
    "scalable-softmax-margin": Setting(
        {"n": "nat", "strength": "R", "gap": "R", "z": VECTOR, "k": "nat"},
        ("(2 <= n)%nat", "0 < strength", "0 < gap", "inr k n"),
        {N.p: "softmax n (fun i => strength * ln (INR n) * z i)"},
    ),
    "scale-log-n-plus-one": Setting({"n": "nat", "gamma": "R"}, (SOME,)),
    "subgaussian-range": Setting(  # in the outcome o, which has the probability chances o, token i has the logit X o i
        {"n": "nat", "deviation": "R", "strength": "R", "outcomes": "nat", "chances": VECTOR, "X": "nat -> nat -> R"},
        (
            "(2 <= n)%nat",
            "0 < deviation",
            "0 < strength",
            "simplex outcomes chances",
            "forall t i, inr i n -> "
            "Sum outcomes (fun o => chances o * exp (t * X o i)) <= exp (t ^ 2 * deviation ^ 2 / 2)",
        ),
        {N.mean_range: f"Sum outcomes (fun o => chances o * ({_LARGEST} - {_SMALLEST}))"},
    ),
}
