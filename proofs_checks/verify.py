"""Run the evidence for theorems and say what holds: the engine of ``entmax-oracle verify``."""

from __future__ import annotations

import importlib.metadata
import platform
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import sympy as sp

from entmax_oracle.theory import Theorem
from entmax_oracle.theory.chapters import UnknownName, index, refuse_unknown
from entmax_oracle.theory.notation import latex

from .conjectures import load
from .evidence import Argument, Case, Check, Context, Evidence, check_folklore, check_needed, check_sharp, verdict
from .evidence.case import strengths
from .evidence.domains import without_value
from .evidence.results import SCHEMA, Debunking, TheoremResult, VerifyResult
from .evidence.wide import not_searched, widely_searched
from .formal import formal_evidence, standing
from .marks import Verdict
from .reading import precision
from .records import schema_of, structured
from .spreading import Done, Lost, spread
from .theorems import cases

__all__ = [
    "PROFILES",
    "SCHEMA",
    "UnknownName",
    "earlier",
    "examine",
    "examine_all",
    "load",
    "select",
    "verify",
    "versions",
]

PROFILES = ("quick", "full")

Event = Callable[[dict[str, Any]], None]
"""Called with ``{"kind": "done", "theorem": …, "verdict": …, "clean": …, "done": …, "total": …}``."""


def select(names: Iterable[str] = (), areas: Iterable[str] = ()) -> tuple[Case, ...]:
    """Return the cases of the given theorems and areas, in reading order; all if none is given.

    Raises
    ------
    UnknownName
        If there is no such theorem or area, or a theorem has no case.
    """
    known, wanted, subjects = index(), list(names), list(areas)
    refuse_unknown(wanted, subjects)
    if not wanted and not subjects:
        return cases()
    found = cases({*subjects, *(known[name] for name in wanted)})
    chosen = tuple(c for c in found if c.theorem.name in wanted or c.theorem.area in subjects)
    if lacking := set(wanted) - {case.theorem.name for case in chosen}:
        name = min(lacking)
        raise UnknownName(
            f"the theorem {name!r} has no Case yet; give it one in the module {known[name]!r} of theorems"
        )
    return chosen


def examine(case: Case, context: Context | None = None, *, ours: bool = True) -> TheoremResult:
    """Execute a case and say what was found.

    Parameters
    ----------
    case
        The theorem with its arguments.
    context
        Profile and seed.
    ours
        Whether it is a theorem of the package: then what the kernel of Coq has checked counts as well.
    """
    context = replace(context or Context(), own=case.own)
    theorem = case.theorem
    started = time.perf_counter()
    formal = formal_evidence(theorem) if ours and not case.conjecture and not case.own else None
    context = replace(context, proved=_proves(formal, theorem))
    arguments = [*case.arguments, *filter(None, [widely_searched(theorem, far=case.own or case.conjecture)])]
    executed = (_counted(argument, argument.execute(theorem, context), case) for argument in arguments)
    evidence = (*filter(None, [formal]), *(_searchable(tuple(executed)) if case.own else executed))
    with precision():
        sharp = tuple(_guarded(s.claim, s.text, partial(check_sharp, theorem, s)) for s in case.sharp)
        needed = tuple(_guarded(h.hypothesis, h.text, partial(check_needed, theorem, h)) for h in case.needed)
        folklore = tuple(
            _guarded(f.text, f.text, partial(check_folklore, theorem, m, f)) for m, f in enumerate(case.folklore)
        )
    word, domain = verdict(theorem, evidence)
    counterexample = next((e.counterexample for e in evidence if e.status == "refutes"), None)
    refuting = next((check for check in (*sharp, *needed) if check.refutes), None)
    if refuting is not None and word is not Verdict.REFUTED:
        word, domain, counterexample = Verdict.REFUTED, refuting.text, refuting.point
    problems = _problems(case, evidence, sharp, needed, folklore, word)
    return TheoremResult.of(
        theorem,
        verdict=word,
        domain=domain,
        strengths=strengths(theorem, evidence) if word is not Verdict.REFUTED else {},
        clean=not problems,
        problems=tuple(problems),
        remarks=tuple(_remarks(case, needed)),
        searched=_searched(evidence) if (case.own or case.conjecture) and word is not Verdict.REFUTED else "",
        evidence=evidence,
        sharp=sharp,
        necessity=needed,
        folklore=tuple(
            Debunking(f.text, f.belief, f.right, f.source, latex(f.relation), c.text, c.detail, c.ok, c.point)
            for f, c in zip(theorem.folklore, folklore, strict=False)
        ),
        counterexample=counterexample,
        plots=tuple(plot for found in evidence for plot in found.plots),
        seconds=time.perf_counter() - started,
    )


def verify(
    names: Iterable[str] = (),
    areas: Iterable[str] = (),
    profile: str = "quick",
    jobs: int = 1,
    on_event: Event | None = None,
    *,
    seed: int = 0,
    files: Sequence[str | Path] = (),
    executor: Executor | None = None,
    known: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Execute the evidence for theorems and return the verdicts.

    Parameters
    ----------
    names, areas
        Which theorems; all if neither (nor `files`) is given.
    profile
        ``"quick"``: about a second a theorem; ``"full"``: ten times the search, and arguments that take minutes.
    jobs
        Number of worker processes.
    on_event
        Told of each theorem as it is finished.
    seed
        Of every random choice; the same seed gives the same result.
    files
        Python files with user-supplied theorems or conjectures (see :func:`load`).
    executor
        Runs the work instead of a process pool, such as one of ``dask.distributed``.
    known
        An earlier result, perhaps an interrupted one. Its finished entries are taken over for theorems that still say
        the same, if the versions, the profile and the seed are the same.

    Returns
    -------
    dict
        Schema ``entmax-oracle/verify/2``. An interrupt keeps what is finished and marks the rest ``unchecked``.

    Raises
    ------
    ValueError
        If a name, an area, the profile or a file is not usable.
    """
    result = examine_all(
        names,
        areas,
        profile,
        jobs,
        on_event,
        seed=seed,
        files=files,
        executor=executor,
        known=None if known is None else earlier(known),
    )
    return result.to_dict()


def earlier(known: Any) -> VerifyResult:
    """Return the earlier result that plain data are; `ValueError` if they are none."""
    if (found := schema_of(known)) != SCHEMA:
        raise ValueError(f"known: an earlier result has the schema {SCHEMA!r}, not {found!r}")
    try:
        return structured(known, VerifyResult)
    except ValueError as error:
        raise ValueError(f"known: this is not an earlier result: {error}") from error


def examine_all(
    names: Iterable[str] = (),
    areas: Iterable[str] = (),
    profile: str = "quick",
    jobs: int = 1,
    on_event: Event | None = None,
    *,
    seed: int = 0,
    files: Sequence[str | Path] = (),
    executor: Executor | None = None,
    known: VerifyResult | None = None,
) -> VerifyResult:
    """Do what :func:`verify` does, with an object for the earlier result and for the new one."""
    if profile not in PROFILES:
        raise ValueError(f"profile: {profile!r} is not one of {', '.join(PROFILES)}")
    names, areas = list(names), list(areas)
    paths = list(dict.fromkeys(Path(file).resolve() for file in files))
    chosen: list[tuple[Path | None, Case]] = [(path, case) for path in paths for case in load(path)]
    if names or areas or not files:
        chosen += [(None, case) for case in select(names, areas)]
    told = Counter(case.theorem.name for _, case in chosen)
    if twice := [name for name, count in told.items() if count > 1]:
        raise ValueError(f"theorems: {twice[0]!r} is given more than once; rename one, or give it once")
    started, clock = datetime.now(UTC), time.perf_counter()
    results: dict[int, TheoremResult] = {}

    def finish(position: int, result: TheoremResult) -> None:
        results[position] = result
        if on_event is not None:
            told = {"theorem": result.name, "verdict": str(result.verdict), "clean": result.clean}
            on_event({"kind": "done", **told, "done": len(results), "total": len(chosen)})

    interrupted = False
    context = Context(profile, seed)
    kept = _finished(known, context)
    todo: list[tuple[int, Path | None, Case]] = []
    for position, (file, case) in enumerate(chosen):
        result = kept.get(case.theorem.name)
        if file is None and result is not None and result.about(case.theorem) and _still_proved(result, case.theorem):
            results[position] = result
        else:
            todo.append((position, file, case))
    try:
        if executor is None and (jobs <= 1 or not todo):
            for position, file, case in todo:
                finish(position, examine(case, context, ours=file is None))
        else:
            pieces = [(file, case.theorem.name, context) for _, file, case in todo]
            with closing(spread(_work, pieces, jobs, executor)) as outcomes:
                for outcome in outcomes:
                    position, _, case = todo[outcome.position]
                    if isinstance(outcome, Done):
                        finish(position, outcome.result)
                    elif isinstance(outcome, Lost):
                        finish(position, TheoremResult.of(case.theorem, problems=(f"not checked: {outcome.reason}",)))
    except KeyboardInterrupt:
        interrupted = True
    for position, (_, case) in enumerate(chosen):
        if position not in results:
            results[position] = TheoremResult.of(case.theorem, problems=("interrupted before it was checked",))
    theorems = [results[position] for position in range(len(chosen))]
    if not interrupted:
        theorems = _standing(theorems, [case.theorem for _, case in chosen], context)
    return VerifyResult(
        tuple(theorems),
        profile,
        seed,
        interrupted,
        versions(),
        platform.platform(),
        started.isoformat(timespec="seconds"),
        round(time.perf_counter() - clock, 3),
    )


def _standing(results: Sequence[TheoremResult], theorems: Sequence[Theorem], context: Context) -> list[TheoremResult]:
    """Take from each theorem the proofs that lean on one that does not stand.

    Theorems that are leaned on and are not in this run are examined as well, unless the kernel has proved all of their
    claims: then they stand, and lean on nothing.
    """
    known = index()
    beside: dict[str, TheoremResult] = {}
    said = {theorem.name: theorem for theorem in theorems}
    waiting = [name for result in results for name in _leans_on(result)]
    while waiting:
        name = waiting.pop()
        if name in known and name not in said:
            case = select([name])[0]
            said[name] = case.theorem
            if not _proves(formal_evidence(case.theorem), case.theorem):
                beside[name] = examine(case, context)
                waiting += _leans_on(beside[name])
    current = {result.name: result for result in (*results, *beside.values())}
    while True:
        fallen = {name for name, result in current.items() if not result.clean}
        wrong = [
            result
            for result in current.values()
            if any(e.status == "holds" and _lost(e, fallen, known) for e in result.evidence)
        ]
        if not wrong:
            return [current[result.name] for result in results]
        for result in wrong:
            current[result.name] = _without(result, said[result.name], fallen, known)


def _proves(formal: Evidence | None, theorem: Theorem) -> bool:
    """Whether the kernel has proved every claim of a theorem."""
    return formal is not None and formal.status == "holds" and set(formal.claims) == {c.key for c in theorem.claims}


def _leans_on(result: TheoremResult) -> list[str]:
    return [name for found in result.evidence for name in found.rests]


def _lost(found: Evidence, fallen: Collection[str], known: Collection[str]) -> str:
    """Return the first theorem that evidence leans on and that does not stand; empty if all do."""
    return next((name for name in found.rests if name in fallen or name not in known), "")


def _without(result: TheoremResult, theorem: Theorem, fallen: Collection[str], known: Collection[str]) -> TheoremResult:
    """Return what is left of a result without the proofs that lean on theorems that do not stand."""
    evidence, problems = [], list(result.problems)
    for found in result.evidence:
        if found.status == "holds" and (name := _lost(found, fallen, known)):
            found = replace(found, status="fails", detail=f"it rests on the theorem {name!r}, which does not stand")
            problems.append(f"{found.kind} argument {found.title!r}: {found.detail}")
        evidence.append(found)
    word, domain = verdict(theorem, evidence)
    if result.verdict is Verdict.REFUTED:
        word, domain = result.verdict, result.domain
    said = strengths(theorem, evidence) if word is not Verdict.REFUTED else {}
    left = replace(result, problems=tuple(problems), evidence=tuple(evidence), strengths=said)
    return replace(left, verdict=word, domain=domain, clean=False)


def _finished(known: VerifyResult | None, context: Context) -> dict[str, TheoremResult]:
    """Return the results of an earlier run that still say something, by the name of the theorem."""
    if known is None:
        return {}
    for key, value in {"profile": context.profile, "seed": context.seed, "versions": versions()}.items():
        if (then := getattr(known, key)) != value:
            raise ValueError(f"known: the earlier result has {key} {then!r}, this run {value!r}; start anew")
    return {result.name: result for result in known.theorems if result.evidence}


def _still_proved(result: TheoremResult, theorem: Theorem) -> bool:
    """Whether the proofs of the package say of a theorem what they said when an earlier result was made."""
    then = [(found.status, found.detail, found.claims) for found in result.evidence if found.kind == "formal"]
    now = formal_evidence(theorem)
    return then == ([] if now is None else [(now.status, now.detail, now.claims)])


def versions() -> dict[str, str]:
    """Return the versions of everything the evidence rests on."""
    certificate, here = standing()
    found = {"python": platform.python_version()}
    if certificate is not None:
        found["coq"] = certificate.coq if here else f"{certificate.coq} (certificate)"
    for package in ("entmax-oracle", "sympy", "python-flint", "numpy", "scipy", "hypothesis", "z3-solver"):
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def _work(piece: tuple[Path | None, str, Context], tell: Callable[[Any], None]) -> TheoremResult:
    """Examine one theorem by name: arguments hold functions, which do not travel between processes."""
    file, name, context = piece
    available = load(file) if file is not None else select([name])
    return examine(next(case for case in available if case.theorem.name == name), context, ours=file is None)


def _guarded(subject: str, text: str, check: Callable[[], Check]) -> Check:
    try:
        return check()
    except Exception as error:
        return Check(subject, text, False, f"{type(error).__name__}: {error}")


def _problems(
    case: Case,
    evidence: Sequence[Evidence],
    sharp: Sequence[Check],
    needed: Sequence[Check],
    folklore: Sequence[Check],
    word: Verdict,
) -> list[str]:
    """Return why a theorem is not clean, in words."""
    problems = [f"{e.kind} argument {e.title!r}: {e.detail}" for e in evidence if e.status in ("fails", "refutes")]
    problems += [f"sharpness of {c.subject!r} at {c.text}: {c.detail}" for c in sharp if not c.ok]
    problems += [f"necessity of {c.subject!r}: {c.detail}" for c in needed if not c.ok]
    problems += [f"folklore {c.subject!r}: {c.detail}" for c in folklore if not c.ok]
    if not case.conjecture:
        problems += _unshown(case, needed)
    proofs = [argument for argument in case.arguments if argument.kind == "symbolic"]
    used = {key for proof in proofs for key in proof.given}
    problems += [f"no proof uses {h.key!r}" for h in case.theorem.hypotheses if proofs and h.key not in used]
    if len(folklore) != len(case.theorem.folklore):
        problems.append("folklore without a counterexample")
    if word is Verdict.UNCHECKED and not problems:
        problems += _untried(case.theorem, evidence)
    return problems


def _untried(theorem: Theorem, evidence: Sequence[Evidence]) -> list[str]:
    """Return which claims have no evidence, and why, where nothing else is wrong."""
    bare = [key for key, word in strengths(theorem, evidence).items() if word is Verdict.UNCHECKED]
    reasons = dict.fromkeys(found.detail for found in evidence if found.status == "skipped")
    return [f"no evidence for {', '.join(map(repr, bare))}" + (f": {'; '.join(reasons)}" if reasons else "")]


def _counted(argument: Argument, found: Evidence, case: Case) -> Evidence:
    """Return the evidence as far as it counts: of your own proofs, for the claims that a checked step says itself."""
    if not case.own or argument.kind != "symbolic" or found.status != "holds":
        return found
    entailed = argument.entails(case.theorem) if argument.entails is not None else ()
    lost = {key: without_value(case.theorem, case.theorem.claim(key).relation) for key in found.claims}
    claims = tuple(key for key in entailed if key in found.claims and not lost[key])
    rest = [key for key in found.claims if key not in claims]
    poles = [f"{key} {lost[key]}" for key in rest if key in entailed and lost[key]]
    note = f"; {', '.join(rest)}: joined to these steps in words, which nobody has checked, so it does not count"
    if poles:
        note = f"; {'; '.join(poles)}: say where it is meant, by sp.Implies(condition, claim)"
    return replace(found, claims=claims, detail=found.detail + (note if rest else ""))


def _searchable(evidence: Sequence[Evidence]) -> Sequence[Evidence]:
    """Return evidence without proofs of what a search has found to have no value, or could not read."""
    failing = next((found for found in evidence if (found.kind, found.status) == ("sampled", "fails")), None)
    if failing is None:
        return evidence
    note = f"; it does not count, because the {failing.title} fails"
    return [
        replace(found, claims=(), detail=found.detail + note)
        if (found.kind, found.status) == ("symbolic", "holds")
        else found
        for found in evidence
    ]


def _searched(evidence: Sequence[Evidence]) -> str:
    """Return the sets that were searched in vain."""
    return "; ".join(
        dict.fromkeys(found.domain for found in evidence if (found.kind, found.status) == ("sampled", "holds"))
    )


def _remarks(case: Case, needed: Sequence[Check]) -> Iterator[str]:
    """Yield what somebody who states a theorem should know, and which is not a fault."""
    if case.conjecture:
        yield from _unshown(case, needed)
    if case.own or case.conjecture:
        for claim in case.theorem.claims:
            if claim.relation.args and claim.relation.func(*claim.relation.args) is sp.true:
                yield f"claim {claim.key!r} is trivial: SymPy evaluates it to True"
    if case.own and (reason := not_searched(case.theorem)):
        yield f"not searched: {reason}"


def _unshown(case: Case, needed: Sequence[Check]) -> list[str]:
    """Return the hypotheses without a counterexample to the theorem without them."""
    shown = {check.subject for check in needed}
    return [f"necessity of {h.key!r} is not shown" for h in case.theorem.hypotheses if h.key not in shown]
