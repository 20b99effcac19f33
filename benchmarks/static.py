"""Suite ``static``: what the compiled kernels use, beside the committed baseline and a peer; no GPU is needed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .environment import environment

if TYPE_CHECKING:
    from rich.console import Console

    from entmax_oracle.kernels.ahead_of_time import Job

BASELINE = Path(__file__).with_name("static.json")
"""Figures of the committed kernels; written by ``python -m entmax_oracle.benchmarks.static``."""

_SHOWN = ("registers", "shared", "instructions", "spills", "seconds")


def run(progress: Callable[[str], None]) -> dict[str, Any]:
    """Compile; about two minutes on two cores."""
    from entmax_oracle.kernels.ahead_of_time import compile_all
    from entmax_oracle.kernels.attention import jobs as attention
    from entmax_oracle.kernels.rowwise import jobs as rowwise

    jobs = [*rowwise.some_jobs(), *our_jobs(), *peer_jobs(), *attention.some_jobs()]
    jobs = list({(job.label, job.target): job for job in jobs}.values())
    found: list[dict[str, Any]] = []
    for compiled in compile_all(jobs, workers=2):
        progress(f"{compiled.job.label} for {compiled.job.target}: {len(found) + 1} of {len(jobs)}")
        found.append(compiled.as_json() | {"faults": compiled.faults()})
    return {
        "schema": "entmax-oracle/bench-static/1",
        **environment("triton", "torch", "adasplash"),
        "kernels": found,
    }


def our_jobs() -> Iterator[Job]:
    """Ours where the peer has something to compare."""
    from entmax_oracle.kernels.rowwise.jobs import job
    from entmax_oracle.kernels.runtime.kinds import Kind

    for kind in (Kind.FOURTH_POWER, Kind.SQUARE, Kind.SPARSEMAX):
        yield job("sm_90", kind, 8192)
    yield job("sm_90", Kind.SQUARE, 8192, backward=True)


def peer_jobs() -> Iterator[Job]:
    """Row kernels of adasplash, compiled in the same way, in one of the configurations that its autotuner tries."""
    from entmax_oracle.kernels.ahead_of_time import Job

    if find_spec("adasplash") is None:
        return
    n = 8192
    types = dict.fromkeys(("X", "Y", "DX", "DY"), "*fp32")
    for alpha in (1.25, 1.5, 2.0):
        # As its own wrapper chooses: two hybrid steps from a histogram, ten without one for other alpha.
        steps, histogram = (2, True) if alpha in (1.5, 2.0) else (10, False)
        constants = {"ALPHA": alpha, "N_ITER": steps, "SIZE_N": n, "USE_HISTOGRAM": histogram}
        constants |= {"FAST_MATH": False, "BLOCK_N": 1024}
        for kernel in ("_fwd_entmax", "_bwd_entmax"):
            if kernel == "_bwd_entmax" and alpha != 1.5:
                continue
            yield Job(
                module="adasplash.triton_entmax_v2",
                kernel=kernel,
                target="sm_90",
                types=types,
                constants=constants,
                aligned=frozenset(types),
                warps=4,
                label=f"adasplash {kernel.strip('_')} alpha={alpha} n={n} fp32",
            )


def show(result: dict[str, Any], console: Console) -> None:
    """Print a table; behind each figure that of the baseline."""
    from rich.table import Table

    baseline = json.loads(BASELINE.read_text())
    known = {(row["label"], row["target"]): row for row in baseline["kernels"]}
    table = Table(
        "kernel", "target", "warps", *_SHOWN, "vector bytes",
        title=f"Compiled ahead of time (in brackets: the baseline, with Triton {baseline['versions']['triton']})",
    )  # fmt: skip
    rows = result["kernels"]
    if result["versions"]["adasplash"] is None:
        rows = rows + [row for row in baseline["kernels"] if row["label"].startswith("adasplash")]
    for row in rows:
        before = known.get((row["label"], row["target"]), {})
        figures = [f"{row[name]} ({before.get(name, '-')})" for name in _SHOWN]
        widths = f"{row['vector_loads']} / {row['vector_stores']}"
        table.add_row(row["label"], row["target"], str(row["warps"]), *figures, widths)
    console.print(table)
    for row in result["kernels"]:
        if not row["label"].startswith("adasplash"):
            for fault in row["faults"]:
                console.print(f"[red]{fault}[/red]")
    if result["versions"]["adasplash"] is None:
        console.print("adasplash is not installed (pip install --no-deps adasplash==0.2.2): these are its baseline.")


if __name__ == "__main__":
    BASELINE.write_text(json.dumps(run(lambda step: print(step, flush=True)), indent=1) + "\n")
