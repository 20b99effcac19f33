"""Run the evidence for theorems and say what holds: the engine of ``entmax-oracle verify``."""

from __future__ import annotations

import difflib
import importlib.metadata
import importlib.util
import multiprocessing
import platform
import random
import signal
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from entmax_oracle.theory import Theorem
from entmax_oracle.theory.notation import latex

from .beliefs import beliefs
from .evidence import (
    Case,
    Check,
    Context,
    Evidence,
    check_folklore,
    check_needed,
    check_sharp,
    sampled,
    verdict,
)
from .families import rows
from .judging import judge
from .reading import precision
from .theorems import cases

SCHEMA = "entmax-oracle/verify/1"
PROFILES = ("quick", "full")

Event = Callable[[dict[str, Any]], None]
"""Called with ``{"kind": "done", "theorem": …, "verdict": …, "clean": …, "done": …, "total": …}``."""


class UnknownName(ValueError):
    """No theorem or area of that name; the message lists the nearest ones."""


def load(path: str | Path) -> tuple[Case, ...]:
    r"""Return the cases of a file of one's own: theorems or conjectures outside the package.

    The file is a Python module. Every :class:`~entmax_oracle.proofs_checks.evidence.Case` in it is taken; a
    :class:`~entmax_oracle.theory.Theorem` without a case is searched for counterexamples among random rows of logits.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    ValueError
        If the file is missing, cannot be executed, or states no theorem.

    Examples
    --------
    A conjecture is a name and a claim in the symbols of :mod:`entmax_oracle.theory.notation`::

        import sympy as sp
        from entmax_oracle.theory import Claim, Theorem
        from entmax_oracle.theory.notation import p_max, size

        conjecture = Theorem(
            name="top-two", area="mine", title="The top token has at least half", statement=r"$p_{\max} \ge 1/2$.",
            claims=(Claim("half", sp.Ge(p_max, sp.Rational(1, 2))),),
        )
    """
    path = Path(path)
    spec = importlib.util.spec_from_file_location(f"entmax_oracle_user_{path.stem}", path)
    if not path.is_file():
        raise ValueError(f"there is no file {path}; name a .py file that states Theorem or Case objects")
    if spec is None or spec.loader is None:
        raise ValueError(f"{path}: not a Python file; name a .py file that states Theorem or Case objects")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise ValueError(f"{path}: cannot be executed: {type(error).__name__}: {error}") from error
    values = [value for name, value in vars(module).items() if not name.startswith("_")]
    found = [value for value in values if isinstance(value, Case)]
    argued = {case.theorem.name for case in found}
    packaged = {case.theorem for case in cases()}
    for value in values:
        if isinstance(value, Theorem) and value.name not in argued and value not in packaged:
            _refuse_unknown_symbols(path, value)
            found.append(Case(value, (sampled(rows(), cases=400),)))
    _refuse_twins(path, found)
    if not found:
        raise ValueError(f"{path}: states no theorem; assign a Theorem or a Case to a module-level name")
    return tuple(found)


def _refuse_twins(path: Path, found: Sequence[Case]) -> None:
    names = [case.theorem.name for case in found]
    twins = sorted({name for name in names if names.count(name) > 1})
    if twins:
        raise ValueError(f"{path}: two theorems are called {twins[0]!r}; give each a name of its own")


def _refuse_unknown_symbols(path: Path, conjecture: Theorem) -> None:
    """Refuse a conjecture in symbols that no row gives a meaning, lest it look refuted."""
    _, instance = rows().sample(random.Random(0), 0.5)
    if instance is None:
        return
    try:
        judge(conjecture, instance)
    except KeyError as error:
        raise ValueError(
            f"{path}: {conjecture.name}: {error.args[0]}; rows of logits give a meaning to "
            f"{', '.join(sorted(map(str, instance.values)))}"
        ) from None
    except Exception:
        return  # whatever else is wrong is reported as evidence


def select(names: Iterable[str] = (), areas: Iterable[str] = ()) -> tuple[Case, ...]:
    """Return the cases of the given theorems and areas, in reading order; all if none is given.

    Raises
    ------
    UnknownName
        If there is no such theorem or area.
    """
    everything = cases()
    wanted, subjects = list(names), list(areas)
    for kind, given, known in (
        ("theorem", wanted, [case.theorem.name for case in everything]),
        ("area", subjects, list(dict.fromkeys(case.theorem.area for case in everything))),
    ):
        for name in given:
            if name not in known:
                near = difflib.get_close_matches(name, known, n=3, cutoff=0.4) or known[:3]
                raise UnknownName(f"no {kind} is called {name!r}; near it: {', '.join(near)}")
    if not wanted and not subjects:
        return everything
    return tuple(c for c in everything if c.theorem.name in wanted or c.theorem.area in subjects)


def examine(case: Case, context: Context | None = None) -> dict[str, Any]:
    """Execute a case and return its entry in the result.

    Parameters
    ----------
    case
        The theorem with its arguments.
    context
        Profile and seed.
    """
    context = context or Context()
    theorem = case.theorem
    started = time.perf_counter()
    evidence = [argument.execute(theorem, context) for argument in case.arguments]
    with precision():
        sharp = [_guarded(s.claim, s.text, partial(check_sharp, theorem, s)) for s in case.sharp]
        needed = [_guarded(h.hypothesis, h.text, partial(check_needed, theorem, h)) for h in case.needed]
        folklore = [
            _guarded(f.text, f.text, partial(check_folklore, theorem, m, f)) for m, f in enumerate(case.folklore)
        ]
    word, domain = verdict(theorem, evidence)
    counterexample = next((e.counterexample for e in evidence if e.status == "refutes"), None)
    refuting = next((check for check in [*sharp, *needed] if check.refutes), None)
    if refuting is not None and word != "refuted":
        word, domain, counterexample = "refuted", refuting.text, refuting.point
    problems = _problems(case, evidence, sharp, needed, folklore, word)
    return {
        **_head(theorem),
        "verdict": word,
        "domain": domain,
        "clean": not problems,
        "problems": problems,
        "evidence": [_evidence_entry(found) for found in evidence],
        "sharp": [
            {"claim": c.subject, "text": c.text, "detail": c.detail, "ok": c.ok, "passed": c.ok, "point": c.point}
            for c in sharp
        ],
        "necessity": [
            {
                "hypothesis": c.subject,
                "text": c.text,
                "detail": c.detail,
                "ok": c.ok,
                "passed": c.ok,
                "counterexample": c.point,
            }
            for c in needed
        ],
        "folklore": [
            {
                "text": f.text,
                "belief": f.belief,
                "right": f.right,
                "source": f.source,
                "latex": latex(f.relation),
                "false_at": c.text,
                "detail": c.detail,
                "ok": c.ok,
                "counterexample": c.point,
            }
            for f, c in zip(theorem.folklore, folklore, strict=False)
        ],
        "counterexample": counterexample,
        "plots": [plot for found in evidence for plot in found.plots],
        "seconds": round(time.perf_counter() - started, 4),
    }


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
        Python files with theorems or conjectures of one's own (see :func:`load`).
    executor
        Runs the work instead of a process pool, such as one of ``dask.distributed``.

    Returns
    -------
    dict
        Schema ``entmax-oracle/verify/1``. An interrupt keeps what is finished and marks the rest ``unchecked``.

    Raises
    ------
    ValueError
        If a name, an area, the profile or a file is not usable.
    """
    if profile not in PROFILES:
        raise ValueError(f"profile: {profile!r} is none of {', '.join(PROFILES)}")
    names, areas = list(names), list(areas)
    paths = [Path(file).resolve() for file in files]
    chosen: list[tuple[Path | None, Case]] = [(path, case) for path in paths for case in load(path)]
    if names or areas or not files:
        chosen += [(None, case) for case in select(names, areas)]
    started, clock = datetime.now(UTC), time.perf_counter()
    entries: dict[int, dict[str, Any]] = {}

    def finish(position: int, entry: dict[str, Any]) -> None:
        entries[position] = entry
        if on_event is not None:
            told = {"theorem": entry["name"], "verdict": entry["verdict"], "clean": entry["clean"]}
            on_event({"kind": "done", **told, "done": len(entries), "total": len(chosen)})

    interrupted = False
    context = Context(profile, seed)
    try:
        if executor is None and jobs <= 1:
            for position, (_, case) in enumerate(chosen):
                finish(position, examine(case, context))
        else:
            _spread(chosen, context, jobs, executor, finish)
    except KeyboardInterrupt:
        interrupted = True
    for position, (_, case) in enumerate(chosen):
        entries.setdefault(position, _unchecked(case.theorem))
    ordered = [entries[position] for position in range(len(chosen))]
    return {
        "schema": SCHEMA,
        "theorems": ordered,
        "beliefs": beliefs(ordered),
        "kernels": [],
        "profile": profile,
        "seed": seed,
        "interrupted": interrupted,
        "versions": versions(),
        "platform": platform.platform(),
        "started": started.isoformat(timespec="seconds"),
        "seconds": round(time.perf_counter() - clock, 3),
    }


def versions() -> dict[str, str]:
    """Return the versions of everything the evidence rests on."""
    found = {"python": platform.python_version()}
    for package in ("entmax-oracle", "sympy", "python-flint", "numpy", "scipy", "hypothesis", "z3-solver"):
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def _spread(
    chosen: Sequence[tuple[Path | None, Case]],
    context: Context,
    jobs: int,
    executor: Executor | None,
    finish: Callable[[int, dict[str, Any]], None],
) -> None:
    """Run the cases on an executor; on an interrupt the workers that were started here are ended."""
    before = set(multiprocessing.active_children())
    pool = executor or ProcessPoolExecutor(jobs, initializer=signal.signal, initargs=(signal.SIGINT, signal.SIG_IGN))
    futures: dict[Future[dict[str, Any]], int] = {}
    try:
        for position, (file, case) in enumerate(chosen):
            futures[pool.submit(_work, file, case.theorem.name, context)] = position
        for future in as_completed(futures):
            finish(futures[future], future.result())
    except KeyboardInterrupt:
        for future in futures:
            future.cancel()
        if executor is None:
            for child in set(multiprocessing.active_children()) - before:
                child.terminate()
        raise
    finally:
        if executor is None:
            pool.shutdown(wait=False, cancel_futures=True)


def _work(file: Path | None, name: str, context: Context) -> dict[str, Any]:
    """Examine one theorem by name: arguments hold functions, which do not travel between processes."""
    available = load(file) if file is not None else cases()
    return examine(next(case for case in available if case.theorem.name == name), context)


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
    word: str,
) -> list[str]:
    """Return why a theorem is not clean, in words."""
    problems = [f"{e.kind} argument {e.title!r}: {e.detail}" for e in evidence if e.status in ("fails", "refutes")]
    problems += [f"sharpness of {c.subject!r} at {c.text}: {c.detail}" for c in sharp if not c.ok]
    problems += [f"necessity of {c.subject!r}: {c.detail}" for c in needed if not c.ok]
    problems += [f"folklore {c.subject!r}: {c.detail}" for c in folklore if not c.ok]
    shown = {c.subject for c in needed}
    problems += [f"necessity of {h.key!r} is not shown" for h in case.theorem.hypotheses if h.key not in shown]
    if len(folklore) != len(case.theorem.folklore):
        problems.append("folklore without a counterexample")
    if word == "unchecked" and not problems:
        problems.append("some claim has no evidence")
    return problems


def _head(theorem: Theorem) -> dict[str, Any]:
    return {
        "name": theorem.name,
        "area": theorem.area,
        "title": theorem.title,
        "setting": theorem.setting,
        "statement": theorem.statement,
        "hypotheses": [{"name": h.key, "statement": h.text, "latex": latex(h.condition)} for h in theorem.hypotheses],
        "source": theorem.source,
        "claims": [{"key": c.key, "latex": c.latex} for c in theorem.claims],
        "bound": {"latex": r" \\ ".join(c.latex for c in theorem.claims), "text": ""},
    }


def _evidence_entry(found: Evidence) -> dict[str, Any]:
    entry = asdict(found)
    entry["passed"] = found.status in ("holds", "skipped")
    entry["seconds"] = round(found.seconds, 4)
    return entry


def _unchecked(theorem: Theorem) -> dict[str, Any]:
    return {
        **_head(theorem),
        "verdict": "unchecked",
        "domain": "",
        "clean": False,
        "problems": ["interrupted before it was checked"],
        "evidence": [],
        "sharp": [],
        "necessity": [],
        "folklore": [],
        "counterexample": None,
        "plots": [],
        "seconds": 0.0,
    }
