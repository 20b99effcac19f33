"""Read which normaliser an implementation should be, and with which parameters."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from entmax_oracle.reference.normalisers import NORMALISERS

from ...ask import Ask
from ...target.defining import defined
from ..kind import Asked
from .known import PROPERTIES, choices

__all__ = ["ask_for"]


def ask_for(ask: Ask) -> Asked:
    """Read what is asked of the kind ``"normaliser"``.

    Raises
    ------
    ValueError
        For a name that no normaliser has, or parameters that it does not.

    Examples
    --------
    >>> ask_for(Ask("mine:top_k", kind="normaliser", against="top-k-softmax", parameters=(("k", 2), ("k", 4)))).choices
    ((('k', 2),), (('k', 4),))
    """
    if not ask.against:
        raise ValueError(f"against: name the normaliser to compare with: {', '.join(NORMALISERS)}")
    known, fixed, given = defined(ask.against), dict(ask.fixed_parameters), dict[str, list[Any]]()
    for name, value in ask.parameters:
        given.setdefault(name, []).append(value)
    alphas = _alphas(ask, "alpha" in known.parameters)
    sets = choices(ask.against, given, fixed)
    free = ask.fixed_alpha is None
    hands = tuple(name for name in known.parameters if name not in fixed and (name != "alpha" or free))
    true = known.profile.true
    offered = tuple(each for each in PROPERTIES if each in true)
    if not known.profile.placed:
        offered += ("deletion",)
    if ask.grad and "shift" in true:
        offered += ("gradient of shift",)
    return Asked(ask.against, alphas, sets, hands, tuple(fixed.items()), offered)


def _alphas(ask: Ask, has_alpha: bool) -> tuple[float | Fraction, ...]:
    """Alphas of the settings; a normaliser without one has a single setting, which its counterexamples name."""
    assert ask.against is not None
    if not has_alpha:
        aim = (defined(ask.against).profile.aim,)
        if ask.fixed_alpha is not None or ask.alphas not in (Ask.alphas, aim):
            raise ValueError(
                f"alpha: {ask.against} has none; leave --alpha and --fixed-alpha out (counterexamples say {aim[0]:g})"
            )
        return aim
    alphas = ask.alphas if ask.fixed_alpha is None else (ask.fixed_alpha,)
    for alpha in alphas:
        defined(ask.against)([1.0, 0.0], alpha=alpha)
    return alphas
