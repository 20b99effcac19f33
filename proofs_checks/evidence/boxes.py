"""Certify an inequality on a box by interval arithmetic and subdivision."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flint import arb, fmpq

from ..reading import Unclear, Undefined

Box = tuple[tuple[fmpq, fmpq], ...]
"""One closed interval of rationals per variable."""


@dataclass(frozen=True)
class Certificate:
    """Outcome of a subdivision.

    ``certified``; ``refuted`` at :attr:`point`; ``undefined`` where the function has no value in the middle of
    :attr:`box`; or ``open`` after too many boxes, this one among the rest.
    """

    status: str
    boxes: int
    box: Box = ()

    @property
    def point(self) -> tuple[fmpq, ...]:
        """The middle of the box."""
        return tuple((low + high) / 2 for low, high in self.box)


def certify_positive(
    f: Callable[..., arb], box: Sequence[tuple[object, object]], max_boxes: int = 20000
) -> Certificate:
    """Show ``f > 0`` on a closed box, or find a point where ``f < 0``.

    Parameters
    ----------
    f
        Takes one ball per variable and returns a ball that contains all its values on them.
    box
        Closed intervals with rational ends.
    max_boxes
        Give up after this many.

    Examples
    --------
    >>> certify_positive(lambda t: t * t - t + 1, [(0, 1)]).status
    'certified'
    """
    whole: Box = tuple((fmpq(low), fmpq(high)) for low, high in box)
    order = itertools.count()
    queue = [(-1.0, next(order), whole)]
    done = 0
    while queue:
        _, _, current = heapq.heappop(queue)
        done += 1
        if done > max_boxes:
            return Certificate("open", done, current)
        try:
            if f(*(arb(low).union(arb(high)) for low, high in current)) > 0:
                continue
        except Undefined:
            pass  # the box may be too wide to tell; its middle is a point
        try:
            if f(*(arb((low + high) / 2) for low, high in current)) < 0:
                return Certificate("refuted", done, current)
        except Unclear:
            pass
        except Undefined:
            return Certificate("undefined", done, current)
        widths = [float(arb(high - low)) for low, high in current]
        split = widths.index(max(widths))
        low, high = current[split]
        for half in ((low, (low + high) / 2), ((low + high) / 2, high)):
            heapq.heappush(queue, (-max(widths), next(order), (*current[:split], half, *current[split + 1 :])))
    return Certificate("certified", done)
