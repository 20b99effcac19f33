"""Memory layouts: what an array holds, and that its surroundings are poisoned."""

from __future__ import annotations

import numpy as np
import pytest

from entmax_oracle.proofs_checks.conformance.target.layouts import LAYOUTS, place
from entmax_oracle.proofs_checks.conformance.target.libraries import framework


@pytest.mark.parametrize("name", ["numpy", "torch"])
@pytest.mark.parametrize("shape", [(), (5,), (3, 4), (2, 1, 3), (0, 4)])
@pytest.mark.parametrize("layout", [each for each in LAYOUTS if each != "constant"])
def test_every_layout_holds_the_values_and_poisons_the_rest(name, shape, layout):
    pytest.importorskip(name)
    values = np.arange(float(np.prod(shape))).reshape(shape)
    if layout == "expanded" and len(shape) > 1 and values.size:
        values = np.broadcast_to(values[:1], shape)
    library = framework(name)
    array, buffer = library.array(values, "float32", layout, "cpu")
    assert np.array_equal(library.values(array), values)
    assert library.describe(array) == (shape, "float32", "cpu")
    held = len(np.unique(values)) if layout == "expanded" else values.size
    assert np.isfinite(library.values(buffer)).sum() == held


def test_layouts_differ():
    strides = {layout: (place((2, 3, 4), layout).strides, place((2, 3, 4), layout).offset) for layout in LAYOUTS}
    assert len(set(strides.values())) == len(LAYOUTS)
