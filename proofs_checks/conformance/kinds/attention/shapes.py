"""Cases of attention that aim at its hard places, each made from a small descriptor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from itertools import product
from typing import Any

import numpy as np
from hypothesis import strategies as st

from entmax_oracle.reference.formats import as_format

from ...calls import Float64
from ...case import Setting
from ...inputs.rows import on_grid, quantise
from .case import AttentionCase
from .features import dressed

__all__ = [
    "ACROSS",
    "CAUSAL",
    "PLAIN",
    "SCORES",
    "Shape",
    "cornerstones",
    "distant",
    "drawn",
    "listed",
    "needle",
    "shapes",
    "unseen",
]

Give = Callable[[AttentionCase], AttentionCase]
"""Give a case a feature, or take one away."""


def _as_it_is(case: AttentionCase) -> AttentionCase:
    return case


SCORES = ("gaussian", "sharp", "flat", "ties", "constant", "shifted", "rising", "falling", "huge")


@dataclass(frozen=True)
class Shape:
    """A case of attention by its description.

    Parameters
    ----------
    batch, key_heads, group, queries, keys, features, value_features : int
        The sizes; there are ``key_heads * group`` heads.
    family : str
        ``"gaussian"``: scores of order one. ``"sharp"``: few keys live. ``"flat"``: all live. ``"ties"``: few
        different scores. ``"constant"``: equal scores. ``"shifted"``: all scores of a row far from zero.
        ``"rising"``, ``"falling"``: later keys score higher, lower. ``"huge"``: products up to 10^5.
    seed : int
        Of the numbers.
    is_causal, alibi, lengths : bool
        Which options are given.
    scale : float, optional
    layout : str
    plain : bool
        Whether it does without the features that an implementation also takes.
    """

    batch: int = 1
    key_heads: int = 1
    group: int = 1
    queries: int = 4
    keys: int = 7
    features: int = 4
    value_features: int = 3
    family: str = "gaussian"
    seed: int = 0
    is_causal: bool = False
    alibi: bool = False
    lengths: bool = False
    scale: float | None = None
    layout: str = "contiguous"
    plain: bool = False

    def fitting(self, setting: Setting) -> Shape:
        """Return the description nearest to it of what the implementation takes."""
        domain = setting.domain
        return replace(
            self,
            queries=domain.length(self.queries),
            keys=domain.length(self.keys),
            features=domain.width(self.features),
            value_features=domain.width(self.value_features),
        )

    def case(self, setting: Setting, *, gradient: bool = False) -> AttentionCase:
        """Make the case, in numbers of the format, with a cotangent if a gradient is wanted."""
        made = self.fitting(setting).made(setting.dtype, gradient)
        return made if self.plain else dressed(made, setting, self.seed)

    def made(self, dtype: str, gradient: bool) -> AttentionCase:
        """Make exactly this case."""
        rng = np.random.default_rng([self.seed, self.queries, self.keys])
        heads = self.key_heads * self.group
        query = rng.standard_normal((self.batch, heads, self.queries, self.features))
        key = rng.standard_normal((self.batch, self.key_heads, self.keys, self.features))
        value = rng.standard_normal((self.batch, self.key_heads, self.keys, self.value_features))
        if self.family in ("sharp", "flat"):
            query *= 4.0 if self.family == "sharp" else 0.02
        elif self.family == "ties":
            query, key = np.rint(query), np.rint(key)
        elif self.family == "constant":
            key[:] = key[:, :, :1]
        elif self.family == "shifted":
            query[..., 0] = 1.0
            key = on_grid(key, 64.0, "bfloat16" if as_format(dtype).precision_bits < 24 else "float16")
            key[..., 0] += 16.0
        elif self.family in ("rising", "falling"):
            query[..., 0] = 1.0 if self.family == "rising" else -1.0
            key[..., 0] = np.linspace(0.0, 6.0, self.keys) * np.sqrt(self.features)
        elif self.family == "huge":
            query, key = 128.0 * query, 128.0 * key
        # No sequence that an implementation would make up itself.
        slopes = tuple(
            float(quantise(np.array(0.75 ** ((3 * h + self.seed) % 7 + 1)), "bfloat16")) for h in range(heads)
        )
        lengths = tuple(int(n) for n in rng.integers(0, self.keys + 1, self.batch))
        cotangent = rng.standard_normal((self.batch, heads, self.queries, self.value_features))
        return AttentionCase(
            quantise(query, dtype),
            quantise(key, dtype),
            quantise(value, dtype),
            is_causal=self.is_causal,
            scale=self.scale,
            alibi_slopes=slopes if self.alibi else None,
            key_lengths=lengths if self.lengths else None,
            layout=self.layout,
            variant=self.seed,
            cotangent=quantise(cotangent, dtype) if gradient else None,
        )


@cache
def shapes(**fixed: object) -> st.SearchStrategy[Shape]:
    """Draw descriptors with up to a few thousand scores.

    Parameters
    ----------
    **fixed
        Fields of `Shape` that are not drawn.
    """
    lengths = st.one_of(st.integers(1, 9), st.sampled_from((15, 16, 17, 31, 32, 33)))
    drawn: dict[str, st.SearchStrategy[object]] = {
        "batch": st.integers(1, 2),
        "key_heads": st.integers(1, 2),
        "group": st.integers(1, 3),
        "queries": lengths,
        "keys": lengths,
        "features": st.sampled_from((1, 4, 8, 16)),
        "value_features": st.sampled_from((1, 4, 8)),
        "family": st.sampled_from(SCORES),
        "seed": st.integers(0, 999),
        "is_causal": st.booleans(),
        "alibi": st.booleans(),
        "lengths": st.booleans(),
        "scale": st.sampled_from((None, None, 1.0, 0.5, 0.125, 2.0)),
    }
    given = {name: st.just(fixed[name]) if name in fixed else strategy for name, strategy in drawn.items()}
    return st.builds(Shape, **given).map(_affordable)


def _affordable(shape: Shape) -> Shape:
    """One head and batch where there are many scores."""
    if shape.batch * shape.key_heads * shape.group * shape.queries * shape.keys > 2048:
        return replace(shape, batch=1, key_heads=1)
    return shape


def needle(case: AttentionCase, alpha: float, dtype: str, share: float) -> AttentionCase:
    """Make one key of each key head certain of a small probability for the first query, and its value huge.

    One feature only, scale 1: key 0 scores 0, key 1 scores as much less as gives it `share` against key 0.
    """
    a = max(alpha - 1.0, 0.05)
    gap = ((1 - share) ** a - share**a) / a
    key = np.full_like(case.key[..., :1], -4 / a)
    key[:, :, 0] = 0.0
    place = 1 + case.variant % max(case.key.shape[2] - 1, 1)
    value = case.value.copy()
    if case.key.shape[2] > 1:
        key[:, :, place] = -gap
        value[:, :, place] = min(2.0**10, as_format(dtype).largest / 4)
    ones: Float64 = np.ones_like(case.query[..., :1])
    return case.altered(
        query=ones, key=quantise(key, dtype), value=value, scale=1.0, is_causal=False, alibi_slopes=None
    )


def distant(setting: Setting) -> list[AttentionCase]:
    """Make a bias of hundreds of keys, which the scores make up for: distances that 8 or 11 bits do not tell apart.

    Key j scores slope times its distance as far as the format has it, so that keys at every distance are live.
    """
    case = Shape(queries=2, keys=700, features=1, seed=11, plain=True).case(setting)
    n = case.key.shape[2]
    slope, away = 0.25, np.abs(np.arange(float(n)) - n + 1)
    key = quantise((slope * away)[None, None, :, None], setting.dtype)
    ones: Float64 = np.ones_like(case.query[..., :1])
    return [case.altered(query=ones, key=key, scale=1.0, alibi_slopes=(slope,))]


def drawn(
    gradient: bool = False, give: Give = _as_it_is, **fixed: object
) -> Callable[[Setting], st.SearchStrategy[AttentionCase]]:
    """Draw cases with some fields of `Shape` fixed, each with what `give` gives it."""

    def cases(setting: Setting) -> st.SearchStrategy[AttentionCase]:
        return shapes(**fixed).map(lambda shape: give(shape.case(setting, gradient=gradient)))

    return cases


def listed(*some: Shape, gradient: bool = False, give: Give = _as_it_is) -> Callable[[Setting], list[AttentionCase]]:
    """Make the cases of some descriptors, each with what `give` gives it."""
    return lambda setting: [give(shape.case(setting, gradient=gradient)) for shape in some]


_EDGES = (1, 2, 15, 16, 17, 31, 33, 63, 64, 65, 127, 128, 129, 130)
_FLAGS: list[dict[str, Any]] = [
    dict(zip(("is_causal", "alibi", "lengths"), flags, strict=True)) for flags in product((False, True), repeat=3)
]
# As many heads, sequences and features as models have.
_MANY = [
    Shape(1, 12, 1, 3, 5, seed=12),
    Shape(1, 5, 4, 2, 5, seed=20, alibi=True),
    Shape(33, 1, 1, 2, 5, seed=9, lengths=True),
    Shape(1, 1, 40, 2, 5, seed=40, alibi=True),
    Shape(queries=3, keys=9, features=256, value_features=256, seed=256),
]
EVERY = [
    *(Shape(2, 2, 2, 5, 9, seed=i, **flags) for i, flags in enumerate(_FLAGS)),
    *(Shape(2, 1, 2, 9, 5, seed=i, **flags) for i, flags in enumerate(_FLAGS)),
    *(Shape(1, 2, 3, 6, 6, family=family, seed=7) for family in SCORES),
    *(Shape(features=d, keys=20, scale=scale, seed=d) for d in (1, 3, 16) for scale in (None, 1.0, 0.25)),
    *(Shape(features=d, value_features=e, seed=d) for d, e in ((64, 64), (128, 64), (24, 80), (80, 128), (96, 33))),
    *(Shape(1, 2, 1, 1, 1, seed=i, **flags) for i, flags in enumerate(_FLAGS[::2])),
    Shape(3, 2, 4, 3, 6, seed=2, alibi=True, lengths=True),
    *_MANY,
]
CAUSAL = [
    Shape(queries=m, keys=n, is_causal=True, alibi=alibi, lengths=lengths, seed=m)
    for m, n, alibi, lengths in (
        (17, 40, False, False),
        (40, 17, True, False),
        (33, 65, False, True),
        (65, 130, True, False),
        (1, 130, False, False),
        (16, 64, False, False),
        (129, 128, False, False),
    )
]
PLAIN = [
    Shape(2, 2, group, 5, 9, seed=group, alibi=flag, lengths=flag) for group in (1, 2, 3) for flag in (False, True)
]
ACROSS = [
    *(Shape(queries=2, keys=n, family=family, seed=n) for n in _EDGES for family in ("gaussian", "flat")),
    *(Shape(queries=n, keys=n, is_causal=True, seed=n) for n in (17, 33, 65)),
    *(Shape(queries=n, keys=3, seed=n) for n in (17, 65, 129)),
    *(Shape(2, queries=3, keys=n, lengths=True, alibi=True, seed=n) for n in (17, 65, 130)),
    *(Shape(queries=2, keys=n, family=family, seed=n) for n in (33, 130, 257) for family in ("rising", "falling")),
    *(
        Shape(queries=1, keys=n, family=family, seed=n)
        for n in (255, 257, 513, 1025)
        for family in ("flat", "constant")
    ),
    Shape(queries=321, keys=7, seed=321),
    Shape(queries=321, keys=321, family="rising", is_causal=True, features=2, seed=3),
    *(Shape(queries=1, keys=4099, family=family, seed=1) for family in ("flat", "rising")),
    *CAUSAL,
]


def unseen(setting: Setting) -> list[AttentionCase]:
    """Make queries that see no key: by a length of 0, or before the first key."""
    cases = [Shape(2, 1, 2, 4, 6, lengths=True, alibi=flag, is_causal=flag).case(setting) for flag in (True, False)]
    lengths = [each.altered(key_lengths=(0, 6)) for each in cases]
    return [*lengths, *(Shape(queries=m, keys=3, is_causal=True, seed=m).case(setting) for m in (4, 9, 40))]


def _with_unseen(setting: Setting) -> list[AttentionCase]:
    rng = np.random.default_rng(0)
    cases = unseen(setting)
    pulls = [quantise(rng.standard_normal(each.answer_shape), setting.dtype) for each in cases]
    return [each.altered(cotangent=g) for each, g in zip(cases, pulls, strict=True)]


def _cotangents(setting: Setting) -> list[AttentionCase]:
    """Incoming gradients that are broadcast, as that of a sum is, or lie otherwise in memory than the tensors."""
    case = Shape(2, 2, 2, 4, 8, value_features=4, seed=5).case(setting, gradient=True)
    shapes = [each for each in ("strided", "transposed", "padded", "tokens first") if len(setting.layouts) > 1]
    ones = case.altered(cotangent=np.ones(case.answer_shape), cotangent_layout="constant" if shapes else "")
    long = Shape(queries=2, keys=2051, family="flat", seed=1).case(setting, gradient=True)
    assert case.cotangent is not None
    # As those of a mean over many tokens are.
    tiny = case.altered(cotangent=case.cotangent * 2.0 ** (-10 if setting.dtype == "float16" else -30))
    return [ones, long, tiny, _overflowing(setting), *(case.altered(cotangent_layout=each) for each in shapes)]


def _overflowing(setting: Setting) -> AttentionCase:
    """Values and an incoming gradient that are nearly equal for all features: what cancels is beyond half precision."""
    case = Shape(1, 1, 2, 4, 8, value_features=64, seed=6).case(setting, gradient=True)
    assert case.cotangent is not None
    values, g = quantise(4 + case.value / 64, setting.dtype), quantise(512 * (1 + case.cotangent / 64), setting.dtype)
    return case.altered(value=values, cotangent=g)


def _sized(setting: Setting) -> list[Shape]:
    """Describe cases of the numbers of tokens and of heads that are asked for."""
    long = [
        Shape(queries=m, keys=n, family=family, is_causal=is_causal, seed=n)
        for tokens in setting.domain.tokens
        for m, n, family, is_causal in (
            (2, tokens, "flat", False),
            (2, tokens, "gaussian", True),
            (tokens, 5, "gaussian", False),
            (tokens, min(tokens, 4096), "sharp", True),
        )
    ]
    many = [
        Shape(1, heads // group, group, 3, 9, seed=heads, alibi=True)
        for heads in setting.domain.heads
        for group in {1, heads, *(4,) * (heads % 4 == 0)}
    ]
    return [*long, *many]


def cornerstones(setting: Setting, layouts: tuple[str, ...], *, gradient: bool = False) -> list[AttentionCase]:
    """All options together, shapes as models have them, and hard scores; for gradients, in every layout too."""
    sized = _sized(setting)
    if not gradient:
        return listed(*EVERY, *sized)(setting)
    laid = [Shape(2, 2, 2, 4, 8, layout=each) for each in layouts]
    shaped = listed(*EVERY, *ACROSS[::4], *CAUSAL, *laid, *sized, gradient=True)
    return [*_with_unseen(setting), *shaped(setting), *_cotangents(setting)]
