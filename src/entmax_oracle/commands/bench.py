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
    only = parser.add_argument_group("options of the suite cpu")
    only.add_argument("--plot", type=Path, metavar="FILE", help="draw the ratios to softmax into FILE, .svg or .png")
    only.add_argument("--quick", action="store_true", help="take fewer measurements, in about a minute")
    only.add_argument("--seconds", type=float, metavar="S", help="time budget in seconds (default: no limit)")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run one suite; exit status 0, or 130 if it was interrupted, with what it had measured kept."""
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
    given = _given(options)
    console = Console(width=None if sys.stdout.isatty() else 120)
    suite = import_module(f"entmax_oracle.benchmarks.{options.suite}")
    said = Console(stderr=True, highlight=False, soft_wrap=True)
    with said.status(f"measuring: {SUITES[options.suite]}"):
        result = suite.run(lambda line: said.print(line, markup=False, style="dim"), **given)
    suite.show(result, console)
    if options.json:
        options.json.write_text(json.dumps(result, indent=1) + "\n")
        console.print(f"Measurements written to {options.json}.")
    if options.plot:
        suite.plot(result, options.plot)
        console.print(f"Picture written to {options.plot}.")
    return 130 if result.get("interrupted") else 0


def _given(options: argparse.Namespace) -> dict[str, Any]:
    """Read the options of the suite ``cpu``, and refuse them for others, before anything is measured."""
    from entmax_oracle.cli import Unusable

    from .extras import require

    given = {name: value for name in ("quick", "seconds") if (value := getattr(options, name))}
    flags = [*given, *(["plot"] if options.plot else [])]
    if options.suite != "cpu" and flags:
        raise Unusable(f"--{flags[0]}: an option of --suite cpu; leave it out for --suite {options.suite}")
    if options.seconds is not None and not options.seconds > 0:
        raise Unusable(f"--seconds must be positive, got {options.seconds:g}")
    if options.suite == "cpu":
        require("--suite cpu", ("torch",), "pip install 'entmax-oracle[torch]'")
    if options.plot:
        require("--plot", ("matplotlib",), "pip install 'entmax-oracle[report]'")
        if options.plot.suffix not in (".svg", ".png"):
            raise Unusable(f"--plot {options.plot}: the name must end in .svg or .png")
    return given
