"""Entmax attention for Hugging Face models: ``register()``, then ``attn_implementation="entmax"``."""

from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Any

import torch

from ..attention import attention, decode
from ..runtime.kinds import finite_alpha

Tensor = torch.Tensor

_REFUSED = {
    "position_bias": "bias by position",
    "head_mask": "mask of heads",
    "cu_seq_lens_q": "packed documents, give each a row of its own",
    "cu_seq_lens_k": "packed documents, give each a row of its own",
    "output_attentions": "probabilities to give, ask the model with attn_implementation='eager' for those of softmax",
}
"""Options of a model's attention that would change its answer, and what they ask for."""

ASKED = 1 << 22
"""Places of a mask that are looked at together."""


def register(name: str = "entmax", alpha: float = 1.5) -> None:
    """Make entmax attention known to `transformers` under a name.

    The registered attention is causal, with or without a cache, or sees all keys, as the model says, inside a sliding
    window if it has one, with its cap on the scores (as in Gemma 2) and its sinks (as in gpt-oss). Batches may be
    padded on the left, as prompts to generate from are, or on the right, and caches may grow, slide or be static: what
    padding and the unused part of a cache hold is never used. It has no dropout. What a model asks for beyond that
    (chunks, packed documents, a bias) is refused when it is called, with a `ValueError` that names it.

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
        sliding_window: int | None = None,
        softcap: float | None = None,
        s_aux: Tensor | None = None,
        **options: Any,
    ) -> tuple[Tensor, None]:
        if dropout:
            raise ValueError(f"dropout is {dropout}: entmax attention has none, set attention_dropout=0")
        for option, meaning in _REFUSED.items():
            given = options.get(option)
            if given is not None and given is not False:
                said = f"a tensor of shape {tuple(given.shape)}" if isinstance(given, Tensor) else given
                raise ValueError(f"{option} is {said}: entmax attention has no {meaning}")
        causal = bool(getattr(module, "is_causal", True) if is_causal is None else is_causal)
        generating = query.shape[2] == 1 and not torch.is_grad_enabled()
        function = decode if generating else attention
        told: dict[str, Any] = {
            "alpha": alpha,
            "is_causal": causal,
            "scale": scaling,
            "window": None if sliding_window is None else _window(sliding_window, causal),
            "softcap": softcap,
            "sinks": s_aux,
        }
        if attention_mask is None:
            mixed = function(query, key, value, **told)
        else:
            rows = _read(attention_mask)
            if rows and max(window := tuple(rows[0][3:])) >= 0:
                if told["window"] not in (None, window):
                    raise ValueError(
                        f"sliding_window is {sliding_window}, which sees {told['window']} keys to either side, and the "
                        f"mask of the model {window}: they must agree"
                    )
                told["window"] = window
            parts = _parts(rows, query, key, value)
            mixed = torch.cat([function(*part, key_lengths=lengths, **told) for *part, lengths in parts])
        return mixed.transpose(1, 2).contiguous(), None

    AttentionInterface.register(name, attend)
    AttentionMaskInterface.register(name, _spans)


def _window(size: int, causal: bool) -> tuple[int, int]:
    """Return what a query sees of a sliding window of `transformers`: itself counts only where it is causal."""
    return (size - 1, 0) if causal else (size, size)


def _read(spans: Tensor) -> list[list[int]]:
    """Return what `_spans` has written.

    Raises
    ------
    ValueError
        For a mask that `_spans` has not made: of queries by keys, which `transformers` passes on as it is.
    """
    if spans.dtype != torch.int32 or spans.shape[1:] != (1, 1, 5):
        raise ValueError(
            f"attention_mask has shape {tuple(spans.shape)}: entmax attention takes a mask (batch, tokens) that says "
            "what is padding, and none of queries by keys"
        )
    found: list[list[int]] = spans[:, 0, 0].tolist()
    return found


def _parts(rows: list[list[int]], query: Tensor, key: Tensor, value: Tensor) -> Iterator[tuple[Tensor, ...]]:
    """Split a batch into runs of sequences that begin at the same key, as views without what lies before or behind.

    Positions are aligned to the end, so that to leave out keys at the beginning moves no query. Padded queries then see
    no key, and get zeros.
    """
    first = 0
    for start, run in groupby(rows, key=lambda row: row[0]):
        last = first + len(chosen := list(run))
        end = chosen[0][2]
        lengths = torch.tensor([row[1] - row[0] for row in chosen], device=query.device)
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
    local_size: int | None = None,
    use_vmap: bool = False,
    device: torch.device | None = None,
    **_: Any,
) -> Tensor | None:
    """Stand in for the mask: where the tokens of each sequence lie among the keys; ``None`` where all keys are seen.

    Returns
    -------
    Tensor
        ``(B, 1, 1, 5)``, int32: a sequence begins at the first, ends before the second, and no key from the third on
        has been written yet; the last two are the window, -1 where there is none. It has four axes because
        `transformers` passes on as they are masks that have.
    """
    from transformers.masking_utils import bidirectional_mask_function, causal_mask_function

    causal, window = mask_function is not bidirectional_mask_function, (-1, -1)
    if mask_function not in (None, causal_mask_function, bidirectional_mask_function):
        asked = (torch.arange(q_length) + int(q_offset), torch.arange(kv_length) + kv_offset)
        found = [
            (is_causal, one)
            for is_causal in (True, False)
            if local_size is not None and not use_vmap
            for one in [_window(local_size, is_causal)]
            if _is_window(mask_function, one, batch_size, *asked, device)
        ]
        if not found:
            raise ValueError(
                "the model asks for a mask of its own (chunks, blocks, or packed documents, for which position_ids "
                "that start again stand): entmax attention is causal or sees all keys, or those of a sliding window; "
                "give each document a row of its own, padded on one side"
            )
        causal, window = found[0]
    end = int(q_offset) + q_length - kv_offset if causal else kv_length
    if end > kv_length:
        raise ValueError(
            f"the cache holds {kv_offset + kv_length} tokens for queries that end at {kv_offset + end}: causal "
            "attention needs the keys up to the last query"
        )
    if attention_mask is None:
        if end == kv_length and max(window) < 0:
            return None
        return torch.tensor([0, end, end, *window], dtype=torch.int32).expand(batch_size, 1, 1, 5)
    covered = attention_mask.shape[1] - kv_offset
    if covered < end:
        raise ValueError(f"attention_mask covers {covered} of {end} keys: it must cover all")
    kept = attention_mask[:, kv_offset : kv_offset + end].bool().cpu()
    lengths = kept.sum(1)
    starts = kept.int().argmax(1)  # of several ones the first
    stops = starts + lengths
    places = torch.arange(end)
    if not torch.equal(kept, (places >= starts[:, None]) & (places < stops[:, None])):
        raise ValueError(
            "attention_mask hides tokens between visible ones: pad on the left or on the right, and leave out what is "
            "in between"
        )
    if end == kv_length and max(window) < 0 and bool(kept.all()):
        return None
    same = torch.tensor([end, *window]).expand(batch_size, 3)
    return torch.cat([torch.stack([starts, stops], 1), same], 1)[:, None, None].int()


def _is_window(
    mask_function: Callable[..., Any],
    window: tuple[int, int],
    batch_size: int,
    queries: Tensor,
    keys: Tensor,
    device: torch.device | None,
) -> bool:
    """Tell whether a mask hides what lies outside a window, and nothing else: asked of all its places, in blocks."""
    batch = torch.arange(batch_size, device=device)[:, None, None, None]
    head = torch.zeros(1, 1, 1, 1, dtype=torch.int64, device=device)
    keys = keys.to(device)[None, None, None]
    step = max(1, ASKED // max(1, batch_size * keys.numel()))
    for start in range(0, len(queries), step):
        place = queries[start : start + step].to(device)[None, None, :, None]
        seen = (keys >= place - window[0]) & (keys <= place + window[1])
        if not bool((mask_function(batch, head, place, keys) == seen).all()):
            return False
    return True
