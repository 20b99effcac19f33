"""The points of a matrix that was written down are judged again, by the same function or by a mended one."""

import json

import pytest

from entmax_oracle.cli import main
from entmax_oracle.proofs_checks.matrix import matrix, replay

FUNCTIONS = """
import numpy as np


def f(z):
    weights = np.exp(z - z.max())
    return weights / (weights.sum() + 1)


def mended(z):
    weights = np.exp(z - z.max())
    return weights / weights.sum()
"""


def test_points_of_ones_own_function_are_judged_again(tmp_path, capsys):
    (tmp_path / "own.py").write_text(FUNCTIONS)
    file = tmp_path / "matrix.json"
    assert main(["matrix", f"{tmp_path}/own.py:f", "--json", str(file)]) == 0
    points = [each for each in json.loads(file.read_text())["rows"][0]["cells"] if each["point"]]
    capsys.readouterr()
    assert main(["matrix", f"{tmp_path}/own.py:f", "--replay", str(file)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:-1] == [
        f"own.py:f, {title}: still {each['verdict']}: {each['detail']}"
        for each, title in zip(points, ["simplex-valued", "non-vanishing", "differentiable"], strict=True)
    ]
    assert lines[-1] == "3 of 3 points still decide their cell"
    assert main(["matrix", f"{tmp_path}/own.py:mended", "--replay", str(file)]) == 1
    assert "own.py:f, simplex-valued: no longer decided by its point" in capsys.readouterr().out


def test_points_of_a_normaliser_are_judged_again(tmp_path):
    file = tmp_path / "matrix.json"
    result = matrix(["gated-softmax", "sigmoid"])
    file.write_text(json.dumps(result))
    cells = [(row["label"], cell["detail"]) for row in result["rows"] for cell in row["cells"] if cell["point"]]
    found = list(replay(file))
    assert [each.label for each in found] == [label for label, _ in cells]
    # Where theorems say more, the cell names them first.
    assert all(each.detail and detail.endswith(each.detail) for each, (_, detail) in zip(found, cells, strict=True))
    assert {each.label for each in replay(file, names=("gated-softmax",))} == {"gated-softmax"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "cannot read a matrix"),
        ("[]", "is not a matrix"),
        ('{"schema": "entmax-oracle/check/1"}', "is not a matrix"),
        ('{"schema": "entmax-oracle/matrix/1", "rows": []}', "nothing to replay"),
    ],
)
def test_what_cannot_be_replayed_is_refused(text, says, tmp_path, capsys):
    file = tmp_path / "matrix.json"
    file.write_text(text)
    assert main(["matrix", "--replay", str(file)]) == 2
    assert says in capsys.readouterr().err
