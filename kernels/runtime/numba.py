"""Whether Numba is there, without importing it before it is needed."""

from functools import lru_cache


@lru_cache
def has_numba() -> bool:
    """Whether Numba can be imported: where it cannot, plain torch takes over."""
    try:
        import numba  # noqa: F401
    except Exception:  # missing, or unwilling to work with this version of NumPy
        return False
    return True
