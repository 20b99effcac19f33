"""ALiBi slopes, and NAPE: half of the heads without positions, half with ALiBi."""

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
