"""The working precision of ball arithmetic, which threads share.

python-flint keeps one precision for the whole process. Whoever computes with balls holds the lock while the precision
is theirs, so that no thread rounds with another's bits.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flint import ctx

_LOCK = threading.RLock()


@contextmanager
def working_precision(bits: int) -> Iterator[None]:
    """Compute with ``bits`` bits inside the block; other threads wait, and the block may contain another.

    Examples
    --------
    >>> from flint import arb
    >>> with working_precision(4):
    ...     third = 1 / arb(3)
    >>> third  # four bits are one digit
    [0.3 +/- 0.0438]
    """
    with _LOCK, ctx.workprec(bits):
        yield
