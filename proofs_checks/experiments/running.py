"""Run an experiment: train, certify, attack and measure, model by model, in processes that can be interrupted."""

from __future__ import annotations

import importlib.metadata
import multiprocessing
import platform
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from ..records import CONVERTER, schema_of
from ..spreading import Done, Lost, spread
from .attack import LENGTHS as ATTACKED
from .attack import attack
from .certificate import certify, unproved
from .contenders import CONTENDERS, Contender, contender
from .measuring import measure
from .needle import Needle
from .results import HINGED, PLAIN, SCHEMA, Experiment, Model, Study, experiment_of, seal
from .tables import enclose
from .weights import Weights, written

__all__ = ["PACE", "PROFILES", "Profile", "examined", "run"]

PACE = 200
"""Steps for each second that is asked for: a fixed number, so that a result does not depend on the machine."""

Event = Callable[[dict[str, Any]], None]


@dataclass(frozen=True)
class Profile:
    """How much is run.

    Attributes
    ----------
    normalisers : tuple of str
    seeds : int
    seconds : float
        Of training, for each model; times `PACE` it is the number of steps.
    studies : bool
        Whether the other tasks are run as well.
    """

    normalisers: tuple[str, ...]
    seeds: int
    seconds: float
    studies: bool


PROFILES = {
    "quick": Profile(("softmax", "adaptive-scale-softmax", "entmax-1.5", "adaptive-scale-entmax"), 1, 3.0, False),
    "full": Profile(tuple(each.name for each in CONTENDERS), 3, 5.0, True),
}


@dataclass(frozen=True)
class _Job:
    """A training, and the contenders that share its weights; of a study, its name and variant."""

    normalisers: tuple[str, ...]
    training: str
    seed: int
    steps: int
    task: Needle
    study: tuple[str, str] | None = None


def run(
    profile: str = "quick",
    jobs: int = 1,
    on_event: Event | None = None,
    *,
    seeds: int | None = None,
    seconds: float | None = None,
    normalisers: Sequence[str] = (),
    studies: bool | None = None,
    task: Needle | None = None,
    executor: Executor | None = None,
    known: Any = None,
) -> Experiment:
    """Run an experiment.

    Parameters
    ----------
    profile
        ``"quick"`` or ``"full"``: see `PROFILES`.
    jobs
        Worker processes, of one thread each.
    on_event
        Told of each job as it is finished: how many are, of how many, what was found, and under ``"so far"`` a function
        that gives the experiment as far as it has come.
    seeds, seconds, normalisers, studies
        Instead of the profile's.
    task
        Of another size.
    executor
        Runs the work instead of a process pool, such as one of ``dask.distributed``.
    known
        An earlier result as plain data, perhaps of an interrupted run: its models are kept where task, normaliser,
        seed,
        steps and versions are the same.

    Returns
    -------
    Experiment
        An interrupt keeps what is finished.

    Raises
    ------
    ValueError
        If an argument or the earlier result is not usable.
    """
    plan = _plan(profile, seeds, seconds, normalisers, studies, task or Needle())
    started, clock = datetime.now(UTC), time.perf_counter()
    kept = _kept(known, (task or Needle()).to_dict())
    done: dict[int, list[Model | Study]] = {}

    def so_far(interrupted: bool = True) -> Experiment:
        found = [each for position in sorted(done) for each in done[position]]
        order = {each.name: i for i, each in enumerate(CONTENDERS)}
        models = sorted(
            (each for each in found if isinstance(each, Model)),
            key=lambda each: (order[each.normaliser], each.training != PLAIN, each.seed),
        )
        return Experiment(
            task=(task or Needle()).to_dict(),
            seeds=tuple(sorted({job.seed for job in plan})),
            models=tuple(models),
            studies=tuple(each for each in found if isinstance(each, Study)),
            profile=profile,
            interrupted=interrupted,
            versions=versions(),
            platform=platform.platform(),
            started=started.isoformat(timespec="seconds"),
            seconds=round(time.perf_counter() - clock, 3),
        )

    def finish(position: int, found: list[Model | Study]) -> None:
        done[position] = found
        if on_event is not None:
            on_event({"kind": "done", "done": len(done), "total": len(plan), "found": found, "so far": so_far})

    todo = []
    for position, job in enumerate(plan):
        keys = _keys(job)
        if all(key in kept for key in keys):
            done[position] = [kept[key] for key in keys]
        else:
            todo.append((position, job))
    interrupted = False
    try:
        if executor is None and (jobs <= 1 or not todo):
            for position, job in todo:
                finish(position, work(job))
        else:
            # torch has threads, which a forked process would lack
            pieces, fresh = [job for _, job in todo], multiprocessing.get_context("spawn")
            with closing(spread(_work, pieces, jobs, executor, fresh)) as outcomes:
                for outcome in outcomes:
                    if isinstance(outcome, Done):
                        finish(todo[outcome.position][0], outcome.result)
                    elif isinstance(outcome, Lost):
                        raise RuntimeError(f"{todo[outcome.position][1]}: {outcome.reason}")
    except KeyboardInterrupt:
        interrupted = True
    return so_far(interrupted)


def _plan(
    profile: str,
    seeds: int | None,
    seconds: float | None,
    normalisers: Sequence[str],
    studies: bool | None,
    task: Needle,
) -> list[_Job]:
    if profile not in PROFILES:
        raise ValueError(f"profile: {profile!r} is unknown; choose from {', '.join(PROFILES)}")
    chosen = PROFILES[profile]
    count, time_each = (chosen.seeds if seeds is None else seeds), (chosen.seconds if seconds is None else seconds)
    if count < 1:
        raise ValueError(f"seeds: {count} is below 1; train at least one model of each kind")
    if not 0 < time_each < 10**5:
        raise ValueError(f"seconds: {time_each} is not between 0 and 100000")
    wanted = [contender(name) for name in normalisers or chosen.normalisers]
    trained: dict[str, list[Contender]] = {}
    for each in wanted:
        trained.setdefault(each.trained_as or each.name, []).append(each)
    steps = max(1, round(time_each * PACE))
    plan = [
        _Job(tuple(each.name for each in sharing), training, seed, steps, task)
        for seed in range(count)
        for training in (PLAIN, HINGED)
        for sharing in trained.values()
    ]
    if chosen.studies if studies is None else studies:
        from .studies import planned

        plan += [
            _Job((name,), PLAIN, seed, n, task, (study, variant)) for study, variant, name, seed, n in planned(steps)
        ]
    return plan


def _keys(job: _Job) -> list[tuple[Any, ...]]:
    if job.study is not None:
        return [(*job.study, job.normalisers[0], job.seed, job.steps)]
    return [(name, job.training, job.seed, job.steps) for name in job.normalisers]


def work(job: _Job) -> list[Model | Study]:
    """Do one job."""
    if job.study is not None:
        from .studies import study

        return [study(*job.study, job.normalisers[0], job.seed, job.steps)]
    from .training import train

    first = contender(job.normalisers[0])
    how = contender(first.trained_as or first.name)
    trained = train(job.task, how, job.seed, job.steps, hinge=job.training == HINGED)
    return [
        replace(
            examined(trained.weights, job.task, contender(name), job.training, job.seed, job.steps),
            train_seconds=round(trained.seconds, 3),
            loss=trained.loss,
        )
        for name in job.normalisers
    ]


def examined(
    weights: Weights, task: Needle, how: Contender, training: str = PLAIN, seed: int = 0, steps: int = 0
) -> Model:
    """Measure a head, certify it and attack the certificate."""
    tables = enclose(weights, task, how)
    certificate = certify(tables)
    points, faults = measure(tables, seed)
    within = [n for n in ATTACKED if certificate.n is None or n <= certificate.n]
    model = Model(
        normaliser=how.name,
        training=training,
        seed=seed,
        steps=steps,
        train_seconds=0.0,
        loss=0.0,
        accuracy={str(each.n): each.accuracy for each in points},
        ceiling={str(each.n): each.ceiling for each in points},
        bound={str(each.n): each.bound for each in points},
        points=tuple(points),
        certificate=certificate,
        attack=tuple(attack(tables, seed, within)),
        faults=(*faults, *filter(None, [unproved(certificate)])),
        weights=written(weights),
    )
    return replace(model, digest=seal(task.to_dict(), CONVERTER.unstructure(model)))


def _kept(known: Any, task: Mapping[str, Any]) -> dict[tuple[Any, ...], Model | Study]:
    if known is None:
        return {}
    if (found := schema_of(known)) != SCHEMA:
        raise ValueError(f"known: an earlier result has the schema {SCHEMA!r}, not {found!r}")
    try:
        earlier = experiment_of(known)
    except ValueError as error:
        raise ValueError(f"known: this is not an earlier result: {error}") from error
    for name, then, now in (("task", earlier.task, task), ("versions", earlier.versions, versions())):
        if dict(then) != dict(now):
            raise ValueError(f"known: the earlier result has {name} {dict(then)!r}, this run {dict(now)!r}; start anew")
    finished: tuple[Model | Study, ...] = (*earlier.models, *earlier.studies)
    return {each.key: each for each in finished}


def versions() -> dict[str, str]:
    """Return the versions of what a result depends on."""
    found = {"python": platform.python_version()}
    for package in ("entmax-oracle", "numpy", "python-flint", "torch", "numba"):
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def _work(job: _Job, _: Callable[[Any], None]) -> list[Model | Study]:
    """Do one job in a process of its own, which has nothing to tell before it is done."""
    return work(job)
