"""How the attention kernels are launched: a pure function of the target, the head dimension and the dtype."""

from dataclasses import dataclass, replace

from ..runtime.target import INTERPRETER

CAPACITY = 128
"""Candidates that a row can list."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """One launch configuration.

    Attributes
    ----------
    queries, keys
        Tile of scores of one step, powers of two of at least 16. The unit of sparsity.
    capacity
        Candidates that a row can list, a power of two. A row with more takes refinement passes.
    scan_warps, warps, stages
        Warps of the passes that list keys (`scan`, `refine`) and of the output pass, and their pipeline stages.
    backward_warps, backward_stages
        Those of the backward kernel.
    split
        Parts in which the backward kernel takes a block of queries.
    decode_queries, decode_keys, decode_warps, decode_stages
        Tile of scores of decoding, of no more queries than there are, its warps, and the pipeline stages of its value
        pass.
    """

    queries: int
    keys: int
    capacity: int = CAPACITY
    scan_warps: int = 8
    warps: int = 4
    stages: int = 2
    backward_warps: int = 8
    backward_stages: int = 1
    split: int = 1
    decode_queries: int = 64
    decode_keys: int = 64
    decode_warps: int = 4
    decode_stages: int = 1

    def tile(self, of: str) -> tuple[int, int]:
        """Count the queries and keys of one step of the ``"forward"``, ``"backward"`` or ``"decode"`` kernels."""
        if of == "decode":
            return self.decode_queries, self.decode_keys
        return self.queries // (self.split if of == "backward" else 1), self.keys


def padded(features: int) -> int:
    """Head dimension that a tile holds: a power of two, of at least the 16 that a matrix instruction takes."""
    return max(16, 1 << (features - 1).bit_length())


def configuration(target: str, features: int, itemsize: int) -> Configuration:
    """Launch configuration for heads of ``features`` (the larger of those of key and value).

    Parameters
    ----------
    target
        ``"sm_80"``, ``"sm_90"``, ``"sm_100"``, ``"gfx942"`` or another architecture, or ``"interpreter"``.
    features
        Head dimension.
    itemsize
        Bytes of an element of query, key and value.

    Examples
    --------
    >>> configuration("sm_90", 64, 2).keys
    64
    """
    width = padded(features)
    if target == INTERPRETER:
        return Configuration(64, 64)
    if itemsize == 4:  # no matrix instructions: products of small tiles, in registers
        small = Configuration(32, 16, warps=8, split=2, decode_queries=16, decode_keys=32, decode_warps=8)
        if target.startswith("gfx"):
            return small
        # As the ahead-of-time compiler finds them: the others spill.
        return replace(small, scan_warps=16 if width > 128 else 8, backward_stages=2 if width > 64 else 1)
    # More would be held in registers, and spill.
    decode_queries = min(32, 4096 // width)
    if target.startswith("gfx"):  # 64 threads in a warp, and half the registers
        return Configuration(32, 32, scan_warps=4, backward_warps=4, decode_queries=decode_queries)
    pipelined = Configuration(64, 64, backward_stages=2, split=2, decode_queries=decode_queries, decode_stages=3)
    if width > 128:
        # More warps that list keys would be held to half of the registers, and spill.
        return replace(pipelined, queries=32, keys=32, scan_warps=4, warps=8 if target == "sm_100" else 4)
    if width > 64:
        # A backward tile of 32 queries in two stages spills on sm_80.
        return replace(pipelined, warps=4 if target == "sm_100" else 8, split=4 if target.startswith("sm_8") else 2)
    return pipelined
