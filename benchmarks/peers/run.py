"""Check every peer in an environment of its own, keeping what is found as it is found."""

from __future__ import annotations

import json
import re
import shlex
import site
import subprocess
import sys
import venv
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from .catalogue import PEERS, Peer
from .page import write_pages

__all__ = ["check_peers"]

Progress = Callable[[str, str], None]
"""Told the peer's name and what is happening to it."""

_LIMIT = 1800.0
_SECONDS = 180  # for a setting; interpreted kernels and compilers of every new shape need a limit
_REPORT = "from entmax_oracle.cli import main; import sys; sys.exit(main(sys.argv[1:]))"
_VERSION = "import importlib.metadata as m, sys; print(m.version(sys.argv[1]))"


def check_peers(
    only: Iterable[str],
    out: Path,
    environments: Path,
    profile: str = "quick",
    seed: int = 0,
    progress: Progress = lambda name, what: None,
) -> list[dict[str, Any]]:
    """Check the peers, and write ``peers.json`` and the pages after each.

    Parameters
    ----------
    only : iterable of str
        Parts of names; all peers if there are none.
    out : Path
        Folder for the results.
    environments : Path
        Folder for the environments; those that are there already are used again.
    profile : str
        As for ``check``.
    seed : int
        As for ``check``.
    progress : callable
        Told the peer's name and what is happening to it.

    Returns
    -------
    list of dict
        Per peer: ``name``, ``requirement``, ``version``, ``note``, and ``report`` (as of ``check``) or ``problem``.

    Raises
    ------
    ValueError
        If no peer has such a name.
    """
    wanted = list(only)
    chosen = [peer for peer in PEERS if not wanted or any(word.lower() in peer.name.lower() for word in wanted)]
    if not chosen:
        raise ValueError(f"unknown peer {', '.join(wanted)}; choose from {', '.join(peer.name for peer in PEERS)}")
    out.mkdir(parents=True, exist_ok=True)
    path = out / "peers.json"
    known = json.loads(path.read_text(encoding="utf-8"))["peers"] if path.is_file() else []
    results = {entry["name"]: entry for entry in known}
    for peer in chosen:
        results[peer.name] = _check(peer, out, environments, profile, seed, progress)
        ordered = [results[each.name] for each in PEERS if each.name in results]
        document = {"schema": "entmax-oracle/peers/1", "profile": profile, "seed": seed, "peers": ordered}
        path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        write_pages(document, out)
    return [results[peer.name] for peer in chosen]


def _check(peer: Peer, out: Path, environments: Path, profile: str, seed: int, progress: Progress) -> dict[str, Any]:
    entry: dict[str, Any] = {"name": peer.name, "requirement": peer.requirement, "version": "", "note": peer.note}
    progress(peer.name, "installing")
    try:
        python = _environment(peer, environments)
        entry["version"] = _run([python, "-c", _VERSION, peer.distribution.partition("[")[0]]).strip()
    except subprocess.SubprocessError as error:
        return entry | {"problem": f"it cannot be installed here: {_last_line(error)}"}
    progress(peer.name, "checking")
    path = out / f"check-{_slug(peer.name)}.json"
    path.unlink(missing_ok=True)
    words = ["check", peer.target, *peer.options, "--profile", profile, "--seed", str(seed)]
    words += ["--seconds", str(_SECONDS), "--json", str(path)]
    try:
        subprocess.run(
            [python, "-W", "ignore", "-c", _REPORT, *words],
            check=False,
            capture_output=True,
            text=True,
            timeout=_LIMIT,
        )
    except subprocess.TimeoutExpired:
        return entry | {"problem": f"the check was not finished within {_LIMIT:g} s"}
    if not path.is_file():
        return entry | {"problem": "the check ended without a result"}
    report = json.loads(path.read_text(encoding="utf-8"))
    progress(peer.name, report["verdict"])
    entry["command"] = shlex.join(["entmax-oracle", *words[:-2]])
    if report["verdict"] == "unusable":
        return entry | {"problem": report["message"]}
    return entry | {"report": report}


def _environment(peer: Peer, folder: Path) -> str:
    """Make an environment on top of this one: what the peer installs goes first, everything else is shared."""
    place = (folder / _slug(peer.requirement)).resolve()
    python = place / "bin" / "python"
    ready = place / "ready"
    if ready.is_file():
        return str(python)
    venv.create(place, with_pip=False, clear=True, symlinks=True)
    inside = next(place.glob("lib/python*/site-packages"))
    shared = "; ".join(f"site.addsitedir({path!r})" for path in site.getsitepackages())
    (inside / "shared.pth").write_text(f"import site; {shared}\n", encoding="utf-8")
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--disable-pip-version-check"]
    _run([*pip, *([] if peer.dependencies else ["--no-deps"]), peer.requirement])
    if peer.beside:
        _run([*pip, *peer.beside])
    ready.touch()
    return str(python)


def _run(command: list[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=_LIMIT).stdout


def _last_line(error: subprocess.SubprocessError) -> str:
    text = getattr(error, "stderr", None) or str(error)
    lines = [line for line in str(text).splitlines() if line.strip() and "WARNING" not in line]
    return lines[-1].strip() if lines else str(error)


def _slug(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9.]+", "-", text).strip("-").lower()
