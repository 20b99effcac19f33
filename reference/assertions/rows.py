"""Assertions about rows of logits: their probabilities, and gradients."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..budgets.mapping import budget, vjp_budget
from ..enclosures.calculus import enclose_vjp
from ..enclosures.enclosure import enclose
from ..formats import Format
from ..inputs import Alpha, Float64, as_alpha, as_array, as_finite, as_logits, last_axis
from ..values.derivatives import vjp
from ..values.mapping import entmax
from .comparing import Message, Truth, certain, fail, fail_unless, received

__all__ = ["assert_close", "assert_gradient_close"]

_TOKENS = 1 << 17  # that are screened at once: their arrays stay near the processor

EmptyRows = Literal["zero", "nan", "mean", "any"]


def assert_close(
    actual: Any,
    z: Any,
    alpha: Any = 1.5,
    axis: int = -1,
    *,
    dtype: Any = None,
    compute_dtype: Any = None,
    empty_rows: EmptyRows = "zero",
    msg: Message = None,
) -> None:
    """Assert that ``actual`` is ``entmax(z, alpha)`` within the error that a correct implementation may make.

    Parameters
    ----------
    actual : array-like, same shape as ``z``
        What the implementation returned.
    z : array-like
        The logits exactly as the implementation saw them; ``-inf`` masks a token.
    alpha : float or array-like
        At least 1; one number, or an array that broadcasts to the shape of ``z`` without the axis.
    axis : int
        The token axis.
    dtype : str or dtype, optional
        The precision that is promised, whatever the arrays are. By default ``actual`` and ``z`` must have the same
        dtype, and that is promised (float64 for plain lists).
    compute_dtype : str or dtype, optional
        The arithmetic inside; see :func:`entmax_oracle.reference.budget`.
    empty_rows : str
        What is expected of a row whose tokens are all masked: ``"zero"``, ``"nan"``, ``"mean"`` (1/n each) or
        ``"any"`` number.
    msg : str or callable, optional
        Put before the explanation; or a function of the explanation that gives the whole message.

    Raises
    ------
    AssertionError
        Naming how many tokens are wrong, and of the worst: its index, the value, the certified interval, the error in
        units in the last place and as a multiple of its budget, and the row's support.
    ValueError
        For bad logits or alpha, or an unknown dtype.

    Notes
    -----
    Rows are screened by the float64 tier. What is within the budget less that tier's own error is certainly right; only
    rows with a doubtful token are enclosed in ball arithmetic.

    Examples
    --------
    >>> import numpy as np
    >>> assert_close(np.float32([0.5, 0.5, 0.0]), [1.0, 1.0, -1.0], alpha=1.5)
    >>> assert_close(np.float32([0.5, 0.49999, 0.00001]), [1.0, 1.0, -1.0], alpha=1.5)
    Traceback (most recent call last):
        ...
    AssertionError: 2 of 3 probabilities are wrong (entmax, alpha=1.5, float32 budget)
      worst at [2]: got 9.99999975e-06, certified 0 exactly
      its row: 3 tokens, true support 2, returned nonzero 3, returned sum 0.999999986
    """
    __tracebackhide__ = True
    if empty_rows not in ("zero", "nan", "mean", "any"):
        raise ValueError(f"empty_rows: {empty_rows!r} is not one of zero, nan, mean, any")
    rows = _Rows(z, alpha, axis)
    precision, got = received(actual, {"z": z}, rows.shape, "the logits have shape", dtype, msg)
    if not got.size:
        return
    empty = np.asarray(np.isneginf(rows.logits).all(axis=1))
    _check_empty(rows, rows.flat(got)[empty], np.flatnonzero(empty), precision, empty_rows, msg)
    answers = np.where(empty[:, None], 0.0, rows.flat(got))
    got = rows.whole(answers)

    def screen(z: Float64, p: Float64, value: Alpha, _: NDArray[np.intp]) -> NDArray[np.bool_]:
        rest, z, p = _candidates(z, p, float(value))
        allowed = budget(z, value, precision, compute_dtype=compute_dtype)
        return rest[:, None] & certain(p, entmax(z, value), budget(z, value, "float64"), allowed)

    for some, value in rows.doubtful(answers, screen, ~empty):
        found = enclose(rows.logits[some], value)
        allowed = budget(rows.logits[some], value, precision, compute_dtype=compute_dtype)
        truth = rows.spread(some, Truth(found.lower, found.upper, allowed), answers)
        inside = dict(zip(some.tolist(), (found.support == "in").sum(axis=1).tolist(), strict=True))

        def about_row(index: tuple[int, ...], inside: dict[int, int] = inside) -> list[str]:
            row = rows.row_of(index)
            p = answers[row]
            return [
                f"  its row: {p.size} tokens, true support {inside[row]}, "
                f"returned nonzero {np.count_nonzero(p)}, returned sum {p.sum():.9g}"
            ]

        title = f"entmax, alpha={float(value):g}, {precision.name} budget"
        fail_unless(got, truth, precision, "probabilities", title, msg, about_row)


def _candidates(z: Float64, p: Float64, alpha: float) -> tuple[NDArray[np.bool_], Float64, Float64]:
    """Pick the tokens that may have mass, where that leaves far fewer; say also in which rows the others have none.

    Without tokens that are certainly zero the probabilities are the same, and the budget is no larger.
    """
    everywhere = np.ones(len(z), dtype=bool)
    if alpha == 1:
        return everywhere, z, p
    with np.errstate(over="ignore"):
        live = (alpha - 1) * (z.max(axis=1, keepdims=True) - z) <= 1 + 1e-9
    count = int(live.sum(axis=1).max(initial=1))
    if 2 * count > z.shape[1]:
        return everywhere, z, p
    first = np.argsort(~live, axis=1, kind="stable")[:, :count]
    rest = ((p == 0) | live).all(axis=1)
    return rest, np.take_along_axis(z, first, axis=1), np.take_along_axis(p, first, axis=1)


def _check_empty(
    rows: _Rows, answers: Float64, places: NDArray[np.intp], precision: Format, what: EmptyRows, msg: Message
) -> None:
    """Check rows without a live token against what they are said to have."""
    __tracebackhide__ = True
    if what == "any" or not places.size:
        return
    share = 1 / answers.shape[1] if what == "mean" else 0.0
    off = np.abs(answers - share) > 2 * precision.unit_roundoff * share
    wrong = ~np.isnan(answers) if what == "nan" else off | np.isnan(answers)
    if wrong.any():
        row, token = (int(i) for i in np.argwhere(wrong)[0])
        expected = {"zero": "zeros", "nan": "NaN", "mean": f"{share:.9g} each"}[what]
        fail(
            f"every token of {rows.named(int(places[row]))} is masked (-inf): expected {expected}, got "
            f"{answers[row, token]:.9g} for token {token}; if that is meant, pass empty_rows='zero', 'nan', 'mean' or "
            "'any'",
            msg,
        )


def assert_gradient_close(
    actual: Any,
    z: Any,
    grad: Any,
    alpha: Any = 1.5,
    axis: int = -1,
    *,
    dtype: Any = None,
    compute_dtype: Any = None,
    msg: Message = None,
) -> None:
    """Assert that ``actual`` is the gradient of ``entmax(z, alpha)`` in ``z``, for the incoming gradient ``grad``.

    Parameters
    ----------
    actual : array-like, same shape as ``z``
        The vector-Jacobian product that the implementation returned.
    z : array-like
        The logits exactly as the implementation saw them; every row has a live token.
    grad : array-like, broadcastable to the shape of ``z``
        The incoming gradient.
    alpha, axis, dtype, compute_dtype, msg
        As for :func:`assert_close`.

    Raises
    ------
    AssertionError
        As :func:`assert_close`. Where the derivative jumps within rounding any number passes.
    ValueError
        As for :func:`entmax_oracle.reference.vjp`, and for an unknown dtype.

    Examples
    --------
    >>> import numpy as np
    >>> assert_gradient_close(np.float32([0.25, -0.25]), np.float32([1, 1]), [1.0, 0.0], alpha=1)
    >>> assert_gradient_close([0.25, -0.24], [1.0, 1.0], [1.0, 0.0], alpha=1, dtype="float32")
    Traceback (most recent call last):
        ...
    AssertionError: 1 of 2 entries of the gradient are wrong (entmax, alpha=1, float32 budget)
      worst at [1]: got -0.24, certified -0.25 exactly
      error 0.01 = 3.36e+05 ulp = 3.4e+03 times the budget 2.94e-06
    """
    __tracebackhide__ = True
    rows = _Rows(z, alpha, axis)
    as_logits(z, axis)
    precision, got = received(actual, {"z": z}, rows.shape, "the logits have shape", dtype, msg)
    if not got.size:
        return
    incoming = as_finite(grad, "grad")
    pulls = rows.flat(np.broadcast_to(incoming, rows.shape))
    answers = rows.flat(got)

    def screen(z: Float64, pulled: Float64, value: Alpha, some: NDArray[np.intp]) -> NDArray[np.bool_]:
        g = pulls[some]
        allowed = vjp_budget(z, g, value, precision, compute_dtype=compute_dtype)
        known = vjp_budget(z, g, value, "float64")
        open_end = np.isinf(allowed) & ~np.isnan(pulled)
        return open_end | certain(pulled, vjp(z, g, value), known, allowed)

    for some, value in rows.doubtful(answers, screen):
        z_some, g = rows.logits[some], pulls[some]
        found = enclose_vjp(z_some, g, value)
        allowed = vjp_budget(z_some, g, value, precision, compute_dtype=compute_dtype)
        smooth = found.differentiable[..., np.newaxis]
        allowed = np.where(smooth | (allowed == 0), allowed, np.inf)
        truth = rows.spread(some, Truth(found.lower, found.upper, allowed), answers)
        title = f"entmax, alpha={float(value):g}, {precision.name} budget"
        fail_unless(got, truth, precision, "entries of the gradient", title, msg)


class _Rows:
    """Logits as rows of one axis, each with its alpha."""

    def __init__(self, z: Any, alpha: Any, axis: int) -> None:
        array = as_array(z)
        self.shape, self.axis = array.shape, last_axis(array.shape, axis)
        if not array.shape[self.axis] or not (array < np.inf).all():
            as_logits(array, axis)  # which says what is wrong, and where
        self.logits = self.flat(array)
        batch = np.delete(np.array(array.shape), self.axis).tolist()
        values, which = _distinct(alpha)
        try:
            self._which = np.broadcast_to(which, batch).ravel()
        except ValueError:
            raise ValueError(
                f"alpha of shape {which.shape} does not broadcast to {tuple(batch)}, the shape of z without axis {axis}"
            ) from None
        self._alphas = values

    def flat(self, x: Float64) -> Float64:
        """Return an array of the shape of the logits as rows."""
        moved = np.moveaxis(x, self.axis, -1)
        return np.ascontiguousarray(moved).reshape(-1, self.shape[self.axis]) if x.size else moved.reshape(0, 1)

    def whole(self, rows: Float64) -> Float64:
        """Return rows as an array of the shape of the logits."""
        shape = [n for i, n in enumerate(self.shape) if i != self.axis]
        return np.moveaxis(rows.reshape(*shape, self.shape[self.axis]), -1, self.axis)

    def named(self, row: int) -> str:
        """Name a row by its place among the others."""
        shape = tuple(n for i, n in enumerate(self.shape) if i != self.axis)
        return f"row [{', '.join(map(str, np.unravel_index(row, shape)))}]" if shape else "the row"

    def row_of(self, index: tuple[int, ...]) -> int:
        """Return in which row an entry of the whole array lies."""
        shape = tuple(n for i, n in enumerate(self.shape) if i != self.axis)
        place = tuple(k for i, k in enumerate(index) if i != self.axis)
        return int(np.ravel_multi_index(place, shape)) if shape else 0

    def doubtful(
        self,
        answers: Float64,
        screen: Callable[[Float64, Float64, Alpha, NDArray[np.intp]], NDArray[np.bool_]],
        wanted: NDArray[np.bool_] | None = None,
    ) -> Iterator[tuple[NDArray[np.intp], Alpha]]:
        """Yield, alpha by alpha, the rows in which a screen does not find every entry certainly right."""
        for place, alpha in enumerate(self._alphas):
            of_alpha = self._which == place
            every = np.flatnonzero(of_alpha if wanted is None else of_alpha & wanted)
            size = max(1, _TOKENS // max(1, self.logits.shape[1]))
            parts = [every[start : start + size] for start in range(0, len(every), size)]
            left = [some[~screen(self.logits[some], answers[some], alpha, some).all(axis=1)] for some in parts]
            doubtful = np.concatenate([*left, np.empty(0, dtype=np.intp)])
            if doubtful.size:
                yield doubtful, alpha

    def spread(self, some: NDArray[np.intp], truth: Truth, answers: Float64) -> Truth:
        """Give what is known of some rows the shape of the whole; the others are taken as they are."""
        parts = []
        for known, other in ((truth.lower, answers), (truth.upper, answers), (truth.allowed, np.inf)):
            full = np.array(np.broadcast_to(other, answers.shape))
            full[some] = known
            parts.append(self.whole(np.where(np.isnan(full), 0.0, full)))
        return Truth(*parts)


def _distinct(alpha: Any) -> tuple[list[Alpha], NDArray[np.intp]]:
    """Return the different alphas, and which stands where."""
    if isinstance(alpha, str) or not np.ndim(alpha if not hasattr(alpha, "detach") else alpha.detach()):
        return [as_alpha(alpha)], np.zeros((), dtype=np.intp)
    array = as_array(alpha, "alpha")
    values, which = np.unique(array, return_inverse=True)
    return [as_alpha(each, "alpha") for each in values.tolist()], which.reshape(array.shape)
