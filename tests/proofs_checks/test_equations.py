"""Conjectures whose premises are equations that no random row satisfies: points are solved for."""

from __future__ import annotations

from pathlib import Path

import pytest
import sympy as sp
from flint import arb

from entmax_oracle.proofs_checks.evidence import Case, Context, judge
from entmax_oracle.proofs_checks.evidence.equations import _solutions, equations_of, solved
from entmax_oracle.proofs_checks.evidence.searching import searched
from entmax_oracle.proofs_checks.reading import precision, read
from entmax_oracle.proofs_checks.verify import examine, verify
from entmax_oracle.theory import Claim, Hypothesis, Theorem
from entmax_oracle.theory import notation as N

ROOT = sp.sqrt(2)
HALF = sp.Rational(1, 2)


def stated(relation: sp.Basic, *hypotheses: sp.Basic) -> Theorem:
    held = tuple(Hypothesis(f"h{m}", "", condition) for m, condition in enumerate(hypotheses))
    return Theorem("x", "x", "x", "x", (Claim("c", relation),), hypotheses=held)


FALSE = {
    "two probabilities": stated(N.p_max <= HALF, sp.Eq(ROOT * N.p[1], N.p[2]), N.p[1] > 0),
    "any two": stated(N.p[N.i] + N.p[N.j] <= HALF, sp.Eq(ROOT * N.p[N.i], N.p[N.j]), N.p[N.i] > 0),
    "an exponent": stated(N.size <= 2, sp.Eq(N.alpha**2, 2)),
    "a range": stated(N.p_max <= sp.Rational(9, 10), sp.Eq(N.z_max - N.z_min, sp.pi / 3)),
    "a sum": stated(N.p_max <= sp.Rational(9, 20), sp.Eq(N.total(N.p[N.i] ** 2), 1 / sp.E)),
    "two at once": stated(N.size <= 2, sp.Eq(ROOT * N.p[1], N.p[2]), sp.Eq(N.alpha, ROOT), N.p[1] > 0),
    "an equation that is denied": stated(sp.Ne(N.p_max, 1 / ROOT)),
    "a premise": stated(sp.Implies(sp.And(sp.Eq(ROOT * N.p[1], N.p[2]), N.p[1] > 0), N.p_max <= HALF)),
}


@pytest.mark.parametrize("theorem", FALSE.values(), ids=FALSE)
def test_a_false_conjecture_falls_where_its_equations_hold(theorem: Theorem) -> None:
    argument = solved(theorem)
    assert argument is not None
    found = argument.execute(theorem, Context())
    assert found.status == "refutes", found.detail


def test_a_solution_is_enclosed_and_vouched_for() -> None:
    theorem = FALSE["two probabilities"]
    (equation,) = equations_of(theorem)
    with precision():
        instance = next(iter(_solutions([equation], 2, 0, 0)))
        left, right = (arb(read(side, instance.values)) for side in equation.args)
        assert left.overlaps(right)
        assert (left - right).rad() < 1e-20
        assert judge(theorem, instance).status == "fails"
        assert judge(stated(N.n >= 1, sp.Eq(N.p[1], N.p[2] / ROOT), N.p[1] > 0), instance).status == "unmet"


def test_equations_between_whole_numbers_are_met_by_rows() -> None:
    assert solved(stated(N.n >= 1, sp.Eq(N.n, 3), sp.Eq(N.size, 2))) is None


@pytest.mark.usefixtures("nearby")
@pytest.mark.parametrize(
    ("theorem", "reason"),
    [
        (stated(N.p_max >= 2, sp.Eq(N.p[1], ROOT)), "no case satisfied the hypotheses: nothing was tried"),
        (stated(sp.Implies(sp.Eq(N.p[1], ROOT), N.p_max >= 2)), "no case met the premise of claim 'c'"),
    ],
)
def test_what_was_tried_nowhere_is_not_supported(theorem: Theorem, reason: str) -> None:
    found = examine(Case(theorem, (searched(theorem),), conjecture=True))
    assert (found.verdict, found.clean) == ("unchecked", False)
    assert reason in found.problems[0]


MINE = """
import sympy as sp
from entmax_oracle.theory import Claim, Hypothesis, Theorem
from entmax_oracle.theory.notation import *

held = (Hypothesis("ratio", "ratio", sp.Eq(sp.sqrt(2) * p[1], p[2])), Hypothesis("live", "live", p[1] > 0))
t = Theorem("x", "x", "x", "x", (Claim("c", p_max < 1),), hypotheses=(*held, Hypothesis("two", "two", n >= 2)))
"""


@pytest.mark.usefixtures("nearby")
def test_what_is_true_is_supported_where_its_equations_hold(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(MINE)
    (entry,) = verify(files=[file])["theorems"]
    assert (entry["verdict"], entry["clean"]) == ("supported", True)
    assert "solved for" in entry["searched"]
