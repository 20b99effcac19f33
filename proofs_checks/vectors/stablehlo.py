"""StableHLO modules in MLIR text that check a lowering of entmax.

One module for each kind, law, alpha and format, whose ``@main`` makes every call by `stablehlo.custom_call` to
``@entmax_oracle.<operator>`` and checks the answer twice: entry by entry with the ends of what is right, and with
``check.expect_close``, whose ``max_ulp_difference`` is the largest number of steps that these allow. Ops of the check
dialect are in generic syntax, and numbers are the bytes of the format, so that parsing rounds nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np

from entmax_oracle.proofs_checks.conformance.calls import Float64

from .batches import BATCHED, Batch, batches
from .notation import bits

__all__ = ["STABLEHLO_KINDS", "write_stablehlo"]

STABLEHLO_KINDS = tuple(BATCHED)
_ELEMENT = {"float64": "f64", "float32": "f32", "float16": "f16", "bfloat16": "bf16"}
_OPERATORS = {"mapping": "entmax", "loss": "entmax_loss", "attention": "entmax_attention"}


def write_stablehlo(
    folder: Path, progress: Callable[[str], None] = lambda what: None, kinds: Iterable[str] = STABLEHLO_KINDS
) -> list[Path]:
    """Write StableHLO modules into a folder.

    Parameters
    ----------
    folder : Path
    progress : callable
        Told what is under way.
    kinds : iterable of str
        Of `STABLEHLO_KINDS`.

    Returns
    -------
    list of Path
        What was written.
    """
    written = []
    for name in kinds:
        for law, alpha, dtype, some in batches(BATCHED[name], progress):
            title = f"{name}_{law.replace(' ', '_')}_alpha_{alpha:.4g}_{_ELEMENT[dtype]}"
            path = folder / name / f"{title}.mlir"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("\n".join(_module(title, name, alpha, dtype, some)) + "\n", encoding="utf-8", newline="\n")
            written.append(path)
    return written


def _module(title: str, kind: str, alpha: float, dtype: str, some: list[Batch]) -> Iterator[str]:
    yield "// Certified test vectors of entmax-oracle; replace or register the custom call, then"
    yield f"// RUN: stablehlo-translate --interpret {title}.mlir"
    yield f"module @{title.replace('.', '_')} {{"
    yield "  func.func public @main() {"
    for place in range(len(some)):
        yield f"    func.call @call_{place}() : () -> ()"
    yield "    return"
    yield "  }"
    for place, batch in enumerate(some):
        yield from _function(place, kind, alpha, dtype, batch)
    yield "}"


def _function(place: int, kind: str, alpha: float, dtype: str, batch: Batch) -> Iterator[str]:
    found, element = batch.accepted.numbers, _ELEMENT[dtype]
    shape = found["expected"].shape
    yield f"  func.func private @call_{place}() {{"
    yield f"    // Tests {', '.join(map(str, batch.tests))} of the vectors in JSON."
    kinds = []
    for name, x in batch.tensors.items():
        kinds.append(_type(x.shape, element))
        yield f"    %{name} = stablehlo.constant {_dense(x, dtype)} : {kinds[-1]}"
    for name, whole in batch.integers.items():
        kinds.append(_type((len(whole),), "i64"))
        yield f"    %{name} = stablehlo.constant dense<[{', '.join(map(str, whole))}]> : {kinds[-1]}"
    for name, x in found.items():
        yield f"    %{name} = stablehlo.constant {_dense(x, dtype)} : {_type(shape, element)}"
    given = ", ".join(f"%{name}" for name in (*batch.tensors, *batch.integers))
    answer, truth = _type(shape, element), _type(shape, "i1")
    yield f"    %answer = stablehlo.custom_call @entmax_oracle.{_OPERATORS[kind]}({given}) {{"
    yield f"      api_version = 4 : i32, backend_config = {{{_options(alpha, batch)}}}"
    yield f"    }} : ({', '.join(kinds)}) -> {answer}"
    for name, word, end in (("above", "GE", "lower"), ("below", "LE", "upper")):
        yield f"    %{name} = stablehlo.compare {word}, %answer, %{end}, FLOAT : ({answer}, {answer}) -> {truth}"
    yield f"    %within = stablehlo.and %above, %below : {truth}"
    yield f'    "check.expect_eq_const"(%within) {{value = dense<true> : {truth}}} : ({truth}) -> ()'
    yield '    "check.expect_close"(%answer, %expected) {'
    yield f"      max_ulp_difference = {batch.accepted.steps} : ui64, min_ulp_difference = 0 : ui64"
    yield f"    }} : ({answer}, {answer}) -> ()"
    yield "    return"
    yield "  }"


def _options(alpha: float, batch: Batch) -> str:
    names = ", ".join(f'"{name}"' for name in (*batch.tensors, *batch.integers))
    words = [f"operands = [{names}]", f"alpha = {_number(alpha)}"]
    for name, value in batch.options.items():
        words.append(f"{name} = {_number(value) if isinstance(value, float) else str(value).lower()}")
    return ", ".join(words)


def _number(value: float) -> str:
    """Write a float64 attribute by its bits."""
    return f"0x{bits(np.array([value]), 'float64')[0].upper()} : f64"


def _type(shape: tuple[int, ...], element: str) -> str:
    return f"tensor<{'x'.join((*map(str, shape), element))}>"


def _dense(x: Float64, dtype: str) -> str:
    """Write a constant as the bytes of its numbers, the lowest first."""
    return f'dense<"0x{"".join(bytes.fromhex(word)[::-1].hex() for word in bits(x, dtype)).upper()}">'
