"""The one minimiser: it ends at a counterexample that no attempt makes simpler, within its limits."""

from __future__ import annotations

from entmax_oracle.proofs_checks.shrinking import minimise


def halves(text):
    middle = len(text) // 2
    yield from (text[:middle], text[middle:]) if len(text) > 1 else ()


def letters(text):
    yield from (text[:i] + text[i + 1 :] for i in range(len(text)))


def test_what_is_left_fails_and_nothing_simpler_does():
    start = "the quick brown fox jumps over the lazy dog"
    case, shown = minimise(start, "", [halves, letters], lambda text: text.upper() if {"x", "z"} <= {*text} else None)
    assert sorted(case) == ["x", "z"]
    assert shown == case.upper()


def test_a_case_that_nothing_simplifies_is_kept_with_what_it_showed():
    assert minimise("abc", "first", [letters], lambda text: None) == ("abc", "first")


def test_evaluations_are_counted_and_ineligible_candidates_cost_none():
    tried = []

    def fails(text):
        tried.append(text)

    minimise("abcdefgh", None, [letters], fails, evaluations=3)
    assert len(tried) == 3
    minimise("abcdefgh", None, [letters], fails, eligible=lambda candidate, case: candidate < "b", evaluations=100)
    assert len(tried) == 3 + 7


def test_time_ends_it():
    assert minimise("abc", "", [letters], lambda text: text, seconds=-1.0) == ("abc", "")
