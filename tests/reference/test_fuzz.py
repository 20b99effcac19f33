"""The fuzz finds nothing, and would find what it is there to find."""

from __future__ import annotations

import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from entmax_oracle import reference
from entmax_oracle.reference.enclosures.bounds import Bounds

FUZZ = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("fuzz.py"))))


def finds_nothing(seconds, seed, least):
    found = FUZZ.run(seconds, seed, least)
    assert not found.faults, FUZZ.report(found)
    assert len(found.rows) == len(FUZZ.KINDS) * len(FUZZ.FORMATS)
    assert min(found.rows.values()) >= least
    assert min(found.tries[name] for name in FUZZ.CHECKS) >= 2 * least


def test_half_a_minute_finds_nothing():
    finds_nothing(seconds=25, seed=0, least=6)


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_ten_minutes_find_nothing():
    finds_nothing(seconds=600, seed=1, least=100)


@pytest.mark.parametrize(
    ("check", "name", "wrong"),
    [
        ("entmax", "entmax", lambda right: np.full_like(right, np.nan)),
        ("entmax", "entmax", lambda right: right * (1 + 2.0**-40)),
        ("budget", "budget", lambda right: 0 * right),
        ("vjp", "vjp", lambda right: np.where(right != 0, np.inf, 0.0)),
        ("grad_alpha", "grad_alpha", lambda right: right * (1 + 2.0**-20)),
        ("jacobian", "jacobian", lambda right: np.triu(right)),
        ("loss_of_a_class", "fenchel_young_grad", lambda right: -right),
        ("attention", "attention", lambda right: 2 * right),
    ],
)
def test_it_finds_what_is_wrong(check, name, wrong, monkeypatch):
    right = getattr(reference, name)
    monkeypatch.setattr(reference, name, lambda *given, **options: wrong(right(*given, **options)))
    assert any(name in fault for fault in FUZZ.run(0, seed=0, least=2, only=check).faults)


def test_an_infinite_value_is_right_only_beyond_the_format():
    beyond = Bounds(np.array([FUZZ.LARGEST]), np.array([np.inf]))
    within = Bounds(np.array([1.0]), np.array([2.0]))
    assert not list(FUZZ.judge("it", np.array([np.inf]), beyond, 0.0))
    for budget in (0.0, np.inf):
        assert list(FUZZ.judge("it", np.array([np.inf]), within, budget)) == ["it is infinite, the true value is not"]
        assert list(FUZZ.judge("it", np.array([np.nan]), within, budget)) == ["it is NaN"]
        assert list(FUZZ.judge("it", np.array([-np.inf]), beyond, budget)) == ["it is infinite, the true value is not"]
    assert list(FUZZ.judge("it", np.array([3.0]), within, 0.5)) == ["it is over its budget"]
    assert list(FUZZ.judge("it", np.array([1.0]), within, np.nan)) == ["the budget of it is NaN or negative"]


def test_a_derivative_is_steep_only_where_a_token_may_be_at_the_threshold():
    assert not FUZZ.steep_derivative(np.array([0.0, -0.1, -3.0]), 3.0)
    assert FUZZ.steep_derivative(np.array([0.0, -0.5, -3.0]), 3.0)
    assert not FUZZ.steep_derivative(np.array([0.0, -1.0, -3.0]), 2.0)


def test_it_runs_by_hand(capsys):
    assert FUZZ.main(["--seconds", "0", "--seed", "3", "--check", "entmax"]) == 0
    assert "28 rows, 0 faults" in capsys.readouterr().out
