"""Certified test vectors for implementations in any language.

Each kind of implementation has a file: JSON in groups by law. Each group and each test stands on a line of its own, so
that a reader needs no JSON library. A test holds what is given, certified lower and upper bounds of every number of
the right answer and of its gradients, the correctly rounded answer of every format in which the inputs are numbers,
and the error that rounding explains there (`entmax_oracle.budget` and its kin).
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Callable, Iterable
from importlib import metadata, resources
from pathlib import Path
from typing import Any

from .attention import ATTENTION
from .invalid import INVALID
from .kind import NOTES, Group, Kind, numbered
from .losses import LOSS
from .mapping import MAPPING
from .normalisers import NORMALISER
from .schemas import schema

__all__ = ["KINDS", "READERS", "write"]

KINDS = {each.name: each for each in (MAPPING, LOSS, NORMALISER, ATTENTION, INVALID)}
"""Every kind of test vectors, by its name."""

READERS = tuple(f"read_vectors.{language}" for language in ("c", "cpp", "js", "py", "rs"))


def write(
    folder: Path, progress: Callable[[str], None] = lambda what: None, kinds: Iterable[str] = tuple(KINDS)
) -> list[Path]:
    """Write the vectors, their JSON schemas, readers and checksums into a folder.

    Parameters
    ----------
    folder : Path
        Made if it does not exist; files of the same names are replaced.
    progress : callable
        Told what is under way.
    kinds : iterable of str
        Keys of `KINDS`.

    Returns
    -------
    list of Path
        What was written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for kind in map(KINDS.__getitem__, kinds):
        every = list(numbered(kind.groups(progress)))
        written.append(_put(folder / f"{kind.file}.json", _lines(_head(kind, every), every)))
        written.append(_put(folder / f"{kind.file}.schema.json", json.dumps(schema(kind), indent=1) + "\n"))
    place = resources.files(__package__)
    written += [_put(folder / name, place.joinpath("readers", name).read_text(encoding="utf-8")) for name in READERS]
    sums = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in written]
    return [*written, _put(folder / "SHA256SUMS", "".join(sums))]


def _put(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8", newline="\n")
    return path


def _head(kind: Kind, every: list[Group]) -> dict[str, Any]:
    return {
        "schema": kind.schema,
        "generator": "entmax-oracle vectors",
        "versions": {
            "python": platform.python_version(),
            **{name: metadata.version(name) for name in ("entmax-oracle", "numpy", "python-flint")},
        },
        "notes": NOTES + kind.notes,
        "flags": kind.flags,
        **kind.legends,
        "numberOfTests": sum(len(group["tests"]) for group in every),
    }


def _lines(head: dict[str, Any], every: list[Group]) -> str:
    """JSON with one line per group's head and per test, for readers without a JSON library."""
    opening = json.dumps(head, indent=1, ensure_ascii=False).removesuffix("\n}")
    blocks = []
    for group in every:
        start = json.dumps({key: value for key, value in group.items() if key != "tests"}).removesuffix("}")
        blocks.append(start + ', "tests": [\n' + ",\n".join(map(json.dumps, group["tests"])) + "\n]}")
    return opening + ',\n "testGroups": [\n' + ",\n".join(blocks) + "\n]}\n"
