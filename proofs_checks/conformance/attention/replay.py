"""Counterexamples of attention as text and back."""

from __future__ import annotations

from typing import Any

from ..laws.base import Finding, Setting
from ..results.counterexample import counterexample, hexadecimal, loading, runs, unhex
from ..results.report import Counterexample
from ..target.worker import Subject
from .calls import TENSORS, AttentionCase

__all__ = ["describe", "to_case"]


def describe(law: str, case: AttentionCase, finding: Finding, setting: Setting, subject: Subject) -> Counterexample:
    """Write a case down in full; see `entmax_oracle.proofs_checks.conformance.results.counterexample.describe`."""
    found = _written(case)
    parameters = {name: value for name, value in found.items() if name != "layout"}
    snippet = _snippet(case, setting, subject)
    return counterexample(law, found, finding, setting, subject, parameters, snippet, shape=case.shape)


def to_case(found: dict[str, Any]) -> AttentionCase:
    """Make the case that `read` returned.

    Raises
    ------
    ValueError
        If it is no counterexample of attention.
    """
    missing = {"query", "key", "value"} - set(found)
    if missing:
        raise ValueError(f"this is no counterexample of attention: it lacks {', '.join(sorted(missing))}")

    def read(name: str) -> Any:
        return unhex(found[name]["numbers"], tuple(found[name]["shape"]))

    slopes, lengths = found.get("alibi_slopes"), found.get("key_lengths")
    return AttentionCase(
        read("query"),
        read("key"),
        read("value"),
        is_causal=bool(found.get("is_causal", False)),
        scale=None if found.get("scale") is None else float(found["scale"]),
        alibi_slopes=None if slopes is None else tuple(map(float, slopes)),
        key_lengths=None if lengths is None else tuple(map(int, lengths)),
        layout=found.get("layout", "contiguous"),
        variant=int(found.get("variant", 0)),
        cotangent=read("cotangent") if "cotangent" in found else None,
        cotangent_layout=found.get("cotangent_layout", ""),
    )


def _written(case: AttentionCase) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in (*TENSORS, "cotangent"):
        x = getattr(case, name)
        if x is not None:
            found[name] = {"shape": list(x.shape), "numbers": " ".join(runs(hexadecimal(x)))}
    for name, value in case.given.items():
        found[name] = list(value) if isinstance(value, tuple) else value
    if case.layout != "contiguous":
        found["layout"] = case.layout
    if case.cotangent_layout:
        found["cotangent_layout"] = case.cotangent_layout
    if case.variant:
        found["variant"] = case.variant
    return found


def _snippet(case: AttentionCase, setting: Setting, subject: Subject) -> str:
    """Write a program without this package that prints what the implementation makes of the case."""
    library = {"torch": "torch", "numpy": "np", "jax": "jnp"}[subject.arrays]
    imports = {"torch": "import torch", "numpy": "import numpy as np", "jax": "import jax, jax.numpy as jnp"}
    make = {"torch": "torch.tensor", "numpy": "np.array", "jax": "jnp.array"}[subject.arrays]
    lines = [imports[subject.arrays], *loading(subject)]
    if setting.dtype == "float64" and subject.arrays == "jax":
        lines.append("jax.config.update('jax_enable_x64', True)")
    kind = f"{library}.{setting.dtype}"
    if subject.arrays == "numpy" and setting.dtype == "bfloat16":
        lines, kind = ["import ml_dtypes", *lines], "ml_dtypes.bfloat16"
    for name, x in zip((*TENSORS, "cotangent"), (*case.tensors, case.cotangent), strict=True):
        if x is not None:
            lines.append(f"{name} = {make}({x.tolist()}, dtype={kind}).reshape({x.shape})")
    options = {"alpha": repr(setting.alpha)} if not subject.fixed_alpha else {}
    options |= {name: repr(value) for name, value in case.options.items()}
    for name in ("alibi_slopes", "key_lengths"):
        value = getattr(case, name)
        if value is not None:
            options[name] = f"{make}({list(value)})"
    options = {name: value for name, value in options.items() if name in subject.hands or not subject.hands}
    ask = "f(query, key, value, " + ", ".join(f"{name}={value}" for name, value in options.items()) + ")"
    if case.cotangent is not None and subject.arrays == "torch":
        lines += [f"{name}.requires_grad_(True)" for name in TENSORS]
        lines.append(f"print(torch.autograd.grad({ask}, (query, key, value), cotangent))")
    else:
        lines.append(f"print({ask})")
    return "\n".join(lines)
