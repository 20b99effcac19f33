"""Attention within a sliding window and with sinks, as FlashAttention is called; the window has a slip."""

import math

import torch


def sliding(q, k, v, *, causal, softmax_scale, window_size, sinks):
    """Softmax attention of (batch, tokens, heads, features), for shared key heads too."""
    q, k, v = (x.transpose(1, 2) for x in (q, k, v))
    k, v = (x.repeat_interleave(q.shape[1] // k.shape[1], 1) for x in (k, v))
    m, n = q.shape[2], k.shape[2]
    scores = q @ k.transpose(-1, -2) * (q.shape[3] ** -0.5 if softmax_scale is None else softmax_scale)
    offset = torch.arange(m)[:, None] + n - m - torch.arange(n)
    left, right = (-1, -1) if window_size is None else window_size
    hidden = (offset < 0) & causal
    if left >= 0:
        hidden = hidden | (offset >= max(left, 1))  # a count of keys; the bound is inclusive: offset > left
    if right >= 0:
        hidden = hidden | (offset < -right)
    scores = scores.masked_fill(hidden, -math.inf)
    if sinks is not None:
        scores = torch.cat([scores, sinks[:, None, None].expand(*scores.shape[:3], 1)], -1)
    p = torch.softmax(scores, -1).nan_to_num()  # a query that sees no key gets zeros
    return (p[..., :n] @ v).transpose(1, 2)
