"""The working precision of ball arithmetic, which threads share.

python-flint keeps one precision for the whole process. Whoever computes with balls holds the lock while the precision
is theirs, so that no thread rounds with another's bits.
"""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager

from flint import ctx

_LOCK = threading.RLock()


class _Working(AbstractContextManager[None]):
    """A block of its own precision; not made of a generator, which would cost more than what most blocks compute."""

    __slots__ = ("_before", "_bits")

    def __init__(self, bits: int) -> None:
        self._bits = bits

    def __enter__(self) -> None:
        _LOCK.acquire()
        try:
            self._before = ctx.prec
            ctx.prec = self._bits
        except BaseException:
            _LOCK.release()
            raise

    def __exit__(self, *exception: object) -> None:
        ctx.prec = self._before
        _LOCK.release()


def working_precision(bits: int) -> AbstractContextManager[None]:
    """Compute with ``bits`` bits inside the block; other threads wait, and the block may contain another.

    Examples
    --------
    >>> from flint import arb
    >>> with working_precision(4):
    ...     third = 1 / arb(3)
    >>> third  # four bits are one digit
    [0.3 +/- 0.0438]
    """
    return _Working(bits)
