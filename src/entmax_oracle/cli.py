"""The command line: ``entmax-oracle COMMAND``; one module of :mod:`entmax_oracle.commands` per command."""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
import traceback
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import version

COMMANDS = (
    "verify",
    "formal",
    "check",
    "matrix",
    "patterns",
    "experiment",
    "solve",
    "vectors",
    "peers",
    "bench",
    "report",
)

# argparse takes -1e-5 and -inf for options, but nothing that begins with a space.
_NEGATIVE = re.compile(r"^-(?=\.?\d|inf|nan)", re.IGNORECASE)

EPILOG = """\
exit status: 0 all good, 1 violated or refuted, 2 unusable input, 3 a fault of entmax-oracle, 130 interrupted
"""


class Unusable(ValueError):
    """Input that a command cannot work with; the message says what is wrong and how to mend it."""


def parser(words: Sequence[str] = ()) -> argparse.ArgumentParser:
    """Build the parser with every command, or with the one that is named first; the commands import lazily."""
    top = argparse.ArgumentParser(
        prog="entmax-oracle",
        description="Ground truth for alpha-entmax attention: what is the right answer, and does this code give it?",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"entmax-oracle {version('entmax-oracle')}")
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    named = [name for name in words[:1] if name in COMMANDS]
    for name in named or COMMANDS:
        import_module(f"entmax_oracle.commands.{name}").add_parser(commands)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    arguments : sequence of str, optional
        Defaults to the process's arguments.

    Returns
    -------
    int
        0 all good, 1 something is violated or refuted, 2 unusable input, 3 a fault of this program, 130 interrupted.
    """
    words = sys.argv[1:] if arguments is None else arguments
    options = parser(words).parse_args([_NEGATIVE.sub(r" \g<0>", word) for word in words])
    try:
        _refuse_lost_folder()
        return int(options.run(options))
    except Unusable as error:
        print(f"entmax-oracle: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("entmax-oracle: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader of a pipe has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        print(f"entmax-oracle: {_fault(error)}", file=sys.stderr)
        return 3


def _refuse_lost_folder() -> None:
    """Raise `Unusable` where the current folder was deleted: names of files and modules mean nothing there."""
    try:
        os.getcwd()
    except FileNotFoundError:
        raise Unusable("the current folder no longer exists; change to one that does") from None


def _fault(error: Exception) -> str:
    """Say in one line what went wrong in this program itself, and where the stack lies that a report needs."""
    text = "".join(traceback.format_exception(error))
    with tempfile.NamedTemporaryFile("w", prefix="entmax-oracle-", suffix=".txt", delete=False) as file:
        file.write(text)
    what = f"{type(error).__name__}: {error}".splitlines()[0]
    return f"a fault of entmax-oracle itself: {what}; please report it to its maintainers, with {file.name}"


if __name__ == "__main__":
    # The commands import this module by its name, which is not that of the program.
    sys.exit(import_module("entmax_oracle.cli").main())
