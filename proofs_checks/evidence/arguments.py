"""Ready-made arguments: a proof, a decision, interval arithmetic, exact points, a search, any computation."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import sympy as sp
from flint import arb, fmpq

from entmax_oracle.theory import Theorem
from entmax_oracle.theory import notation as N
from entmax_oracle.theory.notation import latex

from ..reading import INSTALL_HINT, Model, decide, free_symbols, rational, read, row_model, satisfiable
from .boxes import certify_positive
from .case import Argument, Case, Context, Evidence, Kind, Status, sealed
from .instances import Instance, show
from .judging import Family, Judgement, judge, shrink
from .points import located, sides
from .proof import Proof, Step, argued_in_words, assumes, entailed, gaps, settled, tally, written

__all__ = [
    "Argument",
    "Case",
    "Context",
    "Evidence",
    "Status",
    "Tally",
    "certified",
    "computed",
    "decided",
    "exact",
    "refuted_at",
    "sampled",
    "symbolic",
]


def symbolic(
    proof: Callable[[], Proof],
    title: str = "proof",
    claims: Sequence[str] = (),
    domain: str = "",
    given: Mapping[str, sp.Basic] | None = None,
    rests: Sequence[str] = (),
) -> Argument:
    """Argue by a proof: algebra that SymPy checks, joined by words.

    It must conclude every claim it is given for, each after at least one line.

    Parameters
    ----------
    proof
        Generator of lines; see ``entmax_oracle.proofs_checks.evidence.proof``.
    title, claims, domain
        As of the argument; the domain is the theorem's setting by default.
    given
        The hypotheses that the proof uses, by name, as it needs them: it falls if the theorem has one no longer, or
        says something else there.
    rests
        Names of the theorems that its words lean on: it falls with them.
    """

    @sealed
    def run(theorem: Theorem, context: Context) -> Evidence:
        premises = [assumes(theorem, key, condition) for key, condition in shell.given.items()]
        done = list(settled(proof(), theorem))
        missing = next(gaps(done, shell.claims or [claim.key for claim in theorem.claims]), None)
        done = [*premises, *done]
        broken = [(number, step) for number, step in enumerate(done, 1) if not step.ok]
        where = (domain or theorem.setting) + (BY_ITS_AUTHOR if context.own else "")
        argument = replace(shell, domain=where)
        if broken or not done:
            number, step = broken[0] if broken else (0, Step("no steps", "", False))
            detail = f"step {number} of {len(done)} fails: {step.title}. {step.note}"
            return argument.evidence(theorem, "fails", detail, steps=written(done))
        if missing is not None:
            return argument.evidence(theorem, "fails", f"no proof: {missing}", steps=written(done))
        found = argument.evidence(theorem, "holds", tally(done, len(premises)), steps=written(done))
        return replace(found, claims=()) if argued_in_words(done[len(premises) :]) else found

    @sealed
    def entails(theorem: Theorem) -> tuple[str, ...]:
        done = list(settled(proof(), theorem))
        return tuple(claim.key for claim in theorem.claims if entailed(done, claim.relation))

    shell = Argument(
        "symbolic", title, domain, run, tuple(claims), given=dict(given or {}), rests=tuple(rests), entails=entails
    )
    return shell


def decided(
    sizes: Sequence[int] = (2, 3),
    alphas: Sequence[str | int] = ("3/2", 2),
    claims: Sequence[str] = (),
    model: Model = row_model,
    title: str = "decision procedure over the reals",
    seconds: float = 10.0,
    full_only: bool = False,
) -> Argument:
    """Argue by a decision procedure: the negation of each claim has no solution for these sizes and exponents.

    Parameters
    ----------
    sizes, alphas
        Numbers of tokens, and exponents ``1 + k/l`` as text or int.
    model
        Meaning of the symbols as solver terms; a free row of logits by default.
    seconds
        Limit of each question; a question out of time is reported as skipped.
    """
    exponents = [_fraction(value) for value in alphas]
    if not sizes or not exponents or min(sizes) < 1 or min(exponents) <= 1:
        raise ValueError(
            f"sizes, alphas: {sizes!r}, {alphas!r} decide nothing; give at least one n >= 1 and one alpha > 1"
        )
    domain = (
        rf"every real row with $n \in \{{{', '.join(map(str, sizes))}\}}$, "
        rf"$\alpha \in \{{{', '.join(map(str, exponents))}\}}$"
    )

    @sealed
    def run(theorem: Theorem, context: Context) -> Evidence:
        if importlib.util.find_spec("z3") is None:
            return shell.evidence(theorem, "skipped", INSTALL_HINT)
        keys = list(shell.claims or (claim.key for claim in theorem.claims))
        met: list[bool | None] = []
        for n in sizes:
            for alpha in exponents:
                decision = decide(theorem, keys, model, n, alpha, seconds)
                if decision.status == "refuted":
                    detail = f"claim {decision.claim!r} is false at n = {n}, alpha = {alpha}"
                    return shell.evidence(theorem, "refutes", detail, counterexample=decision.model)
                if decision.status == "undefined":
                    detail = (
                        f"claim {decision.claim!r} at n = {n}, alpha = {alpha} fails only where it has no value: every "
                        "counterexample divides by zero or takes a root of a negative number"
                    )
                    return shell.evidence(theorem, "fails", detail)
                if decision.status == "unknown":
                    detail = f"no answer within {seconds:g} s at n = {n}, alpha = {alpha}, claim {decision.claim!r}"
                    return shell.evidence(theorem, "skipped", detail)
                met.append(satisfiable(theorem, model, n, alpha, seconds))
        if not any(met):
            unknown = "no point was found that" if None in met else "vacuous: no point"
            return shell.evidence(theorem, "fails", f"{unknown} satisfies the hypotheses")
        return shell.evidence(theorem, "holds", "the negation has no solution")

    shell = Argument("decided", title, domain, run, tuple(claims), full_only)
    return shell


def certified(
    box: Mapping[sp.Symbol, tuple[Any, Any]],
    claims: Sequence[str],
    given: Mapping[sp.Basic, Sequence[Any]] | None = None,
    title: str = "interval arithmetic",
    max_boxes: int = 20000,
    full_only: bool = False,
) -> Argument:
    """Argue by interval arithmetic: every claim holds with room on the whole box.

    Parameters
    ----------
    box
        A closed interval for each symbol of the claims.
    claims
        Keys of inequality claims.
    given
        Symbols that take a few fixed values, each in turn (such as n).
    """
    fixed = {symbol: [rational(value) for value in values] for symbol, values in (given or {}).items()}
    sides = {symbol: (_fraction(low), _fraction(high)) for symbol, (low, high) in box.items()}
    for symbol, (low, high) in sides.items():
        if low > high:
            raise ValueError(f"box: no number lies in [{low}, {high}], the side of {symbol}; give the lower end first")
    for symbol, values in fixed.items():
        if not values:
            raise ValueError(f"given: {symbol} takes no value; give at least one")
    if not claims:
        raise ValueError("claims: name at least one inequality")
    parts = [rf"${latex(s)} \in [{low}, {high}]$" for s, (low, high) in box.items()]
    parts += [rf"${latex(s)} \in \{{{', '.join(map(str, values))}\}}$" for s, values in fixed.items()]

    @sealed
    def run(theorem: Theorem, context: Context) -> Evidence:
        boxes = 0
        for key in claims:
            relation = theorem.claim(key).relation
            low, high = relation.gts, relation.lts
            gap = low - high
            for chosen in _combinations(fixed):

                def f(*balls: arb, chosen: dict[Any, Any] = chosen, gap: sp.Expr = gap) -> arb:
                    return arb(read(gap, {**chosen, **dict(zip(box, balls, strict=True))}))

                found = certify_positive(f, list(sides.values()), max_boxes)
                boxes += found.boxes
                at = {str(s): str(value) for s, value in chosen.items()}
                if found.status == "refuted":
                    at |= {str(s): str(value) for s, value in zip(box, found.point, strict=True)}
                    return shell.evidence(theorem, "refutes", f"claim {key!r} is false", counterexample=at)
                if found.status != "certified":
                    at |= {str(s): f"[{l}, {h}]" for s, (l, h) in zip(box, found.box, strict=True)}
                    shown = ", ".join(f"{s} = {value}" for s, value in at.items())
                    what = "has no value" if found.status == "undefined" else "is open"
                    return shell.evidence(theorem, "fails", f"claim {key!r} {what} at {shown}")
        return shell.evidence(theorem, "holds", f"{boxes} boxes")

    shell = Argument("certified", title, ", ".join(parts), run, tuple(claims), full_only)
    return shell


BY_ITS_AUTHOR = " (as its author says)"
NOTHING_TRIED = "no case satisfied the hypotheses: nothing was tried"


@dataclass
class Tally:
    """What a number of points have said of a theorem, as long as none of them refutes it."""

    judged: int = 0
    unmet: int = 0
    undecided: int = 0
    unclear: int = 0
    undefined: int = 0
    first: Judgement | None = None
    where: Instance | None = None
    sizes: set[int] = field(default_factory=set)
    alphas: set[str] = field(default_factory=set)

    def count(self, judgement: Judgement, instance: Instance) -> None:
        """Count one point."""
        self.judged += judgement.status not in ("excluded", "unmet")
        self.unmet += judgement.status == "unmet"
        if judgement.status in ("holds", "undecided"):
            self.sizes |= {int(instance[N.n].p)} if N.n in instance.values else set()
            self.alphas |= {show(instance[N.alpha])} if N.alpha in instance.values else set()
        self.undecided += judgement.status == "undecided" and not judgement.reason
        self.unclear += judgement.status == "undecided" and bool(judgement.reason)
        self.undefined += judgement.status == "undefined"
        if judgement.status == "undefined" and self.first is None:
            self.first, self.where = judgement, instance

    def seen(self, domain: str) -> str:
        """Say what was tried, beside what the author of a file says that it is."""
        ranges = [f"n in {_listed(sorted(self.sizes))}"] if self.sizes else []
        ranges += [f"α in {_listed(sorted(self.alphas, key=Fraction))}"] if self.alphas else []
        return f"{self.judged} points{''.join(f', {each}' for each in ranges)}; {domain}{BY_ITS_AUTHOR}"

    def evidence(self, argument: Argument, theorem: Theorem, detail: str) -> Evidence:
        """Return the evidence: none where no point satisfies the hypotheses, or where a claim has no value."""
        if not self.judged:
            vacuous = NOTHING_TRIED if self.unmet else "vacuous: no point satisfies the hypotheses"
            return argument.evidence(theorem, "fails", vacuous)
        if self.first is not None and self.where is not None:
            at = ", ".join(
                f"{symbol} = {value}"
                for symbol, value in located(_relevant(theorem, self.where), self.first.indices).items()
            )
            detail = (
                f"claim {self.first.claim!r} has no value in {self.undefined} of {self.judged} cases: "
                f"{self.first.reason}, at {at}; say where it is meant, by a hypothesis or sp.Implies(condition, claim)"
            )
            return argument.evidence(theorem, "fails", detail)
        if self.unclear == self.judged:
            return argument.evidence(theorem, "fails", "undecided: the balls reach beyond the domain in every case")
        if self.undecided:
            detail += f"; undecided in {self.undecided} of them: both sides agree to all digits of the balls"
        if self.unclear:
            detail += f"; undecided in {self.unclear} of them: the balls reach beyond the domain"
        return argument.evidence(theorem, "holds", detail)


def unless_idle(found: Evidence, idle: Sequence[str]) -> Evidence:
    """Return evidence without the claims whose premise no case met: of them it says nothing."""
    if found.status != "holds" or not idle:
        return found
    left = tuple(key for key in found.claims if key not in idle)
    told = f"no case met the premise of claim {', '.join(map(repr, idle))}: it was not tried"
    return replace(
        found,
        claims=left,
        detail=f"{found.detail}; {told}" if left else told,
        status=found.status if left else "skipped",
    )


def exact(
    points: Callable[[], Iterable[Instance]], domain: str, claims: Sequence[str] = (), title: str = "exact points"
) -> Argument:
    """Argue by points at which every number is exact, or a ball of a few dozen digits."""

    def run(theorem: Theorem, context: Context) -> Evidence:
        tally = Tally()
        for instance in points():
            judgement = judge(theorem, instance, shell.claims or None)
            if judgement.status == "fails":
                return refuted_at(shell, theorem, instance, shell.claims)
            tally.count(judgement, instance)
        argument = replace(shell, domain=tally.seen(domain)) if context.own else shell
        return tally.evidence(argument, theorem, f"true at {tally.judged} points")

    shell = Argument("exact", title, domain, run, tuple(claims))
    return shell


def sampled(
    family: Family, cases: int = 80, claims: Sequence[str] = (), title: str = "search for a counterexample"
) -> Argument:
    """Argue by a search that finds nothing: `cases` draws from small and simple to large (tenfold in the full profile).

    A counterexample is shrunk before it is reported.
    """
    if cases < 1:
        raise ValueError(f"cases: a search needs at least one draw, not {cases}")

    def run(theorem: Theorem, context: Context) -> Evidence:
        rng = context.rng(theorem, title)
        count = context.cases(cases)
        tally = Tally()
        for case in range(count):
            parameters, instance = family.sample(rng, case / count)
            if instance is None:
                continue
            judgement = judge(theorem, instance, shell.claims or None)
            if judgement.status == "fails":
                smallest = shrink(family, parameters, lambda found: _fails(theorem, found, shell.claims))
                return refuted_at(shell, theorem, smallest, shell.claims)
            tally.count(judgement, instance)
        if 0 < tally.judged < cases / 10 and not context.proved:
            return shell.evidence(theorem, "fails", f"only {tally.judged} of {count} draws satisfy the hypotheses")
        argument = replace(shell, domain=tally.seen(family.domain)) if context.own else shell
        return tally.evidence(argument, theorem, f"no counterexample in {tally.judged} cases (seed {context.seed})")

    shell = Argument("sampled", title, family.domain, run, tuple(claims))
    return shell


def computed(
    run: Callable[[Theorem, Context, Argument], Evidence],
    title: str,
    domain: str,
    claims: Sequence[str] = (),
    kind: Kind = "sampled",
    full_only: bool = False,
) -> Argument:
    """Argue by a computation of its own, such as a statistical test; `run` gets the argument to make evidence from.

    It is ``sampled`` or ``exact``, no more: what a function says of itself nobody has checked.
    """

    def execute(theorem: Theorem, context: Context) -> Evidence:
        found = run(theorem, context, shell)
        return replace(found, domain=found.domain + BY_ITS_AUTHOR) if context.own else found

    shell = Argument(kind, title, domain, execute, tuple(claims), full_only)
    return shell


def _fails(theorem: Theorem, instance: Instance, claims: Sequence[str]) -> bool:
    return judge(theorem, instance, claims or None).status == "fails"


def refuted_at(
    argument: Argument,
    theorem: Theorem,
    instance: Instance,
    claims: Sequence[str] = (),
    tokens: Sequence[int] | None = None,
) -> Evidence:
    """Return the refutation by one point, judged as :func:`~.judging.judge` does."""
    judgement = judge(theorem, instance, claims or None, tokens)
    detail = f"claim {judgement.claim!r} is false: {sides(judgement)}"
    at = {**located(_relevant(theorem, instance), judgement.indices), "claim": judgement.claim}
    if judgement.left:
        at |= {"left side": judgement.left, "right side": judgement.right}
    return argument.evidence(theorem, "refutes", detail, counterexample=at)


def _listed(values: Sequence[Any]) -> str:
    """Return a set as text, a large one by its ends."""
    shown = [str(value) for value in values]
    return "{" + ", ".join(shown if len(shown) <= 8 else [*shown[:2], "…", shown[-1]]) + "}"


def _relevant(theorem: Theorem, instance: Instance) -> Instance:
    """Return a point without what stands beside its row and a theorem does not speak of."""
    conditions = [*theorem.given, *(h.condition for h in theorem.hypotheses)]
    free = frozenset().union(*map(free_symbols, [*(claim.relation for claim in theorem.claims), *conditions]))
    beside = {N.r, N.v, N.epsilon} - free
    return replace(
        instance, values={symbol: value for symbol, value in instance.values.items() if symbol not in beside}
    )


def _fraction(value: Any) -> fmpq:
    if isinstance(value, str):
        numerator, _, denominator = value.partition("/")
        return fmpq(int(numerator), int(denominator or 1))
    return rational(value)


def _combinations(fixed: Mapping[sp.Basic, Sequence[Any]]) -> list[dict[sp.Basic, Any]]:
    combinations: list[dict[sp.Basic, Any]] = [{}]
    for symbol, values in fixed.items():
        combinations = [{**known, symbol: value} for known in combinations for value in values]
    return combinations
