"""Every row-wise kernel and configuration, as jobs for the ahead-of-time compiler."""

from collections.abc import Iterator
from itertools import product

import torch

from ..ahead_of_time import TARGETS, Job
from ..runtime.kinds import Kind, compute_dtype
from .configurations import Configuration, compacts, compiler_options, configuration

_TYPES = {torch.float32: "fp32", torch.float16: "fp16", torch.bfloat16: "bf16", torch.float64: "fp64"}
_STRIDES = ("inner", "outer_stride", "inner_stride", "token_stride")
_G_STRIDES = ("g_inner", "g_outer_stride", "g_inner_stride", "g_token_stride")


def _least(target: str, n_arrays: int, dtype: torch.dtype, kind: Kind, launch: Configuration) -> dict[str, int]:
    """Say what a kernel must have: the tokens of each of ``n_arrays`` go by 16 bytes, and not of some of them only.

    A thread moves its share of a tile once for each array in each pass. Three quarters of that leave the compiler some
    freedom; an array that goes in narrow pieces takes half, or all.
    """
    share = launch.rows * launch.columns * dtype.itemsize // (launch.warps * TARGETS[target][2])
    passes = 1
    if launch.stream:
        passes = 3 if n_arrays == 2 and kind >= Kind.ABOVE else 2
    wide = {"wide_loads": 3 * share * n_arrays * passes // 4, "wide_stores": 3 * share // 4}
    return {"vector_loads": 16, "vector_stores": 16} | wide


def job(
    target: str,
    kind: Kind,
    n: int,
    dtype: torch.dtype = torch.float32,
    *,
    backward: bool = False,
    parameters: bool = False,
    launch: Configuration | None = None,
) -> Job:
    """One kernel as it is launched for contiguous logits ``(rows, n)`` of a dtype.

    Parameters
    ----------
    parameters
        With scale and lengths, and in the backward pass their gradients.
    launch
        Instead of the default configuration.
    """
    compute = compute_dtype(dtype)
    chosen = launch or configuration(target, n, compute.itemsize, kind, backward=backward)
    inner, outer = _TYPES[compute], _TYPES[dtype]
    types = dict.fromkeys(("Z", "P", "G", "DZ"), f"*{outer}")
    types |= dict.fromkeys(("STATE", "EXCESS", "SCALE", "DEXCESS", "DSCALE"), f"*{inner}")
    types |= {"LENGTHS": "*i64"} | dict.fromkeys(("rows", "n", *_STRIDES, *_G_STRIDES), "i32")
    types |= dict.fromkeys(("excess_stride", "scale_stride", "length_stride"), "i32")
    constants = {
        "KIND": int(kind),
        "COMPUTE": f"tl.{str(compute).removeprefix('torch.')}",
        "ROWS": chosen.rows,
        "COLUMNS": chosen.columns,
        "COMPACT": compacts(kind),
        "STEPS": None,
        # As the launcher specialises them: integers that are 1.
        "inner": 1, "token_stride": 1, "g_inner": 1, "g_token_stride": 1,
    }  # fmt: skip
    if not kind.needs_excess:
        constants["EXCESS"] = None
    if not parameters:
        constants |= dict.fromkeys(("SCALE", "LENGTHS", "DSCALE"))
    if not (parameters and kind == Kind.ANY):
        constants["DEXCESS"] = None
    aligned = {name for name, written in types.items() if written.startswith("*")}
    aligned |= {"outer_stride", "inner_stride", "g_outer_stride", "g_inner_stride"}
    if n % 16 == 0:
        aligned.add("n")
    way = "backward" if backward else "forward"
    shape = "stream" if chosen.stream else "tile"
    return Job(
        module=f"{__package__}.{way}",
        kernel=f"{way}_{shape}",
        target=target,
        types=types,
        constants=constants,
        aligned=frozenset(aligned),
        warps=chosen.warps,
        label=f"{way} {kind.name.lower()} n={n} {outer}" + (" with parameters" if parameters else ""),
        options=compiler_options(target, kind, chosen.warps),
        least=_least(target, 2 if backward else 1, dtype, kind, chosen),
    )


def all_jobs(target: str) -> Iterator[Job]:
    """Every kernel and every configuration that `configuration` can choose."""
    for backward, dtype, kind in product((False, True), (torch.float32, torch.float64), Kind):
        seen = set()
        for n in (16 << k for k in range(14)):
            chosen = configuration(target, n, dtype.itemsize, kind, backward=backward)
            if chosen not in seen:
                seen.add(chosen)
                yield job(target, kind, n, dtype, backward=backward, parameters=kind == Kind.ANY)
    for backward in (False, True):
        yield job(target, Kind.SQUARE, 4096, torch.bfloat16, backward=backward)
        yield job(target, Kind.SQUARE, 4096, torch.float16, backward=backward, parameters=True)
        for n in (1024, 4096, 16384):
            yield job(target, Kind.ANY, n, torch.bfloat16, backward=backward, parameters=True)


def some_jobs() -> Iterator[Job]:
    """List a representative few: each kernel, each way a row is kept, each target."""
    for target in TARGETS:
        yield job(target, Kind.SQUARE, 1024)
        yield job(target, Kind.SQUARE, 16384)
        yield job(target, Kind.SQUARE, 1024, torch.bfloat16, backward=True)
    yield job("sm_90", Kind.BELOW, 4096)
    yield job("sm_90", Kind.SQUARE, 131072)
    yield job("sm_90", Kind.SQUARE, 131072, backward=True)
    yield job("sm_90", Kind.ANY, 512, parameters=True)
    yield job("sm_90", Kind.ANY, 16384, torch.bfloat16, parameters=True)
    yield job("sm_90", Kind.ABOVE, 16384)
    yield job("sm_90", Kind.BELOW, 2048, torch.float64)
