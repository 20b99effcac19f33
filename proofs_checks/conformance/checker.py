"""Check an implementation against the laws, in every setting asked for."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from importlib import metadata
from multiprocessing import get_context
from typing import Any, Literal

from entmax_oracle.reference.formats import as_format
from entmax_oracle.reference.inputs import as_alpha
from entmax_oracle.reference.normalisers import NORMALISERS

from .calls import Subject
from .kinds import KINDS
from .kinds.attention.narrowing import LACKS, options_of
from .kinds.normaliser.request import OFFERS, Asked, ask_for
from .laws import Contract, Finding, Law, Setting, choose
from .results.counterexample import read
from .results.events import Begun, Ended, Event, Judging, Tell, gather
from .results.report import LawResult, Report
from .search import Effort
from .session import Session
from .setting import Calling, Settled, Task, check_setting, collect, judge
from .target import FRAMEWORKS
from .target.layouts import LAYOUTS
from .target.program import is_program

__all__ = ["PROFILES", "check", "replay"]

Profile = Literal["quick", "standard", "deep"]
PROFILES: dict[str, Effort] = {
    "quick": Effort(25, 60.0, 120, 129, (1025, 1537, 2049, 4100)),
    "standard": Effort(120, 240.0, 400, 4097, (1023, 1025, 1537, 2049, 4097, 8193)),
    "deep": Effort(1000, 3600.0, 2000, 16385, (1025, 1537, 2049, 4097, 8193, 32769, 131073)),
}


def check(
    implementation: str | Callable[..., Any],
    alphas: Iterable[float | Fraction] | float | Fraction = (1.5,),
    dtypes: Iterable[str] | str = ("float32",),
    arrays: str = "torch",
    *,
    fixed_alpha: float | Fraction | None = None,
    device: str = "cpu",
    grad: bool = False,
    grad_alpha: bool = False,
    laws: Iterable[str] | str = (),
    skip_laws: Iterable[str] | str = (),
    profile: Profile | Effort = "quick",
    seed: int = 0,
    compute_dtype: str | None = None,
    timeout: float = 10.0,
    seconds: float | None = None,
    jobs: int = 1,
    executor: Executor | None = None,
    progress: Tell | None = None,
    kind: str = "mapping",
    without: Iterable[str] | str = (),
    against: str | None = None,
    parameters: Mapping[str, Any] | None = None,
    fixed_parameters: Mapping[str, Any] | None = None,
) -> Report:
    """Check that an implementation of entmax, or of entmax attention, keeps its laws.

    Parameters
    ----------
    implementation : str or callable
        ``"package.module:function"`` or ``"path/to/file.py:function"`` is imported and called in a worker
        process, and ``"command:./program --options"`` is run there and asked line by line (see
        :mod:`~entmax_oracle.proofs_checks.conformance.target.program`); either may hang or die without harm. A callable
        is called in this process: a call that hangs is reported, its thread left behind; one that kills the
        process is not survived. In every case it is a mapping
        ``f(z, alpha)`` over the last axis, with the shape and dtype of `z` out.
    alphas : iterable of float, or one
        Each at least 1.
    dtypes : iterable of str, or one
        ``"float64"``, ``"float32"``, ``"float16"``, ``"bfloat16"``.
    arrays : str
        ``"numpy"``, ``"torch"`` or ``"jax"``: what the implementation takes and returns.
    fixed_alpha : float, optional
        The function is called ``f(z)`` and is entmax with this alpha.
    device : str
        Where the arrays live.
    grad, grad_alpha : bool
        Also check the gradient in the logits, and in alpha (which then arrives as a 0-d array), through the
        autograd of `arrays`.
    laws, skip_laws : iterable of str
        Names of the laws to check, or not to.
    profile : str
        How long to look: ``"quick"`` (seconds), ``"standard"`` (a minute or two) or ``"deep"``.
    seed : int
        The same seed draws the same cases.
    compute_dtype : str, optional
        Format of the arithmetic that the implementation promises. By default that of the dtype, and float32 for
        the 16-bit ones.
    timeout : float
        Seconds that one call may take.
    seconds : float, optional
        About so many for all laws of a setting together, for implementations that are slow; laws that had no time to
        try everything say so.
    jobs : int
        Settings (alpha and dtype) checked at the same time, each in a process of its own; needs a target given
        by name and, as all multiprocessing, a guarded ``__main__``.
    executor : concurrent.futures.Executor, optional
        Where to check the settings instead.
    progress : callable, optional
        Told every :mod:`event <entmax_oracle.proofs_checks.conformance.results.events>` as it happens.
    kind : str
        ``"mapping"``; ``"attention"``: ``f(query, key, value, *, alpha, is_causal, scale, alibi_slopes,
        key_lengths)`` with the semantics of :func:`entmax_oracle.reference.attention`; ``"loss"``:
        ``f(z, y, alpha)``, the Fenchel-Young loss of each row of logits (r, n) with its class index (r,); or
        ``"normaliser"``: ``f(z, **parameters)``, any other normaliser of the field over the last axis.
    without : iterable of str
        What an implementation of attention lacks: ``"causal"``, ``"scale"``, ``"alibi"``, ``"lengths"`` (it is then not
        handed these arguments), ``"groups"``, ``"cross"``, ``"widths"``, ``"layouts"``; see
        `attention.narrowing.LACKS`.
    against : str, optional
        For the kind ``"normaliser"``: which one it should be, a name of
        :data:`entmax_oracle.reference.normalisers.NORMALISERS`.
    parameters : dict, optional
        Values by name, each one or several, in place of those that are tried on their own account. The
        implementation is handed them by keyword (alpha too, from `alphas`).
    fixed_parameters : dict, optional
        Parameters that the implementation does not take, and the values it has.

    Returns
    -------
    Report
        Truthy when the implementation conforms.

    Raises
    ------
    ValueError
        If the target cannot be imported or called, or an argument is not understood.

    Examples
    --------
    >>> import numpy as np
    >>> def sparsemax(z, alpha):
    ...     s = np.sort(z, axis=-1)[..., ::-1]
    ...     k = np.arange(1, z.shape[-1] + 1, dtype=z.dtype)
    ...     mean = (np.cumsum(s, axis=-1) - 1) / k
    ...     last = (s > mean).sum(axis=-1, keepdims=True) - 1
    ...     return np.maximum(z - np.take_along_axis(mean, last, axis=-1), 0)
    >>> report = check(sparsemax, alphas=[2], dtypes=["float64"], arrays="numpy", laws=["shift"])
    >>> report.verdict  # the maximum is not subtracted first
    'violates'
    """
    started, clock = datetime.now(UTC), time.monotonic()
    if not isinstance(implementation, str) and not callable(implementation):
        raise ValueError(
            f"implementation: {implementation!r} cannot be called; pass a function, or its name as module:function"
        )
    if jobs < 1:
        raise ValueError(f"jobs: {jobs} is no number of processes; pass 1 or more")
    if not timeout > 0:
        raise ValueError(f"timeout: {timeout} leaves no time to answer; pass a positive number of seconds")
    alphas = (alphas,) if isinstance(alphas, float | int | Fraction) else alphas
    dtypes, laws, skip_laws = ((each,) if isinstance(each, str) else tuple(each) for each in (dtypes, laws, skip_laws))
    arrays = _arrays_of(implementation, arrays, kind)
    if arrays not in FRAMEWORKS:
        raise ValueError(f"arrays: {arrays!r} is not one of {', '.join(FRAMEWORKS)}")
    if kind not in KINDS:
        raise ValueError(f"kind: {kind!r} is not one of {', '.join(KINDS)}")
    asked_for = Asked(alphas=tuple(alphas))
    if kind == "normaliser":
        asked_for = ask_for(against, alphas, fixed_alpha, parameters, fixed_parameters, grad=grad)
    elif against or parameters or fixed_parameters:
        raise ValueError(f"against: a {kind} is checked against entmax; normalisers are of the kind 'normaliser'")
    if kind != "mapping" and grad_alpha:
        raise ValueError("grad_alpha: the gradient in alpha is checked for mappings only; leave it out")
    if grad_alpha and arrays == "program":
        raise ValueError("grad_alpha: a program is asked for its gradient in the logits only; leave it out")
    if (grad or grad_alpha) and arrays == "numpy":
        raise ValueError("grad: NumPy has no automatic differentiation; use arrays='torch' or arrays='jax'")
    if fixed_alpha is not None:
        if grad_alpha:
            raise ValueError("grad_alpha: a function with a fixed alpha has no gradient in it")
        asked_for = replace(asked_for, alphas=(fixed_alpha,))
    if isinstance(profile, str) and profile not in PROFILES:
        raise ValueError(f"profile: {profile!r} is not one of {', '.join(PROFILES)}")
    effort = PROFILES[profile] if isinstance(profile, str) else profile
    if seconds is not None:
        if not seconds > 0:
            raise ValueError(f"seconds: {seconds} leaves no time to look; pass a positive number")
        effort = replace(effort, total=seconds)
    offered = (("gradient",) if grad or grad_alpha else ()) + (("alpha gradient",) if grad_alpha else ())
    offered += asked_for.offered
    contracts, chosen = choose(laws, skip_laws, kind=kind, offered=offered)
    held: list[Contract | Law] = [*contracts, *chosen]
    missing = [name for name in laws if name not in {each.name for each in held}]
    if kind == "normaliser" and missing:
        raise ValueError(f"law: {missing[0]!r} is not true of {against}, or needs grad, or is skipped; leave it out")
    subject = Subject(
        implementation, arrays, device, fixed_alpha is not None, timeout, kind, asked_for.hands, asked_for.fixed
    )
    lacks = _lacks(without, kind)
    if kind == "attention":
        subject = replace(subject, hands=options_of(lacks))
    settings = _settings(
        asked_for.alphas,
        dtypes,
        compute_dtype,
        Setting(
            0.0,
            "",
            layouts=("contiguous",)
            if arrays in ("jax", "program")
            else tuple(each for each in LAYOUTS if each != "constant"),
            max_n=effort.max_n,
            long_rows=effort.long_rows,
            alpha_gradient=grad_alpha,
            against=asked_for.against,
            choices=asked_for.choices,
            few_shapes=arrays == "jax",
            without=lacks,
        ),
    )
    names = [each.name for each in held]
    asked = set(names)
    if "returns" not in {*asked, *skip_laws}:
        names.append("returns")  # an answer is owed whichever laws are asked for: its absence must not go unsaid
    if not chosen:
        # Contracts are held against the calls that laws make, so some must be made.
        names += [each.name for each in choose((), skip_laws, kind=kind)[1]]
    tasks = [Task(subject, setting, tuple(names), offered, effort, seed) for setting in settings]
    every: list[Event] = []

    def tell(event: Event) -> None:
        every.append(event)
        if progress is not None:
            progress(event)

    packages = ("entmax-oracle", "numpy", "hypothesis", "python-flint")
    begun = Begun(
        subject.name,
        kind,
        tuple(dict.fromkeys(each.alpha for each in settings)),
        tuple(dict.fromkeys(each.dtype for each in settings)),
        tuple((each.alpha, each.dtype) for each in settings),
        arrays,
        device,
        profile if isinstance(profile, str) else "custom",
        compute_dtype,
        seed,
        {"python": platform.python_version()} | {package: metadata.version(package) for package in packages},
        platform.platform(),
        started.isoformat(timespec="seconds"),
        tuple(LawResult.skipped(each, "not judged: interrupted") for each in held),
    )
    tell(begun)
    settled: list[Settled] = []
    with suppress(KeyboardInterrupt):  # what was told is kept
        _run(tasks, jobs, executor, tell, settled)
    interrupted = len(settled) < len(tasks) or any(each.interrupted for each in settled)
    versions = {name: version for each in settled for name, version in each.versions.items()}
    reach = {name: max(each.reach.get(name, 0) for each in settled) for each in settled for name in each.reach}
    tell(Ended(interrupted, versions, reach, round(time.monotonic() - clock, 3)))
    return gather(every)


def replay(
    implementation: str | Callable[..., Any],
    source: str | Mapping[str, Any],
    arrays: str = "torch",
    *,
    fixed_alpha: float | Fraction | None = None,
    device: str = "cpu",
    compute_dtype: str | None = None,
    timeout: float = 10.0,
    kind: str = "mapping",
    without: Iterable[str] | str = (),
    against: str | None = None,
    fixed_parameters: Mapping[str, Any] | None = None,
) -> Finding:
    """Judge one counterexample again.

    Parameters
    ----------
    implementation, arrays, fixed_alpha, device, compute_dtype, timeout, kind, without, against, fixed_parameters
        As for `check`; the counterexample of a normaliser names what it is against, unless told.
    source : str or dict
        A counterexample as JSON text, in a file or as a dict, or the JSON of a report, whose first one is taken.

    Returns
    -------
    Finding
        Broken if it is still wrong.

    Raises
    ------
    ValueError
        If the target or the counterexample cannot be used.
    """
    found = read(source) if isinstance(source, str) else dict(source)
    arrays = _arrays_of(implementation, arrays, kind)
    contracts, laws = choose((found["law"],), kind=kind, offered=("gradient", "alpha gradient", *OFFERS))
    case = KINDS[kind].to_case(found)
    asked_for, alpha = Asked(), float(found["alpha"])
    if kind == "normaliser":
        name = against or found.get("against")
        has_alpha = name in NORMALISERS and "alpha" in NORMALISERS[name].parameters
        asked_for = ask_for(name, (alpha if has_alpha else 1.5,), fixed_alpha, None, fixed_parameters)
    subject = Subject(
        implementation, arrays, device, fixed_alpha is not None, timeout, kind, asked_for.hands, asked_for.fixed
    )
    lacks = _lacks(without, kind)
    if kind == "attention":
        subject = replace(subject, hands=options_of(lacks))
    setting = Setting(
        alpha,
        as_format(found["dtype"]).name,
        compute_dtype,
        others=tuple(found.get("others", ())),
        against=asked_for.against,
        without=lacks,
    )
    with Calling(subject) as caller:
        session = Session(KINDS[kind], caller, setting, choose(kind=kind)[0])
        law: Law | Contract = contracts[0] if contracts else laws[0]
        return judge(law, session, case)


def _settings(
    alphas: Iterable[float | Fraction], dtypes: Iterable[str], compute_dtype: str | None, like: Setting
) -> list[Setting]:
    """Combine every alpha with every dtype; the rest is that of one setting."""
    inside = None if compute_dtype is None else as_format(compute_dtype, "compute_dtype").name
    settings = [
        replace(
            like,
            # As a 0-d array alpha is a number of the dtype, so that number is what the answer is for.
            alpha=float(
                as_format(dtype).round_array(float(as_alpha(alpha))) if like.alpha_gradient else as_alpha(alpha)
            ),
            dtype=as_format(dtype).name,
            compute_dtype=inside,
        )
        for alpha in alphas
        for dtype in dtypes
    ]
    if not settings:
        raise ValueError("alphas and dtypes must each name at least one value")
    settings = list({(each.alpha, each.dtype): each for each in settings}.values())
    known = dict.fromkeys(each.alpha for each in settings if not like.alpha_gradient)
    return [replace(each, others=tuple(alpha for alpha in known if alpha != each.alpha)) for each in settings]


def _lacks(without: Iterable[str] | str, kind: str) -> tuple[str, ...]:
    """Say what an implementation of attention lacks, in one order."""
    names = (without,) if isinstance(without, str) else tuple(without)
    if names and kind != "attention":
        raise ValueError(f"without: {names[0]!r} is a feature of attention, not of a {kind}; leave it out")
    for name in names:
        if name not in LACKS:
            raise ValueError(f"without: {name!r} is not one of {', '.join(LACKS)}")
    return tuple(name for name in LACKS if name in names)


def _arrays_of(implementation: object, arrays: str, kind: str) -> str:
    """Say what the implementation takes: a program takes numbers, whatever was asked for."""
    if not is_program(implementation):
        return arrays
    if kind != "mapping":
        raise ValueError(f"kind: a program is asked for the mapping only, not for {kind}; wrap it in a Python function")
    return "program"


def _run(tasks: list[Task], jobs: int, executor: Executor | None, tell: Tell, settled: list[Settled]) -> None:
    """Check every setting; what is settled is noted even if the rest is interrupted."""
    if executor is None and (jobs <= 1 or len(tasks) == 1):
        for task in tasks:
            settled.append(check_setting(task, tell))
            if settled[-1].interrupted:
                return
        return
    if not isinstance(tasks[0].subject.target, str):
        raise ValueError("jobs: a callable cannot travel to other processes; name it as module:function")
    pool: AbstractContextManager[Executor] = (
        nullcontext(executor)
        if executor is not None
        else ProcessPoolExecutor(min(jobs, len(tasks)), mp_context=get_context("spawn"))
    )
    with pool as workers:
        futures = [workers.submit(collect, task) for task in tasks]
        try:
            for task, future in zip(tasks, futures, strict=True):
                tell(Judging(task.setting.alpha, task.setting.dtype, "every law"))
                events, outcome = future.result()
                for event in events:
                    tell(event)
                settled.append(outcome)
        except KeyboardInterrupt:
            for future in futures:
                future.cancel()
            raise
