"""``entmax-oracle matrix``: what is true of every normaliser, and of your function."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .writing import prepare, refuse_to_write, write_result

if TYPE_CHECKING:
    from rich.console import Console

    from entmax_oracle.proofs_checks.matrix.results import MatrixResult
    from entmax_oracle.proofs_checks.matrix.subject import Subject


def add_parser(subparsers: Any) -> None:
    """Add the command to the command line."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "matrix",
        help="compare the normalisers of the field, and your function, by their properties",
        description=(
            "Compute the property matrix: each cell from the evidence of a theorem, from a counterexample that is run "
            "again, or from a search, which is marked as such. TARGET adds a row for your function f(z), with a "
            "minimal counterexample for each property that fails. Exit code 0; 1 if a computed cell contradicts its "
            "claim; 2 if the input is unusable."
        ),
    )
    parser.add_argument(
        "target",
        nargs="?",
        metavar="TARGET",
        help="your function: package.module:function or path/to/file.py:function; or your class of a normaliser",
    )
    parser.add_argument(
        "--normaliser", action="append", default=[], metavar="NAME", help="only the rows of this normaliser; repeatable"
    )
    parser.add_argument(
        "--array", choices=("numpy", "torch"), default="numpy", help="array library of TARGET (default: numpy)"
    )
    parser.add_argument("--profile", choices=("quick", "full"), default="quick", help="search effort (default: quick)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="seed of every random choice (default: 0)")
    parser.add_argument(
        "--replay",
        type=Path,
        metavar="FILE",
        help="check the points of a matrix.json again: those of TARGET if it is given, else those of the normalisers; "
        "exit code 1 if one no longer decides its cell",
    )
    parser.add_argument(
        "--report", type=Path, metavar="DIR", help="write matrix.json, with curves, and an HTML page into this folder"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the result as JSON")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run the command; see the parser's description for the exit codes."""
    from rich.console import Console

    from entmax_oracle.cli import Unusable
    from entmax_oracle.proofs_checks.matrix import curves
    from entmax_oracle.proofs_checks.matrix.build import execute

    if args.replay is not None:
        refuse_to_write(args, "a replay prints what it finds")
    prepare(args)
    own = _own(args)
    if args.replay is not None:
        return _replay(args, own)
    with Console(stderr=True).status("") as status:
        try:
            result = execute(
                args.normaliser,
                own,
                args.profile,
                args.seed,
                lambda label, number, count: status.update(f"{label} ({number} of {count})"),
            )
        except ValueError as error:
            raise Unusable(str(error)) from error
        plain = result.to_dict()
        if args.report is not None:
            status.update("curves")
            plain["curves"] = curves(args.normaliser, own)
    write_result(plain, args, "matrix.json")
    _show(result, Console())
    return int(any(cell.contradicts for row in result.rows for cell in row.cells))


def _replay(args: argparse.Namespace, own: dict[str, Subject] | None) -> int:
    """Check the points of a matrix again and say what each shows now."""
    from entmax_oracle.cli import Unusable
    from entmax_oracle.proofs_checks.matrix import replay

    counts = {True: 0, False: 0}
    try:
        for found in replay(args.replay, next(iter(own.values())) if own else None, tuple(args.normaliser)):
            counts[bool(found.detail)] += 1
            now = f"still {found.verdict}: {found.detail}" if found.detail else "no longer decided by its point"
            print(f"{found.label}, {found.title}: {now}", flush=True)
    except ValueError as error:
        raise Unusable(str(error)) from error
    print(f"{counts[True]} of {sum(counts.values())} points still decide their cell")
    return int(counts[False] > 0)


def _own(args: argparse.Namespace) -> dict[str, Subject] | None:
    """Load the user's function, or class of a normaliser."""
    if args.target is None:
        return None
    import numpy as np

    from entmax_oracle.cli import Unusable
    from entmax_oracle.proofs_checks.conformance.target.defining import instance_of
    from entmax_oracle.proofs_checks.conformance.target.loading import load
    from entmax_oracle.proofs_checks.matrix import Own, Reference

    convert: Any = np.asarray
    if args.array == "torch":
        try:
            import torch
        except ModuleNotFoundError:
            raise Unusable("--array torch: torch is missing; pip install 'entmax-oracle[torch]'") from None
        convert = torch.from_numpy
    label = args.target.rpartition("/")[2]
    try:
        found = load(args.target)
        if isinstance(found, type):
            return {label: Reference(instance_of(found, args.target), {})}
        subject = Own(found, convert)
    except ValueError as error:
        raise Unusable(str(error)) from error
    refusal = subject.refusal()
    if refusal:
        raise Unusable(f"{args.target}: gives no weights for logits 1, 0, -1: {refusal}")
    return {label: subject}


def _show(result: MatrixResult, console: Console) -> None:
    """Print the table, what is false of the user's function, and every contradiction."""
    from rich.markup import escape
    from rich.table import Table

    from entmax_oracle.proofs_checks.marks import Grounds, Truth
    from entmax_oracle.proofs_checks.matrix import settings

    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("normaliser")
    for prop in result.properties:
        table.add_column(prop.short, no_wrap=True)
    for row in result.rows:
        table.add_row(
            escape(row.label),
            *(
                f"[{cell.verdict.colour}]{cell.verdict.mark}[/] {cell.strength.mark}"
                + ("[red]✗[/]" if cell.contradicts else "")
                for cell in row.cells
            ),
        )
    console.print(table)
    titles = {prop.key: prop.title for prop in result.properties}
    console.print("; ".join(f"{prop.short} {prop.title}" for prop in result.properties), highlight=False)
    legend = (f"{each.mark} {each}: {each.words}" for each in Grounds if each is not Grounds.NONE)
    console.print("; ".join(legend), highlight=False)
    values = [f"{row.label.split(',')[0]}: {text}" for row in result.rows if (text := settings(row.parameters))]
    if values:
        console.print(escape(f"parameters: {'; '.join(dict.fromkeys(values))}"), highlight=False, soft_wrap=True)
    constants = _constants(result)
    if constants:
        console.print(escape(constants), highlight=False, soft_wrap=True)
    for row in result.rows:
        reasons = {cell.detail for cell in row.cells}
        if len(reasons) == 1:  # the row was not checked
            console.print(escape(f"{row.label}: {reasons.pop()}"), soft_wrap=True)
            continue
        for cell in row.cells:
            if row.normaliser is None and cell.verdict is not Truth.TRUE:
                at = f" at {_point(cell.point)}" if cell.point else ""
                text = f"{titles[cell.property]}: {cell.verdict}{at}; {cell.detail}"
                console.print(escape(text), soft_wrap=True)
            if cell.contradicts:
                where = f"{row.label}, {titles[cell.property]}"
                console.print(f"[red]{escape(where)}[/]: {escape(cell.contradicts)}", soft_wrap=True)


def _constants(result: MatrixResult) -> str:
    """Say the Lipschitz constants that hold, and how large they are at least where none is known."""
    from entmax_oracle.proofs_checks.marks import Grounds, Truth

    named: dict[str, list[str]] = {
        "Lipschitz constants, Euclidean, by theorem": [],
        "Lipschitz constants claimed, and exceeded nowhere": [],
        "Lipschitz constant unknown, at least the largest quotient found": [],
    }
    proved, claimed, unknown = named.values()
    for row in result.rows:
        for cell in row.cells:
            if cell.property != "lipschitz" or cell.verdict is not Truth.TRUE:
                continue
            if not cell.constant:
                unknown.append(f"{row.label}: {cell.quotient:.4g}")
            else:
                (proved if cell.strength in (Grounds.PROVED, Grounds.DERIVED) else claimed).append(
                    f"{row.label}: {cell.constant}"
                )
    return "\n".join(f"{how}: {'; '.join(each)}" for how, each in named.items() if each)


def _point(point: dict[str, Any]) -> str:
    return ", ".join(
        f"{name} = {'(' + ', '.join(f'{v:.17g}' for v in value) + ')' if isinstance(value, tuple | list) else value}"
        for name, value in point.items()
    )
