"""Curves of every normaliser against the length: entropy, support, largest weight and the weight of a needle."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from entmax_oracle.reference.inputs import Float64
from entmax_oracle.reference.normalisers import normaliser

from .claims import ROWS, Claims
from .limits import normalised_entropy
from .subject import Reference, Subject, Undefined

__all__ = ["LOGITS", "QUANTITIES", "curves"]

LENGTHS = (4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096)
_OF_NEEDLE = "weight of the needle"

LOGITS: dict[str, Callable[[np.random.Generator, int], Float64]] = {
    "needle of 1 above zeros": lambda rng, n: np.where(np.arange(n) == n - 1, 1.0, 0.0),
    "standard normal": lambda rng, n: rng.standard_normal(n),
    "uniform on [0, 1]": lambda rng, n: rng.random(n),
    "Laplace": lambda rng, n: rng.laplace(scale=2.0**-0.5, size=n),
    "needle of 3 above standard normal": lambda rng, n: np.append(rng.standard_normal(n - 1), 3.0),
}
"""Rows of logits by name; the needle is the last token."""

QUANTITIES: dict[str, Callable[[Float64], float]] = {
    "entropy over log n": normalised_entropy,
    "support": lambda weights: float((weights > 0).sum()),
    "largest weight": lambda weights: float(weights.max()),
    _OF_NEEDLE: lambda weights: float(weights[-1]),
}
"""What is drawn, as a function of the weights."""


def curves(
    names: Sequence[str] = (), own: Mapping[str, Subject] | None = None, seed: int = 0, rows: int = 8
) -> list[dict[str, Any]]:
    """Compute every quantity for every kind of logits, as means over `rows` rows of the same logits for all.

    Parameters
    ----------
    names : sequence of str
        Normalisers to draw; all by default.
    own : dict of str to Own or Reference, optional
        User-supplied functions, or normalisers, drawn with them.
    seed, rows : int
        Of the random logits.

    Returns
    -------
    list of dict
        For each kind of logits its name ``logits``, the ``lengths`` and the ``series``: ``label``, ``group`` and
        ``values``, for each quantity one number a length; None where a normaliser gives no weights.
    """
    subjects: dict[str, tuple[str, Subject]] = {
        claims.label: (_group(claims.normaliser), Reference(normaliser(claims.normaliser), claims.parameters))
        for claims in (*ROWS, *(Claims(name) for name in names if all(each.normaliser != name for each in ROWS)))
        if not names or claims.normaliser in names
    }
    subjects |= {label: ("your own", subject) for label, subject in (own or {}).items()}
    found = []
    for logits, draw in LOGITS.items():
        rng = np.random.default_rng(seed)
        samples = [np.stack([draw(rng, n) for _ in range(rows if _random(draw) else 1)]) for n in LENGTHS]
        wanted = [name for name in QUANTITIES if name != _OF_NEEDLE or logits.startswith("needle")]
        series = []
        for label, (group, subject) in subjects.items():
            weights = [_weights(subject, z) for z in samples]
            values = {name: [_mean(QUANTITIES[name], rows) for rows in weights] for name in wanted}
            series.append({"label": label, "group": group, "values": values})
        found.append({"logits": logits, "lengths": list(LENGTHS), "series": series})
    return found


_FAMILIES = {
    "lengths": "softmaxes",
    "below_one": "entmaxes",
    "selections": "chosen tokens",
    **dict.fromkeys(("sinks", "tokenwise", "signed"), "not normalised"),
}
"""What modules are drawn together, where they are not a family of their own."""


def _group(name: str) -> str:
    """Name the family: the module that defines a normaliser."""
    module = type(normaliser(name)).__module__.rsplit(".", 1)[-1]
    return _FAMILIES.get(module, module)


def _random(draw: Callable[[np.random.Generator, int], Float64]) -> bool:
    """Whether two draws differ: rows without chance need no mean."""
    rng = np.random.default_rng(0)
    return not np.array_equal(draw(rng, 4), draw(rng, 4))


def _weights(subject: Subject, z: Float64) -> Float64 | None:
    try:
        return subject.floats(z)
    except (Undefined, ValueError):
        return None


def _mean(measure: Callable[[Float64], float], weights: Float64 | None) -> float | None:
    if weights is None:
        return None
    mean = float(np.mean([measure(row) for row in weights]))
    return mean if np.isfinite(mean) else None
