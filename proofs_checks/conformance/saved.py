"""Failures of earlier runs, which are tried first in the next one.

They lie in the user's cache, one file for each target and the options that say what it is, with the counterexample of
each law in each setting. One that passes now is forgotten and not counted. What is tried first changes nothing else:
every other case is tried as well, and what is said of a law is said of all of them.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from .results.report import LawResult
from .target.loading import is_program, source_of

__all__ = ["of_setting", "remember", "saved"]

_LARGEST = 100_000  # characters of a counterexample that is kept


def _file(target: str, options: Sequence[str]) -> Path:
    """Where the failures of a target lie; one of the same name elsewhere, or with other options, is another target."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    whole = shlex.join([str(_place(target)), target, *options])
    slug = re.sub(r"[^A-Za-z0-9.]+", "-", target).strip("-")[-60:]
    digest = hashlib.sha256(whole.encode()).hexdigest()[:12]
    return cache / "entmax-oracle" / "failures" / f"{slug}-{digest}.json"


def _place(target: str) -> Path:
    """Return the file that a target is in; where that cannot be told, the folder that its name is looked up from."""
    source = None
    if not is_program(target):
        with suppress(ValueError):  # it may be where an executor runs
            source, _ = source_of(target)
    return (source or Path()).resolve()


def _key(alpha: float, dtype: str, law: str) -> str:
    return f"{float(alpha)!r} {dtype} {law}"


def saved(target: str, options: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Read the failures of a target, by alpha, dtype and law; none where the file is missing or damaged.

    Parameters
    ----------
    target : str
    options : sequence of str
        Words of the command line that say what the target is, and on which inputs it is checked.
    """
    try:
        found = json.loads(_file(target, options).read_text(encoding="utf-8"))
        return {str(key): dict(each) for key, each in found.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}


def of_setting(known: Mapping[str, dict[str, Any]], alpha: float, dtype: str) -> dict[str, dict[str, Any]]:
    """Choose the failures of one setting, by law."""
    start = _key(alpha, dtype, "")
    return {key.removeprefix(start): each for key, each in known.items() if key.startswith(start)}


def remember(target: str, options: Sequence[str], results: Iterable[tuple[float, str, LawResult]]) -> None:
    """Write down what failed, and forget what passes; a folder that cannot be written to is not an error."""
    before = saved(target, options)
    known = dict(before)
    for alpha, dtype, result in results:
        key = _key(alpha, dtype, result.law)
        if result.status == "fail" and result.counterexamples:
            words = _replayed(result.counterexamples[0].command)
            if words is not None and len(words) <= _LARGEST:
                known[key] = json.loads(words)
        elif result.status == "pass":
            known.pop(key, None)
    if known == before:
        return
    path = _file(target, options)
    with suppress(OSError):
        if not known:
            path.unlink(missing_ok=True)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        # Two runs at once must not read half of a file.
        fresh = path.with_suffix(f".{os.getpid()}")
        fresh.write_text(json.dumps(known, indent=1), encoding="utf-8")
        fresh.replace(path)


def _replayed(command: str) -> str | None:
    """Return the JSON that a command replays."""
    words = shlex.split(command)
    return words[words.index("--replay") + 1] if "--replay" in words else None
