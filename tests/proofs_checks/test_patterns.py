"""Attention patterns are counted rightly: by enumeration, by matrix products, and against gradients."""

import itertools
import json
import math
import re
from importlib import import_module

import numpy as np
import pytest

from entmax_oracle.cli import main
from entmax_oracle.proofs_checks.evidence import row as exact_row
from entmax_oracle.proofs_checks.patterns import PATTERNS, Scene, counting, execute, masks, paths_to, reach
from entmax_oracle.theory import notation as N


def stacks(tokens, layers, both_ways=False):
    """Yield every pattern with the masks it draws."""
    scene = Scene(tokens, layers, 4, both_ways)
    for pattern in PATTERNS:
        if not (both_ways and pattern.causal_only):
            yield pattern, scene, pattern.draw(scene)


def dense(mask):
    return np.array([[row >> j & 1 for j in range(len(mask))] for row in mask], dtype=object)


def enumerated(stack, token):
    """Count paths by trying every sequence of tokens."""
    n, counts = len(stack[0]), [0] * len(stack[0])
    for path in itertools.product(range(n), repeat=len(stack)):
        places = (*path, token)
        if all(stack[k][places[k + 1]] >> places[k] & 1 for k in range(len(stack))):
            counts[path[0]] += 1
    return counts


@pytest.mark.parametrize("both_ways", [False, True])
def test_paths_are_those_that_enumeration_and_matrix_products_find(both_ways):
    for pattern, _, stack in stacks(6, 3, both_ways):
        product = dense(stack[0])
        for mask in stack[1:]:
            product = dense(mask) @ product
        for token in range(6):
            counts = paths_to(stack, token)
            assert counts == enumerated(stack, token), pattern.name
            assert counts == list(product[token])
        last = reach(stack)[-1]
        assert all(bool(last[i] >> j & 1) == bool(product[i, j]) for i in range(6) for j in range(6))


def test_counts_exceed_what_a_float_can_hold():
    full = ((1 << 70) - 1,) * 70
    assert sum(paths_to([full] * 12, 0)) == 70**12 > 2**53
    assert paths_to([tuple((2 << i) - 1 for i in range(70))] * 12, 69)[0] == math.comb(69 + 11, 11)


def test_masks_are_what_their_patterns_say():
    scene = Scene(48, 2, 8)
    drawn = {pattern.name: (pattern, pattern.draw(scene)) for pattern in PATTERNS}
    for pattern, stack in drawn.values():
        for mask in stack:
            assert all(0 < row < 2 << i for i, row in enumerate(mask)), f"{pattern.name}: empty, or not causal"
            limit = pattern.limit(scene)
            assert limit is None or max(row.bit_count() for row in mask) <= limit
    for i, row in enumerate(drawn["window"][1][0]):
        assert list(counting.members(row)) == list(range(max(0, i - 7), i + 1))
    for i, row in enumerate(drawn["BigBird"][1][0]):
        near = {0, 1, *range(i - 3, i + 1)} & set(range(i + 1))
        assert near <= set(counting.members(row))
        assert row.bit_count() <= len(near) + 2
    for i, row in enumerate(drawn["selected"][1][0]):
        chosen = set(counting.members(row))
        left_out = set(range(i + 1)) - chosen
        by_score = chosen - {0} - set(range(i - 2, i + 1))
        assert not (by_score and left_out) or min(scene.cheap[0][i, sorted(by_score)]) >= max(
            scene.cheap[0][i, sorted(left_out)]
        )
    random_layers = ("BigBird", "selected", "token types", "kept chunks", "entmax 1.5")
    assert all(drawn[name][1][0] != drawn[name][1][1] for name in random_layers), "layers draw anew"


def test_a_local_token_is_seen_up_to_the_next_global_one():
    (mask,) = next(p for p in PATTERNS if p.name == "token types").draw(Scene(48, 1, 8))
    ends = [max(i for i in range(48) if mask[i] >> j & 1) for j in range(48)]
    seen_always = {j for j in range(48) if all(mask[i] >> j & 1 for i in range(j, 48))}
    assert 0 in seen_always
    assert len(seen_always) < 24
    for j, end in enumerate(ends):
        assert all(mask[i] >> j & 1 for i in range(j, end + 1)), "no gaps"
        assert end == 47 or end in seen_always or end == j + 3, "a global token, or the window, ends it"


def test_supports_are_those_of_exact_arithmetic_and_alibi_stays_within_its_radius():
    scene = Scene(10, 1, 4)
    for order, mask in ((2, masks.entmax(scene.logits[0], 2.0)), ("3/2", masks.entmax(scene.logits[0], 1.5))):
        for i, row in enumerate(mask):
            exact = exact_row([float(x) for x in scene.logits[0][i, : i + 1]], order)[N.p]
            assert [x > 0 for x in exact] == [bool(row >> j & 1) for j in range(i + 1)]
    wide = Scene(96, 1, 4, seed=1)
    for order in (1.5, 2.0):
        keys = masks.alibi_keys(wide, order)
        assert keys < 96
        assert all(
            row >> max(0, i + 1 - keys) << max(0, i + 1 - keys) == row
            for i, row in enumerate(masks.entmax(masks.linear_bias(wide, 0), order))
        )


def test_theorems_hold_at_every_pattern_and_a_wrong_count_contradicts_them(monkeypatch):
    result = execute(12, 3, 4)
    assert [row.name for row in result.rows] == [pattern.name for pattern in PATTERNS]
    assert not any(row.contradicts for row in result.rows)
    assert all(row.paths <= row.bound and row.residual_paths <= row.residual_bound for row in result.rows)
    assert result.dense_paths == result.rows[0].paths == math.comb(12 + 2, 3)
    assert execute(12, 3, 4, both_ways=True).dense_paths == 12**3
    module = import_module("entmax_oracle.proofs_checks.patterns.execute")
    monkeypatch.setattr(module, "paths_to", lambda stack, token: [count + 1 for count in paths_to(stack, token)])
    wrong = {row.name: row.contradicts for row in execute(12, 3, 4).rows}
    assert "path-counts" in wrong["dense"]
    assert "sparse-paths" in wrong["window"]


def test_tokens_out_of_reach_have_no_gradient_and_all_others_have_one():
    torch = pytest.importorskip("torch")
    for pattern, _, stack in stacks(9, 2):
        generator = torch.Generator().manual_seed(0)
        query, key, value = (torch.randn(3, 3, generator=generator, dtype=torch.float64) for _ in range(3))

        def layers(h, stack=stack, query=query, key=key, value=value):
            for mask in stack:
                seen = torch.tensor(dense(mask).astype(bool))
                logits = ((h @ query) @ (h @ key).T).masked_fill(~seen, -torch.inf)
                h = h + torch.softmax(logits, -1) @ (h @ value)
            return h

        inputs = torch.randn(9, 3, generator=generator, dtype=torch.float64)
        size = torch.autograd.functional.jacobian(layers, inputs).abs().amax(dim=(1, 3))
        known = dense(reach([counting.with_residuals(mask) for mask in stack])[-1]).astype(bool)
        assert ((size > 0).numpy() == known).all(), pattern.name


def test_a_mask_that_keeps_the_support_changes_no_weight():
    import entmax_oracle as eo

    scene = Scene(24, 1, 8)
    logits = scene.logits[0]
    support = masks.entmax(logits, 1.5)
    (mask,) = next(p for p in PATTERNS if p.name == "selected").draw(scene)
    kept = [i for i in range(24) if not support[i] & ~mask[i]]
    assert 8 < len(kept) < 24
    seen = dense(mask).astype(bool)
    masked = eo.entmax(np.where(seen, logits, -np.inf), alpha=1.5)
    same = np.abs(masked - eo.entmax(logits, alpha=1.5)).max(axis=-1) < 1e-12
    assert list(np.flatnonzero(same)) == kept


def test_the_command_writes_the_page_and_refuses_what_it_cannot_draw(tmp_path, capsys):
    pytest.importorskip("matplotlib")
    assert main(["patterns", "--tokens", "12", "--layers", "3", "--keys", "4", "--report", str(tmp_path)]) == 0
    assert "entmax 1.5" in capsys.readouterr().out
    data = json.loads((tmp_path / "patterns.json").read_text(encoding="utf-8"))
    assert data["schema"] == "entmax-oracle/patterns/1"
    page = (tmp_path / "patterns.html").read_text(encoding="utf-8")
    assert "BigBird" in page
    assert page.count("<svg") == 1
    assert "patterns.html" in (tmp_path / "index.html").read_text(encoding="utf-8")
    filled = re.findall(r'd="(M[^"]*z)"', (tmp_path / "patterns.svg").read_text(encoding="utf-8"))
    assert len(filled) > 3 * len(data["rows"])
    assert main(["report", str(tmp_path)]) == 0
    for words, message in (
        (["--keys", "6"], "--keys: 6 is not a positive multiple of 4"),
        (["--tokens", "0"], "--tokens: 0 is below 1"),
        (["--both-ways", "--pattern", "token types"], "'token types' is unknown without a causal mask"),
    ):
        assert main(["patterns", *words]) == 2
        assert message in capsys.readouterr().err
