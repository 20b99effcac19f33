"""What a correct implementation of attention returns, and the error that rounding explains."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from entmax_oracle.reference.budgets.attention import attention_budget, attention_vjp_budget
from entmax_oracle.reference.enclosures.attention import enclose_attention, enclose_attention_vjp
from entmax_oracle.reference.values.attention import attention, attention_vjp

from ...calls import Float64
from ...expected import Expected, Oracle
from .case import TENSORS, AttentionCase
from .positions import sequences, squared

__all__ = ["AttentionOracle"]

# Scores that are enclosed in ball arithmetic in about a second.
_SMALL = 600


def _first(n: int, x: Float64) -> Float64:
    return x[:, :, :n]


def _distinct(case: AttentionCase) -> tuple[AttentionCase, NDArray[np.intp]]:
    """Return the case with each query once, where its place makes no difference, and where each one is there.

    Queries are repeated for an implementation that takes as many queries as keys alone.
    """
    m = case.query.shape[2]
    by_place = (case.alibi_slopes, case.window, case.attn_mask, case.scales)
    if case.is_causal or any(x is not None for x in by_place):
        return case, np.arange(m)
    lines = case.query.transpose(2, 0, 1, 3).reshape(m, -1)
    _, first, places = np.unique(lines, axis=0, return_index=True, return_inverse=True)
    return case.altered(query=case.query[:, :, first]), places


class AttentionOracle(Oracle):
    """Answers in one alpha and one format.

    For float64 they are enclosed in ball arithmetic. For shorter formats they come from the float64 reference, give
    or take its own budget, which is far below theirs; what breaks a law by that is judged again by the enclosure.
    """

    def __call__(self, case: AttentionCase) -> Expected:
        """Bound the output."""
        return self._output(case, self._exactly(case))

    def log_sums(self, case: AttentionCase, dtype: str) -> Expected:
        """Bound the logarithms of the sums of exponentials, in numbers of a format; alpha must be 1."""
        if case.query_lengths is not None:
            return self._together(case, partial(self.log_sums, dtype=dtype), case.answer_shape[:3], -np.inf)
        m = case.query.shape[2]
        case = self._square(case.altered(cotangent=None))
        given, options = self._given(case)
        inside = self.setting.arithmetic
        told = {"dtype": self.format.name, "compute_dtype": inside, "lse_dtype": dtype}
        _, budget = attention_budget(*given, **options, return_lse=True, **told)
        if self._exactly(case) or self._dearer(case):
            _, found = enclose_attention(*given, **options, return_lse=True)
            return Expected(found.lower, found.upper, budget).part(lambda x: x[:, :, :m])
        _, exact = attention(*given, **options, return_lse=True)
        _, own = attention_budget(*given, **options, return_lse=True, dtype="float64")
        return Expected(exact - own, exact + own, budget).part(lambda x: x[:, :, :m])

    def mean(self, case: AttentionCase) -> Expected:
        """Bound the mean of all values, which some implementations give to a query that sees no key.

        It is the output where all scores are equal, and is allowed the error of that.
        """
        none = dict.fromkeys(("alibi_slopes", "key_lengths", "attn_mask", "window", "softcap", "sinks", "scales"))
        equal = case.altered(scale=0.0, is_causal=False, boolean_mask=False, **none)
        return self._output(equal, self._exactly(case))

    def sharper(self, case: AttentionCase) -> Expected | None:
        """Enclose the output in ball arithmetic, if it is small enough."""
        return self._output(case, True) if self._dearer(case) else None

    def gradients(self, case: AttentionCase) -> dict[str, Expected]:
        """Bound the gradients in query, key and value, sinks and a real mask, for the cotangent of the case."""
        return self._pulled(case, self._exactly(case))

    def sharper_gradients(self, case: AttentionCase) -> dict[str, Expected] | None:
        """Enclose the gradients in ball arithmetic, if the case is small enough."""
        return self._pulled(case, True) if self._dearer(case) else None

    def scale_gradient(self, case: AttentionCase) -> Expected:
        """Bound the gradient in an array of scales.

        A score is the scale times the product of query and key, so this gradient is, row by row, the product of the
        query and of its own gradient, over the scale.
        """
        given = case.scales
        assert given is not None
        of_query = self.within(self.gradients(case)["query"])
        scales = np.broadcast_to(given, case.query.shape[:3])
        ends = np.stack([case.query * of_query.lower, case.query * of_query.upper]) / scales[..., None]
        factor = np.abs(case.query / scales[..., None])
        shared = tuple(axis for axis, n in enumerate((1,) * (3 - given.ndim) + given.shape) if n == 1)

        def added(terms: Float64) -> Float64:
            """Add up the features, and the rows that have one scale."""
            return np.asarray(terms.sum(axis=-1).sum(axis=shared).reshape(given.shape))

        terms = case.query.shape[3] + scales.size // given.size  # in a row, and of rows, which are added at the end
        rounding = terms * self.format.unit_roundoff * added(factor * (of_query.size + of_query.budget))
        budget = added(factor * of_query.budget) + rounding
        return Expected(added(ends.min(axis=0)), added(ends.max(axis=0)), budget)

    def log_sum_gradients(self, case: AttentionCase, dtype: str) -> dict[str, Expected]:
        """Bound the gradients in query and key of the logarithms of sums, for the first numbers of the cotangent.

        That in a score is its probability. So that in the query is the output for the keys in place of the values, and
        that in the key is the gradient in the values for the query in place of the cotangent, times the scale.
        Probabilities may be made of the logarithms again, with the error of these.
        """
        assert case.cotangent is not None
        factor = 1 / np.sqrt(case.query.shape[3]) if case.scale is None else case.scale
        scales = factor if case.scales is None else np.broadcast_to(case.scales, case.query.shape[:3])
        weights = (case.cotangent[..., 0] * scales)[..., None]
        weighted = weights * case.query
        of_keys = case.altered(value=case.key, cotangent=None)
        slack = np.expm1(self.log_sums(of_keys, dtype).budget)[..., None]
        rounded = 4 * self.format.unit_roundoff
        mean, size = self(of_keys), self(of_keys.altered(value=np.abs(case.key))).size
        ends = np.stack([weights * mean.lower, weights * mean.upper])
        budget = np.abs(weights) * (mean.budget + (slack + rounded) * size)
        query = Expected(ends.min(axis=0), ends.max(axis=0), budget)
        key = self.gradients(of_keys.altered(cotangent=weighted))["value"]
        size = self.gradients(of_keys.altered(cotangent=np.abs(weighted)))["value"].size
        key = Expected(key.lower, key.upper, key.budget + (float(slack.max(initial=0.0)) + rounded) * size)
        return {"query": query, "key": key}

    def _given(self, case: AttentionCase) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Arguments of the reference, by position and by name."""
        alpha = self.setting.alpha if case.alphas is None else np.array(case.alphas)
        pull = () if case.cotangent is None else (case.cotangent,)
        return (*case.tensors.values(), *pull, alpha), case.meaning

    def _square(self, case: AttentionCase) -> AttentionCase:
        """Return the case in which the positions of ours are those that are meant."""
        placed = case.is_causal or case.alibi_slopes is not None or case.window is not None
        differ = case.query.shape[2] != case.key.shape[2] and placed
        return squared(case) if differ and self.setting.conventions.align == "start" else case

    def _output(self, case: AttentionCase, enclosed: bool) -> Expected:
        if case.query_lengths is not None:
            return self._together(case, partial(self._output, enclosed=enclosed), case.answer_shape)
        m = case.query.shape[2]
        case, places = _distinct(self._square(case.altered(cotangent=None)))
        return self._square_output(case, enclosed).part(lambda x: x[:, :, places[:m]])

    def _together(
        self, case: AttentionCase, bound: Callable[[AttentionCase], Expected], shape: tuple[int, ...], fill: float = 0.0
    ) -> Expected:
        """Bound the answers of packed sequences, each on its own; those of queries that there are not are exact."""
        found = Expected(np.full(shape, fill), np.full(shape, fill), np.zeros(shape))
        for b, m, _, one in sequences(case):
            part = bound(one)
            for whole, answer in zip(vars(found).values(), vars(part).values(), strict=True):
                whole[b, :, :m] = answer[0]
        return found

    def _square_output(self, case: AttentionCase, enclosed: bool) -> Expected:
        given, options = self._given(case)
        inside = self.setting.arithmetic
        budget = attention_budget(*given, **options, dtype=self.format.name, compute_dtype=inside)
        if enclosed:
            found = enclose_attention(*given, **options)
            return Expected(found.lower, found.upper, budget)
        exact = attention(*given, **options)
        own = attention_budget(*given, **options, dtype="float64")
        return Expected(exact - own, exact + own, budget)

    def _pulled(self, case: AttentionCase, enclosed: bool) -> dict[str, Expected]:
        if case.query_lengths is not None:
            return self._pulled_together(case, enclosed)
        mask = None if case.attn_mask is None else case.attn_mask.shape
        found = self._square_pulled(self._square(case), enclosed)
        lengths = {name: x.shape[2] for name, x in case.tensors.items()}
        cut = {name: each.part(partial(_first, lengths[name])) for name, each in found.items() if name in lengths}
        if "attn_mask" in found and mask is not None:
            cut["attn_mask"] = found["attn_mask"].part(lambda x: x[tuple(map(slice, mask))])
        return cut | {name: each for name, each in found.items() if name == "sinks"}

    def _pulled_together(self, case: AttentionCase, enclosed: bool) -> dict[str, Expected]:
        """Bound the gradients of packed sequences, each on its own; those in the sinks are added up."""
        shapes = {name: x.shape for name, x in case.tensors.items()}
        found = {name: Expected(*(np.zeros(shape) for _ in range(3))) for name, shape in shapes.items()}
        sinks = []
        for b, m, n, one in sequences(case):
            parts = self._pulled(one, enclosed)
            for name, count in (("query", m), ("key", n), ("value", n)):
                for whole, answer in zip(vars(found[name]).values(), vars(parts[name]).values(), strict=True):
                    whole[b, :, :count] = answer[0, :, :count]
            sinks += [parts["sinks"]] if "sinks" in parts else []
        if case.sinks is not None:
            nothing = Expected(*(np.zeros(len(case.sinks)) for _ in range(3)))
            found["sinks"] = self._added(sinks) if sinks else nothing
        return found

    def _added(self, parts: list[Expected]) -> Expected:
        """Bound a sum of answers, each with its own error; adding them up makes a further one."""
        lower, upper, budget = (sum(getattr(each, name) for each in parts) for name in ("lower", "upper", "budget"))
        size = sum(each.size + each.budget for each in parts)
        return Expected(lower, upper, budget + len(parts) * self.format.unit_roundoff * size)

    def _square_pulled(self, case: AttentionCase, enclosed: bool) -> dict[str, Expected]:
        given, options = self._given(case)
        inside = self.setting.arithmetic
        budgets = attention_vjp_budget(*given, **options, dtype=self.format.name, compute_dtype=inside)
        names = (*TENSORS, *case.trainable)
        if enclosed:
            found = enclose_attention_vjp(*given, **options)
            bounds = {name: (getattr(found, name).lower, getattr(found, name).upper) for name in names}
        else:
            exact = attention_vjp(*given, **options)
            own = attention_vjp_budget(*given, **options, dtype="float64")
            pairs = {name: (getattr(exact, name), getattr(own, name)) for name in names}
            bounds = {name: (value - off, value + off) for name, (value, off) in pairs.items()}
        return {name: Expected(*bounds[name], getattr(budgets, name)) for name in names}

    def _exactly(self, case: AttentionCase) -> bool:
        return self.format.name == "float64" and case.scores <= _SMALL

    def _dearer(self, case: AttentionCase) -> bool:
        return self.format.name != "float64" and case.scores <= _SMALL
