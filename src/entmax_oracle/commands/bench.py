"""``entmax-oracle bench``: benchmarks, printed and as JSON."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any


def add_parser(commands: Any) -> None:
    """Add ``bench`` to the command line."""
    parser = commands.add_parser(
        "bench",
        help="measure speed, accuracy and memory",
        description="Run one suite of benchmarks; every figure in the documentation comes from one of them.",
    )
    parser.add_argument("--suite", default="reference", metavar="NAME", help="the suite to run (default: reference)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the measurements as JSON")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run one suite; exit status 0."""
    from importlib import import_module

    from rich.console import Console

    from entmax_oracle.benchmarks import SUITES
    from entmax_oracle.cli import Unusable

    from .extras import require

    if options.suite not in SUITES:
        known = "; ".join(f"{name} ({what})" for name, what in SUITES.items())
        raise Unusable(f"--suite {options.suite}: unknown suite; choose from {known}")
    if options.suite == "reference":
        require("--suite reference", ("pytest_benchmark",), "pip install pytest-benchmark")
    console = Console(width=None if sys.stdout.isatty() else 120)
    suite = import_module(f"entmax_oracle.benchmarks.{options.suite}")
    said = Console(stderr=True, highlight=False, soft_wrap=True)
    with said.status(f"measuring: {SUITES[options.suite]}"):
        result = suite.run(lambda line: said.print(line, markup=False, style="dim"))
    suite.show(result, console)
    if options.json:
        options.json.write_text(json.dumps(result, indent=1) + "\n")
        console.print(f"Measurements written to {options.json}.")
    return 0
