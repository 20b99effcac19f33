"""What to ask instead where a function does not take the arguments of its kind: the command or call, ready to run."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from ..ask import OPTIONS
from ..calls import Subject

__all__ = ["asked_with", "near"]


def asked_with(subject: Subject, more: Sequence[tuple[str, str]]) -> str:
    """Say how to check a target with more options.

    Parameters
    ----------
    subject : Subject
    more : sequence of (str, str)
        Fields of `Ask` with their values as words.

    Examples
    --------
    >>> asked_with(Subject("mine:f"), [("fixed_alpha", "1"), ("without", "alibi")])
    'run entmax-oracle check mine:f --fixed-alpha 1 --without alibi'
    >>> asked_with(Subject(print), [("fixed_alpha", "1"), ("without", "alibi"), ("rename", "scale=s")])
    "call check(..., fixed_alpha=1, without=['alibi'], rename={'scale': 's'})"
    """
    if isinstance(subject.target, str):
        # Placeholders stay as they are.
        words = [f"--{OPTIONS[name].flag} {value}" for name, value in more]
        return " ".join([shlex.join(["run", "entmax-oracle", "check", subject.name, *subject.words]), *words])
    given: dict[str, list[str]] = {}
    for name, value in more:
        given.setdefault(name, []).append(value)
    return f"call check(..., {', '.join(f'{name}={_written(name, values)}' for name, values in given.items())})"


def _written(name: str, values: Sequence[str]) -> str:
    if name == "rename":
        return repr(dict(each.split("=") for each in values))
    if name == "fixed_parameters":
        return "{" + ", ".join(f"{key!r}: {value}" for key, value in (each.split("=") for each in values)) + "}"
    return repr(list(values)) if OPTIONS[name].repeatable else values[0]


def near(name: str, others: Sequence[str]) -> str:
    """Find what a function may call an argument: a name that contains ours, or is contained in it; else ``""``.

    Examples
    --------
    >>> near("is_causal", ("dropout_p", "causal")), near("scale", ("sm_scale",)), near("key_lengths", ("scale",))
    ('causal', 'sm_scale', '')
    """
    return next((each for each in others if each in name or name in each), "")
