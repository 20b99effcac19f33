"""Curves of the bounds that depend on one or two numbers, drawn from the theorems' own expressions."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from sympy.core.relational import Relational

from entmax_oracle.theory import Claim, Theorem, notation, theorems

__all__ = ["bound_curves"]

# For each symbol a bound may depend on: the axis along which it is drawn, and the values that get a curve each.
_GRIDS = {
    notation.alpha: np.linspace(1.02, 2.0, 99),
    notation.n: np.unique(np.geomspace(2, 4096, 60).astype(int)).astype(float),
    notation.theta: np.geomspace(0.1, 10, 60),
}
_FAMILIES = {notation.alpha: (1.1, 1.25, 1.5, 1.75, 2.0), notation.n: (2.0, 8.0, 64.0, 512.0, 4096.0)}
_OBSERVED = {notation.chance, notation.mean_size, notation.mean_entropy, notation.mean_square}


@cache
def _catalogue() -> dict[str, Theorem]:
    return {theorem.name: theorem for theorem in theorems()}


def bound_curves(name: str) -> list[dict[str, Any]]:
    """Return the plots of one theorem in the form :func:`.pictures.curves` draws; none if its bounds have no shape.

    A bound is drawn when it is a function of alpha, or of n, or of both; a theorem that this version does not
    know, because the results come from another one, has no plot.
    """
    theorem = _catalogue().get(name)
    claims = () if theorem is None else theorem.claims
    plots = [(claim, plot) for claim in claims if (plot := _plot(claim)) is not None]
    return [
        {"title": "The bound" if len(claims) == 1 else f"The bound of the claim `{claim.key}`", **plot}
        for claim, plot in plots
    ]


def _plot(claim: Claim) -> dict[str, Any] | None:
    if not isinstance(claim.relation, Relational) or claim.relation.free_symbols & _OBSERVED:
        return None  # a law of random rows is drawn by its own evidence, at the lengths it speaks of
    symbols = list(claim.symbols)
    across = next((s for s in (notation.n, notation.alpha) if s in symbols), None)
    others = [s for s in symbols if s != across]
    if across is None or len(others) > 1 or any(s not in _FAMILIES for s in others):
        return None
    grid = _GRIDS[across]
    families = _FAMILIES[others[0]] if others else (None,)
    series = []
    for value in families:
        arguments = [grid if s == across else value for s in symbols]
        with np.errstate(all="ignore"):
            y = np.broadcast_to(np.asarray(claim.function(*arguments), dtype=float), grid.shape)
        series.append(
            {
                "label": "" if value is None else f"{_name(others[0])} = {value:g}",
                "x": grid.tolist(),
                "y": [float(v) if np.isfinite(v) else None for v in y],
            }
        )
    if not any(v is not None for one in series for v in one["y"]):
        return None
    return {
        "x_label": _name(across),
        "y_label": "bound",
        "x_log": across == notation.n,
        "series": series,
    }


def _name(symbol: Any) -> str:
    return "α" if symbol == notation.alpha else str(symbol)
