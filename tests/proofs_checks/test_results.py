"""Results to JSON and back: nothing is lost, nothing foreign is taken, and every word is shown in one way."""

import json

import numpy as np
import pytest

from entmax_oracle.proofs_checks.evidence.results import VerifyResult
from entmax_oracle.proofs_checks.marks import Grounds, Truth, Verdict
from entmax_oracle.proofs_checks.matrix import Own, matrix
from entmax_oracle.proofs_checks.matrix.results import MatrixResult
from entmax_oracle.proofs_checks.records import structured
from entmax_oracle.proofs_checks.verify import SCHEMA, verify


def through_json(data):
    return json.loads(json.dumps(data, allow_nan=False))


def test_what_verify_finds_survives_json():
    written = through_json(verify(["tsallis-schur-concave", "finite-mask"]))
    result = structured(written, VerifyResult)
    assert [theorem.verdict for theorem in result.theorems] == [Verdict.PROVED, Verdict.PROVED]
    assert any(theorem.necessity for theorem in result.theorems)
    assert through_json(result.to_dict()) == written


def test_what_the_matrix_finds_survives_json():
    written = through_json(matrix(own={"uniform": Own(lambda z: np.full(len(z), 1 / len(z)))}))
    result = structured(written, MatrixResult)
    cells = {cell.property: cell for cell in result.rows[0].cells}
    assert (cells["simplex"].verdict, cells["simplex"].strength) == (Truth.TRUE, Grounds.SUPPORTED)
    assert all(isinstance(cell.point["z"], tuple) for cell in cells.values() if cell.point and "z" in cell.point)
    assert through_json(result.to_dict()) == written


@pytest.mark.parametrize(
    ("known", "message"),
    [
        ({"schema": "entmax-oracle/check/1"}, f"has the schema '{SCHEMA}', not 'entmax-oracle/check/1'"),
        ([1], f"has the schema '{SCHEMA}', not None"),
        ({"schema": SCHEMA, "theorems": [{"verdict": "proved"}]}, r"not an earlier result: .*theorems\[0\]\.name"),
    ],
)
def test_what_is_no_earlier_result_is_refused(known, message):
    with pytest.raises(ValueError, match=message):
        verify(["finite-mask"], known=known)


@pytest.mark.parametrize("words", [Verdict, Grounds])
def test_no_two_verdicts_look_alike(words):
    assert len({word.mark for word in words}) == len(words)


@pytest.mark.parametrize("verdict", [Verdict.PROVED, Verdict.CERTIFIED, Verdict.SUPPORTED])
def test_a_verdict_has_one_mark_wherever_it_is_shown(verdict):
    assert Grounds(verdict).mark == verdict.mark
