"""What differs between the kinds of implementation: a kind answers for itself wherever the checker must know."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar

import numpy as np
from hypothesis.strategies import SearchStrategy

from entmax_oracle.reference.inputs import as_finite

from ..ask import Ask
from ..calls import Outcome, Subject
from ..case import Case, Parameters, Setting
from ..expected import Oracle
from ..refusing import refuse_layout, refuse_numbers
from ..target.layouts import LAYOUTS
from ..target.loading import Form
from ..text import structure, unstructure

__all__ = ["Asked", "Attempt", "Kind"]

Attempt = Callable[[Any], Iterator[Any]]


@dataclass(frozen=True)
class Asked:
    """What is asked of a kind.

    Parameters
    ----------
    against : str
        Name of the normaliser that it should be, if it is one.
    alphas : tuple of float
        Of the settings; for a normaliser without one, the alpha whose edges the rows aim at.
    choices : tuple of Parameters
        Sets of parameters that cases take.
    hands : tuple of str
        Parameters that the implementation is passed by keyword.
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


class Kind(ABC):
    """One kind of implementation: how it is called, what it should answer, and which inputs are hard.

    Attributes
    ----------
    name, noun : str
        The word for it, and in a sentence.
    case : type of Case
        Its inputs.
    unit, part : str
        What the last axis of an answer counts, and what a batch consists of.
    answer : str
        What a number of the answer is.
    told : str
        What the input is called where it lies in memory.
    gradient_unit : str
        What the last axis of a gradient counts; like that of the answer by default.
    attempts : sequence of callable
        Each yields simpler cases than the one it is given, boldest first.
    layouts : dict
        Memory layouts of the input, in words.
    default_layout : tuple of str
        How a cotangent may be said to lie, beside the layouts, where nothing is said.
    pulled : bool
        Whether cases of laws of gradients carry the incoming gradient; else the laws draw one.
    lacks : dict
        What an implementation may be said to lack, in words.
    """

    name: str
    noun: ClassVar[str]
    case: ClassVar[type[Case]]
    unit: ClassVar[str] = "token"
    part: ClassVar[str] = "row"
    answer: ClassVar[str] = "an answer"
    told: ClassVar[str] = "logits"
    gradient_unit: ClassVar[str] = ""
    attempts: ClassVar[Sequence[Attempt]] = ()
    layouts: ClassVar[Mapping[str, str]] = {"contiguous": "rows one after the other"}
    default_layout: ClassVar[tuple[str, ...]] = ()
    pulled: ClassVar[bool] = True
    lacks: ClassVar[Mapping[str, str]] = {}

    @abstractmethod
    def oracle(self, setting: Setting) -> Oracle:
        """Make the oracle of a setting."""

    @abstractmethod
    def cases(self, setting: Setting, *, gradient: bool = False) -> SearchStrategy[Any]:
        """Draw hard cases, with an incoming gradient where one is wanted."""

    @abstractmethod
    def cornerstones(self, setting: Setting, *, gradient: bool = False) -> list[Any]:
        """Cases that are always tried."""

    @abstractmethod
    def form(self, subject: Subject) -> Form:
        """Say how an implementation is called."""

    @abstractmethod
    def complexity(self, case: Any) -> tuple[float, ...]:
        """Measure what `attempts` lower."""

    def asked(self, ask: Ask) -> Asked:
        """Read what the options mean for this kind.

        Raises
        ------
        ValueError
            If they make no sense for it.
        """
        return Asked(alphas=ask.alphas if ask.fixed_alpha is None else (ask.fixed_alpha,))

    def fit(self, case: Any, setting: Setting) -> Any:
        """Change a case as little as it takes for the implementation to take it."""
        return case

    def narrow(self, case: Any, setting: Setting) -> Any:
        """Leave out what the implementation lacks, as declared, even from what a law makes of a case."""
        return case

    def conventional(self, case: Any, outcome: Outcome, setting: Setting) -> Outcome:
        """Return an answer without that in which the conventions of the implementation are others than ours."""
        return outcome

    def takes(self, case: Any, setting: Setting) -> bool:
        """Whether a case is one of those that the implementation is said to take."""
        return True

    def magnitude(self, case: Any) -> float:
        """Largest finite number of the input, without its sign."""
        held = (np.abs(x[np.isfinite(x)]) for x in case.tensors.values() if x.dtype.kind == "f")
        return max((float(x.max(initial=0.0)) for x in held), default=0.0)

    def placed(self, setting: Setting) -> tuple[str, ...]:
        """Memory layouts of the input that the array library has."""
        return tuple(each for each in setting.layouts if each in self.layouts)

    def write(self, case: Any) -> dict[str, Any]:
        """Write a case as JSON values, without what is left at its default."""
        return unstructure(case)

    def shown(self, case: Any) -> dict[str, Any]:
        """Say what a report shows of a case beside its logits and their layout, as JSON values."""
        return {name: value for name, value in self.write(case).items() if name != "layout"}

    def to_case(self, found: Mapping[str, Any]) -> Any:
        """Make the case that `write` wrote.

        Raises
        ------
        ValueError
            If it is not a counterexample of this kind.
        """
        return structure(found, self.case, f"a counterexample of {self.noun}")

    def refuse(self, case: Any, setting: Setting, *, compared: bool = True, empties: bool = False) -> None:
        """Check that a case that was read is an input that a target may get.

        Parameters
        ----------
        case, setting
        compared : bool
            Whether its answer is checked. Where only the call is, laws also put NaN where no query looks.
        empties : bool
            Whether there may be no numbers in it.

        Raises
        ------
        ValueError
            If it is not; the message begins with the name of the field.
        """
        refuse_numbers(case, setting.dtype)
        for name, x in case.tensors.items():
            if not x.size and not empties:
                raise ValueError(f"{name} has shape {x.shape}: the law says nothing of arrays without a number")
        real = {name: x for name, x in case.tensors.items() if x.dtype.kind == "f"}
        finite = {name: np.nan_to_num(x, posinf=0.0, neginf=0.0) for name, x in real.items()}
        self.refuse_meaningless(case if compared else case.altered(**finite), setting)
        refuse_layout("layout", case.layout, self.layouts, next(iter(case.tensors.values())))
        g = case.cotangent
        refuse_layout("cotangent_layout", case.cotangent_layout, {*LAYOUTS, *self.layouts, *self.default_layout}, g)
        if g is not None:
            as_finite(g, "cotangent", case.answer_shape)

    @abstractmethod
    def refuse_meaningless(self, case: Any, setting: Setting) -> None:
        """Check that the definition takes a case, but for its layouts and its cotangent; raise as `refuse` does."""
