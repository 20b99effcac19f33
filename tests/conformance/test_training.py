"""What training does with an implementation: answers with a gradient, several backward passes, global generators."""

import math
import random

import numpy as np
import pytest

pytest.importorskip("torch")

import torch
from zoo.bases import differentiable, exact, total, vjp
from zoo.catalogue import FAULTS

from entmax_oracle.proofs_checks.conformance import check


@pytest.mark.parametrize(
    ("name", "law", "says"),
    [
        ("hurries in training", "training", "where its gradient is wanted"),
        ("works on what it saved", "gradient", "in a second backward pass through the same graph"),
    ],
)
def test_slips_that_only_training_meets_are_caught(name, law, says):
    fault = FAULTS[name]
    report = check(fault.function, **fault.options, laws=["training", "gradient"])
    broken = {each.law: each.message for each in report.laws if each.status == "fail"}
    assert list(broken) == [law]
    assert says in broken[law]


def test_a_sum_that_overflows_where_losses_are_scaled_is_caught():
    def limited(s, g):
        found = total(s * g)
        return torch.where(found.abs() > 65504, found * math.inf, found) / total(s)

    def target(z, alpha):
        return differentiable(z, alpha, lambda p, g, alpha: vjp(p, g, alpha, centre=limited))

    report = check(target, dtypes="float16", grad=True, laws=["gradient"])
    assert "the gradient is finite" in next(each.message for each in report.laws if each.law == "gradient")


def test_a_second_backward_pass_is_not_owed():
    class Once(torch.autograd.Function):
        @staticmethod
        def forward(ctx, z, alpha):
            ctx.p, ctx.alpha = exact(z, alpha), alpha
            return ctx.p.clone()

        @staticmethod
        def backward(ctx, g):
            p = ctx.p
            del ctx.p  # frees memory; a second pass raises an AttributeError
            return vjp(p, g, ctx.alpha), None

    check(Once.apply, grad=True, laws=["training", "gradient"]).raise_for_violations()


def numbers():
    return np.random.get_state()[1].tolist()  # noqa: NPY002 (it is what is watched)


def test_seeding_a_global_generator_is_seen_and_undone():
    def seeds(z, alpha):
        torch.manual_seed(0)
        return exact(z, alpha)

    random.seed(5)
    before = random.getstate(), numbers(), torch.get_rng_state()
    report = check(seeds, laws=["generators", "ties"])
    (law,) = (each for each in report.laws if each.law == "generators")
    assert law.status == "fail"
    assert law.severity == "warning"
    assert "torch's global random numbers" in law.message
    assert random.getstate() == before[0]
    assert numbers() == before[1]
    assert torch.equal(torch.get_rng_state(), before[2])
