"""A mapping ``f(z, alpha)`` over the last axis of logits: its oracle, and rows that are hard for it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle, product
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from entmax_oracle.reference.budgets.alpha_gradient import grad_alpha_budget
from entmax_oracle.reference.budgets.mapping import budget_and_row_sum, vjp_budget
from entmax_oracle.reference.enclosures.calculus import enclose_grad_alpha, enclose_vjp
from entmax_oracle.reference.enclosures.enclosure import enclose
from entmax_oracle.reference.formats import as_format

from ..calls import Float64, Subject
from ..case import Setting
from ..expected import Expected, Oracle
from ..inputs.batches import DEEP, counts, crowds, deepened, displaced, drawn, edges, every_family, many, stack
from ..inputs.rows import FAMILIES, Row, quantise
from ..target.loading import Form
from .mending import asked_with
from .rows import RowsCase, RowsKind

__all__ = [
    "COTANGENTS",
    "ExpectedRows",
    "MappingCase",
    "MappingKind",
    "MappingOracle",
    "RowsOracle",
    "alpha_by_position",
    "cotangent",
]


@dataclass(frozen=True, eq=False)
class MappingCase(RowsCase):
    """An input of a law of mappings."""

    @property
    def between(self) -> tuple[MappingCase, ...]:
        """Nothing, for the law of the state sees to that."""
        return ()


@dataclass(frozen=True)
class ExpectedRows(Expected):
    """The certified answer for some rows.

    Parameters
    ----------
    lower, upper, budget : ndarray of float64, shape (..., n)
        As for `Expected`.
    support : ndarray of str, shape (..., n)
        ``"in"``, ``"out"`` or ``"undecided"``.
    row_sum : ndarray of float64, shape (...)
        Error that a careful implementation may make in the sum of a row.
    """

    support: NDArray[np.str_]
    row_sum: Float64


class RowsOracle(Oracle):
    """Certified answers, remembered row by row."""

    _CAPACITY = 2_000_000  # tokens

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self._known: dict[tuple[Any, bytes], ExpectedRows] = {}
        self._tokens = 0

    def __call__(self, case: RowsCase) -> ExpectedRows:
        """Certify the answer, of any batch shape."""
        logits = case.logits
        n = logits.shape[-1]
        rows = np.ascontiguousarray(logits).reshape(-1, n)
        keys = [(self.under(case), row.tobytes()) for row in rows]
        fresh = {key: row for key, row in zip(keys, rows, strict=True) if key not in self._known}
        if fresh:
            if self._tokens > self._CAPACITY:
                self._known = {key: self._known[key] for key in keys if key in self._known}
                self._tokens = 0
            certified = self.certify(case.altered(logits=np.stack(list(fresh.values()))))
            parts = (certified.lower, certified.upper, certified.budget, certified.support, certified.row_sum)
            self._known |= zip(fresh, (ExpectedRows(*each) for each in zip(*parts, strict=True)), strict=True)
            self._tokens += n * len(fresh)
            if len(fresh) == len(keys):
                lower, upper, budget = (
                    each.reshape(logits.shape) for each in (certified.lower, certified.upper, certified.budget)
                )
                support, row_sum = certified.support.reshape(logits.shape), certified.row_sum
                return ExpectedRows(lower, upper, budget, support, row_sum.reshape(logits.shape[:-1]))
        found = [self._known[key] for key in keys]

        def gather(name: str, shape: tuple[int, ...], dtype: str = "float64") -> NDArray[Any]:
            parts = [getattr(each, name) for each in found]
            return np.stack(parts).reshape(shape) if parts else np.empty(shape, dtype=dtype)

        return ExpectedRows(
            gather("lower", logits.shape),
            gather("upper", logits.shape),
            gather("budget", logits.shape),
            gather("support", logits.shape, "<U9"),
            gather("row_sum", logits.shape[:-1]),
        )

    def under(self, case: Any) -> Any:
        """Say what of a case the answer depends on, beside its logits."""
        return None

    def certify(self, case: Any) -> ExpectedRows:
        """Certify the answer for a batch of rows with one axis."""
        raise NotImplementedError

    def own_error(self, case: Any) -> Float64:
        """Bound the part of a token's error that it does not share with the others of its row."""
        return self(case).budget


class MappingOracle(RowsOracle):
    """Certified entmax in one alpha and one format."""

    lowest_masks = True

    def certify(self, case: MappingCase) -> ExpectedRows:
        """Certify the answer for a batch of rows with one axis."""
        alpha, name, inside = self.setting.alpha, self.format.name, self.setting.arithmetic
        found = enclose(case.logits, alpha)
        allowed, sums = budget_and_row_sum(case.logits, alpha, name, compute_dtype=inside)
        return ExpectedRows(found.lower, found.upper, allowed, found.support, sums)

    def own_error(self, case: MappingCase) -> Float64:
        """Bound the part of a token's error that is its own.

        tau and the normalisation are shared by a row, so their errors move all its tokens in step. What is left is
        the rounding of ``x - tau`` and of the power. With ``t = p**(alpha-1)`` and u the unit roundoff of the
        arithmetic, ``x = (alpha-1)*(z - max z)`` and its difference to tau are off by at most
        ``2u(|x - max x| + t)``, which is ``2u max t``; a power or exponential of a library within 1 ulp adds
        ``2u(2 + |ln p|) p``, since the exponent itself is rounded; and storing adds half an ulp of the format.
        """
        expected, logits = self(case), case.logits
        form = self.format
        inner = self.setting.compute_dtype or ("float32" if form.precision_bits < 24 else form.name)
        u = as_format(inner).unit_roundoff
        step = self.setting.alpha - 1.0
        p = expected.upper
        with np.errstate(divide="ignore", invalid="ignore"):
            log = np.where(p > 0, np.abs(np.log(p)), 0.0)
            library = 2 * u * (2 + log) * p
            if step == 0:
                live = np.where(np.isfinite(logits), logits, np.nan)
                depth = np.nan_to_num(np.nanmax(live, axis=-1, keepdims=True) - live)
                swing = 2 * u * depth * p
            else:
                t = p**step
                slip = 2 * u * t.max(axis=-1, keepdims=True)
                swing = (t + slip) ** (1 / step) - np.maximum(t - slip, 0.0) ** (1 / step)
                swing = np.where(expected.budget == 0, 0.0, swing)
        storing = np.where(expected.budget == 0, 0.0, form.ulp(p) / 2 + form.smallest_subnormal)
        return np.asarray(library + swing + storing)

    def gradients(self, case: MappingCase) -> dict[str, Expected]:
        """Enclose the vector-Jacobian product; its budget is infinite where the derivative is in doubt."""
        given = case.logits, case.cotangent, self.setting.alpha
        found = enclose_vjp(*given)
        allowed = vjp_budget(*given, self.format.name, compute_dtype=self.setting.arithmetic)
        smooth = found.differentiable[..., np.newaxis]
        return {"logits": Expected(found.lower, found.upper, np.where(smooth | (allowed == 0), allowed, np.inf))}

    def alpha_gradient(self, case: MappingCase) -> Expected:
        """Differentiate ``<cotangent, p>`` in alpha; the budget is infinite where the derivative is in doubt."""
        setting, given = self.setting, (case.logits, case.cotangent, self.setting.alpha)
        assert case.cotangent is not None
        by_alpha = enclose_grad_alpha(case.logits, setting.alpha)
        exact = math.fsum(((by_alpha.lower + by_alpha.upper) / 2 * case.cotangent).ravel())
        if not by_alpha.differentiable.all():
            return _number(exact, np.inf)
        return _number(exact, grad_alpha_budget(*given, self.format.name, compute_dtype=setting.arithmetic))


def _number(exact: float, budget: float) -> Expected:
    return Expected(np.array([exact]), np.array([exact]), np.array([budget]))


COTANGENTS = ("normal", "constant", "one-hot", "large", "signs", "scaled", "tiny")


def cotangent(kind: str, shape: tuple[int, ...], variant: int, dtype: str) -> Float64:
    """Make an incoming gradient of some kind, in numbers of the format."""
    rng = np.random.default_rng(variant)
    if kind == "constant":
        return np.ones(shape)
    if kind == "one-hot":
        g = np.zeros(shape)
        g[..., rng.integers(shape[-1])] = 1.0
        return g
    if kind == "scaled" and dtype == "float16":  # as losses are in half precision: large, and nearly equal
        return quantise(4e4 * (1 + rng.standard_normal(shape) / 64), dtype)
    if kind == "tiny":  # as those of a mean over many tokens are
        return quantise(rng.standard_normal(shape) * 2.0 ** (-10 if dtype == "float16" else -30), dtype)
    if kind == "signs":
        return rng.choice([-1.0, 1.0], shape)
    return quantise(rng.standard_normal(shape) * (1e3 if kind in ("large", "scaled") else 1.0), dtype)


def _case(
    setting: Setting, rows: tuple[Row, ...], kind: str, variant: int, layout: str = "contiguous", laid: str = ""
) -> MappingCase:
    """Make a case; `layout` is that of the logits, `laid` that of the incoming gradient, like theirs by default."""
    logits = stack(rows, setting)
    laid = laid or layout
    if {layout, laid} & set(DEEP):
        logits = deepened(logits, 3 + variant % 2)
    g = cotangent(kind, logits.shape, variant, setting.dtype)
    # A gradient of a sum arrives broadcast, with stride 0: a layout that backward passes tend to forget.
    if kind == "constant" and "expanded" in setting.layouts:
        laid = "constant"
    if "expanded" in (layout, laid):
        logits = np.broadcast_to(logits[:1], logits.shape) if layout == "expanded" else logits
        g = np.broadcast_to(g[:1], g.shape) if laid == "expanded" else g
    return MappingCase(logits, layout, variant, cotangent=g, cotangent_layout=laid)


def _pulled(setting: Setting) -> st.SearchStrategy[MappingCase]:
    """Hard rows and incoming gradients of several kinds."""
    return st.builds(
        _case,
        st.just(setting),
        drawn(setting, 3),
        st.sampled_from(COTANGENTS),
        st.integers(0, 999),
        st.sampled_from(("contiguous", "contiguous", *setting.layouts)),
    )


def _pulled_cornerstones(setting: Setting) -> list[MappingCase]:
    """Ordinary rows with every kind of incoming gradient and layout, crowds of hard ones, and long ones."""
    short = [
        _case(setting, (Row("gaussian", n, scale, n), Row("gaussian", n, scale, n + 1)), kind, n)
        for kind in COTANGENTS
        for n, scale in ((3, 1.0), (17, 2.0), (64, 0.3))
    ]
    masked = _case(setting, (Row("gaussian", 24, seed=5, masked=0.4),), "normal", 1)
    long = [_case(setting, (Row("gaussian", n, seed=n),), "normal", n) for n in setting.some_long(2)]
    rows = (Row("gaussian", 9, 0.7, 1), Row("levels", 9, 1.0, 2), Row("window", 9, 1.0, 3))
    laid = [_case(setting, rows, "normal", k, "contiguous", layout) for k, layout in enumerate(setting.layouts)]
    laid += [_case(setting, rows, "normal", k, layout, "contiguous") for k, layout in enumerate(setting.layouts)]
    hard = [
        _case(setting, tuple(Row(f, n, s, n + i) for i, (f, s) in enumerate(product(FAMILIES, (1.0, 0.3)))), kind, n)
        for n, kind in zip((1, 2, 3, 7, 16, 33, 65), cycle(COTANGENTS), strict=False)
    ]
    blocks = [
        _case(
            setting, tuple(Row(f, n, 0.3, n, order="rising") for f in ("constant", "gaussian", "window")), "normal", n
        )
        for n in (63, 65, 127, 129, 255, 257, 513, *setting.some_long(1))
    ]
    return [*short, masked, *laid, *hard, *blocks, *_shaped(setting), *long, *_faint(setting), *_crowded(setting)]


def _shaped(setting: Setting) -> list[MappingCase]:
    """Axes of length 1, and up to three axes before the tokens, none of which may be taken for another.

    Supports of the rows differ in size, and so do the incoming gradients.
    """
    shapes = ((2, 1), (1, 3), (3, 1, 1), (2, 3, 1), (1, 2, 3), (2, 3, 2), (3, 3))
    families = ("gaussian", "constant", "dominant", "window", "levels")
    found = []
    for variant, shape in enumerate(shapes[::3] if setting.few_shapes else shapes):
        rows = [Row(families[i % 5], 5, 1.0, variant + i) for i in range(math.prod(shape))]
        logits = stack(rows, setting).reshape(*shape, -1)
        found.append(
            MappingCase(logits, variant=variant, cotangent=cotangent("normal", logits.shape, 9, setting.dtype))
        )
    return found


def _crowded(setting: Setting) -> list[MappingCase]:
    """More rows than a block or a grid holds, and more tokens than fit in one."""
    beyond = (1031, 66_001) if setting.max_n > 1000 else (1031,)
    rows = [many(setting, count) for count in beyond]
    rows += [many(setting, count, 5) for count in counts(setting)]
    if max(setting.long_rows, default=0) >= 4000 and not setting.few_shapes:
        rows.append(stack([Row("constant", 32_771)], setting))
    # Of one sign, so that what a sum leaves out shows.
    return [MappingCase(each, cotangent=np.abs(cotangent("normal", each.shape, 0, setting.dtype))) for each in rows]


def _faint(setting: Setting) -> list[MappingCase]:
    """Incoming gradients at the least likely token well inside the support alone: nothing covers an absolute error."""
    depth = min(0.6 / (setting.alpha - 1), 20.0) if setting.alpha > 1 else 20.0
    found = []
    for n, scale in ((5, 1.0), (17, 3.0), (64, 3.0), (5, 8.0)):
        logits = stack((Row("gaussian", n, scale, n),), setting)
        inside = np.where(logits > logits.max() - depth, logits, np.inf)
        found.append(MappingCase(logits, variant=2 * n, cotangent=np.eye(logits.shape[-1])[[inside.argmin()]]))
    return found


class MappingKind(RowsKind):
    """``f(z, alpha)`` over the last axis, with the shape and dtype of `z` out."""

    name = "mapping"
    noun = "a mapping"
    case = MappingCase
    answer = "a probability"

    def oracle(self, setting: Setting) -> MappingOracle:
        return MappingOracle(setting)

    def cases(self, setting: Setting, *, gradient: bool = False) -> st.SearchStrategy[MappingCase]:
        return _pulled(setting) if gradient else drawn(setting).map(lambda rows: MappingCase(stack(rows, setting)))

    def cornerstones(self, setting: Setting, *, gradient: bool = False) -> list[MappingCase]:
        """Every family at small lengths and some at large ones, shifted, masked, and hard among ordinary."""
        if gradient:
            return _pulled_cornerstones(setting)
        crowded = (many(setting, count, 5) for count in counts(setting))
        every = (*every_family(setting), *crowds(setting), *displaced(setting), *edges(setting), *crowded)
        return [MappingCase(logits) for logits in every]

    def form(self, subject: Subject) -> Form:
        return alpha_by_position(("z",), subject)


def alpha_by_position(tensors: tuple[str, ...], subject: Subject) -> Form:
    """Make the form of a function whose alpha follows its arrays, unless it has none."""
    if subject.fixed_alpha:
        mend = f"wrap it in a function of {' and '.join(tensors)} alone"
        return Form(tensors, mend=lambda lacking, others: mend, axis=subject.axis)
    passed = ", ".join(tensors)
    again = asked_with(subject, [("fixed_alpha", "A")])

    def told(lacking: Sequence[str], others: Sequence[str]) -> str:
        if "alpha" in others:
            return f"alpha is passed by position: wrap it, as lambda {passed}, alpha: f({passed}, alpha=alpha)"
        return f"if it takes no alpha, {again} with its alpha for A (1 for softmax, 2 for sparsemax); else wrap it"

    return Form(tensors, ("alpha",), mend=told, axis=subject.axis)
