"""Certificates of trained models: what holds, what is refused, and what fools the models that are not certified."""

import copy
import itertools
import json
import math
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from flint import arb

from entmax_oracle.cli import main
from entmax_oracle.proofs_checks.experiments import (
    CONTENDERS,
    SCHEMA,
    Experiment,
    Needle,
    certificate,
    check,
    contender,
    measuring,
    run,
    running,
)
from entmax_oracle.proofs_checks.experiments.attack import attack
from entmax_oracle.proofs_checks.experiments.certificate import EVERY, certify
from entmax_oracle.proofs_checks.experiments.failing import execute
from entmax_oracle.proofs_checks.experiments.grouped import Head, attend
from entmax_oracle.proofs_checks.experiments.odds import exp_above, judge, least_share
from entmax_oracle.proofs_checks.experiments.results import Model, seal
from entmax_oracle.proofs_checks.experiments.scales import scale_at, scale_bounds
from entmax_oracle.proofs_checks.experiments.tables import enclose
from entmax_oracle.proofs_checks.experiments.weights import readable, written
from entmax_oracle.proofs_checks.records import structured
from entmax_oracle.proofs_checks.report.experiment import reading
from entmax_oracle.reference import entmax

FILE = Path(__file__).with_name("data") / "needle.json"
TASK = Needle(8, 3)
ENDLESS, FOOLED, PARTLY = "adaptive-scale-entmax", "softmax", "entmax-1.5"
"""What is in the file: three heads of width 8, trained for 400 steps with seed 0."""


@pytest.fixture
def data():
    return json.loads(FILE.read_text(encoding="utf-8"))


def model_of(data, name):
    return next(each for each in data["models"] if each["normaliser"] == name)


def tables_of(data, name, **changed):
    how = contender(name)
    return enclose({**readable(model_of(data, name)["weights"], TASK, how), **changed}, TASK, how)


def faults(data):
    return [each.fault for each in check(data)]


def test_certificates_hold(data):
    assert faults(data) == ["", "", ""]
    verdicts = {each["normaliser"]: each["certificate"]["verdict"] for each in data["models"]}
    assert verdicts == {ENDLESS: "every length", FOOLED: "none", PARTLY: "up to n"}
    assert {t["evidence"] for each in data["models"] for t in each["certificate"]["theorems"]} == {"formal"}


def test_a_certificate_is_checked_without_torch():
    code = "import sys; sys.modules['torch'] = None; from entmax_oracle.cli import main; sys.exit(main(sys.argv[1:]))"
    done = subprocess.run(
        [sys.executable, "-c", code, "experiment", "--check", str(FILE)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "3 of 3 certificates hold" in done.stdout
    assert "not checked: accuracy, ceiling, bound, points, attack, faults" in done.stdout


def altered_weight(data):
    numbers = model_of(data, ENDLESS)["weights"]["state"]["numbers"].split()
    model_of(data, ENDLESS)["weights"]["state"]["numbers"] = " ".join((-float.fromhex(each)).hex() for each in numbers)


def altered_claim(data):
    found = model_of(data, FOOLED)["certificate"]
    found |= {"verdict": "every length", "n": None, "wrong": None, "failing": [], "certified": found["pairs"]}


def altered_gap(data):
    model_of(data, ENDLESS)["certificate"]["gap"] *= 2


def altered_evidence(data):
    model_of(data, ENDLESS)["certificate"]["theorems"] = []


@pytest.mark.parametrize("alter", [altered_weight, altered_claim, altered_gap, altered_evidence])
@pytest.mark.parametrize("sealed", [False, True])
def test_what_was_altered_is_refused(data, alter, sealed):
    alter(data)
    if sealed:  # a digest can be computed by anyone; what the weights give decides
        for each in data["models"]:
            each["digest"] = seal(data["task"], each)
    found = [fault for fault in faults(data) if fault]
    assert len(found) == 1
    assert ("digest" in found[0]) is not sealed


def added_to_a_model(model):
    model["reviewed"] = True


def added_to_a_certificate(model):
    model["certificate"]["holds_in_float32"] = True


def added_to_a_theorem(model):
    model["certificate"]["theorems"][0]["strength"] = "proved"


def added_weights(model):
    model["weights"]["more"] = {"shape": [1], "numbers": "0x1.0p+0"}


def added_to_weights(model):
    model["weights"]["keys"]["dtype"] = "float64"


@pytest.mark.parametrize(
    ("add", "message"),
    [
        (added_to_a_model, "reviewed: a model has no such field"),
        (added_to_a_certificate, "holds_in_float32"),
        (added_to_a_theorem, "strength"),
        (added_weights, "this model has no array 'more'"),
        (added_to_weights, "'keys' has 'dtype'"),
    ],
)
def test_what_nothing_checks_is_refused(data, add, message):
    model = model_of(data, ENDLESS)
    add(model)
    model["digest"] = seal(data["task"], model)
    (fault,) = filter(None, faults(data))
    assert message in fault


def test_an_unknown_field_of_the_file_is_refused(data):
    with pytest.raises(ValueError, match="reviewed: an experiment has no such field"):
        check({**data, "reviewed": True})


@pytest.mark.parametrize(
    "task", [{"keys": 9, "classes": 3}, {"keys": 8, "classes": 3, "name": "other"}, {"keys": 1e400, "classes": 3}, None]
)
def test_another_task_is_refused(data, task):
    data["task"] = task
    with pytest.raises(ValueError, match="task: "):
        check(data)


def test_another_number_of_keys_is_refused(data):
    data["task"] = Needle(9, 3).to_dict()
    assert all("digest" in fault for fault in faults(data))
    for each in data["models"]:
        each["digest"] = seal(data["task"], each)
    assert all("has the shape (8, 8), this model needs (9, 8)" in fault for fault in faults(data))


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ({}, "'keys' is missing"),
        ({"keys": {"shape": [1], "numbers": "nan"}}, "not finite"),
        ({"keys": {"shape": [2], "numbers": "0x1.0p+0"}}, "'keys'"),
        ({"keys": {"shape": [1], "numbers": "0x1.00000001p+0"}}, "none of float32"),
        ({"keys": 3}, "needs a shape"),
        ({"keys": {"shape": [], "numbers": "0x1.0p+0"}}, "'keys' has the shape \\(\\)"),
        ({"keys": {"shape": [8, 0], "numbers": ""}}, "at least one feature"),
    ],
)
def test_weights_that_cannot_be_read_are_refused(weights, message):
    with pytest.raises(ValueError, match=message):
        readable(weights, TASK, contender(ENDLESS))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("gap", math.inf),
        ("gap", math.nan),
        ("scale_grows", "true"),
        ("certified", "24"),
        ("pairs", 24.9),
        ("one_hot_from", 2.5),
        ("failing", {}),
        ("wrong", ...),
    ],
)
def test_a_claim_that_reads_as_another_is_refused(data, field, value):
    model = model_of(data, ENDLESS)
    model["certificate"][field] = value
    if value is ...:
        del model["certificate"][field]
    model["digest"] = seal(data["task"], model)
    assert next(each for each in faults(data) if each).startswith(f"{field}: the certificate ")


def test_a_longer_row_may_be_right_where_the_match_itself_is_wrong(data):
    tables = tables_of(data, FOOLED)
    votes = [[arb(0)] * TASK.classes for _ in range(TASK.tokens)]
    match, token = 0, TASK.classes
    votes[match] = [arb(0), arb(1), arb(0)]
    votes[token] = [arb(1), arb(0), arb(0)]
    logits = [[arb(0)] * TASK.tokens for _ in range(TASK.keys)]
    logits[0][match] = arb(2)
    tables = replace(tables, votes=votes, logits=logits)
    row = execute(tables, 0, 0, token, 3)
    assert row is not None
    assert not row.lasting
    assert execute(tables, 0, 0, token, 100) is None


def test_a_scale_below_zero_meets_the_widest_gap(data):
    tables = tables_of(data, FOOLED)
    logits = [[arb(2**100)] * TASK.tokens for _ in range(TASK.keys)]
    logits[0][0] = arb(2**100 + 2**46)  # too little for float64 to show, and much for exp
    votes = [[arb(i == kind) for i in range(TASK.classes)] for _ in range(TASK.keys) for kind in range(TASK.classes)]
    votes[0] = [arb(4), arb(0), arb(0)]
    tables = replace(tables, how=contender("scalable-softmax"), logits=logits, votes=votes, strength=arb(-1))
    assert execute(tables, 0, 0, TASK.classes + 1, 2) is not None
    assert not judge(tables, 2, 2).right[0, 0]


def test_weights_survive_being_written(data):
    before = model_of(data, ENDLESS)["weights"]
    assert written(readable(before, TASK, contender(ENDLESS))) == before


def test_a_gap_that_closes_loses_the_certificate(data):
    state = readable(model_of(data, ENDLESS)["weights"], TASK, contender(ENDLESS))["state"].copy()
    assert certify(tables_of(data, ENDLESS, state=state)).verdict == EVERY
    state[0] = state[1]  # the query for key 0 now looks for key 1
    found = certify(tables_of(data, ENDLESS, state=state))
    assert found.verdict != EVERY
    assert found.gap < 0
    assert found.wrong is not None
    assert found.wrong.query == 0


@pytest.mark.parametrize("name", [FOOLED, PARTLY])
def test_a_row_that_fools_a_head_does(data, name):
    """Written out token by token, and answered in float64 by the reference."""
    tables = tables_of(data, name)
    row = certify(tables).wrong
    assert row.margin[1] < 0
    tokens = [int(TASK.match()[row.query, row.right])] + [row.token] * (row.n - 1)
    head = Head.of(tables)
    p = entmax(head.logits[row.query][tokens], alpha=contender(name).alpha)
    assert row.mass[0] - 1e-9 <= p[0] <= row.mass[1] + 1e-9
    assert int((p @ head.votes[tokens]).argmax()) == row.answer != row.right


def test_softmax_is_fooled_by_every_longer_row_of_that_kind(data):
    tables = tables_of(data, FOOLED)
    row = certify(tables).wrong
    assert row.lasting
    for n in (row.n, 2 * row.n, 2**20, 2**200):
        assert execute(tables, row.query, row.right, row.token, n).margin[1] < 0


@pytest.mark.parametrize("name", [ENDLESS, FOOLED, PARTLY])
def test_every_row_of_two_and_three_tokens_is_as_certified(data, name):
    """All of them, by another program."""
    tables = tables_of(data, name)
    head, rivals = Head.of(tables), TASK.rivals()
    for n in (2, 3):
        right = judge(tables, n, n).right
        assert right.any() or name == FOOLED
        for u, c in itertools.product(range(TASK.keys), range(TASK.classes)):
            others = np.array([*itertools.combinations_with_replacement(np.flatnonzero(rivals[u]), n - 1)])
            tokens = np.column_stack([np.full(len(others), TASK.match()[u, c]), others])
            scale = float(scale_at(tables, u, n).mid())
            p = entmax(scale * head.logits[u][tokens], alpha=contender(name).alpha)
            answers = np.einsum("rn,rny->ry", p, head.votes[tokens]).argmax(-1)
            assert not right[u, c] or (answers == c).all()
            if n == 2:  # where the certificate is exact
                assert right[u, c] == (answers == c).all()
            if name != FOOLED:
                assert p[:, 0].min() >= least_share(tables, n, n)[u, c] - 1e-12


def test_an_attack_breaks_what_is_not_right(data):
    (found,) = attack(tables_of(data, FOOLED), 0, (64,))
    assert found.broken
    assert found.whole < 0
    assert not any(each.broken for each in attack(tables_of(data, ENDLESS), 0, (64, 2**16)))


def test_a_curve_that_breaks_its_bound_fails_the_run(data, monkeypatch):
    tables = tables_of(data, FOOLED)
    _, none = measuring.measure(tables, 0, lengths=(16, 256))
    assert none == []
    monkeypatch.setattr(measuring, "judge", lambda *_: judge(tables_of(data, ENDLESS), 2, None))
    _, found = measuring.measure(tables, 0, lengths=(16, 256))
    assert any("answered wrongly that is certified" in fault for fault in found)
    model = structured(model_of(data, FOOLED), Model)
    assert model.clean
    assert not replace(model, faults=tuple(found)).clean


@pytest.mark.parametrize("how", CONTENDERS, ids=lambda each: each.name)
def test_grouped_rows_are_what_their_tokens_are(data, how):
    if how.mapping == "stieltjes" or how.scale in ("log", "entropy"):
        pytest.skip("has no weights in the file, or no counterpart in the reference")
    tables = tables_of(data, ENDLESS)
    head = replace(Head.of(tables), how=how)
    drawn = TASK.draw(200, 8, np.random.default_rng(0))
    mass = attend(head, drawn.query, drawn.counts)
    for i in range(8):
        tokens = np.repeat(np.arange(TASK.tokens), drawn.counts[i])
        p = entmax(head.scaled(drawn.query, drawn.counts)[i][tokens], alpha=how.alpha)
        np.testing.assert_allclose(mass[i], np.bincount(tokens, p, TASK.tokens), atol=1e-12)


def test_scales_of_a_block_are_enclosed(data):
    tables = tables_of(data, ENDLESS)
    for first, last in ((2, 16), (16, 2**20), (5, None)):
        low, high = scale_bounds(tables, first, last)
        for n in (first, first + 1, last or 2**900):
            scales = [scale_at(tables, u, n) for u in range(TASK.keys)]
            assert all(a <= s.upper() and s.lower() <= b for a, s, b in zip(low, scales, high, strict=True))


def test_a_scale_of_zero_is_judged(data):
    tables = replace(tables_of(data, FOOLED), how=contender("scalable-softmax"), strength=arb(0))
    assert certify(tables).verdict != EVERY


def test_exponentials_are_bounded_from_above():
    x = np.random.default_rng(0).uniform(-700, 700, 300)
    above = exp_above(x)
    for each, bound in zip(x, above, strict=True):
        exact = arb(each).exp()
        assert exact <= arb(bound) <= exact * arb(1 + 2e-5)
    assert exp_above(np.array([1e4, -1e4])).tolist()[0] == np.inf
    assert 0 < exp_above(np.array([-1e4]))[0] < 1e-300


def test_a_run_is_resumed_and_survives_json(monkeypatch):
    pytest.importorskip("torch")
    options = {"task": TASK, "seeds": 1, "seconds": 0.05, "normalisers": ["softmax"]}
    first = run("quick", **options)
    plain = json.loads(json.dumps(first.to_dict(), allow_nan=False))
    assert plain["schema"] == SCHEMA
    assert {"task", "seeds", "models"} <= plain.keys()
    model = plain["models"][0]
    assert {"normaliser", "seed", "train_seconds", "accuracy", "ceiling", "bound", "certificate"} <= model.keys()
    assert {"verdict", "n", "gap", "theorems", "detail"} <= model["certificate"].keys()
    assert json.loads(json.dumps(structured(plain, Experiment).to_dict())) == plain
    assert [each.fault for each in check(plain)] == ["", ""]
    again = run("quick", **options)
    assert [each.digest for each in again.models] == [each.digest for each in first.models]
    plain["models"] = plain["models"][:1]
    trained = []
    monkeypatch.setattr(running, "work", lambda job: trained.append(job.training) or [first.models[1]])
    resumed = run("quick", **options, known=plain)
    assert trained == ["hinge"]
    assert [each.digest for each in resumed.models] == [each.digest for each in first.models]
    with pytest.raises(ValueError, match="earlier result has task"):
        run("quick", **{**options, "task": Needle(9, 3)}, known=plain)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"profile": "slow"}, "profile: 'slow' is unknown"),
        ({"seeds": 0}, "seeds: 0 is below 1"),
        ({"seconds": -1}, "seconds: -1 is not between"),
        ({"normalisers": ["maxout"]}, "normaliser: 'maxout' is unknown"),
        ({"known": {"schema": "other"}}, "not 'other'"),
    ],
)
def test_what_cannot_be_run_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        run(**options)


def test_the_command_refuses_what_is_no_certificate(tmp_path, capsys, data):
    file = tmp_path / "found.json"
    assert main(["experiment", "--check", str(file)]) == 2
    assert capsys.readouterr().err.count("--check") == 1
    file.write_text(json.dumps({**copy.deepcopy(data), "models": []}))
    assert main(["experiment", "--check", str(file)]) == 2
    altered_gap(data)
    file.write_text(json.dumps(data))
    assert main(["experiment", "--check", str(file)]) == 1
    assert "adaptive-scale-entmax, hinge, seed 0: every length: refused" in capsys.readouterr().out


def test_the_page_shows_the_models(tmp_path, data):
    from entmax_oracle.proofs_checks.report import render

    (tmp_path / "experiment.json").write_text(json.dumps(data))
    page = render(tmp_path).read_text(encoding="utf-8")
    assert "Of 3 models trained on 5 to 16 tokens, 1 is proved right at every length" in page
    assert "proved at every length" in page
    assert (tmp_path / "experiment.svg").read_text(encoding="utf-8").startswith("<svg")


def test_a_certificate_is_worth_what_its_theorems_are(data, monkeypatch):
    monkeypatch.setattr(certificate, "_evidence", lambda name, _: "none: stale" if name == "needle" else "formal")
    refused = {each.label: each.fault for each in check(data) if each.fault}
    assert len(refused) == 2  # of softmax no certificate leans on it
    assert set(refused.values()) == {"the theorem 'needle' carries no formal evidence (none: stale)"}
    how = contender(PARTLY)
    found = running.examined(readable(model_of(data, PARTLY)["weights"], TASK, how), TASK, how)
    assert not found.clean
    assert "'needle' carries no formal evidence" in found.faults[0]


def test_one_model_is_told_of_in_the_singular(data):
    model = structured(model_of(data, FOOLED), Model)
    kind = replace(model, accuracy={**model.accuracy, "16": 1.0})
    found = Experiment(data["task"], (0,), (kind,))
    assert any(
        "1 model answers every random row of 16 tokens" in each and each.endswith("it.") for each in reading(found)
    )
