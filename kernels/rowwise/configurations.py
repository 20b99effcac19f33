"""How a kernel is launched: a pure function of the target, the row length, the dtype and the kind of the rows."""

from dataclasses import dataclass

from ..runtime.kinds import Kind
from ..runtime.target import INTERPRETER


@dataclass(frozen=True, slots=True)
class Configuration:
    """One launch configuration.

    Attributes
    ----------
    rows, columns
        The tile of one program, both powers of two.
    warps
        Warps of a program (of 32 threads, or 64 on ``gfx``).
    stream
        Whether a row goes through the chip in pieces of ``columns`` tokens (then ``rows`` is 1).
    """

    rows: int
    columns: int
    warps: int
    stream: bool


def _power_of_two(n: int) -> int:
    return 1 << max(n - 1, 0).bit_length()


def _longest(kind: Kind, words: int, backward: bool) -> int:
    """Tokens of a row that stay in registers without a spill, as the ahead-of-time compiler finds them."""
    if kind >= Kind.ABOVE:
        if words == 2:
            return 1024
        return 4096 if backward else 8192
    if words == 2:
        return 2048 if kind == Kind.BELOW else 4096
    return 8192 if kind == Kind.BELOW or backward else 16384


def configuration(
    target: str, n: int, itemsize: int, kind: Kind = Kind.BELOW, *, backward: bool = False
) -> Configuration:
    """Launch configuration for rows of ``n`` tokens.

    Parameters
    ----------
    target
        ``"sm_80"``, ``"sm_90"``, ``"sm_100"``, ``"gfx942"`` or any other name of a GPU architecture, or
        ``"interpreter"``.
    n
        Tokens in a row.
    itemsize
        Bytes of the dtype of the arithmetic: 4, or 8 for float64.
    kind
        Kind of the rows.
    backward
        Whether it is for the backward kernels, which hold two tiles.

    Examples
    --------
    >>> configuration("sm_90", 1000, 4)
    Configuration(rows=2, columns=1024, warps=4, stream=False)
    >>> configuration("sm_90", 10**6, 4).stream
    True
    """
    columns = _power_of_two(n)
    if target == INTERPRETER:  # cost follows the number of programs: few, large tiles
        if columns > 1 << 15:
            return Configuration(1, 1 << 15, 4, True)
        return Configuration(max(1, (1 << 13) // columns), columns, 4, False)
    words = itemsize // 4
    heavy = kind >= Kind.ABOVE  # long expressions want few tokens in a thread
    if columns > _longest(kind, words, backward):
        # More warps would not do: to fit two programs on a multiprocessor, the assembler then spills.
        return Configuration(1, (2048 if heavy else 4096) // words, 4 if target.startswith("gfx") else 8, True)
    rows = max(1, (1024 if heavy or words == 2 else 2048) // (words * columns))
    elements = rows * columns * words
    warps = max(4, min(16, elements // (256 if heavy or words == 2 else 512)))
    if target.startswith("gfx"):
        warps = max(2, warps // 2)
    return Configuration(rows, columns, warps, False)


def compacts(kind: Kind) -> bool:
    """Whether a long row is worth a list of candidates: not for softmax, whose every token is one."""
    return kind != Kind.SOFTMAX


def compiler_options(target: str, kind: Kind, warps: int) -> dict[str, int]:
    """Further options of the compiler.

    NVIDIA's assembler holds the long expressions of some kinds to fewer registers than there are, so that more programs
    fit on a multiprocessor, and then spills. It may take the 65536 registers of a multiprocessor instead.

    Examples
    --------
    >>> compiler_options("sm_80", Kind.ABOVE, 16), compiler_options("gfx942", Kind.ABOVE, 16)
    ({'maxnreg': 128}, {})
    """
    held = target.startswith("sm_") and kind >= Kind.BELOW
    return {"maxnreg": min(255, 65536 // (32 * warps))} if held else {}
