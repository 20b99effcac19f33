"""How a theorem reads on a page of the report or the documentation: pictures, points and the steps of its proof."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..evidence import Check
from ..evidence.results import Debunking, TheoremResult
from .bounds import bound_curves
from .pictures import curves
from .targets import slug

__all__ = ["anchor", "false_at", "heading", "line", "plots", "point"]

_HEADINGS = {
    "mapping": "The mapping",
    "support": "The support",
    "calculus": "Derivatives and losses",
    "dispersion": "Dispersion",
    "layers": "Layers",
    "random": "Random logits",
    "neighbours": "Other normalisers",
    "arithmetic": "Floating-point arithmetic",
    # areas
    "entropy": "Tsallis entropy",
    "threshold": "The threshold",
    "newton": "Newton's method",
    "excess": "The function whose root is the threshold",
    "structure": "Symmetries and identities",
    "softmax": "Softmax",
    "limits": "Limits in α",
    "extremes": "Extreme sensitivity",
    "jacobian": "The Jacobian",
    "lipschitz": "Lipschitz constants",
    "smoothness": "Smoothness",
    "losses": "Fenchel-Young losses",
    "entropy_floors": "Least entropy",
    "vanishing": "Tokens that join",
    "collapse": "Representational collapse",
    "paths": "Paths and over-squashing",
    "positions": "Position biases",
    "scale_laws": "Scales that depend on the length",
    "random_supports": "Supports of random rows",
    "random_entropies": "Entropies of random rows",
    "random_tails": "Tails of the logits",
    "tokenwise": "Weights that are not normalised",
    "selections": "Top-k, budgets and r-softmax",
    "floating": "Error of the threshold",
    "rounding": "Rounding",
}
"""Chapters and areas in words; an area of the same name as its chapter has the chapter's."""


def heading(key: str) -> str:
    """Return a chapter or an area in words."""
    return _HEADINGS.get(key, key.replace("_", " ").capitalize())


def anchor(name: str) -> str:
    """Return where a theorem is on the page of its area."""
    return f"theorem-{slug(name)}"


def plots(theorem: TheoremResult) -> list[dict[str, Any]]:
    """Draw what the evidence has seen, then the bounds; what is given without numbers is not drawn."""
    given = [plot for plot in theorem.plots if all({"x", "y"} <= one.keys() for one in plot["series"])]
    return [
        {"title": str(plot.get("title", "")), "svg": curves(plot, f"{anchor(theorem.name)}-{k}")}
        for k, plot in enumerate([*given, *bound_curves(theorem.name)])
    ]


def false_at(folklore: Debunking) -> str:
    """Say where a misconception fails, and if it was not found to fail there, that too."""
    if not folklore.false_at:
        return ""
    if not folklore.ok:
        return f"A counterexample was expected at {folklore.false_at}, but is not one: {folklore.detail}"
    return f"Counterexample: {folklore.false_at}."


def line(check: Check) -> str:
    """Write a point of sharpness or a dropped hypothesis in one line, saying so when it is not shown."""
    text = f"`{check.subject}`: " if check.subject else ""
    text += "; ".join(filter(None, (check.text, check.detail)))
    text += f" ({point(check.point)})" if check.point else ""
    return text if check.ok else f"Not shown. {text}"


def point(values: Mapping[str, Any]) -> str:
    """Write a point of a theorem, the values of its symbols, in the order it was given."""
    letters = {"alpha": "α", "alpha'": "α′", "theta": "θ", "theta'": "θ′", "tau": "τ", "tau'": "τ′"}
    # what follows from the row, and a scale of one, would only make the line long
    derived = {"z_max", "z_min", "p_max", "|S|", "m"} if {"z", "p"} & values.keys() else set()
    derived |= {"theta"} if values.get("theta") == "1" else set()
    return ", ".join(
        f"{letters.get(key, key)} = {_short(value)}" for key, value in values.items() if key not in derived
    )


def _short(value: Any) -> str:
    """Cut a long vector after its first entries."""
    text = str(value)
    return text if len(text) <= 72 else f"{', '.join(text.split(', ')[:6])}, …)"
