"""What the scripts that time kernels on a GPU share: the laws first, then times beside peers, a file and a picture.

Without a GPU every function runs once at a small size and its times are "not measured".
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import torch

from entmax_oracle.benchmarks.environment import environment

NOT_MEASURED = "not measured"
OURS = "ours"

Function = TypeVar("Function")
Row = dict[str, Any]


@dataclass(frozen=True)
class Setting:
    """Where a script runs: ``"cuda"`` or ``"cpu"``, in which dtype, and whether only to prove the script."""

    device: str
    dtype: torch.dtype
    small: bool


@dataclass(frozen=True)
class Script:
    """One script that times.

    Attributes
    ----------
    name
        Of the files that it writes, without their endings.
    description
        For ``--help``.
    dtypes
        That it can time, the default first.
    packages
        Whose versions it records.
    check
        What it must conform to before it is timed: arguments of ``entmax-oracle check``.
    alphas
        Those it is timed, and so checked, at.
    timings
        The measured rows of a setting, in groups; `compare` makes the rows of a group.
    path
        What computes on this device: the GPU's kernels, interpreted kernels or plain torch.
    relative
        Which entry of a row is its figure beside the others'.
    panel
        Title of the panel of the picture that shows a row; ``None`` for none.
    """

    name: str
    description: str
    dtypes: Sequence[str]
    packages: Sequence[str]
    check: Sequence[str]
    alphas: Sequence[float]
    timings: Callable[[Setting], Iterable[list[Row]]]
    path: Callable[[Setting], str]
    relative: str
    panel: Callable[[Row], str | None]

    def run(self, arguments: Sequence[str] | None = None) -> int:
        """Check, time, write; exit status 1 if the kernels break a law."""
        parser = argparse.ArgumentParser(
            description=self.description, formatter_class=argparse.RawDescriptionHelpFormatter
        )
        parser.add_argument("--out", type=Path, default=Path(), help="folder for the results")
        parser.add_argument("--dtype", default=self.dtypes[0], choices=self.dtypes)
        parser.add_argument("--small", action="store_true", help="small sizes and two laws, to prove the script")
        parser.add_argument("--skip-laws", action="store_true", help="time what may be wrong")
        options = parser.parse_args(arguments)
        device = "cuda" if torch.cuda.is_available() else "cpu"
        setting = Setting(device, getattr(torch, options.dtype), options.small or device == "cpu")
        checked: Row = {"conforms": None, "said": "skipped"}
        if not options.skip_laws:
            print(f"The laws first, on {device}; that takes minutes.", flush=True)
            checked = self.laws(setting)
            print(checked["said"], flush=True)
            if not checked["conforms"]:
                print("The kernels are wrong on this device; no times are taken.", file=sys.stderr)
                return 1
        rows: list[Row] = []
        result = {
            "schema": f"entmax-oracle/bench-{self.name.replace('_', '-')}/1",
            "device": torch.cuda.get_device_name() if device == "cuda" else f"none: times are {NOT_MEASURED}",
            "path": self.path(setting),
            **environment(*self.packages),
            "laws": checked,
            "timings": rows,
        }
        options.out.mkdir(parents=True, exist_ok=True)
        for group in self.timings(setting):
            rows += group
            for row in group:
                print(self.line(row), flush=True)
            # After each group, so that a run that is stopped has lost nothing.
            (options.out / f"{self.name}.json").write_text(json.dumps(result, indent=1) + "\n")
        panels(rows, self.panel).savefig(options.out / f"{self.name}.png", dpi=120)
        return 0

    def laws(self, setting: Setting) -> Row:
        """Check the kernels against the oracle on the device itself, in the dtype that is timed."""
        command = [sys.executable, "-m", "entmax_oracle.cli", "check", *self.check]
        command += ["--array", "torch", "--device", setting.device, "--grad"]
        command += ["--dtype", str(setting.dtype).removeprefix("torch.")]
        command += ["--profile", "quick" if setting.small else "standard"]
        alphas = self.alphas[:1] if setting.small else self.alphas
        chosen = ("values", "gradient") if setting.small else ()
        for option, values in (("--alpha", map(str, alphas)), ("--law", chosen)):
            for value in values:
                command += [option, value]
        finished = subprocess.run(command, capture_output=True, text=True, check=False)
        lines = (finished.stdout or finished.stderr).strip().splitlines()
        return {"conforms": finished.returncode == 0, "said": lines[-1] if lines else ""}

    def line(self, row: Row) -> str:
        """What is printed of a row: what it is of, then its time."""
        said = row.get("unavailable") or row["median"]
        if isinstance(said, float):
            said = f"{said:.4f} ms, {row[self.relative]:.2f} {self.relative.replace('_', ' ')}"
        about = (f"{name} {row[name]}" for name in ("alpha", "n", "features") if name in row)
        return "  ".join((*about, *(row[name] for name in ("family", "direction", "name") if name in row), said))


def compare(
    peers: Mapping[str, Callable[[], Function]],
    prepare: Callable[[Function], Callable[[], object]],
    on_gpu: bool,
    **about: object,
) -> list[Row]:
    """Time every implementation on the same tensors.

    Parameters
    ----------
    peers
        For each name, what imports the implementation.
    prepare
        Makes of an implementation the call that is timed.
    about
        Goes into every row.
    """
    rows = []
    for name, load in peers.items():
        row = about | {"name": name}
        try:
            row |= measure(prepare(load()), on_gpu)
        except Exception as error:
            # A peer that does not run here is a line in the table, ours is an error.
            if name == OURS:
                raise
            said = f"{type(error).__name__}: {str(error)[:120]}"
            if isinstance(error, ModuleNotFoundError):
                said = f"{NOT_MEASURED}: {error.name} is not installed"
            row["unavailable"] = said
        rows.append(row)
    return rows


def measure(call: Callable[[], object], on_gpu: bool, repeats: int = 50) -> Row:
    """Run warm, with a cold L2: median, quartiles, 99th percentile in milliseconds, and peak memory in bytes."""
    call()
    if not on_gpu:
        return dict.fromkeys(("median", "low", "high", "p99", "peak_bytes"), NOT_MEASURED)
    cache = torch.empty(1 << 28, dtype=torch.int8, device="cuda")
    for _ in range(5):
        call()
    torch.cuda.synchronize()
    before = torch.cuda.memory_allocated()
    torch.cuda.reset_peak_memory_stats()
    event: Any = torch.cuda.Event
    pairs = [(event(enable_timing=True), event(enable_timing=True)) for _ in range(repeats)]
    for start, stop in pairs:
        cache.zero_()
        start.record()
        call()
        stop.record()
    torch.cuda.synchronize()
    times = sorted(start.elapsed_time(stop) for start, stop in pairs)
    low, median, high = statistics.quantiles(times, n=4)
    return {
        "median": median,
        "low": low,
        "high": high,
        "p99": times[min(len(times) - 1, int(0.99 * len(times)))],
        "peak_bytes": torch.cuda.max_memory_allocated() - before,
    }


def measured(rows: Iterable[Row]) -> list[Row]:
    """Rows that have times."""
    return [row for row in rows if isinstance(row.get("median"), float)]


def panels(rows: Sequence[Row], panel: Callable[[Row], str | None], columns: int = 4) -> Any:
    """Draw the median time against n, and its quartiles, in panels: a Matplotlib figure."""
    from matplotlib.figure import Figure

    titles = [title for title in dict.fromkeys(map(panel, rows)) if title is not None]
    columns = min(columns, len(titles))
    lines = -(-len(titles) // columns)
    figure = Figure(figsize=(4 * columns, 3.5 * lines), layout="constrained")
    axes = figure.subplots(lines, columns, squeeze=False)
    for axis in axes.flat[len(titles) :]:
        axis.set_axis_off()
    for axis, title in zip(axes.flat, titles, strict=False):
        axis.set_title(title)
        axis.set_xlabel("n")
        axis.set_ylabel("ms, median and quartiles")
        shown = measured(row for row in rows if panel(row) == title)
        for name in dict.fromkeys(row["name"] for row in shown):
            mine = [row for row in shown if row["name"] == name]
            n, median, low, high = ([row[key] for row in mine] for key in ("n", "median", "low", "high"))
            axis.plot(n, median, label=name)
            axis.fill_between(n, low, high, alpha=0.2)
        if shown:
            axis.set_xscale("log", base=2)
            axis.set_yscale("log")
            axis.legend()
        else:
            axis.text(0.5, 0.5, NOT_MEASURED, ha="center", transform=axis.transAxes)
    return figure
