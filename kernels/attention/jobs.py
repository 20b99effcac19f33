"""The attention kernels compiled ahead of time, for GPUs that are not there, and what the machine code uses.

The row-wise kernels' compiler counts accesses to memory; here matrix instructions and asynchronous loads count as well.
"""

import re
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from ..ahead_of_time import SHARED_LIMITS, TARGETS
from ..ahead_of_time.compiler import _fresh
from ..rowwise.rows import Kind
from .configurations import Configuration, compiler_options, configuration, padded

_TENSORS = ("Q", "K", "V", "G", "OUT", "DK", "DV")
_INTEGERS = ("BLOCKS", "COUNTS", "INDEX", "NUMBERS", "LENGTHS")
_MARKS = ("SEEN", "LIVE", "MARK")
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


@dataclass(frozen=True)
class Job:
    """One kernel in one configuration for one target; ``options`` are further ones of the compiler."""

    kernel: str
    target: str
    dtype: str
    constants: Mapping[str, Any]
    warps: int
    stages: int
    label: str
    options: Mapping[str, int]

    @property
    def bits(self) -> int:
        """Bits of an element."""
        return int(self.dtype.lstrip("bfp"))


@dataclass(frozen=True)
class Usage:
    """What a compiled kernel uses.

    Attributes
    ----------
    registers, shared
        Registers of a thread, bytes of shared memory of a program.
    spills
        Instructions (on AMD: bytes) that move registers to memory and back.
    matrix, asynchronous
        Matrix instructions, and loads that go to shared memory without waiting.
    """

    label: str
    kernel: str
    target: str
    bits: int
    stages: int
    registers: int
    shared: int
    spills: int
    matrix: int
    asynchronous: int

    def faults(self) -> list[str]:
        """Why this kernel may not ship: spills, too much shared memory, products or a pipeline that are not there.

        A pipeline is asked for with two stages or more. On NVIDIA its loads go to shared memory on their own; gfx942
        has no such loads for Triton, and its pipeline, through registers, has no instruction to tell it by.
        """
        found = []
        if self.spills:
            found.append(f"{self.spills} spills")
        if self.shared > SHARED_LIMITS[self.target]:
            found.append(f"{self.shared} bytes of shared memory, {SHARED_LIMITS[self.target]} on the target")
        if self.kernel in _PRODUCTS:
            if self.bits == 16 and not self.matrix:
                found.append("no matrix instructions")
            if self.stages > 1 and not self.asynchronous and self.target.startswith("sm_"):
                found.append("no pipelined loads")
        return [f"{self.label} on {self.target}: {fault}" for fault in found]


def jobs(target: str, features: int, dtype: str, kind: Kind, *, launch: Configuration | None = None) -> list[Job]:
    """Every kernel of forward, backward and decoding, causal and training, for one head dimension, dtype and kind.

    Parameters
    ----------
    dtype
        ``"bf16"``, ``"fp16"`` or ``"fp32"``.
    launch
        Instead of the default configuration.
    """
    chosen = launch or configuration(target, features, 4 if dtype == "fp32" else 2)
    width = padded(features)
    common: dict[str, Any] = {
        "KIND": int(kind), "CAUSAL": True, "WIDTH": width, "VALUE_WIDTH": width, "EMULATE": False,
        "QUERIES": chosen.queries, "KEYS": chosen.keys, "CAPACITY": chosen.capacity, "MARKS": 1024,
        "ROWS": max(1, 2048 // chosen.capacity), "SPLIT": chosen.split,
        "SLOPES": None, "LENGTHS": None, "STEPS": None, "PRODUCTS": None, "READ": None, "DEXCESS": None,
        "q_column": 1, "k_column": 1, "v_column": 1, "g_column": 1,
    }  # fmt: skip
    backward = {**common, "QUERIES": chosen.queries // chosen.split}
    decoding = {**common, "QUERIES": 16, "KEYS": 64}
    launches = [
        ("scan", common, chosen.scan_warps, chosen.stages),
        ("solve", common, 4, 2),
        ("refine", common, chosen.scan_warps, chosen.stages),
        ("compact", common, 4, 2),
        ("attend", common, chosen.warps, chosen.stages),
        ("attend", {**common, "MEAN": None}, chosen.warps, chosen.stages),
        ("differentiate", backward, chosen.backward_warps, chosen.backward_stages),
        ("decode_scores", decoding, 4, 1),
        ("decode_values", decoding, 4, 1),
    ]
    return [
        Job(
            kernel, target, dtype, constants, warps, stages,
            f"{kernel} {kind.name.lower()} D={features} {dtype}" + (" without means" if "MEAN" in constants else ""),
            compiler_options(kernel, target),
        )
        for kernel, constants, warps, stages in launches
    ]  # fmt: skip


def all_jobs(
    target: str, widths: Sequence[int] = (64, 128, 256), kinds: Sequence[Kind] = (Kind.SQUARE, Kind.BELOW)
) -> Iterator[Job]:
    """Every kernel, for bfloat16 and each head dimension with a configuration of its own.

    Not float32: without matrix instructions its products are held in registers, and some kernels spill.
    """
    for features in widths:
        for kind in kinds:
            yield from jobs(target, features, "bf16", kind)


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


def compile_jobs(wanted: Iterable[Job], workers: int = 2) -> Iterator[Usage]:
    """Compile in fresh processes, without the interpreter and without Triton's cache."""
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_fresh) as pool:
        yield from pool.map(compile_one, wanted)


def compile_one(job: Job) -> Usage:
    """Compile in this process.

    Raises
    ------
    RuntimeError
        If the kernel was imported for the interpreter.
    """
    import triton
    from triton.backends.compiler import GPUTarget
    from triton.compiler import ASTSource

    kernel = getattr(import_module(f"{__package__}.{_MODULES[job.kernel]}"), job.kernel)
    if not isinstance(kernel, triton.JITFunction):
        raise RuntimeError(f"{job.kernel} cannot be compiled: unset TRITON_INTERPRET before importing {__package__}")
    names = list(kernel.arg_names)
    constants = {name: value for name, value in job.constants.items() if name in names}
    signature = {name: "constexpr" if name in constants else _type(name, job.dtype) for name in names}
    aligned = {
        name for name in names if name.isupper() or re.fullmatch("[gqkv]_(batch|head|row)|(value_)?features", name)
    }
    source = ASTSource(
        kernel,
        signature,
        {(names.index(name),): value for name, value in constants.items()},
        {(names.index(name),): [["tt.divisibility", 16]] for name in aligned if signature[name] != "constexpr"},
    )
    options = {"num_warps": job.warps, "num_stages": job.stages, "enable_fp_fusion": True, **job.options}
    result = triton.compile(source, target=GPUTarget(*TARGETS[job.target]), options=options)
    read = _nvidia if "cubin" in result.asm else _amd
    return Usage(
        job.label, job.kernel, job.target, job.bits, job.stages, shared=result.metadata.shared, **read(result.asm)
    )


def _type(name: str, dtype: str) -> str:
    if not name.isupper():
        return "i32"
    if name in _TENSORS:
        return f"*{dtype}"
    return "*i32" if name in _INTEGERS else "*i8" if name in _MARKS else "*fp32"


def _nvidia(asm: Mapping[str, Any]) -> dict[str, int]:
    import triton

    tools = Path(triton.__file__).parent / "backends" / "nvidia" / "bin"
    with tempfile.TemporaryDirectory() as folder:
        binary = Path(folder) / "kernel.cubin"
        binary.write_bytes(asm["cubin"])
        usage = _run(tools / "cuobjdump", "--dump-resource-usage", binary)
        code = _run(tools / "nvdisasm", "-c", binary)
    registers = re.search(r"REG:(\d+)", usage)
    opcodes = re.findall(r"^\s*/\*[0-9a-f]{4,}\*/\s+(?:@!?U?P\w+\s+)?([A-Z]\w*)", code, re.M)
    if registers is None or not opcodes:
        raise RuntimeError("the disassembler's output is not what it was; see kernels/attention/jobs.py")

    def count(pattern: str) -> int:
        return sum(bool(re.fullmatch(pattern, opcode)) for opcode in opcodes)

    return {
        "registers": int(registers[1]),
        "spills": count("LDL|STL"),
        "matrix": count(r"HGMMA|HMMA|UTC\w*MMA"),
        "asynchronous": count("LDGSTS|UTMALDG|UBLKCP"),
    }


def _amd(asm: Mapping[str, Any]) -> dict[str, int]:
    text = asm["amdgcn"]

    def figure(name: str) -> int:
        found = re.search(rf"\.{name}:\s*(\d+)", text)
        if found is None:
            raise RuntimeError(f"the assembly has no .{name}; see kernels/attention/jobs.py")
        return int(found[1])

    return {
        "registers": figure("vgpr_count"),
        # Scalar registers spill to lanes of vector registers: only what reaches memory counts.
        "spills": figure("private_segment_fixed_size"),
        "matrix": len(re.findall("v_mfma", text)),
        "asynchronous": 0,
    }


def _run(*command: object) -> str:
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, check=True).stdout
