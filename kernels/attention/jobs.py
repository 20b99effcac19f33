"""The attention kernels in their configurations, as jobs for the ahead-of-time compiler."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain, product
from typing import Any

from ..ahead_of_time import Job
from ..runtime.kinds import Kind
from .configurations import Configuration, configuration, padded
from .kernels import (
    ATTEND,
    DECODE_VALUES,
    DIFFERENTIATE,
    DIFFERENTIATE_SINKS,
    KERNELS,
    MEND,
    SOLVE,
    Kernel,
)
from .launch import MENDED, SINK_ROWS

_TENSORS = {"Q", "K", "V", "G", "OUT", "DK", "DV"}
_PARAMETERS = ("SLOPES", "LENGTHS", "DEXCESS")
_EXTRAS: Mapping[str, Mapping[str, Any]] = {
    "window": {"left": ..., "HIDES": True},
    "cap": {"cap": ...},
    "sinks": {"SINKS": ..., "DSINKS": ..., "SINK": True},
    "mask": {
        "MASK": ..., "DMASK": ..., "mask_batch": ..., "mask_head": ..., "mask_row": ..., "mask_column": 1,
        "HIDES": True,
    },
}  # fmt: skip
"""Arguments that are ``None`` unless a call has what the key says; constant then, or given when it is launched."""
_INTEGERS = {"LENGTHS", "BLOCKS", "COUNTS", "INDEX", "NUMBERS"}
_MARKS = {"SEEN", "LIVE", "MARK"}


def _type(name: str, dtype: str) -> str:
    """Type of an argument of any of the kernels: capitals name arrays, and the others are numbers."""
    if not name.isupper():
        return "fp32" if name == "cap" else "i32"
    if name in _TENSORS:
        return f"*{dtype}"
    return "*i32" if name in _INTEGERS else "*i8" if name in _MARKS else "*fp32"


def _is_aligned(name: str) -> bool:
    """Whether an argument is divisible by 16 for tensors as they mostly are: arrays, features and strides."""
    return name.isupper() or name.endswith(("features", "_batch", "_head", "_row"))


def jobs(
    target: str,
    features: int,
    dtype: str,
    kind: Kind,
    *,
    parameters: bool = False,
    extras: Collection[str] = (),
    launch: Configuration | None = None,
) -> list[Job]:
    """Every kernel of forward, backward and decoding, causal and training, for one head dimension, dtype and kind.

    Parameters
    ----------
    dtype
        ``"bf16"``, ``"fp16"`` or ``"fp32"``.
    parameters
        With ALiBi slopes and key lengths, and in the backward pass the gradient in alpha.
    extras
        What the call has besides, of ``"window"``, ``"cap"``, ``"sinks"`` and ``"mask"``: with them, the kernels that
        they change.
    launch
        Instead of the default configuration.
    """
    chosen = launch or configuration(target, features, 4 if dtype == "fp32" else 2)
    width = padded(features)
    common: dict[str, Any] = {
        "KIND": int(kind), "CAUSAL": True, "WIDTH": width, "VALUE_WIDTH": width, "EMULATE": False,
        "CAPACITY": chosen.capacity, "MARKS": 1024, "TAIL": False, "SPLIT": chosen.split,
        "STEPS": None, "PRODUCTS": None, "READ": None, "right": None,
        "q_column": 1, "k_column": 1, "v_column": 1, "g_column": 1,
    }  # fmt: skip
    if not parameters:
        common |= dict.fromkeys(_PARAMETERS)
    common |= dict.fromkeys(name for given in _EXTRAS.values() for name in given)
    changed = {name: value for extra in extras for name, value in _EXTRAS[extra].items()}
    common = {name: value for name, value in (common | changed).items() if value is not ...}
    said_of_all = " with " + ", ".join((*(["parameters"] if parameters else []), *extras))
    configured = f"{kind.name.lower()} D={features} {dtype}" + (said_of_all if parameters or extras else "")
    return [
        _job(kernel, chosen, target, dtype, common | without, f"{kernel.name} {configured}{said}")
        for kernel, without, said in (
            *((kernel, _rows_of(kernel, chosen), "") for kernel in KERNELS),
            (ATTEND, {"MEAN": None}, " without means"),
            *([] if extras else [(DECODE_VALUES, {"TAIL": True}, " with a tail")]),
        )
        if (changed.keys() & kernel.function.arg_names if extras else kernel != DIFFERENTIATE_SINKS)
    ]


def _rows_of(kernel: Kernel, chosen: Configuration) -> dict[str, Any]:
    """Rows of a program of the kernels that take some."""
    rows = {
        SOLVE.name: max(1, 2048 // chosen.capacity),
        MEND.name: MENDED,
        DIFFERENTIATE_SINKS.name: SINK_ROWS,
    }
    return {"ROWS": rows[kernel.name]} if kernel.name in rows else {}


def _job(kernel: Kernel, chosen: Configuration, target: str, dtype: str, constants: dict[str, Any], label: str) -> Job:
    queries, keys = chosen.tile(kernel.tile)
    names = kernel.function.arg_names
    options = kernel.options(chosen, target)
    return Job(
        module=kernel.function.fn.__module__,
        kernel=kernel.name,
        target=target,
        types={name: _type(name, dtype) for name in names},
        constants=constants | {"QUERIES": queries, "KEYS": keys},
        aligned=frozenset(filter(_is_aligned, names)),
        warps=options.pop("num_warps"),
        label=label,
        options=options,
        least=_least(kernel, target, dtype, options["num_stages"]),
    )


def _least(kernel: Kernel, target: str, dtype: str, stages: int) -> dict[str, int]:
    """Products of 16-bit elements are matrix instructions, and two stages or more are a pipeline.

    On NVIDIA its loads go to shared memory on their own; gfx942 has no such loads for Triton, and its pipeline, through
    registers, has no instruction to tell it by.
    """
    if not kernel.products:
        return {}
    least = {"matrix": 0 if dtype == "fp32" else 1}
    if target.startswith("sm_"):
        least["asynchronous"] = 1 if stages > 1 else 0
    return least


def all_jobs(
    target: str, widths: Sequence[int] = (64, 128, 256), kinds: Sequence[Kind] = (Kind.SQUARE, Kind.BELOW)
) -> Iterator[Job]:
    """Every kernel, for bfloat16 and float32, and each head dimension with a configuration of its own.

    Not the backward pass in float32 from 129 features on: without matrix instructions its products are held in
    registers, and spill.
    """
    for features, dtype in product(widths, ("bf16", "fp32")):
        every = [*(jobs(target, features, dtype, kind) for kind in kinds)]
        every.append(jobs(target, features, dtype, Kind.BELOW, parameters=True))
        every += (
            jobs(target, features, dtype, Kind.SQUARE, extras=extras)
            for extras in (("window", "cap", "sinks"), ("mask",))
        )
        for job in chain.from_iterable(every):
            if not (job.kernel == DIFFERENTIATE.name and dtype == "fp32" and features > 128):
                yield job


def some_jobs() -> Iterator[Job]:
    """List a representative few: every kernel, every target, and what is nearest to a spill or lacks a product."""
    for target, kernels in (
        ("sm_80", ("refine", "attend", "mend")),
        ("sm_90", ("scan", "differentiate", "compact")),
        ("sm_100", ("attend", "decode_values")),
        ("gfx942", ("scan", "solve", "decode_scores")),
    ):
        chosen = {job.kernel: job for job in reversed(jobs(target, 64, "bf16", Kind.SQUARE))}
        yield from (chosen[kernel] for kernel in kernels)
    for dtype in ("bf16", "fp32"):
        every = jobs("sm_80", 128, dtype, Kind.BELOW, parameters=True)
        yield from (job for job in every if job.kernel == DIFFERENTIATE.name)
    for target, wanted, extras in (
        ("sm_90", ("scan", "differentiate", "differentiate_sinks"), ("window", "cap", "sinks")),
        ("sm_80", ("differentiate",), ("mask",)),
    ):
        chosen = {job.kernel: job for job in reversed(jobs(target, 64, "bf16", Kind.SQUARE, extras=extras))}
        yield from (chosen[kernel] for kernel in wanted)
