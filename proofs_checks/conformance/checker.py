"""Check an implementation against the laws: from what is asked to settings, from settings to a report."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import closing, suppress
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from fractions import Fraction
from importlib import metadata
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Literal

import numpy as np

from entmax_oracle.reference.formats import as_arithmetic, as_format
from entmax_oracle.reference.inputs import as_alpha

from ..spreading import Done, Lost, spread
from .ask import FEATURES, OPTIONS, Ask, refuse_unknown_laws
from .calls import Subject
from .case import Setting
from .kinds import KINDS
from .kinds.kind import Asked, Kind
from .law import UNJUDGED, Contract, Finding, Law
from .laws import LAWS_OF, choose
from .pooling import Pooled
from .results.counterexample import Head, case_of, head_of, of_counterexample, read
from .results.events import ALWAYS_HELD, PASSING, Begun, Ended, Event, Judged, Notice, Tell, gather
from .results.report import LawResult, Report
from .saved import of_setting, remember, saved
from .search import Effort
from .session import GiveUp, Session
from .setting import STOPPED, Calling, Settled, Task, Told, check_elsewhere, check_setting, judge, lacking
from .target.defining import defined
from .target.layouts import LAYOUTS
from .target.loading import locate

__all__ = ["PROFILES", "Plan", "check", "execute", "plan", "replay", "replay_as", "save"]

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
    arrays: str | None = None,
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
    fail_fast: bool = False,
    no_saved: bool = False,
    jobs: int = 1,
    seeds: int = 1,
    executor: Executor | None = None,
    progress: Tell | None = None,
    kind: str = "mapping",
    without: Iterable[str] | str = (),
    bitwise: Iterable[str] | str = (),
    against: str | None = None,
    parameters: Mapping[str, Any] | None = None,
    fixed_parameters: Mapping[str, Any] | None = None,
    multiple_of: int = 1,
    max_logit: float | None = None,
    contiguous: bool = False,
    widths: Iterable[int] | int | str = (),
    tokens: Iterable[int] | int | str = (),
    heads: Iterable[int] | int | str = (),
    rename: Mapping[str, str] | None = None,
    layout: str = "bhmd",
    empty_rows: str = "zero",
    align: str = "end",
    always_causal: bool = False,
    summation: str = "any",
    axis: int = -1,
    features: Iterable[str] | str = (),
) -> Report:
    """Check that an implementation of entmax, or of entmax attention, satisfies the laws.

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
        ``"float64"``, ``"float32"``, ``"float16"``, ``"bfloat16"``, ``"float8_e4m3fn"``, ``"float8_e5m2"``.
    arrays : str, optional
        ``"numpy"``, ``"torch"`` or ``"jax"``: what the implementation takes and returns. By default that is guessed
        from what it refers to and imports.
    fixed_alpha : float, optional
        The function is called ``f(z)`` and is entmax with this alpha.
    device : str
        Device of the arrays.
    grad, grad_alpha : bool
        Also check the gradient in the logits, and in alpha (which then arrives as a 0-d array), through the
        autograd of `arrays`.
    laws, skip_laws : iterable of str
        Names of the laws to check, or to skip.
    profile : str
        Search effort: ``"quick"`` (seconds), ``"standard"`` (a minute or two) or ``"deep"``.
    seed : int
        The same seed draws the same cases.
    compute_dtype : str, optional
        Format of the implementation's arithmetic. By default that of the dtype, and float32 for the short ones. For
        attention also ``"tf32"``: factors of matrix products are rounded to 11 bits, the rest is float32.
    timeout : float
        Time limit per call, in seconds.
    seconds : float, optional
        Time budget for all laws of a setting together, from the first answer on, for slow implementations; laws that
        ran out of time before everything was tried say so.
    fail_fast : bool
        Stop at the first failure of an error.
    no_saved : bool
        Of a target given by name the failures are saved in the user's cache (``~/.cache/entmax-oracle/failures``) and
        tried first the next time, before everything else that is tried. This neither tries nor saves any.
    jobs : int
        Settings (alpha and dtype) to check in parallel, each in a process of its own; needs a target given
        by name and, as all multiprocessing, a guarded ``__main__``.
    seeds : int
        Check every setting this many times, with the seeds from `seed` on; the report is that of one search.
    executor : concurrent.futures.Executor, optional
        Runs the settings instead, each with each seed, such as
        :class:`entmax_oracle.proofs_checks.cluster.Cluster`; needs a target given by name. The report is that of one
        process, apart from times.
    progress : callable, optional
        Told every :mod:`event <entmax_oracle.proofs_checks.conformance.results.events>` as it happens.
    kind : str
        ``"mapping"``; ``"attention"``: ``f(query, key, value, *, alpha, is_causal, scale, alibi_slopes,
        key_lengths)`` with the semantics of :func:`entmax_oracle.reference.attention`; ``"loss"``:
        ``f(z, y, alpha)``, the Fenchel-Young loss of each row of logits (r, n) with its class index (r,); or
        ``"normaliser"``: ``f(z, **parameters)``, any other normaliser of the field over the last axis.
    without : iterable of str
        Features that an implementation of attention lacks: ``"causal"``, ``"scale"``, ``"alibi"``, ``"lengths"`` (the
        matching arguments are then not passed), ``"groups"``, ``"cross"``, ``"widths"``, ``"layouts"``; see
        `ask.LACKS`.
    features : iterable of str
        Arguments that an implementation of attention also takes: ``"mask"`` (``attn_mask``, boolean and added),
        ``"bias"`` (only added), ``"boolean-mask"``, ``"window"``, ``"softcap"``, ``"sinks"``, ``"alphas"`` and
        ``"scales"`` (one per head, as arrays); or ``"lse"``, if it also returns the logarithm of the sum of
        exponentials. They mean what they mean in :func:`entmax_oracle.reference.attention`, and are None where a case
        does not use them.
    bitwise : iterable of str
        What, as the implementation promises, changes no bit: ``"batch"`` (how many rows or sequences are asked
        for, and the place among them), ``"padding"`` (of mappings and attention) and ``"split"`` (of attention's
        queries into calls, as in chunked prefill and decoding). The law ``batch invariance`` then compares bits where
        it otherwise allows both answers their errors.
    against : str, optional
        For the kind ``"normaliser"``: which one it should be, a name of
        :data:`entmax_oracle.reference.normalisers.NORMALISERS`, or ``"path/to/file.py:Class"``.
    parameters : dict, optional
        Values by name, each one or several, instead of the few that are tried by default. They are passed by keyword
        (alpha too, from `alphas`).
    fixed_parameters : dict, optional
        Parameters that the implementation does not take, with the values that it has.
    multiple_of : int
        Only lengths that are multiples of it: of rows, and in attention of queries and of keys. What the target
        declines all the same, by ``NotImplementedError``, is counted, and reported as not tested.
    max_logit : float, optional
        Only logits up to this size, apart from masked ones; in attention also scaled products and ALiBi biases.
    contiguous : bool
        Only contiguous arrays.
    widths : iterable of int
        For attention: the only numbers of features of queries, keys and values.
    tokens, heads : iterable of int
        Lengths of rows, and numbers of heads of attention, to try beside the usual ones.
    rename : dict, optional
        The implementation's own names for keyword arguments, such as ``{"is_causal": "causal"}``.
    layout : str
        For attention: ``"bhmd"``; ``"bmhd"`` for tensors with tokens before heads; or ``"thd"`` for packed sequences,
        query ``(total, H, D)``, key and value ``(total, Hkv, D)`` with ``cu_seqlens_q`` and ``cu_seqlens_k`` (where
        sequences begin and end, int32, B + 1 numbers), ``max_seqlen_q`` and ``max_seqlen_k`` in place of
        ``key_lengths``.
    empty_rows : str
        For attention: the output of a query that sees no key, ``"zero"``, ``"nan"``, ``"mean"`` (that of all values) or
        ``"any"`` numbers.
    align : str
        For attention: ``"end"`` if the last query stands at the last key, ``"start"`` if the first at the first.
    always_causal : bool
        The implementation of attention is causal, and takes no ``is_causal``.
    summation : str
        In which order the implementation takes sums: ``"any"``, with at least one vector of partial sums;
        ``"pairwise"``, a tree, which is then required; or ``"sequential"``, one term after the other.
    axis : int
        The axis of the logits that a mapping or a normaliser works along.

    Returns
    -------
    Report
        Truthy when the implementation conforms.

    Raises
    ------
    ValueError
        If the target cannot be imported or called, or an argument is unusable.

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
    ask = Ask.of(locals())
    if isinstance(implementation, str) and executor is None:  # an executor may run where there is more than here
        locate(implementation)
    if executor is None:
        ask.refuse_missing()
    return execute(plan(ask), executor, progress)


def replay(
    implementation: str | Callable[..., Any],
    source: str | Mapping[str, Any],
    arrays: str | None = None,
    *,
    fixed_alpha: float | Fraction | None = None,
    device: str = "cpu",
    compute_dtype: str | None = None,
    timeout: float = 10.0,
    kind: str = "mapping",
    without: Iterable[str] | str = (),
    bitwise: Iterable[str] | str = (),
    against: str | None = None,
    fixed_parameters: Mapping[str, Any] | None = None,
    grad_alpha: bool = False,
    multiple_of: int = 1,
    max_logit: float | None = None,
    contiguous: bool = False,
    widths: Iterable[int] | int | str = (),
    rename: Mapping[str, str] | None = None,
    layout: str = "bhmd",
    empty_rows: str = "zero",
    align: str = "end",
    always_causal: bool = False,
    summation: str = "any",
    axis: int = -1,
    features: Iterable[str] | str = (),
) -> Finding:
    """Check one counterexample again.

    Parameters
    ----------
    implementation, arrays, fixed_alpha, device, compute_dtype, timeout, kind, without, bitwise
        As for `check`.
    fixed_parameters, grad_alpha, multiple_of, max_logit, contiguous, widths
        As for `check`.
    rename, layout, empty_rows, align, always_causal, summation, axis, features
        As for `check`.
    against : str, optional
        As for `check`; by default what the counterexample names.
    source : str or dict
        A counterexample as JSON text, in a file or as a dict, or the JSON of a report, whose first one is taken.

    Returns
    -------
    Finding
        Broken if it is still wrong; not judged where the implementation gives no answer that can be checked.

    Raises
    ------
    ValueError
        If the target or the counterexample cannot be used.
    """
    ask = Ask.of(locals())
    return replay_as(ask, read(source) if isinstance(source, str) else source)


@dataclass(frozen=True)
class Plan:
    """What a check is going to do.

    Parameters
    ----------
    ask : Ask
    settings : tuple of Setting
        Every alpha with every dtype.
    held : tuple of Contract or Law
        What is reported.
    tasks : tuple of Task
        The work, one for each setting and seed.
    """

    ask: Ask
    settings: tuple[Setting, ...]
    held: tuple[Contract | Law, ...]
    tasks: tuple[Task, ...]

    def only(self, position: int) -> Plan:
        """Leave all settings out but one."""
        setting = self.settings[position]
        return replace(self, settings=(setting,), tasks=tuple(each for each in self.tasks if each.setting == setting))


def plan(ask: Ask) -> Plan:
    """Choose settings and laws.

    Raises
    ------
    ValueError
        For a law that there is not, or that is not true of the target, or parameters that a normaliser does not have.
    """
    asked, effort = KINDS[ask.kind].asked(ask), _effort(ask)
    offered = _offered(ask) + asked.offered
    contracts, laws = choose(ask.laws, ask.skip_laws, kind=ask.kind, offered=offered)
    held: tuple[Contract | Law, ...] = (*contracts, *laws)
    names = [each.name for each in held]
    for name in ask.laws:
        if name not in names:
            raise ValueError(f"law: {_absence(ask, name)}")
    names += [each for each in ALWAYS_HELD if each not in {*names, *ask.skip_laws}]
    if not laws:
        # Contracts are held against the calls that laws make, so some must be made.
        names += [each.name for each in choose((), ask.skip_laws, kind=ask.kind)[1]]
    subject, settings = _subject(ask, asked), _settings(ask, asked, effort)
    known = saved(subject.name, _defining(ask)) if _saves(ask) else {}
    tasks = tuple(
        Task(
            subject,
            each,
            tuple(names),
            offered,
            effort,
            seed,
            ask.fail_fast,
            of_setting(known, each.alpha, each.dtype),
        )
        for each in settings
        for seed in range(ask.seed, ask.seed + ask.seeds)
    )
    return Plan(ask, settings, held, tasks)


def execute(chosen: Plan, executor: Executor | None = None, progress: Tell | None = None) -> Report:
    """Carry out a plan.

    Parameters
    ----------
    chosen : Plan
    executor, progress
        As for `check`.
    """
    clock = time.monotonic()
    chosen = chosen if executor is not None else _with_arrays(chosen)
    begun = _begun(chosen)
    every: list[Event] = []

    def tell(event: Event) -> None:
        if not isinstance(event, PASSING):
            every.append(event)
        if progress is not None:
            progress(event)

    tell(begun)
    done: dict[int, Settled] = {}
    pooled = Pooled(chosen.held, tell)
    with suppress(KeyboardInterrupt):  # what was told is kept
        _run(chosen.tasks, chosen.ask.jobs, executor, pooled, done)
    settled = [done[position] for position in sorted(done)]
    stopped = any(each.stopped for each in settled)
    for position, task in enumerate(chosen.tasks):
        if stopped and position not in done:
            pooled.give_up(task, STOPPED)
    interrupted = (len(settled) < len(chosen.tasks) and not stopped) or any(each.interrupted for each in settled)
    versions = {name: version for each in settled for name, version in each.versions.items()}
    reach = {name: max(each.reach.get(name, 0) for each in settled) for each in settled for name in each.reach}
    calls, answered = sum(each.calls for each in settled), sum(each.answered for each in settled)
    seconds = round(time.monotonic() - clock, 3)
    declined = sum(each.declined for each in settled)
    refusal = next((each.refusal for each in settled if each.refusal), "")
    tell(Ended(interrupted, versions, reach, seconds, calls, answered, declined, refusal))
    save(chosen, (each for each in every if isinstance(each, Judged)))
    return gather(every)


def _with_arrays(chosen: Plan) -> Plan:
    """Where nothing says which arrays the target takes, plan for the first library whose arrays it answers."""
    ask = chosen.ask
    if ask.arrays is not None or ask.library == "program" or ask.guess.reason:
        return chosen
    for library in ("torch", "jax", "numpy"):
        with suppress(ValueError):  # what is asked for that library cannot do, or lacks here
            candidate = plan(replace(ask, arrays=library))
            candidate.ask.refuse_missing()
            if _answers(candidate.tasks[0]):
                return candidate
    return chosen


def _absence(ask: Ask, name: str) -> str:
    """Say why a law that is asked for cannot be checked."""
    if name in ask.skip_laws:
        return f"{name!r} is both asked for and skipped; drop one"
    needs = LAWS_OF[ask.kind][1][name].needs if name in LAWS_OF[ask.kind][1] else ""
    if needs == "alpha gradient" and not ask.grad_alpha:
        return f"{name!r} is checked with --grad-alpha only; give that, or leave the law out"
    if "gradient" in needs and not (ask.grad or ask.grad_alpha):
        return f"{name!r} is checked with --grad only; give that, or leave the law out"
    feature = {"attn_mask": "mask"}.get(bare := needs.removesuffix(" gradient"), bare)
    if feature in FEATURES:
        return f"{name!r} says nothing about a target without {feature}; add --with {feature}"
    if needs == "packed":
        return f"{name!r} says nothing about sequences that are not packed; add --layout thd"
    return f"{name!r} does not hold for {ask.against or 'this target'}; leave it out"


def _answers(task: Task) -> bool:
    """Whether a target answers a first small call."""
    case = task.kind.fit(task.kind.cornerstones(task.setting)[0], task.setting)
    with Calling(task.subject) as caller:
        (outcome,) = caller([Session(task.kind, caller, task.setting, ()).request(case)])
    return outcome.status == "returned"


def save(chosen: Plan, judged: Iterable[Judged]) -> None:
    """Save what failed, of which the last word counts; the next check tries it first."""
    if _saves(chosen.ask):
        last = {(each.alpha, each.dtype, each.result.law): each.result for each in judged}
        results = ((*key[:2], each) for key, each in last.items())
        remember(chosen.tasks[0].subject.name, _defining(chosen.ask), results)


def _saves(ask: Ask) -> bool:
    """Whether failures are saved: those of a function without a name that lasts are not."""
    return isinstance(ask.implementation, str) and not ask.no_saved


def _defining(ask: Ask) -> list[str]:
    """Spell the options without which a failure would not mean the same: it is tried under no others."""
    return [*ask.words(again=True), *OPTIONS["parameters"].words(ask.parameters)]


def replay_as(ask: Ask, found: Mapping[str, Any], progress: Tell = lambda event: None) -> Finding:
    """Check a counterexample of what is asked about.

    Parameters
    ----------
    ask : Ask
    found : dict
        The counterexample.
    progress : callable, optional
        Told what the target writes, and when a call is late.

    Raises
    ------
    ValueError
        If the target or the counterexample cannot be used.
    """
    head, kind = head_of(found), KINDS[ask.kind]
    ask = _as_found(ask, head, pulled=found.get("cotangent") is not None)
    with of_counterexample():
        asked = kind.asked(ask)
    contracts, laws = choose((head.law,), kind=ask.kind, offered=_offered(ask) + asked.offered)
    if not contracts and not laws:
        raise ValueError(f"law: {_absence(ask, head.law)}")
    (setting,) = _settings(ask, asked, _effort(ask))
    setting = replace(setting, alpha=head.alpha, others=head.others)
    law: Law | Contract = contracts[0] if contracts else laws[0]
    lacks = lacking(kind, setting)
    if isinstance(law, Law) and law.about in lacks:
        raise ValueError(f"law: {law.name!r} is not checked, since the target is declared to lack {lacks[law.about]}")
    case = case_of(found, law, kind, setting)
    _refuse_undeclared(kind, case, setting, asked)
    with Calling(_subject(ask, asked), lambda text: progress(Notice(text))) as caller:
        contracts_of_kind = choose(kind=ask.kind)[0]
        session = Session(kind, caller, setting, contracts_of_kind, Told(setting, progress))
        if isinstance(law, Law) and not session.oracle.defined(kind.fit(case, setting)):
            raise ValueError(f"counterexample: the definition of {setting.against} gives no answer for its {kind.told}")
        try:
            return judge(law, session, case)
        except GiveUp:
            return UNJUDGED


def _as_found(ask: Ask, head: Head, *, pulled: bool) -> Ask:
    """Ask for what a counterexample is about, with gradients where it has an incoming one."""
    if ask.kind != "normaliser" and ask.fixed_alpha is not None and float(ask.fixed_alpha) != head.alpha:
        raise ValueError(f"fixed_alpha: this counterexample has alpha {head.alpha:g}, not {float(ask.fixed_alpha):g}")
    named = (ask.against, head.against)
    if all(each is not None and ":" not in each for each in named) and named[0] != named[1]:
        raise ValueError(f"against: this counterexample is of {named[1]}, not of {named[0]}")
    with of_counterexample():
        refuse_unknown_laws((head.law,), ask.kind)
        if head.against is not None and ask.kind == "normaliser":
            defined(head.against)
    law, against = LAWS_OF[ask.kind][1].get(head.law), ask.against or head.against
    return replace(
        ask,
        alphas=(head.alpha,),
        dtypes=(head.dtype,),
        against=against,
        grad=pulled or (law is not None and "gradient" in law.needs),
        grad_alpha=ask.grad_alpha or (law is not None and law.needs == "alpha gradient"),
        laws=(),
        skip_laws=(),
    )


def _refuse_undeclared(kind: Kind, case: Any, setting: Setting, asked: Asked) -> None:
    """Raise `ValueError` where a target would be called without something that a case has, or with something else."""
    narrowed = kind.narrow(case, setting)
    for each in fields(case):
        before, after = getattr(case, each.name), getattr(narrowed, each.name)
        if before is not after and not np.array_equal(before, after, equal_nan=isinstance(before, np.ndarray)):
            raise ValueError(
                f"counterexample: {each.name} is not what the target is declared to take; give the options of the "
                "check that found it"
            )
    given = dict(getattr(case, "parameters", ()))
    for name, value in asked.fixed:
        if name in given and given[name] != value:
            raise ValueError(f"fixed_parameters: this counterexample has {name} = {given[name]}, not {value}")


def _effort(ask: Ask) -> Effort:
    effort = PROFILES[ask.profile] if isinstance(ask.profile, str) else ask.profile
    return effort if ask.seconds is None else replace(effort, total=ask.seconds)


def _offered(ask: Ask) -> tuple[str, ...]:
    """Which gradients laws may ask for."""
    return ("gradient",) * (ask.grad or ask.grad_alpha) + ("alpha gradient",) * ask.grad_alpha


def _subject(ask: Ask, asked: Asked) -> Subject:
    return Subject(
        ask.implementation,
        ask.library,
        ask.device,
        ask.fixed_alpha is not None,
        ask.timeout,
        ask.kind,
        asked.hands,
        asked.fixed,
        tuple(ask.words(again=True)),
        ask.told(),
        _renamed(ask, asked),
        ask.layout == "bmhd",
        ask.axis,
        ask.conventions.packed,
        ask.features,
    )


def _renamed(ask: Ask, asked: Asked) -> tuple[tuple[str, str], ...]:
    """Give the names that the target has for its options."""
    for ours, _ in ask.rename:
        if ours not in asked.hands:
            raise ValueError(
                f"rename: {ours!r} is not passed to the target; its arguments are {', '.join(asked.hands) or 'none'}"
            )
    return ask.rename


def _settings(ask: Ask, asked: Asked, effort: Effort) -> tuple[Setting, ...]:
    """Combine every alpha with every dtype."""
    alone = ask.library in ("jax", "program")
    like = Setting(
        0.0,
        "",
        None if ask.compute_dtype is None else as_arithmetic(ask.compute_dtype).name,
        ask.summation,
        layouts=("contiguous",) if alone or ask.contiguous else tuple(each for each in LAYOUTS if each != "constant"),
        max_n=effort.max_n,
        long_rows=effort.long_rows,
        alpha_gradient=ask.grad_alpha,
        against=asked.against,
        choices=asked.choices,
        few_shapes=ask.library == "jax",
        without=ask.without,
        domain=ask.domain,
        conventions=ask.conventions,
        axis=ask.axis,
        writable=not alone,
        bitwise=ask.bitwise,
        features=ask.features,
    )
    pairs = dict.fromkeys(
        (_number(alpha, dtype, ask.grad_alpha), dtype)
        for alpha in asked.alphas
        for dtype in (as_format(each).name for each in ask.dtypes)
    )
    known = dict.fromkeys(alpha for alpha, _ in pairs if not ask.grad_alpha)
    return tuple(
        replace(like, alpha=alpha, dtype=dtype, others=tuple(other for other in known if other != alpha))
        for alpha, dtype in pairs
    )


def _number(alpha: float | Fraction, dtype: str, is_array: bool) -> float:
    """Give the number that the target gets: as a 0-d array, alpha is a number of the dtype."""
    value = float(as_alpha(alpha))
    return float(as_format(dtype).round_array(value)) if is_array else value


def _begun(chosen: Plan) -> Begun:
    ask, settings = chosen.ask, chosen.settings
    packages = ("entmax-oracle", "numpy", "hypothesis", "python-flint")
    return Begun(
        chosen.tasks[0].subject.name,
        ask.kind,
        tuple(dict.fromkeys(each.alpha for each in settings)),
        tuple(dict.fromkeys(each.dtype for each in settings)),
        tuple((each.alpha, each.dtype) for each in settings),
        ask.library,
        ask.device,
        ask.profile if isinstance(ask.profile, str) else "custom",
        ask.compute_dtype,
        ask.seed,
        {"python": platform.python_version()} | {package: metadata.version(package) for package in packages},
        platform.platform(),
        datetime.now(UTC).isoformat(timespec="seconds"),
        tuple(LawResult.skipped(each, "not checked: interrupted") for each in chosen.held),
        ask.seeds,
    )


def _run(tasks: Sequence[Task], jobs: int, executor: Executor | None, tell: Pooled, done: dict[int, Settled]) -> None:
    """Check every setting with every seed; what is done is noted even if the rest is interrupted."""
    if executor is None and (jobs <= 1 or len(tasks) == 1):
        for position, task in enumerate(tasks):
            done[position] = check_setting(task, tell.of(task))
            if done[position].interrupted or done[position].stopped:
                return
        return
    if not isinstance(tasks[0].subject.target, str):
        raise ValueError("jobs: a callable cannot travel to other processes; name it as module:function")
    pieces = [(task, str(Path.cwd())) for task in tasks]
    with closing(spread(check_elsewhere, pieces, jobs, executor, get_context("spawn"))) as outcomes:
        for outcome in outcomes:
            task = tasks[outcome.position]
            if isinstance(outcome, Done):
                done[outcome.position] = outcome.result
                if outcome.result.stopped:
                    return
            elif isinstance(outcome, Lost):
                tell.give_up(task, f"not checked: {outcome.reason}")
                done[outcome.position] = Settled({}, {}, interrupted=True)
            else:
                tell.of(task)(outcome.what)
