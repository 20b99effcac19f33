"""The laws of ASEntmax and NAPE on what the layers give; `test_layers.py` ties probabilities and outputs together."""

import math

import pytest
import torch
from torch import nn

from entmax_oracle.kernels.layers import ASEntmaxAttention, EntmaxAttention

pytestmark = pytest.mark.usefixtures("plain")


def test_support_and_peak_are_monotone_in_the_scale():
    """A larger beta never lowers the peak or widens the support (H8.10), whatever the query."""
    layer = ASEntmaxAttention(16, 2, alpha=1.5, beta=0.5, gamma=0.5)
    layer.double()
    hidden = torch.randn(2, 24, 16, dtype=torch.float64) * 3
    first = before = None
    for beta in (0.5, 1.0, 2.0, 5.0, 20.0):
        layer.scale.beta.fill_(beta)
        with torch.no_grad():
            p = layer.probabilities(hidden)
        peak, support, entropy = p.amax(-1), (p > 0).sum(-1), -torch.special.entr(p).sum(-1).neg()
        if before is not None:
            assert (peak >= before[0] - 1e-12).all()
            assert (support <= before[1]).all()
            assert (entropy <= before[2] + 1e-10).all()
        before = peak, support, entropy
        first = before if first is None else first
    assert (before[0] > first[0] + 0.1).any()
    assert (before[1] < first[1]).any()
    assert (before[2] < first[2] - 0.1).any()


def test_alibi_heads_of_nape_have_a_window():
    """No token beyond the exact radius of the content's range has mass (N12.1); NoPE heads have no such bound."""
    alpha, tokens = 1.5, 96
    layer = EntmaxAttention(16, 8, alpha=alpha, positions="nape").double()
    hidden = torch.randn(1, tokens, 16, dtype=torch.float64)
    with torch.no_grad():
        p = layer.probabilities(hidden)[0]
        query, key, _ = layer.project(hidden)
        content = (query @ key.mT)[0] * layer.current_scale(hidden, tokens)
    checked = 0
    for h, slope in enumerate(layer.slopes.tolist()):
        for i in range(tokens):
            live = p[h, i, : i + 1].nonzero().flatten()
            if slope == 0:
                continue
            row = content[h, i, : i + 1]
            spread = float(row.max() - row.min())
            mass, radius = 0.0, 0
            while mass < 1:
                radius += 1
                mass += max((alpha - 1) * (slope * radius - spread), 0) ** (1 / (alpha - 1))
            # `radius` is the first distance that is out for every content of this range.
            assert int(i - live.min()) < radius
            checked += radius < i
    assert checked > 100  # the window was shorter than the row, so the bound could have failed
    assert (p[0].count_nonzero(-1) > 0).all()


def test_window_of_a_constant_content_is_attained():
    """With equal products the radius is exact: the last distance inside has mass, the first outside none."""
    alpha, tokens = 1.5, 64
    layer = EntmaxAttention(8, 2, alpha=alpha, positions="alibi").double()
    with torch.no_grad():
        layer.query.weight.zero_()
        p = layer.probabilities(torch.randn(1, tokens, 8, dtype=torch.float64))[0]
    for h, slope in enumerate(layer.slopes.tolist()):
        out = next(d for d in range(1, 10**4) if sum(((alpha - 1) * slope * k) ** 2 for k in range(1, d + 1)) >= 1)
        reach = tokens - 1 - int(p[h, -1].nonzero().min())
        assert reach == min(out - 1, tokens - 1)


def concentration(gamma, tokens, rows=2048, width=64):
    """Mean of sum_j p_j^2 over the rows of a layer, estimated from its output.

    The hidden state has three parts: of the first the layer makes queries of norm sqrt(D), of the second Gaussian keys,
    so that each row of logits is theta_n N(0, 1), and of the third random signs as values, of which an output has the
    mean square sum_j p_j^2.
    """
    layer = ASEntmaxAttention(
        3 * width, 1, head_features=width, delta=0.0, beta=1.0, gamma=gamma, alpha=1.5, is_causal=False
    )
    generator = torch.Generator().manual_seed(tokens)
    parts = torch.randn(rows // tokens, tokens, 3, width, generator=generator)
    parts[:, :, 0] = nn.functional.normalize(parts[:, :, 0], dim=-1) * math.sqrt(width)
    parts[:, :, 2] = parts[:, :, 2].sign()
    with torch.no_grad():
        for part, projection in enumerate((layer.query, layer.key, layer.value)):
            projection.weight.zero_()
            projection.weight[:, part * width : (part + 1) * width] = torch.eye(width)
        layer.output.weight.zero_()
        layer.output.weight[:width] = torch.eye(width)
        return float(layer(parts.flatten(2))[..., :width].square().mean())


def test_phase_transition_of_the_scale():
    """Gaussian logits: entmax spreads as n grows for gamma < 1/2 and concentrates for gamma > 1/2.

    Of 2048 independent rows the means have a standard error of about 0.005, and a difference 0.008.
    """
    for gamma in (0.0, 0.25):
        assert concentration(gamma, 2048) < concentration(gamma, 32) - 0.05
    for gamma in (1.0, 1.25):
        assert concentration(gamma, 2048) > concentration(gamma, 32) + 0.02
