"""Compilation of one kernel for one target, and what it may not ship with."""

import os
import time
import warnings
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field
from importlib import import_module
from multiprocessing import get_context
from typing import Any

from .machine_code import figures

TARGETS: Mapping[str, tuple[str, int | str, int]] = {
    "sm_80": ("cuda", 80, 32),
    "sm_90": ("cuda", 90, 32),
    "sm_100": ("cuda", 100, 32),
    "gfx942": ("hip", "gfx942", 64),
}
"""Backend, architecture and threads in a warp."""

SHARED_LIMITS: Mapping[str, int] = {"sm_80": 166912, "sm_90": 232448, "sm_100": 232448, "gfx942": 65536}
"""Bytes of shared memory of one program (CUDA programming guide, "Technical specifications"; CDNA 3 ISA, LDS)."""


@dataclass(frozen=True)
class Job:
    """One kernel in one configuration for one target.

    Attributes
    ----------
    module, kernel
        Where the kernel is: an importable module and the name in it.
    target
        Key of `TARGETS`.
    types
        Type of each argument that is not constant, as Triton writes it: ``"*fp32"``, ``"i32"`` …
    constants
        Values of the other arguments; Triton's dtypes as strings ``"tl.float32"``.
    aligned
        Arguments known to be divisible by 16, as the launcher finds them for aligned tensors.
    warps
        Warps of a program.
    label
        What the caller calls it.
    options
        Further options of the compiler: ``"num_stages"``, ``"maxnreg"``.
    least
        What it must have: the least value of figures of `Compiled`, by their names.
    """

    module: str
    kernel: str
    target: str
    types: Mapping[str, str]
    constants: Mapping[str, Any]
    aligned: frozenset[str]
    warps: int
    label: str
    options: Mapping[str, int] = field(default_factory=dict)
    least: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Compiled:
    """What a compiled kernel uses.

    Attributes
    ----------
    job
        What was compiled.
    seconds
        Time to compile.
    registers, shared, instructions
        Registers of a thread, bytes of shared memory of a program, machine instructions.
    stack, spills
        Bytes of memory in which a thread keeps what its registers do not hold, and instructions that move it.
    matrix, asynchronous
        Matrix instructions, and loads that go to shared memory without waiting.
    vector_loads, vector_stores
        Widest access to global memory, in bytes of a thread.
    wide_loads, wide_stores
        Bytes of global memory that a thread moves 16 at a time; an instruction in a loop counts once.
    opcodes
        How often each kind of access to memory and each matrix instruction occurs.
    """

    job: Job
    seconds: float
    registers: int
    shared: int
    instructions: int
    stack: int
    spills: int
    matrix: int
    asynchronous: int
    vector_loads: int
    vector_stores: int
    wide_loads: int
    wide_stores: int
    opcodes: Mapping[str, int]

    def faults(self) -> list[str]:
        """Why this kernel may not ship: spills, too much shared memory, less than the job asks for."""
        found = []
        if self.spills or self.stack:
            found.append(f"{self.spills} spills, a stack of {self.stack} bytes")
        if self.shared > SHARED_LIMITS[self.job.target]:
            found.append(f"{self.shared} bytes of shared memory, {SHARED_LIMITS[self.job.target]} on the target")
        for name, least in self.job.least.items():
            if getattr(self, name) < least:
                found.append(f"{name.replace('_', ' ')}: {getattr(self, name)}, {least} or more wanted")
        return [f"{self.job.label} on {self.job.target}: {fault}" for fault in found]

    def as_json(self) -> dict[str, Any]:
        """Return plain data."""
        used = asdict(self)
        del used["job"]
        return {name: getattr(self.job, name) for name in ("label", "kernel", "target", "warps")} | used


def compile_one(job: Job) -> Compiled:
    """Compile in this process.

    Raises
    ------
    RuntimeError
        If the kernel was imported for the interpreter.
    """
    import triton
    from triton.backends.compiler import GPUTarget
    from triton.compiler import ASTSource

    kernel = getattr(import_module(job.module), job.kernel)
    while not isinstance(kernel, triton.JITFunction):  # an autotuner around it
        if not hasattr(kernel, "fn") or type(kernel).__name__ == "InterpretedFunction":
            raise RuntimeError(f"{job.kernel} cannot be compiled: unset TRITON_INTERPRET before importing {job.module}")
        kernel = kernel.fn
    names = list(kernel.arg_names)
    constants = {name: _constant(value) for name, value in job.constants.items() if name in names}
    signature = {name: "constexpr" if name in constants else job.types[name] for name in names}
    attributes = {
        (names.index(name),): [["tt.divisibility", 16]]
        for name in job.aligned
        if signature.get(name, "constexpr") != "constexpr"
    }
    source = ASTSource(
        kernel, signature, {(names.index(name),): value for name, value in constants.items()}, attributes
    )
    start = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = triton.compile(
            source,
            target=GPUTarget(*TARGETS[job.target]),
            options={"num_warps": job.warps, "enable_fp_fusion": True, **job.options},
        )
    seconds = time.perf_counter() - start
    return Compiled(job, round(seconds, 2), shared=result.metadata.shared, **figures(result.asm))


def compile_all(jobs: Iterable[Job], workers: int | None = None, *, cached: bool = False) -> Iterator[Compiled]:
    """Compile in fresh processes, several at a time, without the interpreter.

    Parameters
    ----------
    workers
        Processes; as many as there are cores by default.
    cached
        Whether a kernel that has not changed since it was last compiled may come from Triton's cache, which knows the
        source, the options and the compiler. Its time to compile is then none.
    """
    jobs = list(jobs)
    with ProcessPoolExecutor(
        max_workers=min(len(jobs), workers or os.cpu_count() or 1) or 1,
        mp_context=get_context("spawn"),
        initializer=_compiling,
        initargs=(cached,),
    ) as pool:
        yield from pool.map(compile_one, jobs)


def _compiling(cached: bool) -> None:
    os.environ.pop("TRITON_INTERPRET", None)
    os.environ["TRITON_ALWAYS_COMPILE"] = "0" if cached else "1"


def _constant(value: Any) -> Any:
    if isinstance(value, str) and value.startswith("tl."):
        import triton.language as tl

        return getattr(tl, value.removeprefix("tl."))
    return value
