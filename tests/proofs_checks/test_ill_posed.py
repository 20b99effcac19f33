"""What proves nothing is not counted: claims without a value, empty evidence, echoes, and hypotheses nobody uses."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sympy as sp
from flint import arb, fmpq

from entmax_oracle.proofs_checks.evidence import Case, Context, certified, decided, exact, judge, sampled, symbolic
from entmax_oracle.proofs_checks.evidence.families import rows
from entmax_oracle.proofs_checks.evidence.instances import row
from entmax_oracle.proofs_checks.evidence.proof import Proof, assumes, concludes, identity
from entmax_oracle.proofs_checks.reading import Unclear, Undefined, precision, read
from entmax_oracle.proofs_checks.theorems import cases
from entmax_oracle.proofs_checks.verify import examine
from entmax_oracle.theory import Claim, Hypothesis, Theorem
from entmax_oracle.theory import notation as N

t = sp.Symbol("t", real=True)
TWO = sp.Ge(N.p_max, 2)
UNDEFINED = {
    "logarithm of a negative number": sp.Le(N.p_max, sp.log(N.z_min - N.z_max - 1)),
    "quotient by zero": sp.Le(N.p_max, 1 / (N.total(N.p[N.i]) - 1)),
    "root of a negative number": sp.Le(N.p_max, sp.sqrt(N.z_min - N.z_max - 1)),
    "entry 0": sp.Ge(N.p[0], 5),
    "a sum beyond the row": sp.Le(N.total(N.p[N.i], N.i, 10**7), 1),
}


def statement(relation: sp.Basic, *hypotheses: sp.Basic) -> Theorem:
    named = tuple(Hypothesis(f"h{m}", f"h{m}", condition) for m, condition in enumerate(hypotheses))
    return Theorem("made-up", "mine", "Made up", "Made up.", (Claim("only", relation),), hypotheses=named)


@pytest.mark.parametrize("relation", UNDEFINED.values(), ids=UNDEFINED)
def test_a_claim_without_a_value_is_not_supported(relation: sp.Basic) -> None:
    theorem = statement(relation)
    for argument in (sampled(rows(), cases=40), exact(lambda: [row([0, 1], 2)], "one row")):
        entry = examine(Case(theorem, (argument,)))
        assert (entry.verdict, entry.clean) == ("unchecked", False)
        assert "'only' has no value in" in entry.problems[0]
        assert "z = " in entry.problems[0]
        assert "both sides agree" not in entry.problems[0]


def test_a_guard_makes_the_claim_meaningful() -> None:
    guarded = statement(sp.Implies(N.p[N.i] > 0, 1 / N.p[N.i] >= 1))
    assert sampled(rows(), cases=40).execute(guarded, Context()).status == "holds"


def test_a_ball_that_reaches_beyond_the_domain_is_not_called_undefined() -> None:
    with precision():
        with pytest.raises(Unclear):
            read(sp.log(t), {t: arb(0, "1e-50")})
        with pytest.raises(Undefined) as raised:
            read(sp.log(t), {t: arb(-1, "1e-50")})
        assert not isinstance(raised.value, Unclear)


def test_a_counterexample_outweighs_a_missing_value() -> None:
    found = sampled(rows(sizes=(1, 3)), cases=60).execute(statement(sp.Ge(N.p[2], 5)), Context())
    assert found.status == "refutes"


@pytest.mark.parametrize("alpha", ["5/4", "4/3", "7/4"])
def test_a_strict_claim_falls_at_an_irrational_tie(alpha: str) -> None:
    strict = statement(sp.Lt(N.tau, N.a * N.z_max - N.n ** (-N.a)))
    exponent = fmpq(*map(int, alpha.split("/")))
    with precision():
        assert judge(strict, row([1, 1, 1], exponent)).status == "fails"
        assert judge(strict, row([1, 1, fmpq(9, 10)], exponent)).status == "holds"


def test_a_tie_without_a_closed_form_is_undecided() -> None:
    theorem = statement(sp.Lt(N.total(N.p[N.i]), 1))
    with precision():
        assert judge(theorem, row([1, fmpq(1, 2)], fmpq(5, 4))).status == "undecided"
    found = exact(lambda: [row([1, fmpq(1, 2)], fmpq(5, 4))], "one row").execute(theorem, Context())
    assert "undecided in 1 of them" in found.detail


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: decided(sizes=()), "decide nothing"),
        (lambda: decided(alphas=()), "decide nothing"),
        (lambda: certified({t: (0, 1)}, ("only",), given={N.n: ()}), "takes no value"),
        (lambda: certified({t: (1, 0)}, ("only",)), "lower end first"),
        (lambda: certified({t: (0, 1)}, ()), "at least one inequality"),
        (lambda: sampled(rows(), cases=0), "at least one draw"),
    ],
)
def test_empty_evidence_is_refused(make: object, message: str) -> None:
    assert callable(make)
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize("impossible", [N.p_max > 1, N.size > N.n], ids=str)
def test_contradictory_hypotheses_prove_nothing(impossible: sp.Basic) -> None:
    theorem = statement(TWO, impossible)
    for argument in (
        sampled(rows(), cases=40),
        exact(lambda: [row([0, 1], 2)], "one row"),
        decided(sizes=(2,), alphas=(2,)),
    ):
        found = argument.execute(theorem, Context())
        assert (found.status, found.detail) == ("fails", "vacuous: no point satisfies the hypotheses")


def test_the_solver_refutes_nothing_by_a_quotient_by_zero() -> None:
    argument = decided(sizes=(2,), alphas=(2,))
    found = argument.execute(statement(sp.Ge(1 / N.p[N.i], 1)), Context())
    assert found.status == "fails"
    assert "only where it has no value" in found.detail
    assert argument.execute(statement(sp.Implies(N.p[N.i] > 0, 1 / N.p[N.i] >= 1)), Context()).status == "holds"
    assert argument.execute(statement(sp.Implies(N.p[N.i] > 0, 1 / N.p[N.i] >= 2)), Context()).status == "refutes"


def test_a_box_is_refuted_at_a_point() -> None:
    found = certified({t: (0, 1)}, ("only",)).execute(statement(sp.Le(t * (1 - t), sp.Rational(249, 1000))), Context())
    assert found.counterexample == {"t": "1/2"}


def test_a_box_without_values_is_not_certified() -> None:
    found = certified({t: (0, 1)}, ("only",)).execute(statement(sp.Ge(sp.log(t - 2), 0)), Context())
    assert found.status == "fails"
    assert "has no value" in found.detail


ONLY = statement(TWO)


def _unrelated() -> Proof:
    yield identity("a square", (t + 1) ** 2, t**2 + 2 * t + 1)


def _echo() -> Proof:
    yield _unrelated()
    yield concludes("so", "only", ONLY.claim("only").relation)


def _from_nothing() -> Proof:
    yield concludes("clearly", "only", sp.Ge(N.p_max, 2))


@pytest.mark.parametrize(
    ("proof", "message"),
    [
        (_unrelated, "claim 'only' is not concluded"),
        (_echo, "the claim is repeated, not derived"),
        (_from_nothing, "concludes 'only' from nothing"),
    ],
)
def test_a_proof_must_end_in_the_claim(proof: object, message: str) -> None:
    assert callable(proof)
    entry = examine(Case(ONLY, (symbolic(proof),)))
    assert entry.evidence[0].status == "fails"
    assert not entry.clean
    assert message in entry.problems[0]


def test_sides_that_are_equal_as_written_are_no_step() -> None:
    for left, right in ((1, 1), (t + 1, 1 + t), (sp.diff(t**2, t), 2 * t)):
        step = identity("x", left, right)
        assert not step.ok
        assert "say it in words" in step.note
    assert identity("x", sp.Derivative(t**2, t), 2 * t).ok
    assert identity("x", t * (t + 1), 2, at={t: 1}).ok
    assert not identity("x", t * (t + 1), 2, at={t: 2}).ok


def test_a_proof_notices_a_hypothesis_that_is_gone_or_altered() -> None:
    condition = sp.Le(N.alpha, 2)
    theorem = statement(sp.Ge(N.p_max, 0, evaluate=False), condition)
    assert assumes(theorem, "h0", condition).ok
    assert "does not have" in assumes(replace(theorem, hypotheses=()), "h0", condition).note
    weaker = statement(sp.Ge(N.p_max, 0, evaluate=False), sp.Le(N.alpha, sp.Rational(21, 10)))
    assert "the proof needs" in assumes(weaker, "h0", condition).note


def test_a_hypothesis_that_no_proof_uses_is_not_clean() -> None:
    def proof() -> Proof:
        yield _unrelated()
        yield concludes("so", "only", sp.Ge(N.p_max, 0, evaluate=False))

    theorem = statement(sp.Ge(N.p_max, 0, evaluate=False), sp.Le(N.alpha, 2))
    assert "no proof uses 'h0'" in examine(Case(theorem, (symbolic(proof),))).problems


PROOFS = [
    pytest.param(case, argument, id=f"{case.theorem.name}-{argument.title}")
    for case in cases()
    for argument in case.arguments
    if argument.kind == "symbolic" and case.theorem.hypotheses
]


@pytest.mark.parametrize(("case", "proof"), PROOFS)
def test_no_proof_survives_the_loss_of_its_hypotheses(case: Case, proof: object) -> None:
    from entmax_oracle.proofs_checks.evidence import Argument

    assert isinstance(proof, Argument)
    assert set(proof.given) == {h.key for h in case.theorem.hypotheses}
    bare = replace(case.theorem, hypotheses=())
    assert not any(assumes(bare, key, condition).ok for key, condition in proof.given.items())
