"""The list of the implementations of the zoo: wrong ones with their slip, and honest ones."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

GRADES = ("blatant", "medium", "subtle")
"""How a maintainer would see it: in a first trial; in a careful test; only where one looks for it."""

SUBJECTS: dict[str, dict[str, Any]] = {
    "mapping": {},
    "gradient": {"grad": True},
    "gradient in alpha": {"grad_alpha": True},
    "attention": {"kind": "attention"},
    "attention gradient": {"kind": "attention", "grad": True},
}
"""What is under test, and what `check` is told."""


@dataclass(frozen=True)
class Specimen:
    """An implementation and how to check it; an honest one has no `grade`, and `breaks` no law."""

    name: str
    function: Callable[..., Any]
    subject: str
    text: str
    grade: str
    alphas: tuple[float, ...]
    dtypes: tuple[str, ...]
    arrays: str
    bitwise: tuple[str, ...] = ()
    asks: dict[str, Any] = field(default_factory=dict)
    breaks: str = ""

    @property
    def options(self) -> dict[str, Any]:
        """Arguments of `check`."""
        return {
            "alphas": self.alphas,
            "dtypes": self.dtypes,
            "arrays": self.arrays,
            "bitwise": self.bitwise,
            **SUBJECTS[self.subject],
            **self.asks,
        }


FAULTS: dict[str, Specimen] = {}
HONEST: dict[str, Specimen] = {}


def fault(
    grade: str,
    subject: str = "mapping",
    *,
    alphas: tuple[float, ...] = (1.5,),
    dtypes: tuple[str, ...] = ("float32",),
    arrays: str = "torch",
    bitwise: tuple[str, ...] = (),
    breaks: str = "",
    **asks: Any,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """List a wrong implementation; its docstring names the slip. Further arguments are those of `check`.

    The law that it breaks is tested to catch it, and shown with it in the documentation, unless another one is chosen.
    """
    assert grade in GRADES
    return _listed(FAULTS, grade, subject, alphas, dtypes, arrays, bitwise, asks, breaks)


def honest(
    subject: str = "mapping",
    *,
    alphas: tuple[float, ...] = (1.5,),
    dtypes: tuple[str, ...] = ("float32",),
    arrays: str = "torch",
    bitwise: tuple[str, ...] = (),
    **asks: Any,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """List a correct implementation; its docstring names the algorithm. Further arguments are those of `check`."""
    return _listed(HONEST, "", subject, alphas, dtypes, arrays, bitwise, asks)


def _listed(
    where: dict[str, Specimen], grade: str, subject: str, *rest: Any
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def keep(function: Callable[..., Any]) -> Callable[..., Any]:
        name = function.__name__.strip("_").replace("_", " ")
        assert name not in {**FAULTS, **HONEST}, name
        text = inspect.getdoc(function)
        assert text, name
        where[name] = Specimen(name, function, subject, text, grade, *rest)
        return function

    return keep
