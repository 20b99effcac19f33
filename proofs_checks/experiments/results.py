"""What an experiment found, as records and as JSON of the schema ``entmax-oracle/experiment/1``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..records import CONVERTER, structured
from .attack import Attack
from .certificate import Certificate
from .measuring import Point
from .weights import digest

__all__ = ["HINGED", "PLAIN", "SCHEMA", "Experiment", "Model", "Study", "seal", "span"]

SCHEMA = "entmax-oracle/experiment/1"
PLAIN, HINGED = "plain", "hinge"
"""How a model was trained: on the loss of the task alone, or with a hinge on the gap as well."""


@dataclass(frozen=True)
class Model:
    """One trained model, what it does and what is certified of it.

    Attributes
    ----------
    normaliser, training, seed, steps
        Which it is.
    train_seconds, loss
        How training went.
    accuracy, ceiling, bound : dict
        By length: share of rows answered correctly, the same with a hard maximum on the same logits, and the share
        whose query and class are certified.
    points : tuple of Point
        The same with weights, entropies and supports.
    certificate : Certificate
    attack : tuple of Attack
        What a search did to the certificate, at lengths within it.
    faults : tuple of str
        Where a curve and a bound disagree, and a theorem that the certificate leans on without a formal proof; there
        must be none.
    weights : dict
        Exact.
    digest : str
        SHA-256 of the task, the normaliser, the weights and the certificate.
    """

    normaliser: str
    training: str
    seed: int
    steps: int
    train_seconds: float
    loss: float
    accuracy: Mapping[str, float]
    ceiling: Mapping[str, float]
    bound: Mapping[str, float]
    points: tuple[Point, ...]
    certificate: Certificate
    attack: tuple[Attack, ...] = ()
    faults: tuple[str, ...] = ()
    weights: Mapping[str, Any] = field(default_factory=dict)
    digest: str = ""

    @property
    def clean(self) -> bool:
        """Whether curves keep to their bounds, no attack broke the certificate, and its theorems have formal proofs."""
        return not self.faults and not any(each.broken for each in self.attack)

    @property
    def key(self) -> tuple[str, str, int, int]:
        """What tells a model from the others of a run."""
        return self.normaliser, self.training, self.seed, self.steps


def seal(task: Mapping[str, Any], data: Mapping[str, Any]) -> str:
    """Return the digest of what the certificate of a model, as plain data, speaks of."""
    about = ("normaliser", "training", "seed", "steps", "weights", "certificate")
    return digest({"task": task, **{key: data[key] for key in about}})


@dataclass(frozen=True)
class Study:
    """A task beyond the needle: measured, and not certified.

    Attributes
    ----------
    task, variant, normaliser, seed
        Which it is.
    accuracy, ceiling : dict
        By length.
    numbers : dict
        What else was measured, by name.
    remark : str
        What can be certified of it, and what cannot.
    """

    task: str
    variant: str
    normaliser: str
    seed: int
    steps: int
    train_seconds: float
    accuracy: Mapping[str, float]
    ceiling: Mapping[str, float] = field(default_factory=dict)
    numbers: Mapping[str, float] = field(default_factory=dict)
    remark: str = ""

    @property
    def key(self) -> tuple[str, str, str, int, int]:
        """What tells a study from the others of a run."""
        return self.task, self.variant, self.normaliser, self.seed, self.steps


@dataclass(frozen=True)
class Experiment:
    """A run: models of the needle, and what was tried beside it."""

    task: Mapping[str, Any]
    seeds: tuple[int, ...]
    models: tuple[Model, ...]
    studies: tuple[Study, ...] = ()
    profile: str = ""
    interrupted: bool = False
    versions: Mapping[str, str] = field(default_factory=dict)
    platform: str = ""
    started: str = ""
    seconds: float | None = None
    seed: int | None = None

    @property
    def clean(self) -> bool:
        """Whether every curve keeps to its bounds, and every certificate withstood its attack."""
        return all(model.clean for model in self.models)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data of the schema ``entmax-oracle/experiment/1``."""
        return {"schema": SCHEMA, **CONVERTER.unstructure(self)}


def span(values: Sequence[float], digits: int = 0) -> str:
    """Write the least and the largest of values.

    Examples
    --------
    >>> span([12.4, 30.6]), span([7, 7], 2), span([])
    ('12–31', '7.00', '–')
    """
    if not values:
        return "–"
    low, high = f"{min(values):.{digits}f}", f"{max(values):.{digits}f}"
    return low if low == high else f"{low}–{high}"


def experiment_of(data: Any) -> Experiment:
    """Return the experiment that plain data are; `ValueError` where they are none."""
    return structured(data, Experiment)
