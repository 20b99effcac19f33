"""The properties of a normaliser that one row, or a row before and after a change, can refute."""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import ClassVar

from flint import arb

from .points import Point, draw_row
from .subject import Subject, Undefined

__all__ = ["GAPS", "POINTWISE", "Property"]

GAPS = (30.0, 100.0, 1e3, 1e4, 1e6)
"""Between two logits: a function may scale them down before it cuts."""


class Property(ABC):
    """A statement about a normaliser, for every row of finite logits.

    Attributes
    ----------
    key, short, title : str
        Slug, head of its column, and a few words.
    statement : str
        Markdown with ``$…$``.
    exists : bool
        Whether it says that some row exists: then one point shows it, and a search can only fail to.
    nothing, points : str
        What a search that decides nothing has not found, and among what.
    draws : int
        How many random points are checked in the quick profile.
    limiting : bool
        Whether it speaks of a limit, so that a point measures and cannot certify.
    """

    key: ClassVar[str]
    short: ClassVar[str]
    title: ClassVar[str]
    statement: ClassVar[str]
    exists: ClassVar[bool] = False
    nothing: ClassVar[str] = "no counterexample"
    points: ClassVar[str] = "cases"
    draws: ClassVar[int] = 60
    limiting: ClassVar[bool] = False

    @abstractmethod
    def draw(self, rng: random.Random, size: float, subject: Subject) -> Point:
        """Draw a point, simpler the nearer ``size`` is to 0."""

    @abstractmethod
    def decide(self, subject: Subject, point: Point) -> str:
        """Say how the point refutes the property (shows it, where it says that some row exists); "" if it does not.

        Raises
        ------
        Undefined
            If the normaliser gives no weights there.
        """

    def corners(self) -> tuple[Point, ...]:
        """Points that are always tried first."""
        return ()

    def found(self, subject: Subject) -> Iterator[Point]:
        """Points that are searched for in the subject, tried after the corners."""
        yield from ()


def digits(ball: arb) -> str:
    """Write the middle of a ball in six digits."""
    return f"{float(ball.mid()):.6g}"


def apart(one: arb, other: arb) -> tuple[str, str]:
    """Write the middles of two balls in as many digits as show that they differ, six at least."""
    written = digits(one), digits(other)
    places = 6
    while written[0] == written[1] and places < 150:
        places += 1
        written = one.mid().str(places, radius=False), other.mid().str(places, radius=False)
    return written


class Simplex(Property):
    """Weights are probabilities."""

    key, short = "simplex", "sim"
    title = "simplex-valued"
    statement = r"$p_i \ge 0$ and $\sum_i p_i = 1$, and $p$ is defined at every row."

    def draw(self, rng: random.Random, size: float, subject: Subject) -> Point:
        return {"z": draw_row(rng, size)}

    def corners(self) -> tuple[Point, ...]:
        large = ({"z": row} for reach in (30.0, 1e3) for row in ((reach, 0.0, -reach), (reach,) * 2, (-reach,) * 2))
        return {"z": (0.0, 0.0)}, {"z": (0.0, 0.0, 0.0)}, {"z": (-1.0, -5.0)}, *large

    def decide(self, subject: Subject, point: Point) -> str:
        try:
            weights = subject.weights(point["z"])
        except Undefined as error:
            return f"not defined: {error}"
        for i, weight in enumerate(weights):
            if weight < 0:
                return f"weight {i} is {digits(weight)}, below 0"
        total = sum(weights, arb(0))
        return "" if total.contains(1) else f"the weights sum to {apart(total, arb(1))[0]}"


class ExactZeros(Property):
    """Some token gets nothing."""

    key, short = "zeros", "zer"
    title = "exact zeros"
    statement = r"Some row of finite logits has a weight that is exactly 0."
    exists = True
    nothing, points = "no exact zero", "rows"

    def draw(self, rng: random.Random, size: float, subject: Subject) -> Point:
        return {"z": draw_row(rng, size)}

    def corners(self) -> tuple[Point, ...]:
        deep = ({"z": (gap, 0.0)} for gap in GAPS)
        return {"z": (8.0, 0.0)}, {"z": (8.0, 4.0, 0.0)}, {"z": (0.0, -8.0)}, *deep

    def decide(self, subject: Subject, point: Point) -> str:
        if "after" in point:  # a claim of the registry, about weights that are continuous
            ends = zip(subject.weights(point["z"]), subject.weights(point["after"]), strict=True)
            turned = [i for i, (here, there) in enumerate(ends) if here < 0 < there]
            return f"weight {turned[0]} turns from below 0 to above on the way, and is continuous" if turned else ""
        zeros = subject.zeros(point["z"])
        return f"weight {zeros[0]} is exactly 0" if zeros else ""


class ShiftInvariant(Property):
    """Only differences of logits matter."""

    key, short = "shift", "shi"
    title = "shift-invariant"
    statement = r"$p(z + c\mathbf{1}) = p(z)$."

    def draw(self, rng: random.Random, size: float, subject: Subject) -> Point:
        return {"z": draw_row(rng, size), "shift": rng.choice((-4.0, -1.0, 1.0, 2.0, 8.0))}

    def decide(self, subject: Subject, point: Point) -> str:
        before = subject.weights(point["z"])
        after = subject.weights([token + point["shift"] for token in point["z"]])
        return changed(before, after)


class OrderPreserving(Property):
    """A larger logit never gets less, and equal ones get the same."""

    key, short = "order", "ord"
    title = "order-preserving"
    statement = r"$z_i \ge z_j$ gives $p_i \ge p_j$; so equal logits get equal weights."

    def draw(self, rng: random.Random, size: float, subject: Subject) -> Point:
        return {"z": draw_row(rng, size)}

    def corners(self) -> tuple[Point, ...]:
        return {"z": (0.0, 0.0, 0.0)}, {"z": (-1.0, -5.0)}

    def decide(self, subject: Subject, point: Point) -> str:
        z, weights = point["z"], subject.weights(point["z"])
        for i, larger in enumerate(z):
            for j, smaller in enumerate(z):
                if larger >= smaller and weights[i] < weights[j]:
                    low, high = apart(weights[i], weights[j])
                    return f"z[{i}] >= z[{j}], but weight {i} is {low}, below {high}"
        return ""


class PermutationEquivariant(Property):
    """The order in which tokens come does not matter."""

    key, short = "permutation", "per"
    title = "permutation-equivariant"
    statement = r"$p(z_\pi) = p(z)_\pi$ for every permutation $\pi$."

    def draw(self, rng: random.Random, size: float, subject: Subject) -> Point:
        z = draw_row(rng, size)
        return {"z": z, "order": tuple(rng.sample(range(len(z)), len(z)))}

    def corners(self) -> tuple[Point, ...]:
        return {"z": (0.0, 0.0, 1.0), "order": (1, 2, 0)}, {"z": (1.0, 1.0, 0.0), "order": (2, 0, 1)}

    def decide(self, subject: Subject, point: Point) -> str:
        z, order = point["z"], point["order"]
        weights = subject.weights(z)
        return changed([weights[i] for i in order], subject.weights([z[i] for i in order]))


class Rivalry(Property):
    """A newcomer takes, it never gives."""

    key, short = "joining", "add"
    title = "adding a token never raises another's weight"
    statement = r"A token of any logit that joins, at any place, raises no other weight."
    draws = 120

    def draw(self, rng: random.Random, size: float, subject: Subject) -> Point:
        if rng.random() < 0.5:  # one token above many equal ones, and a newcomer about as high as it
            base, above = rng.randint(-2, 2), rng.choice((1, 1, 4)) * rng.randint(1, 16) / 16
            z = (base + above, *(float(base),) * rng.randint(1, 9))
            return {"z": z, "joins": z[0] + above * rng.uniform(-1, 2), "place": len(z)}
        z = draw_row(rng, size)
        return {"z": z, "joins": rng.choice((-12.0, -6.0, -2.0, 0.0, 1.0, 3.0)), "place": rng.randint(0, len(z))}

    def decide(self, subject: Subject, point: Point) -> str:
        z, place = list(point["z"]), point["place"]
        before = subject.weights(z)
        after = subject.weights([*z[:place], point["joins"], *z[place:]])
        for i, (was, now) in enumerate(zip(before, after[:place] + after[place + 1 :], strict=True)):
            if now > was:
                return "weight {} rises from {} to {}".format(i, *apart(was, now))
        return ""


class NonVanishing(Property):
    """A low enough newcomer is not felt at all."""

    key, short = "vanishing", "nv"
    title = "non-vanishing"
    statement = (
        r"Every row has a finite level below which a token that joins changes no other weight at all. "
        r"Without a theorem it is measured: a token is felt at each of a few depths below the least logit, which are "
        r"named; deeper ones are not tried."
    )
    limiting = True
    draws = 20

    def draw(self, rng: random.Random, size: float, subject: Subject) -> Point:
        return {"z": draw_row(rng, size)}

    def corners(self) -> tuple[Point, ...]:
        return {"z": (1.0, 0.0)}, {"z": (0.0, 0.0, 1.0)}

    def decide(self, subject: Subject, point: Point) -> str:
        z = list(point["z"])
        before, faded = subject.weights(z), ""
        felt: list[float] = []
        for depth in subject.depths:
            longer = [*z, min(z) - depth]
            try:
                after = subject.weights(longer)
            except Undefined:
                if not felt:
                    raise
                break
            # In floating point a newcomer takes before it shows in the others: it has a weight, the sum is the same.
            takes = felt and sum(before, arb(0)).overlaps(sum(after, arb(0))) and len(z) not in subject.zeros(longer)
            seen = changed(before, after[:-1])
            if not seen and not takes:
                return ""
            if not seen and after[-1].mid() == 0:
                faded = f"; from {float(f'{depth:.2g}'):g} on its weight underflows"
                break
            felt.append(depth)
        depths = ", ".join(f"{float(f'{depth:.2g}'):g}" for depth in felt)
        return f"a token that joins is felt at each depth below the least that was measured: {depths}{faded}"


def changed(before: list[arb], after: list[arb]) -> str:
    """Name the first weight that certainly changes."""
    for i, (was, now) in enumerate(zip(before, after, strict=True)):
        if not was.overlaps(now):
            return "weight {} is {}, then {}".format(i, *apart(was, now))
    return ""


POINTWISE: tuple[Property, ...] = (
    Simplex(),
    ExactZeros(),
    ShiftInvariant(),
    OrderPreserving(),
    PermutationEquivariant(),
    Rivalry(),
    NonVanishing(),
)
