"""Attention of published libraries in the form that ``check`` calls; nothing is repaired on the way.

Arguments that a library has under the same name and with the same meaning are passed on; the options in the catalogue
declare the rest. A call that a library does not take is declined by ``NotImplementedError``. Every function imports its
peer when it is called first.
"""

from __future__ import annotations

import importlib
import math
import os
import warnings
from contextlib import AbstractContextManager
from functools import cache
from typing import Any

from .adapters import interpret

__all__: list[str] = []


def _of(module: str, name: str) -> Any:
    return getattr(importlib.import_module(module), name)


def _grouped(query: Any, key: Any) -> bool:
    return bool(query.shape[1] != key.shape[1])


# --- torch -----------------------------------------------------------------------------------------------------------


def torch_sdpa(query: Any, key: Any, value: Any, *, is_causal: bool, scale: float | None) -> Any:
    """``scaled_dot_product_attention`` with the backend that torch chooses; grouped heads by ``enable_gqa``."""
    attend = _of("torch.nn.functional", "scaled_dot_product_attention")
    return attend(query, key, value, is_causal=is_causal, scale=scale, enable_gqa=_grouped(query, key))


def torch_sdpa_masked(query: Any, key: Any, value: Any, *, scale: float | None, attn_mask: Any) -> Any:
    """The same with ``attn_mask``, beside which it takes no ``is_causal``."""
    attend = _of("torch.nn.functional", "scaled_dot_product_attention")
    return attend(query, key, value, attn_mask=attn_mask, scale=scale, enable_gqa=_grouped(query, key))


def torch_sdpa_math(query: Any, key: Any, value: Any, *, is_causal: bool, scale: float | None) -> Any:
    """The same with the backend that writes out the formula."""
    with _backend("MATH"):
        return torch_sdpa(query, key, value, is_causal=is_causal, scale=scale)


def torch_sdpa_flash(query: Any, key: Any, value: Any, *, is_causal: bool, scale: float | None) -> Any:
    """The same with the flash backend, which declines what it cannot do."""
    try:
        with _backend("FLASH_ATTENTION"), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # they say why a call is declined
            return torch_sdpa(query, key, value, is_causal=is_causal, scale=scale)
    except RuntimeError as error:
        if "No available kernel" in str(error):
            raise NotImplementedError(str(error)) from error
        raise


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
    window: tuple[int | None, int | None] | None,
    softcap: float | None,
    return_lse: bool,
) -> Any:
    """FlexAttention, not compiled: masks by ``create_block_mask``, the cap and ALiBi by ``score_mod``."""
    torch, flex = importlib.import_module("torch"), importlib.import_module("torch.nn.attention.flex_attention")
    queries, keys = query.shape[2], key.shape[2]
    slopes = None if alibi_slopes is None else torch.as_tensor(alibi_slopes, dtype=torch.float32)
    left, right = window or (None, None)

    def seen(b: Any, h: Any, i: Any, j: Any) -> Any:
        ahead = j - i - (keys - queries)
        allowed = j >= 0
        if is_causal:
            allowed = allowed & (ahead <= 0)
        if left is not None and left >= 0:
            allowed = allowed & (ahead >= -left)
        if right is not None and right >= 0:
            allowed = allowed & (ahead <= right)
        return allowed if key_lengths is None else allowed & (j < key_lengths[b])

    def scored(score: Any, b: Any, h: Any, i: Any, j: Any) -> Any:
        if softcap is not None:
            score = softcap * torch.tanh(score / softcap)
        return score if slopes is None else score - slopes[h] * (i + keys - queries - j).abs()

    return flex.flex_attention(
        query,
        key,
        value,
        score_mod=scored,
        block_mask=flex.create_block_mask(seen, query.shape[0], None, queries, keys, device=query.device),
        scale=scale,
        enable_gqa=_grouped(query, key),
        return_lse=return_lse,
    )


# --- other frameworks ------------------------------------------------------------------------------------------------


def jax_attention(
    query: Any,
    key: Any,
    value: Any,
    *,
    is_causal: bool,
    scale: float | None,
    key_lengths: Any,
    window: tuple[int | None, int | None] | None,
) -> Any:
    """``jax.nn.dot_product_attention``, whose axes are batch, tokens, heads, features."""
    if value.shape[3] != query.shape[3]:
        raise NotImplementedError("values need as many features as queries")
    keys = max(key.shape[1], query.shape[1])
    sides = None if window is None else tuple(keys if side is None or side < 0 else side for side in window)
    attend = _of("jax.nn", "dot_product_attention")
    return attend(
        query,
        key,
        value,
        is_causal=is_causal,
        scale=scale,
        key_value_seq_lengths=key_lengths,
        local_window_size=sides,
    )


def keras_attention(query: Any, key: Any, value: Any, *, is_causal: bool, scale: float | None) -> Any:
    """``keras.ops.dot_product_attention`` on torch tensors, whose axes are batch, tokens, heads, features."""
    os.environ.setdefault("KERAS_BACKEND", "torch")
    attend = importlib.import_module("keras").ops.dot_product_attention
    return attend(query, key, value, is_causal=is_causal, scale=scale)


def mlx_attention(query: Any, key: Any, value: Any, *, is_causal: bool, scale: float | None) -> Any:
    """``mlx.core.fast.scaled_dot_product_attention`` on NumPy arrays."""
    return _mlx(query, key, value, is_causal, scale)


def mlx_attention_with_sinks(
    query: Any, key: Any, value: Any, *, is_causal: bool, scale: float | None, sinks: Any
) -> Any:
    """The same with sinks."""
    return _mlx(query, key, value, is_causal, scale, sinks)


def _mlx(query: Any, key: Any, value: Any, is_causal: bool, scale: float | None, sinks: Any = None) -> Any:
    mx, np = importlib.import_module("mlx.core"), importlib.import_module("numpy")
    if is_causal and query.shape[2] > key.shape[2]:
        raise NotImplementedError("causal, with more queries than keys")
    factor = 1 / math.sqrt(query.shape[3]) if scale is None else scale
    tensors = [mx.array(np.ascontiguousarray(each)) for each in (query, key, value)]
    more = {} if sinks is None else {"sinks": mx.array(np.ascontiguousarray(sinks))}
    mask = "causal" if is_causal else None
    return np.array(mx.fast.scaled_dot_product_attention(*tensors, scale=factor, mask=mask, **more))


def onnx_attention(
    query: Any, key: Any, value: Any, *, is_causal: bool, scale: float | None, softcap: float | None
) -> Any:
    """The operator Attention of ONNX on NumPy arrays, run by ONNX Runtime on its CPU provider."""
    if scale is not None and scale <= 0:
        raise NotImplementedError("ONNX Runtime takes positive scales only")
    session = _session(str(query.dtype), is_causal, scale, softcap)
    return session.run(None, {"Q": query, "K": key, "V": value})[0]


@cache
def _session(dtype: str, is_causal: bool, scale: float | None, softcap: float | None) -> Any:
    helper, proto = _of("onnx", "helper"), _of("onnx", "TensorProto")
    kind = {"float16": proto.FLOAT16, "float32": proto.FLOAT, "float64": proto.DOUBLE}[dtype]
    tensors = {name: helper.make_tensor_value_info(name, kind, [None] * 4) for name in "QKVY"}
    given = {name: float(x) for name, x in (("scale", scale), ("softcap", softcap)) if x is not None}
    node = helper.make_node("Attention", ["Q", "K", "V"], ["Y"], is_causal=int(is_causal), **given)
    graph = helper.make_graph([node], "attention", [tensors[name] for name in "QKV"], [tensors["Y"]])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 23)], ir_version=10)
    runtime = importlib.import_module("onnxruntime")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 4
    return runtime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def tinygrad_attention(query: Any, key: Any, value: Any, *, is_causal: bool) -> Any:
    """``Tensor.scaled_dot_product_attention`` of tinygrad on NumPy arrays."""
    np, tensor = importlib.import_module("numpy"), _of("tinygrad", "Tensor")
    q, k, v = (tensor(np.ascontiguousarray(each)) for each in (query, key, value))
    return q.scaled_dot_product_attention(k, v, is_causal=is_causal, enable_gqa=_grouped(query, key)).numpy()


# --- eager attention of transformers ---------------------------------------------------------------------------------


class _Layer:
    """What eager attention reads from its layer."""

    training = False

    def __init__(self, query: Any, key: Any, sinks: Any = None) -> None:
        self.num_key_value_groups = query.shape[1] // key.shape[1]
        self.head_dim = query.shape[3]
        self.sinks = sinks


def transformers_llama(
    query: Any, key: Any, value: Any, *, is_causal: bool, scale: float | None, key_lengths: Any
) -> Any:
    """Eager attention of Llama."""
    return _eager("llama", _Layer(query, key), query, key, value, scale, _mask(query, key, is_causal, key_lengths))


def transformers_gemma2(
    query: Any,
    key: Any,
    value: Any,
    *,
    is_causal: bool,
    scale: float | None,
    key_lengths: Any,
    window: tuple[int | None, int | None] | None,
    softcap: float | None,
) -> Any:
    """Eager attention of Gemma 2, with its cap and a window."""
    mask = _mask(query, key, is_causal, key_lengths, window)
    return _eager("gemma2", _Layer(query, key), query, key, value, scale, mask, softcap=softcap)


def transformers_gpt_oss(
    query: Any,
    key: Any,
    value: Any,
    *,
    is_causal: bool,
    scale: float | None,
    key_lengths: Any,
    window: tuple[int | None, int | None] | None,
    sinks: Any,
) -> Any:
    """Eager attention of gpt-oss, with its sinks and a window."""
    if sinks is None:
        raise NotImplementedError("its layers always have sinks")
    mask = _mask(query, key, is_causal, key_lengths, window)
    return _eager("gpt_oss", _Layer(query, key, sinks), query, key, value, scale, mask)


def _mask(
    query: Any,
    key: Any,
    is_causal: bool,
    key_lengths: Any,
    window: tuple[int | None, int | None] | None = None,
) -> Any:
    """Build the additive mask of the models: 0 for visible keys, the most negative finite number for the others."""
    torch = importlib.import_module("torch")
    queries, keys = query.shape[2], key.shape[2]
    ahead = torch.arange(keys) - torch.arange(queries)[:, None] - (keys - queries)
    seen = torch.ones(query.shape[0], 1, queries, keys, dtype=torch.bool)
    left, right = window or (None, None)
    if is_causal:
        seen = seen & (ahead <= 0)
    if left is not None and left >= 0:
        seen = seen & (ahead >= -left)
    if right is not None and right >= 0:
        seen = seen & (ahead <= right)
    if key_lengths is not None:
        seen = seen & (torch.arange(keys) < key_lengths[:, None, None, None])
    hidden = torch.tensor(torch.finfo(query.dtype).min, dtype=query.dtype)
    return torch.where(seen, torch.zeros((), dtype=query.dtype), hidden)


def _eager(
    model: str, layer: _Layer, query: Any, key: Any, value: Any, scale: float | None, mask: Any, **more: Any
) -> Any:
    attend = _of(f"transformers.models.{model}.modeling_{model}", "eager_attention_forward")
    factor = 1 / math.sqrt(query.shape[3]) if scale is None else scale
    out, _ = attend(layer, query, key, value, mask, scaling=factor, **more)
    return out.transpose(1, 2).contiguous()


# --- sparse attention ------------------------------------------------------------------------------------------------


def adasplash_attention(query: Any, key: Any, value: Any, *, alpha: float, is_causal: bool) -> Any:
    """Attention of adasplash, the kernel without a block mask; it takes any length as one of several in a batch."""
    interpret(query)
    torch = importlib.import_module("torch")
    attend = importlib.import_module("adasplash").adasplash_no_block_mask
    batch, _, length, _ = query.shape
    every = torch.full((batch,), length, dtype=torch.int32, device=query.device)
    return attend(query, key, value, alpha=alpha, is_causal=is_causal, varlen=every)
