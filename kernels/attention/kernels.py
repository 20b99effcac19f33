"""The attention kernels, a record for each: all that its launches and its ahead-of-time jobs need to know of it."""

from dataclasses import dataclass
from typing import Any

from ..runtime.target import run, target_of
from .backward import differentiate, differentiate_sinks
from .configurations import Configuration
from .decode_tiles import decode_scores, decode_values
from .output import attend, mend
from .threshold import compact, refine, scan, solve


@dataclass(frozen=True, slots=True)
class Kernel:
    """A kernel and how it is launched.

    Attributes
    ----------
    function
        As Triton made it.
    warps, stages
        A number, or the field of `Configuration` that says it.
    tile
        Whose tile it takes, see `Configuration.tile`.
    products
        Whether it multiplies tiles: with matrix instructions, where their elements have 16 bits.
    held
        How the targets begin whose assembler would hold it to fewer registers, so that more programs fit, and spill.
    """

    function: Any
    warps: int | str = 4
    stages: int | str = 2
    tile: str = "forward"
    products: bool = False
    held: str | None = None

    @property
    def name(self) -> str:
        """Name of the function."""
        return str(self.function.__name__)

    def options(self, chosen: Configuration, target: str) -> dict[str, int]:
        """Options of the compiler.

        Examples
        --------
        >>> REFINE.options(Configuration(64, 64), "sm_80")
        {'num_warps': 8, 'num_stages': 2, 'maxnreg': 255}
        """
        options = {
            name: getattr(chosen, said) if isinstance(said, str) else said
            for name, said in (("num_warps", self.warps), ("num_stages", self.stages))
        }
        held = self.held is not None and target.startswith(self.held)
        return options | ({"maxnreg": 255} if held else {})

    def launch(self, chosen: Configuration, grid: tuple[int, ...], *arguments: Any, **constants: Any) -> None:
        """Launch on the device of the first argument."""
        run(self.function, grid, *arguments, **constants, **self.options(chosen, target_of(arguments[0].device)))


SCAN = Kernel(scan, "scan_warps", "stages", products=True, held="sm_")
REFINE = Kernel(refine, "scan_warps", "stages", products=True, held="sm_")
SOLVE = Kernel(solve)
COMPACT = Kernel(compact)
ATTEND = Kernel(attend, "warps", "stages", products=True, held="sm_100")
MEND = Kernel(mend, 8, 1)
DIFFERENTIATE = Kernel(
    differentiate, "backward_warps", "backward_stages", tile="backward", products=True, held="sm_100"
)
DIFFERENTIATE_SINKS = Kernel(differentiate_sinks)
DECODE_SCORES = Kernel(decode_scores, "decode_warps", 1, tile="decode", products=True)
DECODE_VALUES = Kernel(decode_values, "decode_warps", "decode_stages", tile="decode", products=True)
KERNELS = (
    SCAN,
    REFINE,
    SOLVE,
    COMPACT,
    ATTEND,
    MEND,
    DIFFERENTIATE,
    DIFFERENTIATE_SINKS,
    DECODE_SCORES,
    DECODE_VALUES,
)
