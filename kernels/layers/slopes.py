"""ALiBi slopes, and NAPE: half of the heads without positions, half with ALiBi."""

from typing import Literal

import torch

from ..runtime.checks import whole

Tensor = torch.Tensor


def alibi_slopes(heads: int) -> Tensor:
    """Slopes ``2^(-8 h / heads)``, ``h = 1 ... heads`` (Press, Smith & Lewis, ICLR 2022).

    Raises
    ------
    ValueError
        For fewer than one head.

    Examples
    --------
    >>> alibi_slopes(4).tolist()
    [0.25, 0.0625, 0.015625, 0.00390625]
    """
    whole(heads, "heads")
    return torch.exp2(-8 * torch.arange(1, heads + 1) / heads)


def nape_slopes(heads: int) -> Tensor:
    """Zeros for the first half of the heads (NoPE), ALiBi slopes for the others (arXiv 2506.16640).

    Entmax bounds the window of an ALiBi head: a token at distance ``d`` has mass only if
    ``sum_{k <= d} [(alpha - 1)(slope k - rho)]_+^(1/(alpha - 1)) < 1``, ``rho`` being the range of the scaled products.

    Raises
    ------
    ValueError
        For fewer than two heads.

    Examples
    --------
    >>> nape_slopes(4).tolist()
    [0.0, 0.0, 0.0625, 0.00390625]
    """
    if whole(heads, "heads") < 2:
        raise ValueError(f"heads is {heads}: NAPE needs at least 2, one of each sort")
    positional = heads // 2
    return torch.cat([torch.zeros(heads - positional), alibi_slopes(positional)])


def published_nape_slopes(heads: int, kind: Literal["linear", "exponential"] = "linear") -> Tensor:
    """NAPE as in the program of its authors: ALiBi slopes for the first half of the heads, zeros for the others.

    Parameters
    ----------
    heads
        At least 2. Of an odd number the greater part has no positions.
    kind
        ``"linear"``: slopes ``1/h``, ``h = 1, 2, ...``; ``"exponential"``: ``2^-(h - 1)``.

    Raises
    ------
    ValueError
        For fewer than two heads and another kind.

    Examples
    --------
    >>> published_nape_slopes(4).tolist()
    [1.0, 0.5, 0.0, 0.0]
    """
    if whole(heads, "heads") < 2:
        raise ValueError(f"heads is {heads}: NAPE needs at least 2, one of each sort")
    if kind not in ("linear", "exponential"):
        raise ValueError(f"kind is {kind!r}: it must be 'linear' or 'exponential'")
    positional = torch.arange(1, heads // 2 + 1, dtype=torch.float32)
    slopes = 1 / positional if kind == "linear" else torch.exp2(1 - positional)
    return torch.cat([slopes, torch.zeros(heads - heads // 2)])
