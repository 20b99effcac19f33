"""The rows of the matrix, and what is claimed of each: the theorem that proves a cell, or the point that refutes it.

Nothing is shown because it stands here. A theorem's evidence is run and a search must not contradict it, a point
is replayed; what is not claimed is whatever the search finds.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .points import Point

__all__ = ["ROWS", "Claims", "Constant", "settings"]

_Names = tuple[str, ...]
_UNSET = {"bias": "-log n"}  # what a parameter that is not given stands for


@dataclass(frozen=True)
class Constant:
    """A number that may depend on the length n: in words, and as a function."""

    formula: str
    at: Callable[[int], float]


def settings(parameters: Mapping[str, Any]) -> str:
    """Write parameters with their values, as in ``alpha = 3``; a bias that is not given is ``-log n``.

    Examples
    --------
    >>> settings({"alpha": 1.5, "normalised": True, "k": 2})
    'alpha = 1.5, normalised, k = 2'
    """
    return ", ".join(
        name if value is True else f"{name} = {_UNSET.get(name, 'none') if value is None else _written(value)}"
        for name, value in parameters.items()
        if value is not False
    )


def _written(value: Any) -> str:
    """Write a number, or several in parentheses."""
    return f"({', '.join(map(_written, value))})" if isinstance(value, list | tuple) else f"{value:g}"


@dataclass(frozen=True)
class Claims:
    """One row of the matrix.

    Parameters
    ----------
    normaliser : str
        Its name in the registry.
    parameters : dict
        Where they differ from the defaults.
    theorems : dict
        For properties (by key), names of the theorems that together prove the cell.
    never : tuple of str
        Names of the theorems that together prove that no weight is exactly zero.
    against : dict
        For properties, names of the theorems that together refute it: that every token that joins at the end is felt
        (its weight is positive and the sum of all stays what it was, or it lowers each of the others), or that the rows
        of a family are one-hot at every length.
    points : dict
        For properties, a point that refutes the property (shows it, where it says that some row exists).
    constant : Constant, optional
        A Lipschitz constant in the Euclidean norm.
    """

    normaliser: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    theorems: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    never: tuple[str, ...] = ()
    against: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    points: Mapping[str, Point] = field(default_factory=dict)
    constant: Constant | None = None

    @property
    def label(self) -> str:
        """Name and parameters, as in ``alpha-entmax, alpha = 3``."""
        return ", ".join([self.normaliser, *filter(None, [settings(self.parameters)])])

    @property
    def named(self) -> frozenset[str]:
        """Names of all theorems it leans on."""
        return frozenset(
            name for names in (*self.theorems.values(), *self.against.values(), self.never) for name in names
        )


# Theorems about softmax of any row of logits: they say the same of softmax of logits that were scaled by a positive
# number, or moved token by token, except that such a row may feel a shift and fear a newcomer that changes its scale.
_POSITIVE: _Names = ("softmax-structure",)
_FELT: dict[str, _Names] = {"vanishing": _POSITIVE}
_NORMALISED: dict[str, _Names] = {"simplex": ("softmax-structure",), "permutation": ("softmax-permutation",)}
_ORDERED: dict[str, _Names] = {"order": ("softmax-structure",)}
_BLIND: dict[str, _Names] = {"shift": ("softmax-structure",)}
_RIVALS: dict[str, _Names] = {"joining": ("softmax-joining",)}
# Weights over their sum are softmax of their logarithms: bounded logits give those a bounded range in the rows that
# claim this, as the scale of the adaptive temperature is bounded and the logarithm of a sigmoid has slopes below 1.
_DISPERSES: dict[str, _Names] = {"dispersion": ("softmax-vanishes", "entropy-and-support")}
_SOFT: dict[str, _Names] = {"differentiable": ("jacobian",)}
_STEADY: dict[str, _Names] = {"lipschitz": ("jacobian-norm",)}
# Theorems about entmax of any row of logits; with a scale in front, a positive one that depends on the length alone,
# they say the same of the scaled row.
_ENTMAX: dict[str, _Names] = {
    "simplex": ("threshold-form",),
    "zeros": ("finite-mask",),
    "shift": ("shift-invariance",),
    "order": ("order",),
    "permutation": ("permutation-equivariance",),
}
_FELT_NOT: dict[str, _Names] = {"joining": ("joining-token",), "vanishing": ("joining-token",)}
# One token above all others by 1/(alpha - 1) is alone at every length, also where a scale of at least 1 is in front.
_ALONE: dict[str, _Names] = {"dispersion": ("one-hot-margin",)}
_SMOOTH: dict[str, _Names] = {"differentiable": ("jacobian", "boundary-slopes")}
# Theorems about one normaliser each: a weight that is a function of its own logit answers three questions at once.
_SIGMOID: dict[str, _Names] = {
    "order": ("sigmoid-structure",),
    "permutation": ("sigmoid-structure",),
    "differentiable": ("sigmoid-slope",),
    "lipschitz": ("sigmoid-slope",),
}
_RECTIFIED: _Names = ("rectified-linear",)
_ONE_ABOVE = {"family": "one above", "reach": 2.0}


def _sharp(n: int) -> float:
    """Bound of the theorem *jacobian-norm* for alpha = 3/2: the sharp constant of n tokens."""
    return max(2**-0.5, n / (n - 1) * (1 + (n - 1) ** (-1 / 3)) ** -1.5) if n > 1 else 0.0


def _scaled(
    name: str,
    constant: Constant,
    given: dict[str, Any] | None = None,
    rivals: tuple[float, ...] = (1.0, 0.0),
    reach: float = 2.0,
) -> Claims:
    """Make the row of softmax times a scale that grows with the length."""
    return Claims(
        name,
        given or {},
        never=_POSITIVE,
        against=_FELT,
        theorems=_NORMALISED | _ORDERED | _BLIND | _SOFT | {"lipschitz": ("scaled-lipschitz",)},
        points={
            "joining": {"z": rivals, "joins": -12.0, "place": len(rivals)},
            "vanishing": {"z": (1.0, 0.0)},
            "dispersion": {"family": "one above", "reach": reach},
        },
        constant=constant,
    )


ROWS: tuple[Claims, ...] = (
    Claims(
        "softmax",
        never=_POSITIVE,
        against=_FELT,
        theorems=_NORMALISED | _ORDERED | _BLIND | _RIVALS | _DISPERSES | _SOFT | _STEADY,
        points={"vanishing": {"z": (0.0, 0.0)}},
        constant=Constant("1/2", lambda n: 0.5),
    ),
    _scaled("scalable-softmax", Constant("log(n)/2", lambda n: math.log(n) / 2)),
    _scaled("scalable-softmax-plus-one", Constant("log(n+1)/2", lambda n: math.log(n + 1) / 2)),
    _scaled(
        "llama4-softmax",
        Constant("(1 + log(floor(n/2) + 1)/10)/2", lambda n: (1 + math.log(n // 2 + 1) / 10) / 2),
        {"L": 2},
        rivals=(2.0, 0.0, 0.0),
        reach=20.0,  # from 1/a = 10 on
    ),
    _scaled("qwen-softmax", Constant("max(1, log2(n))/2", lambda n: max(1.0, math.log2(n)) / 2), {"L": 2}),
    Claims(  # softmax of z over its deviation, which neither a shift nor the order of places changes
        "norm-softmax",
        never=_POSITIVE,
        against=_FELT,
        theorems=_NORMALISED | _ORDERED | _BLIND,
        points={
            "joining": {"z": (0.0, 1.0), "joins": -1.0, "place": 2},
            "vanishing": {"z": (1.0, 0.0)},
            "dispersion": _ONE_ABOVE,
            "differentiable": {"z": (2e-6, 0.0), "direction": (1.0, 0.0)},
        },
    ),
    Claims(
        "adaptive-temperature-softmax",
        never=_POSITIVE,
        against=_FELT,
        theorems=_NORMALISED | _ORDERED | _BLIND | _DISPERSES | {"lipschitz": ("adaptive-temperature-lipschitz",)},
        points={"vanishing": {"z": (0.0, 0.0)}},
        constant=Constant("5/4 + 3 (4 e^(-2) + log(n)^2)", lambda n: 1.25 + 3 * (4 * math.exp(-2) + math.log(n) ** 2)),
    ),
    Claims(
        "adaptive-temperature-fitted",
        never=_POSITIVE,
        against=_FELT,
        theorems=_NORMALISED | _ORDERED | _BLIND | _DISPERSES,
        points={"vanishing": {"z": (0.0, 0.0)}},
    ),
    Claims(  # softmax of logits moved by a map with slopes of at most 2
        "multimax",
        never=_POSITIVE,
        against=_FELT,
        theorems=_NORMALISED | _ORDERED | _RIVALS | _DISPERSES | _STEADY,
        points={"shift": {"z": (0.0, 1.0, 2.0), "shift": 1.0}, "vanishing": {"z": (0.0, 0.0)}},
        constant=Constant("1", lambda n: 1.0),
    ),
    Claims(  # its slopes grow with the logits
        "multimax-second-order",
        never=_POSITIVE,
        against=_FELT,
        theorems=_NORMALISED | _ORDERED | _RIVALS | _DISPERSES,
        points={
            "shift": {"z": (0.0, 1.0), "shift": 1.0},
            "vanishing": {"z": (0.0, 0.0)},
            "differentiable": {"z": (0.5, 0.0), "direction": (1.0, 0.0)},
            "lipschitz": {"z": (1.0, 1.0), "one": (1.0, 0.0), "other": (0.0, 0.0), "way": "moving away, closing in"},
        },
    ),
    Claims(
        "self-adjust-softmax",
        theorems=_SOFT | {"permutation": ("softmax-permutation",)},
        points={
            "simplex": {"z": (-1.0, -5.0)},
            "zeros": {"z": (0.0, 1.0)},
            "shift": {"z": (0.0,), "shift": 1.0},
            "order": {"z": (-1.0, -5.0)},
            "lipschitz": {"z": (1.0, 1.0), "one": (1.0, 0.0), "other": (0.0, 0.0), "way": "moving away"},
        },
    ),
    Claims(
        "self-adjust-softmax",
        {"normalised": True},
        theorems={"order": ("self-adjust-order",), "permutation": ("softmax-permutation",)},
        points={
            "simplex": {"z": (0.0, 0.0)},
            "zeros": {"z": (1.0, -2.0, 0.0)},
            "shift": {"z": (1.0, 0.0), "shift": 1.0},
        },
    ),
    Claims(  # softmax of r times the logarithm of softplus, whose slopes are below 1; r = 3
        "softplus-reweighted",
        never=_POSITIVE,
        against=_FELT,
        theorems=_NORMALISED | _ORDERED | _RIVALS | _DISPERSES | _SOFT | _STEADY,
        points={"shift": {"z": (0.0, 1.0), "shift": 5.0}, "vanishing": {"z": (0.0, 0.0)}},
        constant=Constant("r/2 = 3/2", lambda n: 1.5),
    ),
    Claims(  # a positive multiple of softmax
        "gated-softmax",
        never=_POSITIVE,
        against=_FELT,
        theorems=_ORDERED | _BLIND | _RIVALS | _DISPERSES | _SOFT | _STEADY | {"permutation": ("softmax-permutation",)},
        points={"simplex": {"z": (0.0,)}, "vanishing": {"z": (0.0,)}},
        constant=Constant("1/4", lambda n: 0.25),
    ),
    Claims(  # softmax of the logits and the sink, whose weight is dropped
        "sink-softmax",
        never=_POSITIVE,
        against=_FELT,
        theorems=_ORDERED | _RIVALS | _DISPERSES | _SOFT | _STEADY | {"permutation": ("softmax-permutation",)},
        points={
            "simplex": {"z": (0.0,)},
            "shift": {"z": (0.0,), "shift": 1.0},
            "vanishing": {"z": (0.0,)},
        },
        constant=Constant("1/2", lambda n: 0.5),
    ),
    Claims(
        "softpick",
        theorems=_ORDERED | {"permutation": ("softmax-permutation",)},
        points={
            "simplex": {"z": (0.0,)},
            "zeros": {"z": (0.0,)},
            "shift": {"z": (0.0,), "shift": 1.0},
            "vanishing": {"z": (1.0,)},
            "dispersion": _ONE_ABOVE,
            "differentiable": {"z": (0.0,), "direction": (1.0,)},
        },
    ),
    Claims(  # softmax, moved and cut: the same for every token, and never further apart
        "elastic-softmax",
        theorems=_ORDERED | _BLIND | _STEADY | {"permutation": ("softmax-permutation",)},
        points={
            "simplex": {"z": (0.0,)},
            "zeros": {"z": (0.0,)},
            "joining": {"z": (0.0,), "joins": -1.0, "place": 1},
            "vanishing": {"z": (0.0,)},
            "dispersion": _ONE_ABOVE,
            "differentiable": {"z": (0.0, 0.0), "direction": (1.0, 0.0)},
        },
        constant=Constant("1/2", lambda n: 0.5),
    ),
    Claims(
        "sparsemax",
        against=_ALONE,
        theorems=_ENTMAX | _FELT_NOT | {"lipschitz": ("jacobian-simple-norms",)},
        points={"dispersion": _ONE_ABOVE, "differentiable": {"z": (1.0, 0.0), "direction": (1.0, 0.0)}},
        constant=Constant("1", lambda n: 1.0),
    ),
    Claims(
        "alpha-entmax",
        against=_ALONE,
        theorems=_ENTMAX | _FELT_NOT | _SMOOTH | _STEADY,
        points={"dispersion": _ONE_ABOVE},
        constant=Constant("max(2^(-1/2), n/(n-1) (1 + (n-1)^(-1/3))^(-3/2))", _sharp),
    ),
    Claims(
        "alpha-entmax",
        {"alpha": 3.0},
        against=_ALONE,
        theorems=_ENTMAX | _FELT_NOT,
        points={
            "dispersion": _ONE_ABOVE,
            "differentiable": {"z": (0.5, 0.0), "direction": (1.0, 0.0)},
            "lipschitz": {
                "z": (0.5, 0.0, 0.0),
                "one": (0.0, 1.0, 1.0),
                "other": (0.0, 1.0, 0.0),
                "way": "closing in, then faster",
            },
        },
    ),
    Claims(
        "asentmax",
        against=_ALONE,
        theorems=_ENTMAX | _SMOOTH | {"lipschitz": ("jacobian-simple-norms",)},
        points={"dispersion": _ONE_ABOVE},
        constant=Constant("1 + sqrt(log n)", lambda n: 1.0 + math.sqrt(math.log(n))),
    ),
    Claims(
        "normmax",
        theorems=dict.fromkeys(("shift", "order", "permutation"), ("normmax-structure",))
        | {
            "simplex": ("normmax-structure", "normmax-form"),
            "vanishing": ("normmax-joining",),
            "lipschitz": ("normmax-lipschitz",),
        },
        points={
            "zeros": {"z": (8.0, 0.0)},
            "joining": {"z": (0.5, 0.0, 0.0, 0.0, 0.0, 0.0), "joins": 0.875, "place": 6},
            "dispersion": _ONE_ABOVE,
        },
        constant=Constant("n", float),
    ),
    Claims(  # softmax of -q log(level - z): the level moves with a shift
        "stieltjes",
        never=_POSITIVE,
        against=_FELT,
        theorems=_NORMALISED | _ORDERED | _BLIND | _DISPERSES,
        points={"vanishing": {"z": (0.0, 0.0)}},
    ),
    Claims(
        "entmax-below-one",
        never=_POSITIVE,
        against=_FELT,
        theorems=_NORMALISED | _ORDERED | _BLIND | _DISPERSES,
        points={"vanishing": {"z": (0.0, 0.0)}},
    ),
    Claims(
        "windowed-stieltjes",
        theorems=_NORMALISED | _ORDERED | _BLIND,
        points={
            "zeros": {"z": (2.0, 0.0)},
            "dispersion": _ONE_ABOVE,
            "differentiable": {"z": (2.015041878989109, 1.0), "direction": (1.0, 0.0)},
        },
    ),
    Claims(
        "top-k-softmax",
        theorems={"simplex": ("softmax-structure",), "joining": ("top-k-joining",)} | _BLIND,
        points={
            "vanishing": {"z": (0.0,)},  # shorter than k: every token is chosen
            "order": {"z": (0.0, 0.0, 0.0)},
            "permutation": {"z": (0.0, 1.0, 0.0), "order": (2, 1, 0)},
            "dispersion": _ONE_ABOVE,
            "lipschitz": {
                "z": (0.0, 1.0, 1.0, 1.0),
                "one": (0.0, 1.0, 1.0, 0.0),
                "other": (0.0, 0.0, 1.0, 1.0),
                "way": "closing in",
            },
        },
    ),
    Claims(
        "r-softmax",
        theorems=dict.fromkeys(("shift", "order", "permutation"), ("r-softmax-structure",)),
        points={
            "simplex": {"z": (0.0, 0.0, 0.0)},
            "joining": {"z": (0.0, 1.0, -1.0), "joins": -1.0, "place": 2},
            "vanishing": {"z": (0.0, 0.75, 1.0)},
            "differentiable": {"z": (0.0, 0.0, 0.0, 1.0), "direction": (0.0, 1.0, 0.0, 0.0)},
            "dispersion": _ONE_ABOVE,
            "lipschitz": {"z": (0.0, 1.0, 1.0), "one": (0.0, 1.0, 0.0), "other": (0.0, 0.0, 1.0), "way": "closing in"},
        },
    ),
    Claims(
        "budget",
        theorems=dict.fromkeys(("shift", "order", "permutation"), ("budget-structure",))
        | dict.fromkeys(("joining", "vanishing"), ("budget-joining",))
        | {"lipschitz": ("budget-form", "budget-lipschitz")},
        points={"simplex": {"z": (0.0, 0.0)}, "zeros": {"z": (8.0, 8.0, 0.0)}},
        constant=Constant("1", lambda n: 1.0),
    ),
    Claims(
        "t-softmax",
        theorems=_NORMALISED | _ORDERED | _BLIND,
        points={
            "zeros": {"z": (1.0, 0.0)},
            "joining": {"z": (0.5, *(0.0,) * 12), "joins": 1.0, "place": 13},  # which leaves the many without a weight
            "dispersion": _ONE_ABOVE,
            "differentiable": {"z": (1.0, 0.0), "direction": (1.0, 0.0)},
        },
    ),
    Claims(  # at the published 1e-8 its slopes reach 1e8, which a search does not tell from no bound
        "r-softmax-detached",
        {"eps": 0.125},
        theorems=_NORMALISED | _ORDERED | _BLIND,
        points={
            "zeros": {"z": (8.0, 4.0, 0.0)},
            "joining": {"z": (0.0, 1.0, -1.0), "joins": -1.0, "place": 2},
            "vanishing": {"z": (0.0, 0.75, 1.0)},
            "differentiable": {"z": (0.0, 0.0, 0.0, 1.0), "direction": (0.0, 1.0, 0.0, 0.0)},
        },
    ),
    Claims(  # of its blocks of two, the last is always chosen
        "block-top-k-softmax",
        theorems={"simplex": ("softmax-structure",)} | _BLIND,
        points={
            "zeros": {"z": (0.0,) * 5},
            "order": {"z": (0.0,) * 5},
            "permutation": {"z": (0.0,) * 5, "order": (1, 2, 3, 0, 4)},
            "joining": {"z": (0.0,) * 4, "joins": 0.0, "place": 0},
            "vanishing": {"z": (0.0,)},
            "dispersion": _ONE_ABOVE,
            "differentiable": {"z": (0.0,) * 5, "direction": (1.0, 0.0, 0.0, 0.0, 0.0)},
            "lipschitz": {
                "z": (0.0,) * 5,
                "one": (1.0, 0.0, 0.0, 0.0, 0.0),
                "other": (0.0, 0.0, 1.0, 0.0, 0.0),
                "way": "closing in",
            },
        },
    ),
    Claims(  # what is chosen does not depend on the logits
        "index-top-k-softmax",
        theorems={"simplex": ("softmax-structure",)} | _BLIND | _SOFT | _STEADY,
        points={
            "zeros": {"z": (0.0, 0.0, 0.0)},
            "order": {"z": (0.0, 0.0, 0.0)},
            "permutation": {"z": (0.0, 0.0, 0.0), "order": (1, 2, 0)},
            "joining": {"z": (0.0, 0.0), "joins": -1.0, "place": 2},
            "vanishing": {"z": (0.0,)},
            "dispersion": _ONE_ABOVE,
        },
        constant=Constant("1/2", lambda n: 0.5),
    ),
    Claims(  # softmax less what does not depend on the logits
        "differential-softmax",
        theorems=_BLIND | _SOFT | _STEADY,
        points={
            "simplex": {"z": (0.0,)},
            "zeros": {"z": (0.0, 8.0), "after": (8.0, 0.0)},
            "order": {"z": (0.0, 0.0)},
            "permutation": {"z": (0.0, 0.0), "order": (1, 0)},
            "joining": {"z": (0.0,), "joins": -2.0, "place": 1},
            "vanishing": {"z": (0.0,)},
        },
        constant=Constant("1/2", lambda n: 0.5),
    ),
    Claims(
        "polynomial",
        points={
            "simplex": {"z": (0.0,)},
            "zeros": {"z": (0.0,)},
            "shift": {"z": (0.0,), "shift": 1.0},
            "joining": {"z": (-1.0,), "joins": 0.0, "place": 1},
            "vanishing": {"z": (1.0,)},
            "dispersion": _ONE_ABOVE,
            "lipschitz": {"z": (1.0,), "one": (1.0,), "other": (0.0,), "way": "moving away"},
        },
    ),
    Claims(
        "mala",
        points={
            "simplex": {"z": (0.0,)},
            "zeros": {"z": (0.0, 8.0, 0.0), "after": (8.0, 0.0, 0.0)},
            "shift": {"z": (0.0,), "shift": 1.0},
            "joining": {"z": (0.0,), "joins": -2.0, "place": 1},
            "vanishing": {"z": (0.0,)},
        },
    ),
    Claims(
        "rectified-linear",
        theorems=dict.fromkeys(("order", "permutation", "joining", "vanishing", "lipschitz"), _RECTIFIED),
        points={"simplex": {"z": (1.0, 1.0)}, "differentiable": {"z": (0.0,), "direction": (1.0,)}},
        constant=Constant("1", lambda n: 1.0),
    ),
    Claims(
        "sigmoid",
        never=("sigmoid-structure",),
        against={"vanishing": ("sigmoid-length-bias",)},
        theorems=_DISPERSES | _SIGMOID | {"joining": ("sigmoid-length-bias",)},
        points={"simplex": {"z": (0.0, 1.0)}, "vanishing": {"z": (0.0,)}},
        constant=Constant("1/4", lambda n: 0.25),
    ),
    Claims(
        "sigmoid",
        {"bias": 0.0},
        never=("sigmoid-structure",),
        theorems=_DISPERSES | _SIGMOID | {"joining": ("sigmoid-structure",), "vanishing": ("sigmoid-structure",)},
        points={"simplex": {"z": (1.0,)}},
        constant=Constant("1/4", lambda n: 0.25),
    ),
    Claims(
        "stick-breaking",
        never=("stick-breaking",),
        against={"vanishing": ("stick-breaking-joining",)},
        theorems={
            "joining": ("stick-breaking-joining",),
            "differentiable": ("stick-breaking-slope",),
            "lipschitz": ("stick-breaking-slope",),
        },
        points={
            "simplex": {"z": (0.0,)},
            "order": {"z": (0.0, 0.0)},
            "permutation": {"z": (1.0, 0.0), "order": (1, 0)},
            "vanishing": {"z": (0.0,)},
        },
        constant=Constant("2^(-3/2)", lambda n: 2**-1.5),
    ),
)
"""The matrix of the package, in reading order."""
