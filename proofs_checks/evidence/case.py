"""What is argued for a theorem, what executing it found, and the verdict that follows.

A :class:`Case` gathers what is argued for one theorem. Every argument is computed from the theorem it is given, never
from a copy of its bounds: a wrong constant in the theorem is a refuted theorem.
"""

from __future__ import annotations

import random
import time
import weakref
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeVar

import sympy as sp

from entmax_oracle.theory import Theorem

from ..marks import Verdict
from ..reading import precision
from .points import Debunked, Needed, Sharp
from .proof import Step

__all__ = ["KINDS", "Argument", "Case", "Context", "Evidence", "Kind", "Status", "sealed", "strengths", "verdict"]

Kind = Literal["formal", "symbolic", "decided", "certified", "exact", "sampled"]
"""How strong an argument is: a key of :data:`KINDS`."""

KINDS: dict[Kind, str] = {
    "formal": "proved for all parameters, checked by a kernel",
    "symbolic": "derived for all parameters, by algebra joined in words",
    "decided": "decided over the reals for small n",
    "certified": "certified by interval arithmetic",
    "exact": "exact at rational or algebraic points",
    "sampled": "searched for a counterexample",
}
"""What an argument of each kind says. A statistical test of a given size is sampled too."""

Status = Literal["holds", "refutes", "fails", "skipped"]
"""What an argument found: support, a counterexample, a step that fails, or nothing."""


@dataclass(frozen=True)
class Context:
    """How hard to look: ``quick`` or ``full``, the seed of every random choice, and whose case it is.

    What a kernel has proved is searched a little all the same, to see that the claim means here what it means there.
    Of a case from a file of your own (`own`) nobody has read the words; its domains are what was seen, where that is
    known.
    """

    profile: str = "quick"
    seed: int = 0
    proved: bool = False
    own: bool = False

    @property
    def full(self) -> bool:
        """Whether to run without a time limit."""
        return self.profile == "full"

    def cases(self, usual: int) -> int:
        """Return how many cases to try, of as many as are usual in the quick profile."""
        return usual * 10 if self.full else -(-usual // 10) if self.proved else usual

    def rng(self, theorem: Theorem, title: str) -> random.Random:
        """Return a generator that depends on nothing but the seed and what it is used for."""
        return random.Random(f"{self.seed}/{theorem.name}/{title}")


@dataclass(frozen=True)
class Evidence:
    """One executed argument.

    Parameters
    ----------
    kind, title, domain
        How strong, what, and where it is valid.
    status
        What was found.
    detail
        In words: sizes, margins, the step that failed.
    claims
        Keys of the claims it speaks of.
    steps
        Of a symbolic proof.
    counterexample
        Of a refutation: symbols and their values as text.
    plots
        Data for a page: dicts with title, x_label, y_label, x_log, series.
    rests
        Names of the theorems that a proof leans on: it falls with them.
    """

    kind: Kind
    title: str
    domain: str
    status: Status
    detail: str = ""
    claims: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    counterexample: Mapping[str, Any] | None = None
    plots: tuple[Mapping[str, Any], ...] = ()
    seconds: float = 0.0
    rests: tuple[str, ...] = ()


_SEALED: weakref.WeakSet[Callable[..., Any]] = weakref.WeakSet()

R = TypeVar("R", bound=Callable[..., Any])


def sealed(run: R) -> R:
    """Vouch for a function of this package that executes arguments of a strong kind."""
    _SEALED.add(run)
    return run


@dataclass(frozen=True)
class Argument:
    """Evidence yet to be executed.

    Parameters
    ----------
    kind, title, domain
        As of the evidence.
    run
        Executes it on a theorem.
    claims
        Keys of the claims it speaks of; all claims if empty.
    full_only
        Too long for the quick profile.
    given
        Of a proof: the hypotheses it uses.
    rests
        Of a proof: the theorems it leans on in words.
    entails
        Of a proof: returns the claims that its checked steps say themselves.

    Raises
    ------
    ValueError
        If it calls itself stronger than a computation can show: a proof is made by ``symbolic``, a decision by
        ``decided``, interval arithmetic by ``certified``.
    """

    kind: Kind
    title: str
    domain: str
    run: Callable[[Theorem, Context], Evidence]
    claims: tuple[str, ...] = ()
    full_only: bool = False
    given: Mapping[str, sp.Basic] = field(default_factory=dict, hash=False)
    rests: tuple[str, ...] = ()
    entails: Callable[[Theorem], tuple[str, ...]] | None = None

    def __post_init__(self) -> None:
        vouched = self.run in _SEALED and (self.entails is None or self.entails in _SEALED)
        if self.kind not in ("exact", "sampled") and not vouched:
            raise ValueError(
                f"kind: a computation cannot call itself {self.kind!r}; it is 'exact' or 'sampled'. Use symbolic, "
                "decided or certified for what they check"
            )

    def execute(self, theorem: Theorem, context: Context) -> Evidence:
        """Run and time the argument; an argument that raises fails, it does not stop the others."""
        if self.full_only and not context.full:
            return self.evidence(theorem, "skipped", "runs in the full profile")
        started = time.perf_counter()
        try:
            with precision():
                found = self.run(theorem, context)
        except Exception as error:
            found = self.evidence(theorem, "fails", f"{type(error).__name__}: {error}")
        if found.kind != self.kind:
            found = self.evidence(theorem, "fails", f"an argument of kind {self.kind!r} claims to be {found.kind!r}")
        return replace(found, seconds=time.perf_counter() - started)

    def evidence(self, theorem: Theorem, status: Status, detail: str, **more: Any) -> Evidence:
        """Return evidence of this argument."""
        claims = self.claims or tuple(claim.key for claim in theorem.claims)
        return Evidence(self.kind, self.title, self.domain, status, detail, claims, rests=self.rests, **more)


@dataclass(frozen=True)
class Case:
    """What is argued for a theorem.

    Parameters
    ----------
    theorem
        The theorem.
    arguments
        Evidence to execute.
    sharp
        Points where bounds are attained or approached.
    needed
        For each hypothesis, a counterexample without it.
    folklore
        For each folklore of the theorem, its counterexample.
    conjecture
        Whether it is user-supplied and only searched: unproved necessity of a hypothesis is then not a fault.
    own
        Whether it comes from a file of your own: a proof then counts for the claims that its checked steps say
        themselves, and for no claim that is joined to them in words.
    """

    theorem: Theorem
    arguments: tuple[Argument, ...]
    sharp: tuple[Sharp, ...] = ()
    needed: tuple[Needed, ...] = ()
    folklore: tuple[Debunked, ...] = ()
    conjecture: bool = False
    own: bool = False


def verdict(theorem: Theorem, evidence: Sequence[Evidence]) -> tuple[Verdict, str]:
    """Return the verdict and its domain, by rule.

    A counterexample refutes. Otherwise each claim has the strength of its best evidence, and the theorem that of its
    weakest claim: a formal proof says ``proved``, a symbolic one ``derived``, a decision (for its sizes and exponents
    only) ``decided``, interval arithmetic ``certified``, exact points and searches ``supported``; no evidence,
    ``unchecked``.
    """
    for found in evidence:
        if found.status == "refutes":
            return Verdict.REFUTED, found.domain
    ranks = [_best(claim.key, evidence) for claim in theorem.claims]
    weakest = min(rank for rank, _ in ranks)
    domains = dict.fromkeys(where for rank, where in ranks if rank == weakest)
    return _SAYS[weakest], "; ".join(domains)


def strengths(theorem: Theorem, evidence: Sequence[Evidence]) -> dict[str, Verdict]:
    """Return what is known of each claim on its own, by rule, where nothing refutes the theorem."""
    return {claim.key: _SAYS[_best(claim.key, evidence)[0]] for claim in theorem.claims}


def _best(claim: str, evidence: Sequence[Evidence]) -> tuple[int, str]:
    """Return the strength of the best evidence for a claim, and its domain."""
    best = (0, "no evidence")
    for found in evidence:
        if found.status == "holds" and claim in found.claims:
            best = max(best, (_STRENGTH[found.kind], found.domain), key=lambda entry: entry[0])
    return best


_STRENGTH: dict[Kind, int] = {"sampled": 1, "exact": 1, "certified": 2, "decided": 3, "symbolic": 4, "formal": 5}
_SAYS = (
    Verdict.UNCHECKED,
    Verdict.SUPPORTED,
    Verdict.CERTIFIED,
    Verdict.DECIDED,
    Verdict.DERIVED,
    Verdict.PROVED,
)
