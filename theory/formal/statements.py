"""The claims as closed propositions of Coq, one by one and as the file ``Statements.v``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache

import sympy as sp

from .. import notation as N
from ..theorem import Claim, Theorem, theorems
from .printer import Printer, Unprintable, argument, name
from .setting import Setting
from .settings import SETTINGS

HEAD = """\
(* Printed from the claims of entmax_oracle.theory by `entmax-oracle formal --print`. Do not edit.

   For each claim, `x` is the claim in its setting and `x__defined` says that nothing in it is asked for a value that it
   has not. For each theorem, `x__inhabited` says that there is something that it speaks of, and where a premise singles
   out a variable, such as a threshold, `x__found` that there is one in every case. *)
From Coq Require Import Reals List.
From Coquelicot Require Import Coquelicot.
From EntmaxFormal Require Import Definitions.
Open Scope R_scope.
"""


@dataclass(frozen=True)
class Statement:
    """A proposition that is printed and to be proved.

    Parameters
    ----------
    theorem, claim
        Names; the claim is empty where a statement is about the setting.
    role
        ``claim``, ``defined``, ``inhabited`` or ``found``.
    text
        The proposition.
    """

    theorem: str
    claim: str
    role: str
    text: str

    @property
    def identifier(self) -> str:
        """Its name in Coq."""
        parts = [self.theorem, self.claim, "" if self.role == "claim" else self.role]
        return "__".join(part for part in parts if part).replace("-", "_")


@cache
def statements(theorem: Theorem) -> tuple[Statement, ...]:
    """Return what has to be proved of a theorem: nothing where it has no setting, and of claims what can be printed."""
    setting = SETTINGS.get(theorem.name)
    return () if setting is None else tuple(_statements(theorem, setting))


def _statements(theorem: Theorem, setting: Setting) -> Iterator[Statement]:
    yield Statement(theorem.name, "", "inhabited", _inhabited(theorem, setting))
    if setting.found:
        yield Statement(theorem.name, "", "found", _found(setting))
    for claim in theorem.claims:
        own = setting.apart.get(claim.key)
        if own is not None:
            yield Statement(theorem.name, claim.key, "inhabited", _inhabited(theorem, own))
        with suppress(Unprintable):
            yield from of_claim(theorem, claim, own or setting)


def printed() -> list[Statement]:
    """Return the statements of every theorem that has a setting, in reading order."""
    return [statement for theorem in theorems() for statement in statements(theorem)]


def source(found: list[Statement]) -> str:
    """Return the text of ``Statements.v``."""
    parts = [f"Definition {s.identifier} : Prop :=\n  {s.text}.\n" for s in found]
    return "\n".join([HEAD, *parts])


def of_claim(theorem: Theorem, claim: Claim, setting: Setting) -> Iterator[Statement]:
    """Yield what has to be proved of one claim.

    Raises
    ------
    Unprintable
        If the claim or a hypothesis has no faithful rendering, or a symbol no meaning in the setting.
    """
    printer, hypotheses = Printer(dict(setting.lengths)), Printer(dict(setting.lengths))
    body = printer.proposition(claim.relation)
    needed = [h for h in theorem.hypotheses if h.key not in setting.without.get(claim.key, ())]
    premises = [_closed(h.condition, hypotheses, setting) for h in needed]
    _known(theorem, claim.relation, setting)
    indices = _quantified(claim.relation, setting)
    lines = [f"{argument(premise)} ->" for premise in premises]
    lines += [f"forall {name(s)}, inr {name(s)} {argument(last)} ->" for s, last in indices.items()]
    yield Statement(theorem.name, claim.key, "claim", _text(setting, [*lines, body]))
    guards = [*printer.guards, *(text for symbol, text in setting.exist.items() if claim.relation.has(symbol))]
    if guards or hypotheses.guards:
        before = " /\\\n  ".join(f"({guard})" for guard in hypotheses.guards)
        after = "\n  ".join([*lines, " /\\\n  ".join(f"({guard})" for guard in guards)])
        whole = [before, after] if before and guards else [before or after]
        yield Statement(
            theorem.name, claim.key, "defined", _text(setting, [" /\\\n  ".join(f"({part})" for part in whole)])
        )


def _inhabited(theorem: Theorem, setting: Setting) -> str:
    printer = Printer(dict(setting.lengths))
    premises = [_closed(h.condition, printer, setting) for h in theorem.hypotheses]
    conditions = " /\\\n  ".join(f"({premise})" for premise in premises)
    lines = [f"{argument(premise)} /\\" for premise in setting.premises]
    variables = " ".join(f"({v} : {kind})" for v, kind in setting.variables.items())
    meaning = _meanings(setting, conditions)
    return "\n  ".join([f"exists {variables},", *lines, *meaning, conditions or "True"])


def _found(setting: Setting) -> str:
    """Say that the variables which the premises single out exist, whatever the others are."""
    about = re.compile(rf"(?<![\w.'])(?:{'|'.join(map(re.escape, setting.found))})(?![\w'])")
    single = [f"({premise})" for premise in setting.premises if about.search(premise)]
    others = replace(
        setting,
        variables={v: kind for v, kind in setting.variables.items() if v not in setting.found},
        premises=tuple(premise for premise in setting.premises if not about.search(premise)),
    )
    variables = " ".join(f"({v} : {setting.variables[v]})" for v in setting.found)
    return _text(others, [f"exists {variables},\n  " + " /\\\n  ".join(single)])


def _text(setting: Setting, body: list[str]) -> str:
    lines = ["forall " + " ".join(f"({v} : {kind})" for v, kind in setting.variables.items()) + ","]
    lines += [f"{argument(premise)} ->" for premise in setting.premises]
    return "\n  ".join([*lines, *_meanings(setting, "\n".join(body)), *body])


def _meanings(setting: Setting, body: str) -> list[str]:
    """Return the definitions of those symbols that occur, in order."""
    used: list[str] = []
    for symbol, term in reversed(list(setting.meaning.items())):
        if re.search(rf"(?<![\w.']){re.escape(name(symbol))}(?![\w'])", body):
            used.insert(0, f"let {name(symbol)} := {term} in")
            body += f"\n{term}"
    return used


def _closed(condition: sp.Basic, printer: Printer, setting: Setting) -> str:
    shown = printer.proposition(condition)
    for symbol, last in reversed(list(_quantified(condition, setting).items())):
        shown = f"forall {name(symbol)}, inr {name(symbol)} {argument(last)} -> {shown}"
    return shown


def _quantified(relation: sp.Basic, setting: Setting) -> dict[sp.Symbol, str]:
    """Return the free indices that stand for each of their values, with their last one: not those of the setting."""
    free = (s for s in N.INDICES if s in relation.free_symbols and name(s) not in setting.variables)
    return {s: setting.ranges.get(s, "n") for s in free}


def _known(theorem: Theorem, relation: sp.Basic, setting: Setting) -> None:
    known = {*setting.variables, *map(name, setting.meaning)}
    conditions = [hypothesis.condition for hypothesis in theorem.hypotheses]
    for symbol in set().union(*(part.free_symbols for part in (relation, *conditions))):
        if isinstance(symbol, sp.Indexed) or symbol in N.INDICES or name(symbol) in known:
            continue
        raise Unprintable(f"the setting of {theorem.name} gives {symbol} no meaning")
