"""Cases and calls of a normaliser, in plain NumPy: those of a mapping, with parameters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from ..calls import Call, Outcome
from ..laws.base import Case
from ..target import frameworks as arrays

__all__ = ["NormaliserCall", "NormaliserCase", "Parameters", "perform"]

Parameters = tuple[tuple[str, Any], ...]
"""Names and values, such as ``(("k", 2),)``."""


@dataclass(frozen=True)
class NormaliserCase(Case):
    """An input of a law of normalisers: that of a mapping, and the parameters of the normaliser (alpha excepted)."""

    parameters: Parameters = ()


@dataclass(frozen=True)
class NormaliserCall(Call):
    """One call of a normaliser."""

    parameters: Parameters = ()

    @property
    def what(self) -> str:
        """The input in words."""
        given = ", ".join(f"{name}={value}" for name, value in self.parameters)
        return super().what + (f" with {given}" if given else "")


def perform(function: Callable[..., Any], call: NormaliserCall, library: arrays.Framework, device: str) -> Outcome:
    """Call the implementation once and read what it returns.

    Parameters
    ----------
    function : callable
        ``f(logits, alpha, **parameters)``, as `entmax_oracle.proofs_checks.conformance.target.loading.adapt` makes it.
    call : NormaliserCall
    library : Framework
    device : str
        For example ``"cpu"`` or ``"cuda:0"``.
    """
    return arrays.perform(partial(function, **dict(call.parameters)), call, library, device)
