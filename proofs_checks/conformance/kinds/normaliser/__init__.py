"""Any other normaliser of the field, ``f(z, **parameters)`` over the last axis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis.strategies import SearchStrategy

from ...ask import Ask
from ...calls import Subject
from ...case import Setting
from ...target.loading import Form
from ..kind import Asked
from ..mending import asked_with
from ..rows import RowsKind
from . import inputs
from .known import refuse_parameters
from .oracle import NormaliserCase, NormaliserOracle
from .request import ask_for

__all__ = ["NormaliserKind"]


class NormaliserKind(RowsKind):
    """``f(z, **parameters)``, to be the normaliser that the setting names."""

    name = "normaliser"
    noun = "a normaliser"
    case = NormaliserCase
    answer = "a weight"
    masks = False

    def oracle(self, setting: Setting) -> NormaliserOracle:
        return NormaliserOracle(setting)

    def cases(self, setting: Setting, *, gradient: bool = False) -> SearchStrategy[NormaliserCase]:
        return inputs.cases(setting, gradient=gradient)

    def cornerstones(self, setting: Setting, *, gradient: bool = False) -> list[NormaliserCase]:
        """Crowds of rows under every set of parameters, rows far from zero, and long ones."""
        return inputs.cornerstones(setting, gradient=gradient)

    def form(self, subject: Subject) -> Form:
        def mend(lacking: Sequence[str], others: Sequence[str]) -> str:
            fixed = {name: ("fixed_parameters", f"{name}=VALUE") for name in lacking} | {"alpha": ("fixed_alpha", "A")}
            more = [fixed[name] for name in lacking]
            return f"{asked_with(subject, more)}, with the values that it has" if more else "wrap it"

        return Form(("z",), keywords=subject.hands, mend=mend, renamed=subject.renamed, axis=subject.axis)

    def asked(self, ask: Ask) -> Asked:
        return ask_for(ask)

    def write(self, case: NormaliserCase) -> dict[str, Any]:
        """Write a case as JSON values, with its parameters also where there are none."""
        return {"parameters": {}, **super().write(case)}

    def to_case(self, found: Mapping[str, Any]) -> Any:
        if "parameters" not in found:
            raise ValueError(f"parameters is missing, which a counterexample of {self.noun} needs")
        return super().to_case(found)

    def refuse_meaningless(self, case: NormaliserCase, setting: Setting) -> None:
        super().refuse_meaningless(case, setting)
        refuse_parameters(case.parameters, setting)
