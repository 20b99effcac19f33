"""Arrays for attention, and the one place where its implementation is called."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..calls import Float64, Outcome, later_calls
from ..target.frameworks import Answered, Framework, outcome_of
from .calls import TENSORS, AttentionCase, AttentionRequest

__all__ = ["LAYOUTS", "perform"]

LAYOUTS: dict[str, str] = {
    "contiguous": "(B, H, M, D), rows one after the other",
    "tokens first": "a transposed view of (B, M, H, D), as projections leave it",
    "mixed": "the key as a transposed view of (B, N, Hkv, D), the others contiguous",
    "padded": "rows with a gap of three elements between them, as a slice of a wider array has",
    "offset": "contiguous, but starting one element into its buffer, so not aligned",
}


def perform(function: Callable[..., Any], request: AttentionRequest, library: Framework, device: str) -> Outcome:
    """Call the implementation once and read what it returns.

    Parameters
    ----------
    function : callable
        ``f(query, key, value, *, alpha, is_causal, scale, alibi_slopes, key_lengths)``.
    request : AttentionRequest
    library : Framework
    device : str
        For example ``"cpu"`` or ``"cuda:0"``.
    """
    case, later = request.case, request.followed_by
    arrays, buffers, options = _arguments(library, case, request, device)

    def attend(query: Any, key: Any, value: Any) -> Any:
        answer = function(query, key, value, **options)
        if later is not None:
            others, _, rest = _arguments(library, later, request, device)
            for _ in range(later_calls(later.key.size)):
                function(*others.values(), **rest)
        return answer

    cotangent: Any = None
    if case.cotangent is not None:
        laid = case.cotangent_layout or ("contiguous" if case.layout == "mixed" else case.layout)
        cotangent, buffer = _lay(library, case.cotangent, request.dtype, laid, device)
        buffers.append(buffer)

    def ask() -> Answered:
        if cotangent is None:
            return Answered(attend(**arrays))
        return library.pullback(attend, arrays, cotangent)

    return outcome_of(library, ask, buffers, library.describe(arrays["query"])[2])


def _arguments(
    library: Framework, case: AttentionCase, request: AttentionRequest, device: str
) -> tuple[dict[str, Any], list[Any], dict[str, Any]]:
    """Tensors, the buffers that they lie in, and options."""
    arrays, buffers = {}, []
    for name, values in zip(TENSORS, case.tensors, strict=True):
        layout = {"key": "tokens first"}.get(name, "contiguous") if case.layout == "mixed" else case.layout
        arrays[name], buffer = _lay(library, values, request.dtype, layout, device)
        buffers.append(buffer)
    options: dict[str, Any] = {"alpha": request.alpha, **case.options}
    if case.alibi_slopes is not None:
        held = "float64" if request.dtype == "float64" else "float32"
        options["alibi_slopes"], _ = library.array(np.array(case.alibi_slopes), held, "contiguous", device)
    if case.key_lengths is not None:
        options["key_lengths"] = library.integers(case.key_lengths, device)
    return arrays, buffers, options


def _lay(library: Framework, values: Float64, dtype: str, layout: str, device: str) -> tuple[Any, Any]:
    """Build a tensor in a layout; also return the buffer that it lies in."""
    if layout != "tokens first":
        return library.array(values, dtype, layout, device)
    array, buffer = library.array(np.ascontiguousarray(values.swapaxes(1, 2)), dtype, "contiguous", device)
    return array.swapaxes(1, 2), buffer
