"""Benchmarks: what ``entmax-oracle bench --suite NAME`` runs, one module per suite.

A suite is a function ``run(progress) -> dict`` that measures and says line by line what it has found, and a function
``show(result, console)`` that prints; ``SUITES`` names them. Timings of the reference are taken by pytest-benchmark.
The suite ``cpu`` takes its own in turns, so that ratios hold on a machine that does other things too; it has options,
and a function ``plot(result, file)``.
"""

from __future__ import annotations

SUITES = {
    "reference": "the float64 reference against its peers, its worst error against the budget, its memory",
    "cpu": "the kernels on a CPU beside softmax, the package entmax and a copy: rows, attention, decoding, memory",
    "static": "registers, shared memory and instructions of the compiled kernels, beside their baseline and a peer",
    "rowwise": "sums over the row and bytes moved by the row-wise kernels, counted in the interpreter",
    "attention": "block products of entmax attention beside its peers', counted in the interpreter",
}
