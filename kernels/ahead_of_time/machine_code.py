"""What the machine code of a kernel uses.

NVIDIA's figures come from the machine code (``cuobjdump`` and ``nvdisasm``, which Triton brings along), AMD's from
the assembly.
"""

import json
import re
import subprocess
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any


def figures(asm: Mapping[str, Any]) -> dict[str, Any]:
    """Figures of `Compiled` by name, from what `triton.compile` leaves: by its name, each stage of the compilation.

    The same code has the same figures: they are read once, for the disassembler takes as long as the compiler, and kept
    in Triton's cache.

    Raises
    ------
    RuntimeError
        If the tools write something else than they did.
    """
    import triton
    from triton.runtime.cache import get_cache_manager

    code: bytes = asm["cubin"] if "cubin" in asm else asm["amdgcn"].encode()
    reader = Path(__file__).read_bytes() + triton.__version__.encode()
    cache = get_cache_manager(sha256(reader + code).hexdigest())
    known = cache.get_file("figures.json")
    if known is not None:
        kept: dict[str, Any] = json.loads(Path(known).read_text())
        return kept
    found = _nvidia(code) if "cubin" in asm else _amd(asm["amdgcn"])
    cache.put(json.dumps(found), "figures.json", binary=False)
    return found


def _nvidia(binary: bytes) -> dict[str, Any]:
    import triton

    tools = Path(triton.__file__).parent / "backends" / "nvidia" / "bin"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "kernel.cubin"
        file.write_bytes(binary)
        usage = _run(tools / "cuobjdump", "--dump-resource-usage", file)
        code = _run(tools / "nvdisasm", "-c", file)
    # A line of it: the address, perhaps a predicate, the opcode with its modifiers.
    opcodes = Counter(re.findall(r"^\s*/\*[0-9a-f]{4,}\*/\s+(?:@!?U?P\w+\s+)?([A-Z][\w.]*)", code, re.M))
    return {
        "registers": _figure(r"REG:(\d+)", usage),
        "stack": _figure(r"STACK:(\d+)", usage),
        "spills": _count(opcodes, "LDL|STL"),
        "instructions": opcodes.total(),
        "matrix": _count(opcodes, r"H(G)?MMA|UTC\w*MMA"),
        "asynchronous": _count(opcodes, "LDGSTS|UTMALDG|UBLKCP"),
        "vector_loads": _widest(opcodes, "LDG", _nvidia_width),
        "vector_stores": _widest(opcodes, "STG", _nvidia_width),
        "wide_loads": _wide(opcodes, "LDG", _nvidia_width),
        "wide_stores": _wide(opcodes, "STG", _nvidia_width),
        "opcodes": _chosen(opcodes, r"LDG|STG|LDL|STL|UTMALDG|UBLKCP|H(G)?MMA|UTC\w*MMA"),
    }


def _nvidia_width(opcode: str) -> int:
    for suffix, width in ((".128", 16), (".64", 8), (".U16", 2), (".U8", 1)):
        if suffix in opcode:
            return width
    return 4


def _amd(assembly: str) -> dict[str, Any]:
    opcodes = Counter(re.findall(r"^\s+([vsd]s?_\w+|global_\w+|buffer_\w+|scratch_\w+)", assembly, re.M))
    return {
        "registers": _figure(r"\.vgpr_count:\s*(\d+)", assembly),
        "stack": _figure(r"\.private_segment_fixed_size:\s*(\d+)", assembly),
        # Scalar registers overflow into lanes of vector registers, not into memory.
        "spills": _figure(r"\.vgpr_spill_count:\s*(\d+)", assembly) + _count(opcodes, "scratch_"),
        "instructions": opcodes.total(),
        "matrix": _count(opcodes, "v_mfma"),
        "asynchronous": 0,
        "vector_loads": _widest(opcodes, "global_load|buffer_load", _amd_width),
        "vector_stores": _widest(opcodes, "global_store|buffer_store", _amd_width),
        "wide_loads": _wide(opcodes, "global_load|buffer_load", _amd_width),
        "wide_stores": _wide(opcodes, "global_store|buffer_store", _amd_width),
        "opcodes": _chosen(opcodes, "global_|buffer_load|buffer_store|scratch_|v_mfma"),
    }


def _amd_width(opcode: str) -> int:
    for suffix, width in (("dwordx4", 16), ("dwordx3", 12), ("dwordx2", 8), ("short", 2), ("byte", 1)):
        if suffix in opcode:
            return width
    return 4


def _run(*command: object) -> str:
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, check=True).stdout


def _figure(pattern: str, text: str) -> int:
    found = re.search(pattern, text)
    if found is None:
        raise RuntimeError(f"nothing matches {pattern!r} in what the compiler's tools write; see {__name__}")
    return int(found[1])


def _chosen(opcodes: Counter[str], pattern: str) -> dict[str, int]:
    """Opcodes that begin with the pattern."""
    return {opcode: count for opcode, count in opcodes.items() if re.match(pattern, opcode)}


def _count(opcodes: Counter[str], pattern: str) -> int:
    return sum(_chosen(opcodes, pattern).values())


def _widest(opcodes: Counter[str], pattern: str, width: Callable[[str], int]) -> int:
    return max(map(width, _chosen(opcodes, pattern)), default=0)


def _wide(opcodes: Counter[str], pattern: str, width: Callable[[str], int]) -> int:
    return sum(16 * count for opcode, count in _chosen(opcodes, pattern).items() if width(opcode) == 16)
