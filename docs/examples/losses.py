"""Losses of logits and class indices, one per row."""

import torch


def cross_entropy(z, y):
    """Take the loss of softmax."""
    return torch.nn.functional.cross_entropy(z, y, reduction="none")
