"""Whole attention layers differentiated by torch, beside the graph of their supports."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def differentiated_stack(n: int, layers: int, alpha: float, seed: int) -> tuple[Array, Array]:
    """Return how many paths lead from each token to each, and the largest derivative of one in the other.

    Every layer is ``h + attention(normalised h)``, then ``h + network(normalised h)``, causal, with one head.

    Parameters
    ----------
    n, layers
        Tokens and layers.
    alpha
        3/2 or 2.
    seed
        Of the weights and the input.

    Returns
    -------
    counts, gradients
        ``counts[i, j]``: paths from j to i along residual edges and supports; ``gradients[i, j]``: the largest absolute
        derivative of an entry of output i in an entry of input j. Both of shape ``(n, n)``.
    """
    import torch
    from torch.nn.functional import layer_norm

    generator = torch.Generator().manual_seed(seed)
    width = 4

    def weights(*shape: int) -> torch.Tensor:
        return torch.randn(*shape, generator=generator, dtype=torch.float64)

    def mapping(logits: torch.Tensor) -> torch.Tensor:
        """Return entmax by its closed form on the support; tokens off it do not enter the graph."""
        x = (alpha - 1.0) * logits
        with torch.no_grad():
            ordered = x.sort(descending=True).values
            gaps = (ordered[:, None] - ordered[None, :]).clamp(min=0.0)
            live = int((gaps ** (1.0 / (alpha - 1.0))).sum(dim=0).lt(1.0).sum())
            support = x >= ordered[live - 1]
        kept = x[support]
        mean = kept.mean()
        spread = ((kept - mean) ** 2).sum()
        tau = mean - (1.0 / live if alpha == 2.0 else ((1.0 - spread) / live).sqrt())
        zero = torch.zeros_like(x)
        return zero.masked_scatter(support, (kept - tau) ** (1.0 / (alpha - 1.0)))

    stack = [[weights(width, width) for _ in range(5)] for _ in range(layers)]
    counts = np.eye(n)

    def forward(h: torch.Tensor) -> torch.Tensor:
        nonlocal counts
        counts = np.eye(n)
        for query, key, value, into, out in stack:
            g = layer_norm(h, (width,))
            logits = (g @ query) @ (g @ key).T / width**0.5
            rows = [torch.cat([mapping(row[: i + 1]), row.new_zeros(n - i - 1)]) for i, row in enumerate(logits)]
            p = torch.stack(rows)
            edges = (p.detach().numpy() > 0) | np.eye(n, dtype=bool)
            counts = edges @ counts
            h = h + p @ (g @ value)
            h = h + torch.tanh(layer_norm(h, (width,)) @ into) @ out
        return h

    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # tensors this small only wait for each other
    try:
        jacobian = torch.autograd.functional.jacobian(forward, weights(n, width))  # type: ignore[no-untyped-call]
    finally:
        torch.set_num_threads(threads)
    return counts, np.asarray(jacobian.abs().amax(dim=(1, 3)).numpy(), dtype=np.float64)
