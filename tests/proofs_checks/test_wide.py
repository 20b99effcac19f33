"""Reading many rows at once in floats, and the search among wide rows."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

from entmax_oracle.proofs_checks.evidence import Context
from entmax_oracle.proofs_checks.evidence.case import Evidence
from entmax_oracle.proofs_checks.evidence.wide import not_searched, widely_searched
from entmax_oracle.proofs_checks.evidence.wide_rows import EXPONENTS, SCALES, WIDE, group
from entmax_oracle.proofs_checks.reading import BALLS, Undefined, precision, read
from entmax_oracle.proofs_checks.reading.floats import read_rows
from entmax_oracle.theory import Claim, Hypothesis, Theorem
from entmax_oracle.theory import notation as N

i, j, k, l = N.INDICES


def stated(relation: sp.Basic, *hypotheses: sp.Basic, given: tuple[sp.Basic, ...] = ()) -> Theorem:
    held = tuple(Hypothesis(f"h{m}", "", condition) for m, condition in enumerate(hypotheses))
    return Theorem("x", "x", "x", "x", (Claim("c", relation),), hypotheses=held, given=given)


def searched(theorem: Theorem, far: bool = False) -> Evidence:
    argument = widely_searched(theorem, far)
    assert argument is not None
    return argument.execute(theorem, Context())


RELATIONS = [
    N.p_max > sp.Rational(1, 2),
    N.total(N.p[i] ** 2) <= sp.Rational(1, 3),
    sp.Eq(N.total(N.p[i]), 1),
    N.Every(N.p[l] > 0, l),
    N.Iff(N.size >= 2, N.p_max < 1),
    sp.Implies(N.alpha > 2, N.tau < N.a * N.z_max),
    N.total(N.pos(N.x(i) - N.tau) ** N.q) >= 1,
    sp.Product(1 + N.p[i], (i, 1, N.n)) < 2,
    N.Least(N.z[l], l) >= N.z_min,
    N.total(N.s(i) * N.v[i] ** 2) - N.total(N.s(i) * N.v[i]) ** 2 / N.total(N.s(i)) >= 0,
    N.total(N.total(sp.Abs(N.p[i] - N.p[j]), j)) > 1,
    N.total(N.p[i] * sp.log(N.p[i])) <= 0,
    sp.Or(sp.Ne(N.p[1], 1), sp.Eq(N.p[2], 0)),
]


@pytest.mark.parametrize("relation", RELATIONS, ids=str)
def test_floats_say_what_balls_say(relation: sp.Basic) -> None:
    rows = group(4, EXPONENTS, SCALES, 60, 0, 0)
    found = read_rows(relation, rows.values, 4, {}, 2)
    yes, no = (np.asarray(part).reshape(60) for part in (found.yes, found.no))
    told = 0
    assert sum(WIDE.member(parameters) is not None for parameters in rows.rows) > 40
    with precision():
        for number, parameters in enumerate(rows.rows):
            instance = WIDE.member(parameters)
            if instance is None:  # balls could not enclose its threshold
                continue
            try:
                truth = read(relation, instance.values, BALLS)
            except Undefined:
                continue
            told += bool(yes[number] | no[number])
            if truth is not None:
                assert not (yes[number] and truth is False)
                assert not (no[number] and truth is True)
    assert told > 0 or isinstance(relation, sp.Eq)


@pytest.mark.parametrize(
    "false",
    [
        stated(N.p_max >= sp.Rational(1, 900)),
        stated(N.alpha <= 7),
        stated(N.size <= 50),
        stated(N.Iff(N.p[i] > 0, N.z_max - N.z[i] < 1)),
        stated(N.total(N.r[i] ** 2) <= N.total(N.p[i] ** 2)),
        stated(N.total(N.v[i] * N.p[i]) < 1),
        stated(N.p[i] >= N.epsilon),
        stated(sp.Ge(N.total(N.p[i] ** 2), sp.Rational(1, 20)), N.alpha < sp.Rational(5, 4)),
        stated(sp.Or(N.n < 13, N.n > 16, N.alpha < 10, N.alpha > 29)),
    ],
)
def test_a_false_claim_is_refuted_in_balls(false: Theorem) -> None:
    found = searched(false, far=false.claims[0].relation.has(sp.Integer(29)))
    assert found.status == "refutes"
    assert found.counterexample is not None


def test_a_setting_excludes_and_a_missing_value_is_told() -> None:
    claim = N.z[2] <= N.z_max
    assert searched(stated(claim)).status == "fails"
    assert searched(stated(claim, given=(N.n >= 2,))).status == "holds"
    assert searched(stated(sp.Ge(N.size, N.n), given=(sp.Eq(N.alpha, 1),))).status == "holds"
    assert searched(stated(N.p_max >= 0, given=(N.z_max < N.z_min,))).status == "skipped"


def test_what_no_row_gives_a_meaning_is_not_searched() -> None:
    theorem = stated(N.late <= 1)
    assert widely_searched(theorem) is None
    assert "speaks of b" in not_searched(theorem)
