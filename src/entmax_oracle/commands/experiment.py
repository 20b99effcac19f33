"""``entmax-oracle experiment``: train small models on short rows, and prove at which lengths they are right."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .workers import add_workers, progress_bar, refuse_jobs, workers
from .writing import add_results, prepare, read_json, read_resumed, refuse_to_write, write_json, write_result

if TYPE_CHECKING:
    from rich.console import Console

    from entmax_oracle.proofs_checks.experiments import Experiment, Model


def add_parser(subparsers: Any) -> None:
    """Add the command to the command line."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "experiment",
        help="train small models on short rows, and prove at which lengths they are right",
        description=(
            "Train one-head models to find the one match among 5 to 16 tokens, for each normaliser, and "
            "measure them on "
            "rows of up to 2^20 tokens, beside the bounds of the theorems. Certify each: right at every length, right "
            "up to n (with a longer row that fools it), or neither. Exit code 0; 1 if a curve and a bound disagree, an "
            "attack breaks a certificate, or --check refuses one; 2 if the input is unusable; 130 if it was "
            "interrupted "
            "(what is finished is written, and --resume continues from there)."
        ),
    )
    parser.add_argument(
        "--profile",
        choices=("quick", "full"),
        default="quick",
        help="quick: four normalisers, one seed, under a minute; full: all, three seeds, and other tasks, under "
        "ten minutes with two jobs (default: quick)",
    )
    parser.add_argument(
        "--normaliser", action="append", default=[], metavar="NAME", help="only this normaliser; repeatable"
    )
    parser.add_argument("--seeds", type=int, metavar="N", help="models of each kind (default: that of the profile)")
    parser.add_argument(
        "--seconds",
        type=float,
        metavar="S",
        help="training for each model, 200 steps a second on every machine (default: that of the profile)",
    )
    add_workers(parser)
    parser.add_argument(
        "--check",
        type=Path,
        metavar="FILE",
        help="compute the certificates again from the weights in this file, without training, and stop",
    )
    add_results(parser, "experiment.json", "task, steps and versions")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run the command; see the parser's description for the exit codes."""
    from rich.console import Console

    from entmax_oracle.cli import Unusable
    from entmax_oracle.proofs_checks import experiments

    from .extras import require

    console = Console()
    if args.check is not None:
        refuse_to_write(args, "--check prints what it finds")
        return _check(args.check, console)
    require("experiment", ("torch",), "pip install 'entmax-oracle[torch]'")
    refuse_jobs(args)
    known = read_resumed(args)
    prepare(args)
    with workers(args) as executor, progress_bar() as progress:
        task = progress.add_task("training", total=None)

        def advance(event: dict[str, Any]) -> None:
            name = getattr(event["found"][0], "normaliser", "")
            progress.update(task, completed=event["done"], total=event["total"], description=name)
            if event["done"] < event["total"]:
                _keep(event["so far"](), args)  # nothing is lost, however the run ends

        try:
            result = experiments.run(
                args.profile,
                args.jobs,
                advance,
                seeds=args.seeds,
                seconds=args.seconds,
                normalisers=args.normaliser,
                studies=False if args.normaliser else None,
                executor=executor,
                known=known,
            )
        except ValueError as error:
            raise Unusable(str(error)) from error
    if result.interrupted:
        _keep(result, args)
        done = len(result.models)
        print(f"entmax-oracle: interrupted: {done} model{'s' * (done != 1)} finished", file=sys.stderr)
        return 130
    write_result(result.to_dict(), args, "experiment.json")
    _show(result, console)
    return int(not result.clean)


def _keep(result: Experiment, args: argparse.Namespace) -> None:
    """Write what is finished; the page needs a whole run."""
    if args.json is not None:
        write_json(args.json, result.to_dict())
    if args.report is not None:
        write_json(args.report / "experiment.json", result.to_dict())


def _check(path: Path, console: Console) -> int:
    """Compute the certificates of a file anew, and say of each whether it holds."""
    from rich.markup import escape

    from entmax_oracle.cli import Unusable
    from entmax_oracle.proofs_checks.experiments import Checked, check
    from entmax_oracle.proofs_checks.experiments.checking import MEASURED

    def show(one: Checked) -> None:
        word = "[bold red]refused[/]" if one.fault else "[green]holds[/]"
        console.print(
            f"{escape(one.label)}: {escape(one.verdict)}: {word}" + (f": {escape(one.fault)}" if one.fault else ""),
            highlight=False,
            soft_wrap=True,
        )

    data = read_json("--check", path)
    try:
        checked = check(data, show)
    except ValueError as error:
        raise Unusable(f"--check {path}: {error}") from error
    good = sum(not each.fault for each in checked)
    print(f"{good} of {len(checked)} certificates hold")
    print(f"computed anew from the weights: the certificates; not checked: {', '.join(MEASURED)}, and the studies")
    return int(good < len(checked))


def _show(result: Experiment, console: Console) -> None:
    """Print a line for each normaliser and training, then every disagreement."""
    from itertools import groupby

    from rich.markup import escape
    from rich.table import Table

    from entmax_oracle.proofs_checks.experiments import contender
    from entmax_oracle.proofs_checks.experiments.results import span

    shown = ["16", "256", "4096", "65536", "1048576"]
    if console.width < 90:
        shown.remove("4096")
    table = Table(box=None, header_style="bold", pad_edge=False, collapse_padding=True)
    for name in ("normaliser", "training"):
        table.add_column(name, no_wrap=True)
    for name in (*(f"{int(n):,}" for n in shown), "proved", "fooled"):
        table.add_column(name, no_wrap=True, justify="right")
    for (name, training), group in groupby(result.models, key=lambda each: (each.normaliser, each.training)):
        models = list(group)
        marks = [span([100 * model.accuracy[n] for model in models if n in model.accuracy]) for n in shown]
        table.add_row(escape(contender(name).title), training, *marks, *_reach(models))
    console.print(table)
    print(
        "per cent of random rows answered correctly, by the number of tokens; the length up to which every row is "
        "proved right; and the length at which a row fools the model: from the worst to the best seed"
    )
    for model in result.models:
        label = f"{model.normaliser}, {model.training}, seed {model.seed}"
        for fault in (
            *model.faults,
            *(f"an attack at {each.n} tokens broke the certificate" for each in model.attack if each.broken),
        ):
            console.print(f"[bold red]{escape(label)}[/]: {escape(fault)}", soft_wrap=True)


def _reach(models: list[Model]) -> tuple[str, ...]:
    """Say to which lengths models that differ in their seeds are certified, and at which they are fooled."""
    from entmax_oracle.proofs_checks.experiments.certificate import short

    proved = sorted((model.certificate.n for model in models), key=lambda n: float("inf") if n is None else n)
    fooled = sorted(model.certificate.wrong.n for model in models if model.certificate.wrong is not None)
    ends = ["∞" if n is None else short(n) if n > 1 else "–" for n in proved]
    return tuple(
        "–" if not each else each[0] if each[0] == each[-1] else f"{each[0]}…{each[-1]}"
        for each in (ends, [short(n) for n in fooled])
    )
