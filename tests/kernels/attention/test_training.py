"""A short training run: the same with the kernels, with plain torch and with the exact reference, and it learns."""

import numpy as np
import pytest
import torch
from torch import nn

import entmax_oracle as eo
from entmax_oracle.kernels.attention import use_path
from entmax_oracle.kernels.layers import ASEntmaxAttention


class ExactEntmax(torch.autograd.Function):
    """The float64 reference and its vector-Jacobian product."""

    @staticmethod
    def forward(ctx, z):
        ctx.save_for_backward(z)
        return torch.from_numpy(eo.entmax(z.numpy(), alpha=1.5))

    @staticmethod
    def backward(ctx, upstream):
        (z,) = ctx.saved_tensors
        return torch.from_numpy(eo.vjp(z.numpy(), upstream.numpy(), alpha=1.5))


class DenseAttention(ASEntmaxAttention):
    """The same layer with the matrix of scores written out."""

    def forward(self, hidden):
        query, key, value = self.project(hidden)
        tokens = hidden.shape[1]
        scores = (query @ key.mT) * self.current_scale(hidden, tokens)[..., None]
        distance = torch.arange(tokens)[:, None] - torch.arange(tokens)
        scores = scores - self.slopes[:, None, None] * distance
        p = ExactEntmax.apply(scores.masked_fill(distance < 0, -torch.inf))
        return self.output((p @ value).transpose(1, 2).flatten(2))


class Recall(nn.Module):
    """A one-layer model for associative recall: keys, each followed by its value, then a key whose value is asked
    for."""

    def __init__(self, tokens=12, features=16, attention=ASEntmaxAttention):
        super().__init__()
        self.embed = nn.Embedding(tokens, features)
        self.before = nn.Embedding(tokens, features)
        self.attention = attention(features, 2, positions="nape")
        self.head = nn.Linear(features, tokens)

    def forward(self, x):
        shifted = nn.functional.pad(x, (1, 0))[:, :-1]
        hidden = self.embed(x) + self.before(shifted)
        return self.head(hidden + self.attention(hidden))


def recall_batch(generator, batch=16, pairs=4):
    keys = torch.argsort(torch.rand(batch, 6, generator=generator), 1)[:, :pairs]
    values = torch.randint(6, 12, (batch, pairs), generator=generator)
    asked = torch.randint(pairs, (batch, 1), generator=generator)
    tokens = torch.stack([keys, values], -1).flatten(1)
    return torch.cat([tokens, keys.gather(1, asked)], 1), values.gather(1, asked).squeeze(1)


def train(path, steps, batch=16):
    torch.manual_seed(1)
    generator = torch.Generator().manual_seed(2)
    model = Recall(attention=DenseAttention).double() if path == "reference" else Recall()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    losses = []
    with use_path("torch" if path == "reference" else path):
        for _ in range(steps):
            tokens, wanted = recall_batch(generator, batch)
            loss = nn.functional.cross_entropy(model(tokens)[:, -1], wanted)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(float(loss.detach()))
    return losses


def test_training_learns_recall():
    losses = train("torch", 250)
    assert np.mean(losses[:10]) > 1.5
    assert np.mean(losses[-10:]) < 0.7


@pytest.mark.parametrize(("path", "steps"), [("torch", 30), ("interpreter", 3), ("numba", 30)])
def test_training_is_that_of_the_dense_reference(path, steps):
    """The same data, start and optimizer: the losses of the first steps agree to what float32 leaves of them."""
    np.testing.assert_allclose(train(path, steps, 4), train("reference", steps, 4), rtol=1e-3)
