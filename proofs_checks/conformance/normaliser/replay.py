"""Counterexamples of normalisers as text and back: those of mappings, with parameters."""

from __future__ import annotations

from typing import Any

from ..laws.base import Finding, Setting
from ..results.counterexample import counterexample, hexadecimal, program_text, written
from ..results.counterexample import to_case as to_mapping_case
from ..results.report import Counterexample
from ..target.worker import Subject
from .calls import NormaliserCase

__all__ = ["describe", "to_case"]


def describe(law: str, case: NormaliserCase, finding: Finding, setting: Setting, subject: Subject) -> Counterexample:
    """Write a case down in full; see `entmax_oracle.proofs_checks.conformance.results.counterexample.describe`."""
    given = dict(case.parameters)
    parameters: dict[str, Any] = {"against": setting.against, "parameters": given}
    parameters |= {"variant": case.variant, "shift": case.shift}
    if case.cotangent is not None:
        parameters["cotangent"] = hexadecimal(case.cotangent)
        parameters["cotangent_layout"] = case.cotangent_layout
    handed = {name: setting.alpha if name == "alpha" else given[name] for name in subject.hands}
    ask = f"f(z{''.join(f', {name}={value!r}' for name, value in handed.items())})"
    found = written(case) | {"against": setting.against, "parameters": given}
    return counterexample(law, found, finding, setting, subject, parameters, program_text(case, setting, subject, ask))


def to_case(found: dict[str, Any]) -> NormaliserCase:
    """Make the case that `read` returned.

    Raises
    ------
    ValueError
        If it is no counterexample of a normaliser.
    """
    if "parameters" not in found:
        raise ValueError("this is no counterexample of a normaliser: it lacks parameters")
    return NormaliserCase(**vars(to_mapping_case(found)), parameters=tuple(found["parameters"].items()))
