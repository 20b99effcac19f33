"""Multi-head attention layers with entmax, for self-attention and for generating from a cache."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, Self

import torch
from torch import nn

from ..attention import attention, decode
from ..attention.arguments import checked_cap, checked_lengths, checked_window
from ..runtime.checks import whole
from ..runtime.kinds import finite_alpha
from .scales import AdaptiveScale, default_scale, visible_counts
from .slopes import alibi_slopes, nape_slopes, published_nape_slopes

Tensor = torch.Tensor
Positions = Literal["none", "alibi", "nape"]


@dataclass
class KeyValueCache:
    """Keys and values of the tokens so far, ``(B, Hkv, N, D)``."""

    key: Tensor | None = None
    value: Tensor | None = None

    def joined(self, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
        """Return all keys and values, these behind those held. Nothing is changed.

        Raises
        ------
        ValueError
            For another batch, other heads or other features than before.
        """
        if self.key is None or self.value is None:
            return key, value
        for name, old, new in (("key", self.key, key), ("value", self.value, value)):
            if (old.shape[:2], old.shape[3:]) != (new.shape[:2], new.shape[3:]):
                raise ValueError(
                    f"the cache holds a {name} of shape {tuple(old.shape)}, which {tuple(new.shape)} does not "
                    "extend: take a new KeyValueCache for another batch or layer"
                )
        return torch.cat([self.key, key], 2), torch.cat([self.value, value], 2)


class EntmaxAttention(nn.Module):
    """Multi-head self-attention with alpha-entmax.

    Parameters
    ----------
    features
        Size of the hidden state.
    heads, key_heads
        Query heads, and key heads (by default as many), which divide them.
    head_features
        Size of a head, by default ``features // heads``.
    alpha
        At least 1, or its start where it is learned.
    learn_alpha
        Learn one alpha for each head, ``1 + sigmoid``, between 1 and 2.
    is_causal
        Whether a token sees only itself and earlier ones.
    positions
        ``"none"``, ``"alibi"``, ``"nape"``, or ALiBi slopes, one for each head. The bias is added after scaling.
        Rotations go into `project`.
    scale
        An `AdaptiveScale`, which multiplies ``1/sqrt(D)``.
    scaled_heads
        How many heads it scales, the last ones; by default all.
    window, softcap
        As for `attention`.
    learn_sinks
        Learn a sink for each head, from 0 on: the score of a token that takes mass and has no value.
    bias
        Whether the projections have a bias.

    Raises
    ------
    ValueError
        For sizes that are not whole numbers from 1, heads that do not divide, unknown positions, a scale for other
        sizes, an alpha that is not finite or below 1, one outside (1, 2) that is to be learned, and an invalid window
        or cap.

    Examples
    --------
    >>> layer = EntmaxAttention(32, 4, positions="nape")
    >>> layer(torch.zeros(1, 5, 32)).shape
    torch.Size([1, 5, 32])
    """

    def __init__(
        self,
        features: int,
        heads: int,
        *,
        key_heads: int | None = None,
        head_features: int | None = None,
        alpha: float = 1.5,
        learn_alpha: bool = False,
        is_causal: bool = True,
        positions: Positions | Tensor = "none",
        scale: AdaptiveScale | None = None,
        scaled_heads: int | None = None,
        window: tuple[int | None, int | None] | None = None,
        softcap: float | None = None,
        learn_sinks: bool = False,
        bias: bool = False,
    ):
        super().__init__()
        features, heads = whole(features, "features"), whole(heads, "heads")
        key_heads = heads if key_heads is None else whole(key_heads, "key_heads")
        if heads % key_heads:
            raise ValueError(f"key_heads is {key_heads}, which does not divide heads, {heads}")
        if head_features is None:
            if features % heads:
                raise ValueError(f"heads is {heads}, which does not divide features, {features}; or give head_features")
            head_features = features // heads
        head_features = whole(head_features, "head_features")
        scaled_heads = heads if scaled_heads is None else whole(scaled_heads, "scaled_heads")
        if scaled_heads > heads:
            raise ValueError(f"scaled_heads is {scaled_heads}, more than heads, {heads}")
        if scale is not None and (scale.features, scale.heads) != (features, scaled_heads):
            raise ValueError(
                f"scale is an AdaptiveScale({scale.features}, {scale.heads}): it must have the features, {features}, "
                f"and the scaled heads, {scaled_heads}, of the layer"
            )
        self.heads, self.key_heads, self.head_features = heads, key_heads, head_features
        self.is_causal = is_causal
        self.query = nn.Linear(features, heads * head_features, bias=bias)
        self.key = nn.Linear(features, key_heads * head_features, bias=bias)
        self.value = nn.Linear(features, key_heads * head_features, bias=bias)
        self.output = nn.Linear(heads * head_features, features, bias=bias)
        self.scale = scale
        self.alpha = finite_alpha(alpha)
        if learn_alpha:
            if not 1 < self.alpha < 2:
                raise ValueError(f"alpha is {alpha}: to be learned it must start between 1 and 2")
            self.alpha_logit = nn.Parameter(torch.full((heads,), self.alpha - 1).logit())
        else:
            self.register_parameter("alpha_logit", None)
        self.slopes: Tensor | None
        self.register_buffer("slopes", _slopes(positions, heads), persistent=False)
        checked_window(window)
        checked_cap(softcap)
        self.window, self.softcap = window, softcap
        self.sinks: Tensor | None
        self.register_parameter("sinks", nn.Parameter(torch.zeros(heads)) if learn_sinks else None)

    def current_alpha(self) -> float | Tensor:
        """Return alpha as a number, or where it is learned as a tensor ``(heads,)``."""
        return self.alpha if self.alpha_logit is None else 1 + torch.sigmoid(self.alpha_logit)

    def _check(self, hidden: Tensor) -> None:
        features, dtype = self.query.in_features, self.query.weight.dtype
        if not isinstance(hidden, Tensor) or hidden.dim() != 3 or hidden.shape[2] != features:
            given = tuple(hidden.shape) if isinstance(hidden, Tensor) else type(hidden).__name__
            raise ValueError(f"hidden must have the shape (batch, tokens, {features}), got {given}")
        if hidden.dtype != dtype and not torch.is_autocast_enabled(hidden.device.type):
            raise ValueError(f"hidden is {hidden.dtype} and the weights of the layer are {dtype}; convert one of them")

    def project(self, hidden: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Query ``(B, H, M, D)``, key and value ``(B, Hkv, M, D)``; the place to rotate by position."""
        query = self.query(hidden).unflatten(-1, (self.heads, self.head_features)).transpose(1, 2)
        key = self.key(hidden).unflatten(-1, (self.key_heads, self.head_features)).transpose(1, 2)
        value = self.value(hidden).unflatten(-1, (self.key_heads, self.head_features)).transpose(1, 2)
        return query, key, value

    def current_scale(self, hidden: Tensor, keys: int, key_lengths: Tensor | None = None) -> float | Tensor:
        """Scale of the products, ``1/sqrt(D)`` included: a number, or ``(B, H, M)`` where it adapts."""
        scale = default_scale(self.head_features)
        if self.scale is None:
            return scale
        counts = visible_counts(
            hidden.shape[1],
            keys,
            is_causal=self.is_causal,
            key_lengths=key_lengths,
            window=self.window,
            device=hidden.device,
        )
        adapted: Tensor = self.scale(hidden, counts)
        if others := self.heads - self.scale.heads:
            adapted = torch.cat([adapted.new_ones(len(adapted), others, adapted.shape[2]), adapted], 1)
        return adapted * scale

    def forward(
        self, hidden: Tensor, *, key_lengths: Tensor | None = None, cache: KeyValueCache | None = None
    ) -> Tensor:
        """Attend.

        Parameters
        ----------
        hidden
            ``(B, M, features)``.
        key_lengths
            Integers ``(B,)``: tokens from ``key_lengths[b]`` on are padding, as in `attention`.
        cache
            Of the tokens before; extended by these. A single token without need of a gradient is then decoded.

        Returns
        -------
        Tensor
            ``(B, M, features)``.

        Raises
        ------
        ValueError
            For a hidden state of another shape or dtype, a cache of another batch or of a layer that is not causal, and
            as `attention` says. The cache is then as before.
        """
        self._check(hidden)
        if cache is not None and not self.is_causal:
            raise ValueError("a layer that is not causal has no cache: its earlier tokens see the later ones")
        query, key, value = self.project(hidden)
        if cache is not None:
            key, value = cache.joined(key, value)
        options = self._options(hidden, key, key_lengths)
        generating = cache is not None and query.shape[2] == 1 and not torch.is_grad_enabled()
        mixed = (decode if generating else attention)(query, key, value, **options)
        result: Tensor = self.output(mixed.transpose(1, 2).flatten(2))
        if cache is not None:  # last, so that a call that was refused leaves it as it was
            cache.key, cache.value = key, value
        return result

    def probabilities(self, hidden: Tensor, *, key_lengths: Tensor | None = None) -> Tensor:
        """Attention probabilities ``(B, H, M, M)``, for a look at short sequences: attention to the identity matrix.

        With sinks a row sums to what they leave.
        """
        self._check(hidden)
        query, key, _ = self.project(hidden)
        identity = torch.eye(key.shape[2], dtype=key.dtype, device=key.device).expand(*key.shape[:2], -1, -1)
        p: Tensor = attention(query, key, identity, **self._options(hidden, key, key_lengths))
        return p

    def _options(self, hidden: Tensor, key: Tensor, key_lengths: Tensor | None) -> dict[str, Any]:
        """Return what `attention` takes beside query, key and value."""
        tokens = key.shape[2]
        lengths = checked_lengths(key_lengths, len(key), tokens, key.device)
        return {
            "alpha": self.current_alpha(),
            "is_causal": self.is_causal,
            "scale": self.current_scale(hidden, tokens, lengths),
            "alibi_slopes": self.slopes,
            "key_lengths": lengths,
            "window": self.window,
            "softcap": self.softcap,
            "sinks": self.sinks,
        }


def _slopes(positions: Any, heads: int) -> Tensor | None:
    """Return the slopes that positions stand for."""
    if isinstance(positions, Tensor):
        if positions.shape != (heads,):
            raise ValueError(f"positions has shape {tuple(positions.shape)}: slopes are one per head, shape ({heads},)")
        return positions.detach().clone()
    slopes: dict[Any, Callable[[int], Tensor | None]] = {
        "none": lambda heads: None,
        "alibi": alibi_slopes,
        "nape": nape_slopes,
    }
    if positions not in slopes:
        raise ValueError(f"positions is {positions!r}: it must be one of {', '.join(map(repr, slopes))}, or slopes")
    return slopes[positions](heads)


class ASEntmaxAttention(EntmaxAttention):
    """`EntmaxAttention` with the scale of ASEntmax, ``delta + beta (log n)^gamma`` learned for each head and query.

    Parameters
    ----------
    features, heads, **options
        As for `EntmaxAttention`.
    delta, beta, gamma, gamma_limit, offset
        As for `AdaptiveScale`.

    Notes
    -----
    This is the formula of the paper (Vasylenko et al., arXiv 2506.16640). The program of its authors, whose layer
    `as_published` makes, differs from the defaults here in five ways. Its base is ``log(n + 1)``, which needs no
    exception in the first row; here it is ``log n`` as in the paper, with n at least 2. It scales only the heads
    without positions; here all heads are scaled, as in the formula. Its ALiBi heads come first, here last. Their slopes
    are 1/h, here those of ALiBi's authors. Its ``gamma_limit`` is 2; here it is 1, so that no scale grows faster than
    the log n of SSMax.

    Examples
    --------
    >>> layer = ASEntmaxAttention(32, 4, positions="nape")
    >>> layer.current_scale(torch.zeros(1, 5, 32), keys=5).shape
    torch.Size([1, 4, 5])
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
        scaled_heads: int | None = None,
        key_heads: int | None = None,
        head_features: int | None = None,
        alpha: float = 1.5,
        learn_alpha: bool = False,
        is_causal: bool = True,
        positions: Positions | Tensor = "none",
        window: tuple[int | None, int | None] | None = None,
        softcap: float | None = None,
        learn_sinks: bool = False,
        bias: bool = False,
    ):
        super().__init__(
            features,
            heads,
            key_heads=key_heads,
            head_features=head_features,
            alpha=alpha,
            learn_alpha=learn_alpha,
            is_causal=is_causal,
            positions=positions,
            scale=AdaptiveScale(
                features,
                heads if scaled_heads is None else scaled_heads,
                delta=delta,
                beta=beta,
                gamma=gamma,
                gamma_limit=gamma_limit,
                offset=offset,
            ),
            scaled_heads=scaled_heads,
            window=window,
            softcap=softcap,
            learn_sinks=learn_sinks,
            bias=bias,
        )

    @classmethod
    def as_published(
        cls,
        features: int,
        heads: int,
        *,
        slopes: Literal["linear", "exponential"] = "linear",
        gamma_limit: float = 2.0,
        **options: Any,
    ) -> Self:
        """Make the layer of the authors' models (https://github.com/deep-spin/asentmax), as their program has it.

        The first half of the heads has ALiBi with the slopes 1/h and no scale, the others no positions and the scale
        ``delta + softplus(w_beta . x) log(n + 1)^(2 tanh(w_gamma . x))``. Their weights ``q_proj``, ``k_proj``,
        ``v_proj``, ``o_proj``, ``attn_scale_beta_proj`` and ``attn_scale_gamma_proj`` go into ``query``, ``key``,
        ``value``, ``output``, ``scale.beta_projection`` and ``scale.gamma_projection``.

        Parameters
        ----------
        features, heads, **options
            As for the class, but for ``positions``, ``scaled_heads`` and ``offset``, which the program decides.
        slopes
            ``"exponential"``: ``2^-(h - 1)``, an option of theirs.
        gamma_limit
            As for `AdaptiveScale`.

        Raises
        ------
        ValueError
            For an option that the program decides.

        Examples
        --------
        >>> ASEntmaxAttention.as_published(32, 4).slopes.tolist()
        [1.0, 0.5, 0.0, 0.0]
        """
        for name in ("positions", "scaled_heads", "offset"):
            if name in options:
                raise ValueError(
                    f"{name}: as_published takes it from the authors' program; leave it out, or make "
                    f"{cls.__name__}(...) with the options that you want"
                )
        positions = published_nape_slopes(heads, slopes)
        scaled = heads - heads // 2
        return cls(
            features, heads, positions=positions, scaled_heads=scaled, offset=1, gamma_limit=gamma_limit, **options
        )
