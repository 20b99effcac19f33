"""Formats: against NumPy's own dtypes, ml_dtypes' bfloat16 and neighbours found by brute force."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from entmax_oracle.reference.formats import FLOAT8, FORMATS, as_format, ulp

NUMPY_FORMATS = ["float64", "float32", "float16"]


@pytest.mark.parametrize("name", NUMPY_FORMATS)
def test_constants_agree_with_numpy(name: str) -> None:
    info, form = np.finfo(name), FORMATS[name]
    assert form.unit_roundoff == float(info.eps) / 2
    assert form.smallest_normal == float(info.smallest_normal)
    assert form.smallest_subnormal == float(info.smallest_subnormal)
    assert form.largest == float(info.max)
    assert form.storage == np.dtype(name)


def test_constants_of_bfloat16_agree_with_ml_dtypes() -> None:
    ml_dtypes = pytest.importorskip("ml_dtypes")
    info, form = ml_dtypes.finfo(ml_dtypes.bfloat16), FORMATS["bfloat16"]
    assert form.unit_roundoff == float(info.eps) / 2
    assert form.smallest_subnormal == float(info.smallest_subnormal)
    assert form.largest == float(info.max)


@pytest.mark.parametrize("name", ["float16", "bfloat16"])
def test_round_fraction_at_every_number_and_halfway_point(name: str) -> None:
    """All positive finite numbers of the format, the points halfway between, and a hair to either side."""
    form = FORMATS[name]
    bits = np.arange(0x7C00 if name == "float16" else 0x7F80, dtype=np.uint32)[:: 7 if name == "bfloat16" else 3]
    pair = np.stack([bits, bits + 1]).astype(np.uint16)
    if name == "float16":
        low, high = pair.view(np.float16).astype(np.float64)
    else:
        low, high = (pair.astype(np.uint32) << 16).view(np.float32).astype(np.float64)
    high = np.where(np.isinf(high), 2.0 ** (form.emax + 1), high)
    hair = Fraction(1, 2**400)
    for bit, lo, hi in zip(bits.tolist(), low.tolist(), high.tolist(), strict=True):
        middle = (Fraction(lo) + Fraction(hi)) / 2
        top = hi if hi <= form.largest else float("inf")
        assert form.round_fraction(Fraction(lo)) == lo
        assert form.round_fraction(middle) == (lo if bit % 2 == 0 else top)
        assert form.round_fraction(middle - hair) == lo
        assert form.round_fraction(-middle - hair) == -top


@pytest.mark.parametrize("name", list(FORMATS))
@given(x=st.floats(allow_nan=False, allow_infinity=False))
def test_round_array_is_round_fraction(name: str, x: float) -> None:
    form = FORMATS[name]
    assert float(form.round_array(x)) == form.round_fraction(x)


@given(x=st.fractions())
def test_round_fraction_to_float64_is_pythons_division(x: Fraction) -> None:
    assert FORMATS["float64"].round_fraction(x) == x.numerator / x.denominator


@pytest.mark.parametrize("name", NUMPY_FORMATS)
def test_ulp_is_numpys_spacing(name: str) -> None:
    form = FORMATS[name]
    dtype = np.dtype(name)
    rng = np.random.default_rng(0)
    x = np.exp2(rng.uniform(form.emin - form.precision_bits, form.emax, 500)).astype(dtype)
    x = np.concatenate([x, np.asarray([0, 1, 2, form.smallest_normal, form.smallest_subnormal], dtype)])
    assert np.array_equal(form.ulp(x), np.spacing(x).astype(np.float64))
    assert np.array_equal(ulp(-x, name), form.ulp(x))
    assert np.isnan(form.ulp([np.inf, np.nan])).all()


def test_round_array_keeps_what_is_not_finite_and_overflows() -> None:
    got = FORMATS["bfloat16"].round_array([np.inf, -np.inf, np.nan, 3.4e38, 3.395e38, -1e300])
    assert got.dtype == np.float32
    assert np.array_equal(got, [np.inf, -np.inf, np.nan, np.inf, FORMATS["bfloat16"].largest, -np.inf], equal_nan=True)


def test_as_format_reads_every_librarys_names() -> None:
    for dtype in ("float32", np.float32, np.dtype("float32"), "torch.float32", FORMATS["float32"]):
        assert as_format(dtype) is FORMATS["float32"]
    torch = pytest.importorskip("torch")
    assert as_format(torch.bfloat16) is FORMATS["bfloat16"]
    assert as_format(torch.half) is FORMATS["float16"]
    ml_dtypes = pytest.importorskip("ml_dtypes")
    assert as_format(ml_dtypes.bfloat16) is FORMATS["bfloat16"]
    assert as_format(np.dtype(ml_dtypes.bfloat16)) is FORMATS["bfloat16"]


@pytest.mark.parametrize("dtype", ["float8", "int32", np.int64, None, 3, "float128", ""])
def test_as_format_refuses_the_rest(dtype: object) -> None:
    with pytest.raises(ValueError, match=r"dtype: .*float64, float32, float16, bfloat16"):
        as_format(dtype)


@pytest.mark.parametrize("name", list(FLOAT8))
def test_formats_of_8_bits_round_as_ml_dtypes_does(name):
    ml_dtypes = pytest.importorskip("ml_dtypes")
    kind, form = getattr(ml_dtypes, name), FLOAT8[name]
    info = ml_dtypes.finfo(kind)
    assert (form.largest, form.smallest_normal) == (float(info.max), float(info.smallest_normal))
    assert form.smallest_subnormal == float(info.smallest_subnormal)
    assert as_format(kind) is as_format(name) is form
    every = np.arange(256, dtype=np.uint8).view(kind).astype(np.float64)
    every = np.unique(every[np.isfinite(every)])
    middles = (every[1:] + every[:-1]) / 2
    beside = np.nextafter(middles.astype(np.float32), np.float32(np.inf))  # ml_dtypes goes by way of float32
    x = np.concatenate([every, middles, beside, np.random.default_rng(0).normal(0, 9, 500).astype(np.float32)])
    assert np.array_equal(form.round_array(x), x.astype(kind).astype(np.float64))
    assert [form.round_fraction(Fraction(each)) for each in x[::7]] == form.round_array(x[::7]).tolist()
    beyond = form.largest + float(form.ulp(form.largest))
    assert np.isinf(form.round_array(beyond))
    assert np.isinf(form.round_fraction(beyond))


def test_sums_err_by_what_is_said_of_their_order():
    rng = np.random.default_rng(1)
    for n in (2, 9, 128, 1000, 65536):
        x = rng.random(n).astype(np.float32)
        exact = float(x.astype(np.float64).sum())
        for order, total in (("pairwise", x.sum()), ("sequential", np.cumsum(x)[-1])):
            allowed = FORMATS["float32"].summing(order).sum_error(n) * 2.0**-24 * exact
            assert abs(float(total) - exact) <= allowed
    with pytest.raises(ValueError, match="summation: 'tree' is not one of any, pairwise, sequential"):
        FORMATS["float32"].summing("tree")
