"""Attention of published libraries in the form that ``check`` calls; nothing is repaired on the way.

Arguments that a library takes under the same name and with the same meaning are passed as they are; the options of the
catalogue declare the rest. Every function imports its peer when it is called first.
"""

from __future__ import annotations

import importlib
import math
import os
import warnings
from contextlib import AbstractContextManager
from functools import cache
from typing import Any

__all__: list[str] = []


def _of(module: str, name: str) -> Any:
    return getattr(importlib.import_module(module), name)


def torch_sdpa(query: Any, key: Any, value: Any, *, is_causal: bool, scale: float | None) -> Any:
    """``scaled_dot_product_attention`` with the backend that torch chooses; grouped heads by ``enable_gqa``."""
    return _sdpa(query, key, value, is_causal, scale)


def torch_sdpa_math(query: Any, key: Any, value: Any, *, is_causal: bool, scale: float | None) -> Any:
    """The same with the backend that writes out the formula."""
    with _backend("MATH"):
        return _sdpa(query, key, value, is_causal, scale)


def torch_sdpa_flash(query: Any, key: Any, value: Any, *, is_causal: bool, scale: float | None) -> Any:
    """The same with the flash backend, which declines what it cannot do."""
    try:
        with _backend("FLASH_ATTENTION"), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # why a call is declined
            return _sdpa(query, key, value, is_causal, scale)
    except RuntimeError as error:
        if "No available kernel" in str(error):
            raise NotImplementedError(str(error)) from error
        raise


def _sdpa(query: Any, key: Any, value: Any, is_causal: bool, scale: float | None) -> Any:
    attend = _of("torch.nn.functional", "scaled_dot_product_attention")
    grouped = query.shape[1] != key.shape[1]
    return attend(query, key, value, is_causal=is_causal, scale=scale, enable_gqa=grouped)


def _backend(name: str) -> AbstractContextManager[Any]:
    module = importlib.import_module("torch.nn.attention")
    chosen: AbstractContextManager[Any] = module.sdpa_kernel(getattr(module.SDPBackend, name))
    return chosen


def flex_attention(
    query: Any,
    key: Any,
    value: Any,
    *,
    is_causal: bool,
    scale: float | None,
    alibi_slopes: Any,
    key_lengths: Any,
) -> Any:
    """FlexAttention without compilation: masks by ``create_block_mask``, ALiBi by ``score_mod``."""
    torch, flex = importlib.import_module("torch"), importlib.import_module("torch.nn.attention.flex_attention")
    queries, keys = query.shape[2], key.shape[2]
    slopes = None if alibi_slopes is None else torch.as_tensor(alibi_slopes, dtype=torch.float32)
    lengths = None if key_lengths is None else torch.as_tensor(key_lengths)

    def seen(b: Any, h: Any, i: Any, j: Any) -> Any:
        allowed = j <= i + keys - queries if is_causal else j >= 0
        return allowed if lengths is None else allowed & (j < lengths[b])

    def biased(score: Any, b: Any, h: Any, i: Any, j: Any) -> Any:
        return score - slopes[h] * (i + keys - queries - j).abs()

    mask = flex.create_block_mask(seen, query.shape[0], None, queries, keys, device=query.device)
    return flex.flex_attention(
        query,
        key,
        value,
        score_mod=None if slopes is None else biased,
        block_mask=mask,
        scale=scale,
        enable_gqa=query.shape[1] != key.shape[1],
    )


def jax_attention(query: Any, key: Any, value: Any, *, is_causal: bool, scale: float | None, key_lengths: Any) -> Any:
    """``jax.nn.dot_product_attention``, whose axes are batch, tokens, heads, features."""
    if value.shape[3] != query.shape[3]:
        raise NotImplementedError("values need as many features as queries")
    attend = _of("jax.nn", "dot_product_attention")
    return attend(query, key, value, is_causal=is_causal, scale=scale, key_value_seq_lengths=key_lengths)


def flax_attention(query: Any, key: Any, value: Any) -> Any:
    """``flax.nnx.dot_product_attention``, without a mask."""
    return _of("flax.nnx", "dot_product_attention")(query, key, value)


def keras_attention(query: Any, key: Any, value: Any, *, is_causal: bool, scale: float | None) -> Any:
    """``keras.ops.dot_product_attention`` on torch tensors, whose axes are batch, tokens, heads, features."""
    os.environ.setdefault("KERAS_BACKEND", "torch")
    attend = importlib.import_module("keras").ops.dot_product_attention
    return attend(query, key, value, is_causal=is_causal, scale=scale)


def mlx_attention(query: Any, key: Any, value: Any, *, is_causal: bool, scale: float | None) -> Any:
    """``mlx.core.fast.scaled_dot_product_attention`` on NumPy arrays."""
    mx, np = importlib.import_module("mlx.core"), importlib.import_module("numpy")
    if is_causal and query.shape[2] > key.shape[2]:
        raise NotImplementedError("causal, with more queries than keys: the first queries see no key")
    factor = 1 / math.sqrt(query.shape[3]) if scale is None else scale
    tensors = [mx.array(np.ascontiguousarray(each)) for each in (query, key, value)]
    out = mx.fast.scaled_dot_product_attention(*tensors, scale=factor, mask="causal" if is_causal else None)
    return np.array(out)


def onnx_attention(query: Any, key: Any, value: Any, *, is_causal: bool, scale: float | None) -> Any:
    """The operator Attention of ONNX, run by ONNX Runtime on its CPU provider."""
    if scale is not None and scale <= 0:
        raise NotImplementedError("ONNX Runtime takes positive scales only")
    session = _session(str(query.dtype), is_causal, scale)
    return session.run(None, {"Q": query, "K": key, "V": value})[0]


@cache
def _session(dtype: str, is_causal: bool, scale: float | None) -> Any:
    helper, proto = _of("onnx", "helper"), _of("onnx", "TensorProto")
    kind = {"float16": proto.FLOAT16, "float32": proto.FLOAT, "float64": proto.DOUBLE}[dtype]
    tensors = {name: helper.make_tensor_value_info(name, kind, [None] * 4) for name in "QKVY"}
    given = {} if scale is None else {"scale": float(scale)}
    node = helper.make_node("Attention", ["Q", "K", "V"], ["Y"], is_causal=int(is_causal), **given)
    graph = helper.make_graph([node], "attention", [tensors[name] for name in "QKV"], [tensors["Y"]])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 23)], ir_version=10)
    ort = importlib.import_module("onnxruntime")
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 4
    return ort.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def tinygrad_attention(query: Any, key: Any, value: Any, *, is_causal: bool) -> Any:
    """``Tensor.scaled_dot_product_attention`` of tinygrad on NumPy arrays."""
    np, tensor = importlib.import_module("numpy"), _of("tinygrad", "Tensor")
    q, k, v = (tensor(np.ascontiguousarray(each)) for each in (query, key, value))
    return q.scaled_dot_product_attention(k, v, is_causal=is_causal, enable_gqa=query.shape[1] != key.shape[1]).numpy()


class _Module:
    """What eager attention of transformers reads from its layer."""

    training = False

    def __init__(self, groups: int, sinks: Any = None) -> None:
        self.num_key_value_groups = groups
        self.sinks = sinks


def transformers_eager(
    query: Any, key: Any, value: Any, *, is_causal: bool, scale: float | None, key_lengths: Any
) -> Any:
    """Eager attention of Llama in transformers, with the additive mask that its models make."""
    attend = _of("transformers.models.llama.modeling_llama", "eager_attention_forward")
    return _eager(attend, _Module(query.shape[1] // key.shape[1]), query, key, value, is_causal, scale, key_lengths)


def _eager(
    attend: Any, module: Any, query: Any, key: Any, value: Any, is_causal: bool, scale: float | None, key_lengths: Any
) -> Any:
    torch = importlib.import_module("torch")
    queries, keys = query.shape[2], key.shape[2]
    place = torch.arange(keys, device=query.device)
    seen = torch.ones(query.shape[0], 1, queries, keys, dtype=torch.bool, device=query.device)
    if is_causal:
        seen = seen & (place[None, :] <= torch.arange(queries, device=query.device)[:, None] + keys - queries)
    if key_lengths is not None:
        seen = seen & (place < torch.as_tensor(key_lengths, device=query.device)[:, None, None, None])
    mask = torch.where(seen, 0.0, torch.finfo(query.dtype).min).to(query.dtype)
    factor = 1 / math.sqrt(query.shape[3]) if scale is None else scale
    out, _ = attend(module, query, key, value, mask, factor)
    return out.transpose(1, 2).contiguous()
