"""Compilation of one kernel for one target, and the figures in the result.

NVIDIA's figures come from the machine code (``cuobjdump`` and ``nvdisasm``, which Triton brings along), AMD's from
the assembly.
"""

import os
import re
import subprocess
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from typing import Any

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
    """

    module: str
    kernel: str
    target: str
    types: Mapping[str, str]
    constants: Mapping[str, Any]
    aligned: frozenset[str]
    warps: int
    label: str = ""


@dataclass(frozen=True)
class Compiled:
    """What a compiled kernel uses.

    Attributes
    ----------
    registers, shared, instructions
        Registers of a thread, bytes of shared memory of a program, machine instructions.
    spills
        Instructions that move registers to memory and back.
    vector_loads, vector_stores
        Widest access to global memory, in bytes of a thread.
    seconds
        Time to compile.
    opcodes
        How often each kind of access to memory occurs.
    """

    label: str
    kernel: str
    target: str
    warps: int
    registers: int
    spills: int
    shared: int
    instructions: int
    vector_loads: int
    vector_stores: int
    seconds: float
    opcodes: Mapping[str, int] = field(default_factory=dict)

    def faults(self) -> list[str]:
        """Why this kernel may not ship: spills, too much shared memory, no 16-byte access."""
        found = []
        if self.spills:
            found.append(f"{self.spills} spills")
        if self.shared > SHARED_LIMITS[self.target]:
            found.append(f"{self.shared} bytes of shared memory, {SHARED_LIMITS[self.target]} on the target")
        if self.vector_loads < 16:
            found.append(f"loads of {self.vector_loads} bytes at most")
        if self.vector_stores < 16:
            found.append(f"stores of {self.vector_stores} bytes at most")
        return [f"{self.label} on {self.target}: {fault}" for fault in found]

    def as_json(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)


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
            options={"num_warps": job.warps, "enable_fp_fusion": True},
        )
    seconds = time.perf_counter() - start
    read = _nvidia if "cubin" in result.asm else _amd
    return Compiled(
        label=job.label or job.kernel,
        kernel=job.kernel,
        target=job.target,
        warps=job.warps,
        shared=result.metadata.shared,
        seconds=round(seconds, 2),
        **read(result.asm),
    )


def compile_all(jobs: Iterable[Job], workers: int | None = None) -> Iterator[Compiled]:
    """Compile in fresh processes, several at a time, without the interpreter and without Triton's cache."""
    jobs = list(jobs)
    with ProcessPoolExecutor(
        max_workers=min(len(jobs), workers or os.cpu_count() or 1) or 1,
        mp_context=get_context("spawn"),
        initializer=_fresh,
    ) as pool:
        yield from pool.map(compile_one, jobs)


def _fresh() -> None:
    os.environ.pop("TRITON_INTERPRET", None)
    os.environ["TRITON_ALWAYS_COMPILE"] = "1"


def _constant(value: Any) -> Any:
    if isinstance(value, str) and value.startswith("tl."):
        import triton.language as tl

        return getattr(tl, value.removeprefix("tl."))
    return value


def _nvidia(asm: Mapping[str, Any]) -> dict[str, Any]:
    import triton

    tools = Path(triton.__file__).parent / "backends" / "nvidia" / "bin"
    with tempfile.TemporaryDirectory() as folder:
        binary = Path(folder) / "kernel.cubin"
        binary.write_bytes(asm["cubin"])
        usage = _run(tools / "cuobjdump", "--dump-resource-usage", binary)
        code = _run(tools / "nvdisasm", "-c", binary)
    registers = re.search(r"REG:(\d+)", usage)
    opcodes = re.findall(r"^\s*/\*[0-9a-f]{4,}\*/\s+(?:@!?U?P\w+\s+)?([A-Z][\w.]*)", code, re.M)
    if registers is None or not opcodes:
        raise RuntimeError("the disassembler's output is not what it was; see kernels/ahead_of_time/compiler.py")
    access = Counter(opcode for opcode in opcodes if opcode.startswith(("LDG", "STG", "LDL", "STL")))
    return {
        "registers": int(registers[1]),
        "spills": _count(access, lambda opcode: opcode.startswith(("LDL", "STL"))),
        "instructions": len(opcodes),
        "vector_loads": _widest(access, "LDG", _nvidia_width),
        "vector_stores": _widest(access, "STG", _nvidia_width),
        "opcodes": dict(access),
    }


def _nvidia_width(opcode: str) -> int:
    for suffix, width in ((".128", 16), (".64", 8), (".U16", 2), (".U8", 1)):
        if suffix in opcode:
            return width
    return 4


def _amd(asm: Mapping[str, Any]) -> dict[str, Any]:
    text = asm["amdgcn"]

    def figure(name: str) -> int:
        found = re.search(rf"\.{name}:\s*(\d+)", text)
        if found is None:
            raise RuntimeError(f"the assembly has no .{name}; see kernels/ahead_of_time/compiler.py")
        return int(found[1])

    opcodes = re.findall(r"^\s+([vsd]s?_\w+|global_\w+|buffer_\w+|ds_\w+|scratch_\w+)", text, re.M)
    access = Counter(
        opcode for opcode in opcodes if opcode.startswith(("global_", "buffer_load", "buffer_store", "scratch_"))
    )
    return {
        "registers": figure("vgpr_count"),
        # Scalar registers overflow into lanes of vector registers, not into memory.
        "spills": figure("vgpr_spill_count") + _count(access, lambda opcode: opcode.startswith("scratch_")),
        "instructions": len(opcodes),
        "vector_loads": max(_widest(access, "global_load", _amd_width), _widest(access, "buffer_load", _amd_width)),
        "vector_stores": max(_widest(access, "global_store", _amd_width), _widest(access, "buffer_store", _amd_width)),
        "opcodes": dict(access),
    }


def _amd_width(opcode: str) -> int:
    for suffix, width in (("dwordx4", 16), ("dwordx3", 12), ("dwordx2", 8), ("short", 2), ("byte", 1)):
        if suffix in opcode:
            return width
    return 4


def _run(*command: object) -> str:
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, check=True).stdout


def _count(access: Counter[str], wanted: Callable[[str], bool]) -> int:
    return sum(count for opcode, count in access.items() if wanted(opcode))


def _widest(access: Counter[str], prefix: str, width: Callable[[str], int]) -> int:
    return max((width(opcode) for opcode in access if opcode.startswith(prefix)), default=0)
