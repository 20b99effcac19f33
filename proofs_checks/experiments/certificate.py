"""The certificate: at which lengths a trained head answers every row rightly, and at which some row fools it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from entmax_oracle.reference.inputs import Float64

from .contenders import Contender
from .failing import LONGEST, Row, find
from .odds import judge, least_share
from .scales import grows, scale_bounds
from .tables import Tables

__all__ = ["EVERY", "NONE", "UP_TO", "Certificate", "Failing", "Ground", "certify", "grounds", "short", "unproved"]

EVERY, UP_TO, NONE = "every length", "up to n", "none"
FORMAL = "formal"
_BLOCKS = 60


@dataclass(frozen=True)
class Ground:
    """A theorem that a certificate leans on.

    Attributes
    ----------
    name : str
    claims : tuple of str
        Which of its claims.
    evidence : str
        ``"formal"`` where a proof of each of them has been checked by the kernel of Coq; else why not.
    says : str
        What it is needed for.
    """

    name: str
    claims: tuple[str, ...]
    evidence: str
    says: str


@dataclass(frozen=True)
class Failing:
    """A query and class that is not certified at every length.

    Attributes
    ----------
    query, right : int
    n : int
        Largest length up to which every row with them is certified; 1 if none is.
    gap : float
        Least gap of the unscaled logits.
    lacks : float or None
        What the gap lacks for every length, at the least scale; None where no gap would do.
    """

    query: int
    right: int
    n: int
    gap: float
    lacks: float | None


@dataclass(frozen=True)
class Certificate:
    """What is proved of a trained head.

    Attributes
    ----------
    verdict : str
        ``"every length"``, ``"up to n"`` or ``"none"``.
    n : int or None
        Every row of 2 to n tokens is answered correctly; None without an end, and 1 where nothing is certified.
    gap : float
        Lower bound of the gap between a match and any token that may stand beside it, in unscaled logits.
    scale : tuple of float
        Bounds of the scale over all queries and the lengths from 2 on; None for no upper bound.
    scale_grows : bool
        Whether no query's scale falls with the length.
    one_hot_from : int or None
        Length from which on entmax gives the match everything, in every row; None where it is not known to.
    slack : float
        Least share of its margin that a match has to spare, where every length is certified.
    certified : int
        Pairs of query and class that are right at every length.
    pairs : int
        All such pairs.
    theorems : tuple of Ground
    wrong : Row or None
        The shortest row that was found to fool the head, executed.
    failing : tuple of Failing
        Pairs that fail first.
    detail : str
        All this in words.
    """

    verdict: str
    n: int | None
    gap: float
    scale: tuple[float, float | None]
    scale_grows: bool
    one_hot_from: int | None
    slack: float
    certified: int
    pairs: int
    theorems: tuple[Ground, ...]
    wrong: Row | None = None
    failing: tuple[Failing, ...] = ()
    detail: str = ""


@dataclass
class _Walk:
    """How far each pair of query and class is certified, from two tokens on; -1 stands for no end."""

    reached: NDArray[np.object_]
    slack: Float64
    alive: NDArray[np.bool_]


def certify(tables: Tables) -> Certificate:
    """Certify a head at as many lengths as can be, and look for a row that fools it beyond."""
    walk = _walk(tables)
    endless = walk.reached == -1
    pairs = endless.size
    gap = tables.least_gap
    low, high = scale_bounds(tables, 2, None)
    every = bool(endless.all())
    n = None if every else int(min(x for x in walk.reached.ravel() if x != -1))
    wrong = None if n is None else find(tables, n)
    verdict = EVERY if every else UP_TO if wrong is not None and n is not None and n >= 2 else NONE
    return Certificate(
        verdict=verdict,
        n=n,
        gap=gap,
        scale=(float(low.min()), float(high.max()) if np.isfinite(high).all() else None),
        scale_grows=grows(tables),
        one_hot_from=_one_hot_from(tables),
        slack=float(walk.slack.min()) if every else 0.0,
        certified=int(endless.sum()),
        pairs=pairs,
        theorems=grounds(tables.how),
        wrong=wrong,
        failing=tuple(_failing(tables, walk)),
        detail=_words(verdict, n, wrong, int(endless.sum()), pairs),
    )


def _walk(tables: Tables) -> _Walk:
    """Certify block after block of lengths, each as long as it can be, until what lies ahead is certified as a whole.

    The length at which the first pair fails is found exactly. Of the others it is then known within a factor of two,
    and nothing is said of those that are left after a number of blocks.
    """
    shape = (tables.task.keys, tables.task.classes)
    walk = _Walk(np.full(shape, 1, dtype=object), np.ones(shape), np.ones(shape, bool))
    first, ratio, least = 2, 2.0, 1.0
    blocks = _BLOCKS
    while walk.alive.any() and first < LONGEST and blocks:
        blocks -= least > 1
        ahead = judge(tables, first, None)
        if (ahead.right | ~walk.alive).all() or least > 1:
            done = walk.alive & ahead.right
            walk.reached[done] = -1
            walk.slack[done] = np.minimum(walk.slack, ahead.slack)[done]
            walk.alive &= ~done
            if not walk.alive.any():
                break
        last = min(max(first, _times(first, ratio) - 1), LONGEST)
        block = judge(tables, first, last)
        if (block.right | ~walk.alive).all():
            walk.slack = np.where(walk.alive, np.minimum(walk.slack, block.slack), walk.slack)
            first, ratio = last + 1, min(ratio * ratio if ratio > 1.4 else 2.0, 2.0**60)
        elif last > first and ratio > least:
            ratio = least if ratio < 1.001 else max(least, ratio**0.5)
        else:
            walk.reached[walk.alive & ~block.right] = first - 1
            walk.alive &= block.right
            first, ratio, least = last + 1, 2.0, 2.0
    walk.reached[walk.alive] = min(first, LONGEST) - 1
    return walk


def _times(n: int, ratio: float) -> int:
    return int(n * ratio) if n < 2**50 else (n * int(ratio * 2**20)) >> 20


def _one_hot_from(tables: Tables) -> int | None:
    """Return the least power of two from which on entmax is one-hot on the match, in every row."""
    if tables.how.mapping != "entmax":
        return None
    for k in range(1, 1000):
        n: int = 2**k
        if (least_share(tables, n, None) >= 1).all():
            return n
        if tables.how.scale == "one":
            break
    return None


def _failing(tables: Tables, walk: _Walk) -> Iterator[Failing]:
    """Name the pairs that fail first."""
    nearest = tables.gaps[0].min(-1)
    left = [(int(walk.reached[u, c]), u, c) for u, c in np.ndindex(walk.reached.shape) if walk.reached[u, c] != -1]
    lacks = _lacking(tables)
    for n, u, c in sorted(left)[:8]:
        yield Failing(u, c, n, float(nearest[u, c]), None if lacks is None else float(lacks[u, c]))


def _lacking(tables: Tables) -> Float64 | None:
    """Say what gaps lack, at the least scale, for a match to win at every length; None where no gap would do.

    By entmax a match with the share w of a row wins against a token if w exceeds ``harm / (own + harm)``.
    """
    how = tables.how
    if how.mapping != "entmax" or how.scale == "log":
        return None
    low = scale_bounds(tables, 2, None)[0][:, None, None]
    own, harm, gap = tables.own_margin[0], tables.harm[1], tables.gaps[0]
    found = np.zeros(own.shape[:2])
    with np.errstate(invalid="ignore", divide="ignore"):
        for c in range(tables.task.classes):
            share = np.where(own[:, c, None] > 0, harm[c][None] / (own[:, c, None] + harm[c][None]), 1.0)
            share = np.where(np.isinf(own[:, c, None]), 0.0, share)
            needed = how.power * share.max(-1) ** (1 / how.power) / low[..., 0]
            found[:, c] = np.where(np.isinf(gap[:, c]), 0.0, needed - gap[:, c]).max(-1)
    return found


_LEANS: dict[str, tuple[tuple[str, tuple[str, ...], str], ...]] = {
    "entmax": (
        (
            "threshold-form",
            ("form", "simplex"),
            "a token with mass leaves the match more than ((alpha - 1) theta gap)^q",
        ),
        ("epsilon-criterion", ("criterion",), "the least weight of the match in rows of at most n tokens"),
        ("needle", ("weight",), "the least weight of the match at every length"),
        ("one-hot-margin", ("one-hot",), "from which gap on the match has everything"),
    ),
    "softmax": (
        ("softmax-structure", ("positive", "sum"), "every token has weight, and the weights sum to 1"),
        ("softmax-two-level", ("softmax",), "the share of one match among n - 1 equal others, exactly"),
        ("softmax-vanishes", ("weight",), "no token keeps its weight while logits are bounded"),
    ),
    "stieltjes": (),
}
_LEANS_LASTING = {
    "one": ("duplicates", ("together",), "repeating a token does not lower the mass of its copies"),
    "adaptive": ("majorisation", ("prefix",), "a smaller scale gives no more to the largest logit"),
}


def grounds(how: Contender) -> tuple[Ground, ...]:
    """Return the theorems that a certificate of a contender leans on, with the evidence that they carry."""
    leans = list(_LEANS[how.mapping])
    if how.mapping == "entmax":
        leans.append(_LEANS_LASTING[how.scale])
    return tuple(Ground(name, claims, _evidence(name, claims), says) for name, claims, says in leans)


def _evidence(name: str, claims: tuple[str, ...]) -> str:
    """Say what evidence claims of a theorem carry: the certificate of Coq's check is read, and statements compared."""
    from entmax_oracle.theory import theorems

    from ..formal import formal_evidence

    found = formal_evidence(next(each for each in theorems() if each.name == name))
    if found is None or not set(claims) <= set(found.claims):
        return "none: no formal proof"
    return FORMAL if found.status == "holds" else f"none: {found.detail}"


def unproved(certificate: Certificate) -> str:
    """Say which theorem that a certificate leans on carries no formal evidence; empty if each does."""
    weak = next((each for each in certificate.theorems if each.evidence != FORMAL), None)
    return "" if weak is None else f"the theorem {weak.name!r} carries no formal evidence ({weak.evidence})"


def _words(verdict: str, n: int | None, wrong: Row | None, certified: int, pairs: int) -> str:
    if verdict == EVERY:
        return "every row of at least two tokens is answered correctly, whatever stands beside the match, and how often"
    left = "no row is certified" if n is None or n < 2 else f"every row of 2 to {short(n)} tokens is answered correctly"
    if wrong is None:
        return f"{left}; beyond, nothing was proved and no row was found that fools the head: undecided"
    end = "every longer row of that kind is answered wrongly too" if wrong.lasting else "for longer rows it may recover"
    lost = pairs - certified
    return (
        f"{left}; asked for key {wrong.query}, one match of class {wrong.right} among {short(wrong.n - 1)} "
        "copies of token "
        f"{wrong.token} is answered with class {wrong.answer}, and {end} ({lost} of {pairs} pairs of query "
        "and class are "
        "not certified at every length)"
    )


def short(n: int) -> str:
    """Write a length for people: in full below a million, else to two digits."""
    if n < 10**6:
        return f"{n:,}"
    digits = len(str(n)) - 1
    return f"{n // 10 ** (digits - 1) / 10:.1f}e{digits}"
