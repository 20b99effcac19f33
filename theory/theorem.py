"""What a theorem is: one object from which the page, the numeric bound and the verdict's row all come."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from typing import TypeVar

import sympy as sp

from .chapters import CHAPTERS
from .notation import latex


@dataclass(frozen=True)
class Hypothesis:
    """A condition a theorem needs, and which can be dropped to see that it does.

    Parameters
    ----------
    key
        Short name, unique within the theorem.
    text
        The condition in words, Markdown with ``$…$``.
    condition
        The same as a SymPy boolean in the symbols of :mod:`entmax_oracle.theory.notation`.
    """

    key: str
    text: str
    condition: sp.Basic


@dataclass(frozen=True)
class Claim:
    """One assertion of a theorem, as a SymPy relation or an equivalence.

    Parameters
    ----------
    key
        Short name, unique within the theorem.
    relation
        ``quantity <= bound`` (also ``>=``, ``<``, ``>``, ``==``), or ``Iff(fact, criterion)``.
    """

    key: str
    relation: sp.Basic

    @cached_property
    def bound(self) -> sp.Basic:
        """The right-hand side of the relation; for an equivalence the criterion."""
        return self.relation.args[-1]

    @cached_property
    def quantity(self) -> sp.Basic:
        """The left-hand side of the relation: what the bound speaks of."""
        return self.relation.args[0]

    @property
    def latex(self) -> str:
        """The relation as LaTeX."""
        return latex(self.relation)

    @cached_property
    def symbols(self) -> tuple[sp.Symbol, ...]:
        """Arguments of :attr:`function` in order: the free symbols of the bound, by name."""
        whole = {s.base.label for s in self.bound.atoms(sp.Indexed)}
        free = {s for s in self.bound.free_symbols if s.is_Symbol and s not in whole}
        return tuple(sorted(free | whole, key=str))

    @cached_property
    def function(self) -> Callable[..., object]:
        """The bound as a NumPy function of :attr:`symbols`, compiled from the expression itself.

        Vectors are passed as sequences in the usual order, first entry first.
        """
        one_based = self.bound.replace(
            lambda node: isinstance(node, sp.Indexed),
            lambda node: node.base[tuple(index - 1 for index in node.indices)],
        )
        compiled: Callable[..., object] = sp.lambdify(self.symbols, one_based, modules=["scipy", "numpy"])
        return compiled


@dataclass(frozen=True)
class Folklore:
    """A careless version of a theorem that is believed and false.

    Parameters
    ----------
    text
        The belief, Markdown with ``$…$``, and what is right instead.
    relation
        The belief as a SymPy relation, to be refuted by an executed counterexample.
    source
        Who says so; ``"ours"`` where we made that mistake, or fear it, and nobody is quoted.
    """

    text: str
    relation: sp.Basic
    source: str = "ours"

    @property
    def belief(self) -> str:
        """What is believed: the text up to its first colon outside mathematics."""
        return self._parts[0]

    @property
    def right(self) -> str:
        """What is right instead: the text after that colon."""
        return self._parts[1]

    @cached_property
    def _parts(self) -> tuple[str, str]:
        inside = False
        for position, letter in enumerate(self.text):
            inside ^= letter == "$"
            if not inside and self.text.startswith(": ", position):
                return self.text[:position], self.text[position + 2 :]
        return self.text, ""


@dataclass(frozen=True)
class Theorem:
    """A statement about entmax with everything needed to state, use and check it.

    Parameters
    ----------
    name
        Slug, unique among all theorems.
    area
        Subject it belongs to; the name of its module.
    title
        One line.
    statement
        Markdown with LaTeX between ``$`` signs.
    claims
        The same statement as SymPy relations. All evidence is computed from these.
    setting
        What the symbols range over: the domain of the theorem.
    hypotheses
        Conditions within the setting that the claims need.
    source
        Paper and equation, or "derived here".
    folklore
        Common misconceptions about this theorem.
    given
        Conditions of the setting as SymPy booleans, such as ``n >= 2``: the theorem says nothing where one is false.
    """

    name: str
    area: str
    title: str
    statement: str
    claims: tuple[Claim, ...]
    setting: str = r"every $n \ge 1$, real $\alpha > 1$ and $z \in \mathbb{R}^n$"
    hypotheses: tuple[Hypothesis, ...] = ()
    source: str = "derived here"
    folklore: tuple[Folklore, ...] = field(default=())
    given: tuple[sp.Basic, ...] = ()

    def claim(self, key: str) -> Claim:
        """Return the claim called `key`; ``KeyError`` if there is none."""
        for claim in self.claims:
            if claim.key == key:
                return claim
        raise KeyError(f"theorem {self.name!r} has no claim {key!r}; it has {[c.key for c in self.claims]}")

    def bound(self, key: str) -> sp.Basic:
        """Return the bound (right-hand side) of the claim called `key`, a SymPy expression."""
        return self.claim(key).bound


def theorems(area: str | None = None) -> tuple[Theorem, ...]:
    """Return every theorem of the package, or those of one area, in reading order.

    Raises
    ------
    ValueError
        If there is no such area; the message names them all.

    Examples
    --------
    >>> [t.name for t in theorems("threshold")][0]
    'threshold-form'
    """
    areas = [subject for subjects in CHAPTERS.values() for subject in subjects]
    if area is not None and area not in areas:
        raise ValueError(f"area: unknown area {area!r}; the areas are {', '.join(areas)}")
    return stated(__package__, Theorem, areas if area is None else [area])


T = TypeVar("T")


def stated(room: str, kind: type[T], areas: Iterable[str]) -> tuple[T, ...]:
    """Return the objects of one kind that the modules of some areas define, in reading order.

    Parameters
    ----------
    room
        Package with the chapters.
    kind
        Class of the objects.
    areas
        Names of modules.
    """
    wanted = set(areas)
    modules = (f"{room}.{chapter}.{subject}" for chapter, subjects in CHAPTERS.items() for subject in subjects)
    return tuple(
        value
        for module in modules
        if module.rpartition(".")[2] in wanted
        for value in vars(import_module(module)).values()
        if isinstance(value, kind)
    )
