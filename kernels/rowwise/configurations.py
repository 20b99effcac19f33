"""How a kernel is launched: a pure function of the target, the row length and the dtype."""

from dataclasses import dataclass

INTERPRETER = "interpreter"


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


def configuration(target: str, n: int, itemsize: int, *, backward: bool = False) -> Configuration:
    """Launch configuration for rows of ``n`` tokens.

    Parameters
    ----------
    target
        ``"sm_80"``, ``"sm_90"``, ``"sm_100"``, ``"gfx942"`` or any other name of a GPU architecture, or ``"interpreter"``.
    n
        Tokens in a row.
    itemsize
        Bytes of the dtype of the arithmetic: 4, or 8 for float64.
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
        return Configuration(max(1, (1 << 16) // columns), columns, 4, False)
    words = itemsize // 4
    longest = (16384 if backward else 32768) // words  # tokens that stay in registers without a spill
    if columns > longest:
        return Configuration(1, 4096 // words, 8, True)
    rows = max(1, 2048 // (words * columns))
    elements = rows * columns * words
    warps = 4 if elements <= 2048 else 8 if elements <= 8192 else 16 if elements <= 16384 else 32
    if target.startswith("gfx"):
        warps = max(2, warps // 2)
    return Configuration(rows, columns, warps, False)
