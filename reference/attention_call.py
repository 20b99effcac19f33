"""What a call of attention means: its arguments named and validated, its positions and heads resolved.

Values, enclosures and budgets read their arguments here, so they cannot disagree about masks, alignment or grouping.
"""

from __future__ import annotations

import inspect
import operator
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import wraps
from typing import Any, Concatenate, Literal, ParamSpec, Protocol, TypeVar, cast, get_type_hints, overload

import numpy as np
from numpy.typing import NDArray

from .inputs import Alpha, Float64, as_alpha, as_array, as_finite

_P = ParamSpec("_P")
_R = TypeVar("_R")
_R_co = TypeVar("_R_co", covariant=True)


@dataclass(frozen=True, eq=False)
class AttentionCall:
    """The arguments of :func:`entmax_oracle.reference.attention`, validated.

    Attributes
    ----------
    query : ndarray, shape (B, H, M, D)
    key : ndarray, shape (B, Hkv, N, D)
    value : ndarray, shape (B, Hkv, N, Dv)
    alpha : list of float or Fraction, length H
    scale : ndarray, shape (B, H, M)
        1/sqrt(D), rounded, when ``default_scale``.
    default_scale : bool
        Whether the scale was left to its default, which is exactly 1/sqrt(D).
    alibi_slopes : ndarray, shape (H,)
        Zeros when there are none.
    distance : ndarray, shape (M, N)
        |i + N - M - j|.
    visible : ndarray of bool, shape (B, 1 or H, M, N)
        Where no mask hides the key: neither causality, lengths, the window, nor ``attn_mask``.
    alpha_shape, scale_shape, mask_shape : tuple of int
        Of the arguments, as they were given; () where there is no real mask.
    added : ndarray, shape (B, H, M, N), or None
        What a real ``attn_mask`` adds to the scores, 0 where it hides the key.
    softcap : float or None
    sinks : ndarray, shape (H,), or None
    """

    query: Float64
    key: Float64
    value: Float64
    alpha: list[Alpha]
    scale: Float64
    default_scale: bool
    alibi_slopes: Float64
    distance: Float64
    visible: NDArray[np.bool_]
    alpha_shape: tuple[int, ...]
    scale_shape: tuple[int, ...]
    mask_shape: tuple[int, ...]
    added: Float64 | None
    softcap: float | None
    sinks: Float64 | None

    @classmethod
    def read(
        cls,
        query: Any,
        key: Any,
        value: Any,
        alpha: Any,
        is_causal: bool,
        scale: Any,
        alibi_slopes: Any,
        key_lengths: Any,
        attn_mask: Any = None,
        window: Any = None,
        softcap: Any = None,
        sinks: Any = None,
    ) -> AttentionCall:
        """Validate the arguments.

        Raises
        ------
        ValueError
            See :func:`entmax_oracle.reference.attention`.
        """
        query, key, value = _tensors(query, key, value, key_lengths)
        (batch, heads, m, dim), n = query.shape, key.shape[2]
        alphas = _alphas(alpha, heads)
        default_scale = scale is None
        factor = as_finite(1.0 / np.sqrt(dim) if default_scale else scale, "scale")
        try:
            scales = np.broadcast_to(factor, (batch, heads, m))
        except ValueError:
            raise ValueError(
                f"scale of shape {factor.shape} does not broadcast to (B, H, M) = {(batch, heads, m)}"
            ) from None
        slopes = np.zeros(heads) if alibi_slopes is None else as_finite(alibi_slopes, "alibi_slopes", (heads,))
        offset = np.arange(m)[:, None] + (n - m) - np.arange(n)
        visible = np.ones((batch, 1, m, n), dtype=bool)
        if is_causal:
            visible &= offset >= 0
        if key_lengths is not None:
            visible &= np.arange(n) < _lengths(key_lengths, batch, n)[:, None, None, None]
        if window is not None:
            left, right = _window(window)
            visible &= (offset <= left) & (offset >= -right)
        added, mask_shape = None, ()
        if attn_mask is not None:
            mask = _mask(attn_mask, (batch, heads, m, n))
            attends = mask if mask.dtype == bool else mask > -np.inf
            visible = visible & attends.reshape((1,) * (4 - mask.ndim) + mask.shape)
            if mask.dtype != bool:
                added = np.broadcast_to(np.where(attends, mask, 0.0), (batch, heads, m, n))
                mask_shape = mask.shape
        return cls(
            query=query,
            key=key,
            value=value,
            alpha=alphas,
            scale=scales,
            default_scale=default_scale,
            alibi_slopes=slopes,
            distance=np.abs(offset).astype(np.float64),
            visible=visible,
            alpha_shape=_alpha_shape(alpha),
            scale_shape=factor.shape,
            mask_shape=mask_shape,
            added=added,
            softcap=None if softcap is None else _softcap(softcap),
            sinks=None if sinks is None else as_finite(sinks, "sinks", (heads,)),
        )

    @property
    def output_shape(self) -> tuple[int, ...]:
        """(B, H, M, Dv)."""
        return (*self.query.shape[:3], self.value.shape[3])

    @property
    def keys(self) -> int:
        """N, the number of keys; the sink, if there is one, is token N of every row."""
        return int(self.key.shape[2])

    @property
    def sees(self) -> NDArray[np.bool_]:
        """Whether a row has a token at all, visible or the sink; shape (B, H, M)."""
        return np.broadcast_to(self.visible.any(axis=-1) | (self.sinks is not None), self.query.shape[:3])

    @property
    def group(self) -> int:
        """How many query heads read one key head."""
        heads, key_heads = int(self.query.shape[1]), int(self.key.shape[1])
        return heads // key_heads

    def per_head(self, array: NDArray[Any]) -> NDArray[Any]:
        """Repeat key heads (axis 1) so that each query head has its own."""
        return np.repeat(array, self.group, axis=1)

    def per_key_head(self, array: NDArray[Any]) -> NDArray[Any]:
        """Sum over the query heads that share a key head: the transpose of `per_head`."""
        batch, heads, *rest = array.shape
        summed: NDArray[Any] = array.reshape(batch, heads // self.group, self.group, *rest).sum(axis=2)
        return summed

    def like_scale(self, array: NDArray[Any]) -> NDArray[Any]:
        """Sum an array of shape (B, H, M) to the shape in which the scale was given."""
        return _sum_to(array, self.scale_shape)

    def like_alpha(self, array: NDArray[Any]) -> NDArray[Any]:
        """Sum an array of shape (H,) to the shape in which alpha was given."""
        return _sum_to(array, self.alpha_shape)

    def like_mask(self, array: NDArray[Any]) -> NDArray[Any]:
        """Sum an array of shape (B, H, M, N) to the shape in which a real ``attn_mask`` was given."""
        return _sum_to(array, self.mask_shape)


class Attends(Protocol[_R_co]):
    """A function of a call of attention, which may have options of its own; two answers with ``return_lse``."""

    @overload
    def __call__(self, *arguments: Any, return_lse: Literal[True], **options: Any) -> tuple[_R_co, _R_co]: ...

    @overload
    def __call__(
        self,
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
        return_lse: Literal[False] = False,
        **options: Any,
    ) -> _R_co: ...


class PullsBack(Protocol[_R_co]):
    """A function of a call of attention and of a gradient in its output, which may have options of its own."""

    def __call__(
        self,
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
        **options: Any,
    ) -> _R_co:
        """Take the arguments of attention, the gradient behind the value."""


def attends(solve: Callable[Concatenate[AttentionCall, _P], _R | tuple[_R, _R]]) -> Attends[_R]:
    """Give a function of a call of attention the public arguments, which are read before it is called."""
    return cast(Attends[_R], _public(solve, but=("self", "options", "grad")))


def pulls_back(solve: Callable[Concatenate[AttentionCall, Float64, _P], _R]) -> PullsBack[_R]:
    """Give a function of a call of attention and of a gradient in its output the public arguments."""
    return cast(PullsBack[_R], _public(solve, but=("self", "options")))


def _public(solve: Callable[..., Any], but: tuple[str, ...]) -> Callable[..., Any]:
    """Read the arguments of attention before ``solve`` is called; its own options come behind them, by keyword."""
    own = inspect.signature(solve)
    shared = inspect.signature(PullsBack.__call__).parameters.values()
    options = [p for p in own.parameters.values() if p.kind is p.KEYWORD_ONLY]
    signature = own.replace(parameters=[*(p for p in shared if p.name not in but), *options])
    of_call = inspect.signature(AttentionCall.read).parameters

    @wraps(solve)
    def public(*values: Any, **named: Any) -> Any:
        try:
            bound = signature.bind(*values, **named)
        except TypeError as error:
            raise TypeError(f"{solve.__name__}() {error}") from None
        bound.apply_defaults()
        given = bound.arguments
        call = AttentionCall.read(**{name: given.pop(name) for name in of_call})
        if given.get("return_lse"):
            _refuse_lse(call.alpha)
        if "grad" in given:
            given["grad"] = as_finite(given["grad"], "grad", call.output_shape)
        return solve(call, **given)

    public.__signature__ = signature  # type: ignore[attr-defined]
    own_hints, hints = get_type_hints(solve), get_type_hints(PullsBack.__call__)
    public.__annotations__ = {name: (own_hints | hints)[name] for name in signature.parameters}
    public.__annotations__["return"] = own_hints["return"]
    return public


def _tensors(query: Any, key: Any, value: Any, key_lengths: Any) -> tuple[Float64, ...]:
    """Validate the tensors, with zeros beyond the lengths: what lies there is never used, whatever it is."""
    arrays = {name: as_array(x, name) for name, x in (("query", query), ("key", key), ("value", value))}
    for name, x in arrays.items():
        if x.ndim != 4:
            raise ValueError(f"{name} must have 4 axes (batch, heads, tokens, features), got shape {x.shape}")
    q, k, v = arrays.values()
    if k.shape[0] != q.shape[0] or k.shape[3] != q.shape[3]:
        raise ValueError(f"key {k.shape} must share batch and features with query {q.shape}")
    if v.shape[:3] != k.shape[:3]:
        raise ValueError(f"value {v.shape} must share batch, heads and tokens with key {k.shape}")
    if q.shape[3] == 0:
        raise ValueError(f"query has shape {q.shape}: it needs at least one feature")
    if k.shape[1] == 0 or q.shape[1] % k.shape[1]:
        raise ValueError(f"key has {k.shape[1]} heads, which do not divide the {q.shape[1]} heads of query")
    if key_lengths is not None:
        seen = np.arange(k.shape[2])[:, None] < _lengths(key_lengths, len(k), k.shape[2])[:, None, None, None]
        arrays |= {"key": np.where(seen, k, 0.0), "value": np.where(seen, v, 0.0)}
    return tuple(as_finite(x, name) for name, x in arrays.items())


def _alpha_shape(alpha: Any) -> tuple[int, ...]:
    return () if isinstance(alpha, Fraction) else np.shape(alpha)


def _alphas(alpha: Any, heads: int) -> list[Alpha]:
    shape = _alpha_shape(alpha)
    if shape == ():
        return [as_alpha(alpha)] * heads
    if shape != (heads,):
        raise ValueError(f"alpha must be one number or one per head, shape ({heads},), got shape {shape}")
    return [as_alpha(one, f"alpha[{h}]") for h, one in enumerate(alpha)]


def _lengths(key_lengths: Any, batch: int, n: int) -> Float64:
    lengths = as_array(key_lengths, "key_lengths")
    if lengths.shape != (batch,):
        raise ValueError(f"key_lengths must have shape ({batch},), one per batch, got {lengths.shape}")
    bad = ~((lengths >= 0) & (lengths <= n) & (lengths == np.floor(lengths)))
    if bad.any():
        b = int(np.argmax(bad))
        raise ValueError(f"key_lengths[{b}] is {lengths[b]:g}: it must be an integer from 0 to N = {n}")
    return lengths


def _window(window: Any) -> tuple[float, float]:
    """Return how many keys before and after its own position a query sees; infinite where that side is open."""
    try:
        left, right = window
    except (TypeError, ValueError):
        raise ValueError(
            f"window must be a pair (left, right), got {window!r}; pass (left, None) for one side"
        ) from None
    return _side(left, "window[0]"), _side(right, "window[1]")


def _side(size: Any, name: str) -> float:
    if size is None:
        return np.inf
    try:
        number = operator.index(size)
    except TypeError:
        raise ValueError(f"{name} is {size!r}: it must be an integer; pass None for an open side") from None
    if number < -1 or isinstance(size, bool):
        raise ValueError(f"{name} is {size!r}: it must be an integer of at least 0; pass None or -1 for an open side")
    return np.inf if number == -1 else number


def _mask(attn_mask: Any, shape: tuple[int, ...]) -> NDArray[Any]:
    """Validate a mask: booleans, or real numbers below infinity, of a shape that broadcasts to (B, H, M, N)."""
    array = as_array(attn_mask, "attn_mask")
    kind = str(attn_mask.dtype if hasattr(attn_mask, "dtype") else np.asarray(attn_mask).dtype).rpartition(".")[2]
    if kind.startswith(("int", "uint")):
        raise ValueError(
            f"attn_mask has dtype {kind}, which may be meant either way; pass booleans (True may attend), or real "
            f"numbers that are added to the scores"
        )
    if array.ndim > 4 or any(size not in (1, full) for size, full in zip(array.shape[::-1], shape[::-1], strict=False)):
        raise ValueError(f"attn_mask of shape {array.shape} does not broadcast to (B, H, M, N) = {shape}")
    if kind == "bool":
        return array.astype(bool)
    bad = np.isnan(array) | (array == np.inf)
    if bad.any():
        index = tuple(int(i) for i in np.argwhere(bad)[0])
        place = f"[{', '.join(map(str, index))}]" if index else ""
        raise ValueError(f"attn_mask{place} is {array[index]}: pass a finite number, or -inf to hide the key")
    return array


def _softcap(softcap: Any) -> float:
    cap = as_array(softcap, "softcap")
    if cap.size != 1 or not 0 < cap.reshape(()) < np.inf:
        raise ValueError(f"softcap is {softcap!r}: it must be one positive, finite number; pass None for no cap")
    return float(cap.reshape(()))


def _refuse_lse(alphas: list[Alpha]) -> None:
    for h, alpha in enumerate(alphas):
        if alpha != 1:
            raise ValueError(
                f"return_lse: the logarithm of the sum of exponentials belongs to alpha = 1, but alpha is {alpha} in "
                f"head {h}; pass alpha=1, or leave return_lse out"
            )


def _sum_to(array: NDArray[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    """Sum over the axes along which ``shape`` was broadcast to the shape of ``array``."""
    added = array.ndim - len(shape)
    stretched = tuple(added + i for i, size in enumerate(shape) if size == 1 and array.shape[added + i] != 1)
    total: NDArray[Any] = np.sum(array, axis=(*range(added), *stretched), keepdims=True)
    return total.reshape(shape)
