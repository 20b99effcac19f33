"""The settings of the chapter ``support``."""

from __future__ import annotations

from ... import notation as N
from ..setting import LONGER_ROW, ROW, SCALED, Setting

SETTINGS: dict[str, Setting] = {
    "support-norm-criterion": SCALED,
    "critical-scale": SCALED.having(
        "0 < eta", variables={"eta": "R"}, meaning={N.r: "entmax n alpha (fun i => eta * z i)"}
    ),
    "support-nested-in-alpha": ROW.having("1 < beta", variables={"beta": "R"}, meaning={N.r: "entmax n beta z"}),
    "support-size": ROW,
    "one-hot-margin": LONGER_ROW.having("exists i, inr i n /\\ z i <> z 1%nat"),
    "full-support": LONGER_ROW,
    "support-window": ROW,
    "sparsity-from-gap": ROW,
}
