"""Evidence for the theorems about gradients through stacks of attention."""

from __future__ import annotations

import importlib.util
import math
from functools import partial

from entmax_oracle.theory.layers import paths as T

from ..vocabulary import *
from .stacks import (
    drawn,
    exchanging_stack,
    one_hot_stack,
    one_strong,
    random_residuals,
    random_stack,
    softmax_stack,
    stack_of,
    sunk,
    uniform_stack,
)


def _stochastic(name: str) -> sp.Matrix:
    """Return a symbolic 3 x 3 matrix whose rows sum to 1."""
    free = sp.Matrix(3, 2, sp.symbols(f"{name}:6"))
    return free.row_join(sp.ones(3, 1) - free * sp.ones(2, 1))


def _mass_proof() -> Proof:
    A, B = (_stochastic(name) for name in "AB")
    ones = sp.ones(3, 1)
    for m in range(3):
        yield identity(f"three tokens, row {m + 1} of a product of stochastic matrices", (A * B * ones)[m], 1)
    yield by("in general A (B 1) = A 1 = 1")
    yield concludes("by induction over the layers", "mass", Eq(N.total(N.G[N.i, N.j], N.j), 1))


gradient_mass = Case(
    T.gradient_mass,
    (
        symbolic(_mass_proof),
        exact(lambda: (uniform_stack(n, layers) for n in (1, 2, 4) for layers in (1, 3)), "uniform causal stacks"),
        sampled(random_stack, cases=40),
    ),
    folklore=(Debunked("one-hot attention", one_hot_stack),),
)


def _counts_proof() -> Proof:
    m, L = sp.symbols("m L", integer=True, positive=True)
    each = sp.binomial(m + L - 1, L - 1)  # paths over a distance m
    yield identity("one layer: a single path from every token", each, 1, at={L: 1})
    yield identity(
        "one more layer sums over the last step: hockey stick, sum of binomial(d + L - 1, L - 1) over d <= m, by "
        "Pascal's rule",
        sp.binomial(m + L, L) - sp.binomial(m + L - 1, L),
        sp.binomial(m + L - 1, L - 1),
    )
    yield by("with the sum for m = 0 equal to its single term")
    yield concludes("from each source", "each", Eq(N.w[N.i], sp.binomial(N.n - N.i + N.layers - 1, N.layers - 1)))
    yield concludes("and over all sources", "all", Eq(N.paths, sp.binomial(N.n + N.layers - 1, N.layers)))


path_counts = Case(
    T.path_counts,
    (
        symbolic(_counts_proof),
        exact(
            lambda: (uniform_stack(n, layers) for n in range(1, 7) for layers in range(1, 5)),
            r"all $n \le 6$, $L \le 4$, counted one by one",
        ),
    ),
    folklore=(Debunked(r"$n = 3$, $L = 2$", lambda: uniform_stack(3, 2)),),
)


def _sparse_proof() -> Proof:
    paths, s, m = sp.symbols("N s m", positive=True)
    d = sp.Symbol("d", nonnegative=True)
    yield nonnegative(
        "each path continues to s - d <= s tokens: one more layer multiplies the count by at most s",
        paths * s - paths * (s - d),
    )
    product_ = sp.Product(N.fan[N.l], (N.l, 1, N.layers))
    yield concludes("by induction", "count", Le(N.paths, product_))
    yield by("from one source there is one path through the first layer, not s")
    later = sp.Product(N.fan[N.l], (N.l, 2, N.layers))
    yield concludes("and then as many as before", "each", Le(N.w[N.i], later))
    yield nonnegative(
        "m sources sum to 1, so the largest has at least 1 / m: m (1/m + d) >= 1", m * (1 / m + d) - 1, m * d
    )
    yield concludes("m is at most n and at most the number of paths", "largest", Ge(N.peak, 1 / sp.Min(N.n, product_)))


_DEPTHS = (1, 2, 3, 4, 5)


def _counted(context: Context) -> Iterator[Point]:
    """Count paths through sparsemax layers of 16 tokens, with the bound of the theorem beside."""
    for layers in _DEPTHS:
        instance = stack_of(drawn(16, layers, context.seed, 2))
        yield instance, "paths, counted", float(layers), instance[N.paths]
        yield instance, "product of the largest supports", float(layers), math.prod(map(int, instance[N.fan]))
        reached = sum(int(count > 0) for count in instance[N.w])
        yield instance, "sources reached", float(layers), reached


def _dense() -> list[dict[str, Any]]:
    depths = [float(layers) for layers in _DEPTHS]
    return [{"label": "dense attention, 16 to the power of L", "x": depths, "y": [16.0**d for d in depths]}]


sparse_paths = Case(
    T.sparse_paths,
    (
        symbolic(_sparse_proof),
        sampled(random_stack, cases=40),
        along(
            _counted,
            "sparsemax layers of 16 tokens, up to 5 of them",
            {
                "title": "Paths that end at the last of 16 tokens through L sparsemax layers with logits in $[-2, 2]$",
                "x_label": "layers",
                "y_label": "number",
                "y_log": True,
            },
            _dense,
        ),
    ),
    sharp=(
        Sharp("count", "uniform attention without a mask", lambda: [uniform_stack(2, 2, causal=False)]),
        Sharp("each", "uniform attention without a mask", lambda: [uniform_stack(2, 2, causal=False) + {N.i: 1}]),
        Sharp("largest", "uniform attention without a mask", lambda: [uniform_stack(2, 2, causal=False)]),
    ),
    folklore=(Debunked("one-hot attention", one_hot_stack),),
)


def _residual_proof() -> Proof:
    paths, s = sp.symbols("N s", positive=True)
    d = sp.Symbol("d", nonnegative=True)
    yield nonnegative(
        "each path continues to the s - d <= s tokens of a support and stays where it is at most once more",
        paths * (s + 1) - paths * (s - d + 1),
        paths * d,
    )
    count, each = (sp.Product(N.fan[N.l] + 1, (N.l, first, N.layers)) for first in (1, 2))
    yield concludes("by induction", "count", Le(N.paths, count))
    yield concludes("one path from a source through the first layer", "each", Le(N.w[N.i], each))


residual_paths = Case(
    T.residual_paths,
    (symbolic(_residual_proof), sampled(random_residuals, cases=40)),
    sharp=(
        Sharp("count", "two tokens that look at each other", lambda: [exchanging_stack()]),
        Sharp("each", "the same", lambda: [exchanging_stack() + {N.i: 1}]),
    ),
    folklore=(Debunked("two tokens that look at each other, two layers", exchanging_stack),),
)


def _unreachable_proof() -> Proof:
    s, v, mean = sp.symbols("s_j v_j v_mean")
    own, message = sp.symbols("d_own d_message")
    yield identity(
        "off the support a token's weight is 0, and so is the derivative s_j (v_j - mean) in its logit",
        s * (v - mean),
        0,
        at={s: 0},
    )
    yield identity(
        "one layer: the derivative of output i in input j is that of its own stream, and of a message; without an "
        "edge both are 0",
        own + message,
        0,
        at={own: 0, message: 0},
    )
    yield concludes(
        "by the chain rule the derivative sums over paths, and an empty sum is 0",
        "unreachable",
        sp.Implies(Eq(N.w[N.j], 0), Eq(N.G[N.n, N.j], 0)),
    )


def _autograd(theorem: Theorem, context: Context, argument: Argument) -> Evidence:
    """Differentiate whole layers by torch and compare with the paths through the supports it found."""
    if importlib.util.find_spec("torch") is None:
        return argument.evidence(theorem, "skipped", "needs torch; pip install 'entmax-oracle[torch]'")
    from .autograd import differentiated_stack

    pairs = zeros = 0
    for alpha in (1.5, 2.0):
        for seed in range(20 if context.full else 1):
            counts, gradients = differentiated_stack(8, 3, alpha, context.seed + seed)
            for last in range(len(counts)):
                order = [token for token in range(len(counts)) if token != last] + [last]
                instance = Instance(
                    {
                        N.n: fmpq(len(counts)),
                        N.layers: fmpq(3),
                        N.w: [fmpq(int(counts[last][token])) for token in order],
                        N.G: [[arb(0)] * len(order)] * (len(order) - 1)
                        + [[rational(float(gradients[last][token])) for token in order]],
                    }
                )
                if judge(theorem, instance).status == "fails":
                    return refuted_at(argument, theorem, instance)
                pairs += len(order)
                zeros += int((gradients[last] == 0).sum())
                if int((gradients[last] == 0).sum()) != int((counts[last] == 0).sum()):
                    return argument.evidence(theorem, "fails", "a reachable pair has no gradient either")
    return argument.evidence(theorem, "holds", f"{zeros} of {pairs} pairs have no path, exactly those have gradient 0")


unreachable = Case(
    T.unreachable,
    (
        symbolic(_unreachable_proof),
        sampled(random_stack, cases=40, title="attention alone"),
        computed(
            _autograd,
            "automatic differentiation",
            r"three layers of attention, residual connections, normalisation and networks over 8 tokens, $\alpha \in "
            r"\{3/2, 2\}$",
            full_only=True,
        ),
    ),
)


def _squashing_proof() -> Proof:
    bound = sp.Symbol("B", positive=True)
    E, n = sp.symbols("E n", positive=True)
    yield identity(
        "one layer: a softmax weight is at most e^D / (n - 1 + e^D), as 1 / (1 + (n - 1) / E)",
        1 / (1 + (n - 1) / E),
        E / (n - 1 + E),
    )
    weight, d, e = (sp.Symbol(name, nonnegative=True) for name in ("weight", "d", "e"))
    averaged = weight * (bound - d) + (1 - weight) * (bound - e)
    yield nonnegative(
        "more layers average the entries of a column: an average of numbers at most B",
        (bound - averaged).subs(weight, 1 / (1 + weight)),
        (d + weight * e) / (1 + weight),
    )
    width = sp.exp(N.z_max - N.z_min)
    yield concludes("so the bound stays", "entry", Le(N.G[N.i, N.j], width / (N.n - 1 + width)))


softmax_squashing = Case(
    T.softmax_squashing,
    (
        symbolic(_squashing_proof),
        sampled(
            family("random stacks of softmax layers", n=whole(1, 5), layers=whole(1, 3), seed=seed)(softmax_stack),
            cases=40,
        ),
    ),
    sharp=(Sharp("entry", "every token prefers the same one", lambda: [one_strong(4)]),),
)


def _causal_proof() -> Proof:
    L, D, H, n, k = sp.symbols("L D H n k", positive=True)
    d = sp.Symbol("d", nonnegative=True)
    yield nonnegative(
        "in row k a weight is at most e^D / (k - 1 + e^D) <= e^D / k",
        sp.exp(D) / k - sp.exp(D) / (k + d),
        sp.exp(D) * d / (k * (k + d)),
    )
    yield identity(
        "one layer more: sum over k <= n of (e^D / n) times e^((L-1) D) H_k^(L-2) / k, H_k <= H_n",
        (sp.exp(D) / n) * sp.exp((L - 1) * D) * H ** (L - 2) * H,
        sp.exp(L * D) * H ** (L - 1) / n,
    )
    width, harmonic = N.z_max - N.z_min, sp.Sum(1 / N.k, (N.k, 1, N.n))
    bound = sp.exp(N.layers * width) * harmonic ** (N.layers - 1) / N.n
    yield concludes("by induction over the layers", "entry", Le(N.G[N.n, N.j], bound))


def _sink_proof() -> Proof:
    u, x = sp.symbols("u x", positive=True)
    yield by("one layer: n G_n1 = 1, and one more averages: n G = sum over j <= n of (j G_j) / j")
    yield identity(
        "so it is the sum of 1 / (j_1 ... j_m) over j_1 <= ... <= j_m <= n, m = L - 1. H_n^m counts each of its "
        "terms at most m! times; for m = 2: H^2 = 2 h - (the terms with j_1 = j_2)",
        (x + u) ** 2,
        2 * (x**2 + x * u + u**2) - (x**2 + u**2),
    )
    lower = sp.Sum(1 / N.k, (N.k, 1, N.n)) ** (N.layers - 1) / sp.factorial(N.layers - 1)
    yield concludes("so", "lower", Ge(N.n * N.G[N.n, 1], lower))
    c, y = sp.symbols("c y", positive=True)
    slope = sp.diff((sp.log(x) + c) ** c / x, x) * x**2 * (sp.log(x) + c) ** (1 - c)
    yield identity("(log x + c)^c / x falls from x = 1 on: its slope has the sign of -log x", slope, -sp.log(x))
    yield identity(
        "so its sum over j <= n is at most the first term, c^c, and the integral, with m = c + 1 and the "
        "antiderivative",
        sp.diff((sp.log(x) + c) ** (c + 1) / (c + 1), x),
        (sp.log(x) + c) ** c / x,
    )
    yield identity(
        "times m: the ends of the integral are y^m - c^m, y = log n + c, and with m c^c that leaves y^m + c^c",
        (c + 1) * c**c - c ** (c + 1),
        c**c,
    )
    yield positive(
        "the slope m y^c of y^m rises, so (y + 1)^m is at least y^m + m y^c, and m y^c >= c^c as y >= c",
        sp.diff(y ** (c + 1), y, 2),
    )
    bound = (sp.log(N.n) + N.layers - 1) ** (N.layers - 1) / sp.factorial(N.layers - 1)
    yield concludes("by induction over the layers", "upper", Le(N.n * N.G[N.n, 1], bound))


causal_squashing = Case(
    T.causal_squashing,
    (
        symbolic(_causal_proof),
        sampled(
            family("random stacks of causal softmax layers", n=whole(1, 5), layers=whole(1, 3), seed=seed)(
                partial(softmax_stack, causal=True)
            ),
            cases=40,
        ),
    ),
    sharp=(
        Sharp("entry", "one uniform layer", lambda: [uniform_stack(4, 1) + {N.z_max: 0, N.z_min: 0, N.j: 1}]),
        Sharp(
            "entry", "two uniform layers, first token", lambda: [uniform_stack(4, 2) + {N.z_max: 0, N.z_min: 0, N.j: 1}]
        ),
    ),
    folklore=(Debunked("three tokens, ten uniform layers", lambda: uniform_stack(3, 10) + {N.z_max: 0, N.z_min: 0}),),
)


causal_sink = Case(
    T.causal_sink,
    (
        symbolic(_sink_proof),
        exact(
            lambda: (sunk(n, layers) for n in (1, 2, 3, 10, 100, 400) for layers in range(1, 7)),
            r"36 stacks, $n \le 400$, $L \le 6$, computed exactly",
        ),
    ),
    sharp=(
        Sharp("lower", "two layers", lambda: [sunk(10, 2)]),
        Sharp("upper", "one token, two layers", lambda: [sunk(1, 2)]),
    ),
    folklore=(Debunked("ten tokens, three layers", lambda: sunk(10, 3)),),
)


def _gradient_proof() -> Proof:
    s, total, mass = sp.symbols("s_j Sigma M", positive=True)
    v = sp.Symbol("v_j", real=True)
    yield identity(
        "sum_i v_i (s_i delta_ij - s_i s_j / Sigma), with M = sum s v", s * v - s * mass / total, s * (v - mass / total)
    )
    gradient = N.total(N.v[N.i] * N.D[N.i, N.j])
    mean = N.total(N.s(N.k) * N.v[N.k], N.k) / N.total(N.s(N.k), N.k)
    yield concludes("the gradient", "gradient", Eq(gradient, N.s(N.j) * (N.v[N.j] - mean)))
    yield identity("off the support s_j = 0", s * (v - mass / total), 0, at={s: 0})
    yield concludes("so", "dead", sp.Or(N.p[N.j] > 0, Eq(gradient, 0)))


@family(
    "random rows and values, derivative by symmetric differences",
    added=1,
    sizes=(1, 4),
    weights=weights,
    v=reals,
    alpha=one_of((1, *ALPHAS)),
    dead=whole(0, 1),
)
def _read_out(weights: Row, v: Row, alpha: fmpq, dead: fmpq) -> Instance:
    live = [w for w in weights if w > 0]
    instance = differentiated(moderate(live, alpha, len(weights) - len(live)))
    return instance + {N.v: list(v)[: len(instance[N.z])]}


read_out_gradient = Case(
    T.read_out_gradient,
    (
        symbolic(_gradient_proof, given={"off-boundary": sp.Or(N.alpha < 2, N.Every(Ne(N.x(N.l), N.tau), N.l))}),
        sampled(_read_out, cases=40),
    ),
    needed=(
        Needed("off-boundary", r"$\alpha = 2$, $z = (1, 0)$", lambda: differentiated(row([1, 0], 2)) + {N.v: [0, 1]}),
    ),
    folklore=(Debunked("sparsemax, three tokens", lambda: differentiated(row(["1/4", 0, 0], 2)) + {N.v: [1, 0, 0]}),),
)


def _size_proof() -> Proof:
    f, R = sp.symbols("f R", positive=True)
    c, m = sp.symbols("c m", positive=True)
    yield by(
        "weights f above the mean: positive and negative deviations balance, so the mean deviation is at most 2 f (1 "
        "- f) R, as (1 - f) R and f R are the largest ones"
    )
    yield nonnegative("which is at most R / 2", sp.Rational(1, 2) - 2 * f * (1 - f), 2 * (f - sp.Rational(1, 2)) ** 2)
    Sigma = N.total(N.s(N.k), N.k)
    mean = N.total(N.s(N.k) * N.v[N.k], N.k) / Sigma
    yield concludes("times Sigma", "total", Le(N.total(N.s(N.j) * sp.Abs(N.v[N.j] - mean), N.j), Sigma * N.reach / 2))
    yield positive(
        "t^(2 - alpha) = t^c with c <= 1 is concave: sum s is largest for equal probabilities",
        -sp.diff(R ** (1 / (1 + c)), R, 2),
    )
    yield identity("where it is |S| (1/|S|)^(2 - alpha)", m * (1 / m) ** (2 - N.alpha), m ** (N.alpha - 1))
    yield concludes("so", "sensitivity", Le(Sigma, N.size**N.a))


@family("random points and values", weights=weights, v=reals, alpha=one_of((1, *ALPHAS)))
def _valued(weights: Row, v: Row, alpha: fmpq) -> Instance:
    live = [value for value, w in zip(v, weights, strict=True) if w > 0]
    if not live:
        raise ValueError("weights must not all be zero")
    return simplex(normalised(weights), alpha) + {N.v: list(v), N.reach: max(live) - min(live)}


gradient_size = Case(
    T.gradient_size,
    (symbolic(_size_proof, given={"convex-range": Le(N.alpha, 2)}), sampled(_valued)),
    sharp=(
        Sharp("total", "two equal tokens", lambda: [_valued([1, 1], [0, 1], "3/2")]),
        Sharp("sensitivity", "uniform", lambda: [_valued([1] * 4, [0] * 4, "3/2")]),
    ),
    needed=(Needed("convex-range", r"$\alpha = 21/10$", lambda: _valued([4, 1], [0] * 2, "21/10")),),
)
