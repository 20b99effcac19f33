"""The normalisers that are compared: what turns logits into weights, and what multiplies the logits before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["CONTENDERS", "DELTA", "FIT", "GAMMA_LIMIT", "Contender", "contender"]

DELTA = 1
"""Constant part of the adaptive scale, ``delta + beta (log n)^gamma``."""
GAMMA_LIMIT = 2
"""Largest absolute value of its exponent; with 1, the limit of the layers, no head could outgrow ``log n``."""
FIT = (-0.037, 0.481, -2.3, 4.917, -1.791)
"""Coefficients of the adaptive temperature as published, of H^4 down to 1 (arXiv 2410.01104)."""


@dataclass(frozen=True)
class Contender:
    """A normaliser of the comparison.

    Attributes
    ----------
    name, title : str
        For machines and for people.
    mapping : str
        From scaled logits to weights: ``"softmax"``, ``"entmax"`` or ``"stieltjes"``.
    power : int
        ``q = 1 / (alpha - 1)`` of entmax; of Stieltjes' map, ``p = (lambda - z)^(-q)``.
    scale : str
        What multiplies the logits of a row of n tokens: ``"one"``; ``"log"``, s log n with a learned s; ``"adaptive"``,
        delta + beta (log n)^gamma with beta and gamma learned for each query; ``"entropy"``, the published polynomial
        of the entropy of the unscaled softmax.
    trained_as : str
        The contender whose weights it takes, if it is not trained on its own; else "".
    """

    name: str
    title: str
    mapping: Literal["softmax", "entmax", "stieltjes"]
    scale: Literal["one", "log", "adaptive", "entropy"] = "one"
    power: int = 0
    trained_as: str = ""

    @property
    def alpha(self) -> float:
        """Of entmax, ``1 + 1/q``."""
        return 1 + 1 / self.power if self.mapping == "entmax" else 1.0


CONTENDERS = (
    Contender("softmax", "softmax", "softmax"),
    Contender("adaptive-temperature-softmax", "adaptive temperature", "softmax", "entropy", 0, "softmax"),
    Contender("scalable-softmax", "SSMax", "softmax", "log"),
    Contender("adaptive-scale-softmax", "adaptive-scale softmax", "softmax", "adaptive"),
    Contender("stieltjes", "Stieltjes, q = 4", "stieltjes", power=4),
    Contender("entmax-1.5", "entmax 1.5", "entmax", power=2),
    Contender("sparsemax", "sparsemax", "entmax", power=1),
    Contender("adaptive-scale-entmax", "ASEntmax", "entmax", "adaptive", power=2),
)
"""In the order in which they are shown: without zeros first, then with zeros."""


def contender(name: str) -> Contender:
    """Return the contender of a name.

    Raises
    ------
    ValueError
        If there is none.
    """
    for each in CONTENDERS:
        if each.name == name:
            return each
    raise ValueError(f"normaliser: {name!r} is unknown; choose from {', '.join(each.name for each in CONTENDERS)}")
