"""What a normaliser is, and the registry of all of them.

A normaliser turns a row of logits into attention weights. Each is one class that states its definition once in float64
arrays, once in balls, and its derivative; what is common to all (validation, masks, batches, outward rounding) is here.
"""

from __future__ import annotations

import inspect
import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import cached_property
from typing import Any, ClassVar, TypeVar

import numpy as np
from flint import arb

from ..enclosures.bounds import Bounds, object_array, round_outward
from ..enclosures.precision import working_precision
from ..inputs import Float64, as_array, as_finite, as_logits

__all__ = ["NORMALISERS", "Normaliser", "Undefined", "normaliser", "register"]

_GUARD = 64


class Undefined(ValueError):
    """The definition itself gives no value at these logits, such as 0/0; the message says where."""


class Normaliser(ABC):
    """One way to turn logits into attention weights.

    Attributes
    ----------
    name : str
        Slug, unique in `NORMALISERS`.
    title : str
        As people write it.
    definition : str
        The weights as LaTeX.
    source : str
        Paper, or what the definition is for where the paper was not at hand.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    definition: ClassVar[str]
    source: ClassVar[str]

    @cached_property
    def parameters(self) -> dict[str, Any]:
        """The parameters with their defaults, as the definition names them."""
        signature = inspect.signature(self._values)
        return {name: p.default for name, p in signature.parameters.items() if p.kind is p.KEYWORD_ONLY}

    def __call__(self, z: Any, **parameters: Any) -> Float64:
        """Return the weights over the last axis.

        Parameters
        ----------
        z : array-like, shape (..., n)
            Finite logits; ``-inf`` masks a token: weight exactly 0, the rest as if it were deleted.
        **parameters
            See `parameters`.

        Returns
        -------
        ndarray of float64, shape of ``z``

        Raises
        ------
        ValueError
            For NaN or ``+inf`` logits, rows without a live token, an unknown or unusable parameter; `Undefined` where
            the definition gives no value.
        """
        settings = self._settings(parameters)
        return self._each(lambda rows: self._values(rows, **settings), as_logits(z), (), settings)

    def vjp(self, z: Any, grad: Any, **parameters: Any) -> Float64:
        """Return the gradient in ``z`` of a loss whose gradient in the weights is ``grad``.

        Where no derivative exists it is a one-sided one, as each definition says.

        Parameters
        ----------
        z, **parameters
            As for a call.
        grad : array-like, shape of ``z``
            Finite; what it holds at masked tokens does not matter.

        Returns
        -------
        ndarray of float64, shape of ``z``; 0 at masked tokens

        Raises
        ------
        ValueError
            As for a call, and for a ``grad`` that is not finite or of another shape.
        """
        settings = self._settings(parameters)
        direction = as_finite(grad, "grad", as_array(z).shape)
        return self._each(lambda rows, along: self._pull(rows, along, **settings), as_logits(z), (direction,), settings)

    def enclose(self, z: Any, *, precision: int = 128, **parameters: Any) -> Bounds:
        """Return float64 bounds that provably contain the weights.

        Parameters
        ----------
        z, **parameters
            As for a call; floats stand for exactly the numbers that they are.
        precision : int
            Working precision in bits, before what exponentials of large logits are known to lose.
        """
        logits = as_logits(z)
        out = np.empty(logits.shape, dtype=object)
        for row in np.ndindex(logits.shape[:-1]):
            out[row] = self.enclose_row(logits[row], precision=precision, **parameters)
        return Bounds(*round_outward(out))

    def enclose_row(self, z: Any, *, precision: int = 128, **parameters: Any) -> Any:
        """Return the weights of one row as arb balls, before they are rounded; see :meth:`enclose`."""
        settings = self._settings(parameters)
        logits = as_logits(z)
        if logits.ndim != 1:
            raise ValueError(f"z has shape {logits.shape}; one row of shape (n,) is needed")
        live = logits > -np.inf
        tokens = logits[live].tolist()
        self._refuse(len(tokens), **settings)
        largest = max(abs(token) for token in tokens)
        bits = precision + _GUARD + math.frexp(largest)[1] * (largest > 1)
        with working_precision(bits):
            weights = self._balls([arb(token) for token in tokens], **settings)
        out = object_array([arb(0)] * len(logits))
        out[live] = object_array(weights)
        return out

    def _refuse(self, n: int, **settings: Any) -> None:  # noqa: B027 (most need none)
        """Raise ``ValueError`` for parameters that no row of ``n`` live tokens can have; none by default."""

    @abstractmethod
    def _values(self, z: Float64) -> Float64:
        """Return the weights of finite logits of shape (..., n); keyword-only arguments are the parameters."""

    @abstractmethod
    def _pull(self, z: Float64, grad: Float64) -> Float64:
        """Return the vector-Jacobian product at finite logits of shape (..., n)."""

    @abstractmethod
    def _balls(self, z: list[arb]) -> list[arb]:
        """Return the weights of exact logits, at the working precision."""

    def _settings(self, parameters: dict[str, Any]) -> dict[str, Any]:
        unknown = sorted(parameters.keys() - self.parameters.keys())
        if unknown:
            known = ", ".join(self.parameters) or "none"
            raise ValueError(f"{unknown[0]} is no parameter of {self.name}; it has {known}")
        return self.parameters | parameters

    def _each(
        self, solve: Callable[..., Float64], logits: Float64, others: tuple[Float64, ...], settings: dict[str, Any]
    ) -> Float64:
        """Apply ``solve`` to rows without their masked tokens; all rows at once where none is masked."""
        live = logits > -np.inf
        if live.all():
            self._refuse(logits.shape[-1], **settings)
            return solve(logits, *others)
        out = np.zeros(logits.shape)
        for row in np.ndindex(logits.shape[:-1]):
            inside = live[row]
            self._refuse(int(inside.sum()), **settings)
            out[row][inside] = solve(logits[row][inside], *(other[row][inside] for other in others))
        return out


NORMALISERS: dict[str, Normaliser] = {}
"""Every normaliser by its name, in reading order."""

_N = TypeVar("_N", bound=type[Normaliser])


def register(kind: _N) -> _N:
    """Add a normaliser to `NORMALISERS`; a class decorator."""
    if kind.name in NORMALISERS:
        raise ValueError(f"two normalisers are called {kind.name!r}; give each a name of its own")
    NORMALISERS[kind.name] = kind()
    return kind


def normaliser(name: str) -> Normaliser:
    """Return a normaliser by its name.

    Raises
    ------
    ValueError
        If there is none; the message names them all.

    Examples
    --------
    >>> normaliser("sparsemax")([1.0, 0.5, -1.0])
    array([0.75, 0.25, 0.  ])
    """
    try:
        return NORMALISERS[name]
    except KeyError:
        raise ValueError(f"no normaliser is called {name!r}; there are {', '.join(NORMALISERS)}") from None


def as_positive(value: Any, name: str) -> float:
    """Validate a parameter that must be a finite positive number."""
    number = float(as_finite(value, name, ()))
    if number <= 0:
        raise ValueError(f"{name} is {number}: it must be positive")
    return number
