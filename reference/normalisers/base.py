"""What a normaliser is, and the registry of all of them.

A normaliser turns a row of logits into attention weights. Each is one class that states all there is to say of it: its
definition in balls; the careful program for it and for its derivative, whose errors are the budgets; float64 values,
where there is a better way to them than the careful program; and a profile of its parameters and of what is true of it.
What is common to all (validation, masks, batches, outward rounding) is here.
"""

from __future__ import annotations

import inspect
import math
import sys
import warnings
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

import numpy as np
from flint import arb
from numpy.typing import NDArray

from ..budgets.running_error import Arithmetic, Rounded
from ..enclosures.bounds import Bounds, object_array, round_outward
from ..enclosures.precision import working_precision
from ..formats import Format, as_format
from ..inputs import Float64, as_array, as_finite, as_logits
from .parts import FLOAT64, stored
from .profile import Profile
from .sensitivity import by_sensitivity

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
    profile : Profile
        Its parameters, what is true of it, and where its hard places are.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    definition: ClassVar[str]
    source: ClassVar[str]
    profile: ClassVar[Profile] = Profile()

    @property
    def parameters(self) -> dict[str, Any]:
        """The parameters with their defaults, as the definition names them."""
        return dict(self.profile.parameters)

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
        return self._each(self._values, as_logits(z), (), self.settings(parameters))

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
        direction = as_finite(grad, "grad", as_array(z).shape)
        return self._each(self._pull, as_logits(z), (direction,), self.settings(parameters))

    def enclose(self, z: Any, *, precision: int = 128, **parameters: Any) -> Bounds:
        """Return float64 bounds that provably contain the weights.

        Parameters
        ----------
        z, **parameters
            As for a call; floats stand for exactly the numbers that they are.
        precision : int
            Working precision in bits, before what exponentials of large logits are known to lose.
        """
        logits, settings = as_logits(z), self.settings(parameters)
        beside = self.row_parameters(logits.shape, settings)
        out = np.empty(logits.shape, dtype=object)
        for row in np.ndindex(logits.shape[:-1]):
            given = settings | {name: each[row] for name, each in beside.items()}
            out[row] = self.enclose_row(logits[row], precision=precision, **given)
        return Bounds(*round_outward(out))

    def enclose_row(self, z: Any, *, precision: int = 128, **parameters: Any) -> Any:
        """Return the weights of one row as arb balls, before they are rounded; see :meth:`enclose`."""
        settings = self.settings(parameters)
        logits = as_logits(z)
        if logits.ndim != 1:
            raise ValueError(f"z has shape {logits.shape}; one row of shape (n,) is needed")
        live = logits > -np.inf
        tokens = logits[live].tolist()
        settings |= {name: each[live] for name, each in self.row_parameters(logits.shape, settings).items()}
        self._refuse(len(tokens), **settings)
        largest = max(abs(token) for token in tokens)
        bits = precision + _GUARD + math.frexp(largest)[1] * (largest > 1)
        with working_precision(bits):
            weights = self._balls([arb(token) for token in tokens], **settings)
        out = object_array([arb(0)] * len(logits))
        out[live] = object_array(weights)
        return out

    @np.errstate(over="ignore", invalid="ignore")
    def budget(self, z: Any, dtype: Any = "float32", *, compute_dtype: Any = None, **parameters: Any) -> Float64:
        """Bound the error of the weights; see :func:`entmax_oracle.reference.normalisers.budgets.normaliser_budget`."""
        out, arithmetic = _formats(dtype, compute_dtype)

        def bound(rows: Float64, **settings: Any) -> Float64:
            return _settled(self._careful(rows, arithmetic, **settings), out)

        return self._each(bound, as_logits(z), (), self.settings(parameters))

    @np.errstate(over="ignore", invalid="ignore")
    def vjp_budget(
        self, z: Any, grad: Any, dtype: Any = "float32", *, compute_dtype: Any = None, **parameters: Any
    ) -> Float64:
        """Bound the error of :meth:`vjp`; see `entmax_oracle.reference.normalisers.budgets.normaliser_vjp_budget`."""
        out, arithmetic = _formats(dtype, compute_dtype)
        logits = as_logits(z)
        direction = as_finite(grad, "grad", logits.shape)

        def bound(rows: Float64, along: Float64, **settings: Any) -> Float64:
            found = self._careful_pull(rows, along, arithmetic, out, **settings)
            if self.profile.lifts:
                found = _lowered(found, rows)
            return _settled(found, out) + arithmetic.tiny * (found.error > 0)

        return self._each(bound, logits, (direction,), self.settings(parameters))

    def settings(self, parameters: dict[str, Any]) -> dict[str, Any]:
        """Return the value of every parameter: those given, and the defaults of the others.

        Raises
        ------
        ValueError
            For a parameter that the normaliser does not have.
        """
        unknown = sorted(parameters.keys() - self.parameters.keys())
        if unknown:
            known = ", ".join(self.parameters) or "none"
            raise ValueError(f"{self.name} has no parameter {unknown[0]!r}; its parameters are {known}")
        return self.parameters | parameters

    def least_tokens(self, **settings: Any) -> int:
        """Return how many live tokens a row needs."""
        return 1

    def undefined(self, z: Float64, **settings: Any) -> NDArray[np.bool_]:
        """Say of each row whether the definition may give it no weights, such as 0/0."""
        return np.zeros(z.shape[:-1], dtype=bool)

    def tied(self, row: Float64, **settings: Any) -> tuple[NDArray[np.intp], int]:
        """Return tokens that tie for being chosen, the one first that is here, and how many of them are."""
        return np.empty(0, dtype=np.intp), 0

    def choosing(self, answer: Float64, logits: Float64, **settings: Any) -> dict[str, Any] | None:
        """Return parameters under which tied tokens are chosen as an answer has it; None where they leave no choice."""
        return None

    def centred(self, rows: Float64) -> Float64:
        """Move rows to a maximum of 0 where that changes nothing: the budgets take that step for careful.

        It may bring logits together that differ, so not where that decides who is chosen, nor where the largest may be
        left out.
        """
        moves = "shift" in self.profile.true and not (self.profile.picks or self.profile.placed)
        return rows - rows.max(axis=-1, keepdims=True) if moves else rows

    def _refuse(self, n: int, **settings: Any) -> None:  # noqa: B027 (most need none)
        """Raise ``ValueError`` for parameters that no row of ``n`` live tokens can have; none by default."""

    @abstractmethod
    def _balls(self, z: list[arb], *_: Any, **settings: Any) -> list[arb]:
        """Return the weights of exact logits, at the working precision; parameters come by keyword."""

    def _careful(self, z: Float64, arithmetic: Arithmetic, *_: Any, **settings: Any) -> Rounded:
        """Run the careful program for the weights at finite logits of shape (..., n); parameters come by keyword.

        A normaliser without one of its own has `_values`, whose sensitivity to the logits bounds the error.
        """
        return by_sensitivity(lambda rows: self._values(rows, **settings), z, arithmetic)

    def _careful_pull(
        self, z: Float64, grad: Float64, arithmetic: Arithmetic, out: Format, *_: Any, **settings: Any
    ) -> Rounded:
        """Run the careful program for the vector-Jacobian product, which may use weights that were saved in ``out``.

        Its error is infinite where the derivative jumps; everywhere, for a normaliser that has `_pull` alone.
        """
        return Rounded(self._pull(z, grad, **settings), np.full_like(z, np.inf), arithmetic)

    @np.errstate(over="ignore", invalid="ignore")
    def _values(self, z: Float64, *_: Any, **settings: Any) -> Float64:
        """Return the weights of finite logits of shape (..., n): what the careful program finds, by default."""
        return self._careful(z, FLOAT64, **settings).value

    @np.errstate(over="ignore", invalid="ignore")
    def _pull(self, z: Float64, grad: Float64, *_: Any, **settings: Any) -> Float64:
        """Return the vector-Jacobian product at finite logits: what the careful program finds, by default."""
        return self._careful_pull(z, grad, FLOAT64, FLOAT64.form, **settings).value

    def _each(
        self, solve: Callable[..., Float64], logits: Float64, others: tuple[Float64, ...], settings: dict[str, Any]
    ) -> Float64:
        """Apply ``solve`` to rows without their masked tokens; all rows at once where none is masked."""
        live, beside = logits > -np.inf, self.row_parameters(logits.shape, settings)
        if live.all():
            self._refuse(logits.shape[-1], **settings)
            return solve(logits, *others, **settings | beside)
        out = np.zeros(logits.shape)
        for row in np.ndindex(logits.shape[:-1]):
            inside = live[row]
            self._refuse(int(inside.sum()), **settings)
            given = settings | {name: each[row][inside] for name, each in beside.items()}
            out[row][inside] = solve(logits[row][inside], *(other[row][inside] for other in others), **given)
        return out

    def row_parameters(self, shape: tuple[int, ...], settings: dict[str, Any]) -> dict[str, Float64]:
        """Return the parameters that are rows, with a number for each token; fewer are repeated along the tokens."""
        return {name: _along(settings[name], name, shape) for name in self.profile.rows}


def _along(value: Any, name: str, shape: tuple[int, ...]) -> Float64:
    """Repeat a row along the tokens, or take one for each row of logits."""
    row = np.atleast_1d(as_finite(value, name, np.shape(value)))
    if row.ndim == 1:
        row = np.resize(row, shape[-1])
    try:
        return np.broadcast_to(row, shape)
    except ValueError:
        raise ValueError(
            f"{name} has shape {np.shape(value)}, which does not fit logits of shape {shape}; pass one row, which is "
            "repeated along the tokens, or a row for each row of logits"
        ) from None


def _formats(dtype: Any, compute_dtype: Any) -> tuple[Format, Arithmetic]:
    """Return the format of the answer, and the arithmetic inside."""
    out = as_format(dtype)
    inner = as_format(compute_dtype, "compute_dtype") if compute_dtype is not None else out
    if compute_dtype is None and out.precision_bits < 24:
        inner = as_format("float32")
    return out, Arithmetic(inner)


def _settled(found: Rounded, out: Format) -> Float64:
    """Error of the stored answer; infinite where it or an operation overflows, after which nothing is known."""
    error = stored(found, out).error
    return np.where(np.isnan(error) | ~(np.abs(found.value) + error <= out.largest), np.inf, error)


def _lowered(found: Rounded, rows: Float64) -> Rounded:
    """Let the largest logit take back the sum of a gradient, as autograd through the subtraction of the maximum does.

    That sum is zero but for rounding, which is that of all tokens and of summing them.
    """
    all_errors = found.error.sum(axis=-1, keepdims=True)
    summing = found.arithmetic.summation(rows.shape[-1]) * found.size.sum(axis=-1, keepdims=True)
    return found.off(np.where(rows == rows.max(axis=-1, keepdims=True), all_errors + summing, 0.0))


NORMALISERS: dict[str, Normaliser] = {}
"""Every normaliser by its name, in reading order."""

_N = TypeVar("_N", bound=type[Normaliser])


def register(kind: _N) -> _N:
    """Add a normaliser to `NORMALISERS`; a class decorator.

    A class without a profile has the parameters of its `_values`, keywords with defaults, and nothing is taken for true
    of it but its definition. A definition of your own takes the place of one of the package with the same name, with a
    warning; one that is imported again takes its own.

    Raises
    ------
    ValueError
        If the name is taken, the class is not complete, or it has neither `_values` nor `_careful`.
    """
    _refuse_incomplete(kind)
    taken = NORMALISERS.get(kind.name)
    if taken is not None:
        ours = _is_ours(type(taken)) and not _is_ours(kind)
        if not ours and _place(type(taken)) != _place(kind):
            raise ValueError(f"two normalisers are called {kind.name!r}; give each a name of its own")
        if ours:
            warnings.warn(
                f"{kind.name!r} now means {kind.__module__}.{kind.__qualname__}, in place of the package's own; "
                "give it another name to have both",
                stacklevel=2,
            )
    NORMALISERS[kind.name] = made(kind)
    return kind


def _is_ours(kind: type[Normaliser]) -> bool:
    return kind.__module__.startswith(__package__ or "entmax_oracle")


def _place(kind: type[Normaliser]) -> tuple[str, str]:
    """Where a class is written: its file, however the file was imported, and its name there."""
    module = sys.modules.get(kind.__module__)
    return getattr(module, "__file__", None) or kind.__module__, kind.__qualname__


def _refuse_incomplete(kind: type[Normaliser]) -> None:
    """Raise ``ValueError`` for a class that lacks what each needs."""
    lacks = [*(["name"] if not hasattr(kind, "name") else []), *sorted(kind.__abstractmethods__)]
    if lacks:
        raise ValueError(f"class {kind.__name__} lacks {' and '.join(lacks)}; every normaliser has them")


def made(kind: type[Normaliser]) -> Normaliser:
    """Make the normaliser of a class, which need not be registered; see `register`.

    Raises
    ------
    ValueError
        If the class is not complete, or has neither `_values` nor `_careful`.
    """
    _refuse_incomplete(kind)
    if kind._values is Normaliser._values and kind._careful is Normaliser._careful:
        raise ValueError(f"{kind.name} says nowhere what its values are; define _values, in float64, or _careful")
    for name, otherwise in (("title", kind.name), ("definition", ""), ("source", "")):
        if not hasattr(kind, name):
            setattr(kind, name, otherwise)
    if kind.profile is Normaliser.profile:
        keywords = inspect.signature(kind._values).parameters.values()
        parameters = {each.name: each.default for each in keywords if each.kind is each.KEYWORD_ONLY}
        if bare := [name for name, default in parameters.items() if default is inspect.Parameter.empty]:
            raise ValueError(f"{kind.name}: parameter {bare[0]!r} of _values has no default; give it one")
        kind.profile = Profile(parameters, true=frozenset(), lifts=False)
    return kind()


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
        raise ValueError(f"unknown normaliser {name!r}; choose from {', '.join(NORMALISERS)}") from None


def as_positive(value: Any, name: str) -> float:
    """Validate a parameter that must be a finite positive number."""
    number = float(as_finite(value, name, ()))
    if number <= 0:
        raise ValueError(f"{name} is {number}: it must be positive")
    return number


def as_count(value: Any, name: str) -> int:
    """Validate a parameter that must be a positive integer."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
        raise ValueError(f"{name} is {value!r}: it must be a positive integer")
    return int(value)
