"""The property matrix: every cell is executed, counterexamples are replayed and small, claims can be contradicted."""

import json
from dataclasses import replace

import numpy as np
import pytest
import sympy as sp
from flint import fmpq

from entmax_oracle.cli import main
from entmax_oracle.proofs_checks.evidence import Context
from entmax_oracle.proofs_checks.marks import Verdict
from entmax_oracle.proofs_checks.matrix import (
    PROPERTIES,
    ROWS,
    Claims,
    Constant,
    Own,
    Reference,
    build,
    cell,
    cells,
    curves,
    growth,
    matrix,
)
from entmax_oracle.proofs_checks.matrix.points import shrink, simpler
from entmax_oracle.proofs_checks.matrix.reductions import FORMS, REDUCTIONS, departure, disagreement
from entmax_oracle.proofs_checks.matrix.results import Leaning
from entmax_oracle.reference import entmax
from entmax_oracle.reference.enclosures.precision import working_precision
from entmax_oracle.reference.normalisers import NORMALISERS, normaliser
from entmax_oracle.theory import notation, theorems

BY_KEY = {prop.key: prop for prop in PROPERTIES}
SHOWN = ("proved", "derived")


def softmax(z):
    weights = np.exp(z - z.max())
    return weights / weights.sum()


def longer_is_sharper(z):
    return softmax(z * len(z))


def rounded_up(z):
    return np.where(z >= z.max(), 1.0, 0.0) / (z >= z.max()).sum()


BROKEN = {
    "simplex": lambda z: softmax(z) * 0.999,
    "shift": lambda z: softmax(z * np.abs(z).max()),
    "order": lambda z: softmax(-z),
    "permutation": lambda z: softmax(z + 0.01 * np.arange(len(z))),
    "joining": longer_is_sharper,
    "vanishing": softmax,
    "dispersion": lambda z: entmax(z, 2.0),
    "differentiable": lambda z: entmax(z, 2.0),
    "lipschitz": rounded_up,
}


@pytest.mark.parametrize("key", BROKEN)
def test_a_broken_function_is_refuted_by_a_small_point(key):
    subject = Own(BROKEN[key])
    found = cell(BY_KEY[key], subject)
    assert (found.verdict, found.strength, found.contradicts) == ("false", "measured", "")
    assert BY_KEY[key].decide(subject, found.point), "the point does not replay"
    if key in ("simplex", "shift", "order", "permutation", "joining", "vanishing"):
        assert len(found.point["z"]) <= 2


@pytest.mark.parametrize("seed", range(3))
def test_the_search_finds_by_itself_that_a_newcomer_of_normmax_raises_a_weight(seed):
    found = cell(BY_KEY["joining"], Own(NORMALISERS["normmax"]), context=Context(seed=seed))
    assert found.verdict == "false"
    z, joins, place = np.array(found.point["z"]), found.point["joins"], found.point["place"]
    before = NORMALISERS["normmax"].enclose(z)
    after = NORMALISERS["normmax"].enclose(np.insert(z, place, joins))
    assert (np.delete(after.lower, place) > before.upper).any()


@pytest.mark.parametrize("scale", [10, 100])
def test_an_entropy_that_rises_late_does_not_refute_dispersion(scale):
    found = cell(BY_KEY["dispersion"], Own(lambda z: softmax(scale * z)))
    assert (found.verdict, found.strength) == ("true", "supported")


def test_weights_that_underflow_decide_nothing_about_dispersion():
    found = cell(BY_KEY["dispersion"], Own(lambda z: softmax(1e6 * z)))
    assert (found.verdict, found.detail) == ("unknown", "the weights underflow")


@pytest.mark.parametrize(
    "own", [lambda z: (z == z.max()) / (z == z.max()).sum(), lambda z: softmax(z * np.log(len(z)))]
)
def test_a_weight_over_another_that_grows_with_the_length_refutes_dispersion(own):
    found = cell(BY_KEY["dispersion"], Own(own))
    assert (found.verdict, found.strength) == ("false", "measured")


def nucleus(z):
    p = softmax(z)
    order = np.argsort(-p, kind="stable")
    kept = order[np.cumsum(p[order]) - p[order] < 0.9]
    chosen = np.zeros_like(p)
    chosen[kept] = p[kept]
    return chosen / chosen.sum()


@pytest.mark.parametrize(
    "own",
    [
        lambda z: z**3,
        lambda z: np.maximum(z, 0) ** 2,
        lambda z: np.maximum(z, 0) ** 3 / 1000,
        lambda z: np.maximum(z - 100, 0) ** 3,
        lambda z: softmax(z * np.abs(z)),
    ],
)
def test_a_slope_that_grows_with_the_logits_refutes_lipschitz(own):
    assert cell(BY_KEY["lipschitz"], Own(own)).verdict == "false"


def test_a_class_of_a_normaliser_gets_a_row(tmp_path, capsys):
    file = tmp_path / "mine.py"
    file.write_text(DEFINED, encoding="utf-8")
    for target in (f"{file}:Quadratic", f"{file}:Quadratic"):  # imported twice, as by a check of a function beside it
        assert main(["matrix", target]) == 0
    printed = capsys.readouterr().out
    assert "mine.py:Quadratic" in printed
    assert "shift-invariant: false at z = " in printed
    try:
        (row,) = matrix(["quadratic-of-mine"])["rows"]
        assert row["normaliser"] == "quadratic-of-mine"
        assert {each["property"]: each["verdict"] for each in row["cells"]}["simplex"] == "true"
    finally:
        del NORMALISERS["quadratic-of-mine"]


def test_a_jump_refutes_lipschitz_and_a_steep_slope_does_not():
    found = cell(BY_KEY["lipschitz"], Own(nucleus))
    assert (found.verdict, found.strength) == ("false", "measured")
    assert found.point["way"] == "closing in"
    assert cell(BY_KEY["lipschitz"], Own(lambda z: softmax(1e6 * z))).verdict == "true"


def naive(z):
    return np.exp(z) / np.exp(z).sum()


@pytest.mark.parametrize(
    ("own", "least"), [(naive, 700), (lambda z: softmax(z) * (np.nan if z.max() > 20 else 1.0), 20)]
)
def test_large_logits_are_tried(own, least):
    found = cell(BY_KEY["simplex"], Own(own))
    assert found.verdict == "false"
    assert found.detail.startswith("not defined: a weight is nan")
    assert max(np.abs(found.point["z"])) > least
    assert max(np.abs(found.point["z"])) < 1.1 * least


def clipped(z):
    weights = softmax(z)
    weights[weights < 1e-12] = 0
    return weights / weights.sum()


@pytest.mark.parametrize("own", [clipped, *(lambda z, c=c: entmax(z / c, 2.0) for c in (30, 1000, 1e5))])
def test_zeros_far_down_are_found_and_their_tokens_not_felt(own):
    assert cell(BY_KEY["zeros"], Own(own)).verdict == "true"
    assert cell(BY_KEY["vanishing"], Own(own)).verdict == "true"


@pytest.mark.parametrize("scale", [30, 1000])
def test_the_edge_where_a_zero_begins_is_no_place_of_differentiability(scale):
    assert cell(BY_KEY["differentiable"], Own(lambda z: entmax(z / scale, 2.0))).verdict == "false"
    assert cell(BY_KEY["differentiable"], Own(lambda z: entmax(z / scale, 1.5))).verdict == "true"


def test_a_steep_slope_is_no_corner():
    assert cell(BY_KEY["differentiable"], Own(lambda z: softmax(1e6 * z))).verdict == "true"


@pytest.mark.parametrize("scale", [1, 1e6])
@pytest.mark.parametrize("kind", [np.float64, np.float32])
def test_a_weight_that_underflows_is_no_exact_zero_and_is_felt(scale, kind):
    own = Own(lambda z: softmax((z * scale).astype(kind)))
    assert cell(BY_KEY["zeros"], own).verdict == "false"
    found = cell(BY_KEY["vanishing"], own)
    assert (found.verdict, found.strength) == ("false", "measured")
    assert "its weight underflows" in found.detail


def test_that_every_newcomer_is_felt_is_proved_by_a_theorem_or_measured(monkeypatch):
    monkeypatch.setattr(cells, "_leaning", lambda name: Leaning(name, "", Verdict.PROVED, ""))
    by_label = {claims.label: claims for claims in ROWS}
    for label, grounds in (("softmax", SHOWN), ("sigmoid", SHOWN), ("r-softmax", ("measured",))):
        found = cell(BY_KEY["vanishing"], Reference(normaliser(label), {}), by_label[label])
        assert (found.verdict, found.contradicts) == ("false", "")
        assert found.strength in grounds
        assert "4, 16, 64" in found.detail
    claims = Claims("sparsemax", against={"vanishing": ("softmax-structure",)})
    assert "none is found" in cell(BY_KEY["vanishing"], Reference(normaliser("sparsemax"), {}), claims).contradicts


def test_a_family_that_is_one_hot_at_every_length_refutes_dispersion_by_a_theorem(monkeypatch):
    monkeypatch.setattr(cells, "_leaning", lambda name: Leaning(name, "", Verdict.PROVED, ""))
    claims = next(each for each in ROWS if each.label == "alpha-entmax, alpha = 3")
    found = cell(BY_KEY["dispersion"], Reference(normaliser("alpha-entmax"), claims.parameters), claims)
    assert (found.verdict, found.strength, found.contradicts) == ("false", "proved", "")
    assert found.point == {"family": "one above", "reach": 2.0}
    softmax_row = Claims("softmax", against={"dispersion": ("one-hot-margin",)})
    assert "none is found" in cell(BY_KEY["dispersion"], Reference(normaliser("softmax"), {}), softmax_row).contradicts


def test_numbers_are_written_so_that_they_differ():
    found = cell(BY_KEY["shift"], Own(lambda z: softmax(z * (1 + 1e-7 * np.tanh(z)))))
    one, other = found.detail.removeprefix("weight 0 is ").split(", then ")
    assert one != other
    assert len(one) > len("0.268941")
    assert cell(BY_KEY["zeros"], Own(softmax)).detail.startswith("no exact zero in 68 rows")


def test_a_constant_is_a_claim_and_a_quotient_what_was_found():
    by_label = {claims.label: claims for claims in ROWS}
    by_label |= {"budget": Claims("budget", constant=Constant("1", lambda n: 1.0)), "normmax": Claims("normmax")}
    for label, constant, strengths in (
        ("softmax", "1/2", SHOWN),
        ("softplus-reweighted", "r/2 = 3/2", SHOWN),
        ("sigmoid", "1/4", SHOWN),
        ("budget", "1", ("supported",)),
        ("normmax", None, ("supported",)),
    ):
        found = cell(BY_KEY["lipschitz"], Reference(normaliser(label), {}), by_label[label])
        assert (found.constant, found.contradicts) == (constant, "")
        assert found.strength in strengths
        assert 0 < found.quotient < (by_label[label].constant.at(4) if constant else 2)
    assert cell(BY_KEY["order"], Own(softmax)).constant is None


def test_the_constant_of_entmax_is_that_of_the_theorem():
    bound = next(each for each in theorems() if each.name == "jacobian-norm").bound("norm")
    claims = next(each for each in ROWS if each.label == "alpha-entmax")
    factor = sp.Mul(*(each for each in bound.args if each.has(sp.Max)))
    for n in (2, 3, 47, 48, 1000):
        exact = float(factor.subs({notation.alpha: sp.Rational(3, 2), notation.n: n}))
        assert claims.constant.at(n) == pytest.approx(exact, rel=1e-14)


@pytest.mark.parametrize("noise", [1e-3, 1e-9])
def test_a_function_whose_answer_changes_is_not_judged(noise):
    rng = np.random.default_rng(0)
    row = matrix(own={"noisy": Own(lambda z: softmax(z + noise * rng.normal(size=z.shape)))})["rows"][0]
    assert {each["verdict"] for each in row["cells"]} == {"unknown"}
    assert all("the answer changes between calls" in each["detail"] for each in row["cells"])
    assert not Own(softmax).unsteady()


def test_default_parameters_are_shown(capsys):
    assert main(["matrix", "--normaliser", "multimax", "--normaliser", "sigmoid"]) == 0
    printed = capsys.readouterr().out
    assert (
        "parameters: multimax: t_b = 2, b = 0.5, t_d = 0.5, d = 1.5; sigmoid: bias = -log n; sigmoid: bias = 0"
        in printed
    )
    assert "by theorem: multimax: 1; sigmoid: 1/4; sigmoid, bias = 0: 1/4\n" in printed


@pytest.mark.parametrize("bias", [0, -3])
def test_tokens_on_their_own_do_not_feel_a_newcomer(bias):
    assert cell(BY_KEY["vanishing"], Own(lambda z: 1 / (1 + np.exp(-z - bias)))).verdict == "true"


@pytest.mark.parametrize("key", BY_KEY)
def test_what_holds_of_softmax_is_supported_and_no_more(key):
    found = cell(BY_KEY[key], Own(softmax))
    expected = {"zeros": ("false", "supported"), "vanishing": ("false", "measured")}.get(key, ("true", "supported"))
    assert (found.verdict, found.strength) == expected
    assert found.cases > 0


def test_single_precision_is_not_refuted_by_its_rounding():
    def single(z):
        return softmax(np.float32(z))

    for key in ("simplex", "shift", "order", "permutation", "joining", "differentiable"):
        assert cell(BY_KEY[key], Own(single)).verdict == "true", key


def test_exact_zeros_are_shown_by_a_row():
    found = cell(BY_KEY["zeros"], Own(lambda z: entmax(z, 1.5)))
    assert (found.verdict, found.strength) == ("true", "measured")
    assert (entmax(found.point["z"], 1.5) == 0).any()


def test_a_function_without_weights_is_unknown_except_that_it_is_no_distribution():
    def raises(z):
        raise RuntimeError("no")

    assert cell(BY_KEY["simplex"], Own(raises)).detail.startswith("not defined: the function raises RuntimeError")
    assert cell(BY_KEY["shift"], Own(raises)).verdict == "unknown"
    for answer, refusal in ((np.zeros(1), "has shape"), (np.full(3, np.nan), "a weight is nan")):
        assert refusal in Own(lambda z, answer=answer: answer).refusal()
    with pytest.raises(ValueError, match="wrap it"):
        Own(lambda z, alpha: z)


def test_every_normaliser_has_a_row():
    assert {claims.normaliser for claims in ROWS} == NORMALISERS.keys()


def test_claims_name_theorems_that_exist():
    known = {theorem.name for theorem in theorems()}
    for claims in ROWS:
        assert claims.named <= known
        assert claims.theorems.keys() | claims.points.keys() <= BY_KEY.keys()


@pytest.mark.parametrize("claims", ROWS, ids=lambda claims: claims.label)
def test_claimed_points_replay_and_constants_are_not_exceeded(claims):
    row = replace(claims, theorems={}, never=(), against={})
    subject = Reference(normaliser(claims.normaliser), claims.parameters)
    with working_precision(512):
        for key, point in claims.points.items():
            assert BY_KEY[key].decide(subject, point), (key, point)
    assert cell(BY_KEY["lipschitz"], subject, row).contradicts == ""


@pytest.mark.parametrize(
    ("claims", "key", "message"),
    [
        (Claims("sigmoid", theorems={"shift": ("shift-invariance",)}), "shift", "true by shift-invariance, but"),
        (Claims("softmax", points={"order": {"z": (0.0, 1.0)}}), "order", "does not decide it"),
        (Claims("sparsemax", never=("softmax-structure",)), "zeros", "true by softmax-structure, but"),
        (Claims("softmax", theorems={"zeros": ("finite-mask",)}), "zeros", "but none is found"),
        (Claims("softmax", constant=Constant("1/4", lambda n: 0.25)), "lipschitz", "exceeds the constant"),
    ],
)
def test_a_wrong_claim_is_contradicted(claims, key, message, monkeypatch):
    monkeypatch.setattr(cells, "_leaning", lambda name: Leaning(name, "", Verdict.PROVED, ""))
    found = cell(BY_KEY[key], Reference(normaliser(claims.normaliser), claims.parameters), claims)
    assert message in found.contradicts


def test_a_theorem_that_is_not_proved_proves_no_cell(monkeypatch):
    monkeypatch.setattr(cells, "_leaning", lambda name: Leaning(name, "", Verdict.SUPPORTED, ""))
    claims = Claims("softmax", theorems={"shift": ("shift-invariance",)})
    found = cell(BY_KEY["shift"], Reference(normaliser("softmax"), {}), claims)
    assert found.strength == "supported"
    assert found.contradicts == "theorem shift-invariance is supported"


def test_a_proved_cell_ran_its_theorem():
    claims = Claims("sparsemax", theorems={"shift": ("shift-invariance",)})
    found = cell(BY_KEY["shift"], Reference(normaliser("sparsemax"), {}), claims)
    assert (found.verdict, found.contradicts) == ("true", "")
    assert found.strength == found.theorems[0].verdict
    assert found.strength in SHOWN


def test_the_full_profile_looks_harder_and_seeds_differ():
    quick, full = (cell(BY_KEY["order"], Own(softmax), context=Context(p)).cases for p in ("quick", "full"))
    assert full > 5 * quick


def test_points_shrink_to_fewer_tokens_and_simpler_numbers():
    point = {"z": (3.25, -1.75, 4.0), "shift": 8.0}
    assert shrink(point, lambda p: max(p["z"]) >= 3) == {"z": (3.0,), "shift": 0.0}
    assert {"z": (0.0, 1.0), "order": (1, 0)} in list(simpler({"z": (0.0, 1.0, 2.0), "order": (1, 2, 0)}))


def test_curves_have_every_quantity(monkeypatch):
    monkeypatch.setattr(growth, "LENGTHS", (4, 8))
    found = curves(["sparsemax", "self-adjust-softmax"], {"mine": Own(softmax)})
    for one in found:
        assert [series["group"] for series in one["series"]] == ["softmaxes", "softmaxes", "entmaxes", "your own"]
        for series in one["series"]:
            assert all(len(values) == 2 for values in series["values"].values())
            assert ("weight of the needle" in series["values"]) == one["logits"].startswith("needle")
    support = next(s for s in found[0]["series"] if s["label"] == "sparsemax")["values"]["support"]
    assert support == [1.0, 1.0]  # a needle of 1 is a margin of one over zeros


def test_the_matrix_refuses_what_it_does_not_know():
    with pytest.raises(ValueError, match="unknown normaliser"):
        matrix(["nothing"])
    with pytest.raises(ValueError, match="profile"):
        matrix(profile="slow")


DEFINED = """
from entmax_oracle.reference.normalisers import Normaliser, register
@register
class Quadratic(Normaliser):
    name, title, definition, source = "quadratic-of-mine", "", "", ""
    def _values(self, z, *, a: float = 1.0):
        w = a + z * z
        return w / w.sum(-1, keepdims=True)
    def _balls(self, z, *, a):
        w = [a + x * x for x in z]
        return [x / sum(w) for x in w]
"""

MINE = """
import numpy as np
def squares(z):
    w = z * z
    return w / w.sum()
def broken(z):
    return z[0]
def exiting(z):
    raise SystemExit(0)
"""


def test_the_command_fills_a_row_of_ones_own(tmp_path, capsys, monkeypatch):
    pytest.importorskip("jinja2")
    monkeypatch.setattr(growth, "LENGTHS", (4, 8))
    file = tmp_path / "mine.py"
    file.write_text(MINE, encoding="utf-8")
    written = tmp_path / "row.json"
    beside = ["--normaliser", "softmax"]  # the curves of all others take their time to draw
    assert main(["matrix", f"{file}:squares", *beside, "--json", str(written), "--report", str(tmp_path)]) == 0
    printed = capsys.readouterr().out
    assert "mine.py:squares" in printed
    assert "order-preserving: false at z = " in printed
    result = json.loads(written.read_text(encoding="utf-8"))
    assert result["schema"] == "entmax-oracle/matrix/1"
    row = {c["property"]: c for c in result["rows"][-1]["cells"]}
    assert row["shift"]["verdict"] == "false"
    assert row["permutation"]["verdict"] == "true"
    page = (tmp_path / "normalisers.html").read_text(encoding="utf-8")
    assert 'id="normaliser-1-shift"' in page
    assert "Against the length" in page


def test_the_command_says_a_contradiction(capsys, monkeypatch):
    monkeypatch.setattr(
        "entmax_oracle.proofs_checks.matrix.build.ROWS", (Claims("softmax", constant=Constant("1/10", lambda n: 0.1)),)
    )
    assert main(["matrix", "--normaliser", "softmax"]) == 1
    assert "exceeds the constant" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments", [["--normaliser", "nothing"], ["no.such:thing"], ["{file}:broken"], ["{file}:exiting"]]
)
def test_unusable_requests(arguments, tmp_path, capsys):
    file = tmp_path / "mine.py"
    file.write_text(MINE, encoding="utf-8")
    assert main(["matrix", *(a.replace("{file}", str(file)) for a in arguments)]) == 2
    assert capsys.readouterr().err.startswith("entmax-oracle: ")


@pytest.mark.parametrize(
    ("label", "wrong"),
    [
        ("scalable-softmax", {"s": 1.01}),
        ("multimax", {"d": 1.25}),
        ("softplus-reweighted", {"r": 2.0}),
        ("gated-softmax", {"gate": 0.25}),
        ("asentmax", {"gamma": 0.6}),
        ("sigmoid", {"bias": 0.0}),
        ("self-adjust-softmax", {"normalised": True}),
        ("scalable-softmax-plus-one", {"s": 1.01}),
        ("llama4-softmax", {"L": 3}),
        ("qwen-softmax", {"L": 3}),
        ("norm-softmax", {"correction": 1}),
        ("sink-softmax", {"sink": 0.125}),
        ("elastic-softmax", {"tau": -0.5}),
        ("differential-softmax", {"lam": 0.25}),
        ("multimax-second-order", {"ts": (-1.0, -0.5, -0.25, 0.5)}),
        ("stieltjes", {"q": 5}),
        ("entmax-below-one", {"order": 0.25}),
        ("windowed-stieltjes", {"d": 2.5}),
        ("t-softmax", {"t": 2.0}),
        ("r-softmax-detached", {"eps": 0.25}),
        ("adaptive-temperature-fitted", {"coefficients": (1.0, 1.0, 1.0)}),
    ],
)
def test_a_reduction_to_softmax_or_entmax_is_executed(label, wrong, monkeypatch):
    subject = Reference(normaliser(label), {"L": 2} if "L" in wrong else {})
    seen, problem = disagreement(label, subject)
    assert seen > 40
    assert not problem
    reduction = REDUCTIONS[label]

    def shifted(part):
        return None if part is None else lambda z, parameters: part(z, {**parameters, **wrong})

    parts = {name: shifted(getattr(reduction, name)) for name in ("scores", "factor", "changed")}
    changed = replace(reduction, **parts)
    monkeypatch.setitem(REDUCTIONS, label, changed)
    assert "it is not" in disagreement(label, subject)[1]


@pytest.mark.parametrize("name", FORMS)
def test_a_theorem_about_one_normaliser_is_tied_to_it(name, monkeypatch):
    form = FORMS[name]
    claims = next(each for each in ROWS if each.normaliser == form.normaliser and name in each.named)
    subject = Reference(normaliser(form.normaliser), claims.parameters)
    seen, problem = departure(name, form.normaliser, subject)
    assert seen > 40
    assert not problem
    assert "speaks of" in departure(name, "softmax", Reference(normaliser("softmax"), {}))[1]
    nudged = replace(form, weights=lambda z, q: [w + fmpq(1, 2**60) for w in form.weights(z, q)])
    monkeypatch.setitem(FORMS, name, nudged)
    assert "weight 0 is another" in departure(name, form.normaliser, subject)[1]


def test_theorems_about_one_normaliser_have_their_form():
    assert FORMS.keys() == {each.name for area in ("tokenwise", "selections", "neighbours") for each in theorems(area)}


SEARCHED = {
    "norm-softmax": "lipschitz",
    "adaptive-temperature-fitted": "lipschitz",
    "softpick": "joining lipschitz",
    "stieltjes": "joining differentiable lipschitz",
    "entmax-below-one": "joining differentiable lipschitz",
    "windowed-stieltjes": "joining vanishing lipschitz",
    "t-softmax": "vanishing lipschitz",
    "r-softmax-detached, eps = 0.125": "dispersion lipschitz",
    "differential-softmax": "dispersion",
    "polynomial": "order permutation differentiable",
    "mala": "order permutation dispersion differentiable lipschitz",
}
"""Cells that rest on a search alone."""


@pytest.mark.slow
def test_what_holds_in_the_matrix_of_the_package_is_proved_but_for_what_is_listed():
    found = [(row["label"], each) for row in matrix()["rows"] for each in row["cells"]]
    searched = [(label, each["property"]) for label, each in found if each["strength"] == "supported"]
    assert searched == [(claims.label, key) for claims in ROWS for key in SEARCHED.get(claims.label, "").split()]
    assert {each["strength"] for _, each in found if each["verdict"] == "true" and not each["point"]} <= {
        *SHOWN,
        "supported",
    }
    assert not [each["contradicts"] for _, each in found if each["contradicts"]]


def test_a_theorem_about_another_bias_proves_no_cell(monkeypatch):
    monkeypatch.setattr(cells, "_leaning", lambda name: Leaning(name, "", Verdict.PROVED, ""))
    claims = Claims("sigmoid", {"bias": 0.0}, theorems={"joining": ("sigmoid-length-bias",)})
    found = cell(BY_KEY["joining"], Reference(normaliser("sigmoid"), claims.parameters), claims)
    assert "it is not what sigmoid-length-bias speaks of" in found.contradicts


def test_a_cell_names_the_reduction_that_a_theorem_speaks_through():
    claims = next(each for each in ROWS if each.normaliser == "multimax")
    prop = BY_KEY["order"]
    found = cell(prop, Reference(normaliser("multimax"), {}), claims)
    assert found.strength in SHOWN
    assert "it is softmax of logits bent at b and d: 60 rows agree" in found.detail


def test_a_claim_about_an_unknown_property_is_refused(monkeypatch):
    monkeypatch.setattr(build, "ROWS", (Claims("softmax", theorems={"shiftt": ("shift-invariance",)}),))
    with pytest.raises(ValueError, match="names the unknown property 'shiftt'"):
        build.execute(["softmax"])
