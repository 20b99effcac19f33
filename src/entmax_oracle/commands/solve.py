"""``entmax-oracle solve``: one row, to as many digits as asked."""

from __future__ import annotations

import argparse
import json
import math
import sys
from fractions import Fraction
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from entmax_oracle.reference.enclosures.solution import Solution
    from entmax_oracle.reference.inputs import Alpha

# Beyond these sizes the terminal shows less: the JSON has everything.
_TOKENS_SHOWN = 200
_JACOBIAN_SHOWN = 8


def add_parser(commands: Any) -> None:
    """Add ``solve`` to the command line."""
    parser = commands.add_parser(
        "solve",
        help="solve one row: p, tau, support, entropies, gradients",
        description="Solve one row of logits to any number of certified digits.",
        epilog="Numbers are read as float64 (decimal, or hexadecimal such as 0x1.8p-1); -inf masks a token.",
    )
    parser.add_argument("z", nargs="+", metavar="Z", help="logits, or - to read them from standard input")
    parser.add_argument(
        "--alpha",
        type=str,
        default="1.5",
        metavar="A",
        help="at least 1; a fraction such as 4/3 is exact (default: 1.5)",
    )
    parser.add_argument("--digits", type=int, default=17, metavar="N", help="significant digits (default: 17)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run)


def read_number(text: str) -> float:
    """Read a decimal or hexadecimal floating-point number.

    Examples
    --------
    >>> read_number("0x1.8p-1"), read_number("-inf")
    (0.75, -inf)
    """
    value = float.fromhex(text) if "0x" in text.lower() else float(text)
    if math.isinf(value) and "inf" not in text.lower():
        raise OverflowError(f"{text} is beyond the float64 range")
    return value


def run(options: argparse.Namespace) -> int:
    """Solve and print; exit status 0."""
    from entmax_oracle.cli import Unusable
    from entmax_oracle.reference.enclosures.solution import solve_row

    words = sys.stdin.read().replace(",", " ").split() if options.z == ["-"] else list(map(str.strip, options.z))
    if not words:
        raise Unusable("z: there are no logits on standard input; give numbers separated by spaces or lines")
    logits = []
    for index, word in enumerate(words):
        try:
            logits.append(read_number(word))
        except OverflowError as error:
            raise Unusable(f"z[{index}]: {error}; write -inf to mask a token") from None
        except ValueError:
            raise Unusable(f"z[{index}]: {word!r} is not a number; write it as 0.25, 1e-3, 0x1p-2 or -inf") from None
    try:
        solution = solve_row(logits, read_alpha(options.alpha), options.digits)
    except ValueError as error:
        raise Unusable(str(error)) from None
    if options.json:
        json.dump(as_json(logits, solution), sys.stdout, indent=1)
        print()
    else:
        show(words, logits, solution)
    return 0


def read_alpha(text: str) -> Alpha:
    """Read alpha: a fraction such as 4/3 is exact, a decimal is the float64 it names."""
    try:
        return Fraction(text) if "/" in text else read_number(text)
    except (ValueError, ZeroDivisionError, OverflowError):
        raise ValueError(f"alpha: {text!r} is not a number; write it as 1.5 or 4/3") from None


def as_json(logits: list[float], solution: Solution) -> dict[str, Any]:
    """Collect everything; floats are hexadecimal, so that nothing is lost on the way."""
    found = solution.enclosure
    return {
        "schema": "entmax-oracle/solve/1",
        "alpha": str(solution.alpha),
        "digits": solution.digits,
        "z": [value.hex() for value in logits],
        "p": solution.p,
        "lower": [float(value).hex() for value in found.lower],
        "upper": [float(value).hex() for value in found.upper],
        "tau": solution.tau,
        "tau_lower": float(found.tau_lower).hex(),
        "tau_upper": float(found.tau_upper).hex(),
        "support": found.support.tolist(),
        "boundary": found.boundary.tolist(),
        "entropy": {"tsallis": solution.tsallis, "shannon": solution.shannon},
        "gradient": {
            "alpha": solution.grad_alpha,
            "z": solution.jacobian or None,
            "differentiable": solution.differentiable,
        },
    }


def show(words: list[str], logits: list[float], solution: Solution) -> None:
    """Print a table for people."""
    from rich.console import Console
    from rich.table import Table

    console = Console()
    found = solution.enclosure
    table = Table("token", "z", "p", "support", "dp/dalpha", box=None, header_style="bold", pad_edge=False)
    for i, word in enumerate(words[:_TOKENS_SHOWN]):
        support = "boundary" if found.boundary[i] else found.support[i]
        table.add_row(str(i), word, solution.p[i], support, _short(solution.grad_alpha[i]))
    # A digit must never be cut off or wrapped: print as wide as it takes.
    console.width = max(console.width, 48 + 2 * solution.digits + max(map(len, words[:_TOKENS_SHOWN])))
    console.print(table)
    if len(words) > _TOKENS_SHOWN:
        console.print(f"… and {len(words) - _TOKENS_SHOWN} more tokens (--json has them all)")
    inside = int((found.support == "in").sum())
    for name, value in (
        ("alpha", str(solution.alpha)),
        ("tau", f"{solution.tau}   (of x = (alpha - 1) z)"),
        ("support", f"{inside} of {len(logits)} tokens"),
        ("H_alpha(p)", f"{solution.tsallis}   (Tsallis)"),
        ("H_1(p)", f"{solution.shannon}   (Shannon, nats)"),
    ):
        console.print(f"{name:11}{value}", highlight=False)
    if solution.jacobian and len(logits) <= _JACOBIAN_SHOWN:
        console.print("dp/dz")
        for line in solution.jacobian:
            console.print("  " + "  ".join(f"{_short(entry):>12}" for entry in line), highlight=False)
    if not solution.differentiable:
        console.print("A token lies on the threshold: p is not differentiable here; derivatives of the strict support.")
    for word, logit in zip(words, logits, strict=True):
        if _was_rounded(word, logit):
            console.print(f"Note: {word} is not a float64 number; using the nearest, {logit.hex()}.")
            break


def _short(decimal: str) -> str:
    if decimal.startswith("+/-"):
        return f"0 {decimal}"  # zero as far as can be told
    return f"{float(decimal) + 0.0:.6g}"  # + 0.0: what underflows prints as 0, not -0


def _was_rounded(word: str, value: float) -> bool:
    if "0x" in word.lower() or value in (float("inf"), float("-inf")):
        return False
    return Fraction(word) != Fraction(value)
