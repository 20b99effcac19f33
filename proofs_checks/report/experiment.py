"""Trained models against the length, with bounds and certificates, for the page; and one picture of it all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from statistics import median
from typing import Any

from ..experiments import CONTENDERS, Contender, Experiment, Model, contender
from ..experiments.certificate import EVERY, short, unproved
from ..experiments.results import HINGED, PLAIN, Study, span
from .pictures import generalisation, poster

__all__ = ["PUBLISHED", "experiment_page", "experiment_poster", "reading"]

SHOWN = (16, 256, 4096, 65536, 2**20)
"""Lengths of the table."""

PUBLISHED = {
    "multiples": ("1×", "16×", "64×", "256×", "1024×"),
    "rows": (
        ("softmax", "as printed", (None, 99.5, 97.8, 80.2, 3.0)),
        ("entmax 1.5", "as printed", (None, 99.5, 92.7, 66.8, 9.3)),
        ("ASEntmax", "as printed", (None, 99.7, 99.6, 99.0, 95.3)),
        ("ASEntmax", "rerun, settings as printed", (None, None, None, None, None)),
        ("ASEntmax", "rerun, scale from zero and a long warm-up, best of 3", (None, 100, 96, 77, 38)),
        ("Stieltjes", "rerun, q = 2, windowed", (None, 100, 100, 91, 49)),
    ),
}
"""Accuracy in per cent on multi-query associative recall, by multiples of the length in training.

As printed: Long-Context Generalization with Sparse Attention (arXiv 2506.16640), Table 1. Rerun: an independent
reproduction of September 2026, 244 runs in about 785 GPU hours; with the settings as printed none of ten runs
learned it.
"""


def experiment_page(experiment: Experiment | None) -> dict[str, Any]:
    """Prepare the experiment for its template; empty without one."""
    if experiment is None or not experiment.models:
        return {}
    return {
        "task": experiment.task,
        "seeds": experiment.seeds,
        "panels": [_panel(how, models, f"panel-{i}") for i, (how, models) in enumerate(_by_normaliser(experiment))],
        "lengths": [f"{n:,}" for n in SHOWN],
        "rows": list(_rows(experiment)),
        "models": [_certified(model) for model in experiment.models],
        "reading": list(reading(experiment)),
        "published": PUBLISHED,
        "ours": list(_at_multiples(experiment)),
        "studies": list(_studies(experiment.studies)),
        "faults": [(_label(model), fault) for model in experiment.models for fault in model.faults],
    }


def experiment_poster(experiment: Experiment) -> str:
    """Return the small multiples as one SVG that stands alone, in colours for light and for dark pages."""
    return poster([_curves(how, models) for how, models in _by_normaliser(experiment)])


def _by_normaliser(experiment: Experiment) -> Iterator[tuple[Contender, list[Model]]]:
    for how in CONTENDERS:
        if models := [each for each in experiment.models if each.normaliser == how.name]:
            yield how, models


def _curves(how: Contender, models: Sequence[Model]) -> dict[str, Any]:
    """Curves of a normaliser by training, and where they are certified or fooled."""
    series = {}
    for training in (PLAIN, HINGED):
        chosen = [each for each in models if each.training == training]
        if chosen:
            lengths = [int(n) for n in chosen[0].accuracy]
            series[training] = {
                "x": lengths,
                "accuracy": [[100 * each.accuracy[str(n)] for n in lengths] for each in chosen],
                "bound": [100 * median(each.bound[str(n)] for each in chosen) for n in lengths],
                "ceiling": [100 * median(each.ceiling[str(n)] for each in chosen) for n in lengths],
                "proved": [each.certificate.n for each in chosen],
                "fooled": [each.certificate.wrong.n for each in chosen if each.certificate.wrong is not None],
            }
    return {"title": how.title, "series": series}


def _panel(how: Contender, models: Sequence[Model], salt: str) -> dict[str, Any]:
    curves = _curves(how, models)
    return {"title": how.title, "svg": generalisation(curves, salt), "lines": list(_captions(curves["series"]))}


def _captions(series: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for training, one in series.items():
        yield training, proved_in_words(one["proved"], one["fooled"])


def proved_in_words(proved: Sequence[int | None], fooled: Sequence[int]) -> str:
    """Say what is proved of models of several seeds.

    Examples
    --------
    >>> proved_in_words([None, None], [])
    'proved at every length'
    >>> proved_in_words([None, 3], [6])
    'proved at every length for 1 of 2 seeds, else up to 3 tokens; fooled at 6'
    """
    endless = sum(n is None for n in proved)
    rest = sorted(n for n in proved if n is not None)
    if not rest:
        return "proved at every length"
    reach = _between([short(n) for n in rest if n > 1]) or "no length"
    text = f"proved up to {reach} tokens" if reach != "no length" else "proved at no length"
    if endless:
        text = f"proved at every length for {endless} of {len(proved)} seeds, else up to {reach} tokens"
        if reach == "no length":
            text = f"proved at every length for {endless} of {len(proved)} seeds"
    return f"{text}; fooled at {_between([short(n) for n in sorted(fooled)])}" if fooled else text


def _between(ordered: Sequence[str]) -> str:
    if not ordered:
        return ""
    return ordered[0] if ordered[0] == ordered[-1] else f"{ordered[0]} to {ordered[-1]}"


def _rows(experiment: Experiment) -> Iterator[dict[str, Any]]:
    for how, models in _by_normaliser(experiment):
        for training, group in groupby(models, key=lambda each: each.training):
            chosen = list(group)
            yield {
                "title": how.title,
                "training": training,
                "accuracy": [
                    span([100 * each.accuracy[str(n)] for each in chosen if str(n) in each.accuracy]) for n in SHOWN
                ],
                "proved": _ends([each.certificate.n for each in chosen]),
                "fooled": _between(
                    [short(n) for n in sorted(e.certificate.wrong.n for e in chosen if e.certificate.wrong)]
                )
                or "–",
                "gap": span([each.certificate.gap for each in chosen], 2),
                "pairs": span([100 * each.certificate.certified / each.certificate.pairs for each in chosen]),
                "every": all(each.certificate.verdict == EVERY for each in chosen),
            }


def _ends(proved: Sequence[int | None]) -> str:
    ordered = sorted(proved, key=lambda n: float("inf") if n is None else n)
    return _between(["∞" if n is None else "–" if n < 2 else short(n) for n in ordered])


def _label(model: Model) -> str:
    return f"{contender(model.normaliser).title}, {model.training}, seed {model.seed}"


def _certified(model: Model) -> dict[str, Any]:
    found = model.certificate
    scale = f"{found.scale[0]:.3g} to {'∞' if found.scale[1] is None else format(found.scale[1], '.3g')}"
    facts = [
        ("verdict", found.verdict if found.verdict != "none" else "nothing certified"),
        ("in words", found.detail),
        ("least gap", f"{found.gap:.4g}, in unscaled logits"),
        ("scale", scale + (", never falling" if found.scale_grows else "")),
        ("at every length", f"{found.certified} of {found.pairs} pairs of query and class"),
    ]
    if found.one_hot_from is not None:
        facts.append(("one-hot", f"from {short(found.one_hot_from)} tokens on, in every row"))
    if model.attack:
        tried = sum(each.rows for each in model.attack)
        least = min(each.margin for each in model.attack)
        facts.append(
            (
                "attacked",
                f"{tried:,} rows of {_between([short(each.n) for each in model.attack])} tokens; least margin "
                f"{least:.3g} of the match's own",
            )
        )
    if found.wrong is not None:
        high = found.wrong.mass[1]
        facts.append(
            (
                "counterexample",
                f"{short(found.wrong.n)} tokens: the match holds {high:.3g}, and the vote is off by "
                f"{found.wrong.margin[1]:.3g}",
            )
        )
    if found.failing:
        worst = found.failing[0]
        lacks = (
            "" if worst.lacks is None or worst.lacks <= 0 else f"; its gap of {worst.gap:.3g} lacks {worst.lacks:.3g}"
        )
        facts.append(
            ("fails first", f"key {worst.query}, class {worst.right}: certified up to {short(worst.n)}{lacks}")
        )
    return {
        "label": _label(model),
        "certified": found.verdict == EVERY and not unproved(found),
        "facts": facts,
        "theorems": found.theorems,
        "digest": model.digest,
    }


def _at_multiples(experiment: Experiment) -> Iterator[tuple[str, str, list[str]]]:
    """Accuracies of the needle at the multiples of the published table."""
    for how, models in _by_normaliser(experiment):
        for training in (PLAIN, HINGED):
            chosen = [each for each in models if each.training == training]
            if chosen:
                lengths = [str(16 * m) for m in (1, 16, 64, 256, 1024)]
                yield (
                    how.title,
                    training,
                    [span([100 * e.accuracy[n] for e in chosen if n in e.accuracy]) for n in lengths],
                )


def reading(experiment: Experiment) -> Iterator[str]:
    """Say in sentences what the results show: of the scale, of the zeros, of the hinge and of the seeds."""
    last = max((int(n) for model in experiment.models for n in model.accuracy), default=0)

    def at_end(name: str, training: str = PLAIN) -> list[float]:
        found = (m for m in experiment.models if m.normaliser == name and m.training == training)
        return sorted(100 * m.accuracy[str(last)] for m in found)

    def told(name: str, training: str = PLAIN) -> str:
        return f"{span(at_end(name, training))} %"

    length = f"{last:,} tokens"
    four = ("softmax", "adaptive-scale-softmax", "entmax-1.5", "adaptive-scale-entmax")
    if all(at_end(name) for name in four):
        yield (
            f"The scale: at {length}, after plain training, softmax answers {told(four[0])} of random rows, "
            "and softmax with "
            f"the scale of ASEntmax {told(four[1])}; entmax 1.5 answers {told(four[2])}, and with that scale "
            f"{told(four[3])}. " + _compared(at_end(four[1]), at_end(four[3]), "softmax with the scale", "ASEntmax")
        )
    kinds: dict[bool, list[str]] = {True: [], False: []}
    for how, models in _by_normaliser(experiment):
        endless = [m for m in models if m.certificate.verdict == EVERY]
        counts = ", ".join(
            f"{sum(m.training == training for m in endless)} of {len(chosen)} {training}"
            for training in (PLAIN, HINGED)
            if (chosen := [m for m in models if m.training == training])
        )
        kinds[bool(endless)].append(f"{how.title} ({counts})" if endless else how.title)
    if kinds[True]:
        yield f"The certificate: every row of every length is proved right for {_listed(kinds[True])}."
    if kinds[False]:
        yield f"No model is proved right at every length with {_listed(kinds[False])}."
    gapped = [m for m in experiment.models if m.training == HINGED and m.normaliser == "softmax"]
    if gapped and min(m.certificate.gap for m in gapped) > 0 and max(at_end("softmax", HINGED)) < 100:
        yield (
            f"The hinge: it gives softmax a gap of {span([m.certificate.gap for m in gapped], 2)} as well, "
            f"and softmax still falls to {told('softmax', HINGED)} at {length}: a gap decides at every length only "
            "where weights may be exactly zero, or where the scale grows as fast as the logarithm of the length."
        )
    spreads = [
        (max(values) - min(values), how.title)
        for how, _ in _by_normaliser(experiment)
        if len(values := at_end(how.name)) > 1
    ]
    if spreads:
        worst, name = max(spreads)
        yield f"The seeds: at {length}, plain models of one normaliser differ by up to {worst:.0f} points ({name})."
    fooled = [
        m.certificate.wrong.n
        for m in experiment.models
        if m.certificate.wrong is not None and m.accuracy.get("16", 0) == 1
    ]
    if fooled:
        several = len(fooled) != 1
        yield (
            f"Random rows are easy: {len(fooled)} model{'s' if several else ''} answer{'' if several else 's'} every "
            f"random row of 16 tokens, and a row of {_between([short(n) for n in sorted(fooled)])} tokens, one token "
            f"repeated beside the match, fools {'each of them' if several else 'it'}."
        )


def _compared(first: Sequence[float], second: Sequence[float], one: str, other: str) -> str:
    if len(first) == len(second) == 1:
        return "With one seed each, this cannot be compared."
    if first[-1] < second[0]:
        return f"Every seed of {other} is above every seed of {one}."
    if second[-1] < first[0]:
        return f"Every seed of {one} is above every seed of {other}."
    return f"The seeds of {one} and of {other} overlap, so random rows do not tell the two apart."


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _studies(studies: Sequence[Study]) -> Iterator[dict[str, Any]]:
    """Other tasks, one table each."""
    tasks: dict[str, dict[tuple[str, str], list[Study]]] = {}
    for each in studies:
        tasks.setdefault(each.task, {}).setdefault((each.variant, each.normaliser), []).append(each)
    for task, kinds in tasks.items():
        chosen = [each for alike in kinds.values() for each in alike]
        lengths = sorted({int(n) for each in chosen for n in each.accuracy})
        rows = []
        for (variant, name), alike in kinds.items():
            numbers = {key: span([e.numbers[key] for e in alike if key in e.numbers], 2) for key in alike[0].numbers}
            rows.append(
                {
                    "title": contender(name).title,
                    "variant": variant,
                    "accuracy": [
                        span([100 * e.accuracy[str(n)] for e in alike if str(n) in e.accuracy]) for n in lengths
                    ],
                    "ceiling": [span([100 * e.ceiling[str(n)] for e in alike if str(n) in e.ceiling]) for n in lengths],
                    "numbers": numbers,
                }
            )
        columns = list(dict.fromkeys(key for row in rows for key in row["numbers"]))
        yield {
            "task": task,
            "lengths": [f"{n:,}" for n in lengths],
            "rows": rows,
            "columns": columns,
            "remark": chosen[0].remark,
            "ceilings": any(each.ceiling for each in chosen),
        }
