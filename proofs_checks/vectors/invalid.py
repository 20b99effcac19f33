"""Inputs at the edge of what is allowed: what must be refused, where conventions differ, what is right after all."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from entmax_oracle.proofs_checks.conformance.calls import Float64
from entmax_oracle.reference.budgets.attention import attention_budget
from entmax_oracle.reference.budgets.losses import loss_budget
from entmax_oracle.reference.budgets.mapping import budget
from entmax_oracle.reference.enclosures.attention import enclose_attention
from entmax_oracle.reference.enclosures.calculus import enclose_fenchel_young_loss
from entmax_oracle.reference.enclosures.enclosure import enclose
from entmax_oracle.reference.normalisers import NORMALISERS

from .kind import ALPHA, Group, Kind, Progress, headed
from .mapping import PRECISION
from .normalisers import PARAMETER, parameter
from .notation import Field, bounds, holding, notated

__all__ = ["INVALID", "OUTCOMES"]

_NAN, _INF = float("nan"), float("inf")

OUTCOMES = {
    "empty": "an answer without entries, of the shape that the input implies.",
    "mean": "the mean of all values of the key head, whatever is hidden.",
    "nan": "NaN in every entry of the rows concerned, and the right numbers in all others.",
    "refuse": "an exception, or whatever the language has in its place, before anything is computed.",
    "value": "what lies between the bounds, give or take the budget.",
    "zeros": "zeros in every entry of the rows concerned, and the right numbers in all others.",
}
"""What an implementation may do."""

_FLAGS = {
    "Alpha": "an alpha that is not a finite number of at least 1, or barely is.",
    "AllMasked": "nothing is left of a row.",
    "Empty": "no rows, or rows without tokens.",
    "HiddenGarbage": "NaN or infinities where nothing may be read.",
    "Index": "a class, a length or a parameter out of range.",
    "Infinite": "+inf among the numbers.",
    "LargestNumbers": "numbers at the ends of the range of float64.",
    "NotANumber": "NaN among the numbers.",
    "Parameter": "a parameter that is out of its range.",
    "Shape": "shapes that do not fit.",
    "SignedZero": "zeros of both signs, which are equal.",
    "Undefined": "the definition itself gives no value, such as 0/0.",
}

_FIELDS = (
    Field("logits", "Shape (rows, tokens), or (tokens,) for a loss.", "input", needed=False),
    *(
        Field(name, "As in the vectors of attention.", "input", needed=False)
        for name in ("query", "key", "value", "scale", "alibi_slopes", "attn_mask", "softcap", "sinks")
    ),
    Field("lower", "Bounds of the answer; nan in the rows for which the outcomes say what is right.", "bound", False),
    Field("upper", "As lower.", "bound", False),
    *bounds("", of="the answer", needed=False)[3:],
)


@dataclass(frozen=True)
class Case:
    """One call.

    Parameters
    ----------
    kind : str
        What is called.
    comment : str
    flags : tuple of str
    numbers : dict
        Arrays by the names of the fields.
    outcomes : tuple of str
        What an implementation may do: keys of `OUTCOMES`.
    alpha : float
    given : dict
        What else is given, as JSON has it.
    rows : tuple of int
        Rows of the answer that the outcomes are about; the others are right or wrong as ever. With the outcome
        ``"value"`` there are none.
    """

    kind: str
    comment: str
    flags: tuple[str, ...]
    numbers: Mapping[str, Any]
    outcomes: tuple[str, ...]
    alpha: float = 1.5
    given: Mapping[str, Any] = field(default_factory=dict)
    rows: tuple[int, ...] = ()

    @property
    def result(self) -> str:
        """``"valid"``, ``"acceptable"`` or ``"invalid"``."""
        if self.outcomes in (("value",), ("empty",)):
            return "valid"
        return "invalid" if set(self.outcomes) <= {"refuse", "nan"} and "Undefined" not in self.flags else "acceptable"


_REFUSE, _SPOILT = ("refuse",), ("refuse", "nan")
_GOOD = (0.5, 1.0, -1.0)


def _mapping() -> Iterator[Case]:
    def case(comment: str, flag: str, logits: Any, outcomes: tuple[str, ...], **more: Any) -> Case:
        return Case("mapping", comment, (flag,), {"logits": np.array(logits, dtype=np.float64)}, outcomes, **more)

    for alpha in (1.0, 1.5, 2.0, 3.0):
        second: dict[str, Any] = {"alpha": alpha, "rows": (1,)}
        yield case("a NaN", "NotANumber", [_GOOD, (0.5, _NAN, -1.0)], _SPOILT, **second)
        yield case("a NaN beside a mask", "NotANumber", [_GOOD, (-_INF, 0.0, _NAN)], _SPOILT, **second)
        yield case("+inf", "Infinite", [_GOOD, (0.0, _INF, 1.0)], _SPOILT, **second)
        yield case("+inf twice", "Infinite", [_GOOD, (_INF, 0.0, _INF)], _SPOILT, **second)
        yield case("every token masked", "AllMasked", [_GOOD, (-_INF,) * 3], (*_SPOILT, "zeros"), **second)
        yield case("one token left", "AllMasked", [_GOOD, (-_INF, -7.0, -_INF)], ("value",), alpha=alpha)
        yield case("zeros of both signs", "SignedZero", [[0.0, -0.0], [-0.0, -0.0]], ("value",), alpha=alpha)
        ends = [[sys.float_info.max, -sys.float_info.max, sys.float_info.max], [5e-324, 0.0, -5e-324]]
        yield case("the largest and the smallest numbers", "LargestNumbers", ends, ("value",), alpha=alpha)
        yield case("no rows", "Empty", np.zeros((0, 3)), ("empty",), alpha=alpha)
        yield case("rows without tokens", "Empty", np.zeros((2, 0)), ("refuse", "empty"), alpha=alpha)
    below, above = float(np.nextafter(1.0, 0.0)), float(np.nextafter(1.0, 2.0))
    for alpha in (0.5, below, 0.0, -1.0, _NAN, _INF, -_INF):
        yield case(f"alpha {alpha!r}", "Alpha", [_GOOD], _SPOILT, alpha=alpha, rows=(0,))
    for alpha in (above, 64.0):
        yield case(f"alpha {alpha!r}", "Alpha", [_GOOD], ("value",), alpha=alpha)


def _losses() -> Iterator[Case]:
    def case(comment: str, flag: str, logits: Any, target: int, outcomes: tuple[str, ...], **more: Any) -> Case:
        numbers = {"logits": np.array(logits, dtype=np.float64)}
        return Case("loss", comment, (flag,), numbers, outcomes, given={"target": target}, **more)

    for alpha in (1.0, 1.5, 2.0):
        row: dict[str, Any] = {"alpha": alpha, "rows": (0,)}
        yield case("the class behind the last", "Index", _GOOD, 3, _SPOILT, **row)
        yield case("class -1", "Index", _GOOD, -1, _SPOILT, **row)
        yield case("class -100, which some frameworks ignore", "Index", _GOOD, -100, (*_SPOILT, "zeros"), **row)
        yield case("a NaN", "NotANumber", (0.5, _NAN, -1.0), 0, _SPOILT, **row)
        yield case("+inf", "Infinite", (0.5, _INF, -1.0), 0, _SPOILT, **row)
        yield case("every class masked", "AllMasked", (-_INF, -_INF), 0, _SPOILT, **row)
        yield case("a masked target: the loss is infinite", "AllMasked", (0.5, -_INF, -1.0), 1, ("value",), alpha=alpha)
        yield case("one class: the loss is zero", "AllMasked", (3.5,), 0, ("value",), alpha=alpha)
    yield case("alpha 0.5", "Alpha", _GOOD, 0, _SPOILT, alpha=0.5, rows=(0,))


def _normalisers() -> Iterator[Case]:
    def case(name: str, comment: str, flag: str, logits: Any, outcomes: tuple[str, ...], **settings: Any) -> Case:
        numbers = {"logits": np.array([logits], dtype=np.float64)}
        parameters = {key: parameter(each) for key, each in settings.items()}
        given = {"normaliser": name, "parameters": parameters}
        return Case("normaliser", comment, (flag,), numbers, outcomes, given=given, rows=(0,))

    for name in NORMALISERS:
        yield case(name, "a NaN", "NotANumber", (0.5, _NAN, -1.0, 0.25), _SPOILT)
        yield case(name, "+inf", "Infinite", (0.5, _INF, -1.0, 0.25), _SPOILT)
        yield case(name, "every token masked", "AllMasked", (-_INF,) * 4, (*_SPOILT, "zeros"))
    yield case("top-k-softmax", "no token is kept", "Parameter", _GOOD, _REFUSE, k=0)
    yield case("budget", "a budget of 0", "Parameter", _GOOD, _REFUSE, k=0)
    yield case("r-softmax", "a rate of 1", "Parameter", _GOOD, _REFUSE, r=1.0)
    yield case("r-softmax", "equal logits are 0/0", "Undefined", (1.0, 1.0, 1.0, 1.0), _SPOILT, r=0.5)
    yield case("alpha-entmax", "alpha below 1", "Alpha", _GOOD, _SPOILT, alpha=0.5)


def _attention() -> Iterator[Case]:
    rng = np.random.default_rng(7)
    tensors = {name: np.rint(8 * rng.standard_normal((2, 2, 3, 2))) / 8 for name in ("query", "key", "value")}

    def case(comment: str, flag: str, outcomes: tuple[str, ...], rows: tuple[int, ...] = (), **more: Any) -> Case:
        alpha, change = more.pop("alpha", 1.5), more.pop("change", {})
        given = {"is_causal": False} | more
        return Case("attention", comment, (flag,), tensors | change, outcomes, alpha, given, rows)

    def spoilt(name: str, place: tuple[Any, ...], number: float) -> dict[str, Float64]:
        found = tensors[name].copy()
        found[place] = number
        return {name: found}

    first, blind = tuple(range(6)), (*_SPOILT, "zeros", "mean")
    for alpha in (1.0, 1.5, 2.0):
        unseen = {"key": tensors["key"][:, :, :2], "value": tensors["value"][:, :, :2]}
        yield case("a sequence of length 0", "AllMasked", blind, first, key_lengths=[0, 3], alpha=alpha)
        yield case(
            "the first query stands before all keys",
            "AllMasked",
            blind,
            (0, 3, 6, 9),
            is_causal=True,
            change=unseen,
            alpha=alpha,
        )
        hidden = spoilt("key", (0, slice(None), 2), _NAN) | spoilt("value", (0, slice(None), 2), _INF)
        yield case("behind a length", "HiddenGarbage", ("value",), key_lengths=[2, 3], change=hidden, alpha=alpha)
        yield case(
            "a NaN in a query", "NotANumber", _SPOILT, (4,), change=spoilt("query", (0, 1, 1), _NAN), alpha=alpha
        )
        yield case(
            "a NaN in a key", "NotANumber", _SPOILT, (3, 4, 5), change=spoilt("key", (0, 1, 0), _NAN), alpha=alpha
        )
    every = tuple(range(12))
    yield case("a length beyond the keys", "Index", _REFUSE, first, key_lengths=[4, 3])
    yield case("a negative length", "Index", _REFUSE, first, key_lengths=[-1, 3])
    yield case("a length too few", "Shape", _REFUSE, every, key_lengths=[3])
    odd = {name: np.concatenate([tensors[name], tensors[name][:, :1]], axis=1) for name in ("key", "value")}
    yield case("3 key heads for 2 heads", "Shape", _REFUSE, every, change=odd)
    yield case("a value too few", "Shape", _REFUSE, every, change={"value": tensors["value"][:, :, :2]})
    yield case("a feature too few", "Shape", _REFUSE, every, change={"key": tensors["key"][..., :1]})
    yield case("slopes of another number of heads", "Shape", _REFUSE, every, change={"alibi_slopes": np.ones(3)})
    yield case("an infinite scale", "Infinite", _SPOILT, every, change={"scale": np.array(_INF)})
    yield case("a scale of NaN", "NotANumber", _SPOILT, every, change={"scale": np.array(_NAN)})
    yield case("a slope of NaN", "NotANumber", _SPOILT, every, change={"alibi_slopes": np.array([0.5, _NAN])})
    yield case("a cap of 0", "Parameter", _SPOILT, every, change={"softcap": np.array(0.0)})
    yield case("a negative cap", "Parameter", _SPOILT, every, change={"softcap": np.array(-2.0)})
    yield case("a window with a negative side", "Parameter", _REFUSE, every, window=[-2, 0])
    yield case("an infinite sink", "Infinite", _SPOILT, every, change={"sinks": np.array([_INF, 0.0])})
    yield case("a sink of NaN", "NotANumber", _SPOILT, every, change={"sinks": np.array([0.0, _NAN])})
    yield case("a NaN in a mask", "NotANumber", _SPOILT, (2, 5, 8, 11), change={"attn_mask": _mask(_NAN)})
    yield case("+inf in a mask", "Infinite", _SPOILT, (2, 5, 8, 11), change={"attn_mask": _mask(_INF)})
    yield case("a mask of another shape", "Shape", _REFUSE, every, change={"attn_mask": np.zeros((3, 2))})
    closed = np.where(np.arange(3)[:, None] == 1, -_INF, np.zeros((3, 3)))
    yield case("a mask that hides every key", "AllMasked", blind, (1, 4, 7, 10), change={"attn_mask": closed})
    yield case("alpha 0.5", "Alpha", _SPOILT, every, alpha=0.5)
    none = {"query": np.zeros((2, 2, 0, 2))}
    yield case("no query", "Empty", ("empty",), change=none)
    without = {name: np.zeros((2, 2, 0, 2)) for name in ("key", "value")}
    yield case("no key", "Empty", (*_SPOILT, "zeros"), every, change=without)


def _mask(number: float) -> Float64:
    """Make a mask with a number in the row of the last query."""
    mask = np.zeros((3, 3))
    mask[2, 1] = number
    return mask


def _bounds(case: Case) -> tuple[Float64, Float64, dict[str, Float64]]:
    """Certify what is right; where the input is at fault, of the rows beside it."""
    formats = holding(*case.numbers.values())
    arrays, alpha = dict(case.numbers), case.alpha
    if case.kind == "mapping":
        return _of_rows(case, formats)
    if case.kind == "loss":
        found = enclose_fenchel_young_loss(arrays["logits"], case.given["target"], alpha, precision=PRECISION)
        labels = np.array([case.given["target"]])
        low, high = np.atleast_1d(found.lower), np.atleast_1d(found.upper)
        if np.isinf(low).all():
            return low, high, dict.fromkeys(formats, np.zeros(1))
        return low, high, {name: loss_budget(arrays["logits"][None], labels, alpha, name) for name in formats}
    call = {**arrays, **case.given, "alpha": alpha}
    inside = enclose_attention(**call, precision=PRECISION)
    return inside.lower, inside.upper, {name: attention_budget(**call, dtype=name) for name in formats}


def _of_rows(case: Case, formats: list[str]) -> tuple[Float64, Float64, dict[str, Float64]]:
    logits = case.numbers["logits"]
    good = [i for i in range(len(logits)) if i not in case.rows]
    low, high = np.full(logits.shape, _NAN), np.full(logits.shape, _NAN)
    allowed = {name: np.full(logits.shape, _NAN) for name in formats}
    if good:
        found = enclose(logits[good], case.alpha, precision=PRECISION)
        low[good], high[good] = found.lower, found.upper
        for name in formats:
            allowed[name][good] = budget(logits[good], case.alpha, name)
    return low, high, allowed


def certify(case: Case) -> dict[str, Any]:
    """Write one test, without its number."""
    values: dict[str, Any] = dict(case.numbers)
    spares = case.kind == "mapping" and case.alpha >= 1 and len(case.numbers["logits"]) > len(case.rows)
    if "value" in case.outcomes or (spares and "empty" not in case.outcomes):
        lower, upper, budgets = _bounds(case)
        values |= {"lower": lower, "upper": upper, "budget": budgets}
    return {
        "comment": case.comment,
        "flags": list(case.flags),
        "result": case.result,
        "outcomes": list(case.outcomes),
        "rows": list(case.rows),
        **headed(case.alpha),
        **case.given,
        "shapes": {name: list(np.shape(each)) for name, each in case.numbers.items()},
        **notated(_FIELDS, values, holding(*case.numbers.values())),
    }


def _groups(progress: Progress) -> Iterator[Group]:
    for name, cases in (
        ("mapping", _mapping),
        ("loss", _losses),
        ("normaliser", _normalisers),
        ("attention", _attention),
    ):
        progress(f"inputs of {name} at the edge of what is allowed")
        yield {"kind": name, "tests": [certify(each) for each in cases()]}


_WHOLE = {"type": "array", "items": {"type": "integer"}}

INVALID = Kind(
    name="invalid",
    file="invalid-vectors-1",
    schema="entmax-oracle/vectors/invalid/1",
    title="Test vectors of inputs at the edge of what is allowed",
    notes="'result' is 'valid' where there is a right answer, 'acceptable' where honest implementations differ, and "
    "'invalid' where no answer is right. 'outcomes' are what an implementation may do, 'rows' the rows of the answer "
    "that they are about, counted in row-major order; there are none with the outcomes 'value' and 'empty'.",
    flags=_FLAGS,
    groups=_groups,
    fields=_FIELDS,
    head={"kind": {"enum": ["mapping", "loss", "normaliser", "attention"]}},
    test={
        "result": {"enum": ["valid", "acceptable", "invalid"]},
        "outcomes": {"type": "array", "minItems": 1, "items": {"enum": sorted(OUTCOMES)}},
        "rows": _WHOLE,
        **ALPHA,
        "target": {"type": "integer"},
        "normaliser": {"type": "string"},
        "parameters": {"type": "object", "additionalProperties": PARAMETER},
        "is_causal": {"type": "boolean"},
        "key_lengths": _WHOLE,
        "window": _WHOLE,
        "shapes": {"type": "object", "additionalProperties": _WHOLE},
    },
    optional=("target", "normaliser", "parameters", "is_causal", "key_lengths", "window"),
    legends={"outcomes": OUTCOMES},
)
