"""Two conjectures: the top token has more than a third, and at least the uniform share."""

import sympy as sp

from entmax_oracle.theory import Claim, Theorem
from entmax_oracle.theory.notation import n, p_max

top_third = Theorem(
    name="top-third",
    area="mine",
    title="The top token has more than a third",
    statement=r"$p_{\max} > 1/3$.",
    claims=(Claim("third", sp.Gt(p_max, sp.Rational(1, 3))),),
)

at_least_uniform = Theorem(
    name="at-least-uniform",
    area="mine",
    title="The top token has at least the uniform share",
    statement=r"$p_{\max} \ge 1/n$.",
    claims=(Claim("share", sp.Ge(p_max, 1 / n)),),
)
