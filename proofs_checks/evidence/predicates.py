"""Search for a counterexample to a conjecture that is a plain NumPy function of a row."""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Callable
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
import sympy as sp
from flint import arb, fmpq

from entmax_oracle.theory import Claim, Theorem
from entmax_oracle.theory import notation as N

from .case import Argument, Context, Evidence
from .instances import Instance
from .judging import Parameters, shrink
from .wide_rows import ANY, ANYWHERE, EXPONENTS, FAR_EXPONENTS, FAR_SIZES, SCALES, SIZES, WIDE, anywhere, group, length

__all__ = ["PARAMETERS", "predicate_searched", "stated_by"]

Predicate = Callable[..., Any]

PARAMETERS = ("z", "alpha", "p", "tau", "theta", "n", "support")
"""What a predicate may ask for; the support is the mask ``p > 0``."""

_NUDGE = 1e-11
"""A relative change of every probability that the truth of a claim must survive: what rounding may do, and more."""


_TRIES, _PATIENCE = 3, 10
"""Rows of one length that are read anew, and the length up to which rows are read though one is false in float64."""


class _Raised(Exception):
    """A predicate has no answer; the message says why, and at which row."""


class _NoAnswer(ValueError):
    """A predicate returned something else than True or False."""


class _Row(NamedTuple):
    z: Any
    alpha: Any
    p: Any
    tau: Any
    theta: Any
    n: int
    support: Any


def stated_by(predicate: Predicate, name: str) -> Theorem:
    """Return the theorem that says that a predicate holds at every row: its text is the docstring, or the source."""
    text = inspect.getdoc(predicate) or f"`{inspect.getsource(predicate).strip()}`"
    return Theorem(name, "mine", text.splitlines()[0], text, (Claim("claim", sp.Symbol("claim")),))


def predicate_searched(predicate: Predicate) -> Argument:
    """Argue for a predicate by a search that finds no row at which it is false.

    Where a row is rational, and the predicate can take fractions, its answer is exact. Elsewhere a row counts if the
    answer is the same for probabilities that are a little larger and a little smaller, unless exact rows have shown
    that the predicate mistakes rounding for falsehood, as ``==`` does.
    """
    wanted = list(inspect.signature(predicate).parameters)
    alphas = (*EXPONENTS, *FAR_EXPONENTS)
    scales = SCALES if "theta" in wanted else SCALES[:1]
    domain = (
        f"rows of two and three levels, one token against many, and points of the simplex, n ≤ {max(FAR_SIZES)}, "
        f"α in {{{', '.join(map(str, alphas))}}} and between, {ANYWHERE} lengths n ≤ 1000 with any α in (1, 50]"
        + (", θ in {1/3, 1, 2, 10}" if len(scales) > 1 else "")
    )

    def holds(row: _Row) -> bool:
        with np.errstate(all="ignore", invalid="raise"):  # NaN would answer False
            found = np.asarray(predicate(*(_copy(getattr(row, name)) for name in wanted)))
        if found.dtype != bool:
            raise _NoAnswer(f"returned {found.tolist()!r}; return True or False")
        return bool(found.all())

    def exactly(instance: Instance) -> bool | None:
        exact = _fractions(instance)
        if exact is None:
            return None
        try:
            return holds(exact)
        except (TypeError, AttributeError, ValueError, FloatingPointError):
            return None  # such as a logarithm, which fractions do not have

    def tried(values: Any, n: int, number: int) -> bool:
        row = _from_floats(values, n, number)
        try:
            return holds(row)
        except Exception as error:
            names = [name for name in PARAMETERS if name in {*wanted, "alpha", "z", "n"}]
            shown = ", ".join(f"{name} = {_shown(getattr(row, name))}" for name in names)
            what = str(error) if isinstance(error, _NoAnswer) else f"raised {type(error).__name__}: {error}"
            raise _Raised(f"the predicate {what}, at {shown}") from error

    def falls(instance: Instance) -> bool:
        exact = exactly(instance)
        if exact is not None:
            return not exact
        row = _rounded(instance)
        return not any(holds(row._replace(p=row.p * (1 + step))) for step in (0.0, _NUDGE, -_NUDGE))

    def smaller(parameters: Parameters) -> dict[str, str]:
        few = 400 if len(parameters.get("z") or parameters["weights"]) <= 32 else 16
        shown = shrink(WIDE, parameters, falls, tries=few, seconds=4.0).describe()
        return {key: value for key, value in shown.items() if key not in ("r", "v", "epsilon")}

    def run(theorem: Theorem, context: Context) -> Evidence:
        try:
            return search(theorem, context)
        except _Raised as raised:
            return shell.evidence(theorem, "fails", str(raised))

    def search(theorem: Theorem, context: Context) -> Evidence:
        pending: Parameters | None = None
        excused, fragile, looked = False, False, 0
        rounds = 6 * (10 if context.full else 1)
        draws = [
            (length(size, m, context.seed), alphas, m) for size in (*SIZES, *FAR_SIZES) for m in range(rounds)
        ] + sorted((anywhere(m, context.seed), ANY, m) for m in range(ANYWHERE * rounds // 6))
        for n, exponents, attempt in draws:
            rows = group(n, exponents, scales, max(4, min(96, 16_000 // n)), context.seed, attempt)
            looked += len(rows.rows)
            wrong = (m for m in range(len(rows.rows)) if not tried(rows.values, n, m))
            for number in itertools.islice(wrong, _TRIES):
                parameters = rows.rows[number]
                instance = WIDE.member(parameters)
                if instance is None:
                    continue
                exact = exactly(instance)
                if exact is False:
                    return shell.evidence(
                        theorem, "refutes", "the predicate is false", counterexample=smaller(parameters)
                    )
                excused = excused or (exact is True and not holds(_rounded(instance)))
                if exact is None and not holds(_rounded(instance)):
                    fragile = fragile or not falls(instance)
                    pending = pending or (parameters if falls(instance) else None)
            if pending is not None and not excused and n >= _PATIENCE:
                break
        if pending is not None and not excused:
            detail = "the predicate is false in float64"
            return shell.evidence(theorem, "refutes", detail, counterexample=smaller(pending))
        if pending is not None or fragile or excused:
            detail = "false within rounding: compare with a tolerance what may be equal, or state it in SymPy"
            return shell.evidence(theorem, "fails", detail)
        return shell.evidence(theorem, "holds", f"no counterexample in {looked} rows (seed {context.seed})")

    shell = Argument("sampled", "search for a counterexample", domain, run)
    return shell


def _shown(value: Any) -> str:
    """Return a number or an array as text, a long one with its ends alone."""
    return np.array2string(np.asarray(value), threshold=12, edgeitems=3, separator=", ").replace("\n", "")


def _copy(value: Any) -> Any:
    """Return what a predicate may overwrite without harm."""
    return value.copy() if isinstance(value, np.ndarray) else value


def _from_floats(values: Any, n: int, number: int) -> _Row:
    z, p = values[N.z].value[number].copy(), values[N.p].value[number].copy()
    alpha, tau, theta = (float(values[symbol].value[number]) for symbol in (N.alpha, N.tau, N.theta))
    return _Row(z, alpha, p, tau, theta, n, p > 0)


def _fractions(instance: Instance) -> _Row | None:
    """Return a row in exact fractions; None where a number is irrational."""
    numbers = [*instance[N.z], *instance[N.p], *(instance[symbol] for symbol in (N.alpha, N.tau, N.theta))]
    if not all(isinstance(value, fmpq) for value in numbers):
        return None
    exact = [Fraction(int(value.p), int(value.q)) for value in numbers]
    n = len(instance[N.z])
    z, p = np.array(exact[:n], object), np.array(exact[n : 2 * n], object)
    return _Row(z, exact[-3], p, exact[-2], exact[-1], n, np.array(p > 0, bool))


def _rounded(instance: Instance) -> _Row:
    """Return a row in float64, every number rounded from its ball."""
    z, p = (np.array([float(arb(value).mid()) for value in instance[symbol]]) for symbol in (N.z, N.p))
    alpha, tau, theta = (float(arb(instance[symbol]).mid()) for symbol in (N.alpha, N.tau, N.theta))
    return _Row(z, alpha, p, tau, theta, len(p), p > 0)
