"""Read which normaliser an implementation should be, and with which parameters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from entmax_oracle.reference.normalisers import NORMALISERS, normaliser

from ...case import Parameters
from .known import KNOWN, PROPERTIES, choices

__all__ = ["OFFERS", "Asked", "ask_for"]

OFFERS = (*PROPERTIES, "gradient of shift")
"""What laws of normalisers may need beside a gradient."""


@dataclass(frozen=True)
class Asked:
    """What to check against.

    Parameters
    ----------
    against : str
        Name of the normaliser.
    alphas : tuple of float
        Alphas of the settings; for a normaliser without one, the alpha whose edges the rows aim at.
    choices : tuple of Parameters
        Sets of parameters that cases take.
    hands : tuple of str
        Parameters that the implementation is handed by keyword.
    fixed : Parameters
        Those that it does not take.
    offered : tuple of str
        Properties that the normaliser has, by the keys of laws' ``needs``.
    """

    against: str = ""
    alphas: tuple[float | Fraction, ...] = ()
    choices: tuple[Parameters, ...] = ((),)
    hands: tuple[str, ...] = ()
    fixed: Parameters = ()
    offered: tuple[str, ...] = ()


def ask_for(
    against: str | None,
    alphas: Iterable[float | Fraction],
    fixed_alpha: float | Fraction | None,
    parameters: Mapping[str, Any] | None,
    fixed_parameters: Mapping[str, Any] | None,
    *,
    grad: bool = False,
    default: tuple[float, ...] = (1.5,),
) -> Asked:
    """Read a request of the kind ``"normaliser"``.

    Parameters
    ----------
    against : str, optional
        Name of the normaliser; there must be one.
    alphas, fixed_alpha, parameters, fixed_parameters, grad
        As for :func:`entmax_oracle.check`.
    default : tuple of float
        The alphas of a request that names none.

    Raises
    ------
    ValueError
        For a name that no normaliser has, or parameters that it does not.

    Examples
    --------
    >>> ask_for("top-k-softmax", (1.5,), None, {"k": (2, 4)}, None).choices
    ((('k', 2),), (('k', 4),))
    """
    if not against:
        raise ValueError(f"against: name the normaliser that it should be: {', '.join(NORMALISERS)}")
    known, fixed = normaliser(against), dict(fixed_parameters or {})
    given = {
        name: tuple(values) if isinstance(values, list | tuple) else (values,)
        for name, values in (parameters or {}).items()
    }
    has_alpha = "alpha" in known.parameters
    if not has_alpha:
        if fixed_alpha is not None or tuple(alphas) != default:
            raise ValueError(f"alpha: {against} has none; leave --alpha and --fixed-alpha out")
        alphas = (KNOWN[against].aim,)
    elif fixed_alpha is not None:
        alphas = (fixed_alpha,)
    sets, chosen = choices(against, given, fixed), tuple(alphas)
    for alpha in chosen if has_alpha else ():
        known([1.0, 0.0], alpha=alpha)
    free = fixed_alpha is None
    hands = tuple(name for name in known.parameters if name not in fixed and (name != "alpha" or free))
    true = KNOWN[against].true
    offered = tuple(each for each in PROPERTIES if each in true)
    if grad and "shift" in true:
        offered += ("gradient of shift",)
    return Asked(against, chosen, sets, hands, tuple(fixed.items()), offered)
