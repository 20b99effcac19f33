"""The settings of the chapter ``calculus``."""

from __future__ import annotations

from ..setting import POINT_FROM_ONE, ROW, VECTOR, Setting

SETTINGS: dict[str, Setting] = {
    "jacobian": ROW,
    "jacobian-semidefinite": POINT_FROM_ONE.having(variables={"v": VECTOR}),
    "jacobian-inverse": POINT_FROM_ONE.having(variables={"v": VECTOR}),
}
