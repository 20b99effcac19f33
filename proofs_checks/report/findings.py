"""What was found, in sentences."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence

from ..conformance.results.report import Counterexample, LawResult, Report
from ..evidence.results import TheoremResult
from ..experiments.certificate import EVERY
from ..experiments.results import Experiment
from ..marks import Grounds, Truth, Verdict
from ..matrix.results import MatrixResult
from ..patterns.results import PatternResult
from .load import Results
from .pictures import number

_FACTS = 4  # implementations whose most serious failure is named at the top

__all__ = ["facts", "findings", "gravest", "violation_line", "where"]


def findings(results: Results) -> list[str]:
    """Say in one sentence each what was found: the facts, then counts.

    Returns
    -------
    list of str
        Plain sentences; names of code stand between backticks.
    """
    return [
        *facts(results.targets),
        *_of_targets(results.targets),
        *_of_theorems(results.theorems),
        *_of_matrix(results.matrix),
        *_of_experiment(results.experiment),
        *_of_patterns(results.patterns),
    ]


def facts(targets: Sequence[Report]) -> Iterator[str]:
    """Say what the most serious failure of each implementation is, of some of them."""
    worst = [(each, law) for each in targets if each.verdict == "violates" and (law := gravest(each.laws)) is not None]
    for target, law in worst[:_FACTS]:
        yield f"{_fact(target, law)}."
    if len(worst) > _FACTS:
        yield f"{len(worst) - _FACTS} more implementations fail; their facts are below."


def _of_experiment(experiment: Experiment | None) -> Iterator[str]:
    if experiment is None or not experiment.models:
        return
    models = experiment.models
    endless = sum(model.certificate.verdict == EVERY for model in models)
    fooled = sum(model.certificate.wrong is not None for model in models)
    yield (
        f"Of {_count(len(models), 'model')} trained on 5 to 16 tokens, {endless} {'is' if endless == 1 else 'are'} "
        "proved right at every length"
        + (f"; for {fooled}, a longer row that fools {'it' if fooled == 1 else 'them'} is known." if fooled else ".")
    )
    if bad := [model for model in models if not model.clean]:
        yield (
            f"In {_count(len(bad), 'model')}, a curve and a bound disagree, an attack broke a certificate, "
            "or a theorem lacks its formal proof."
        )


def _of_theorems(theorems: Sequence[TheoremResult]) -> Iterator[str]:
    if not theorems:
        return
    counts = Counter(theorem.verdict for theorem in theorems)
    if set(counts) == {Verdict.PROVED}:
        yield f"{_count(len(theorems), 'theorem').capitalize()}, all proved."
        return
    parts = [f"{counts[each]} {each}" for each in Verdict if counts[each] and each is not Verdict.REFUTED]
    sentence = f"{_count(len(theorems), 'theorem').capitalize()}: {', '.join(parts)}" if parts else ""
    refuted = [f"`{theorem.name}`" for theorem in theorems if theorem.verdict is Verdict.REFUTED]
    if refuted:
        names = _listed(refuted[:3]) + (f" and {len(refuted) - 3} more" if len(refuted) > 3 else "")
        is_refuted = f"{names} {'is' if len(refuted) == 1 else 'are'} refuted."
        yield f"{sentence}; {is_refuted}" if sentence else is_refuted
    else:
        yield f"{sentence}, none refuted."


def _of_targets(targets: Sequence[Report]) -> Iterator[str]:
    if not targets:
        return
    counts = Counter(target.verdict for target in targets)
    good, bad, unusable, cut = (counts[each] for each in ("conforms", "violates", "unusable", "interrupted"))
    partial = sum(each.verdict == "conforms" and not each.complete for each in targets)
    parts = [f"{good} pass{'es' if good == 1 else ''}"] if good else []
    if partial and parts:
        parts[0] += " as far as there was time" if partial == good else f" ({partial} as far as there was time)"
    parts += [f"{bad} fail{'s' if bad == 1 else ''} at least one check"] if bad else []
    parts += [f"{unusable} could not be checked"] if unusable else []
    parts += [f"the check of {cut} was interrupted"] if cut else []
    if len(targets) == 1:
        name, laws = f"`{targets[0].target}`", targets[0].laws
        if good:
            kept = sum(law.status == "pass" for law in laws)
            some = sum(law.status == "partial" for law in laws)
            part = f", and {some} more as far as there was time" if some else ""
            yield f"{name} passes {_count(kept, 'check')}{part}."
        elif bad:
            failed = sum(law.status == "fail" for law in laws)
            yield f"{name} fails {failed} of {_count(len(laws), 'check')}."
        elif cut:
            yield f"The check of {name} was interrupted, with no violation so far; not everything was tried."
        else:
            yield f"{name} could not be checked."
    elif bad == len(targets):
        every = "Both" if bad == 2 else f"All {bad}"
        yield f"{every} implementations fail at least one check."
    else:
        yield f"Of {_count(len(targets), 'implementation')}, {_listed(parts)}."


def _fact(target: Report, law: LawResult) -> str:
    """Say what an implementation does wrong, and where."""
    found = _simplest(law)
    name = f"`{target.target.rpartition(':')[2] or target.target}`"
    if found is not None and found.fact:
        place = where(found)
        return f"{name} {found.fact}{f', at {place}' if place else ''}"
    at = f" at {_first(law)}" if _first(law) else ""
    return f"{name} fails “{law.law}”{at}{_times(law, ', by ')}"


def _of_matrix(matrix: MatrixResult | None) -> Iterator[str]:
    """Say in a sentence what the matrix holds, and in another what contradicts it."""
    rows = matrix.rows if matrix is not None else ()
    if not rows:
        return
    cells = [cell for row in rows for cell in row.cells]
    true = [cell for cell in cells if cell.verdict is Truth.TRUE]
    proved, derived = (sum(cell.strength is each for cell in true) for each in (Grounds.PROVED, Grounds.DERIVED))
    yield (
        f"Of {len(cells)} properties of {_count(len(rows), 'normaliser')}, {len(true)} hold, {proved} of them proved "
        f"and {derived} derived."
    )
    wrong = [row.label for row in rows for cell in row.cells if cell.contradicts]
    if wrong:
        yield f"{len(wrong)} of them contradict{'s' if len(wrong) == 1 else ''} what is claimed, first of `{wrong[0]}`."


def _of_patterns(patterns: PatternResult | None) -> Iterator[str]:
    """Say how many paths the pattern with the fewest leaves, and which patterns contradict a theorem."""
    rows = patterns.rows if patterns is not None else ()
    if patterns is None or not rows:
        return
    few = min(rows, key=lambda row: row.residual_paths)
    yield (
        f"Through {_count(patterns.layers, 'layer')} of {_count(patterns.tokens, 'token')}, {patterns.dense_paths:,} "
        f"paths end at the last token if every weight is positive; with {few.name}, {few.residual_paths:,} do, "
        "residual edges included."
    )
    if wrong := [row.name for row in rows if row.contradicts]:
        yield f"The counts of {_listed(wrong)} contradict a theorem."


def gravest(laws: Sequence[LawResult]) -> LawResult | None:
    """Choose the failed law to name first: of those that no other explains, the largest ratio to its budget."""
    failed = [law for law in laws if law.status == "fail" and law.severity == "error" and not law.cause]
    return max(failed, key=lambda law: math.inf if math.isnan(law.worst_ratio) else law.worst_ratio, default=None)


def violation_line(law: LawResult) -> str:
    """Name a failed law, where it fails and by how much, in one line."""
    line = f"{law.law} ({_first(law)})" if _first(law) else law.law
    found = _simplest(law)
    if found is not None and found.fact:
        return f"{line}: {found.fact}"
    if times := _times(law, ""):
        return f"{line}: {times}"
    said = found.message if found is not None and found.message else law.message
    message = said.strip().splitlines()
    return f"{line}: {message[0].rstrip('.')}" if message else line


def where(found: Counterexample) -> str:
    """Say at which alpha and dtype a law is broken."""
    parts = [f"α = {found.alpha:g}"] if found.alpha is not None else []
    return ", ".join([*parts, *filter(None, [found.dtype])])


def _simplest(law: LawResult) -> Counterexample | None:
    """Choose the counterexample that is told, on the page and in the terminal: the smallest, and of those the worst."""
    return min(law.counterexamples, key=lambda each: (each.size, -each.ratio), default=None)


def _first(law: LawResult) -> str:
    found = _simplest(law)
    return "" if found is None else where(found)


def _times(law: LawResult, by: str) -> str:
    ratio = law.worst_ratio
    return f"{by}{number(ratio, 3)} times the budget" if 1 < ratio < math.inf else ""


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}{'' if n == 1 else 's'}"


def _listed(parts: Sequence[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)
