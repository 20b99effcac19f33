"""``entmax-oracle solve``: digits, JSON, standard input, and errors that help."""

from __future__ import annotations

import io
import json
from decimal import Decimal, localcontext

import pytest

from entmax_oracle.cli import main
from entmax_oracle.reference import entmax, grad_alpha, jacobian, shannon_entropy, threshold, tsallis_entropy


def answer(capsys, *arguments):
    assert main(["solve", "--json", *arguments]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("alpha", ["1", "1.001", "1.25", "1.5", "2", "3", "50"])
def test_json_agrees_with_the_float64_tier(capsys, alpha):
    z = [1.0, 0.75, -0.5, float("-inf"), 0.25]
    found = answer(capsys, "--alpha", alpha, *map(str, z))
    order = float(alpha)
    p = entmax(z, order)
    assert [float(x) for x in found["p"]] == pytest.approx(p, rel=1e-13, abs=1e-300)
    for lower, upper, x in zip(found["lower"], found["upper"], found["p"], strict=True):
        assert float.fromhex(lower) <= float(x) <= float.fromhex(upper)
    assert float(found["tau"]) == pytest.approx(float(threshold(z, order)), rel=1e-14)
    assert [s == "in" for s in found["support"]] == (p > 0).tolist()
    assert float(found["entropy"]["tsallis"]) == pytest.approx(float(tsallis_entropy(p, order)), rel=1e-12)
    assert float(found["entropy"]["shannon"]) == pytest.approx(float(shannon_entropy(p)), rel=1e-12)
    got = [float(x.removeprefix("+/-")) for x in found["gradient"]["alpha"]]
    assert got == pytest.approx(grad_alpha(z, order), rel=1e-9, abs=1e-12)
    rows = [[float(x) for x in row] for row in found["gradient"]["z"]]
    for row, expected in zip(rows, jacobian(z, order), strict=True):
        assert row == pytest.approx(expected, rel=1e-10, abs=1e-14)


def test_as_many_digits_as_asked(capsys):
    # alpha = 1.5, z = (1, 0): p_1 = y^2 with y - (y - 1/2) = 1/2 and y^2 + (y - 1/2)^2 = 1, so p_1 = (4 + sqrt 7) / 8
    with localcontext(prec=80):
        exact = (4 + Decimal(7).sqrt()) / 8
    found = answer(capsys, "--digits", "60", "1", "0")
    assert len(found["p"][0]) == 62
    assert abs(Decimal(found["p"][0]) - exact) <= Decimal("1e-60")


def test_exact_alpha(capsys):
    assert (
        answer(capsys, "--alpha", "4/3", "1.5", "2", "2.5", "--digits", "30")["p"][0]
        == "0.125000000000000000000000000000"
    )
    near = answer(capsys, "--alpha", str(4 / 3), "1.5", "2", "2.5", "--digits", "30")["p"][0]
    assert near.startswith("0.1250000000000000")
    assert near != "0.125000000000000000000000000000"


def test_table(capsys):
    assert main(["solve", "--alpha", "1.5", "--digits", "40", "1", "0.5", "-1"]) == 0
    shown = capsys.readouterr().out
    for words in ("0.6739926363384381850662334780912046725149", "2 of 3 tokens", "dp/dz", "Tsallis", "Shannon"):
        assert words in shown


def test_every_negative_number_is_a_logit(capsys):
    words = ["-1e-5", "-0.25", "-inf", "-0x1p-1", "-2"]
    for order in (["--alpha", "2", *words], [*words, "--alpha", "2"], ["--alpha", "2", "--", *words]):
        found = answer(capsys, *order)
        assert [float.fromhex(x) for x in found["z"]] == [-1e-5, -0.25, float("-inf"), -0.5, -2.0]


def test_boundary_is_told(capsys):
    assert main(["solve", "--alpha", "2", "0", "-1"]) == 0
    shown = capsys.readouterr().out
    assert "boundary" in shown
    assert "not differentiable" in shown


def test_rounded_decimals_are_told(capsys):
    main(["solve", "0.1", "0"])
    assert "0.1 is not a float64 number; using the nearest, 0x1.999999999999ap-4" in capsys.readouterr().out
    main(["solve", "0.5", "0"])
    assert "Note" not in capsys.readouterr().out


def test_standard_input(capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("1, 0.5\n-1\n"))
    assert answer(capsys, "-")["z"] == [x.hex() for x in (1.0, 0.5, -1.0)]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["1", "x"], "z[1]: 'x' is not a number; write it as"),
        (["1", "nan"], "z[1] is nan"),
        (["-inf"], "every token of z is masked"),
        (["--alpha", "0.5", "1"], "alpha must be finite and at least 1"),
        (["--alpha", "1/0", "1"], "alpha: '1/0' is not a number"),
        (["--alpha", "many", "1"], "alpha: 'many' is not a number"),
        (["--alpha", "-1e1", "1"], "alpha must be finite and at least 1"),
        (["1", "-0x"], "z[1]: '-0x' is not a number; write it as"),
        (["--digits", "0", "1"], "digits"),
    ],
)
def test_unusable_input(capsys, arguments, words):
    assert main(["solve", *arguments]) == 2
    error = capsys.readouterr().err
    assert words in error
    assert error.count("\n") == 1


def test_nothing_on_standard_input(capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert main(["solve", "-"]) == 2
    assert "no logits on standard input" in capsys.readouterr().err


def test_unknown_suite(capsys):
    assert main(["bench", "--suite", "speed"]) == 2
    assert "unknown suite; choose from reference" in capsys.readouterr().err


def test_version_and_help(capsys):
    for flag in ("--version", "--help"):
        with pytest.raises(SystemExit) as stop:
            main([flag])
        assert stop.value.code == 0
    shown = capsys.readouterr().out
    for command in ("verify", "check", "solve", "bench", "report"):
        assert command in shown


def test_digits_survive_cancellation(capsys):
    found = answer(capsys, "--alpha", "1", "0", "-800", "--digits", "12")
    assert found["entropy"]["shannon"] == found["entropy"]["tsallis"]
    with localcontext(prec=40):
        p = Decimal(-800).exp()
        expected = p * 801  # -p log p + p, to first order in p = 4e-348
    assert abs(Decimal(found["entropy"]["shannon"]) / expected - 1) < Decimal("1e-11")
    assert found["gradient"]["alpha"][0] == found["gradient"]["alpha"][1].removeprefix("-")


def test_overflowing_decimals_are_refused(capsys):
    for number in ("1e400", "-1e400"):
        assert main(["solve", number, "0"]) == 2
        assert "beyond the float64 range" in capsys.readouterr().err
