"""Checks of Fenchel-Young losses: honest ones conform, slips are caught, budgets are derived for the row."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from entmax_oracle.proofs_checks.conformance import PROFILES, check, replay
from entmax_oracle.reference import enclose_fenchel_young_loss, entmax, fenchel_young_grad, fenchel_young_loss
from entmax_oracle.reference.budgets.losses import loss_budget, loss_vjp_budget

torch = pytest.importorskip("torch")

EFFORT = replace(PROFILES["quick"], examples=8, shrinking=20, long_rows=(257,))


class _Loss(torch.autograd.Function):
    """The textbook's formula, after subtracting the maximum, with probabilities from elsewhere."""

    @staticmethod
    def forward(ctx, z, y, alpha, power, masks=True):
        x = z.detach().to(torch.float64 if z.dtype == torch.float64 else torch.float32)
        x = x - x.max(dim=-1, keepdim=True).values
        p = torch.from_numpy(entmax(x.double().numpy(), alpha)).to(x.dtype)
        ctx.save_for_backward(p, y)
        ctx.power = power
        entropy = -torch.xlogy(p, p) if alpha == 1 else (p - p**alpha) / (alpha * (alpha - 1))
        product = torch.where(p > 0, p * x, 0.0) if masks else p * x
        return ((product + entropy).sum(dim=-1) - x.gather(-1, y[:, None])[:, 0]).to(z.dtype)

    @staticmethod
    def backward(ctx, grad):
        p, y = ctx.saved_tensors
        hit = torch.zeros_like(p).scatter_(-1, y[:, None], 1.0)
        return (grad[:, None].to(p.dtype) * (p**ctx.power - hit)).to(grad.dtype), None, None, None, None


def honest(z, y, alpha):
    return _Loss.apply(z, y, alpha, 1.0)


def cross_entropy(z, y):
    return torch.nn.functional.cross_entropy(z, y, reduction="none")


def below_the_maximum(z, y):
    x = z - z.max(dim=-1, keepdim=True).values
    return torch.logsumexp(x, dim=-1) - x.gather(-1, y[:, None])[:, 0]


def averaged(z, y, alpha):
    return honest(z, y, alpha).mean()


def without_a_maximum(z, y, alpha):
    p = torch.from_numpy(entmax(z.detach().double().numpy(), alpha)).to(z.dtype)
    return (p * z + (p - p**alpha) / (alpha * (alpha - 1))).sum(dim=-1) - z.gather(-1, y[:, None])[:, 0]


def half_a_permille(z, y, alpha):
    return honest(z, y, alpha) * 1.0005


def always_the_first(z, y, alpha):
    return honest(z, torch.zeros_like(y), alpha)


def zero_times_a_mask(z, y, alpha):
    return _Loss.apply(z, y, alpha, 1.0, False)


def log_of_a_clamped_softmax(z, y):
    return -torch.softmax(z, -1).clamp(min=torch.finfo(z.dtype).tiny).log().gather(-1, y[:, None])[:, 0]


def gradient_of_sensitivity(z, y, alpha):
    return _Loss.apply(z, y, alpha, 1.01)


@pytest.mark.parametrize("alpha", [1.0, 1.25, 1.5, 2.0, 3.0])
@pytest.mark.parametrize("dtype", ["float64", "bfloat16"])
def test_an_honest_loss_conforms(alpha, dtype):
    report = check(honest, alpha, dtype, grad=True, kind="loss", laws=["values", "gradient"], profile=EFFORT)
    report.raise_for_violations()
    assert all(law.examples for law in report.laws)


def test_a_loss_whose_maximum_takes_part_in_the_gradient_conforms():
    """Automatic differentiation takes the sum of the gradient, which is not quite 0, from the largest logit."""
    report = check(
        below_the_maximum, None, "float32", "torch", grad=True, kind="loss", fixed_alpha=1.0, laws=["gradient"]
    )
    report.raise_for_violations()


def test_an_honest_loss_keeps_every_law():
    check(honest, 1.5, "float32", grad=True, kind="loss", profile=EFFORT).raise_for_violations()


def test_cross_entropy_is_the_loss_of_alpha_one():
    report = check(
        cross_entropy, fixed_alpha=1, kind="loss", laws=["values", "shift", "gradient"], grad=True, profile=EFFORT
    )
    report.raise_for_violations()


@pytest.mark.parametrize(
    ("loss", "law"),
    [
        (half_a_permille, "values"),
        (always_the_first, "values"),
        (without_a_maximum, "shift"),
        (gradient_of_sensitivity, "gradient"),
        (averaged, "shape"),
    ],
)
def test_slips_are_caught(loss, law):
    laws = [law] if law != "shape" else ["values", "shape"]
    report = check(loss, 1.5, "float32", grad=law == "gradient", kind="loss", laws=laws, profile=EFFORT)
    assert report.verdict == "violates"
    (found, *_) = report.violations
    words = found.command.split("--replay ")[1].strip("'")
    assert replay(loss, words, kind="loss").broken
    assert not replay(honest, words, kind="loss").broken


@pytest.mark.parametrize("alpha", [1.0, 1.001, 4 / 3, 1.5, 2.0, 4.0])
@pytest.mark.parametrize("dtype", ["float64", "float32", "float16"])
def test_the_budget_holds_for_the_textbook_formula_and_is_not_wide(alpha, dtype):
    rng = np.random.default_rng(7)
    kind = np.float64 if dtype == "float64" else np.float32
    z = (3 * rng.standard_normal((40, 9))).astype(kind)
    y = rng.integers(0, 9, 40)
    x = z - z.max(axis=-1, keepdims=True)
    p = entmax(x, alpha).astype(kind)
    held = kind(alpha)
    entropy = -p * np.log(np.where(p > 0, p, 1)) if alpha == 1 else (p - p**held) / (held * (held - kind(1)))
    plain = ((p * x + entropy).sum(axis=-1) - np.take_along_axis(x, y[:, None], -1)[:, 0]).astype(dtype)
    found = enclose_fenchel_young_loss(z.astype(np.float64), y, alpha)
    allowed = loss_budget(z, y, alpha, dtype)
    error = np.maximum(found.lower - plain, plain - found.upper)
    assert (error <= allowed).all()
    # No wider than a few hundred units of the sizes at hand: a digit that is lost for another reason shows.
    unit = {"float64": 2.0**-53, "float32": 2.0**-24, "float16": 2.0**-11}[dtype]
    condition = 1 + np.abs(x).max(axis=-1) + (1 / (alpha - 1) if alpha > 1 else 0)
    assert (allowed <= 400 * unit * condition**2).all()
    g = rng.standard_normal(40)
    room = loss_vjp_budget(z, y, g, alpha, dtype)
    off = np.abs(g[:, None] * (p.astype(np.float64) - np.eye(9)[y]) - g[:, None] * fenchel_young_grad(z, y, alpha))
    assert (off <= room).all()
    assert fenchel_young_loss(z, y, alpha).shape == allowed.shape


@pytest.mark.parametrize(
    ("function", "more"), [(zero_times_a_mask, {}), (log_of_a_clamped_softmax, {"fixed_alpha": 1})]
)
def test_masked_classes_and_targets_far_below_the_maximum_are_tried(function, more):
    first = replace(EFFORT, examples=1, shrinking=0)
    assert check(function, kind="loss", laws=["values"], profile=first, **more).verdict == "violates"


@pytest.mark.parametrize(
    "slip",
    [lambda loss: loss.clamp(max=5e4), lambda loss: torch.where(loss < 1e-4, 0 * loss, loss)],
    ids=["capped", "small ones are zero"],
)
def test_large_and_small_losses_are_tried(slip):
    first = replace(EFFORT, examples=1, shrinking=0)
    asked = {"kind": "loss", "fixed_alpha": 1, "laws": "values", "profile": first}
    assert check(lambda z, y: slip(cross_entropy(z, y)), arrays="torch", **asked).verdict == "violates"
