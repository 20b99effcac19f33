"""The settings of the chapter ``random``."""

from __future__ import annotations

from ... import notation as N
from ..setting import VECTOR, Setting

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
}
