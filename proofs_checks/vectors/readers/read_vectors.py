"""Reads every kind of test vectors in a folder and checks implementations against them: python read_vectors.py FOLDER.

Only the standard library is needed. Lists are flat; attention has the shapes of its arrays beside them.
"""

import json
import math
import sys
from pathlib import Path


def entmax(z, alpha):
    """Put your own implementation here; this one halves the interval of tau until no float lies inside."""
    a, peak, low, high = alpha - 1, max(z), -1.0, 0.0
    while alpha > 1 and (tau := low + (high - low) / 2) not in (low, high):
        if sum(max(a * (x - peak) - tau, 0.0) ** (1 / a) for x in z) >= 1:
            low = tau
        else:
            high = tau
    p = [max(a * (x - peak) - low, 0.0) ** (1 / a) if alpha > 1 else math.exp(x - peak) for x in z]
    return [x / math.fsum(p) for x in p]


def loss(z, target, alpha):
    """Compute a Fenchel-Young loss: the inner product of p - y and z, and the entropy of p."""
    p, top = entmax(z, alpha), max(z)
    terms = [(x - top) * (q - (i == target)) for i, (x, q) in enumerate(zip(z, p)) if q or i == target]
    if alpha == 1:
        return math.fsum(terms) - math.fsum(q * math.log(q) for q in p if q)
    return math.fsum(terms) + (1 - math.fsum(q**alpha for q in p)) / (alpha * (alpha - 1))


def attention(test, numbers, alpha):
    """Compute the output, head by head and query by query."""
    (batch, heads, m, d), (_, groups, n, dv) = test["shapes"]["query"], test["shapes"]["value"]
    query, key, value = numbers["query"], numbers["key"], numbers["value"]
    left, right = (m + n if side is None else side for side in test.get("window", (None, None)))
    hidden = [0.0 if sees else -math.inf for sees in test.get("boolean_mask", [])]

    def entry(name, place, missing):
        shape, flat, at = test["shapes"].get(name), numbers.get(name, hidden), 0
        for size, index in zip(shape or [], place[-len(shape or [0]) :]):
            at = at * size + (index if size > 1 else 0)
        return missing if shape is None else flat[at]

    def logit(b, h, i, j):
        one, other = query[((b * heads + h) * m + i) * d :][:d], key[((b * groups + kv(h)) * n + j) * d :][:d]
        z = entry("scale", (b, h, i), 1 / math.sqrt(d)) * math.fsum(x * y for x, y in zip(one, other))
        cap, distance = entry("softcap", (), None), abs(i + n - m - j)
        z = z if cap is None else cap * math.tanh(z / cap)
        mask = entry("attn_mask", (b, h, i, j), 0.0) + entry("boolean_mask", (b, h, i, j), 0.0)
        behind = j >= test.get("key_lengths", [n] * batch)[b] or (test["is_causal"] and j > i + n - m)
        outside = not i + n - m - left <= j <= i + n - m + right
        return -math.inf if behind or outside else z - entry("alibi_slopes", (h,), 0.0) * distance + mask

    def kv(h):
        return h // (heads // groups)

    out = []
    for b, h, i in ((b, h, i) for b in range(batch) for h in range(heads) for i in range(m)):
        z = [logit(b, h, i, j) for j in range(n)] + [entry("sinks", (h,), -math.inf)]
        p = entmax(z, alpha) if max(z[:-1]) > -math.inf else [0.0] * n
        out += [math.fsum(p[j] * value[((b * groups + kv(h)) * n + j) * dv + k] for j in range(n)) for k in range(dv)]
    return out


def answer(kind, test, numbers, alpha):
    """Compute what a test asks for."""
    if kind == "loss-vectors-1":
        return [loss(numbers["logits"], test["target"], alpha)]
    return attention(test, numbers, alpha) if kind == "attention-vectors-1" else entmax(numbers["logits"], alpha)


def main(folder):
    wrong = 0
    for kind in ("entmax-vectors-1", "loss-vectors-1", "attention-vectors-1"):
        tests = off = 0
        for group in json.loads((folder / f"{kind}.json").read_text(encoding="utf-8"))["testGroups"]:
            for test in group["tests"]:
                fields = [name for name in test["bits"]["float64"] if isinstance(test[name], list)]
                numbers = {name: [float.fromhex(word) for word in test[name]] for name in fields}
                budget = [float.fromhex(x) for x in test["budget"]["float64"]]
                got = answer(kind, test, numbers, float.fromhex(group["alpha"]))
                ends = zip(got, numbers["lower"], numbers["upper"], budget, strict=True)
                if not all(low - room <= x <= high + room for x, low, high, room in ends):
                    print(f"{kind}, test {test['tcId']} ({test['comment']}): {got}")
                    off += 1
                tests += 1
        print(f"{kind}: {tests} tests, {off} wrong")
        wrong += off
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else ".")))
