"""Test sets for ONNX backends, laid out as those of the ONNX repository are.

``<kind>/test_<law>_alpha_<alpha>_<dtype>`` holds ``model.onnx``, ``data.json`` with the tolerances, and data sets. A
model has one node of the domain ``entmax_oracle`` (for the mapping with alpha = 1 the standard ``Softmax``), and
compares its answer with the ends of what is right: its second output must be true throughout. So the error that is
allowed may differ from entry to entry, which ``atol`` cannot say.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from entmax_oracle.proofs_checks.conformance.calls import Float64
from entmax_oracle.reference.formats import as_format

from .batches import BATCHED, Batch, batches

__all__ = ["DOMAIN", "ONNX_KINDS", "write_onnx"]

ONNX_KINDS = tuple(BATCHED)
DOMAIN = "entmax_oracle"
_OPERATORS = {"mapping": "Entmax", "loss": "EntmaxLoss", "attention": "EntmaxAttention"}
_OPSET, _IR = 17, 8
_AXES: dict[str, tuple[str | None, ...]] = {
    "logits": ("rows", "tokens"),
    "target": ("rows",),
    "query": ("batch", "heads", "queries", "features"),
    "key": ("batch", "key_heads", "keys", "features"),
    "value": ("batch", "key_heads", "keys", "value_features"),
    "alibi_slopes": ("heads",),
    "sinks": ("heads",),
    "key_lengths": ("batch",),
}
_ANSWERS = {
    "mapping": ("rows", "tokens"),
    "loss": ("rows",),
    "attention": ("batch", "heads", "queries", "value_features"),
}


def write_onnx(
    folder: Path, progress: Callable[[str], None] = lambda what: None, kinds: Iterable[str] = ONNX_KINDS
) -> list[Path]:
    """Write ONNX test sets into a folder.

    Parameters
    ----------
    folder : Path
    progress : callable
        Told what is under way.
    kinds : iterable of str
        Of `ONNX_KINDS`.

    Returns
    -------
    list of Path
        What was written.

    Raises
    ------
    ModuleNotFoundError
        Without the onnx package.
    """
    import onnx  # noqa: F401 (before the work begins)

    written: list[Path] = []
    for name in kinds:
        for law, alpha, dtype, some in batches(BATCHED[name], progress):
            if float(np.float32(alpha)) != alpha:
                continue  # attributes are float32, and would be another alpha
            for place, same in enumerate(_alike(some)):
                suffix = f"_{place}" if place else ""
                test = f"test_{law.replace(' ', '_')}_alpha_{alpha:g}_{dtype}{suffix}"
                written += _write(folder / name / test, name, alpha, dtype, same)
    return written


def _alike(some: list[Batch]) -> Iterator[list[Batch]]:
    """Gather calls that one model serves: with the same inputs and the same attributes."""
    models: dict[str, list[Batch]] = {}
    for each in some:
        real = [value for value in each.options.values() if isinstance(value, float)]
        if all(float(np.float32(value)) == value for value in real):
            axes = {name: x.ndim for name, x in each.tensors.items()}
            models.setdefault(repr((axes, *each.integers, each.options)), []).append(each)
    yield from models.values()


def _write(folder: Path, kind: str, alpha: float, dtype: str, some: list[Batch]) -> Iterator[Path]:
    model = _model(kind, alpha, dtype, some[0])
    yield _put(folder / "model.onnx", model.SerializeToString(deterministic=True))
    tolerance = {"atol": max(each.accepted.distance for each in some), "rtol": 0.0}
    yield _put(folder / "data.json", json.dumps(tolerance, sort_keys=True).encode())
    for place, batch in enumerate(some):
        ends = batch.accepted.numbers
        given = [*batch.tensors.items(), ("lower", ends["lower"]), ("upper", ends["upper"])]
        inputs = [_tensor(name, x, dtype) for name, x in given] + [
            _tensor(name, np.array(x), "int64") for name, x in batch.integers.items()
        ]
        right = np.ones(ends["expected"].shape, dtype=bool)
        outputs = [_tensor("answer", ends["expected"], dtype), _tensor("within", right, "bool")]
        for word, tensors in (("input", inputs), ("output", outputs)):
            for i, tensor in enumerate(tensors):
                path = folder / f"test_data_set_{place}" / f"{word}_{i}.pb"
                yield _put(path, tensor.SerializeToString(deterministic=True))


def _model(kind: str, alpha: float, dtype: str, batch: Batch) -> Any:
    from onnx import TensorProto, helper

    def value(name: str, of: int, axes: tuple[str | None, ...]) -> Any:
        return helper.make_tensor_value_info(name, of, axes)

    number, shape = getattr(TensorProto, _ELEMENT[dtype]), _ANSWERS[kind]
    inputs = [value(name, number, _AXES.get(name, (None,) * x.ndim)) for name, x in batch.tensors.items()]
    inputs += [value(name, number, shape) for name in ("lower", "upper")]
    inputs += [value(name, TensorProto.INT64, _AXES[name]) for name in batch.integers]
    outputs = [value("answer", number, shape), value("within", TensorProto.BOOL, shape)]
    nodes = [
        _node(kind, alpha, batch),
        helper.make_node("GreaterOrEqual", ["answer", "lower"], ["above"]),
        helper.make_node("LessOrEqual", ["answer", "upper"], ["below"]),
        helper.make_node("And", ["above", "below"], ["within"]),
    ]
    graph = helper.make_graph(nodes, f"{kind}_alpha_{alpha:g}", inputs, outputs)
    sets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(DOMAIN, 1)]
    return helper.make_model(graph, producer_name="entmax-oracle", opset_imports=sets, ir_version=_IR)


def _node(kind: str, alpha: float, batch: Batch) -> Any:
    from onnx import helper

    if kind == "mapping" and alpha == 1:
        return helper.make_node("Softmax", ["logits"], ["answer"], axis=-1)
    known = {**batch.tensors, **batch.integers}
    names = {
        "attention": ("query", "key", "value", "alibi_slopes", "key_lengths", "attn_mask", "sinks"),
        "loss": ("logits", "target"),
    }
    inputs = [name if name in known else "" for name in names.get(kind, ("logits",))]
    while not inputs[-1]:
        inputs.pop()
    options = {name: int(each) if name == "is_causal" else each for name, each in batch.options.items()}
    return helper.make_node(_OPERATORS[kind], inputs, ["answer"], domain=DOMAIN, alpha=alpha, **options)


_ELEMENT = {"float64": "DOUBLE", "float32": "FLOAT", "float16": "FLOAT16", "bfloat16": "BFLOAT16"}


def _tensor(name: str, x: Float64 | Any, dtype: str) -> Any:
    from onnx import TensorProto, helper, numpy_helper

    if dtype != "bfloat16":
        stored = as_format(dtype).round_array(x) if dtype in _ELEMENT else x.astype(dtype)
        return numpy_helper.from_array(np.asarray(stored), name)
    halves = (as_format(dtype).round_array(x).view(np.uint32) >> 16).astype("<u2")
    return helper.make_tensor(name, TensorProto.BFLOAT16, x.shape, halves.tobytes(), raw=True)


def _put(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path
