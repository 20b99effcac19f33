"""The symbols in which every theorem is written: one meaning each, everywhere.

Conventions: ``p = entmax_alpha(z)`` maximises ``<p, z> + H_alpha(p)`` over the simplex, with the Tsallis entropy
``H_alpha(p) = (1 - sum p_i^alpha) / (alpha (alpha - 1))``; ``x = (alpha - 1) z`` and ``tau`` is the threshold in these
coordinates, ``p_i = [x_i - tau]_+^q`` with ``q = 1 / (alpha - 1)``. Indices run from 1 to ``n``.

A claim or a hypothesis with a free index (one of ``INDICES``) is meant for *every* value 1 … n of that index.
"""

from __future__ import annotations

from functools import lru_cache as _lru_cache

import sympy as sp
from sympy.logic.boolalg import BooleanFunction
from sympy.printing.latex import LatexPrinter

from . import relations as _relations

n = sp.Symbol("n", integer=True, positive=True)
"""Number of tokens in a row."""
alpha = sp.Symbol("alpha", positive=True)
"""The exponent of the entropy; 1 is softmax, 2 is sparsemax."""
beta = sp.Symbol("alpha'", positive=True)
"""A second exponent, where a theorem compares two."""
theta = sp.Symbol("theta", positive=True)
"""Scale (inverse temperature) of the logits."""
eta = sp.Symbol("theta'", positive=True)
"""A second scale, where a theorem compares two."""
shift = sp.Symbol("c", real=True)
"""A constant added to every logit."""

z = sp.IndexedBase("z", real=True)
"""Logits."""
p = sp.IndexedBase("p", nonnegative=True)
"""Probabilities: ``p = entmax_alpha(z)``, or a point of the simplex where a theorem says so."""
target = sp.IndexedBase("Y", nonnegative=True)
"""A target distribution, where ``r`` is taken."""
r = sp.IndexedBase("r", nonnegative=True)
"""Another point of the simplex, or the probabilities of another row."""
y = sp.IndexedBase("z'", real=True)
"""Logits of a second row."""
A = sp.IndexedBase("A", real=True)
"""``A[i]``: derivative of ``p_i`` with respect to alpha."""
B = sp.IndexedBase("B", real=True)
"""``B[i]``: derivative of ``p_i`` with respect to the scale theta."""
v = sp.IndexedBase("v", real=True)
"""A direction in logit space."""
D = sp.IndexedBase("D", real=True)
"""``D[i, j]``: derivative of ``p_i`` with respect to ``z_j``."""

fl = sp.IndexedBase("f", real=True)
"""What a program has computed, token by token."""

tau = sp.Symbol("tau", real=True)
"""The threshold of ``z``."""
rho = sp.Symbol("tau'", real=True)
"""The threshold of a second row."""
z_max = sp.Symbol("z_max", real=True)
"""Largest logit."""
z_min = sp.Symbol("z_min", real=True)
"""Smallest logit."""
p_max = sp.Symbol("p_max", positive=True)
"""Largest probability."""
size = sp.Symbol("|S|", integer=True, positive=True)
"""Number of tokens in the support ``S = {i : x_i > tau}``."""
rank = sp.Symbol("rank", integer=True, nonnegative=True)
"""Rank of the Jacobian."""
top = sp.Symbol("m", integer=True, positive=True)
"""Multiplicity of the largest logit."""

roundoff = sp.Symbol("u", positive=True)
"""Unit roundoff: half the distance from 1 to the next larger number of a format."""
steps = sp.Symbol("T", integer=True, nonnegative=True)
"""Number of halvings of a bracket, or of steps to the threshold."""
epsilon = sp.Symbol("epsilon", positive=True)
"""A small positive number, at most 1."""
gap = sp.Symbol("g", positive=True)
"""Distance between logits."""
late = sp.Symbol("b", real=True)
"""Logit of a token that joins a row later."""
outside = sp.Symbol("m_out", integer=True, nonnegative=True)
"""Number of tokens, the first ones of a row, that do not belong to a set under consideration."""
place = sp.Symbol("place", integer=True, positive=True)
"""Place of a token that joins a row: those with a smaller number stand before it."""
kept = sp.Symbol("kept", integer=True, positive=True)
"""How many tokens are chosen from a row."""
copies = sp.Symbol("M", integer=True, positive=True)
"""How often the last token of a row occurs."""
reach = sp.Symbol("R", nonnegative=True)
"""Largest distance of a value from the last token's."""
layers = sp.Symbol("L", integer=True, positive=True)
"""Number of attention layers on top of each other."""
lipschitz = sp.Symbol("K", positive=True)
"""Lipschitz constant of a map that acts token by token."""
paths = sp.Symbol("N", integer=True, nonnegative=True)
"""Number of paths through the layers that end at the last token."""
G = sp.IndexedBase("G", nonnegative=True)
"""``G[i, j]``: entry of the product of the layers' attention matrices, the derivative of output i in value j."""
w = sp.IndexedBase("w", nonnegative=True)
"""``w[i]``: number of paths from token i to the last token."""
fan = sp.IndexedBase("s", positive=True)
"""``s[l]``: largest size of a row's support in layer l."""
peak = sp.Symbol("g_max", nonnegative=True)
"""Largest entry of the last row of the product."""
gamma = sp.Symbol("gamma", real=True)
"""Exponent of the adaptive scale ``theta = delta + b (log n)^gamma``."""
gamma2 = sp.Symbol("gamma'", real=True)
"""A second such exponent."""
strength = sp.Symbol("b", positive=True)
"""Factor of the adaptive scale, ``s`` of scalable softmax."""
rate = sp.Symbol("lambda", positive=True)
"""Rate of exponentially distributed logits."""
chance = sp.Symbol("P", nonnegative=True)
"""A probability, known up to a ball: by rigorous quadrature, or a confidence interval of a simulation."""
mean_size = sp.Symbol("E_S", positive=True)
"""Expected size of the support."""
mean_renewals = sp.Symbol("E_N", nonnegative=True)
"""Expected number of renewals: how many partial sums of independent gaps stay below a given length."""
mean_entropy = sp.Symbol("E_H", positive=True)
"""Expected Shannon entropy."""
chance2 = sp.Symbol("P'", nonnegative=True)
"""A second probability, that of another event."""
mean_entropy2 = sp.Symbol("E_H'", positive=True)
"""Expected Shannon entropy of a longer row."""
longer = sp.Symbol("n'", integer=True, positive=True)
"""Number of tokens of a longer row."""
mean_peak = sp.Symbol("E_max", positive=True)
"""Expected largest probability."""
mean_square = sp.Symbol("E_2", positive=True)
"""Expected sum of squared probabilities."""
offset = sp.Symbol("delta", nonnegative=True)
"""Constant part of the adaptive scale ``theta = delta + b (log n)^gamma``."""
tail = sp.Symbol("nu", positive=True)
"""Index of a tail: ``P(z > t)`` is ``t^(-nu)``; where a theorem says so ``exp(-t^nu)``, or ``t^nu`` below an end."""
cooling = sp.Symbol("eta", positive=True)
"""Exponent of a scale that falls like a power of the length, ``theta = n^(-eta)``."""
limit = sp.Symbol("h", nonnegative=True)
"""Limit of a normalised entropy."""
slope = sp.Symbol("m_slope", positive=True)
"""Slope of a linear position bias: a token at distance d loses ``slope * d``."""
distance = sp.Symbol("d", integer=True, nonnegative=True)
"""Distance of a token from the last one."""
content = sp.Symbol("rho", nonnegative=True)
"""Range of the logits before the position bias."""
extent = sp.Symbol("D", positive=True)
"""Range of scaled logits, as a number of its own."""
bands = sp.Symbol("F", integer=True, positive=True)
"""Number of frequencies of rotary positions."""
cells = sp.Symbol("W", integer=True, positive=True)
"""Number of arcs into which the circle of phases is cut."""
mix = sp.Symbol("t", real=True)
"""A weight between 0 and 1."""
perm = sp.IndexedBase("pi", integer=True)
"""A permutation of the tokens."""
growth = sp.Symbol("beta", real=True)
"""Exponent of a power of the length: a support of at most ``n^beta`` tokens."""
deviation = sp.Symbol("sigma", positive=True)
"""Standard deviation of a random logit, or what takes its place."""
mean_range = sp.Symbol("E_range", nonnegative=True)
"""Expected range of the logits."""
amplitude = sp.Symbol("A", positive=True)
"""Amplitude of a rotary frequency: the logit at distance 0."""
frequency = sp.Symbol("omega", positive=True)
"""A rotary frequency, in radians per token."""

i, j, k, l = INDICES = sp.symbols("i j k l", integer=True, positive=True)
"""Token indices; free in a claim they range over all tokens."""

a = alpha - 1
q = 1 / (alpha - 1)

_LATEX = {
    beta: r"\alpha'",
    eta: r"\theta'",
    rho: r"\tau'",
    z_max: r"z_{\max}",
    z_min: r"z_{\min}",
    p_max: r"p_{\max}",
    rank: r"\operatorname{rank} J",
    size: r"|S|",
    slope: "m",
    outside: "m",
    place: "m",
    kept: "K",
    gamma2: r"\gamma'",
    mean_size: r"\mathbb{E}|S|",
    mean_renewals: r"\mathbb{E} N",
    mean_entropy: r"\mathbb{E} H_1",
    mean_entropy2: r"\mathbb{E} H_1'",
    mean_peak: r"\mathbb{E} p_{\max}",
    mean_square: r"\mathbb{E} \lVert p \rVert_2^2",
    peak: r"g_{\max}",
    mean_range: r"\mathbb{E}(z_{\max} - z_{\min})",
}


def top_first() -> sp.Basic:
    """Return the condition that the logits are sorted, largest first."""
    return Every(sp.Or(_relations.Eq(l, 1), z[_relations.Max(l - 1, 1)] >= z[l]), l)


def total(term: sp.Expr, index: sp.Symbol = i, last: sp.Expr = n) -> sp.Sum:
    """Sum of `term` over ``index = 1 … last``."""
    return sp.Sum(term, (index, 1, last))


def pos(expression: sp.Expr) -> sp.Expr:
    """Positive part, ``[expression]_+``."""
    return _relations.Max(0, expression)


def x(index: sp.Expr) -> sp.Expr:
    """Logit in the coordinates of the threshold, ``x_i = (alpha - 1) z_i``."""
    return a * z[index]


def s(index: sp.Expr) -> sp.Expr:
    """Sensitivity ``s_i = p_i^(2 - alpha)`` on the support and 0 off it."""
    return sp.Piecewise((p[index] ** (2 - alpha), p[index] > 0), (0, True))


@_lru_cache(maxsize=8192, typed=True)
def latex(expression: sp.Basic) -> str:
    """LaTeX of an expression, with the field's names for the symbols above."""
    return str(sp.latex(expression, symbol_names=_LATEX, inv_trig_style="full"))


class Iff(BooleanFunction):  # type: ignore[misc]
    """Equivalence ``fact <=> criterion`` that keeps the order of its sides (SymPy's own sorts them)."""

    def _latex(self, printer: LatexPrinter) -> str:
        fact, criterion = self.args
        return rf"{printer._print(fact)} \iff {printer._print(criterion)}"


class Every(BooleanFunction):  # type: ignore[misc]
    """``Every(condition, index)``: the condition holds for each token, ``index = 1 … n``."""

    @property
    def free_symbols(self) -> set[sp.Basic]:
        """Everything but the bound index."""
        condition, index = self.args
        return {n, *condition.free_symbols} - {index}

    def _latex(self, printer: LatexPrinter) -> str:
        condition, index = self.args
        return rf"{printer._print(condition)} \text{{ for every }} {printer._print(index)}"


class Least(sp.Function):  # type: ignore[misc]
    """``Least(expression, index)``: its smallest value over the tokens, ``index = 1 … n``."""

    nargs = 2

    @property
    def free_symbols(self) -> set[sp.Basic]:
        """Everything but the bound index."""
        expression, index = self.args
        return {n, *expression.free_symbols} - {index}

    def _latex(self, printer: LatexPrinter, exp: str | None = None) -> str:
        expression, index = self.args
        shown = rf"\min_{{{printer._print(index)}}} \left({printer._print(expression)}\right)"
        return shown if exp is None else rf"\left({shown}\right)^{{{exp}}}"
