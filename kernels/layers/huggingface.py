"""Entmax attention for Hugging Face models: ``register()``, then ``attn_implementation="entmax"``."""

from collections.abc import Callable, Iterator
from itertools import groupby
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

    The registered attention is causal, with or without a cache, or sees all keys, as the model says. Batches may be
    padded on the left, as prompts to generate from are, or on the right, and caches may grow or be static: what padding
    and the unused part of a cache hold is never used. It has no dropout. What a model asks for beyond that (windows,
    chunks, packed documents, sinks, a bias, a cap) is refused when it is called, with a `ValueError` that names it.

    Parameters
    ----------
    name
        For ``attn_implementation`` of a model.
    alpha
        At least 1.

    Raises
    ------
    ValueError
        For a name that is not text, and an alpha that is not a number, not finite or below 1.
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
        function = decode if generating else attention
        told: dict[str, Any] = {"alpha": alpha, "is_causal": bool(causal), "scale": scaling}
        if attention_mask is None:
            mixed = function(query, key, value, **told)
        else:
            parts = _parts(attention_mask, query, key, value)
            mixed = torch.cat([function(*part, key_lengths=lengths, **told) for *part, lengths in parts])
        return mixed.transpose(1, 2).contiguous(), None

    AttentionInterface.register(name, attend)
    AttentionMaskInterface.register(name, _spans)


def _parts(spans: Tensor, query: Tensor, key: Tensor, value: Tensor) -> Iterator[tuple[Tensor, ...]]:
    """Split a batch into runs of sequences that begin at the same key, as views without what lies before or behind.

    Positions are aligned to the end, so that to leave out keys at the beginning moves no query. Padded queries then see
    no key, and get zeros.

    Raises
    ------
    ValueError
        For a mask that `_spans` has not made: of queries by keys, which `transformers` passes on as it is.
    """
    if spans.dtype != torch.int32 or spans.shape[1:] != (1, 1, 3):
        raise ValueError(
            f"attention_mask has shape {tuple(spans.shape)}: entmax attention takes a mask (batch, tokens) that says "
            "what is padding, and none of queries by keys"
        )
    rows = spans[:, 0, 0].tolist()
    first = 0
    for start, run in groupby(rows, key=lambda row: row[0]):
        last = first + len(chosen := list(run))
        end = chosen[0][2]
        lengths = torch.tensor([stop - start for _, stop, _ in chosen], device=query.device)
        keys = slice(start, end)
        yield query[first:last], key[first:last, :, keys], value[first:last, :, keys], lengths
        first = last


def _spans(
    batch_size: int,
    q_length: int,
    kv_length: int,
    q_offset: int | Tensor = 0,
    kv_offset: int = 0,
    attention_mask: Tensor | None = None,
    mask_function: Callable[..., Any] | None = None,
    **_: Any,
) -> Tensor | None:
    """Stand in for the mask: where the tokens of each sequence lie among the keys; ``None`` where all keys are tokens.

    Returns
    -------
    Tensor
        ``(B, 1, 1, 3)``, int32: a sequence begins at the first, ends before the second, and no key from the third on
        has been written yet. It has four axes because `transformers` passes on as they are masks that have.
    """
    from transformers.masking_utils import bidirectional_mask_function, causal_mask_function

    if mask_function not in (None, causal_mask_function, bidirectional_mask_function):
        raise ValueError(
            "the model asks for a mask of its own (a window, chunks, blocks, or packed documents, for which "
            "position_ids that start again stand): entmax attention is causal or sees all keys; give each document a "
            "row of its own, padded on one side"
        )
    causal = mask_function is not bidirectional_mask_function
    end = int(q_offset) + q_length - kv_offset if causal else kv_length
    if end > kv_length:
        raise ValueError(
            f"the cache holds {kv_offset + kv_length} tokens for queries that end at {kv_offset + end}: causal "
            "attention needs the keys up to the last query"
        )
    if attention_mask is None:
        if end == kv_length:
            return None
        return torch.tensor([0, end, end], dtype=torch.int32).expand(batch_size, 1, 1, 3)
    if attention_mask.shape[1] < end:
        raise ValueError(f"attention_mask covers {attention_mask.shape[1]} of {end} keys: it must cover all")
    kept = attention_mask[:, :end].bool().cpu()
    lengths = kept.sum(1)
    starts = kept.int().argmax(1)  # of several ones the first
    stops = starts + lengths
    places = torch.arange(end)
    if not torch.equal(kept, (places >= starts[:, None]) & (places < stops[:, None])):
        raise ValueError(
            "attention_mask hides tokens between visible ones: pad on the left or on the right, and leave out what is "
            "in between"
        )
    if end == kv_length and bool(kept.all()):
        return None
    return torch.stack([starts, stops, torch.full_like(starts, end)], 1)[:, None, None].int()
