"""The scale of ASEntmax, ``delta + beta (log n)^gamma`` for each head and query that sees ``n`` keys."""

import math
from typing import cast

import torch
from torch import nn

from ..attention.arguments import checked_window
from ..runtime.checks import for_heads, whole
from ..runtime.kinds import finite

Tensor = torch.Tensor


def visible_counts(
    queries: int,
    keys: int,
    *,
    is_causal: bool,
    key_lengths: Tensor | None = None,
    window: tuple[int | None, int | None] | None = None,
    device: torch.device | None = None,
) -> Tensor:
    """Keys that each query sees, int64, ``(B, 1, M)``, or ``(1, 1, M)`` without lengths. Hidden keys do not count.

    Examples
    --------
    >>> visible_counts(3, 4, is_causal=True).tolist()
    [[[2, 3, 4]]]
    """
    counts = torch.full((1, 1, queries), keys, device=device)
    if key_lengths is not None:
        counts = torch.minimum(counts, torch.as_tensor(key_lengths).to(counts)[:, None, None])
    place = torch.arange(queries, device=device) + (keys - queries)
    left, right = checked_window(window)
    if is_causal or right >= 0:
        counts = torch.minimum(counts, place + (1 if is_causal else 1 + right))
    if left >= 0:
        counts = counts - (place - left).clamp(min=0)
    return counts.clamp(min=0)


class AdaptiveScale(nn.Module):
    """``delta + beta (log n)^gamma`` (ASEntmax, arXiv 2506.16640).

    By default ``beta = softplus(w_beta . x)`` and ``gamma = s tanh(w_gamma . x)`` of the hidden state ``x`` of the
    query, for each head. Either may be fixed instead, which gives the special cases: ``delta=0, beta=s, gamma=1`` is
    SSMax (with ``alpha = 1``), ``delta=1, beta=0`` plain entmax.

    A query that sees one key gives it all its mass at any scale; ``log n`` is then taken at ``n = 2``, so that neither
    scale nor gradient is infinite. At ``n = 2``, ``log n < 1``: there a larger gamma means a smaller scale. With
    ``offset=1`` the base is ``log(n + 1)``, as in the program of the authors.

    Parameters
    ----------
    features
        Size of the hidden state.
    heads
        Query heads.
    delta
        Constant part, at least 0.
    beta, gamma
        A number or a tensor of shape ``(heads,)`` (an ``nn.Parameter`` is learned); ``None`` for the projection.
    gamma_limit
        ``s``, the largest absolute value of a projected gamma.
    offset
        Added to ``n`` in the logarithm, a whole number from 0.

    Raises
    ------
    ValueError
        For a delta or a beta below 0, for what is not finite, sizes that are not whole numbers from 1, an offset that
        is not a whole number from 0, and a beta or a gamma of another shape.
    """

    def __init__(
        self,
        features: int,
        heads: int,
        *,
        delta: float = 1.0,
        beta: float | Tensor | None = None,
        gamma: float | Tensor | None = None,
        gamma_limit: float = 1.0,
        offset: int = 0,
    ):
        super().__init__()
        self.features, self.heads = whole(features, "features"), whole(heads, "heads")
        self.delta, self.gamma_limit = finite(delta, "delta"), finite(gamma_limit, "gamma_limit")
        self.offset = whole(offset, "offset", least=0)
        for name, x in (("delta", delta), ("beta", beta)):
            if x is not None and bool((for_heads(x, name, heads) < 0).any()):
                raise ValueError(f"{name} is {x}: the scale must not fall with n, so it must be at least 0")
        self.beta_projection = nn.Linear(features, heads, bias=False) if beta is None else None
        self.gamma_projection = nn.Linear(features, heads, bias=False) if gamma is None else None
        self._fix("beta", beta, heads)
        self._fix("gamma", gamma, heads)

    def _fix(self, name: str, x: float | Tensor | None, heads: int) -> None:
        if isinstance(x, nn.Parameter):
            for_heads(x, name, heads)
            self.register_parameter(name, x)
        else:
            self.register_buffer(name, None if x is None else for_heads(x, name, heads).float().expand(heads).clone())

    def forward(self, hidden: Tensor, counts: Tensor) -> Tensor:
        """Scale ``(B, H, M)`` in float32, without the ``1/sqrt(D)``.

        Parameters
        ----------
        hidden
            ``(B, M, features)``.
        counts
            Keys that each query sees, `visible_counts`.
        """
        log_n = (counts + self.offset).clamp(min=2).float().log()
        if self.beta_projection is not None:
            logits = self.beta_projection(hidden).float().mT
            # softplus; the compiler is told wrong strides for the backward pass of torch's own
            beta = torch.logaddexp(logits, logits.new_zeros(()))
        else:
            beta = cast(Tensor, self.beta)[:, None]
        if self.gamma_projection is not None:
            gamma = self.gamma_limit * torch.tanh(self.gamma_projection(hidden).float()).mT
        else:
            gamma = cast(Tensor, self.gamma)[:, None]
        scale: Tensor = self.delta + beta * torch.exp(gamma * log_n.log())
        return scale.expand(hidden.shape[0], -1, hidden.shape[1])

    def extra_repr(self) -> str:
        """Return the constants."""
        return f"delta={self.delta}, gamma_limit={self.gamma_limit}, offset={self.offset}"


def default_scale(head_features: int) -> float:
    """``1/sqrt(D)``."""
    return 1 / math.sqrt(head_features)
