"""Suite ``cpu``: rows, attention, decoding and memory on a CPU, beside softmax, the package entmax and a plain copy."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from .environment import environment
from .interleaved import Patience, compare

if TYPE_CHECKING:
    from rich.console import Console

    from .cpu_cases import Case

__all__ = ["plot", "run", "show"]

QUICK_SECONDS = 45.0
_KINDS = ("rows", "attention", "decoding")
MEMORY = (8192, 4)
"""Queries, and heads, of the training step whose peak memory is taken; 1024 queries in a quick run."""


def run(
    progress: Callable[[str], None], *, quick: bool = False, seconds: float | None = None, threads: int | None = None
) -> dict[str, Any]:
    """Measure, in turns, until all is done, the time is up, or Ctrl-C; what was measured is kept.

    Parameters
    ----------
    progress
        Told a line about each comparison.
    quick
        Measure little, in about a minute.
    seconds
        How long it may take; without, until all is done. The last comparison may take longer.
    threads
        As many beside one thread; by default as many as there are cores for this process.
    """
    import torch

    from . import cpu_cases, cpu_memory

    started = monotonic()
    limit = seconds if seconds is not None else QUICK_SECONDS if quick else None
    many = threads or _cores()
    counts = sorted({1, many})
    patience = Patience(0.05, 3, 15, 2.0) if quick else Patience()
    timings: list[dict[str, Any]] = []
    memory: list[dict[str, Any]] = []
    result: dict[str, Any] = {
        "schema": "entmax-oracle/bench-cpu/1",
        **environment("entmax-oracle", "torch", "numba", "entmax", "numpy"),
        "processor": _processor(),
        "threads": counts,
        "quick": quick,
        "complete": False,
        "seconds": 0.0,
        "left_out": 0,
        "timings": timings,
        "memory": memory,
    }
    work = [(case, count) for count in counts for case in cpu_cases.plan(quick=quick)]
    before, todo = torch.get_num_threads(), len(work) + 2

    def late() -> bool:
        return limit is not None and monotonic() - started > limit

    try:
        for name in (cpu_cases.OURS, cpu_cases.SOFTMAX):
            if not late():
                memory.append(cpu_memory.peak(name, 1024 if quick else MEMORY[0], MEMORY[1]))
                progress(f"{len(memory)}/{todo}  {_memory_line(memory[-1])}")
        for case, count in work:
            if late():
                break
            torch.set_num_threads(count)
            timings.append(_measure(case, count, patience))
            progress(f"{len(timings) + len(memory)}/{todo}  {_line(timings[-1])}")
        result["complete"] = len(timings) + len(memory) == todo
    except KeyboardInterrupt:
        result["interrupted"] = True
    finally:
        torch.set_num_threads(before)
    result["left_out"] = todo - len(timings) - len(memory)
    result["seconds"] = round(monotonic() - started, 3)
    return result


def _measure(case: Case, threads: int, patience: Patience) -> dict[str, Any]:
    from .cpu_cases import OURS, SOFTMAX

    calls, path = case.calls()
    results = compare(calls, SOFTMAX, patience)
    for each in results:
        if each["name"] == OURS:
            each["path"] = path
    return asdict(case) | {"threads": threads, "baseline": SOFTMAX, "results": results}


def _cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _processor() -> str:
    """Name the processor, as far as the platform tells."""
    listed = Path("/proc/cpuinfo")
    found = re.search(r"^model name\s*:\s*(.+)$", listed.read_text(), re.MULTILINE) if listed.exists() else None
    return found[1] if found else platform.processor() or platform.machine()


def what(row: dict[str, Any]) -> str:
    """Say what a comparison is of."""
    if row["kind"] == "rows":
        more = "" if row["family"] == "gaussian" else f", {row['family']}"
        return f"({row['rows']}, {row['n']}), α {row['alpha']:g}{more}"
    causal = ", causal" if row.get("is_causal") else ""
    return f"{row['n']} keys, {row['heads']} × {row['features']}{causal}, {row['family']}"


def _of(row: dict[str, Any], name: str) -> dict[str, Any]:
    """Find the result of an implementation, or of the one of the package entmax, in a comparison."""
    return next((each for each in row["results"] if each["name"].startswith(name) and "median" in each), {})


def _line(row: dict[str, Any]) -> str:
    from .cpu_cases import OURS

    head = f"{row['kind']}: {what(row)}, {row['direction']}, {_counted(row['threads'])}"
    mine = _of(row, OURS)
    if not mine:
        (why,) = (each["unavailable"] for each in row["results"] if each["name"] == OURS)
        return f"{head}: not measured, {' '.join(why.split())}"
    ratio = f", {mine['ratio']['median']:.2f} times softmax" if "ratio" in mine else ""
    return f"{head}: {1e3 * mine['median']:.3f} ms by {mine['path']}{ratio}"


def _memory_line(row: dict[str, Any]) -> str:
    size = f"{row['bytes'] / 2**20:.1f} MiB" if "bytes" in row else row["unavailable"]
    return f"peak memory of a training step, {row['heads']} heads of {row['n']} tokens, {row['name']}: {size}"


def _counted(threads: int) -> str:
    return f"{threads} thread{'s' * (threads != 1)}"


def show(result: dict[str, Any], console: Console) -> None:
    """Print a table for each kind, with the ratios to softmax, and the peak memory."""
    from rich.table import Table

    for (kind, direction, threads), rows in _groups(result):
        others = {"entmax:": "entmax", "copy": "copy"} if kind == "rows" else {"dense entmax": "dense"}
        peers = [head for name in others.values() for head in (f"{name} ms", "×")]
        paths = ", ".join(dict.fromkeys(_of(row, "entmax-oracle").get("path", "") for row in rows))
        title = f"{kind.capitalize()}, {direction}, {_counted(threads)}; ours by {paths}; × softmax in the same round"
        console.print(f"\n[bold]{title}[/bold]", highlight=False)
        table = Table(kind, "softmax ms", "ours ms", "×", "quartiles", *peers)
        for row in rows:
            mine = _of(row, "entmax-oracle")
            ratio = mine.get("ratio", {})
            spread = f"{ratio['q1']:.2f}–{ratio['q3']:.2f}" if ratio else ""
            cells = [cell for name in others for cell in (_ms(_of(row, name)), _ratio(_of(row, name)))]
            table.add_row(what(row), _ms(_of(row, "softmax")), _ms(mine), _ratio(mine), spread, *cells)
        console.print(table)
    for row in result["memory"]:
        console.print(f"{_memory_line(row)}.".replace("peak", "Peak", 1), highlight=False)
    if result["left_out"]:
        why = "interrupted" if result.get("interrupted") else "no time was left"
        console.print(f"{result['left_out']} measurements left out: {why}.", highlight=False)


def _groups(result: dict[str, Any]) -> Iterator[tuple[tuple[str, str, int], list[dict[str, Any]]]]:
    """Sort what was measured into tables."""

    def group(row: dict[str, Any]) -> tuple[str, str, int]:
        return row["kind"], row["direction"], row["threads"]

    for each in sorted(set(map(group, result["timings"])), key=lambda of: (_KINDS.index(of[0]), of[1:])):
        yield each, [row for row in result["timings"] if group(row) == each]


def _ms(found: dict[str, Any]) -> str:
    return f"{1e3 * found['median']:.3f}" if found else ""


def _ratio(found: dict[str, Any]) -> str:
    return f"{found['ratio']['median']:.2f}" if "ratio" in found else ""


def plot(result: dict[str, Any], file: Path) -> None:
    """Draw the ratios to softmax into a file, SVG or PNG by its name."""
    from .cpu_plot import draw, svg

    if file.suffix == ".svg":
        file.write_text(svg(result), encoding="utf-8")
    else:
        draw(result).savefig(file, dpi=160)
