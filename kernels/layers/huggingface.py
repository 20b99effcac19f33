"""Entmax attention for Hugging Face models: ``register()``, then ``attn_implementation="entmax"``."""

from collections.abc import Callable
from typing import Any

import torch

from ..attention import attention, decode
from ..runtime.kinds import finite_alpha

Tensor = torch.Tensor

_REFUSED = {
    "softcap": "cap of the scores, set it to None in the config",
    "sliding_window": "window, set it to None in the config",
    "position_bias": "bias by position",
    "head_mask": "mask of heads",
    "s_aux": "sinks",
    "cu_seq_lens_q": "packed documents, give each a row of its own",
    "cu_seq_lens_k": "packed documents, give each a row of its own",
    "output_attentions": "probabilities to give, ask the model with attn_implementation='eager' for those of softmax",
}
"""Options of a model's attention that would change its answer, and what they ask for."""


def register(name: str = "entmax", alpha: float = 1.5) -> None:
    """Make entmax attention known to `transformers` under a name.

    The registered attention is causal, with or without a cache, or sees all keys, as the model says. It takes batches
    padded on the right, which prompts of different lengths to generate from are not. It has no dropout. What a model
    asks for beyond that (windows, chunks, packed documents, sinks, a bias, a cap) is refused when it is called, with a
    `ValueError` that names it.

    Parameters
    ----------
    name
        For ``attn_implementation`` of a model.
    alpha
        At least 1.

    Raises
    ------
    ValueError
        For a name that is no text, and an alpha that is no number, not finite or below 1.
    """
    if not isinstance(name, str) or not name:
        raise ValueError(f"name is {name!r}: it must be the text that attn_implementation will name")
    alpha = finite_alpha(alpha)
    from transformers import AttentionInterface
    from transformers.masking_utils import AttentionMaskInterface

    def attend(
        module: torch.nn.Module,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        attention_mask: Tensor | None,
        scaling: float | None = None,
        dropout: float = 0.0,
        is_causal: bool | None = None,
        **options: Any,
    ) -> tuple[Tensor, None]:
        if dropout:
            raise ValueError(f"dropout is {dropout}: entmax attention has none, set attention_dropout=0")
        for option, meaning in _REFUSED.items():
            given = options.get(option)
            if given is not None and given is not False:
                said = f"a tensor of shape {tuple(given.shape)}" if isinstance(given, Tensor) else given
                raise ValueError(f"{option} is {said}: entmax attention has no {meaning}")
        causal = getattr(module, "is_causal", True) if is_causal is None else is_causal
        generating = query.shape[2] == 1 and not torch.is_grad_enabled()
        mixed = (decode if generating else attention)(
            query, key, value, alpha=alpha, is_causal=bool(causal), scale=scaling, key_lengths=attention_mask
        )
        return mixed.transpose(1, 2).contiguous(), None

    AttentionInterface.register(name, attend)
    AttentionMaskInterface.register(name, _lengths)


def _lengths(
    batch_size: int,
    q_length: int,
    kv_length: int,
    q_offset: int = 0,
    kv_offset: int = 0,
    attention_mask: Tensor | None = None,
    mask_function: Callable[..., Any] | None = None,
    **_: Any,
) -> Tensor | None:
    """Stand in for the mask: lengths ``(B,)`` of a batch padded on the right, ``None`` without padding."""
    from transformers.masking_utils import bidirectional_mask_function, causal_mask_function

    if mask_function not in (None, causal_mask_function, bidirectional_mask_function):
        raise ValueError(
            "the model asks for a mask of its own (a window, chunks, blocks, or packed documents, for which "
            "position_ids that start again stand): entmax attention is causal or sees all keys; give each document a "
            "row of its own, padded on the right"
        )
    causal = mask_function is not bidirectional_mask_function
    if causal and q_offset + q_length != kv_offset + kv_length:
        raise ValueError(
            f"the cache holds {kv_offset + kv_length} tokens for queries that end at {q_offset + q_length}: "
            "entmax attention takes a cache that grows, use cache_implementation='dynamic'"
        )
    if attention_mask is None:
        return None
    if attention_mask.shape[1] != kv_length:
        raise ValueError(f"attention_mask covers {attention_mask.shape[1]} of {kv_length} keys: it must cover all")
    kept = attention_mask.bool()
    lengths = kept.sum(1)
    padded_right = torch.arange(kv_length, device=kept.device) < lengths[:, None]
    if not torch.equal(kept, padded_right):
        raise ValueError(
            "attention_mask hides tokens before visible ones: pad on the right (tokenizer.padding_side='right'); to "
            "generate, take prompts of one length"
        )
    return None if bool(kept.all()) else lengths
