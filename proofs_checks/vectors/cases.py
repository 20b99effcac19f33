"""Which rows the test vectors of the mapping hold: for each law, the rows that implementations get wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from entmax_oracle.proofs_checks.conformance.calls import Float64
from entmax_oracle.proofs_checks.conformance.inputs.rows import Row, moved

__all__ = ["ALPHAS", "FLAGS", "GROUPS", "Draft", "Rows"]

ALPHAS = tuple(float(Fraction(text)) for text in ("1", "1.05", "5/4", "4/3", "3/2", "7/4", "2", "5/2", "4"))

_FEW = (1.0, 1.5)

FLAGS = {
    "AlphaAboveTwo": "alpha > 2: the sensitivities of tokens near the threshold are unbounded.",
    "AlphaNearOne": "alpha just above 1, where 1/(alpha-1) is large and p = [x - tau]^(1/(alpha-1)) is stiff.",
    "Boundary": "a token lies at the threshold, or one rounding away from it: it is exactly zero or barely positive.",
    "Dominant": "one logit is far above the rest: the answer is one-hot.",
    "Flat": "logits that are nearly equal, or equal: every token counts, and sums have many terms.",
    "HeavyTail": "a few logits are far from the others.",
    "Huge": "logits near the largest numbers of the format, where differences and products overflow.",
    "Long": "a row of a thousand tokens: blocks, sums, wide supports.",
    "Margin": "the largest logit is 1/(alpha-1) above the others, or nearly: the edge of the one-hot answer.",
    "Masked": "tokens with the logit -inf; they get exactly zero, and the rest is as without them.",
    "Ordinary": "nothing special.",
    "Shifted": "a constant was added to every logit; it changes nothing.",
    "SingleToken": "a row of one live token; its probability is exactly 1.",
    "Spread": "probabilities over six orders of magnitude.",
    "Subnormal": "logits around the smallest numbers of the format.",
    "Ties": "equal logits, which get equal probabilities.",
}


@dataclass(frozen=True)
class Draft:
    """One row to be certified: its logits, and what is special about it."""

    comment: str
    flags: tuple[str, ...]
    logits: Float64
    cotangent: Float64 | None = None


@dataclass(frozen=True)
class Rows:
    """Rows for one law.

    Parameters
    ----------
    law : str
        A law of ``entmax-oracle check``; the first one that a wrong answer breaks.
    families : dict
        From a family of :mod:`~entmax_oracle.proofs_checks.conformance.inputs.rows` to a flag.
    sizes : tuple of int
        Row lengths.
    dtypes : tuple of str
        Formats whose numbers the logits are.
    shift : float
        Added to every logit.
    masked : float
        Share of tokens masked.
    gradient : bool
        Also certify a vector-Jacobian product, and its counterpart in alpha.
    alphas : tuple of float
        Few where the rows are long.
    """

    law: str
    families: dict[str, str]
    sizes: tuple[int, ...]
    dtypes: tuple[str, ...] = ("bfloat16", "float32", "float64")
    shift: float = 0.0
    masked: float = 0.0
    gradient: bool = False
    alphas: tuple[float, ...] = ALPHAS

    def drafts(self, alpha: float) -> Iterator[Draft]:
        """Make the rows for one alpha."""
        kind = ("AlphaNearOne",) * (1 < alpha < 1.1) + ("AlphaAboveTwo",) * (alpha > 2)
        for place, (family, flag) in enumerate(self.families.items()):
            for n in self.sizes:
                dtype = self.dtypes[(place + n) % len(self.dtypes)]
                row = Row(family, n, seed=place, masked=self.masked).values(alpha, dtype)
                if self.shift:
                    # Exactly, so that the shifted row has the answer of a plain one.
                    _, row, _ = moved(row, self.shift, dtype)
                extra = ("Shifted",) * bool(self.shift) + ("Masked",) * bool(self.masked) + ("Long",) * (n > 1000)
                cotangent = None
                if self.gradient:
                    rng = np.random.default_rng([n, place])
                    cotangent = rng.integers(-16, 17, n) / 8.0
                yield Draft(f"{family} row of {n} numbers of {dtype}", (flag, *extra, *kind), row, cotangent)


_ORDINARY = {"gaussian": "Ordinary", "uniform": "Ordinary", "ramp": "Ordinary"}
_EDGES = {
    "boundary": "Boundary",
    "tied_peak": "Boundary",
    "margin": "Margin",
    "crowded_margin": "Margin",
    "crowded_middle": "Boundary",
}
_EXTREME = {"enormous": "Huge", "subnormal": "Subnormal", "heavy_tail": "HeavyTail", "dominant": "Dominant"}

GROUPS = (
    Rows("values", {**_ORDINARY, "spread": "Spread", "two_blocks": "Flat", "flat": "Flat"}, (2, 3, 7, 33)),
    Rows("values", _EXTREME, (2, 5, 17)),
    Rows("support", _EDGES, (2, 3, 9, 40)),
    Rows("simplex", {"gaussian": "Ordinary", "flat": "Flat"}, (129,), ("float32",)),
    Rows("values", {"flat": "Flat", "crowded_middle": "Boundary"}, (1025,), ("float32",), alphas=_FEW),
    Rows("ties", {"constant": "Ties", "levels": "Ties"}, (2, 3, 8, 31)),
    Rows("shift", {**_ORDINARY, "levels": "Ties"}, (2, 6), ("float32",), shift=1024.0),
    Rows("shift", _ORDINARY, (5,), ("float64",), shift=-(2.0**40)),
    Rows("deletion", {**_ORDINARY, "boundary": "Boundary"}, (2, 11), masked=0.5),
    Rows("single token", {"gaussian": "SingleToken", "enormous": "SingleToken"}, (1,)),
    Rows("single token", {"one_live": "SingleToken"}, (4, 19), masked=0.0),
    Rows(
        "gradient", {**_ORDINARY, "levels": "Ties", "margin": "Margin", "spread": "Spread"}, (2, 5, 16), gradient=True
    ),
)
