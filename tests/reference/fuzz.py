"""Try every function of the reference on rows that are hard for it, against what is certified about them.

    PYTHONPATH=src python tests/reference/fuzz.py --seconds 600 --seed 7

prints how often each check was made and what went wrong, with the first row of each fault as Python; exit status 1 if
anything did. The right count is 0, for any seed. ``--check NAME`` tries one check alone.

What is asked of an answer is one rule (`judge`): never NaN; within its budget of the enclosure; and infinite only where
the enclosure says that the true value is beyond the largest float64, or `steep_derivative` that it may be, for all that
rounding leaves. A budget, in turn, is positive where a token has mass, and finite but for the causes that
`open_derivative` and `open_normaliser` derive.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import mpmath as mp
import numpy as np

import entmax_oracle.reference as reference
from entmax_oracle.reference.enclosures.bounds import Bounds
from entmax_oracle.reference.formats import FORMATS
from entmax_oracle.reference.normalisers import NORMALISERS, Undefined
from entmax_oracle.reference.normalisers.budgets import normaliser_budget, normaliser_vjp_budget

U = 2.0**-53
TINY = 2.0**-1022
LARGEST = np.finfo(np.float64).max
ALPHAS = (1.0, 1 + 2.0**-30, 1.001, 1.05, 1.25, 4 / 3, 1.5, 1.75, 2.0, 2 + 2.0**-20, 2.1, 2.5, 3.0, 5.0, 20.0, 300.0)
LENGTHS = (1, 2, 3, 5, 8, 17, 64, 200)


class Row(NamedTuple):
    """One row of logits, all numbers of the format."""

    kind: str
    form: str
    alpha: float
    z: np.ndarray


# --- rows ---


def gaussian(rng, n, a, form):
    """Any magnitude: of the logits that people have, or of all that the format has."""
    usual = 10.0 ** rng.integers(-8, 5)
    return rng.normal(size=n) * (usual if rng.random() < 0.7 else 2.0 ** rng.uniform(form.emin, form.emax))


def levels(rng, n, a, form):
    """Ties."""
    return np.round(4 * rng.normal(size=n)) / 4


def threshold(rng, n, a, form):
    """Some tokens tie at the top, the others lie within a few ulps of the threshold."""
    k = int(rng.integers(1, n + 1))
    z = np.full(n, form.round_array(-min(k**-a / a, form.largest / 2)), dtype=np.float64)
    z[:k] = 0
    return z + rng.integers(-4, 5, size=n) * form.ulp(z) * (z < 0)


def cauchy(rng, n, a, form):
    """Heavy tails."""
    return rng.standard_cauchy(size=n)


def window(rng, n, a, form):
    """Tokens all over the width in which the support lies."""
    return -rng.random(n) / a * 1.0000001


def extremes(rng, n, a, form):
    """The ends of the format."""
    ends = [form.largest, form.largest / 2**20, form.smallest_normal, form.smallest_subnormal, 1.0]
    return rng.choice([0.0, *ends, *(-end for end in ends)], size=n)


def masked(rng, n, a, form):
    """Gaussian, with some tokens masked."""
    z = rng.normal(size=n)
    z[rng.random(n) < 0.4] = -np.inf
    z[rng.integers(n)] = 0.3
    return z


KINDS = {draw.__name__: draw for draw in (gaussian, levels, threshold, cauchy, window, extremes, masked)}


def rows(rng: np.random.Generator) -> Iterator[Row]:
    """Draw rows without end, of every kind and format in turn."""
    while True:
        for kind, draw in KINDS.items():
            for name, form in FORMATS.items():
                n, alpha = int(rng.choice(LENGTHS)), float(rng.choice(ALPHAS))
                z = draw(rng, n, max(alpha - 1, 1e-12), form)
                z = np.clip(z, np.where(np.isinf(z), -np.inf, -form.largest), form.largest)
                yield Row(kind, name, alpha, form.round_array(z).astype(np.float64))


# --- what is asked of an answer ---


def judge(what: str, value: Any, bounds: Any, slack: Any, *, steep: bool = False) -> Iterator[str]:
    """Name what is wrong with a value, by its enclosure and its budget.

    An infinite budget excuses no infinity, unless answers that are as right are beyond all bounds: `steep`.
    """
    value, lower, upper, slack = np.broadcast_arrays(value, bounds.lower, bounds.upper, slack)
    if np.isnan(value).any():
        yield f"{what} is NaN"
        return
    if not (slack >= 0).all():
        yield f"the budget of {what} is NaN or negative"
        return
    if ((lower == -np.inf) & (upper == np.inf)).any():
        yield f"the enclosure of {what} says nothing"
    with np.errstate(invalid="ignore", over="ignore"):
        # A sum within its rounding of the largest float64 overflows.
        most = upper + np.where(np.isfinite(slack), slack, 2.0**-40 * np.abs(upper))
        least = lower - np.where(np.isfinite(slack), slack, 2.0**-40 * np.abs(lower))
        beyond = ((value == np.inf) & (most < np.inf)) | ((value == -np.inf) & (least > -np.inf))
        missed = np.isfinite(value) & (np.maximum(lower - value, value - upper) > slack)
    if beyond.any() and not steep:
        yield f"{what} is infinite, the true value is not"
    if missed.any():
        yield f"{what} is over its budget"


def judge_rounding(what: str, bounds: Any, allowed: Any, form: str) -> Iterator[str]:
    """The true value, rounded to a format, keeps the budget for that format; an infinity only an infinite one."""
    value = FORMATS[form].round_array(bounds.upper).astype(np.float64)
    with np.errstate(invalid="ignore"):
        error = np.fmax(value - bounds.upper, bounds.lower - value)
    if (error > allowed).any() or np.isnan(allowed).any():
        yield f"the rounding of {what} to {form} is over its budget"


def steep_derivative(z, alpha):
    """Whether the derivative in the logits has no bound within rounding.

    The sensitivity p^(2 - alpha) grows without bound as p falls to 0, for alpha > 2, and a token whose budget is as
    large as its probability may have any in between.
    """
    p, reach = reference.entmax(z, alpha), reference.budget(z, alpha, "float64")
    return alpha > 2 and bool(((p <= reach) & (reach > 0)).any())


def open_derivative(z, alpha, size, form="float64"):
    """Whether nothing can be asked of the product of the Jacobian and a vector of such a size.

    That is where alpha >= 2 and a token is within its budget of the threshold, where the derivative jumps, and where
    the product of the size and the sensitivity p^(2 - alpha) of a token may be beyond the largest number.
    """
    if alpha < 2:
        return False
    p, reach = reference.entmax(z, alpha), reference.budget(z, alpha, form)
    low = (p - reach)[reach > 0]
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        steep = np.maximum(low, 0.0) ** (2 - alpha)
        return bool((low <= 0).any() or max(1.0, size) * len(low) * steep.max() > LARGEST / 4)


Check = Callable[[Row, np.random.Generator], Iterator[str]]
CHECKS: dict[str, tuple[Check, int, float]] = {}


def check(longest: int = max(LENGTHS), share: float = 1.0) -> Callable[[Check], Check]:
    """Register a check, for rows of at most so many tokens and for a share of them: what balls cost is balanced so."""

    def register(function: Check) -> Check:
        CHECKS[function.__name__] = function, longest, share
        return function

    return register


# --- the mapping ---


@check()
def entmax(row, rng):
    p = reference.entmax(row.z, row.alpha)
    yield from judge("entmax", p, reference.enclose(row.z, row.alpha), reference.budget(row.z, row.alpha, "float64"))


@check()
def budget(row, rng):
    """A correctly rounded answer keeps it in every format."""
    truth = reference.enclose(row.z, row.alpha)
    for name, form in FORMATS.items():
        allowed = reference.budget(row.z, row.alpha, name)
        if not np.isfinite(allowed).all():
            yield f"budget is not finite for {name}"
        if (allowed < 0).any() or (allowed[truth.lower > 0] == 0).any():
            yield f"budget is 0 where a token has mass for {name}"
        if not Bounds(truth.lower, truth.upper).contains(form.round_array(truth.upper), allowed).all():
            yield f"budget is below the rounding of the answer for {name}"


# --- derivatives ---


def product(what, row, rng, value, enclosed):
    grad = rng.normal(size=len(row.z)) * 10.0 ** rng.choice([0, 0, -200, 200])
    found = enclosed(row.z, grad, row.alpha)
    allowed = reference.vjp_budget(row.z, grad, row.alpha, "float64")
    steep = steep_derivative(row.z, row.alpha)
    slack = allowed if found.differentiable else np.inf
    yield from judge(what, value(row.z, grad, row.alpha), found, slack, steep=steep)
    if found.differentiable:
        yield from judge_rounding(what, found, reference.vjp_budget(row.z, grad, row.alpha, row.form), row.form)
    if np.isinf(allowed).any() and not open_derivative(row.z, row.alpha, np.abs(grad).max()):
        yield f"the budget of {what} is infinite without a cause"
    if value(row.z, np.full(len(row.z), grad[0]), row.alpha).any():
        yield f"{what} of a constant is not 0"


@check(64)
def vjp(row, rng):
    yield from product("vjp", row, rng, reference.vjp, reference.enclose_vjp)


@check(64, 0.2)
def jvp(row, rng):
    yield from product("jvp", row, rng, reference.jvp, reference.enclose_jvp)


def jacobian_budget(z, alpha):
    """Column j of the Jacobian is the product with a unit vector."""
    return np.stack([reference.vjp_budget(z, unit, alpha, "float64") for unit in np.eye(len(z))], axis=-1)


@check(8, 0.5)
def jacobian(row, rng):
    matrix, found = reference.jacobian(row.z, row.alpha), reference.enclose_jacobian(row.z, row.alpha)
    allowed = jacobian_budget(row.z, row.alpha) if found.differentiable else np.inf
    yield from judge("jacobian", matrix, found, allowed, steep=steep_derivative(row.z, row.alpha))
    if not np.array_equal(matrix, matrix.T):
        yield "jacobian is not symmetric"


def along(matrix, error):
    """What errors of a vector become behind the Jacobian; nothing can be said where that is infinite."""
    with np.errstate(invalid="ignore", over="ignore"):
        moved = np.abs(matrix) @ error
    return np.where(np.isnan(moved), np.inf, moved)


def direction_of_alpha(z, token, p, top, a):
    """The two parts of h of `along_alpha` for one token, by its formula in units of p_max^a."""
    gap = mp.mpf(float(z.max())) - mp.mpf(float(token))
    if a == 0:
        return gap, gap**2 / 2
    part = a * gap / top**a
    if part >= 0.5:  # before, a logarithm of the ratio would cancel
        part = 1 - (p / top) ** a if p > 0 else mp.mpf(1)
    t = -mp.log(1 - part) if part < 1 else mp.inf
    return part / a, (1 - (1 - part) * (1 + t) if part < 1 else mp.mpf(1)) / a**2


def grad_alpha_budget(z, alpha):
    """Bound the error of grad_alpha: that of its direction h, and that of a product with it.

    All terms of h are non-negative. Where they come from p, they are as far off as the ends of its budget say.
    Otherwise relative errors of the argument of G are doubled, of at most 2 (3u + a r), where r is the relative error
    of p_max; and 12u for the formula, and the absolute error r of log p_max times the gap.
    """
    p, reach = reference.entmax(z, alpha), reference.budget(z, alpha, "float64")
    h, error, first = np.zeros_like(p), np.zeros_like(p), np.zeros_like(p)
    with mp.workdps(50):
        top, a = mp.mpf(p.max()), mp.mpf(alpha) - 1
        for i in np.flatnonzero((reach > 0) & (p + reach > 1e-290)):
            ends = (p[i], max(p[i] - reach[i], 0.0), min(p[i] + reach[i], p.max()))
            parts = [direction_of_alpha(z, z[i], mp.mpf(float(end)), top, a) for end in ends]
            values = [float(second - mp.log(top) * part) for part, second in parts]
            h[i], error[i], first[i] = values[0], np.ptp(values), float(parts[0][0])
        lift = float(top**a)
    r = 4 * U + (reach / np.maximum(p, TINY))[p.argmax()]
    error += h * (12 * U + 4 * alpha * r) + first * r
    moved = along(reference.jacobian(z, alpha), lift * error)
    return reference.vjp_budget(z, lift * h, alpha, "float64") + moved + 1e-280  # for the tokens left out


@check(17, 0.7)
def grad_alpha(row, rng):
    found = reference.enclose_grad_alpha(row.z, row.alpha)
    allowed = grad_alpha_budget(row.z, row.alpha) if found.differentiable else np.inf
    yield from judge("grad_alpha", reference.grad_alpha(row.z, row.alpha), found, allowed)


@check(17, 0.5)
def grad_scale(row, rng):
    """The scaled gaps are off by two roundings, the gaps that the Jacobian multiplies by one."""
    scale = float(rng.choice([1.0, rng.normal(), -2.0, 0.0, 1e-9, 1e9]))
    live = row.z > -np.inf
    end = row.z[live].max() if scale >= 0 else row.z[live].min()
    found = reference.enclose_grad_scale(row.z, row.alpha, scale)
    value = reference.grad_scale(row.z, row.alpha, scale)
    with np.errstate(over="ignore", invalid="ignore"):
        gap = np.where(live, row.z - end, 0.0)
        scaled = np.where(live, scale * gap, -np.inf)
    if not (np.isfinite(gap).all() and found.differentiable):
        yield from judge("grad_scale", value, found, np.inf, steep=row.alpha > 2 and not found.differentiable)
        return
    drift = np.where(np.isfinite(scaled), 2 * U * np.abs(scaled), 0.0) + TINY
    allowed = reference.vjp_budget(scaled, gap, row.alpha, "float64", drift=drift)
    allowed = allowed + along(reference.jacobian(scaled, row.alpha), U * np.abs(gap))
    yield from judge("grad_scale", value, found, allowed, steep=steep_derivative(scaled, row.alpha))


# --- losses and entropies ---


@check()
def entropies(row, rng):
    """A term is off by at most 8 units, and the sum by as many as it has terms."""
    p = FORMATS[row.form].round_array(reference.entmax(row.z, row.alpha)).astype(np.float64)
    for alpha in {row.alpha, 1.0}:
        found = reference.enclose_tsallis_entropy(p, alpha)
        value = reference.shannon_entropy(p) if alpha == 1 else reference.tsallis_entropy(p, alpha)
        slack = (8 + len(p)) * U * np.abs(found.upper) + len(p) * TINY
        yield from judge("shannon_entropy" if alpha == 1 else "tsallis_entropy", value, found, slack)


@check(64, 0.5)
def loss_of_a_class(row, rng):
    label = int(rng.choice(np.flatnonzero(row.z > -np.inf)))
    found = reference.enclose_fenchel_young_loss(row.z, label, row.alpha)
    value = reference.fenchel_young_loss(row.z, label, row.alpha)
    with np.errstate(over="ignore"):
        allowed = reference.loss_budget(row.z, label, row.alpha, "float64")
    yield from judge("fenchel_young_loss", value, found, allowed)
    if np.isinf(allowed) and np.isfinite(found.upper):
        yield "loss_budget is infinite, the loss is not"
    with np.errstate(over="ignore"):
        allowed = reference.loss_budget(row.z, label, row.alpha, row.form)
    yield from judge_rounding("fenchel_young_loss", found, allowed, row.form)
    yield from loss_gradient(row, np.eye(len(row.z))[label], label)


@check(17, 0.5)
def loss_of_a_distribution(row, rng):
    """By its definition L(z; y) is the mean of the losses of the classes, less the entropy of y."""
    n, live = len(row.z), row.z > -np.inf
    near = reference.entmax(row.z, row.alpha)
    y = [near, np.where(live, 1 / live.sum(), 0.0), rng.dirichlet(np.ones(n)) * live, np.eye(n)[live.argmax()]]
    y = y[rng.integers(len(y))]
    y = y / y.sum()
    found = reference.enclose_fenchel_young_loss(row.z, y, row.alpha)
    value = reference.fenchel_young_loss(row.z, y, row.alpha)
    with np.errstate(over="ignore"):
        gap = np.where(y > 0, row.z.max() - row.z, 0.0)
        hit = np.flatnonzero(y)
        each = reference.loss_budget(np.tile(row.z, (len(hit), 1)), hit, row.alpha, "float64")
        allowed = y[hit] @ each + (16 + n) * U * (reference.tsallis_entropy(y, row.alpha) + np.sum(y * gap))
    yield from judge("fenchel_young_loss", value, found, allowed)
    yield from loss_gradient(row, y, y)


def loss_gradient(row, y, target):
    truth = reference.enclose(row.z, row.alpha)
    found = Bounds(truth.lower - y - U * y, truth.upper - y + U * y)  # the differences are rounded here
    value = reference.fenchel_young_grad(row.z, target, row.alpha)
    allowed = reference.budget(row.z, row.alpha, "float64")
    slack = allowed + 3 * U * (np.abs(value) + allowed) + TINY
    # Where the target is 1 it is minus the sum of the others.
    slack = slack + np.where(y == 1, allowed.sum() + len(y) * U * (1 - truth.lower), 0.0)
    yield from judge("fenchel_young_grad", value, found, slack)


# --- attention ---


def as_attention(row, rng):
    """Scores that are the row, or dot products of its size; what is masked lies beyond the length, or ahead."""
    live = row.z[row.z > -np.inf]
    n = len(live)
    size = 10.0 ** (rng.integers(-200, 201) if row.form == "float64" else rng.integers(-4, 4))
    values, grad = rng.normal(size=(1, 1, n, 2)) * size, rng.normal(size=(1, 1, 1, 2))
    if rng.random() < 0.5:
        options = {"scale": 1.0} | features(live, rng, (1, 1, 1, n))
        return [np.ones((1, 1, 1, 1)), live.reshape(1, 1, n, 1), values, grad], options
    live = np.clip(live, -1e300, 1e300)  # dot products may be finite
    key = np.concatenate([live[:, None], rng.normal(size=(n, 2)) * np.abs(live).max()], axis=1)[None, None]
    query = rng.normal(size=(1, 2, 2, 3))
    options = {"is_causal": bool(rng.integers(2)), "alibi_slopes": rng.random(2) * rng.integers(2)}
    options["key_lengths"] = [int(rng.integers(n + 1))]
    options |= features(live, rng, (1, 2, 2, n))
    return [query, key, values, rng.normal(size=(1, 2, 2, 2))], options


def features(live, rng, shape):
    """Half of the time some of the features of attention, of the size of the scores or far from it."""
    if rng.random() < 0.5:
        return {}
    largest = np.abs(live).max()
    sizes = [largest, 0.0, 1.0, 10.0 ** rng.uniform(-5, 5), np.abs(rng.choice(live))]
    size = min(rng.choice(sizes), 1e300)
    found = {}
    if rng.random() < 0.5:
        found["window"] = tuple(rng.choice([None, -1, 0, 1, 2, 9], size=2).tolist())
    if rng.random() < 0.5:
        found["softcap"] = max(size * 2.0 ** rng.integers(-4, 5), TINY)
    if rng.random() < 0.5:
        near = np.clip([size, live.max(), live.min()], -1e300, 1e300)
        found["sinks"] = rng.choice([-1, 1, 0, 2.0**-30, 1.5], size=shape[1]) * rng.choice(near)
    if rng.random() < 0.5:
        broadcast = tuple(rng.choice([1, full]) for full in shape)[rng.integers(4) :]
        hidden = rng.random(broadcast) < 0.3
        added = rng.normal(size=broadcast) * (size if largest < 1e300 else 0.0)
        found["attn_mask"] = ~hidden if rng.random() < 0.5 else np.where(hidden, -np.inf, added)
    return found


@check(8, 0.3)
def attention(row, rng):
    (query, key, values, _), options = as_attention(row, rng)
    found = reference.enclose_attention(query, key, values, row.alpha, **options)
    allowed = reference.attention_budget(query, key, values, row.alpha, **options, dtype="float64")
    value = reference.attention(query, key, values, row.alpha, **options)
    yield from judge("attention", value, found, allowed)
    if np.isinf(allowed).any():
        yield "attention_budget is infinite"
    allowed = reference.attention_budget(query, key, values, row.alpha, **options, dtype=row.form)
    yield from judge_rounding("attention", found, allowed, row.form)
    if row.alpha == 1:
        yield from logarithms((query, key, values), row, options)


def logarithms(tensors, row, options):
    """Judge the second answer: -inf where the enclosure is, and elsewhere within its budget."""
    given = (*tensors, 1.0)
    found = reference.enclose_attention(*given, **options, return_lse=True)[1]
    value = reference.attention(*given, **options, return_lse=True)[1]
    some = np.isfinite(value)
    if not np.array_equal(some, found.upper > -np.inf):
        yield "the logarithms are -inf in other places than the enclosure"
        return
    found = Bounds(found.lower[some], found.upper[some])
    for form in ("float64", row.form):
        allowed = reference.attention_budget(*given, **options, return_lse=True, dtype=form, lse_dtype=form)[1]
        if form == "float64":
            yield from judge("the logarithms", value[some], found, allowed[some])
        yield from judge_rounding("the logarithms", found, allowed[some], form)


@check(8, 0.3)
def attention_vjp(row, rng):
    (query, key, values, grad), options = as_attention(row, rng)
    found = reference.enclose_attention_vjp(query, key, values, grad, row.alpha, **options)
    allowed = reference.attention_vjp_budget(query, key, values, grad, row.alpha, **options, dtype="float64")
    value = reference.attention_vjp(query, key, values, grad, row.alpha, **options)
    smooth = bool(found.differentiable.all())
    for name in ("query", "key", "value", "scale", "alpha", "sinks", "attn_mask"):
        if getattr(value, name) is None:
            continue
        slack = getattr(allowed, name, np.inf) if smooth or name == "value" else np.inf
        # A budget says of the scores, as `steep_derivative` of logits, that a derivative has no bound.
        steep = row.alpha > 2 and name != "value" and bool(np.isinf(allowed.query).any() or np.isinf(allowed.key).any())
        yield from judge(f"attention_vjp in {name}", getattr(value, name), getattr(found, name), slack, steep=steep)
        # Budgets grow with the sizes of queries and keys, and so may overflow themselves.
        size = sum(np.log2(np.abs(x).max() + TINY) for x in (query, key, values, grad))
        if size < 1000 and row.alpha < 2 and smooth and hasattr(allowed, name) and np.isinf(slack).any():
            yield f"the budget of attention_vjp in {name} is infinite without a cause"


# --- normalisers ---


def parameters_of(name, row):
    live = int((row.z > -np.inf).sum())
    return {"alpha-entmax": {"alpha": row.alpha}, "budget": {"k": min(2, live)}}.get(name, {})


def each_normaliser(row, rng):
    for name in rng.choice(list(NORMALISERS), size=3, replace=False).tolist():
        yield name, NORMALISERS[name], parameters_of(name, row)


def open_normaliser(name, z):
    """Whether a careful program may overflow, its r-softmax divide by 0, by distances within rounding of 0, or its
    blocks change places, by means that may be as near."""
    live = z[z > -np.inf]
    if np.abs(live).max() > (2.0**330 if name == "polynomial" else 2.0**500 if "second" in name else 2.0**1000):
        return True
    if name == "block-top-k-softmax":
        return True
    above = live.max() - np.quantile(live, 0.5)
    near = above <= 8 * len(live) * U * (live.max() - live.min()) + len(live) * TINY / U
    return bool(name in ("r-softmax", "r-softmax-detached") and near)


@check(17)
def normalisers(row, rng):
    for name, f, parameters in each_normaliser(row, rng):
        try:
            found = f.enclose(row.z, **parameters)
        except Undefined:
            try:
                f(row.z, **parameters)
                yield f"{name} has a value where it is not defined"
            except Undefined:
                continue
        allowed = normaliser_budget(name, row.z, "float64", **parameters)
        yield from judge(name, f(row.z, **parameters), found, allowed)
        if np.isinf(allowed).any() and not open_normaliser(name, row.z):
            yield f"the budget of {name} is infinite without a cause"
        yield from judge_rounding(name, found, normaliser_budget(name, row.z, row.form, **parameters), row.form)


FAMILY = {"softmax": 1.0, "sparsemax": 2.0, "alpha-entmax": None}


@check(17)
def normalisers_vjp(row, rng):
    """Against an enclosure where it is that of entmax; the others are bounded by their logits."""
    grad = rng.normal(size=len(row.z))
    for name, f, parameters in each_normaliser(row, rng):
        try:
            value = f.vjp(row.z, grad, **parameters)
        except Undefined:
            continue
        allowed = normaliser_vjp_budget(name, row.z, grad, "float64", **parameters)
        if name in FAMILY:
            alpha = FAMILY[name] or row.alpha
            found, steep = reference.enclose_vjp(row.z, grad, alpha), steep_derivative(row.z, alpha)
            slack = allowed if found.differentiable else np.inf
            yield from judge(f"the vjp of {name}", value, found, slack, steep=steep)
            continue
        if np.isnan(value).any():
            yield f"the vjp of {name} is NaN"
        if np.isinf(value).any() and not open_normaliser(name, row.z):
            yield f"the vjp of {name} is infinite"
        if np.isnan(allowed).any():
            yield f"the budget of the vjp of {name} is NaN"


# --- the run ---


class Found(NamedTuple):
    """Tries by check, by kind and format of the row, and faults with the first row of each."""

    tries: Counter
    rows: Counter
    faults: Counter
    first: dict


def run(seconds: float, seed: int, least: int = 1, only: str | None = None) -> Found:
    """Try rows for so long, but at least so many of each kind and format."""
    rng, found = np.random.default_rng(seed), Found(Counter(), Counter(), Counter(), {})
    end, fewest = time.monotonic() + seconds, least * len(KINDS) * len(FORMATS)
    for count, row in enumerate(rows(rng)):
        if count >= fewest and time.monotonic() > end:
            break
        found.rows[row.kind, row.form] += 1
        for name, (function, longest, share) in CHECKS.items():
            if len(row.z) > longest or rng.random() > share or name != (only or name):
                continue
            found.tries[name] += 1
            for fault in faults(name, function, row, [seed, count]):
                found.faults[fault] += 1
                found.first.setdefault(fault, row)
    return found


def faults(name: str, function: Check, row: Row, seed: list[int]) -> list[str]:
    """Name the faults of one check; an exception is one too, and a warning raises."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", RuntimeWarning)
            return list(function(row, np.random.default_rng(seed)))
    except Exception as error:
        return [f"{name} raises {type(error).__name__}: {error}"[:200]]


def report(found: Found) -> str:
    """Say it in lines."""
    lines = [f"{name}: {count} rows" for name, count in found.tries.items()]
    for fault, count in sorted(found.faults.items()):
        row = found.first[fault]
        lines.append(f"{count} times: {fault}\n    {row.kind}, {row.form}, alpha={row.alpha!r}: {row.z.tolist()}")
    return "\n".join([*lines, f"{found.rows.total()} rows, {found.faults.total()} faults"])


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--check", choices=CHECKS)
    given = parser.parse_args(arguments)
    found = run(given.seconds, given.seed, only=given.check)
    print(report(found))
    return int(bool(found.faults))


if __name__ == "__main__":
    sys.exit(main())
