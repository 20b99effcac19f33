"""The machinery of evidence: it refutes what is false, names the step that breaks, and never overstates."""

from __future__ import annotations

import importlib.util
from dataclasses import replace

import numpy as np
import pytest
import sympy as sp
from flint import arb, fmpq

from entmax_oracle.proofs_checks.evidence import (
    Argument,
    Case,
    Context,
    Evidence,
    Kind,
    Needed,
    Sharp,
    Status,
    certified,
    decided,
    exact,
    judge,
    sampled,
    symbolic,
    verdict,
)
from entmax_oracle.proofs_checks.evidence.boxes import certify_positive
from entmax_oracle.proofs_checks.evidence.families import rows
from entmax_oracle.proofs_checks.evidence.instances import chosen, row
from entmax_oracle.proofs_checks.evidence.proof import Proof, by, concludes, identity, nonnegative
from entmax_oracle.proofs_checks.reading import Undefined, precision, read
from entmax_oracle.proofs_checks.verify import examine
from entmax_oracle.theory import Claim, Hypothesis, Theorem
from entmax_oracle.theory import notation as N

t = sp.Symbol("t", positive=True)


def statement(relation: sp.Basic, *hypotheses: Hypothesis) -> Theorem:
    return Theorem("made-up", "mine", "Made up", "Made up.", (Claim("only", relation),), hypotheses=hypotheses)


HALF = statement(sp.Ge(N.p_max, sp.Rational(1, 2)))
SIMPLEX = statement(sp.Eq(N.total(N.p[N.i]), 1))


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        (N.total(N.p[N.i] ** sp.Rational(1, 2)), fmpq(5, 3)),
        (N.total(N.p[N.i] * sp.log(N.p[N.i])).subs(N.n, 0), fmpq(0)),
        (sp.Max(N.z[1], N.z[3]) - sp.Min(N.z[1], N.z[3]), fmpq(2, 3)),
        (sp.Abs(N.z[3] - N.z[1]), fmpq(2, 3)),
        (sp.Piecewise((1, N.p[1] > N.p[3]), (2, True)), fmpq(1)),
        (sp.Product(N.p[N.i], (N.i, 1, N.n)), fmpq(16, 729)),
        (N.total(N.total(N.p[N.i] * N.p[N.j], N.j, N.i)), fmpq(57, 81)),
        (sp.Limit(sp.sin(t) / t, t, 0), fmpq(1)),
        (sp.floor(sp.Rational(-7, 2)), fmpq(-4)),
    ],
)
def test_expressions_are_read_exactly(expression: sp.Expr, value: fmpq) -> None:
    with precision():
        instance = chosen([fmpq(4, 9), fmpq(4, 9), fmpq(1, 9)], fmpq(3, 2))
        assert read(expression, instance.values) == value


def test_zero_log_zero_is_zero_but_log_zero_has_no_value() -> None:
    values = {t: fmpq(0)}
    assert read(t * sp.log(t), values) == 0
    with pytest.raises(Undefined):
        read(sp.log(t), values)


def test_equal_irrational_sides_are_left_undecided() -> None:
    with precision():
        assert read(sp.Eq(t**2, 2), {t: arb(2).sqrt()}) is None
        assert read(t**2 < 2 + sp.Rational(1, 10**40), {t: arb(2).sqrt()}) is True


@pytest.mark.parametrize("alpha", [fmpq(5, 4), fmpq(3, 2), fmpq(2), fmpq(3), fmpq(1)])
def test_rows_agree_with_the_reference(alpha: fmpq) -> None:
    reference = pytest.importorskip("entmax_oracle.reference")
    z = [0.5, -1.25, 0.75, 0.75, -3.0, 0.0]
    with precision():
        instance = row([fmpq(*value.as_integer_ratio()) for value in z], alpha)
        p = [float(arb(value)) for value in instance[N.p]]
    np.testing.assert_allclose(p, reference.entmax(np.array(z), float(arb(alpha))), rtol=1e-13, atol=1e-300)


def test_the_inverse_map_and_the_solver_agree() -> None:
    with precision():
        made = chosen([fmpq(1, 2), fmpq(1, 3), fmpq(1, 6)], fmpq(7, 4), dead=[fmpq(-1, 8)], shift=3)
        solved = row(made[N.z], fmpq(7, 4))
        for one, other in zip(made[N.p], solved[N.p], strict=True):
            assert abs(arb(one) - arb(other)) < arb(2) ** -150


def test_chosen_refuses_what_is_no_distribution() -> None:
    with pytest.raises(ValueError, match="sum to 1"):
        chosen([fmpq(1, 2)], 2)
    with pytest.raises(ValueError, match="at most 0"):
        chosen([1], 2, dead=[1])


def test_a_search_finds_and_shrinks_a_counterexample() -> None:
    found = sampled(rows()).execute(HALF, Context())
    assert found.status == "refutes"
    assert found.counterexample is not None
    assert found.counterexample["n"] == "3"
    assert found.counterexample["z"] == "(0, 0, 0)"


def test_the_same_seed_gives_the_same_search() -> None:
    runs = [replace(sampled(rows()).execute(HALF, Context(seed=7)), seconds=0.0) for _ in range(2)]
    assert runs[0] == runs[1]


def test_a_search_without_admissible_cases_supports_nothing() -> None:
    impossible = statement(sp.Ge(N.p_max, 2), Hypothesis("never", "never", sp.Lt(N.p_max, 0, evaluate=False)))
    assert sampled(rows()).execute(impossible, Context()).status == "fails"


def test_the_decision_procedure_proves_and_refutes() -> None:
    assert decided(sizes=(2,), alphas=(2,)).execute(SIMPLEX, Context()).status == "holds"
    found = decided(sizes=(3,), alphas=("3/2",)).execute(HALF, Context())
    assert found.status == "refutes"
    assert found.counterexample is not None
    assert {"n", "alpha", "z1", "z2", "z3"} <= set(found.counterexample)


def test_without_z3_a_decision_is_skipped_with_a_hint(monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "z3" else find(name))
    entry = examine(Case(SIMPLEX, (decided(), sampled(rows(), cases=10))))
    assert entry.evidence[0].status == "skipped"
    assert "entmax-oracle[proofs]" in entry.evidence[0].detail
    assert entry.verdict == "supported"


def test_interval_arithmetic_certifies_and_refutes() -> None:
    true = statement(sp.Lt(t * (1 - t), sp.Rational(13, 50), evaluate=False))
    false = statement(sp.Lt(t * (1 - t), sp.Rational(6, 25), evaluate=False))
    argument = certified({t: (0, 1)}, ("only",))
    assert argument.execute(true, Context()).status == "holds"
    refuted = argument.execute(false, Context())
    assert refuted.status == "refutes"
    assert refuted.counterexample is not None


def test_an_inequality_without_room_stays_open() -> None:
    found = certify_positive(lambda x: x * x, [(-1, 1)], max_boxes=50)
    assert found.status == "open"


def test_a_broken_step_is_named_with_what_remains() -> None:
    def proof() -> Proof:
        yield identity("a square", (t + 1) ** 2, t**2 + 2 * t + 1)
        yield identity("a slip", (t + 1) ** 2, t**2 + 1)
        yield concludes("all", "only", SIMPLEX.claim("only").relation)

    found = symbolic(proof).execute(SIMPLEX, Context())
    assert found.status == "fails"
    assert "step 2 of 3 fails: a slip" in found.detail
    assert "2 t" in found.detail
    entry = examine(Case(SIMPLEX, (symbolic(proof),)))
    assert entry.verdict == "supported"  # by the search that every theorem gets
    assert not entry.clean


def test_a_proof_of_something_else_proves_nothing() -> None:
    assert not concludes("other", "only", sp.Ge(N.p_max, sp.Rational(1, 3))).of(HALF).ok


def test_words_are_counted_as_words() -> None:
    half = HALF.claim("only").relation
    derived = half.func(2 * half.lhs, 2 * half.rhs)

    def argued() -> Proof:
        yield by("it is plain")
        yield concludes("so", "only", half.func(half.lhs - half.rhs, 0))

    def checked() -> Proof:
        yield identity("a square", (t + 1) ** 2, t**2 + 2 * t + 1)
        yield argued()

    details = [symbolic(proof).execute(HALF, Context()).detail for proof in (argued, checked)]
    assert details == [
        "argued in words (1); SymPy compares the conclusions alone",
        "2 steps checked by SymPy, 1 in words",
    ]
    assert not concludes("doubled", "only", derived).of(HALF).ok


def test_a_sign_must_be_manifest() -> None:
    assert nonnegative("square", t**2 - 2 * t + 1, (t - 1) ** 2).ok
    assert not nonnegative("undetermined", t - 1).ok
    real_t = sp.Symbol("t", real=True)
    assert nonnegative("square", real_t**2 - 2 * real_t + 1).ok
    assert not nonnegative("another form", real_t**2 + 1, real_t**2).ok


def test_the_domain_of_your_own_points_is_what_was_seen() -> None:
    points = exact(lambda: [row([1, 0], 2), row([1, 0, 0], fmpq(3, 2))], "every row")
    assert points.execute(SIMPLEX, Context()).domain == "every row"
    own = points.execute(SIMPLEX, Context(own=True)).domain
    assert own == "2 points, n in {2, 3}, α in {3/2, 2}; every row (as its author says)"


def _found(kind: Kind, status: Status = "holds", claims: tuple[str, ...] = ("only",)) -> Evidence:
    return Evidence(kind, "", f"where {kind}", status, claims=claims)


@pytest.mark.parametrize(
    ("evidence", "word", "domain"),
    [
        ([], "unchecked", "no evidence"),
        ([_found("sampled")], "supported", "where sampled"),
        ([_found("exact")], "supported", "where exact"),
        ([_found("sampled"), _found("certified")], "certified", "where certified"),
        ([_found("decided"), _found("sampled")], "decided", "where decided"),
        ([_found("decided"), _found("symbolic")], "derived", "where symbolic"),
        ([_found("symbolic"), _found("formal")], "proved", "where formal"),
        ([_found("symbolic", "fails"), _found("sampled")], "supported", "where sampled"),
        ([_found("symbolic", "skipped")], "unchecked", "no evidence"),
        ([_found("symbolic"), _found("sampled", "refutes")], "refuted", "where sampled"),
    ],
)
def test_the_verdict_follows_from_the_evidence(evidence: list[Evidence], word: str, domain: str) -> None:
    assert verdict(SIMPLEX, evidence) == (word, domain)


def test_a_theorem_is_as_strong_as_its_weakest_claim() -> None:
    two = replace(SIMPLEX, claims=(Claim("one", HALF.claims[0].relation), Claim("two", SIMPLEX.claims[0].relation)))
    evidence = [_found("symbolic", claims=("one",)), _found("sampled", claims=("one", "two"))]
    assert verdict(two, evidence) == ("supported", "where sampled")


def test_a_loose_bound_is_not_clean() -> None:
    loose = statement(sp.Ge(N.tau, N.a * N.z_max - 2))
    case = Case(loose, (sampled(rows(), cases=10),), sharp=(Sharp("only", "one-hot", lambda: [row([2, 0], 2)]),))
    entry = examine(case)
    assert entry.verdict == "supported"
    assert not entry.clean
    assert "the sides differ" in entry.problems[0]


def test_a_violated_sharp_point_refutes() -> None:
    wrong = statement(sp.Ge(N.tau, N.a * N.z_max - sp.Rational(1, 2)))
    case = Case(wrong, (), sharp=(Sharp("only", "one-hot", lambda: [row([2, 0], 2)]),))
    entry = examine(case)
    assert entry.verdict == "refuted"
    assert entry.sharp[0].refutes
    assert entry.sharp[0].point["tau"] == "1"


def test_an_approached_bound_must_be_approached() -> None:
    theorem = statement(sp.Ge(N.tau, N.a * N.z_max - 1))

    def case(within: float) -> Case:
        points = lambda: [row([2, fmpq(2) - 1 + fmpq(1, m)], 2) for m in (2, 8, 64)]  # noqa: E731
        return Case(theorem, (sampled(rows(), cases=10),), sharp=(Sharp("only", "closer", points, within),))

    assert examine(case(0.02)).clean
    assert not examine(case(1e-6)).clean


def test_a_superfluous_hypothesis_is_not_clean() -> None:
    positive = Hypothesis("positive", "positive logits", sp.Gt(N.z_max, 0))
    theorem = statement(sp.Eq(N.total(N.p[N.i]), 1), positive)
    bare = Case(theorem, (sampled(rows(), cases=40),))
    assert examine(bare).problems == ("necessity of 'positive' is not shown",)
    shown = replace(bare, needed=(Needed("positive", "negative logits", lambda: row([-1], 2)),))
    assert "not refuted there" in examine(shown).problems[0]


def test_an_argument_that_raises_does_not_stop_the_others() -> None:
    def explode(theorem: Theorem, context: Context) -> Evidence:
        raise RuntimeError("boom")

    bad = Argument("sampled", "bad", "nowhere", explode)
    entry = examine(Case(SIMPLEX, (bad, exact(lambda: [row([1, 0], 2)], "one row"))))
    assert [e.status for e in entry.evidence[:2]] == ["fails", "holds"]
    assert "boom" in entry.problems[0]


def test_hypotheses_and_claims_share_their_free_indices() -> None:
    theorem = statement(sp.Ge(N.p[N.i], N.p[N.j]), Hypothesis("higher", "higher", sp.Ge(N.z[N.i], N.z[N.j])))
    with precision():
        assert judge(theorem, row([1, 0, 3], 2)).status == "holds"
        assert judge(replace(theorem, hypotheses=()), row([fmpq(1, 2), 0], 2)).status == "fails"
