"""A kind says for itself what the checker must know: one more, written here alone, is checked like the others."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import strategies as st

from entmax_oracle.proofs_checks.conformance import PROFILES
from entmax_oracle.proofs_checks.conformance import law as laws_module
from entmax_oracle.proofs_checks.conformance.calls import Subject
from entmax_oracle.proofs_checks.conformance.case import Setting
from entmax_oracle.proofs_checks.conformance.expected import Expected, Oracle
from entmax_oracle.proofs_checks.conformance.inputs.batches import drawn, stack
from entmax_oracle.proofs_checks.conformance.kinds import KINDS
from entmax_oracle.proofs_checks.conformance.kinds.rows import RowsCase, RowsKind
from entmax_oracle.proofs_checks.conformance.law import Finding, contracts_of, law, laws_of
from entmax_oracle.proofs_checks.conformance.laws import LAWS_OF
from entmax_oracle.proofs_checks.conformance.setting import Calling, Session, Task, check_setting, judge
from entmax_oracle.proofs_checks.conformance.target.loading import Form


@dataclass(frozen=True, eq=False)
class HalfCase(RowsCase):
    pass


class HalfOracle(Oracle):
    def __call__(self, case):
        exact = case.logits / 2
        return Expected(exact, exact, np.full(exact.shape, self.format.smallest_subnormal))

    def gradients(self, case):
        return {"logits": Expected(case.cotangent / 2, case.cotangent / 2, np.zeros(case.logits.shape))}


class Half(RowsKind):
    """``f(z)``, every number halved."""

    name, noun, case, answer = "half", "a half", HalfCase, "a half"

    def oracle(self, setting):
        return HalfOracle(setting)

    def cases(self, setting, *, gradient=False):
        return drawn(setting).map(lambda rows: HalfCase(np.maximum(stack(rows, setting), -64.0)))

    def cornerstones(self, setting, *, gradient=False):
        return [HalfCase(np.linspace(-1.0, 1.0, 5).reshape(1, 5)), HalfCase(np.ones((3, 2)))]

    def form(self, subject):
        return Form(("z",))


@pytest.fixture
def kind(monkeypatch):
    made = Half()
    monkeypatch.setitem(KINDS, "half", made)
    monkeypatch.setitem(LAWS_OF, "half", (contracts_of(made), laws_of(made)))
    return made


def settled(function, arrays="numpy", offered=()):
    effort = replace(PROFILES["quick"], examples=8, shrinking=40, long_rows=())
    names = (*LAWS_OF["half"][0], *LAWS_OF["half"][1])
    setting = Setting(1.5, "float32", layouts=("contiguous", "strided", "padded"), max_n=9, long_rows=())
    task = Task(Subject(function, arrays, kind="half"), setting, names, offered, effort, 0)
    events = []
    check_setting(task, events.append)
    return {event.result.law: event.result for event in events if hasattr(event, "result")}


def test_it_has_the_laws_of_every_kind(kind):
    assert set(laws_of(kind)) == {"values", "batch", "determinism", "layout", "gradient", "training"}


def test_what_is_right_keeps_them(kind):
    results = settled(lambda z: z / 2)
    assert {each.status for each in results.values()} == {"pass"}
    assert results["layout"].examples > 3


def test_its_gradient_is_judged(kind):
    torch = pytest.importorskip("torch")
    assert settled(lambda z: z / 2, "torch", ("gradient",))["gradient"].status == "pass"
    wrong = settled(lambda z: torch.where(z > 0, z / 2, (z / 2).detach() + 0 * z), "torch", ("gradient",))
    assert wrong["gradient"].status == "fail"
    assert wrong["values"].status == "pass"


def test_what_is_wrong_is_made_small_and_judged_again(kind):
    def adds(z):
        return z / 2 + (z.shape[-1] > 2)

    result = settled(adds)["values"]
    (found,) = result.counterexamples
    assert found.shape == (3,)
    written = found.command.split("replay(f, '")[1].split("', ")[0]
    case = kind.to_case(json.loads(written))
    assert np.array_equal(case.logits.ravel(), [float.fromhex(each) for each in found.logits])
    subject, setting = Subject(adds, "numpy", kind="half"), Setting(1.5, "float32")
    with Calling(subject) as caller:
        assert judge(laws_of(kind)["values"], Session(kind, caller, setting, ()), case).broken


@dataclass(frozen=True, eq=False)
class TotalCase(RowsCase):
    @property
    def answer_shape(self):
        return self.logits.shape[:-1]


class TotalOracle(HalfOracle):
    def __call__(self, case):
        exact = np.asarray(case.logits.sum(axis=-1))
        return Expected(exact, exact, np.full(exact.shape, 1e-3))


class Total(Half):
    """``f(z)``, one number for each row."""

    case, unit = TotalCase, "row"

    def oracle(self, setting):
        return TotalOracle(setting)

    def cases(self, setting, *, gradient=False):
        return super().cases(setting).map(lambda case: TotalCase(case.logits))

    def cornerstones(self, setting, *, gradient=False):
        return [TotalCase(case.logits) for case in super().cornerstones(setting)]


def test_an_answer_may_be_one_number(monkeypatch):
    monkeypatch.setitem(KINDS, "half", Total())
    monkeypatch.setitem(LAWS_OF, "half", (contracts_of(Total()), laws_of(Total())))
    (found,) = settled(lambda z: np.asarray(z.sum(axis=-1) + np.float32(1)))["values"].counterexamples
    assert found.shape == (1,)
    assert found.message.startswith("the row: got 1.0, expected 0.0, ")


def test_a_law_is_declared_once_for_every_kind(monkeypatch):
    monkeypatch.setattr(laws_module, "_DECLARED", [*laws_module._DECLARED])

    @law("finite", cites="definition")
    def finite(session, case):
        """Every answer is finite.

        What more there is to say stands below.
        """
        return Finding(not all(np.isfinite(each).all() for each in session.values(case)))

    finite.of("loss", "Every loss is finite.").cornerstones(lambda setting: [1], "loss", "mapping")
    for kind in KINDS.values():
        made = laws_of(kind)["finite"]
        assert made.kind == kind.name
        assert made.statement == ("Every loss is finite." if kind.name == "loss" else "Every answer is finite.")
        assert list(made.cornerstones(Setting(1.5, "float32"))) == [1] * (kind.name in ("loss", "mapping"))
        setting = Setting(1.5, "float32", against="softmax" if kind.name == "normaliser" else "")
        assert isinstance(made.cases(setting), st.SearchStrategy)
