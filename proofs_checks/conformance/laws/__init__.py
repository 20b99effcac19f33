"""The laws that a correct implementation keeps, by subject."""

from __future__ import annotations

from difflib import get_close_matches

from . import attention, gradients, losses, normalisers, relations, statistics
from . import conduct as manners
from . import values as answers
from .base import Broken, Case, Contract, Finding, Law, Session, Setting

__all__ = [
    "ATTENTION_CONTRACTS",
    "ATTENTION_LAWS",
    "CONTRACTS",
    "LAWS",
    "LOSS_LAWS",
    "NORMALISER_LAWS",
    "Broken",
    "Case",
    "Contract",
    "Finding",
    "Law",
    "Session",
    "Setting",
    "choose",
]

CONTRACTS: dict[str, Contract] = {each.name: each for each in manners.CONTRACTS}
LAWS: dict[str, Law] = {
    each.name: each for each in (*answers.LAWS, *relations.LAWS, *manners.LAWS, *statistics.LAWS, *gradients.LAWS)
}

ATTENTION_CONTRACTS: dict[str, Contract] = {each.name: each for each in attention.CONTRACTS}
ATTENTION_LAWS: dict[str, Law] = {each.name: each for each in attention.LAWS}
LOSS_LAWS: dict[str, Law] = {each.name: each for each in losses.LAWS}
NORMALISER_LAWS: dict[str, Law] = {each.name: each for each in normalisers.LAWS}
_BY_KIND = {
    "mapping": (CONTRACTS, LAWS),
    "attention": (ATTENTION_CONTRACTS, ATTENTION_LAWS),
    "loss": ({each.name: each for each in losses.CONTRACTS}, LOSS_LAWS),
    "normaliser": (CONTRACTS, NORMALISER_LAWS),
}


def choose(
    only: tuple[str, ...] = (), skip: tuple[str, ...] = (), *, kind: str = "mapping", offered: tuple[str, ...] = ()
) -> tuple[list[Contract], list[Law]]:
    """Pick laws by name.

    Parameters
    ----------
    only, skip : tuple of str
        Names; all laws when `only` is empty.
    kind : str
        What is under test: ``"mapping"``, ``"attention"``, ``"loss"`` or ``"normaliser"``.
    offered : tuple of str
        Which of ``"gradient"`` and ``"alpha gradient"`` are asked for, and which properties a normaliser has.

    Raises
    ------
    ValueError
        For a name that no law has.
    """
    contracts, laws = _BY_KIND[kind]
    names = [*contracts, *laws]
    for name in (*only, *skip):
        if name not in names:
            near = get_close_matches(name, names, 3, 0.6)
            hint = f"did you mean {' or '.join(map(repr, near))}? " if near else ""
            raise ValueError(f"there is no law {name!r}; {hint}there are {', '.join(names)}")

    def wanted(each: Contract | Law) -> bool:
        return (not each.needs or each.needs in offered) and (not only or each.name in only) and each.name not in skip

    return [each for each in contracts.values() if wanted(each)], [each for each in laws.values() if wanted(each)]
