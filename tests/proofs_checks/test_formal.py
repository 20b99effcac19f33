"""The formal theory: what is printed, what is refused, and that the certificate speaks of these files and claims."""

from __future__ import annotations

import math
import re
import shutil
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
import sympy as sp
from mutation import mutants

from entmax_oracle.proofs_checks import formal
from entmax_oracle.proofs_checks.evidence import Case
from entmax_oracle.proofs_checks.formal import building, certificate
from entmax_oracle.proofs_checks.theorems import cases
from entmax_oracle.proofs_checks.verify import examine, verify
from entmax_oracle.reference import entmax, exact_entmax
from entmax_oracle.theory import notation as N
from entmax_oracle.theory import theorems
from entmax_oracle.theory.formal import SETTINGS, Statement, printed, source, statements
from entmax_oracle.theory.formal.printer import Printer, Unprintable

ROOM = certificate.FILE.parent
CASES = {case.theorem.name: case for case in cases()}
STATED = [CASES[name] for name in SETTINGS]

needs_coq = pytest.mark.skipif(not formal.installed(), reason="Coq with Coquelicot is not installed")


@pytest.fixture
def apart(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Keep what is compiled in a folder of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    formal.standing.cache_clear()
    yield tmp_path
    formal.standing.cache_clear()


def test_every_setting_is_of_a_theorem() -> None:
    assert set(SETTINGS) <= {theorem.name for theorem in theorems()}


@pytest.mark.parametrize(
    ("relation", "shown"),
    [
        (sp.Le(N.total(N.p[N.i] ** N.alpha), 1), "Sum n (fun i => pw (p i) alpha) <= 1"),
        (N.Iff(N.p[N.k] > 0, N.z[N.k] > N.tau / N.a), "(p k > 0 <-> z k > (tau / (alpha - 1)))"),
        (sp.Ge(N.size, N.k - 1), "(size >= (k - 1%nat)%nat)%nat"),
        (sp.Eq(N.p[1], sp.Rational(1, 3)), "p 1%nat = (1 / 3)"),
        (N.Every(sp.Ne(N.x(N.l), N.tau), N.l), "(forall l, inr l n -> ((alpha - 1) * z l) <> tau)"),
        (sp.Lt(sp.Max(0, N.z[N.i]), sp.log(2)), "Rmax 0 (z i) < ln 2"),
        (sp.Eq(N.D[N.i, N.j], N.s(N.i)), "D i j = (if Rlt_dec 0 (p i) then pw (p i) (2 - alpha) else 0)"),
        (sp.Le(sp.acos(sp.cos(N.frequency)), sp.pi), "acos (cos frequency) <= PI"),
        (sp.Le(N.cells ** (-N.bands), 1), "(/ (INR cells ^ bands)) <= 1"),
        (sp.Ge(sp.binomial(N.n, N.layers), 1), "Binomial.C n layers >= 1"),
        (sp.Eq(sp.Limit(N.theta, N.theta, 0, "+"), 0), "filterlim (fun theta => theta) (at_right 0) (locally 0)"),
    ],
)
def test_a_relation_as_it_is_printed(relation: sp.Basic, shown: str) -> None:
    assert Printer().proposition(relation) == shown


@pytest.mark.parametrize(
    ("relation", "guard"),
    [
        (sp.Le(1 / N.tau, 1), "tau <> 0"),
        (sp.Le(sp.log(N.p[N.i]), 1), "0 < p i"),
        (sp.Le(N.total(1 / N.z[N.i]), 1), "(forall i, (1%nat <= i <= n)%nat -> z i <> 0)"),
        (sp.Implies(N.tau > 0, sp.Le(1 / N.tau, 1)), "(tau > 0 -> tau <> 0)"),
        (sp.Le(sp.acos(N.tau), 1), "-1 <= tau <= 1"),
        (sp.Le(N.strength**N.gamma, 1), "(0 < strength \\/ strength = 0 /\\ 0 <= gamma)"),
        (sp.Le(N.strength**N.alpha, 1), "(0 < strength \\/ strength = 0 /\\ 0 < alpha)"),
        (sp.Le(N.z[N.top + 1], 1), "inr (1%nat + top)%nat n"),
        (sp.Ge(N.size, N.k - 1), "(1%nat <= k)%nat"),
    ],
)
def test_what_a_relation_takes_for_granted(relation: sp.Basic, guard: str) -> None:
    printer = Printer()
    printer.proposition(relation)
    assert guard in printer.guards


@pytest.mark.parametrize("relation", [sp.Le(sp.gamma(N.alpha), 1), sp.Le(sp.Symbol("unheard"), 1)])
def test_what_cannot_be_printed_is_refused(relation: sp.Basic) -> None:
    with pytest.raises(Unprintable):
        Printer().proposition(relation)


def test_a_variable_that_a_premise_singles_out_is_said_to_exist() -> None:
    [found] = [each for each in statements(CASES["normmax-form"].theorem) if each.role == "found"]
    assert (found.claim, found.identifier) == ("", "normmax_form__found")
    assert found.text.split("\n  ") == [
        "forall (n : nat) (alpha : R) (z : nat -> R) (r : nat -> R),",
        "(1 <= n)%nat ->",
        "(1 < alpha) ->",
        "(simplex n r) ->",
        "exists (tau : R),",
        "(mass n (alpha / (alpha - 1)) z tau = 1)",
    ]


@pytest.mark.parametrize("name", [name for name, setting in SETTINGS.items() if setting.found])
def test_only_a_variable_with_a_premise_is_said_to_exist(name: str) -> None:
    setting = SETTINGS[name]
    assert set(setting.found) <= set(setting.variables)
    assert all(any(re.search(rf"\b{v}\b", premise) for premise in setting.premises) for v in setting.found)


def test_the_committed_statements_are_printed_from_the_claims() -> None:
    assert (ROOM / "Statements.v").read_text("utf-8") == source(printed())


def test_the_certificate_speaks_of_these_files_and_claims() -> None:
    known = formal.Certificate(**_plain())
    assert known.changed == ()
    assert set(known.axioms) <= building.AXIOMS
    assert [fault for each in printed() if each.identifier in known.statements and (fault := known.fault(each))] == []
    assert set(known.statements) == set(building.proofs(building.sources()))


def test_a_theorem_whose_every_claim_is_proved_says_so() -> None:
    found = examine(replace(CASES["threshold-form"], arguments=()))
    assert (found.verdict, found.domain) == ("proved", CASES["threshold-form"].theorem.setting)
    assert set(found.strengths.values()) == {"proved"}
    assert found.evidence[0].kind == "formal"
    assert "Coq" in found.evidence[0].detail


def test_a_conjecture_is_not_proved_by_the_name_of_a_theorem() -> None:
    case = CASES["threshold-form"]
    assert examine(replace(case, conjecture=True, arguments=())).verdict != "proved"
    assert examine(replace(case, arguments=()), ours=False).verdict != "proved"


@pytest.mark.parametrize("case", STATED, ids=lambda case: case.theorem.name)
def test_a_false_version_has_another_statement(case: Case) -> None:
    """Each mutant changes what is printed, so that no proof is one of it."""
    claims = [each for each in statements(case.theorem) if each.role == "claim"]
    before, stated = [each.text for each in claims], {each.claim for each in claims}
    unstated = {claim.key for claim in case.theorem.claims} - stated
    for mutant in mutants(case):
        changed = mutant.case.theorem
        if mutant.change.partition(":")[0] in unstated:
            continue
        assert [each.text for each in statements(changed) if each.role == "claim"] != before, mutant.change
        found = formal.formal_evidence(changed)
        assert found is None or found.status == "fails" or set(found.claims) < {c.key for c in changed.claims}


def test_a_changed_file_is_noticed(monkeypatch: pytest.MonkeyPatch, apart: Path) -> None:
    texts = building.sources()
    monkeypatch.setattr(certificate, "sources", lambda: {**texts, "Definitions.v": texts["Definitions.v"] + "\n"})
    certificate._digests.cache_clear()
    try:
        found = formal.formal_evidence(CASES["threshold-form"].theorem)
    finally:
        certificate._digests.cache_clear()
    assert found is not None
    assert found.status == "fails"
    assert "Definitions.v is not the file that was checked; run make formal" in found.detail


def test_an_earlier_result_does_not_outlive_its_proof(monkeypatch: pytest.MonkeyPatch, apart: Path) -> None:
    earlier = verify(["threshold-form"])
    assert verify(["threshold-form"], known=earlier)["theorems"] == earlier["theorems"]
    texts = building.sources()
    monkeypatch.setattr(certificate, "sources", lambda: {**texts, "Definitions.v": texts["Definitions.v"] + "\n"})
    certificate._digests.cache_clear()
    try:
        (entry,) = verify(["threshold-form"], known=earlier)["theorems"]
    finally:
        certificate._digests.cache_clear()
    assert (entry["verdict"] != "proved", entry["clean"]) == (True, False)


@pytest.mark.parametrize(
    ("name", "old", "new", "complaint"),
    [
        ("Statements.v", "<=", "<", "Statements.v is not the file that was checked; run make formal"),
        ("certificate.json", "Classical_Prop.classic", "Easy.anything", "it assumes Easy.anything, which no proof may"),
        ("certificate.json", "{", "", "this is not a certificate: .*; run make formal"),
    ],
)
def test_a_changed_certificate_is_noticed(
    monkeypatch: pytest.MonkeyPatch, apart: Path, name: str, old: str, new: str, complaint: str
) -> None:
    for each in ("Statements.v", "certificate.json"):
        text = (ROOM / each).read_text("utf-8")
        (apart / each).write_text(text.replace(old, new, 1) if each == name else text, "utf-8")
    monkeypatch.setattr(certificate, "FILE", apart / "certificate.json")
    certificate._digests.cache_clear()
    try:
        found = formal.formal_evidence(CASES["threshold-form"].theorem)
        assert found is not None
        assert (found.status, bool(re.search(complaint, found.detail))) == ("fails", True)
    except ValueError as error:
        assert re.search(complaint, str(error))  # noqa: PT017
    finally:
        certificate._digests.cache_clear()


@needs_coq
@pytest.mark.parametrize(
    ("added", "complaint"),
    [
        ("Axiom easy : False.", "'Axiom' is refused"),
        ("Lemma easy : False. Proof. admit. Admitted.", "'admit' is refused"),
        ("Lemma easy : False. Proof. Admitted.", "'Admitted' is refused"),
        ("Parameter easy : False.", "'Parameter' is refused"),
        ('Check "(*"%string. Unset Guard Checking. Check "*)"%string.', "'Unset Guard Checking' is refused"),
        ('Declare ML Module "cheat".', "'Declare ML' is refused"),
        ("#[bypass_check(guard)] Fixpoint easy (n : nat) : False := easy n.", "is refused"),
        ("Lemma easy : False. Proof. lra. Qed.", "Definitions.v does not compile"),
    ],
)
def test_what_admits_anything_is_refused(
    monkeypatch: pytest.MonkeyPatch, apart: Path, added: str, complaint: str
) -> None:
    definitions = building.sources()["Definitions.v"]
    monkeypatch.setattr(building, "sources", lambda: {"Definitions.v": f"{definitions}\n{added}\n"})
    with pytest.raises(formal.NotProved, match=complaint):
        formal.build(printed())


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("(* Admitted (* Axiom *) *) Lemma a : True.", "Lemma a : True."),
        ('Check "(*". Axiom a : False. Check "*)".', 'Check "(*". Axiom a : False. Check "*)".'),
        ('(* a quoted "*)" is no end *) Lemma a : True.', "Lemma a : True."),
        ("Definition f := mult *) (* a *).", "Definition f := mult *) ."),
    ],
)
def test_a_comment_may_say_anything_and_only_a_comment(text: str, bare: str) -> None:
    assert building._bare(text).split() == bare.split()


@pytest.mark.parametrize("path", ["lemmas/Statements.v", "proofs/Definitions.v", "lemmas/Verdict.v", "proofs/Base.v"])
def test_no_file_may_be_taken_for_another(monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    monkeypatch.setattr(building, "installed", lambda: "8.16.1")
    texts = {"Definitions.v": "", "lemmas/Base.v": "", path: ""}
    monkeypatch.setattr(building, "sources", lambda: texts)
    with pytest.raises(formal.NotProved, match="no two may have the same name"):
        formal.build(printed())


@pytest.mark.parametrize(
    "log",
    [
        "",
        "Closed under the global context",
        "Axioms:\n",
        "Axioms:\nCheat.easy is assumed to be guarded.\nClassical_Prop.classic : forall P : Prop, P \\/ ~ P",
        "Axioms:\nClassical_Prop.classic : forall P : Prop, P \\/ ~ P\nA.b relies on definitional UIP.",
    ],
)
def test_what_coq_says_in_words_is_refused(log: str) -> None:
    with pytest.raises(formal.NotProved):
        building._assumed(log)


def test_an_assumption_in_any_alphabet_is_read() -> None:
    assert building._assumed("Axioms:\né : False\nA.b\n  : forall P : Prop,\n    P\n") == {"é", "A.b"}


@needs_coq
def test_an_assumption_with_the_name_of_an_axiom_is_found(monkeypatch: pytest.MonkeyPatch, apart: Path) -> None:
    """A file of ours may be called like one of Coq's, and Coq calls its assumption by the short name of theirs."""
    texts = {
        "Definitions.v": building.sources()["Definitions.v"],
        "lemmas/Classical_Prop.v": "Variable classic : False.\n",
        "proofs/Cheat.v": (
            f"From {building.LIBRARY} Require Statements Classical_Prop.\n"
            "Theorem false__claim : Statements.false__claim.\nProof. destruct Classical_Prop.classic. Qed.\n"
        ),
    }
    monkeypatch.setattr(building, "sources", lambda: texts)
    with pytest.raises(formal.NotProved, match=r"coqchk: EntmaxFormal\.lemmas\.Classical_Prop\.classic is taken"):
        formal.build([Statement("false", "claim", "claim", "0 = 1")])


@needs_coq
def test_what_is_left_of_a_file_that_is_no_more_cannot_be_used(monkeypatch: pytest.MonkeyPatch, apart: Path) -> None:
    texts = {"Definitions.v": building.sources()["Definitions.v"], "lemmas/Old.v": "Definition old := 1.\n"}
    folder = building._cache()
    building._write(folder, texts)
    (folder / "lemmas" / "Old.vo").touch()
    building._write(folder, {"Definitions.v": texts["Definitions.v"]})
    assert list((folder / "lemmas").iterdir()) == []


@needs_coq
@pytest.mark.early
def test_the_kernel_accepts_every_proof() -> None:
    built = formal.build(printed(), jobs=2)
    assert set(built.proved) == set(formal.Certificate(**_plain()).statements)
    assert set(built.axioms) <= building.AXIOMS


@needs_coq
@pytest.mark.early
def test_the_kernel_rejects_the_proof_of_every_false_version(tmp_path: Path) -> None:
    """Offer each finished proof to the kernel as one of each mutant of its claim; and, as a control, of the claim."""
    formal.build(printed(), jobs=2)
    folder = shutil.copytree(building._cache(), tmp_path / "formal")
    done = building.proofs(building.sources())
    lines = [f"From {building.LIBRARY} Require Import Definitions.", "From Coq Require Import Reals List."]
    lines += ["From Coquelicot Require Import Coquelicot.", f"From {building.LIBRARY} Require Statements."]
    lines += [f"From {building.LIBRARY} Require {module}." for module in sorted(set(done.values()))]
    lines += ["Open Scope R_scope."]
    offered = 0
    for case in STATED:
        known = {each.identifier: each.text for each in statements(case.theorem) if each.role == "claim"}
        for mutant in mutants(case):
            for each in statements(mutant.case.theorem):
                name = each.identifier
                if each.role == "claim" and name in done and known.get(name) != each.text:
                    offered += 1
                    lines.append(f"Definition false{offered} : Prop := {each.text}.")
                    lines.append(f"Fail Definition m{offered} : false{offered} := {done[name]}.{name}.")
    assert offered > 400
    lines.append("Definition control : Statements.threshold_form__form := MappingProofs.threshold_form__form.")
    (folder / "Mutants.v").write_text("\n".join(lines) + "\n", "utf-8")
    found = building._run(folder, "coqc", "-q", "-w", "none", "-R", ".", building.LIBRARY, "Mutants.v")
    assert found.returncode == 0, found.stderr[-800:]


def test_the_reference_computes_the_numbers_that_are_proved_from_the_definitions() -> None:
    """Read the examples of Sanity.v, `entmax n alpha (row …) k = value`, and ask the exact reference."""
    text = building.sources()["lemmas/Sanity.v"]
    shape = r"entmax \d (\(3 / 2\)|2) \(row\d ([^=]*?)\) (\d) = (\d+(?: / \d+)?)"
    found = re.findall(shape, text)
    judged = 0
    for alpha, row, token, value in found:
        if re.search("[a-z]", row):
            continue
        logits = [Fraction(each.strip("()").replace(" ", "")) for each in re.findall(r"\([^)]*\)|[\d.]+", row)]
        exact = exact_entmax(logits, Fraction(alpha.strip("()").replace(" ", "")))
        assert exact.p[int(token) - 1] == Fraction(value.replace(" ", "")), (row, token)
        judged += 1
    assert judged == 7
    assert entmax([math.log(3), 0.0], alpha=1) == pytest.approx([3 / 4, 1 / 4], rel=1e-15)


def test_the_page_lists_what_is_not_proved() -> None:
    page = (Path(__file__).parents[2] / "docs" / "explanation" / "formal.md").read_text("utf-8")
    listed = re.findall(
        r"`([a-z0-9-]+)`", page.partition("## What is not proved")[2].partition("## The definitions")[0]
    )
    proved = {
        theorem.name
        for theorem in theorems()
        if (found := formal.formal_evidence(theorem)) is not None and len(found.claims) == len(theorem.claims)
    }
    assert len(proved) >= 100
    assert {*listed} - {"subgaussian-range"} == {theorem.name for theorem in theorems()} - proved


def _plain() -> dict[str, object]:
    import json

    return json.loads(certificate.FILE.read_text("utf-8"))
