"""Outputs that must not change by accident: one function per golden, run and compared, or recorded anew.

python tests/golden/golden.py            # say which outputs differ from the stored ones
python tests/golden/golden.py --record   # store today's; read the difference before you commit it

Seconds, versions, platform and dates are left out. What `check` says of the zoo is measured by `zoo/power.py` instead.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PUBLIC = (
    "entmax_oracle",
    "entmax_oracle.theory",
    "entmax_oracle.theory.notation",
    "entmax_oracle.reference",
    "entmax_oracle.reference.normalisers",
    "entmax_oracle.kernels.attention",
    "entmax_oracle.kernels.layers",
    "entmax_oracle.kernels.layers.huggingface",
    "entmax_oracle.kernels.rowwise",
    "entmax_oracle.proofs_checks.conformance",
    "entmax_oracle.proofs_checks.experiments",
    "entmax_oracle.proofs_checks.matrix",
    "entmax_oracle.proofs_checks.patterns",
    "entmax_oracle.proofs_checks.report",
    "entmax_oracle.proofs_checks.vectors",
    "entmax_oracle.testing",
)
"""Modules whose names others import."""

_PASSING = {"seconds", "platform", "versions", "started", "plots", "kernels", "duration"}


def helps() -> dict[str, str]:
    """The help of every command."""
    from entmax_oracle.cli import COMMANDS, parser

    os.environ["COLUMNS"] = "100"
    (commands,) = (each for each in parser()._actions if isinstance(each, argparse._SubParsersAction))
    return {name: commands.choices[name].format_help() for name in COMMANDS}


def names() -> dict[str, Any]:
    """What can be imported from where, and what theorems, laws and normalisers are called."""
    from entmax_oracle.proofs_checks.conformance import laws
    from entmax_oracle.reference.normalisers import NORMALISERS
    from entmax_oracle.theory import theorems

    public = {}
    for module in PUBLIC:
        found = import_module(module)
        public[module] = sorted(
            getattr(found, "__all__", None) or (name for name in vars(found) if name.isidentifier() and name[0] != "_")
        )
    offered = ("gradient", "alpha gradient", "order", "shift", "zeros", "permutation", "lipschitz", "deletion")
    chosen = {kind: laws.choose(kind=kind, offered=offered) for kind in laws.LAWS_OF}
    return {
        "public": public,
        "theorems": {each.name: each.area for each in theorems()},
        "laws": {kind: sorted(each.name for part in found for each in part) for kind, found in chosen.items()},
        "normalisers": sorted(NORMALISERS),
    }


def vectors() -> list[dict[str, Any]]:
    """Groups of test vectors, each with a checksum."""
    from entmax_oracle.proofs_checks.vectors import KINDS
    from entmax_oracle.proofs_checks.vectors.kind import numbered

    return vectors_of({kind.file: numbered(kind.groups(lambda what: None)) for kind in KINDS.values()})


def vectors_of(files: dict[str, Iterable[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Groups of test vectors that were made already, by the files that they are in."""
    return [
        {"file": file, **{key: group[key] for key in ("kind", "law", "normaliser", "alpha") if key in group}}
        | {"tests": len(group["tests"]), "sha256": _digest(group["tests"])}
        for file, groups in files.items()
        for group in groups
    ]


def matrix() -> dict[str, Any]:
    """The property matrix."""
    from entmax_oracle.proofs_checks.matrix import matrix as execute

    return _lasting(execute())


def verify(names: Iterable[str] = ()) -> dict[str, Any]:
    """The verdicts of `verify --profile quick` by theorem, of some or all, with a line for each piece of evidence."""
    from entmax_oracle.proofs_checks import verify as module

    found = module.verify(names, jobs=os.cpu_count() or 1)
    return {entry["name"]: theorem(entry) for entry in found["theorems"]}


def theorem(entry: dict[str, Any]) -> dict[str, Any]:
    """A theorem's verdict; what it states, and what it shows, as checksums where it is long."""
    entry = json.loads(json.dumps(_lasting(entry), default=str))
    said = ("name", "area", "verdict", "domain", "clean", "problems")
    stated = ("title", "setting", "statement", "hypotheses", "source", "claims", "bound")
    short: dict[str, Any] = {key: entry[key] for key in said}
    short["stated"] = _digest([entry[key] for key in stated])
    short["evidence"] = [
        {key: each[key] for key in ("kind", "title", "domain", "status", "detail")}
        if each["kind"] != "formal"  # whose detail says where it was checked
        else {key: each[key] for key in ("kind", "domain", "status", "claims")}
        for each in entry["evidence"]
    ]
    for key in ("sharp", "necessity", "folklore"):
        short[key] = [_digest(each) for each in entry[key]]
    return short


def _lasting(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _lasting(each) for key, each in value.items() if key not in _PASSING}
    if isinstance(value, list | tuple):
        return [_lasting(each) for each in value]
    return value


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()[:16]


GOLDENS: dict[str, Callable[[], Any]] = {each.__name__: each for each in (helps, names, vectors, matrix, verify)}


def stored(name: str) -> Any:
    """The golden as it was recorded."""
    return json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))


def present(name: str, theorems: Sequence[str] = ()) -> Any:
    """The golden as it is now, as JSON has it; where some theorems are named, the others as they were recorded."""
    some = name == "verify" and theorems
    now = stored(name) | verify(theorems) if some else GOLDENS[name]()
    return json.loads(json.dumps(now, default=str))


def differences(before: Any, after: Any, at: str = "") -> list[str]:
    """Places at which two goldens differ, with both values."""
    if isinstance(before, dict) and isinstance(after, dict):
        keys = dict.fromkeys([*before, *after])
        return [line for key in keys for line in differences(before.get(key), after.get(key), f"{at}/{key}")]
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        return [
            line
            for i, (a, b) in enumerate(zip(before, after, strict=True))
            for line in differences(a, b, f"{at}/{_named(a, i)}")
        ]
    return [] if before == after else [f"{at}: {before!r} -> {after!r}"]


def _named(value: Any, position: int) -> str:
    return str(value["name"]) if isinstance(value, dict) and "name" in value else str(position)


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--record", action="store_true", help="store what is found")
    parser.add_argument("--only", nargs="*", choices=GOLDENS, default=[*GOLDENS], metavar="GOLDEN")
    parser.add_argument("--theorem", nargs="*", default=[], metavar="NAME", help="run only these for the golden verify")
    options = parser.parse_args()
    found = 0
    for name in options.only:
        now = present(name, options.theorem)
        if options.record:
            text = json.dumps(now, indent=1, ensure_ascii=False, sort_keys=True)
            (HERE / f"{name}.json").write_text(text + "\n", encoding="utf-8")
            continue
        lines = differences(stored(name), now)
        found += len(lines)
        print(f"{name}: {len(lines)} differences", flush=True)
        for line in lines:
            print(f"  {line[:1000]}", flush=True)
    return int(found > 0)


if __name__ == "__main__":
    sys.exit(main())
