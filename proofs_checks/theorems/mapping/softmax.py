"""Evidence for the theorems about softmax itself."""

from __future__ import annotations

from functools import partial

from entmax_oracle.theory.mapping import softmax as T

from ..vocabulary import *

x, y, c = sp.symbols("x y c", real=True)
V, W, E = sp.symbols("V W E", positive=True)


def _structure_proof() -> Proof:
    yield positive("an exponential over a sum of exponentials", sp.exp(x) / W)
    yield concludes("so no weight is zero", "positive", Gt(N.p[N.k], 0))
    yield identity("exponentials V, the others W, over their own sum", V / (V + W) + W / (V + W), 1)
    yield concludes("so they sum to one", "sum", Eq(N.total(N.p[N.i]), 1))
    yield positive("a larger logit has the larger numerator", sp.diff(sp.exp(x), x))
    yield concludes("over the same sum", "order", N.Iff(N.p[N.i] > N.p[N.j], N.z[N.i] > N.z[N.j]))
    yield identity(
        "a shift multiplies every exponential by e^c, which cancels",
        sp.exp(x + c) / (sp.exp(x + c) + sp.exp(y + c)),
        sp.exp(x) / (sp.exp(x) + sp.exp(y)),
    )
    yield concludes("so it changes nothing", "shift", Eq(N.r[N.i], N.p[N.i]))


softmax_structure = Case(
    T.softmax_structure,
    (
        symbolic(_structure_proof),
        sampled(family("random rows and shifts", z=reals, c=real)(partial(shifted, alpha=1)), cases=50),
    ),
)


def _permuted() -> Proof:
    yield by("the sum of the exponentials has no order")
    yield concludes("and each token takes its numerator along", "probabilities", Eq(N.r[N.i], N.p[N.perm[N.i]]))


softmax_permutation = Case(
    T.softmax_permutation,
    (
        symbolic(_permuted),
        sampled(
            family("random rows, reflected and rotated", z=reals, turn=whole(0, 5))(partial(rotated, alpha=1)), cases=50
        ),
    ),
)


def _joining_proof() -> Proof:
    yield by("the newcomer adds E = e^b to the sum W")
    mass = N.total(sp.exp(N.z[N.i]))
    yield concludes(
        "so every weight gets the same factor", "factor", Eq(N.r[N.k], N.p[N.k] * mass / (mass + sp.exp(N.late)))
    )
    yield positive("which is below one", 1 - W / (W + E), E / (W + E))
    yield concludes("and weights are positive", "less", Lt(N.r[N.k], N.p[N.k]))


softmax_joining = Case(
    T.softmax_joining,
    (
        symbolic(_joining_proof),
        sampled(family("random rows and a further token", z=reals, b=real)(partial(joined, alpha=1)), cases=50),
    ),
)
