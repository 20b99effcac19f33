"""The proof of the Euclidean Lipschitz constant: Hölder, two kinds of coordinates, and a path with no inner maximum."""

from __future__ import annotations

from entmax_oracle.theory.calculus import lipschitz as T
from entmax_oracle.theory.calculus.jacobian import quadratic

from ..vocabulary import *

c, m, t, u, x, M = sp.symbols("c m t u x M", positive=True)
rho = sp.Symbol("rho", positive=True)


def path_proof() -> Proof:
    """Prove that the quotient of norms falls, then rises along the path: its largest value lies at an end.

    ``rho = (alpha - 1) / (3 - alpha)`` lies between 0 and 1 for ``1 < alpha < 2``, and ``m = n - 2``. The ends of the
    interval of alpha follow by continuity.
    """
    A = 1 + m * t
    X, Y = sp.symbols("X Y", positive=True)  # A^rho and t^rho
    yield identity(
        "the slope of the r-norm to the power r = 1 + rho is (1 + rho) m (A^rho + t^rho), A = 1 + m t",
        sp.diff(A ** (1 + rho) + 1 + m * t ** (1 + rho), t),
        (1 + rho) * m * (A**rho + t**rho),
    )
    square, mass = A**2 + 1 + m * t**2, A * X + 1 + m * t * Y
    yield identity(
        "so the slope of log square - (2 / r) log mass has the sign of G (X = A^rho, Y = t^rho)",
        sp.diff(square, t) * mass - 2 * m * (X + Y) * square,
        2 * m * (A * (1 - Y) - X * (1 - t) - (Y - t)),
    )
    G = A * (1 - t**rho) - A**rho * (1 - t) - (t**rho - t)
    smooth = 1 + (m + 1) * t - A**rho * (1 - t)
    yield identity("G is a smooth function minus t^rho (2 + m t), rho < 1", G, smooth - t**rho * (2 + m * t))
    yield identity("which vanishes at t = 0: G starts at 0 and is negative first", smooth, 0, at={t: 0})
    yield identity("and at t = 1", G, 0, at={t: 1})
    bracket = (1 - rho) * m**2 * (1 - t) + 2 * m * A
    steep = t ** (2 - rho) * A ** (rho - 2) * bracket
    K = 2 * (1 - rho) - m * (1 + rho) * t + steep
    yield identity(
        "its curvature is rho t^(rho - 2) K: the smooth part's",
        sp.Derivative(smooth, t, 2) * A ** (2 - rho),
        rho * bracket,
    )
    yield identity("and the other's", -sp.Derivative(t**rho * (2 + m * t), t, 2) * t ** (2 - rho), rho * (K - steep))
    least = (1 - rho) * m**2 + 2 * m
    tail = (1 - rho) * m**2 * (1 + m)
    curve = 2 * (1 - rho) - (3 - rho) * m * u + least * u ** (2 - rho) - tail * u ** (3 - rho)
    yield identity(
        "in u = t / (1 + m t), where t = u / (1 - m u): the bracket times 1 - m u is linear",
        bracket.subs(t, u / (1 - m * u)) * (1 - m * u),
        least - tail * u,
    )
    yield identity(
        "and so is the rest: K (1 - m u) is k(u)",
        (2 * (1 - rho) - m * (1 + rho) * u / (1 - m * u)) * (1 - m * u) + u ** (2 - rho) * (least - tail * u),
        curve,
    )
    yield positive("k starts positive (c = 1 - rho)", curve.subs(rho, 1 - c).subs(u, 0))
    turning = least - (3 - rho) * m**2 * (1 + m) * u
    yield identity(
        "u^rho k'' is a positive factor times a falling line: k is convex, then concave",
        sp.Derivative(curve, u, 2) * u**rho,
        (2 - rho) * (1 - rho) * turning,
    )
    yield positive("the line falls", -sp.diff(turning, u).subs(rho, 1 - c))
    rest = (1 - rho) * (2 * (2 - rho) - (3 - rho) * m * u) + tail * u ** (3 - rho)
    yield identity("where k' = 0, (2 - rho) k equals", (2 - rho) * curve - u * sp.Derivative(curve, u), rest)
    yield positive("m u < 1", 1 - (m * t / (1 + m * t)))
    yield positive(
        "so a minimum of k is positive: k falls throughout, or is positive until it turns concave; it changes sign "
        "at most once, from + to -",
        sp.expand((2 * (2 - rho) - (3 - rho)).subs(rho, 1 - c)),
    )
    yield concludes(
        "G is convex, then concave, 0 at both ends and negative first: it changes sign at most once, from - to +, "
        "and the quotient has its maximum at an end",
        "ends",
        Le(T.path_square, T.spectral_constant * T.path_mass ** (3 - N.alpha)),
    )


def norm_proof() -> Proof:
    """Prove the constant: Hölder turns it into a quotient of two norms, whose maximisers lie on the path."""
    b = sp.Symbol("b", positive=True)
    r = 2 / (1 + b)
    yield identity(
        "Hölder's exponent: with b = 2 - alpha and r = 2 / (1 + b), p enters with b r / (2 - r) =", b * r / (2 - r), 1
    )
    yield identity(
        "so |w|_r^r <= (sum w^2 p^(-b))^(r/2) (sum p)^(1 - r/2), token by token",
        (x**2 * u ** (-b)) ** (r / 2) * u ** (b * r / 2),
        x**r,
    )
    yield by(
        "w = J v sums to 0, and Q = v^T J v = sum w^2 p^(-b) (theorem jacobian-inverse) >= |w|_r^2 >= |w|^2 / L, L the "
        "largest |w|^2 / |w|_r^2 over sum-zero w; Cauchy-Schwarz, Q^2 <= |v|^2 |w|^2 <= |v|^2 L Q, leaves Q <= L |v|^2"
    )
    yield by("a maximiser satisfies w - M phi(w) = mu, phi(x) = sign(x) |x|^rho, M = |w|^2 (times w, summed)")
    psi = x - M * x**rho
    curvature = sp.diff(psi, x)
    yield identity("psi(x) = x - M x^rho, odd, is 0 at 0", psi, 0, at={x: 0})
    yield positive(
        "and convex for x > 0 (rho = 1 / (1 + c)): it falls, then rises", sp.diff(psi, x, 2).subs(rho, 1 / (1 + c))
    )
    yield nonnegative(
        "for mu > 0 (else change all signs) psi(x) = mu has one positive root A, where psi' > 0: x psi' >= psi by "
        "convexity",
        sp.factor((x * curvature - psi).subs(rho, 1 / (1 + c))),
    )
    yield identity(
        "and at most two negative ones, -B with psi'(B) >= 0 and -b with psi'(b) <= 0: psi' is 0 only at u = (rho "
        "M)^(1 / (1 - rho))",
        curvature,
        0,
        at={x: u, M: u ** (1 - rho) / rho},
    )
    yield positive(
        "the Hessian diag(psi') is <= 0 on a space of codimension 2: at most two coordinates have psi' > 0. Two "
        "equal ones, (A, A), are excluded by the direction (1, -1, 0, ...): psi'(A) (1 + 1) > 0",
        2 * x,
    )
    yield identity("a zero coordinate forces mu = 0, hence (A, -A, 0, ...): psi(A) = 0", psi.subs(M, x ** (1 - rho)), 0)
    yield by("what is left, scaled to B = 1: (1 + m t, -1, -t, ..., -t), 0 <= t <= 1, which sums to 0")
    yield by("its value at t = 0 is 2^(alpha - 2)")
    S = sp.Symbol("N", positive=True)
    kappa = (1 - b) / (1 + b)
    ratio = (S**2 + S) / (S ** (1 + kappa) * (1 + S ** (-kappa))) ** (1 + b)
    yield identity(
        "and at t = 1, N = n - 1 equal ones, it is (n / N) (1 + N^(-kappa))^(alpha - 3), alpha = 2 - b",
        sp.powsimp(sp.powdenest(sp.expand_power_base(ratio * (1 + S ** (-kappa)) ** (1 + b)), force=True)),
        (S + 1) / S,
    )
    yield concludes(
        "by the theorem norm-path nothing in between is larger; alpha = 1 and 2 by continuity",
        "norm",
        Le(quadratic, T.spectral_constant * N.total(N.v[N.i] ** 2)),
    )
