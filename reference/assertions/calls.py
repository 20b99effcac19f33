"""Assertions about calls of attention, losses and normalisers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..budgets.attention import attention_budget, attention_vjp_budget
from ..budgets.losses import loss_budget
from ..enclosures.attention import enclose_attention, enclose_attention_vjp
from ..enclosures.calculus import enclose_fenchel_young_loss
from ..formats import FORMATS
from ..inputs import Float64, as_alpha, as_array
from ..values.attention import attention, attention_vjp
from ..values.losses import fenchel_young_loss
from .comparing import Message, Truth, certain, fail_unless, received

if TYPE_CHECKING:
    from ..normalisers import Normaliser

__all__ = [
    "assert_attention_close",
    "assert_attention_gradients_close",
    "assert_loss_close",
    "assert_normaliser_close",
]

_SCORES = 600  # of attention that are enclosed in ball arithmetic in about a second
_TOKENS = 300  # of a normaliser's row


def assert_attention_close(
    actual: Any,
    query: Any,
    key: Any,
    value: Any,
    alpha: Any = 1.5,
    is_causal: bool = False,
    scale: Any = None,
    alibi_slopes: Any = None,
    key_lengths: Any = None,
    attn_mask: Any = None,
    window: Any = None,
    softcap: Any = None,
    sinks: Any = None,
    *,
    return_lse: bool = False,
    dtype: Any = None,
    compute_dtype: Any = None,
    msg: Message = None,
) -> None:
    """Assert that ``actual`` is the output of attention within the error that a correct implementation may make.

    Parameters
    ----------
    actual : array-like, shape (B, H, M, Dv)
        What the implementation returned; with ``return_lse``, the pair of that and the logarithms, shape (B, H, M).
    query, key, value, alpha, is_causal, scale, alibi_slopes, key_lengths, attn_mask, window, softcap, sinks
        As for :func:`entmax_oracle.reference.attention`, exactly as the implementation saw them.
    return_lse : bool
        Check the logarithms of the sums of exponentials too, each in its own dtype; only for alpha = 1.
    dtype : str or dtype, optional
        The precision that is promised, whatever the arrays are. By default ``actual`` must have the dtype of the
        tensors, and that is promised.
    compute_dtype : str or dtype, optional
        The arithmetic inside; see :func:`entmax_oracle.reference.attention_budget`.
    msg : str or callable, optional
        As for :func:`entmax_oracle.reference.assert_close`.

    Raises
    ------
    AssertionError
        Naming how many outputs are wrong, and of the worst: its index, the value, the bounds, and the error in units in
        the last place and as a multiple of its budget.
    ValueError
        As for :func:`entmax_oracle.reference.attention`, and for an unknown dtype.

    Notes
    -----
    The bounds are those of the float64 tier, give or take its own derived error; where they leave a doubt, and there
    are few scores, those of ball arithmetic.

    Examples
    --------
    >>> import numpy as np
    >>> query, key, value = np.float32([[[[1.0]]]]), np.float32([[[[0.0], [0.0]]]]), np.float32([[[[1.0], [3.0]]]])
    >>> assert_attention_close(np.float32([[[[2.0]]]]), query, key, value)
    >>> assert_attention_close(np.float32([[[[2.5]]]]), query, key, value, msg="after the rewrite")
    Traceback (most recent call last):
        ...
    AssertionError: after the rewrite
    1 of 1 outputs is wrong (attention, float32 budget)
      worst at [0, 0, 0, 0]: got 2.5, certified 2 exactly
      error 0.5 = 2.1e+06 ulp = 8.11e+04 times the budget 6.17e-06
    """
    __tracebackhide__ = True
    given = (query, key, value, alpha, is_causal, scale, alibi_slopes, key_lengths, attn_mask, window, softcap, sinks)
    found = _AttentionAnswers(given, return_lse)
    of, _ = exact = found(attention)
    inputs = {"query": query, "key": key, "value": value}
    out, lse = actual if return_lse else (actual, None)
    precision, got = received(out, inputs, of.shape, "the output has shape", dtype, msg)
    of_lse = FORMATS["float64"]
    if return_lse:
        of_lse, logarithms = received(lse, {}, of.shape[:3], "the logarithms have shape", None, msg)
    known = found(attention_budget, dtype="float64")
    allowed = found(attention_budget, dtype=precision, compute_dtype=compute_dtype, lse_dtype=of_lse)
    answers = {"outputs": (got, precision)} | ({"logarithms": (logarithms, of_lse)} if return_lse else {})
    for k, (what, (got, form)) in enumerate(answers.items()):
        if certain(got, exact[k], known[k], allowed[k]).all():
            continue
        lower, upper = exact[k] - known[k], exact[k] + known[k]
        if of[..., 0].size * np.shape(key)[2] <= _SCORES:
            bounds = found(enclose_attention)[k]
            lower, upper = bounds.lower, bounds.upper
        nothing = np.isneginf(got) & np.isneginf(upper)  # is summed
        truth = Truth(np.where(nothing, 0.0, lower), np.where(nothing, 0.0, upper), allowed[k])
        title = f"attention, {form.name} budget"
        fail_unless(np.where(nothing, 0.0, got), truth, form, what, title, msg)


@dataclass(frozen=True)
class _AttentionAnswers:
    """Ask functions of attention for the output, and for the logarithms or None."""

    given: tuple[Any, ...]
    return_lse: bool

    def __call__(self, function: Any, **options: Any) -> tuple[Any, Any]:
        found = function(*self.given, return_lse=self.return_lse, **options)
        return found if self.return_lse else (found, None)


def assert_attention_gradients_close(
    actual: Mapping[str, Any],
    query: Any,
    key: Any,
    value: Any,
    grad: Any,
    alpha: Any = 1.5,
    is_causal: bool = False,
    scale: Any = None,
    alibi_slopes: Any = None,
    key_lengths: Any = None,
    attn_mask: Any = None,
    window: Any = None,
    softcap: Any = None,
    sinks: Any = None,
    *,
    dtype: Any = None,
    compute_dtype: Any = None,
    msg: Message = None,
) -> None:
    """Assert that ``actual`` holds gradients of attention within the error that a correct implementation may make.

    Parameters
    ----------
    actual : mapping from str to array-like
        Gradients that the implementation returned, by the names of the arguments: any of query, key, value, scale,
        alpha, sinks and attn_mask, each of the shape of its argument.
    query, key, value, alpha, is_causal, scale, alibi_slopes, key_lengths, attn_mask, window, softcap, sinks
        As for :func:`entmax_oracle.reference.attention_vjp`, exactly as the implementation saw them.
    grad : array-like, shape (B, H, M, Dv)
        The incoming gradient.
    dtype, compute_dtype, msg
        As for :func:`assert_attention_close`.

    Raises
    ------
    AssertionError
        As for :func:`assert_attention_close`, for the first gradient that is wrong. Where the derivative jumps within
        rounding any number passes.
    ValueError
        As for :func:`entmax_oracle.reference.attention_vjp`, for an unknown dtype, and for a name without a gradient.

    Examples
    --------
    >>> import numpy as np
    >>> query, key, value = np.float32([[[[1.0]]]]), np.float32([[[[0.0], [0.0]]]]), np.float32([[[[1.0], [3.0]]]])
    >>> half = np.float32([[[[0.5], [0.5]]]])
    >>> assert_attention_gradients_close({"value": half}, query, key, value, np.float32([[[[1.0]]]]))
    >>> assert_attention_gradients_close({"value": 2 * half}, query, key, value, np.float32([[[[1.0]]]]))
    Traceback (most recent call last):
        ...
    AssertionError: 2 of 2 entries of the gradient in value are wrong (attention, float32 budget)
      worst at [0, 0, 1, 0]: got 1, certified 0.5 exactly
      error 0.5 = 8.39e+06 ulp = 3.18e+05 times the budget 1.57e-06
    """
    __tracebackhide__ = True
    options = (alpha, is_causal, scale, alibi_slopes, key_lengths, attn_mask, window, softcap, sinks)
    given = (query, key, value, grad, *options)
    exact = attention_vjp(*given)
    gradients = {name: gradient for name, gradient in vars(exact).items() if gradient is not None}
    if not isinstance(actual, Mapping):
        raise ValueError(f"actual is {type(actual).__name__}; pass a mapping from names, such as {{'query': ...}}")
    for name in actual:
        if name not in gradients:
            raise ValueError(f"actual[{name!r}]: this call has no such gradient; it has {', '.join(gradients)}")
    known = attention_vjp_budget(*given, dtype="float64")
    inputs, enclosed = {"query": query, "key": key, "value": value}, None
    for name, one in actual.items():
        of = gradients[name]
        precision, got = received(one, inputs, of.shape, f"the gradient in {name} has shape", dtype, msg)
        budgets = attention_vjp_budget(*given, dtype=precision, compute_dtype=compute_dtype)
        slack, allowed = getattr(known, name), getattr(budgets, name)
        if (np.isinf(allowed) & ~np.isnan(got) | certain(got, of, slack, allowed)).all():
            continue
        lower, upper = of - slack, of + slack
        if exact.query[..., 0].size * np.shape(key)[2] <= _SCORES:
            enclosed = enclosed or enclose_attention_vjp(*given)
            lower, upper = getattr(enclosed, name).lower, getattr(enclosed, name).upper
        what = f"entries of the gradient in {name}"
        fail_unless(got, Truth(lower, upper, allowed), precision, what, f"attention, {precision.name} budget", msg)


def assert_loss_close(
    actual: Any,
    z: Any,
    y: Any,
    alpha: Any = 1.5,
    *,
    dtype: Any = None,
    compute_dtype: Any = None,
    msg: Message = None,
) -> None:
    """Assert that ``actual`` is the Fenchel-Young loss of each row within the error of a correct implementation.

    Parameters
    ----------
    actual : array-like, shape (...)
        What the implementation returned, one number for a row.
    z : array-like, shape (..., n)
        The logits exactly as the implementation saw them.
    y : array-like of int, shape (...)
        Class indices.
    alpha : float, at least 1
    dtype, compute_dtype, msg
        As for :func:`entmax_oracle.reference.assert_close`.

    Raises
    ------
    AssertionError
        Naming how many losses are wrong, and the worst.
    ValueError
        As for :func:`entmax_oracle.reference.fenchel_young_loss`, and for an unknown dtype.

    Examples
    --------
    >>> import numpy as np
    >>> assert_loss_close(np.float32([0.5625]), np.float32([[0.5, 0.0]]), [1], alpha=2)
    """
    __tracebackhide__ = True
    order = as_alpha(alpha)
    logits, labels = as_array(z), as_array(y, "y").astype(np.intp)
    exact = np.asarray(fenchel_young_loss(logits, labels, order))
    precision, got = received(actual, {"z": z}, exact.shape, "the losses have shape", dtype, msg)
    known = loss_budget(logits, labels, order, "float64")
    allowed = loss_budget(logits, labels, order, precision, compute_dtype=compute_dtype)
    doubtful = ~certain(got, exact, known, allowed)
    if not doubtful.any():
        return
    lower, upper = np.array(got), np.array(got)
    found = enclose_fenchel_young_loss(logits[doubtful], labels[doubtful], order)
    lower[doubtful], upper[doubtful] = found.lower, found.upper
    truth = Truth(lower, upper, np.asarray(allowed))
    title = f"Fenchel-Young, alpha={float(order):g}, {precision.name} budget"
    fail_unless(got, truth, precision, "losses", title, msg)


def assert_normaliser_close(
    actual: Any,
    z: Any,
    against: str,
    *,
    dtype: Any = None,
    compute_dtype: Any = None,
    msg: Message = None,
    **parameters: Any,
) -> None:
    """Assert that ``actual`` has the weights of a normaliser within the error of a correct implementation.

    Parameters
    ----------
    actual : array-like, same shape as ``z``
        What the implementation returned.
    z : array-like, shape (..., n)
        The logits exactly as the implementation saw them.
    against : str
        Name of the normaliser: a key of :data:`entmax_oracle.reference.normalisers.NORMALISERS`.
    dtype, compute_dtype, msg
        As for :func:`entmax_oracle.reference.assert_close`.
    **parameters
        Of the normaliser. Of tokens that tie for being chosen, any choice is right.

    Raises
    ------
    AssertionError
        Naming how many weights are wrong, and the worst.
    ValueError
        As for a call of the normaliser, and for an unknown dtype.

    Examples
    --------
    >>> import numpy as np
    >>> assert_normaliser_close(np.float32([0, 0.5, 0.5]), np.float32([0, 1, 1]), "top-k-softmax", k=2)
    >>> assert_normaliser_close(np.float32([0.5, 0, 0.5]), np.float32([1, 1, 1]), "top-k-softmax", k=2)
    >>> assert_normaliser_close([0.0, 1.0, 0.0], [1, 2, 3], "index-top-k-softmax", k=1, index=[0, 4, 4])
    """
    __tracebackhide__ = True
    from ..normalisers import normaliser

    known = normaliser(against)
    logits = as_array(z)
    shape = known(logits, **parameters).shape
    precision, got = received(actual, {"z": z}, shape, "the weights have shape", dtype, msg)
    if known.profile.picks:
        got = _as_chosen(got, logits, known, parameters)
    parameters = known.choosing(got, logits, **known.settings(parameters)) or parameters
    exact = known(logits, **parameters)
    slack = known.budget(logits, "float64", **parameters)
    allowed = known.budget(logits, precision, compute_dtype=compute_dtype, **parameters)
    doubtful = ~certain(got, exact, slack, allowed).all(axis=-1)
    if not doubtful.any():
        return
    lower, upper = exact - slack, exact + slack
    if logits.shape[-1] <= _TOKENS:
        rows = known.row_parameters(logits.shape, known.settings(parameters))
        found = known.enclose(logits[doubtful], **parameters | {name: row[doubtful] for name, row in rows.items()})
        lower[doubtful], upper[doubtful] = found.lower, found.upper
    fail_unless(got, Truth(lower, upper, allowed), precision, "weights", f"{against}, {precision.name} budget", msg)


def _as_chosen(got: Float64, logits: Float64, known: Normaliser, parameters: dict[str, Any]) -> Float64:
    """Exchange the answers of tied tokens, so that those have the weight that the reference gives it."""
    got = got.copy()
    for row in np.ndindex(logits.shape[:-1]):
        tied, _ = known.tied(logits[row], **known.settings(parameters))
        got[row][tied] = -np.sort(-got[row][tied])
    return got
