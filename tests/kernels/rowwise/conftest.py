"""All paths in one process: every test on a CPU, a few with the interpreted kernels, and the others slowly."""

import re

import pytest

from entmax_oracle.kernels.rowwise import ops
from entmax_oracle.kernels.rowwise.configurations import Configuration

# These few reach every kernel, every kind of row and both ways to hold one.
FEW = re.compile(
    r"other_dtypes.*-(1\.5|2\.5)-|own_alpha|nan_stays.*True|elementary|flat_row|bfloat16_as|empty|beyond_floats"
    r"|fit_on_chip.*-(1\.3|2\.0|3\.0|4\.0)|float32_is.*-(1\.05|1\.75)-|in_the_logits.*-(1\.5|2\.5)-|end_of_the_range"
    r"|weight_overflows.*-200|finite_part.*True|one_row.*-1\.3|opcheck.*dtype1|without_a_break|hardly_reaches|vmap\["
)


@pytest.hookimpl(tryfirst=True)  # before the slow ones are deselected
def pytest_collection_modifyitems(items):
    for item in items:
        way = getattr(item, "callspec", None) and item.callspec.params.get("taken")
        if way == "interpreter" and not FEW.search(item.name):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(params=["torch", "numba", "interpreter"])
def taken(request, monkeypatch):
    """Take this path and no other."""
    if request.param == "interpreter":
        request.getfixturevalue("interpreted")
    monkeypatch.setattr(ops, "path", lambda _: request.param)
    return request.param


@pytest.fixture
def streamed(taken, monkeypatch):
    """Hold no row on chip: pieces of 128 tokens. On a CPU, nothing else than before."""
    if taken == "interpreter":
        from entmax_oracle.kernels.rowwise import launch

        monkeypatch.setattr(launch, "configuration", lambda *_, **__: Configuration(1, 128, 4, True))
