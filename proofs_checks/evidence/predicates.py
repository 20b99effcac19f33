"""Search for a counterexample to a conjecture that is a plain NumPy function of a row."""

from __future__ import annotations

import ast
import inspect
import itertools
import textwrap
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, NamedTuple

import numpy as np
import sympy as sp
from flint import arb, fmpq

from entmax_oracle.theory import Claim, Theorem
from entmax_oracle.theory import notation as N

from ..reading import Undefined, precision
from ..reading.numbers import Number, Undecided
from .case import Argument, Context, Evidence
from .instances import Instance
from .judging import Parameters, shrink
from .wide_rows import (
    EXPONENTS,
    FAR_EXPONENTS,
    FAR_SCALES,
    FAR_SIZES,
    SCALES,
    SIZES,
    WIDE,
    Group,
    described,
    far_draws,
    group,
    length,
)

__all__ = ["PARAMETERS", "predicate_searched", "stated_by"]

Predicate = Callable[..., Any]

PARAMETERS = ("z", "alpha", "p", "tau", "theta", "n", "support", "masked")
"""What a predicate may ask for; the support is the mask ``p > 0``.

The logits of a row are finite, as in the theorems, unless a predicate asks which tokens are `masked`: their logits are
``-inf``, and the others have the probabilities that they have without them.
"""

_Mask = Callable[[int], tuple[int, int, int]]
_MASKED = arb("-inf")

_MASKS: tuple[_Mask, ...] = (
    lambda live: (0, 0, 0),
    lambda live: (0, 0, 1),
    lambda live: (1, 0, 0),
    lambda live: (0, 1, 0),
    lambda live: (0, 0, live),
    lambda live: (2, 1, 1),
    lambda live: (0, 2 * live, 0),
)
"""How many masked tokens stand before a row of some length, after its first token, and at its end."""

_NUDGE = 1e-11
"""A change of a row's numbers that the falsehood of a claim must survive: what rounding may do, and more."""

_TRIES, _MANY = 3, 100
"""Rows of one length that are read anew; of more tokens than these it is one."""


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
    masked: Any


def stated_by(predicate: Predicate, name: str) -> Theorem:
    """Return the theorem that says that a predicate holds at every row: its text is the docstring, or the source."""
    text = inspect.getdoc(predicate) or f"`{inspect.getsource(predicate).strip()}`"
    return Theorem(name, "mine", text.splitlines()[0], text, (Claim("claim", sp.Symbol("claim")),))


def predicate_searched(predicate: Predicate) -> Argument:
    """Argue for a predicate by a search that finds no row at which it is false.

    Rows are tried in floats. Where the predicate is false it is asked again, in exact fractions and balls
    (:class:`~..reading.numbers.Number`), which decide for sure or not at all. A predicate that takes nothing but floats
    is refuted where it is false at all rows nearby as well, unless it mistakes rounding for falsehood, as ``==`` does.
    """
    wanted, equates = list(inspect.signature(predicate).parameters), _equates(predicate)
    alphas = (*EXPONENTS, *FAR_EXPONENTS)
    scales = (*SCALES, *FAR_SCALES) if "theta" in wanted else SCALES[:1]
    masks = _MASKS if "masked" in wanted else _MASKS[:1]
    domain = described(max(FAR_SIZES), alphas, scales, far=True, masked=len(masks) > 1)

    def holds(row: _Row) -> bool:
        with np.errstate(all="ignore", invalid="raise"):  # NaN would answer False
            found = np.asarray(predicate(*(_copy(getattr(row, name)) for name in wanted)))
        if found.dtype != bool:
            raise _NoAnswer(f"returned {found.tolist()!r}; return True or False")
        return bool(found.all())

    def answer(instance: Instance, mask: int) -> bool | None:
        """Answer for sure, or not at all: None where rounding may decide, or where balls hardly know the row."""
        instance = _masked(instance, masks[mask])
        if _vague(instance):
            return None
        try:
            with precision():
                return holds(_numbers(instance))
        except (Undecided, Undefined, ZeroDivisionError):
            row, only_floats = _rounded(instance), False
        except Exception:  # such as float() of a number
            row, only_floats = _rounded(instance), True
        with suppress(Exception):  # a shorter row may have no answer
            if holds(row):
                return True
            if only_floats and not equates and not any(map(holds, _nearby(row))):
                return False
        return None

    def tried(rows: Group, number: int, mask: int) -> bool:
        """Answer in floats. At large exponents these are rough: what raises is asked again at the rounded row."""
        row = _from_floats(rows.values, rows.n, number, masks[mask])
        with suppress(Exception):
            return holds(row)
        instance = WIDE.member(rows.rows[number])
        row = row if instance is None else _rounded(_masked(instance, masks[mask]))
        try:
            return holds(row)
        except Exception as error:
            names = [name for name in PARAMETERS if name in {*wanted, "alpha", "z", "n"}]
            shown = ", ".join(f"{name} = {_shown(getattr(row, name))}" for name in names)
            what = str(error) if isinstance(error, _NoAnswer) else f"raised {type(error).__name__}: {error}"
            raise _Raised(f"the predicate {what}, at {shown}") from error

    def smaller(parameters: Parameters, mask: int) -> dict[str, str]:
        few = 400 if len(parameters.get("z") or parameters["weights"]) <= 32 else 16
        found = shrink(WIDE, parameters, lambda each: answer(each, mask) is False, tries=few, seconds=4.0)
        shown = _masked(found, masks[mask]).describe()
        return {key: value for key, value in shown.items() if key not in ("r", "v", "epsilon")}

    def run(theorem: Theorem, context: Context) -> Evidence:
        try:
            return search(theorem, context)
        except _Raised as raised:
            return shell.evidence(theorem, "fails", str(raised))

    def search(theorem: Theorem, context: Context) -> Evidence:
        fragile, looked, unread = False, 0, 0
        first: tuple[Group, int, int] | None = None
        rounds = 6 * (10 if context.full else 1)
        draws = [
            (length(size, m, context.seed), alphas, m) for size in (*SIZES, *FAR_SIZES) for m in range(rounds)
        ] + far_draws(rounds, context.seed)
        for n, exponents, attempt in draws:
            rows = group(n, exponents, scales, max(4, min(96, 16_000 // n)), context.seed, attempt)
            looked += len(rows.rows)
            mask_of = [(m + attempt) % len(masks) for m in range(len(rows.rows))]
            if first is None and tried(rows, 0, mask_of[0]):
                first = rows, 0, mask_of[0]
            wrong = (m for m, mask in enumerate(mask_of) if not tried(rows, m, mask))
            for number in itertools.islice(wrong, _TRIES if n <= _MANY else 1):
                parameters = rows.rows[number]
                instance = WIDE.member(parameters)
                if instance is None:
                    continue
                if tried(rows, number, mask_of[number]) or (first is not None and not tried(*first)):
                    raise _Raised("the predicate answers now True, now False at one row: it must not keep a state")
                found = answer(instance, mask_of[number])
                if found is False:
                    smallest = smaller(parameters, mask_of[number])
                    return shell.evidence(theorem, "refutes", "the predicate is false", counterexample=smallest)
                vague = found is None and _vague(_masked(instance, masks[mask_of[number]]))
                unread += vague
                fragile = fragile or (found is None and not vague)
        if fragile:
            detail = "false within rounding: compare with a tolerance what may be equal, or state it in SymPy"
            return shell.evidence(theorem, "fails", detail)
        untold = f"; {unread} that look false in floats are not known well enough to tell" if unread else ""
        return shell.evidence(
            theorem, "holds", f"no counterexample in {looked - unread} rows (seed {context.seed}){untold}"
        )

    shell = Argument("sampled", "search for a counterexample", domain, run)
    return shell


def _shown(value: Any) -> str:
    """Return a number or an array as text, a long one with its ends alone."""
    return np.array2string(np.asarray(value), threshold=12, edgeitems=3, separator=", ").replace("\n", "")


def _copy(value: Any) -> Any:
    """Return what a predicate may overwrite without harm."""
    return value.copy() if isinstance(value, np.ndarray) else value


def _from_floats(values: Any, n: int, number: int, mask: _Mask) -> _Row:
    live = _places(n, mask)
    z, p = np.full(len(live), -np.inf), np.zeros(len(live))
    z[live], p[live] = values[N.z].value[number], values[N.p].value[number]
    alpha, tau, theta = (float(values[symbol].value[number]) for symbol in (N.alpha, N.tau, N.theta))
    return _Row(z, alpha, p, tau, theta, len(z), p > 0, ~live)


def _places(live: int, mask: _Mask) -> Any:
    """Return which tokens are live once those of a mask stand among them."""
    before, between, after = mask(live)
    return np.repeat([False, True, False, True, False], [before, 1, between, live - 1, after])


def _masked(instance: Instance, mask: _Mask) -> Instance:
    """Return a row with masked tokens among its own."""
    live = _places(len(instance[N.z]), mask)
    if live.all():
        return instance
    z, p = iter(instance[N.z]), iter(instance[N.p])
    logits = [next(z) if alive else _MASKED for alive in live]
    shares = [next(p) if alive else fmpq(0) for alive in live]
    return instance + {N.n: fmpq(len(live)), N.z: logits, N.p: shares, N.z_min: _MASKED}


def _numbers(instance: Instance) -> _Row:
    """Return a row in exact fractions and balls; tokens that are equal share their numbers, so that ties are ties."""
    shared: dict[tuple[str, str], tuple[Number, Number]] = {}
    pairs = [
        shared.setdefault((repr(logit), repr(share)), (Number(logit), Number(share)))
        for logit, share in zip(instance[N.z], instance[N.p], strict=True)
    ]
    z, p = np.empty(len(pairs), object), np.empty(len(pairs), object)
    for place, (logit, share) in enumerate(pairs):
        z[place], p[place] = logit, share
    alpha, tau, theta = (Number(instance[symbol]) for symbol in (N.alpha, N.tau, N.theta))
    masked = np.array([logit is _MASKED for logit in instance[N.z]])
    return _Row(z, alpha, p, tau, theta, len(pairs), np.array(p > 0, bool), masked)


def _vague(instance: Instance) -> bool:
    """Whether balls know a probability no better than floats, as near the threshold at a large exponent."""
    return any(float(arb(share).rad()) > _NUDGE for share in instance[N.p])


def _nearby(row: _Row) -> Iterator[_Row]:
    """Yield rows in float64 that are as near to one as rounding; tokens that are equal stay equal."""
    yield from (row._replace(p=row.p * (1 + step)) for step in (_NUDGE, -_NUDGE))
    rng = np.random.default_rng(0)
    _, level = np.unique(row.z, return_inverse=True)
    for _ in range(6):
        up, down, by = rng.uniform(-_NUDGE, _NUDGE, (3, row.n))
        yield row._replace(
            z=row.z * (1 + up[level]), p=row.p * (1 + down[level]), tau=row.tau + by[0] * (1 + abs(row.tau))
        )


def _equates(predicate: Predicate) -> bool:
    """Whether a predicate, or a helper in its file, asks for equality of more than whole numbers."""
    functions = [predicate]
    for function in functions:
        named = (function.__globals__.get(name) for name in function.__code__.co_names)
        functions += [
            f for f in named if inspect.isfunction(f) and f.__globals__ is function.__globals__ and f not in functions
        ]
        for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(function)))):
            if isinstance(node, ast.Attribute) and node.attr in ("equal", "not_equal", "array_equal", "array_equiv"):
                return True
            if isinstance(node, ast.Compare) and any(isinstance(op, ast.Eq | ast.NotEq) for op in node.ops):
                sides = [node.left, *node.comparators]
                if not any(map(_whole, sides)):
                    return True
    return False


def _whole(side: ast.expr) -> bool:
    """Whether a side of an equation is a whole number for sure; 0 and 1 are compared with sums as well."""
    return (isinstance(side, ast.Name) and side.id == "n") or (
        isinstance(side, ast.Constant) and isinstance(side.value, int) and side.value > 1
    )


def _rounded(instance: Instance) -> _Row:
    """Return a row in float64, every number rounded from its ball."""
    z, p = (np.array([float(arb(value).mid()) for value in instance[symbol]]) for symbol in (N.z, N.p))
    alpha, tau, theta = (float(arb(instance[symbol]).mid()) for symbol in (N.alpha, N.tau, N.theta))
    return _Row(z, alpha, p, tau, theta, len(p), p > 0, np.isneginf(z))
