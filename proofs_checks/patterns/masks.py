"""The patterns: masks as their papers describe them, and the certified supports of entmax on the same logits."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from entmax_oracle.reference.enclosures.enclosure import enclose
from entmax_oracle.theory.layers.positions import reach_sum
from entmax_oracle.theory.notation import alpha, content, distance, slope

from ..reading import rational, read
from .counting import Mask

__all__ = ["PATTERNS", "Pattern", "Scene", "alibi_keys", "entmax", "linear_bias"]

Array = npt.NDArray[np.float64]

_GRID = 1024  # logits are multiples of 1/1024, the same on every machine
_COORDINATES = 16
_CHEAP = 4  # coordinates that the cheap score sees; they carry 15/16 of the variance of a logit
_SCALE = 2.0  # standard deviation of a logit
SLOPE = 1.0
"""Slope of the linear bias."""


@dataclass(frozen=True)
class Scene:
    """What the patterns are drawn for: every layer has queries and keys of its own.

    Parameters
    ----------
    tokens, layers : int
    keys : int
        How many keys a row may have in a pattern that fixes the number.
    both_ways : bool
        Without a causal mask.
    seed : int
        Of queries, keys and random choices.
    """

    tokens: int
    layers: int
    keys: int
    both_ways: bool = False
    seed: int = 0

    def rng(self, layer: int) -> random.Random:
        """Return the random choices of a layer."""
        return random.Random(f"{self.seed}/{layer}")

    def allowed(self, i: int) -> range:
        """Return the keys that row i may have at all."""
        return range(self.tokens if self.both_ways else i + 1)

    @cached_property
    def logits(self) -> list[Array]:
        """Logits of every layer, shape (tokens, tokens), -inf where the causal mask is."""
        return [self._masked(self._products(layer, _COORDINATES)) for layer in range(self.layers)]

    @cached_property
    def cheap(self) -> list[Array]:
        """The cheap score of every layer: the same products over a few coordinates."""
        return [self._masked(self._products(layer, _CHEAP)) for layer in range(self.layers)]

    def _products(self, layer: int, coordinates: int) -> Array:
        rng = self.rng(layer)
        shape = (self.tokens, _COORDINATES)
        query, key = (
            np.array([rng.gauss(0.0, 1.0) for _ in range(shape[0] * shape[1])]).reshape(shape) for _ in range(2)
        )
        variance = 0.5 ** np.arange(1, _COORDINATES + 1)
        weights = _SCALE * np.sqrt(variance / variance.sum())
        products = (query * weights)[:, :coordinates] @ key[:, :coordinates].T
        return np.asarray(np.round(products * _GRID) / _GRID)

    def _masked(self, products: Array) -> Array:
        if self.both_ways:
            return products
        return np.where(np.tri(self.tokens, dtype=bool), products, -np.inf)


@dataclass(frozen=True)
class Pattern:
    """One pattern.

    Parameters
    ----------
    name : str
        Short; for tables.
    title : str
        What it is, in a sentence.
    source : str
        Where it was published.
    draw : callable
        Returns the mask of each layer, the first layer first.
    limit : callable
        Returns how many keys a row has at most, by construction or by a theorem; None if neither says it.
    theorem : str
        The name of that theorem, if it is one.
    causal_only : bool
        Whether it is defined behind a causal mask only.
    certified : bool
        Whether the masks are supports of entmax, not a choice made before its logits are known.
    """

    name: str
    title: str
    source: str
    draw: Callable[[Scene], list[Mask]]
    limit: Callable[[Scene], int | None] = lambda scene: None
    theorem: str = ""
    causal_only: bool = False
    certified: bool = False


def _rows(scene: Scene, keys: Callable[[int], Iterable[int]]) -> Mask:
    """Make the mask of a layer from the keys of each row; those behind the causal mask are left out."""
    return tuple(sum(1 << j for j in set(keys(i)) & set(scene.allowed(i))) for i in range(scene.tokens))


def _near(scene: Scene, i: int, width: int) -> range:
    """Return a window of the given number of keys: the last ones, or, both ways, half of them on each side."""
    half = width // 2
    return range(max(0, i - half), i - half + width) if scene.both_ways else range(max(0, i - width + 1), i + 1)


def _dense(scene: Scene, layer: int) -> Mask:
    return _rows(scene, scene.allowed)


def _window(scene: Scene, layer: int) -> Mask:
    return _rows(scene, lambda i: _near(scene, i, scene.keys))


def _big_bird(scene: Scene, layer: int) -> Mask:
    """Draw half of the keys as a window, a quarter global, a quarter random; a global token sees all that it may."""
    rng, quarter = scene.rng(layer), scene.keys // 4

    def keys(i: int) -> set[int]:
        if i < quarter:
            return set(scene.allowed(i))
        drawn = rng.sample(scene.allowed(i), min(quarter, len(scene.allowed(i))))
        return {*_near(scene, i, scene.keys - 2 * quarter), *range(quarter), *drawn}

    return _rows(scene, keys)


def _selected(scene: Scene, layer: int) -> Mask:
    """Choose half of the keys by the cheap score; the first token and a window are the rest."""
    half = scene.keys // 2
    scores = scene.cheap[layer]

    def keys(i: int) -> set[int]:
        always = {0, *_near(scene, i, scene.keys - half - 1)}
        rest = sorted(set(scene.allowed(i)) - always, key=lambda j: (-scores[i, j], j))
        return always | set(rest[:half])

    return _rows(scene, keys)


def _token_types(scene: Scene, layer: int) -> Mask:
    """Draw a type for each token: global (one in eight), local (half), or seen through a window."""
    rng = scene.rng(layer)
    types = ["global", *rng.choices(("global", "local", "window"), (1, 4, 3), k=scene.tokens - 1)]
    ends = [scene.tokens] * scene.tokens  # the next global token, up to which a local one is seen
    for j in reversed(range(scene.tokens - 1)):
        ends[j] = j + 1 if types[j + 1] == "global" else ends[j + 1]
    last = {"global": lambda j: scene.tokens, "local": ends.__getitem__, "window": lambda j: j + scene.keys // 2 - 1}
    return _rows(scene, lambda i: (j for j in range(i + 1) if i <= last[types[j]](j)))


def _kept_chunks(scene: Scene, layer: int) -> Mask:
    """Keep a quarter of the chunks, each of half the keys, for the softmax; a row sees its own chunk too."""
    size = scene.keys // 2
    chunks = -(-scene.tokens // size)
    chosen = scene.rng(layer).sample(range(chunks), -(-chunks // 4))
    return _rows(scene, lambda i: (j for j in range(i + 1) if j // size in chosen or j // size == i // size))


def _interleaved(scene: Scene, layer: int) -> Mask:
    """Give every second layer all keys, the others a window."""
    return _dense(scene, layer) if layer % 2 else _window(scene, layer)


def linear_bias(scene: Scene, layer: int) -> Array:
    """Return the logits of a layer with the linear bias added: -slope times the distance."""
    place = np.arange(scene.tokens)
    return np.asarray(scene.logits[layer] - SLOPE * np.abs(place[:, None] - place[None, :]))


def alibi_keys(scene: Scene, order: float = 1.5) -> int:
    """Return how many keys ``alibi-radius`` leaves a row, for contents of the range that these have.

    The largest distance in reach is the last one at which the theorem's sum is below 1. Tokens on the other side of the
    query only take mass away, so the same distance bounds both sides.
    """
    finite = np.concatenate([each[np.isfinite(each)] for each in scene.logits])
    values = {alpha: rational(order), slope: rational(SLOPE), content: rational(float(np.ptp(finite)))}
    reached = 0
    while read(reach_sum < 1, {**values, distance: rational(reached + 1)}) is not False:
        reached += 1
    return min(scene.tokens, (2 if scene.both_ways else 1) * reached + 1)


def entmax(logits: Array, order: float) -> Mask:
    """Return the certified support of each row; a token that ball arithmetic cannot decide counts as attended to."""
    found = enclose(logits, order).support
    return tuple(sum(1 << int(j) for j in np.flatnonzero(row != "out")) for row in found)


def _each(draw: Callable[[Scene, int], Mask]) -> Callable[[Scene], list[Mask]]:
    return lambda scene: [draw(scene, layer) for layer in range(scene.layers)]


def _supports(order: float) -> Callable[[Scene], list[Mask]]:
    return _each(lambda scene, layer: entmax(scene.logits[layer], order))


PATTERNS = (
    Pattern(
        "dense",
        "every key: softmax, or any normaliser without zeros",
        "–",
        _each(_dense),
        limit=lambda scene: scene.tokens,
    ),
    Pattern(
        "window",
        "the nearest keys",
        "Longformer (arXiv 2004.05150)",
        _each(_window),
        limit=lambda scene: scene.keys,
    ),
    Pattern(
        "BigBird",
        "half a window, a quarter global, a quarter random",
        "BigBird (arXiv 2007.14062)",
        _each(_big_bird),
        limit=lambda scene: scene.tokens if scene.both_ways else scene.keys,
    ),
    Pattern(
        "selected",
        "half chosen by a score over 4 of 16 coordinates, the first token, the rest a window",
        "in the manner of ESA (arXiv 2502.14477)",
        _each(_selected),
        limit=lambda scene: scene.keys,
    ),
    Pattern(
        "token types",
        "global tokens, local ones up to the next global one, and tokens with a window",
        "NAtS (arXiv 2502.13251)",
        _each(_token_types),
        causal_only=True,
    ),
    Pattern(
        "kept chunks",
        "a quarter of the chunks kept for the softmax, and the row's own chunk; edges through the state left out",
        "in the manner of NAtS-L (arXiv 2602.03681)",
        _each(_kept_chunks),
        causal_only=True,
    ),
    Pattern(
        "every other layer",
        "a window and every key, in turn",
        "–",
        _each(_interleaved),
        limit=lambda scene: scene.tokens if scene.layers > 1 else scene.keys,
    ),
    Pattern("entmax 1.5", "certified supports of entmax, alpha = 1.5", "–", _supports(1.5), certified=True),
    Pattern("sparsemax", "certified supports of entmax, alpha = 2", "–", _supports(2.0), certified=True),
    Pattern(
        "entmax + ALiBi",
        "certified supports of entmax, alpha = 1.5, with a linear bias of slope 1",
        "ALiBi (arXiv 2108.12409)",
        _each(lambda scene, layer: entmax(linear_bias(scene, layer), 1.5)),
        limit=alibi_keys,
        theorem="alibi-radius",
        certified=True,
    ),
)
"""In the order of the table."""
