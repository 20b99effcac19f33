"""False conjectures with 'proofs' that once came back proved: each kind of hole, closed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sympy as sp

from entmax_oracle.proofs_checks.evidence import Argument, Case, Context, Evidence, Step, computed, symbolic
from entmax_oracle.proofs_checks.evidence.domains import without_value
from entmax_oracle.proofs_checks.evidence.proof import (
    Proof,
    by,
    concludes,
    entailed,
    identity,
    nonnegative,
    positive,
    rises_from,
    settled,
)
from entmax_oracle.proofs_checks.verify import verify
from entmax_oracle.theory import Claim, Theorem
from entmax_oracle.theory import notation as N

HEAD = """
import sympy as sp
from entmax_oracle.proofs_checks.evidence import Argument, Case, Evidence, Step, computed, decided, symbolic
from entmax_oracle.proofs_checks.evidence.proof import by, concludes, identity, nonnegative, rises_from
from entmax_oracle.theory import Claim, Hypothesis, Theorem
from entmax_oracle.theory.notation import *

r2, u, w = sp.Symbol("r2", real=True), sp.Symbol("u", positive=True), sp.Symbol("w", nonnegative=True)
square = lambda: identity("a square", (r2 + 1) ** 2, r2**2 + 2 * r2 + 1)

def stated(relation, *hypotheses):
    return Theorem("mine", "mine", "mine", "mine", (Claim("c", relation),), hypotheses=hypotheses)

def concluded(theorem, *steps, derived=None):
    key = theorem.claims[0]
    return symbolic(lambda: [*steps, concludes("hence", "c", derived or key.relation.func(*key.relation.args))])
"""

FALSE = {
    "retyped after a tautology": "t = stated(p_max > sp.Rational(1, 3)); case = Case(t, (concluded(t, square()),))",
    "an equivalence as its own derivation": (
        "t = stated(Iff(p[i] > 0, z_max - z[i] < sp.Rational(1, 2)))\n"
        "case = Case(t, (concluded(t, square(), derived=t.claims[0].relation),))"
    ),
    "every token, as its own derivation": (
        "t = stated(Every(p[l] > 0, l)); case = Case(t, (concluded(t, square(), derived=t.claims[0].relation),))"
    ),
    "a start that the assumption leaves out": (
        "t = stated(sp.Implies(z_max >= -1, z_max * (z_max + 1) >= 0))\n"
        "case = Case(t, (concluded(t, rises_from('it rises', w * (w + 1), w, -1)),))"
    ),
    "steps made by hand": (
        "t = stated(p_max >= 2 / n)\n"
        "case = Case(t, (symbolic(lambda: [Step('trivially', '', True), Step('so', '', True, claim='c')]),))"
    ),
    "small sizes, decided": "case = Case(stated(p_max >= sp.Rational(1, 3)), (decided(),))",
    "two tokens and so on": (
        "t = stated(total(p[i] ** 2) >= sp.Rational(1, 2))\n"
        "case = Case(t, (concluded(t, nonnegative('for two tokens, and so on', 2 * r2**2)),))"
    ),
    "across a pole": (
        "t = stated(n / (sp.Rational(5, 2) - n) >= sp.Rational(2, 3))\n"
        "case = Case(t, (concluded(t, rises_from('it rises', u / (sp.Rational(5, 2) - u) - sp.Rational(2, 3), u, 1)),))"
    ),
    "words alone": "t = stated(size <= 3); case = Case(t, (concluded(t, by('as everybody knows')),))",
    "contradictory hypotheses": (
        "t = stated(sp.Eq(size, 1), Hypothesis('gap', 'gap', z_max < z_min)); case = Case(t, (concluded(t, square()),))"
    ),
    "a premise that never holds": "t = stated(sp.Implies(z_max < z_min, sp.Eq(size, 1)))",
    "false from dozens of tokens on": (
        "s_ = lambda m: s(m)\n"
        "form = total(s(i) * v[i] ** 2) - total(s(i) * v[i]) ** 2 / total(s(i))\n"
        "t = stated(form <= 2 ** (alpha - 2) * total(v[i] ** 2), Hypothesis('range', 'range', alpha <= 2))\n"
        "case = Case(t, (concluded(t, square()),))"
    ),
    "false from a hundred tokens on": "t = stated(p_max >= sp.Rational(1, 100))",
    "false for a large exponent": "t = stated(alpha <= 6)",
    "without a value somewhere": "t = stated(1 / p[i] >= 1)",
    "a proof of what has no value in rows of one token": (
        "left, right = (p[2] + 1) ** 2, p[2] ** 2 + 2 * p[2] + 1\n"
        "t = stated(sp.Eq(left, right)); case = Case(t, (concluded(t, identity('square', left, right)),))"
    ),
}


@pytest.mark.parametrize("name", FALSE)
def test_no_false_conjecture_is_clean(name: str, tmp_path: Path) -> None:
    file = tmp_path / "conjecture.py"
    file.write_text(HEAD + FALSE[name] + "\n")
    (entry,) = verify(files=[file])["theorems"]
    assert entry["verdict"] in ("refuted", "unchecked", "supported")
    assert not entry["clean"]


STRONG = "kind: a computation cannot call itself"


@pytest.mark.parametrize("kind", ["formal", "symbolic", "decided", "certified"])
def test_a_computation_cannot_call_itself_a_proof(kind: str) -> None:
    with pytest.raises(ValueError, match=STRONG):
        computed(lambda t, c, argument: argument.evidence(t, "holds", "computed"), "x", "y", kind=kind)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=STRONG):
        Argument(kind, "x", "y", lambda t, c: Evidence("sampled", "x", "y", "holds"))  # type: ignore[arg-type]


def test_evidence_of_another_kind_does_not_count() -> None:
    theorem = Theorem("x", "x", "x", "x", (Claim("c", sp.Le(N.size, 3)),))
    lie = computed(lambda t, c, argument: Evidence("formal", "x", "y", "holds", claims=("c",)), "x", "y")
    assert lie.execute(theorem, Context()).status == "fails"


def test_a_copy_of_a_step_or_an_argument_shows_no_more_than_it_did() -> None:
    step = nonnegative("a square", N.tau**2)
    with pytest.raises((TypeError, ValueError), match="fact"):
        replace(step, fact=sp.Ge(N.p_max, 1, evaluate=False))  # type: ignore[call-arg]
    assert not entailed([replace(step, title="another")], sp.Ge(N.tau**2, 0, evaluate=False))
    with pytest.raises(ValueError, match=STRONG):
        replace(symbolic(lambda: iter([step])), entails=lambda theorem: ("c",))


def _lines(proof: Proof) -> list[Step]:
    return list(settled(proof, Theorem("x", "x", "x", "x", (Claim("c", sp.Ge(N.n, 1)),))))


def test_a_step_that_nobody_checked_does_not_count() -> None:
    assert [step.ok for step in _lines(iter([Step("trivially", "", True), by("words")]))] == [False, True]


def test_only_what_a_step_says_itself_is_entailed() -> None:
    m = sp.Symbol("m", positive=True)
    steps = _lines(iter([nonnegative("m", m), positive("1 + m", 1 + m), identity("s", sp.Derivative(m**2, m), 2 * m)]))
    assert entailed(steps, sp.Ge(2 + m, 2, evaluate=False))
    assert entailed(steps, sp.Gt(1 + m, 0, evaluate=False))
    assert entailed(steps, sp.Le(-1, m, evaluate=False))
    assert not entailed(steps, sp.Gt(m, 1, evaluate=False))
    assert not entailed(steps, N.Iff(m > 1, m > 1))


def test_a_rise_starts_where_the_symbol_starts() -> None:
    u, w, x = sp.Symbol("u", positive=True), sp.Symbol("w", nonnegative=True), sp.Symbol("x", real=True)
    assert all(step.ok for step in rises_from("square", w**2, w))
    assert all(step.ok for step in rises_from("from 1", (1 + w) ** 2 - 1, w))
    assert not all(step.ok for step in rises_from("real", x**2, x))
    assert not all(step.ok for step in rises_from("from 1", u**2 - 1, u, 1))
    assert not all(step.ok for step in rises_from("before the start", w * (w + 1), w, -1))
    assert not all(step.ok for step in rises_from("pole", w / (1 - w), w))


@pytest.mark.usefixtures("nearby")
def test_a_true_conjecture_may_be_derived_by_a_step_that_says_it(tmp_path: Path) -> None:
    file = tmp_path / "true.py"
    text = "t = stated(n**2 - 2*n + 2 > 0); case = Case(t, (concluded(t, positive('', n**2 - 2*n + 2, (n-1)**2 + 1)),))"
    file.write_text(HEAD.replace("nonnegative, rises", "nonnegative, positive, rises") + text + "\n")
    (entry,) = verify(files=[file])["theorems"]
    assert (entry["verdict"], entry["clean"]) == ("derived", True)


def test_words_alone_derive_nothing() -> None:
    theorem = Theorem("x", "x", "x", "x", (Claim("c", sp.Le(N.size, N.n)),))

    def proof() -> Proof:
        yield by("plainly")
        yield concludes("so", "c", sp.Le(N.size - N.n, 0))

    found = symbolic(proof).execute(theorem, Context())
    assert (found.status, found.claims) == ("holds", ())
    assert "argued in words" in found.detail


def test_a_point_outside_the_setting_is_no_counterexample() -> None:
    from entmax_oracle.proofs_checks.evidence import judge, row
    from entmax_oracle.theory import theorems

    two = next(t for t in theorems("excess") if t.name == "closed-form-two-tokens")
    peak = next(t for t in theorems("dispersion") if t.name == "entmax-peak")
    assert judge(two, row([0, 0, 0], 2)).status == "excluded"
    assert judge(peak, row([1], 2)).status == "excluded"
    assert Case(peak, ()).theorem.given


@pytest.mark.usefixtures("nearby")
def test_a_proof_across_a_pole_does_not_count(tmp_path: Path) -> None:
    text = _POLE.replace("TERM", "(tau**2 - 289) / (tau - 17)").replace("SUM", "tau + 17")
    (found,) = _verified(tmp_path, text)
    assert found["verdict"] == "supported"
    assert any("divides by tau - 17, which may be 0" in each["detail"] for each in found["evidence"])
    quotient = _POLE.replace("TERM", "(tau**2 - 289) / (tau - 17)").replace("SUM", "tau + 17")
    for premise, verdict in (("p_max > 0", "supported"), ("sp.And(tau > 17, p_max > 0)", "derived")):
        said = f"sp.Implies({premise}, sp.Eq("
        text = quotient.replace('"c", sp.Eq(', f'"c", {said}').replace("tau + 17))", "tau + 17)))")
        text = text.replace("import alpha, tau", "import alpha, p_max, tau")
        assert _verified(tmp_path, text)[0]["verdict"] == verdict, premise
    text = _POLE.replace("TERM", "(alpha**2 - 1) / (alpha - 1)").replace("SUM", "alpha + 1")
    assert _verified(tmp_path, text)[0]["verdict"] == "derived"


def _verified(folder: Path, text: str) -> list[dict[str, Any]]:
    file = folder / "mine.py"
    file.write_text(text)
    return list(verify(files=[file])["theorems"])


_POLE = """
import sympy as sp
from entmax_oracle.theory import Claim, Theorem
from entmax_oracle.theory.notation import alpha, tau
from entmax_oracle.proofs_checks.evidence import Case, symbolic
from entmax_oracle.proofs_checks.evidence.proof import concludes, identity

def steps():
    yield identity("the quotient", TERM, SUM)
    yield concludes("so", "c", sp.Eq(TERM + 0, SUM))

pole = Case(
    Theorem(name="pole", area="mine", title="pole", statement="x", claims=(Claim("c", sp.Eq(TERM, SUM)),)),
    (symbolic(steps),),
)
"""


DOMAINS = {
    "log((p_max - 1 / sp.Integer(7)) ** 2 * exp(z_max)) - z_max": "log",
    "(sqrt(z_max + 10**6) + 1) ** 2": "a power of z_max + 1000000, which may be negative",
    "(p[i] ** (1 - alpha) + 1) ** 2": "a negative power of p[i], which may be 0",
    "asin(p_max) * (p_max + 1)": "whose domain is not known",
    "Sum(1, (i, size + 20000, n)) - (n - size - 19999)": "a sum from |S| + 20000 to n, which may be less",
}
GUARDED = (
    "Implies(z_max > -2, Eq((sqrt(z_max + 2) + 1) ** 2, z_max + 3 + 2 * sqrt(z_max + 2)))",
    "Eq(p[i] * log(p[i] * exp(z[i])), p[i] * log(p[i]) + p[i] * z[i])",
    "Eq((p_max ** (1 - alpha) + 1) ** 2, p_max ** (2 - 2 * alpha) + 2 * p_max ** (1 - alpha) + 1)",
    "Eq((p[i] ** (1 / (alpha - 1)) + 1) ** 2, 1)",
    "Eq(Sum(1, (i, 1, n - 1)), n - 1)",
    "Ge(Sum(Piecewise((p[i] * log(p[i]) ** 2, p[i] > 0), (0, True)), (i, 1, n)), 0)",
    "Implies(And(p_max > 0, tau > 17), Eq((tau**2 - 289) / (tau - 17), tau + 17))",
)


@pytest.mark.parametrize("term", DOMAINS)
def test_a_claim_may_have_no_value(term: str) -> None:
    assert DOMAINS[term] in without_value(*_said(f"Eq({term}, 0)"))


@pytest.mark.parametrize("relation", GUARDED)
def test_a_guarded_claim_has_a_value(relation: str) -> None:
    assert without_value(*_said(relation)) == ""


def _said(relation: str) -> tuple[Theorem, sp.Basic]:
    claim = Claim("c", eval(relation, {**vars(sp), **vars(N)}))
    return Theorem("mine", "mine", "mine", "mine", (claim,)), claim.relation


CALCULUS = (
    "sp.Eq(sp.Limit(p_max * (1 + 1 / alpha), alpha, 10), sp.Rational(11, 10) * p_max, evaluate=False)",
    "sp.Eq(sp.Derivative(alpha * tau, alpha), tau, evaluate=False)",
    "sp.Eq(sp.Integral(p[1], (alpha, 1, 2)), p[1], evaluate=False)",
    "sp.Eq(sp.Sum(z_max, (n, 1, 3)), 3 * z_max, evaluate=False)",
    "sp.Eq(sp.Limit(p_max, z_max, 0), p_max, evaluate=False)",
    "sp.Eq(sp.Derivative(p[1], z[1]), 0, evaluate=False)",
    "sp.Eq(sp.Integral(tau, (z[2], 0, 1)), tau, evaluate=False)",
)


@pytest.mark.parametrize("relation", CALCULUS)
def test_nothing_that_depends_on_it_is_a_constant_for_calculus(relation: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    steps = "identity('calculus', t.claims[0].relation.lhs, t.claims[0].relation.rhs)"
    file.write_text(HEAD + f"t = stated({relation}); case = Case(t, (concluded(t, {steps}),))\n")
    with pytest.raises(ValueError, match=r"SymPy would take .* as a constant, although it depends on"):
        verify(files=[file])
