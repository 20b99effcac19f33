"""What a theorem about one normaliser takes it for, and a check that it is that.

Such a theorem has a formula of its own for the weights, and its evidence is about rows that are built from it. Here the
same rows are compared with the weights of the reference in ball arithmetic, on drawn logits: it is sampled, and names
how many rows it saw.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flint import arb, fmpq

from entmax_oracle.theory import notation as N

from ..evidence.instances import Instance, Number
from ..reading.walk import rational
from ..theorems.neighbours import neighbours, selections, tokenwise
from .reductions import compared, equal
from .subject import Reference, Row, Undefined

__all__ = ["FORMS", "Form", "departure"]

_Weights = Callable[[Sequence[fmpq], Mapping[str, Any]], Sequence[Number]]


@dataclass(frozen=True)
class Form:
    """A normaliser as a theorem about it sees it.

    Parameters
    ----------
    normaliser : str
        Its name.
    weights : callable
        ``weights(z, parameters)`` of a row of rationals, as the evidence of the theorem builds it.
    """

    normaliser: str
    weights: _Weights


def _forms(normaliser: str, weights: _Weights, *names: str) -> dict[str, Form]:
    return dict.fromkeys(names, Form(normaliser, weights))


def _sigmoid(z: Sequence[fmpq], q: Mapping[str, Any]) -> Sequence[Number]:
    return tokenwise.sigmoid(z, tokenwise.length_bias(z) if q["bias"] is None else rational(q["bias"]))


def _row(build: Callable[..., Instance]) -> Callable[..., Sequence[Number]]:
    """Return the weights alone of what evidence builds; where it builds nothing there are none."""

    def weights(*arguments: Any) -> Sequence[Number]:
        try:
            found: Sequence[Number] = build(*arguments)[N.p]
        except ValueError as error:
            raise Undefined(str(error)) from error
        return found

    return weights


_budget, _r_softmax, _top_k = _row(selections.budget), _row(selections.r_softmax), _row(selections.top_k)
_normmax, _adaptive = _row(neighbours.normmax), _row(neighbours.adaptive)
_self_adjust = _row(neighbours.self_adjust)

FORMS: dict[str, Form] = {
    **_forms("adaptive-temperature-softmax", lambda z, q: _adaptive(z), "adaptive-temperature-lipschitz"),
    **_forms("self-adjust-softmax", lambda z, q: _self_adjust(z), "self-adjust-order"),
    **_forms(
        "normmax",
        lambda z, q: _normmax(z, rational(q["alpha"])),
        "normmax-form",
        "normmax-structure",
        "normmax-joining",
    ),
    **_forms("normmax", lambda z, q: _normmax(z, fmpq(2)), "normmax-lipschitz"),
    **_forms("top-k-softmax", lambda z, q: _top_k(z, fmpq(q["k"])), "top-k-joining"),
    **_forms("r-softmax", lambda z, q: _r_softmax(z, rational(q["r"])), "r-softmax-structure"),
    **_forms(
        "budget",
        lambda z, q: _budget(z, fmpq(q["k"])),
        "budget-form",
        "budget-structure",
        "budget-joining",
        "budget-lipschitz",
    ),
    **_forms("rectified-linear", lambda z, q: tokenwise.rectified(z), "rectified-linear"),
    **_forms("sigmoid", _sigmoid, "sigmoid-structure", "sigmoid-slope"),
    **_forms("sigmoid", lambda z, q: tokenwise.sigmoid(z, tokenwise.length_bias(z)), "sigmoid-length-bias"),
    **_forms(
        "stick-breaking",
        lambda z, q: tokenwise.stick(z),
        "stick-breaking",
        "stick-breaking-joining",
        "stick-breaking-slope",
    ),
}
"""For each theorem that speaks of one normaliser, what it takes that for."""


def departure(name: str, normaliser: str, subject: Reference, seed: int = 0) -> tuple[int, str]:
    """Check that a normaliser is what a theorem takes it for.

    Parameters
    ----------
    name : str
        The theorem, a key of `FORMS`.
    normaliser : str
        Name of the normaliser it is claimed of.
    subject : Reference
        That normaliser with its parameters.
    seed : int
        Of the rows.

    Returns
    -------
    rows : int
        How many rows were compared.
    problem : str
        Where it is not, or that the theorem speaks of another; "" if nothing was found.
    """
    form = FORMS[name]
    if form.normaliser != normaliser:
        return 0, f"theorem {name} speaks of {form.normaliser}, not of {normaliser}"
    parameters = subject.normaliser.parameters | subject.parameters

    def differs(z: Row) -> str:
        pairs = zip(subject.weights(z), form.weights([rational(x) for x in z], parameters), strict=True)
        other = next((i for i, (here, there) in enumerate(pairs) if not equal(here, arb(there))), None)
        return "" if other is None else f"weight {other} is another"

    seen, problem = compared(f"{seed}/{normaliser}", differs)
    return seen, f"it is not what {name} speaks of at {problem}" if problem else ""
