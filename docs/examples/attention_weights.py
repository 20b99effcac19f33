"""1.5-entmax by bisection, with a mistake that ordinary tests do not see."""

import torch


def entmax(logits: torch.Tensor, alpha: float) -> torch.Tensor:
    """Bisect for the threshold; the number of steps suffices on random logits, not on ties."""
    q = 1 / (alpha - 1)
    x = (alpha - 1) * (logits - logits.max(dim=-1, keepdim=True).values)
    high = torch.zeros_like(x[..., :1])
    low = high - 1
    for _ in range(12):
        middle = (low + high) / 2
        mass = (x - middle).clamp(min=0).pow(q).sum(dim=-1, keepdim=True)
        low, high = torch.where(mass >= 1, middle, low), torch.where(mass >= 1, high, middle)
    return (x - low).clamp(min=0).pow(q)
