"""Rows that are hard for a normaliser, under the parameters that are tried."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import strategies as st

from entmax_oracle.reference.formats import as_format

from ...calls import Float64
from ...case import Setting
from ...inputs.batches import counts, stack
from ...inputs.rows import FAMILIES, Row, quantise
from ...inputs.strategies import batches, offsets
from ...target.defining import defined
from ..mapping import COTANGENTS, cotangent
from .known import least_tokens
from .oracle import NormaliserCase

__all__ = ["cases", "cornerstones", "crowds", "each_choice", "normaliser_case"]

# Masks have a law of their own, so that what has none can be checked without it.
_FAMILIES = tuple(name for name in FAMILIES if name != "one_live")


def _logits(setting: Setting, rows: tuple[Row, ...], choice: int, variant: int) -> tuple[Float64, Any]:
    """Make unmasked rows that have weights under one of the choices of parameters."""
    parameters = setting.choices[choice % len(setting.choices)]
    least = least_tokens(setting.against, parameters)
    described = [
        replace(row, n=max(row.n, least), masked=0.0, family=row.family if row.family in _FAMILIES else "gaussian")
        for row in rows
    ]
    z = stack(described, setting)
    # Sums and products of a few numbers of this size stay numbers of the format.
    limit = as_format(setting.compute_dtype or ("float64" if setting.dtype == "float64" else "float32")).largest / 2**14
    z = np.clip(z, -limit, limit)
    marks = _marks(setting, dict(parameters))
    if variant % 3 == 0 and len(marks):
        # Some tokens on a corner of the definition, or one ulp beside it.
        rng = np.random.default_rng(variant)
        beside = marks + rng.integers(-1, 2, len(marks)) * as_format(setting.dtype).ulp(
            np.maximum(np.abs(marks), 2**-9)
        )
        z = np.where(rng.random(z.shape) < 0.3, rng.choice(beside, z.shape), z)
    ramp = np.linspace(-1.0, 1.0, z.shape[-1]) if z.shape[-1] > 1 else np.ones(1)
    known = defined(setting.against)
    undefined = known.undefined(z, **known.settings(dict(parameters)))
    z = np.where(undefined[:, np.newaxis], ramp, z)
    return setting.domain.clipped(quantise(z, setting.dtype), setting.dtype), parameters


def _marks(setting: Setting, parameters: dict[str, Any]) -> Float64:
    marks = defined(setting.against).profile.marks
    return np.array([float(parameters[each]) if isinstance(each, str) else each for each in marks])


def normaliser_case(setting: Setting, rows: tuple[Row, ...], choice: int, variant: int, **more: Any) -> NormaliserCase:
    """Make a case of some rows, under one of the sets of parameters that are tried."""
    z, parameters = _logits(setting, rows, choice, variant)
    return NormaliserCase(z, variant=variant, parameters=parameters, **more)


_CHOICE, _VARIANT = st.integers(0, 23), st.integers(0, 999)


def cases(setting: Setting, *, gradient: bool = False) -> st.SearchStrategy[NormaliserCase]:
    """Draw batches of hard rows, with an incoming gradient where one is wanted."""
    drawn = st.builds(normaliser_case, st.just(setting), batches(setting.dtype, setting.max_n), _CHOICE, _VARIANT)
    return st.builds(_pulled, st.just(setting), drawn, st.sampled_from(COTANGENTS)) if gradient else drawn


def _pulled(setting: Setting, case: NormaliserCase, kind: str) -> NormaliserCase:
    return case.altered(cotangent=cotangent(kind, case.logits.shape, case.variant, setting.dtype))


def each_choice(setting: Setting, rows: tuple[Row, ...], variant: int) -> list[NormaliserCase]:
    """Make the case of some rows under every set of parameters."""
    return [normaliser_case(setting, rows, choice, variant) for choice in range(len(setting.choices))]


def crowds(setting: Setting) -> list[NormaliserCase]:
    """Rows of every family at once, in lengths on both sides of powers of two, under every choice of parameters."""
    found = []
    for n in (1, 2, 3, 4, 7, 8, 9, 16, 17, 33, 64, 65):
        scales = np.random.default_rng(n).choice((1.0, 0.1, 3.0, 0.01, 30.0), len(_FAMILIES))
        rows = tuple(Row(family, n, float(scale), n) for family, scale in zip(_FAMILIES, scales, strict=True))
        found += each_choice(setting, rows, n)
    return found


def cornerstones(setting: Setting, *, gradient: bool = False) -> list[NormaliserCase]:
    """Crowds; rows far from zero; long rows and those where blocks end."""
    if gradient:
        return _pulled_cornerstones(setting)
    far = [
        each
        for offset in offsets(setting.dtype)[-4:]
        for sign in (1, -1)
        for each in each_choice(setting, (Row("window", 10, shift=sign * offset), Row("gaussian", 10, shift=offset)), 1)
    ]
    lengths = (127, 128, 129, 255, 257, 513, *setting.some_long())
    if setting.few_shapes:
        lengths = (129, 257, 1025, *setting.domain.tokens)
    kinds = ("gaussian", "flat", "constant", "spread", "dominant")
    long = [
        normaliser_case(setting, (Row("gaussian", n, 1.0, n), Row(kinds[i % 5], n, 1.0, n)), i, 1)
        for i, n in enumerate(lengths)
    ]
    few = normaliser_case(setting, tuple(Row("gaussian", 5, 1.0, seed) for seed in range(13)), 0, 1)
    many = [few.altered(logits=few.logits[np.arange(count) % 13]) for count in counts(setting)]
    return [*crowds(setting), *far, *long, *many]


def _pulled_cornerstones(setting: Setting) -> list[NormaliserCase]:
    lengths = (129, 257, *setting.some_long(1))
    long = [normaliser_case(setting, (Row("gaussian", n, 1.0, n),), i, 1) for i, n in enumerate(lengths)]
    every = enumerate([*crowds(setting), *long])
    return [_pulled(setting, case, COTANGENTS[i % len(COTANGENTS)]) for i, case in every]
