"""Top-k softmax in two ways, of which one keeps too many tokens where logits tie."""

import math

import torch


def top_k(z, k):
    """Softmax of the k largest logits."""
    values, places = z.topk(k, dim=-1)
    return torch.zeros_like(z).scatter(-1, places, torch.softmax(values, -1))


def top_k_by_threshold(z, k):
    """Softmax of all logits that are at least the k-th."""
    edge = z.topk(k, dim=-1).values[..., -1:]
    return torch.softmax(z.masked_fill(z < edge, -math.inf), -1)
