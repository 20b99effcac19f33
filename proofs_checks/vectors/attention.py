"""Vectors of attention: outputs, logarithms of sums, and gradients in every argument that has one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from entmax_oracle.proofs_checks.conformance.calls import Float64
from entmax_oracle.proofs_checks.conformance.kinds.attention.case import TENSORS, AttentionCase
from entmax_oracle.proofs_checks.conformance.kinds.attention.shapes import Shape
from entmax_oracle.reference.budgets.attention import attention_budget, attention_vjp_budget
from entmax_oracle.reference.enclosures.attention import enclose_attention, enclose_attention_vjp

from .kind import ALPHA, LAW, Group, Kind, Progress, headed
from .mapping import PRECISION
from .notation import Field, bounds, holding, notated, pulled

__all__ = ["ATTENTION"]

ALPHAS = (1.0, 1.25, 1.5, 2.0, 2.5)
_GRADIENTS = (*TENSORS, "scale", "alpha", "sinks", "attn_mask")
_SHORT = ("float16", "bfloat16")
_OPTIONS = ("scale", "alibi_slopes", "attn_mask", "softcap", "sinks")  # of real numbers, and so fields


def _pulled(name: str) -> str:
    """Return what the names of the fields of a gradient begin with."""
    return "vjp" + "".join(word.capitalize() for word in name.split("_"))


_FIELDS = (
    Field("query", "Shape (B, H, M, D).", "input"),
    Field("key", "Shape (B, Hkv, N, D); head h reads key head h // (H // Hkv).", "input"),
    Field("value", "Shape (B, Hkv, N, Dv).", "input"),
    Field("scale", "Factor of the products, 1/sqrt(D) if left out.", "input", needed=False),
    Field("alibi_slopes", "Shape (H,).", "input", needed=False),
    Field("attn_mask", "Added to the logits after scale and cap; -inf hides a key.", "input", needed=False),
    Field("softcap", "The scaled logit s becomes softcap * tanh(s / softcap).", "input", needed=False),
    Field("sinks", "Shape (H,): the logit of a token without a value in every row.", "input", needed=False),
    *bounds("", of="the output, shape (B, H, M, Dv)"),
    *bounds("lse", needed=False, of="the logarithm of the sum of the exponentials of each row, shape (B, H, M)"),
    Field("cotangent", "Incoming gradient in the output.", "input", needed=False),
    *(each for name in _GRADIENTS for each in bounds(_pulled(name), needed=False, of=f"the gradient in {name}")),
)

FLAGS = {
    "Alibi": "a bias of -slope |i + N - M - j|, added after the scale.",
    "BooleanMask": "boolean_mask says which keys a query may attend to.",
    "Cap": "softcap bounds the scaled logits, before the bias and all masks.",
    "Causal": "query i sees key j if j <= i + N - M: positions are aligned to the end.",
    "Cross": "queries and keys differ in number.",
    "Decoding": "one query.",
    "Flat": "all scores are nearly equal, or equal.",
    "GroupedHeads": "several heads read one key head.",
    "Huge": "scores up to some ten thousand: few keys live, and differences cancel.",
    "Lengths": "only the first key_lengths[b] keys of sequence b are visible.",
    "Mask": "attn_mask is added to the logits; -inf hides a key.",
    "Ordinary": "nothing special.",
    "Scale": "a scale other than 1/sqrt(D).",
    "ScalePerQuery": "a scale for each head and query, as learned temperatures have it.",
    "Sharp": "few keys live.",
    "Shifted": "all scores of a row are far from zero.",
    "Sink": "a token without a value takes mass in every row.",
    "Ties": "few different scores.",
    "UnseenQuery": "a query sees no key: its output is zero, and so are its gradients. The invalid vectors say what "
    "others return.",
    "Window": "query i sees the keys from i + N - M - left to i + N - M + right, both included; null is an open side.",
}


@dataclass(frozen=True)
class _Draft:
    """One case: its shape, what is changed in it, and its flags."""

    law: str
    flags: tuple[str, ...]
    shape: Shape
    dtype: str = "bfloat16"
    change: Mapping[str, Any] = field(default_factory=dict)
    features: Mapping[str, Any] = field(default_factory=dict)

    def case(self) -> AttentionCase:
        """Make the case, with a cotangent."""
        return self.shape.made(self.dtype, True).altered(**self.change)


_SMALL: dict[str, Any] = {"queries": 3, "keys": 4, "features": 2, "value_features": 2}


def _shape(**fields: Any) -> Shape:
    return Shape(**(_SMALL | fields))


def _bias(shape: tuple[int, ...], seed: int) -> Float64:
    """Make a mask with numbers of every format, a hidden key, and with more than two axes a row that sees none."""
    rng = np.random.default_rng(seed)
    mask: Float64 = rng.integers(-8, 9, shape) / 4.0
    mask[..., -1, 0] = -np.inf
    if len(shape) > 2:
        mask[0, 0, 0] = -np.inf
    return mask


_DRAFTS = (
    _Draft("values", ("Ordinary",), _shape(seed=1)),
    _Draft("values", ("Ordinary",), _shape(seed=2, keys=9, features=4, value_features=3), "float32"),
    _Draft("values", ("Sharp",), _shape(seed=3, family="sharp")),
    _Draft("values", ("Flat",), _shape(seed=4, family="flat"), "float32"),
    _Draft("values", ("Shifted",), _shape(seed=5, family="shifted")),
    _Draft("values", ("Huge",), _shape(seed=6, family="huge")),
    _Draft("values", ("Cross",), _shape(seed=7, queries=2, keys=6)),
    _Draft("values", ("Cross", "Decoding"), _shape(seed=8, queries=1, keys=17), "float32"),
    _Draft("ties", ("Ties",), _shape(seed=9, family="ties")),
    _Draft("ties", ("Ties", "Flat"), _shape(seed=10, family="constant")),
    _Draft("causal", ("Causal",), _shape(seed=11, queries=4, is_causal=True)),
    _Draft("causal", ("Causal", "Cross"), _shape(seed=12, queries=2, keys=5, is_causal=True)),
    _Draft("causal", ("Causal", "Cross", "Decoding"), _shape(seed=13, queries=1, keys=5, is_causal=True)),
    _Draft("no visible key", ("Causal", "Cross", "UnseenQuery"), _shape(seed=14, queries=4, keys=2, is_causal=True)),
    _Draft("no visible key", ("Lengths", "UnseenQuery"), _shape(seed=15, batch=2), change={"key_lengths": (0, 4)}),
    _Draft("padding", ("Lengths",), _shape(seed=16, batch=2), change={"key_lengths": (3, 1)}),
    _Draft(
        "padding",
        ("Alibi", "Causal", "Lengths"),
        _shape(seed=17, batch=2, queries=4, alibi=True, is_causal=True),
        change={"key_lengths": (2, 4)},
    ),
    _Draft("groups", ("GroupedHeads",), _shape(seed=18, group=2)),
    _Draft("groups", ("Alibi", "GroupedHeads"), _shape(seed=19, key_heads=2, group=2, queries=2, keys=3, alibi=True)),
    _Draft("alibi", ("Alibi",), _shape(seed=20, key_heads=2, alibi=True)),
    _Draft("alibi", ("Alibi", "Causal", "Cross"), _shape(seed=21, queries=2, keys=5, alibi=True, is_causal=True)),
    _Draft("values", ("Window",), _shape(seed=25, queries=4, keys=5), features={"window": (1, 1)}),
    _Draft(
        "values",
        ("Causal", "Cross", "Window"),
        _shape(seed=26, queries=3, keys=6, is_causal=True),
        features={"window": (2, None)},
    ),
    _Draft(
        "values", ("UnseenQuery", "Window", "Cross"), _shape(seed=27, queries=4, keys=2), features={"window": (0, 0)}
    ),
    _Draft("values", ("Cap",), _shape(seed=28, family="sharp"), features={"softcap": 1.5}),
    _Draft("values", ("Cap", "Huge"), _shape(seed=29, family="huge", alibi=True), features={"softcap": 30.0}),
    _Draft("values", ("Sink",), _shape(seed=30, key_heads=2), features={"sinks": np.array([0.5, -1.0])}),
    _Draft(
        "values",
        ("Sink", "GroupedHeads", "Causal"),
        _shape(seed=31, group=2, is_causal=True),
        features={"sinks": np.array([-60.0, 8.0])},
    ),
    _Draft("values", ("Mask",), _shape(seed=32), features={"attn_mask": _bias((3, 4), 32)}),
    _Draft(
        "values", ("Mask", "UnseenQuery"), _shape(seed=33, batch=2), features={"attn_mask": _bias((2, 1, 3, 4), 33)}
    ),
    _Draft("values", ("BooleanMask",), _shape(seed=34), features={"attn_mask": _bias((3, 4), 34) > -np.inf}),
    _Draft(
        "values",
        ("Alibi", "Cap", "Causal", "Lengths", "Mask", "Sink", "Window"),
        _shape(seed=35, batch=2, key_heads=1, group=2, is_causal=True, alibi=True),
        change={"key_lengths": (4, 3)},
        features={
            "attn_mask": _bias((2, 2, 3, 4), 35),
            "window": (2, 0),
            "softcap": 2.0,
            "sinks": np.array([0.25, 1.0]),
        },
    ),
    _Draft("scale", ("Scale",), _shape(seed=22, scale=0.25)),
    _Draft("scale", ("Alibi", "Scale"), _shape(seed=23, scale=2.0, alibi=True)),
    _Draft(
        "scale",
        ("Scale", "ScalePerQuery"),
        _shape(seed=24, key_heads=2),
        change={"scale": np.array([[0.5, 1.0, 0.75], [1.5, 0.25, 2.0]])},
    ),
)
"""The cases, for every alpha."""


def _certify(draft: _Draft, alpha: float) -> dict[str, Any]:
    case = draft.case()
    options = {name: getattr(case, name) for name in ("is_causal", "scale", "alibi_slopes", "key_lengths")}
    given: dict[str, Any] = {**case.tensors, **options, **draft.features, "alpha": alpha}
    pulling: dict[str, Any] = given | {"grad": case.cotangent}
    boolean = np.asarray(given.get("attn_mask", 0.0)).dtype == bool
    real = {
        name: np.asarray(value, dtype=np.float64)
        for name in _OPTIONS
        if (value := given.get(name)) is not None and not (boolean and name == "attn_mask")
    }
    inputs: dict[str, Any] = {**case.tensors, **real, "cotangent": case.cotangent}
    shapes = {name: list(np.shape(each)) for name, each in inputs.items()}
    formats = holding(*inputs.values())
    slopes = enclose_attention_vjp(**pulling, precision=PRECISION)
    off = {name: attention_vjp_budget(**pulling, dtype=name) for name in formats}
    values = inputs | _answer(given, formats)
    for name in _GRADIENTS:
        slope = getattr(slopes, name)
        if slope is not None:
            known = {each: getattr(found, name, None) for each, found in off.items()}
            budgets = {each: found for each, found in known.items() if found is not None}
            values |= pulled(_pulled(name), slope.lower, slope.upper, budgets, formats)
    test = {
        "comment": f"{draft.shape.family} numbers of {draft.dtype}",
        "flags": sorted(draft.flags),
        "shapes": shapes,
        "is_causal": bool(given["is_causal"]),
        "differentiable": bool(slopes.differentiable.all()),
    }
    test |= {name: list(given[name]) for name in ("key_lengths", "window") if given.get(name) is not None}
    if boolean:
        test["boolean_mask"] = given["attn_mask"].ravel().tolist()
        shapes["boolean_mask"] = list(given["attn_mask"].shape)
    return test | notated(_FIELDS, values, formats)


def _answer(given: dict[str, Any], formats: list[str]) -> dict[str, Any]:
    """Certify the output, and for alpha = 1 the logarithms of the sums."""
    sums = given["alpha"] == 1
    found = enclose_attention(**given, return_lse=sums, precision=PRECISION)
    allowed = {name: attention_budget(**given, return_lse=sums, dtype=name) for name in formats}
    if not sums:
        return pulled("", found.lower, found.upper, allowed, formats)
    (out, lse), budgets = found, {name: each[1] for name, each in allowed.items()}
    return {
        **pulled("", out.lower, out.upper, {name: each[0] for name, each in allowed.items()}, formats),
        # A number of the arithmetic, which is float32 for the short formats.
        **pulled("lse", lse.lower, lse.upper, budgets, [name for name in formats if name not in _SHORT]),
    }


def _groups(progress: Progress) -> Iterator[Group]:
    laws = dict.fromkeys(each.law for each in _DRAFTS)
    for law in laws:
        for alpha in ALPHAS:
            progress(f"attention, {law}, alpha {alpha:.4g}")
            tests = [_certify(each, alpha) for each in _DRAFTS if each.law == law]
            yield {"law": law, **headed(alpha), "tests": tests}


_SHAPE = {"type": "array", "items": {"type": "integer", "minimum": 0}}

ATTENTION = Kind(
    name="attention",
    file="attention-vectors-1",
    schema="entmax-oracle/vectors/attention/1",
    title="Test vectors of attention with alpha-entmax",
    notes="The logit of query i and key j is cap(scale * <query_i, key_j>) - slope_h * |i + N - M - j| + mask_ij, "
    "where cap(s) is softcap * tanh(s / softcap) if there is one; the sink is one more token, with the logit sinks[h] "
    "and without a value. The logarithm of a row's sum includes the sink, is -inf where nothing is summed, and is a "
    "number of the arithmetic: float32 for the 16-bit formats. Gradients in the scale and in alpha have bounds and no "
    "budget: compare with a tolerance of your own. Where differentiable is false, the gradients are those of the "
    "documented generalised derivative.",
    flags=FLAGS,
    groups=_groups,
    fields=_FIELDS,
    head={**LAW, **ALPHA},
    test={
        "shapes": {"type": "object", "additionalProperties": _SHAPE},
        "is_causal": {"type": "boolean"},
        "differentiable": {"type": "boolean"},
        "key_lengths": _SHAPE,
        "window": {"type": "array", "minItems": 2, "maxItems": 2, "items": {"type": ["integer", "null"], "minimum": 0}},
        "boolean_mask": {"type": "array", "items": {"type": "boolean"}},
    },
    optional=("key_lengths", "window", "boolean_mask"),
)
