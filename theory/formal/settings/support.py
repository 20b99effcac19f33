"""The settings of the chapter ``support``."""

from __future__ import annotations

from ... import notation as N
from ..setting import LONGER_ROW, ROW, SCALED, Setting

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
}
