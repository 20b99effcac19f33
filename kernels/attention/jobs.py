"""The attention kernels in their configurations, as jobs for the ahead-of-time compiler."""

from collections.abc import Iterator, Sequence
from itertools import chain, product
from typing import Any

from ..ahead_of_time import Job
from ..rowwise.strides import Kind
from .configurations import Configuration, compiler_options, configuration, padded

_TENSORS = ("Q", "K", "V", "G", "OUT", "DK", "DV")
_PARAMETERS = ("SLOPES", "LENGTHS", "DEXCESS")
_FLOATS = ("EXCESS", "SCALE", "SLOPES", "DEXCESS", "VALUES", "STATE", "MEAN", "DELTA", "DQ", "SCORES", "P", "PARTS")
_INTEGERS = ("LENGTHS", "BLOCKS", "COUNTS", "INDEX", "NUMBERS")
_MARKS = ("SEEN", "LIVE", "MARK")
_STRIDES = tuple(f"{x}_{along}" for x, along in product("gqkv", ("batch", "head", "row")))
_FEATURES = ("features", "value_features")
_SIZES = (
    "m", "n", "rows", "heads", "group", "queries", "query_blocks", "key_blocks", "chunk",
    "lists", "length", "plane", "list_stride", "mark_stride",
)  # fmt: skip
_PRODUCTS = ("scan", "refine", "attend", "differentiate", "decode_scores", "decode_values")
_MODULES = {
    "scan": "threshold",
    "solve": "threshold",
    "refine": "threshold",
    "compact": "threshold",
    "attend": "output",
    "differentiate": "backward",
    "decode_scores": "decode_tiles",
    "decode_values": "decode_tiles",
}


def jobs(
    target: str,
    features: int,
    dtype: str,
    kind: Kind,
    *,
    parameters: bool = False,
    launch: Configuration | None = None,
) -> list[Job]:
    """Every kernel of forward, backward and decoding, causal and training, for one head dimension, dtype and kind.

    Parameters
    ----------
    dtype
        ``"bf16"``, ``"fp16"`` or ``"fp32"``.
    parameters
        With ALiBi slopes and key lengths, and in the backward pass the gradient in alpha.
    launch
        Instead of the default configuration.
    """
    chosen = launch or configuration(target, features, 4 if dtype == "fp32" else 2)
    width = padded(features)
    common: dict[str, Any] = {
        "KIND": int(kind), "CAUSAL": True, "WIDTH": width, "VALUE_WIDTH": width, "EMULATE": False,
        "QUERIES": chosen.queries, "KEYS": chosen.keys, "CAPACITY": chosen.capacity, "MARKS": 1024,
        "ROWS": max(1, 2048 // chosen.capacity), "SPLIT": chosen.split,
        "STEPS": None, "PRODUCTS": None, "READ": None,
        "q_column": 1, "k_column": 1, "v_column": 1, "g_column": 1,
    }  # fmt: skip
    if not parameters:
        common |= dict.fromkeys(_PARAMETERS)
    backward = {**common, "QUERIES": chosen.queries // chosen.split}
    decoding = {**common, "QUERIES": chosen.decode_queries, "KEYS": chosen.decode_keys}
    configured = f"{kind.name.lower()} D={features} {dtype}" + (" with parameters" if parameters else "")
    launches = [
        ("scan", common, chosen.scan_warps, chosen.stages),
        ("solve", common, 4, 2),
        ("refine", common, chosen.scan_warps, chosen.stages),
        ("compact", common, 4, 2),
        ("attend", common, chosen.warps, chosen.stages),
        ("attend", {**common, "MEAN": None}, chosen.warps, chosen.stages),
        ("differentiate", backward, chosen.backward_warps, chosen.backward_stages),
        ("decode_scores", decoding, chosen.decode_warps, 1),
        ("decode_values", decoding, chosen.decode_warps, chosen.decode_stages),
    ]
    pointers = dict.fromkeys(_TENSORS, f"*{dtype}") | dict.fromkeys(_FLOATS, "*fp32")
    pointers |= dict.fromkeys(_INTEGERS, "*i32") | dict.fromkeys(_MARKS, "*i8")
    types = pointers | dict.fromkeys((*_STRIDES, *_FEATURES, *_SIZES), "i32")
    return [
        Job(
            module=f"{__package__}.{_MODULES[kernel]}",
            kernel=kernel,
            target=target,
            types=types,
            constants=constants,
            aligned=frozenset((*pointers, *_STRIDES, *_FEATURES)),
            warps=warps,
            label=f"{kernel} {configured}" + (" without means" if "MEAN" in constants else ""),
            options={"num_stages": stages, **compiler_options(kernel, target)},
            least=_least(kernel, target, dtype, stages),
        )
        for kernel, constants, warps, stages in launches
    ]


def _least(kernel: str, target: str, dtype: str, stages: int) -> dict[str, int]:
    """Products of 16-bit elements are matrix instructions, and two stages or more are a pipeline.

    On NVIDIA its loads go to shared memory on their own; gfx942 has no such loads for Triton, and its pipeline, through
    registers, has no instruction to tell it by.
    """
    if kernel not in _PRODUCTS:
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
        for job in chain.from_iterable(every):
            if not (job.kernel == "differentiate" and dtype == "fp32" and features > 128):
                yield job


def some_jobs() -> Iterator[Job]:
    """List a representative few: every kernel, every target, and what is nearest to a spill or lacks a product."""
    for target, kernels in (
        ("sm_80", ("refine", "attend")),
        ("sm_90", ("scan", "differentiate", "compact")),
        ("sm_100", ("attend", "decode_values")),
        ("gfx942", ("scan", "solve", "decode_scores")),
    ):
        chosen = {job.kernel: job for job in reversed(jobs(target, 64, "bf16", Kind.SQUARE))}
        yield from (chosen[kernel] for kernel in kernels)
    for dtype in ("bf16", "fp32"):
        every = jobs("sm_80", 128, dtype, Kind.BELOW, parameters=True)
        yield from (job for job in every if job.kernel == "differentiate")
