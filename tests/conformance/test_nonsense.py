"""What cannot be a counterexample is refused in one line that says what is wrong where, before the target is called."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from entmax_oracle.cli import main
from entmax_oracle.proofs_checks.conformance import replay
from entmax_oracle.proofs_checks.conformance.kinds import KINDS
from entmax_oracle.proofs_checks.conformance.kinds.attention.case import AttentionCase
from entmax_oracle.proofs_checks.conformance.kinds.loss import LossCase
from entmax_oracle.proofs_checks.conformance.kinds.mapping import MappingCase
from entmax_oracle.proofs_checks.conformance.kinds.normaliser.oracle import NormaliserCase

SUBJECT = str(Path(__file__).parent / "zoo" / "processes.py")
Z = np.array([[0.5, 1.0, 3.0], [0.25, 2.0, 2.0]])
Q = np.arange(12.0).reshape(1, 2, 2, 3)
K = Q[:, :1]
FEATURES = ["mask", "window", "softcap", "sinks", "alphas", "scales"]
EVERYTHING = AttentionCase(
    Q,
    K,
    K,
    cotangent=Q,
    is_causal=True,
    scale=0.5,
    alibi_slopes=(0.25, 0.5),
    key_lengths=(2,),
    layout="mixed",
    cotangent_layout="offset",
    variant=3,
    attn_mask=np.zeros((2, 2)),
    boolean_mask=True,
    window=(1, None),
    softcap=2.0,
    sinks=(0.5, 1.0),
    alphas=(1.5, 1.25),
    scales=np.ones((2, 1)),
)
SOUND = {
    "mapping": (MappingCase(Z, "strided", 5, 2.0, "padded", np.ones_like(Z)), {"others": [2.0]}, {}),
    "loss": (LossCase(Z, "padded", 1, 2.0, "offset", np.ones(2), target=np.array([2, 0])), {}, {}),
    "normaliser": (
        NormaliserCase(Z, "padded", 1, 2.0, "offset", np.ones_like(Z), parameters=(("k", 2),)),
        {"against": "top-k-softmax"},
        {},
    ),
    "attention": (EVERYTHING, {}, {"features": FEATURES}),
    "packed attention": (
        AttentionCase(Q, K, K, query_lengths=(2,), key_lengths=(1,)),
        {},
        {"layout": "thd"},
    ),
}
NEVER = (
    True,
    -1,
    0.5,
    10**400,
    float("nan"),
    "",
    "1e400",
    [],
    [None],
    [[1]],
    [5, 7, 9, 11],
    {},
    {"x": 1},
    {"shape": [5, 7]},
)
"""What no field may be."""
RIGHT = {"is_causal": (True,), "boolean_mask": (True,), "shift": (-1, 0.5), "scale": (-1, 0.5), "softcap": (0.5,)}
RIGHT |= {"others": ([], [5, 7, 9, 11]), "parameters": ({},), "cotangent_layout": ("",)}
"""But these."""


def written(kind):
    case, more, options = SOUND[kind]
    name = kind.split()[-1]
    found = {"law": "values", "alpha": 1.5, "dtype": "float32", **more, **KINDS[name].write(case)}
    return found | ({"alpha": 1} if name == "normaliser" else {}), {"kind": name, **options}


class Uncalled:
    """A target that must not be called."""

    def __init__(self):
        self.calls = 0

    def __call__(self, *given, **more):
        self.calls += 1


def complaint(found, options):
    """Replay what should be refused; give the complaint."""
    target = Uncalled()
    with pytest.raises(ValueError) as caught:
        replay(target, json.dumps(found), "torch", **options)
    assert target.calls == 0
    said = str(caught.value)
    assert "\n" not in said
    return said


@pytest.mark.parametrize("kind", SOUND)
def test_what_no_field_may_be_is_refused_in_each(kind):
    found, options = written(kind)
    target = Uncalled()
    replay(target, json.dumps(found | {"cotangent": None}), "numpy", **options)
    assert target.calls  # so that what is refused below is so for the nonsense
    for name in found:
        for value in NEVER:
            if not any(value is each or value == each for each in RIGHT.get(name, ())):
                said = complaint(found | {name: value}, options)
                assert said.startswith("counterexample: ")
                assert name in said or name in ("law", "against"), (name, value, said)
        if name not in ("law", "alpha", "dtype", "shape", "logits", "target", "query", "key", "value", "parameters"):
            continue
        lacking = {other: value for other, value in found.items() if other != name}
        assert f"{name} is missing, which " in complaint(lacking, options)
    assert "'zzz' is unknown; leave it out" in complaint(found | {"zzz": 1}, options)


@pytest.mark.parametrize(
    ("kind", "field", "said"),
    [
        ("mapping", {"law": "valuse"}, "unknown law 'valuse' for the kind 'mapping'; did you mean 'values'?"),
        ("normaliser", {"law": "gradient", "cotangent": None}, "cotangent is missing, which the law 'gradient' needs"),
        ("mapping", {"alpha": "low"}, 'alpha is "low", not a finite number such as 1.5'),
        ("mapping", {"alpha": 0.5}, "alpha must be finite and at least 1"),
        ("mapping", {"others": [2, 0.5]}, "others[1] must be finite and at least 1"),
        ("mapping", {"dtype": "single"}, "dtype: 'single' is not a supported format"),
        ("mapping", {"shape": [2, 4]}, "logits holds 6 numbers; its shape [2, 4] asks for 8"),
        ("mapping", {"shape": [2, -3]}, "shape is [2, -3], not a list of whole numbers such as [2, 5]"),
        ("mapping", {"logits": "5*0x0p+0 0x1.8q"}, 'logits[5] is "0x1.8q", not a float64 number: write hexadecimal'),
        ("mapping", {"logits": "999999999999*0x0p+0"}, "and a counterexample holds at most 67,108,864 numbers"),
        ("mapping", {"logits": "5*0x0p+0 0.1"}, "logits[1, 2] is 0.1, not a number of float32; the nearest is 0x1.9"),
        ("mapping", {"logits": "5*0x0p+0 1e39"}, "logits[1, 2] is 1e+39, beyond the largest number of float32"),
        ("mapping", {"logits": "5*0x0p+0 1e400"}, "logits[1, 2] is inf: logits must be finite"),
        ("mapping", {"logits": "3*0x0p+0 3*-inf"}, "every token of logits is masked"),
        ("mapping", {"logits": "", "shape": [0, 3], "cotangent": ""}, "logits has shape (0, 3): the law says nothing"),
        ("mapping", {"layout": "diagonal"}, 'layout is "diagonal"; it is one of contiguous, expanded,'),
        (
            "mapping",
            {"cotangent": "1 5*2", "cotangent_layout": "constant"},
            'cotangent_layout is "constant", where all',
        ),
        ("mapping", {"shift": 1e300}, "shift is 1e+300, beyond the largest number of float32"),
        ("mapping", {"variant": 2**32}, "variant is 4294967296, not a whole number from 0 to 4294967295"),
        ("mapping", {"target": [1, 2]}, "(it reads like one of a loss; pass --kind loss)"),
        ("loss", {"target": [1, 3]}, "target[1] is 3: a class index is a whole number from 0 to 2"),
        ("loss", {"target": [1, 0.5]}, "target[1] is 0.5, not a whole number"),
        ("loss", {"target": [1], "cotangent": None}, "target holds 1 class indices; the logits have 2 rows"),
        ("loss", {"logits": "-inf 0 0 3*1", "target": [0, 0]}, "target[0] is 0, a class that is masked"),
        ("normaliser", {"parameters": {"q": 2}}, "parameters.q is unknown; top-k-softmax has k"),
        ("normaliser", {"parameters": {}}, "parameters.k is missing, which top-k-softmax has"),
        ("normaliser", {"parameters": {"k": 0}}, 'parameters are {"k": 0}: k is 0: it must be a positive integer'),
        ("normaliser", {"parameters": {"k": 10**12}}, "would need rows of 1,000,000,000,000 tokens"),
        ("normaliser", {"parameters": {"k": "2"}}, 'parameters.k is "2", not a finite number'),
        ("normaliser", {"against": "top-p-softmax", "parameters": {}}, "unknown normaliser 'top-p-softmax'"),
        ("normaliser", {"parameters": {"k": 7}}, "the definition of top-k-softmax gives no answer for its logits"),
        ("attention", {"windw": [1, 1]}, "'windw' is unknown; did you mean 'window'?"),
        ("attention", {"is_causal": "maybe"}, 'is_causal is "maybe", not true or false'),
        ("attention", {"window": "x"}, 'window is "x", not a list of 2 numbers'),
        ("attention", {"window": [1, "x"]}, 'window[1] is "x", not a whole number'),
        ("attention", {"scales": {"shape": [5, 7], "numbers": "35*1"}}, "scales of shape (5, 7) does not broadcast"),
        ("attention", {"key_lengths": [5]}, "key_lengths[0] is 5: it must be an integer from 0 to N = 2"),
        ("attention", {"alphas": [1.5, 0.5]}, "alphas[1] must be finite and at least 1"),
        ("attention", {"sinks": [0.5]}, "sinks must have shape (2,), got (1,)"),
        ("attention", {"sinks": [0.5, 1e39]}, "sinks[1] is 1e+39, beyond the largest number of float32"),
        ("attention", {"scale": 1e39}, "scale is 1e+39, beyond the largest number of float32"),
        ("attention", {"softcap": 0}, "softcap is 0.0: it must be one positive, finite number"),
        ("attention", {"query": {"shape": [12], "numbers": "12*1"}}, "query must have 4 axes"),
        ("attention", {"query": {"shape": [1, -2], "numbers": ""}}, "query.shape is [1, -2], not a list of whole"),
        ("attention", {"query": "12*0x0p+0"}, 'query is "12*0x0p+0", not an array such as {"shape"'),
        ("packed attention", {"query_lengths": [3]}, "query_lengths[0] is 3; query has 2 tokens"),
        ("packed attention", {"query_lengths": [1, 1]}, "query_lengths holds 2 lengths; there are 1 sequences"),
        ("packed attention", {"window": [1, 1]}, "window is not what the target is declared to take"),
    ],
)
def test_nonsense_is_named_with_its_place_and_the_rule(kind, field, said):
    found, options = written(kind)
    assert said in complaint(found | field, options)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("[]", "counterexample: [] is not one"),
        (
            "null",
            "counterexample: 'null' is neither an object in JSON nor a file of JSON that can be read: No such file",
        ),
        ("{'law'}", "is not JSON: Expecting property name"),
        ("[" * 100_000, "is not JSON: maximum recursion depth"),
        (str(Path(__file__).parent), "that can be read: Is a directory"),
        ('{"laws": 3}', "counterexample: laws of this report is 3, not a list of objects"),
        ('{"laws": [{"counterexamples": [1]}]}', "counterexamples of this report is [1], not a list of objects"),
        (
            '{"laws": [{"counterexamples": [{"law": "values"}]}]}',
            "alpha, dtype are missing, which a counterexample needs",
        ),
        ('{"laws": []}', "reports no violation, so there is nothing to replay"),
    ],
)
def test_what_is_no_counterexample_at_all_is_refused_on_the_command_line(source, said, capsys):
    assert main(["check", f"{SUBJECT}:entmax15", "--array", "numpy", "--replay", source]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("entmax-oracle: ")
    assert printed.err.count("\n") == 1
    assert said in printed.err
