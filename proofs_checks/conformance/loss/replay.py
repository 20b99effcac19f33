"""Counterexamples of losses: made small, written as text, and read back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..laws.base import Finding, Setting
from ..results.counterexample import counterexample, loading, unhex, written
from ..results.report import Counterexample
from ..shrink import bits, coarse
from ..target.worker import Subject
from .calls import LossCase

__all__ = ["ATTEMPTS", "complexity", "describe", "to_case"]


def describe(law: str, case: LossCase, finding: Finding, setting: Setting, subject: Subject) -> Counterexample:
    """Write a case down in full; see `entmax_oracle.proofs_checks.conformance.results.counterexample.describe`."""
    found = written(case) | {"target": case.target.tolist()}
    parameters: dict[str, Any] = {
        name: found[name] for name in ("target", "variant", "shift", "cotangent") if name in found
    }
    return counterexample(law, found, finding, setting, subject, parameters, _snippet(case, setting, subject))


def to_case(found: dict[str, Any]) -> LossCase:
    """Make the case that `read` returned.

    Raises
    ------
    ValueError
        If it is no counterexample of a loss.
    """
    missing = {"shape", "logits", "target"} - set(found)
    if missing:
        raise ValueError(f"this is no counterexample of a loss: it lacks {', '.join(sorted(missing))}")
    shape = tuple(map(int, found["shape"]))
    target = np.array(found["target"], dtype=np.int64)
    if target.shape != shape[:-1]:
        raise ValueError(f"target has shape {target.shape}, the logits {shape}")
    return LossCase(
        unhex(found["logits"], shape),
        target,
        found.get("layout", "contiguous"),
        int(found.get("variant", 0)),
        float(found.get("shift", 0.0)),
        unhex(found["cotangent"], shape[:-1]) if "cotangent" in found else None,
    )


def complexity(case: LossCase) -> tuple[float, ...]:
    """Measure what shrinking lowers: rows, classes, layout, then the bits and the size of the numbers."""
    held = [case.logits, *([] if case.cotangent is None else [case.cotangent])]
    return (
        float(case.logits.shape[0]),
        float(case.logits.shape[1]),
        float(case.layout != "contiguous"),
        float(sum(map(bits, held))),
        float(np.abs(case.logits).sum()),
        float(case.variant + abs(case.shift)),
    )


def _rows(case: LossCase) -> Iterator[LossCase]:
    yield replace(case, layout="contiguous")
    yield replace(case, variant=0)
    for row in range(len(case.target)):
        one = slice(row, row + 1)
        g = None if case.cotangent is None else case.cotangent[one]
        yield replace(case, logits=case.logits[one], target=case.target[one], cotangent=g)


def _classes(case: LossCase) -> Iterator[LossCase]:
    """Drop classes that no row has for its target, halves first."""
    n = case.logits.shape[1]
    spare = np.setdiff1d(np.arange(n), case.target)
    size = (len(spare) + 1) // 2
    while size >= 1 and len(spare):
        for start in range(0, len(spare), size):
            kept = np.ones(n, dtype=bool)
            kept[spare[start : start + size]] = False
            yield replace(case, logits=case.logits[:, kept], target=_renumbered(case.target, kept))
        size //= 2


def _renumbered(target: NDArray[np.int64], kept: NDArray[np.bool_]) -> NDArray[np.int64]:
    return np.asarray((np.cumsum(kept) - 1)[target], dtype=np.int64)


def _numbers(case: LossCase) -> Iterator[LossCase]:
    z = case.logits
    for simple in (
        np.zeros_like(z),
        z - z.max(axis=-1, keepdims=True),
        np.rint(z),
        *(coarse(z, b) for b in (2, 4, 8, 12)),
    ):
        yield replace(case, logits=simple)
    if case.cotangent is not None:
        yield replace(case, cotangent=np.ones_like(case.cotangent))


ATTEMPTS = (_rows, _classes, _numbers)


def _snippet(case: LossCase, setting: Setting, subject: Subject) -> str:
    """Write a program without this package that prints what the implementation makes of the case."""
    imports = {"torch": "import torch", "numpy": "import numpy as np", "jax": "import jax, jax.numpy as jnp"}
    library = {"torch": "torch", "numpy": "np", "jax": "jnp"}[subject.arrays]
    make = "torch.tensor" if subject.arrays == "torch" else f"{library}.array"
    lines = [imports[subject.arrays], *loading(subject)]
    if setting.dtype == "float64" and subject.arrays == "jax":
        lines.append("jax.config.update('jax_enable_x64', True)")
    kind = f"{library}.{setting.dtype}"
    if subject.arrays == "numpy" and setting.dtype == "bfloat16":
        lines, kind = ["import ml_dtypes", *lines], "ml_dtypes.bfloat16"
    lines.append(f"z = {make}({case.logits.tolist()}, dtype={kind})")
    lines.append(f"y = {make}({case.target.tolist()})")
    ask = "f(z, y)" if subject.fixed_alpha else f"f(z, y, {setting.alpha!r})"
    if case.cotangent is not None and subject.arrays == "torch":
        lines.append(f"g = torch.tensor({case.cotangent.tolist()}, dtype={kind})")
        lines.append(f"print(torch.autograd.grad({ask.replace('(z', '(z.requires_grad_(True)')}, z, g)[0])")
    else:
        lines.append(f"print({ask})")
    return "\n".join(lines)
