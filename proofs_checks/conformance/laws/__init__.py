"""The laws that a correct implementation keeps, by subject."""

from __future__ import annotations

from ..ask import refuse_unknown_laws
from ..case import Setting
from ..kinds import KINDS
from ..law import Contract, Finding, Law, contracts_of, laws_of

# They are declared as they are imported, in this order, in which they are judged.
from . import values  # isort: skip
from . import attention  # isort: skip
from . import features  # isort: skip
from . import relations  # isort: skip
from . import invariance  # isort: skip
from . import conduct  # isort: skip
from . import statistics  # isort: skip
from . import gradients  # isort: skip

__all__ = [
    "ATTENTION_CONTRACTS",
    "ATTENTION_LAWS",
    "CONTRACTS",
    "LAWS",
    "LAWS_OF",
    "Contract",
    "Finding",
    "Law",
    "Setting",
    "attention",
    "choose",
    "conduct",
    "features",
    "gradients",
    "invariance",
    "relations",
    "statistics",
    "values",
]

LAWS_OF: dict[str, tuple[dict[str, Contract], dict[str, Law]]] = {
    name: (contracts_of(kind), laws_of(kind)) for name, kind in KINDS.items()
}
"""Contracts and laws of every kind, by their names."""

CONTRACTS, LAWS = LAWS_OF["mapping"]
ATTENTION_CONTRACTS, ATTENTION_LAWS = LAWS_OF["attention"]


def choose(
    only: tuple[str, ...] = (), skip: tuple[str, ...] = (), *, kind: str = "mapping", offered: tuple[str, ...] = ()
) -> tuple[list[Contract], list[Law]]:
    """Pick laws by name.

    Parameters
    ----------
    only, skip : tuple of str
        Names; all laws when `only` is empty.
    kind : str
        What is under test: a key of `kinds.KINDS`.
    offered : tuple of str
        Which of ``"gradient"`` and ``"alpha gradient"`` are asked for, and which properties a normaliser has.

    Raises
    ------
    ValueError
        For a name that no law has.
    """
    contracts, laws = LAWS_OF[kind]
    refuse_unknown_laws([each for each in (*only, *skip) if each not in contracts and each not in laws], kind)

    def wanted(each: Contract | Law) -> bool:
        return (not each.needs or each.needs in offered) and (not only or each.name in only) and each.name not in skip

    return [each for each in contracts.values() if wanted(each)], [each for each in laws.values() if wanted(each)]
