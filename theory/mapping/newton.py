"""Newton's method on the excess: where its steps land, how many there are, and how fast they become exact."""

from __future__ import annotations

from functools import partial

import sympy as sp

from ..hypotheses import ABOVE_ONE, LEFT_OF_THRESHOLD, SPARSEMAX
from ..notation import *
from ..relations import Eq, Le
from ..theorem import Claim, Hypothesis, Theorem
from .threshold import bend_sum, mass, slope_sum

theorem = partial(Theorem, area="newton")

plain = rho + (mass - 1) / (q * slope_sum)
"""Where Newton's method on the excess goes from ``tau'``."""


lost = sp.Not(Every(sp.Or(x(l) <= rho, x(l) > plain), l))
"""Some token above the start is not above the end of the step."""

_START = r"every $n \ge 1$, real $\alpha > 1$, $z \in \mathbb{R}^n$, $\tau' < x_{\max}$"


newton_sparsemax = theorem(
    name="newton-sparsemax-steps",
    title="Newton's method finds the threshold of sparsemax in at most n steps",
    statement=(
        r"For $\alpha = 2$ and $\tau' \le \tau$ a Newton step reaches the threshold exactly, or a token that lay "
        r"above its start does not lie above its end. So the $T$ steps that lead to $\tau$ are at most $n$."
    ),
    setting=_START + r"; $T$ steps from $\tau'$ until the end is $\tau$",
    hypotheses=(SPARSEMAX, LEFT_OF_THRESHOLD),
    given=(
        ABOVE_ONE,
        rho < a * z_max,
    ),
    claims=(Claim("progress", sp.Or(Eq(plain, tau), lost)), Claim("count", Le(steps, n))),
)

newton_quadratic = theorem(
    name="newton-quadratic",
    title="Newton's method squares the error, with a constant known from the start",
    statement=(
        r"For $\alpha \le 3/2$ and $\tau' \le \tau$ the distance that a Newton step on the excess leaves is at most "
        r"$\frac{q-1}{2} \frac{\sum [x_i - \tau']_+^{q-2}}{\sum [x_i - \tau']_+^{q-1}} (\tau - \tau')^2$: quadratic "
        r"convergence, with a constant that is known before the step is made. (For $3/2 < \alpha < 2$ it needs a "
        r"token-free neighbourhood of the threshold.)"
    ),
    setting=_START,
    hypotheses=(Hypothesis("smooth", r"$\alpha \le 3/2$", Le(alpha, sp.Rational(3, 2))), LEFT_OF_THRESHOLD),
    given=(
        ABOVE_ONE,
        rho < a * z_max,
    ),
    claims=(Claim("square", Le(tau - plain, (q - 1) / 2 * bend_sum / slope_sum * (tau - rho) ** 2)),),
)
