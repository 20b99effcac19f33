"""What kinds share whose input is rows of logits: their cases, and what makes one of them simpler."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from entmax_oracle.reference.formats import as_format
from entmax_oracle.reference.inputs import as_logits

from ..ask import LACKS
from ..calls import Float64
from ..case import Case, Setting
from ..domain import Domain
from ..inputs.batches import DEEP, deepened
from ..inputs.rows import bits, coarse
from ..target.layouts import LAYOUTS
from ..text import Unreadable, hexadecimal, plain, reshaped, structure, unstructure
from .kind import Attempt, Kind

__all__ = ["RowsCase", "RowsKind"]


@dataclass(frozen=True, eq=False)
class RowsCase(Case):
    """Rows of logits, how they lie in memory, and a law's own parameters.

    Parameters
    ----------
    logits : ndarray of float64, shape (..., n)
        Numbers of the format under test. ``-inf`` masks a token.
    layout, variant, cotangent_layout, cotangent
        As for `Case`.
    shift : float
        For the laws that move the logits.
    """

    axis: ClassVar[str] = "tokens"
    logits: Float64
    layout: str = "contiguous"
    variant: int = 0
    shift: float = 0.0
    cotangent_layout: str = "contiguous"
    cotangent: Float64 | None = None

    @property
    def tensors(self) -> dict[str, NDArray[Any]]:
        return {"logits": self.logits}

    @property
    def answer_shape(self) -> tuple[int, ...]:
        return self.logits.shape

    @property
    def sizes(self) -> dict[str, int]:
        return {"rows": math.prod(self.logits.shape[:-1]), self.axis: self.logits.shape[-1]}

    @property
    def what(self) -> str:
        return f"logits of shape {self.logits.shape}"

    @property
    def brief(self) -> str:
        rows, n = math.prod(self.logits.shape[:-1]), self.logits.shape[-1]
        if rows != 1:
            return f"{rows or 'no'} rows of {n:,} {self.axis}"
        row = self.logits.ravel()
        live = row[np.isfinite(row)]
        masked = f" and {n - live.size} masked" if live.size < n else ""
        if n == 1:
            return f"a single {self.axis.rstrip('s')} (logit {plain(float(row[0]))})"
        if live.size > 2 and (live == live[0]).all():
            return f"{live.size:,} equal logits ({plain(float(live[0]))}){masked}"
        if n <= 4:
            return f"logits [{', '.join(plain(float(each)) for each in row)}]"
        return f"a row of {live.size:,} {self.axis}{masked}"

    @property
    def lengthened(self) -> tuple[int, Callable[[int], Self | None]]:
        if self.logits.size != self.logits.shape[-1] or self.cotangent is not None:
            return 0, lambda count: None
        return self.logits.size, self._resized

    def _resized(self, count: int) -> Self | None:
        logits = np.resize(self.logits, (*self.logits.shape[:-1], count))
        return self.altered(logits=logits) if np.isfinite(logits).any() else None

    @property
    def multiplied(self) -> tuple[int, Callable[[int], Self | None]]:
        if self.logits.ndim != 2 or self.cotangent is not None:
            return 0, lambda count: None
        n = self.logits.shape[1]
        return len(self.logits), lambda count: self.altered(logits=np.resize(self.logits, (count, n)))

    @property
    def follower(self) -> Case | None:
        """Every other backward pass comes after another forward pass, as in a network."""
        return self.rolled() if self.variant % 2 else None

    def bare(self) -> Self:
        return self.altered(variant=0, shift=0.0)

    def laid(self, layout: str, axes: int = 3) -> Self:
        return self.altered(logits=deepened(self.logits, axes) if layout in DEEP else self.logits, layout=layout)

    def held(self) -> Self:
        """Return it with one row for all where the layout holds one."""
        if self.layout != "expanded":
            return self
        return self.altered(logits=np.broadcast_to(self.logits[:1], self.logits.shape))

    def rolled(self) -> Self:
        """Return the same rows with their tokens rolled by one, plainly in memory."""
        return self.altered(logits=np.roll(self.logits, 1, axis=-1), layout="contiguous")

    def alone(self) -> tuple[list[Self], NDArray[np.intp]]:
        """Return every different row, and which of them stands at each place."""
        n = self.logits.shape[-1]
        rows, places = np.unique(self.logits.reshape(-1, n), axis=0, return_inverse=True)
        return [self.altered(logits=row[np.newaxis]) for row in rows], places.ravel()

    def permuted(self, order: NDArray[np.intp]) -> Self:
        """Return the same rows with their tokens in another order."""
        return self.altered(logits=self.logits[..., order])

    def restored(self, answer: Float64, order: NDArray[np.intp]) -> Float64:
        """Return the answer to `permuted` in the order of this case."""
        restored = np.empty_like(answer)
        restored[..., order] = answer
        return restored

    def rows_kept(self, kept: Any) -> Self:
        """Keep some rows by an index, along one axis at most before the tokens."""
        flat, g = self.logits.reshape(-1, self.logits.shape[-1]), self.cotangent
        return self.altered(logits=flat[kept], cotangent=None if g is None else g.reshape(flat.shape)[kept])

    def tokens_kept(self, kept: NDArray[np.bool_]) -> Self | None:
        """Keep some tokens of every row; None if that leaves no case."""
        if not kept.any() or not np.isfinite(self.logits[..., kept]).any(axis=-1).all():
            return None
        g = self.cotangent
        return self.altered(logits=self.logits[..., kept], cotangent=None if g is None else g[..., kept])


def _frame(case: RowsCase) -> Iterator[RowsCase]:
    """Plain memory, no parameters, one row, one axis."""
    yield case.altered(layout="contiguous", cotangent_layout="contiguous")
    for variant in (0, 1, 2, 3):
        yield case.altered(variant=variant)
    if case.shift:
        yield case.altered(shift=float(np.copysign(abs(case.shift) / 2, case.shift)))
    if case.logits.ndim > 1 and case.logits.size:
        count = case.logits.size // case.logits.shape[-1]
        for half in (slice(count // 2), slice(count // 2, None)) if count > 3 else ():
            yield case.rows_kept(half)
        for i in range(count):
            yield case.rows_kept(i)
        for i in range(count):
            yield case.rows_kept(slice(i, i + 1))
        for i in range(count if count > 2 else 0):
            yield case.rows_kept(np.arange(count) != i)


def _chunks(case: RowsCase) -> Iterator[RowsCase]:
    """Drop large chunks of tokens, halves first."""
    yield from _tokens(case, max(case.logits.shape[-1] // 16, 1))


def _tokens(case: RowsCase, least: int = 1) -> Iterator[RowsCase]:
    """Drop chunks of tokens, down to a size."""
    n = case.logits.shape[-1]
    size = n // 2
    while size >= least:
        for start in range(0, n, size):
            kept = np.ones(n, dtype=bool)
            kept[start : start + size] = False
            fewer = case.tokens_kept(kept)
            if fewer is not None:
                yield fewer
        size //= 2


def _whole(case: RowsCase) -> Iterator[RowsCase]:
    """Simpler numbers for all tokens at once."""
    z = case.logits
    live = np.isfinite(z)
    if not live.any():
        return
    peak = np.where(live, z, -np.inf).max(axis=-1, keepdims=True)
    yield case.altered(logits=np.where(live, 0.0, z))
    with np.errstate(invalid="ignore", over="ignore"):
        yield from _exact(case, np.where(live, z - peak, z))
        for power in (64, 16, 4, 1):
            yield from _exact(case, np.where(live, np.ldexp(z, -power), z))
        for scale in (1.0, 2.0, 4.0, 16.0, 256.0, 4096.0):
            yield from _exact(case, np.where(live, np.rint(z * scale) / scale, z))
            yield from _exact(case, np.where(live, np.rint((z - peak) * scale) / scale, z))
    for digits in (2, 4, 8, 12):
        yield from _exact(case, np.where(live, coarse(z, digits), z))
    if case.cotangent is not None:
        g = case.cotangent
        for simple in (np.ones_like(g), np.sign(g), np.rint(g), coarse(g, 3), coarse(g, 8)):
            yield case.altered(cotangent=simple)


def _each(case: RowsCase) -> Iterator[RowsCase]:
    """Simpler numbers one by one."""
    if case.logits.size > 64:
        return
    z, g = case.logits, case.cotangent
    for index in np.ndindex(z.shape):
        for value in (0.0, 1.0, np.rint(z[index]), float(coarse(z[index], 3)), float(coarse(z[index], 8))):
            if np.isfinite(z[index]) and value != z[index]:
                yield case.altered(logits=_with(z, index, float(value)))
        if g is not None and g.shape == z.shape:
            for value in (0.0, 1.0, np.rint(g[index])):
                yield case.altered(cotangent=_with(g, index, float(value)))


def _with(x: Float64, index: tuple[int, ...], value: float) -> Float64:
    changed = x.copy()
    changed[index] = value
    return changed


def _exact(case: RowsCase, logits: Float64) -> Iterator[RowsCase]:
    if not np.isnan(logits).any() and not np.isposinf(logits).any():
        yield case.altered(logits=logits)


# Simple numbers come before single tokens: rows of few distinct numbers are cheap to certify.
ATTEMPTS: tuple[Attempt, ...] = (_frame, _chunks, _whole, _chunks, _tokens, _each)


class RowsKind(Kind):
    """A kind whose input is rows of logits.

    Attributes
    ----------
    masks : bool
        Whether ``-inf`` may stand in any case, not only in those of laws about masks.
    """

    attempts = ATTEMPTS
    masks: ClassVar[bool] = True
    lacks: ClassVar[Mapping[str, str]] = {"layouts": LACKS["layouts"]}
    layouts: ClassVar[dict[str, str]] = {name: words for name, words in LAYOUTS.items() if name != "constant"}

    def complexity(self, case: Any) -> tuple[float, ...]:
        """Measure what shrinking lowers: rows, tokens, axes, then the bits and the size of the numbers."""
        z = case.logits
        extra = 0 if case.cotangent is None else bits(case.cotangent)
        return (
            float(np.prod(z.shape[:-1], dtype=np.int64)),
            float(z.shape[-1]),
            float(z.ndim),
            float(case.layout != "contiguous") + float(case.cotangent_layout != "contiguous"),
            float(bits(z) + extra),
            float(len(np.unique(z))),
            float(np.abs(z[np.isfinite(z)]).sum()),
            float(case.variant + abs(case.shift)),
        )

    def fit(self, case: Any, setting: Setting) -> Any:
        """Bring the logits within bounds, add tokens up to a length that is taken, lay the arrays plainly."""
        domain, form = setting.domain, as_format(setting.dtype)
        if not form.has_infinity:  # so nothing is masked
            z = case.logits
            case = case.altered(logits=np.where(np.isneginf(z), -form.largest, z))
        axes = setting.axis + 2 if setting.axis > 0 else -setting.axis  # so that it is not the last one
        if case.logits.ndim < axes:
            longer, g = deepened(case.logits, axes), case.cotangent
            case = case.altered(logits=longer, cotangent=None if g is None else np.broadcast_to(g, longer.shape))
        if domain == Domain():
            return case
        if domain.contiguous:
            case = case.altered(layout="contiguous", cotangent_layout="contiguous")
        if math.isfinite(domain.max_logit):
            part = 0.5 if case.shift else 1.0  # of what is shifted, the sums lie within the bounds, too
            limit = Domain(max_logit=part * domain.max_logit).limit(setting.dtype)
            shift = min(max(case.shift, -limit), limit)
            case = case.altered(logits=domain.clipped(case.logits, setting.dtype, part), shift=shift)
        return self.lengthened(case, domain.length(case.logits.shape[-1]), setting)

    def lengthened(self, case: Any, n: int, setting: Setting) -> Any:
        """Add tokens up to a length: copies of the smallest of each row, masked ones where a single one is live."""
        z, more = case.logits, n - case.logits.shape[-1]
        if not more:
            return case
        least = z.min(axis=-1, keepdims=True)
        if self.masks and as_format(setting.dtype).has_infinity:
            least = np.where(np.isfinite(z).sum(axis=-1, keepdims=True) > 1, least, -np.inf)
        g, longer = case.cotangent, np.concatenate([z, np.repeat(least, more, axis=-1)], axis=-1)
        if g is not None and g.shape == z.shape:
            g = np.take(g, np.arange(n) % z.shape[-1], axis=-1)
        return case.altered(logits=longer, cotangent=g)

    def takes(self, case: Any, setting: Setting) -> bool:
        domain, z = setting.domain, case.logits
        plain = not domain.contiguous or case.layout == case.cotangent_layout == "contiguous"
        masked = np.isneginf(z)
        live = np.abs(np.where(masked, 0.0, z))
        if z.ndim < (setting.axis + 1 if setting.axis >= 0 else -setting.axis):
            return False
        if masked.any() and not as_format(setting.dtype).has_infinity:
            return False
        return plain and z.shape[-1] % domain.multiple_of == 0 and not bool((live > domain.max_logit).any())

    def write(self, case: Any) -> dict[str, Any]:
        return {"shape": list(case.logits.shape), **unstructure(case)}

    def shown(self, case: Any) -> dict[str, Any]:
        found = {name: value for name, value in self.write(case).items() if name not in ("shape", "logits", "layout")}
        found |= {"variant": case.variant, "shift": case.shift}
        if case.cotangent is not None:
            found |= {"cotangent": hexadecimal(case.cotangent), "cotangent_layout": case.cotangent_layout}
        return found

    def to_case(self, found: Mapping[str, Any]) -> Any:
        """Make the case that `write` wrote; its cotangent has the shape of the answer."""
        flat: Any = structure(found, self.case, f"a counterexample of {self.noun}", ("shape",))
        case = flat.altered(logits=_shaped("logits", flat.logits, found["shape"]))
        self.refuse_misfit(case)
        if case.cotangent is None:
            return case
        return case.altered(cotangent=_shaped("cotangent", case.cotangent, case.answer_shape))

    def refuse_misfit(self, case: Any) -> None:
        """Raise `ValueError` where arrays that come with the logits do not fit them."""

    def refuse_meaningless(self, case: Any, setting: Setting) -> None:
        as_logits(case.logits, name="logits")


def _shaped(name: str, numbers: Float64, shape: Any) -> Float64:
    try:
        return reshaped(numbers, shape)
    except Unreadable as error:
        raise ValueError(f"{error.place.removeprefix('.') or name} {error}") from None
