"""Families say what they draw, and nothing that they do not draw is made of them by shrinking."""

from __future__ import annotations

import gc
import random
import re

from flint import fmpq

from entmax_oracle.proofs_checks.evidence.families import (
    Searched,
    around_one,
    each,
    family,
    normalised,
    one_of,
    reals,
    rows,
    unit,
    weights,
    whole,
)
from entmax_oracle.proofs_checks.evidence.instances import Instance, row, simplex
from entmax_oracle.proofs_checks.evidence.judging import shrink
from entmax_oracle.proofs_checks.reading import precision
from entmax_oracle.proofs_checks.theorems import cases
from entmax_oracle.theory import notation as N


@family("random points", sizes=(2, 5), weights=weights, alpha=one_of(("3/2", 2, 2)), epsilon=unit, tries=whole(1, 9))
def pointed(weights: list[fmpq], alpha: fmpq, epsilon: fmpq, tries: fmpq) -> Instance:
    return simplex(normalised(weights), alpha, epsilon=epsilon)


def test_a_domain_is_read_off_the_data() -> None:
    said = r"random points, $2 \le n \le 5$, $\alpha \in \{3/2, 2\}$, $\epsilon \in [0, 1]$, tries in {1, …, 9}"
    assert pointed.domain == said
    assert rows(alphas=(2, 3), sizes=(1, 4)).domain == r"random rows, $n \le 4$, $\alpha \in \{2, 3\}$"
    longer = family("rows", sizes=(1, 3), added=1, times=2, z=each(around_one))(lambda z: row([0, *z, *z], 2))
    assert longer.domain == r"rows, $n \le 7$, $z_i > 0$"
    pair = family("pairs", sizes=(2, 2), of=N.bands, z=reals)(lambda z: row(z, 2))
    assert pair.domain == "pairs, $F = 2$"


def test_a_family_builds_points_from_plain_numbers() -> None:
    point = pointed([1, 3], "5/4", "1/3", 0)
    assert point[N.p] == [fmpq(1, 4), fmpq(3, 4)]
    assert (point[N.alpha], point[N.epsilon]) == (fmpq(5, 4), fmpq(1, 3))


def test_a_shrinker_does_not_leave_the_family() -> None:
    rng = random.Random(0)
    parameters = pointed.draw(rng, 1.0)
    while pointed.member(parameters) is None:
        parameters = pointed.draw(rng, 1.0)
    smallest = shrink(pointed, parameters, lambda point: True)
    assert len(smallest[N.p]) == 2
    assert smallest[N.alpha] == parameters["alpha"]
    assert 0 <= smallest[N.epsilon] <= 1


def test_no_family_draws_more_tokens_than_it_says() -> None:
    assert cases()
    gc.unfreeze()  # what is frozen is not listed
    families = [
        found for found in gc.get_objects() if issubclass(type(found), Searched)
    ]  # not of a proxy that has died
    gc.freeze()
    assert len(families) > 100
    wrong, judged = {}, 0
    with precision():
        for found in families:
            said = re.search(r"\$(?:\d+ \\le )?n (?:\\le|=) (\d+)\$", found.domain)
            rng = random.Random(1)
            drawn = [found.sample(rng, 1.0)[1] for _ in range(6)] if said else []
            lengths = [int(point[N.n].p) for point in drawn if point is not None and N.n in point.values]
            judged += len(lengths)
            if said and lengths and max(lengths) > int(said[1]):
                wrong[found.domain] = max(lengths)
    assert wrong == {}
    assert judged > 400
