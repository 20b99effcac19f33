"""Compile the formal theory with Coq, and refuse whatever a proof may not lean on."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import entmax_oracle.theory.formal
from entmax_oracle.theory.formal import Statement, source

__all__ = ["AXIOMS", "Built", "NotProved", "build", "installed", "kept", "proofs", "sources"]

AXIOMS = frozenset(
    {
        "ClassicalDedekindReals.sig_forall_dec",
        "ClassicalDedekindReals.sig_not_dec",
        "Classical_Prop.classic",
        "FunctionalExtensionality.functional_extensionality_dep",
    }
)
"""What proofs may assume: the four axioms of the real numbers of Coq's standard library."""

LIBRARY = "EntmaxFormal"

_ROOM = Path(entmax_oracle.theory.formal.__file__).parent
fcntl: Any = None if os.name == "nt" else import_module("fcntl")

OWN = ("Definitions", "Statements", "Verdict")
"""Files of which there is one each, so that no other may have such a name."""

_REFUSED = re.compile(
    r"\b(Admitted|admit|Admit|give_up|Axioms?|Parameters?|Conjectures?|Primitive|Declare\s+M(?:odule|L)|bypass_check"
    r"|Unset\s+(?:Guard|Positivity|Universe)\s+Checking|type_in_type|Definitional\s+UIP|LoadPath|Redirect|Extraction"
    r"|Cd|Drop|Load)\b|#\["
)
_TOKEN = re.compile(r'\(\*|\*\)|"[^"]*"', re.DOTALL)
_ASSUMED = re.compile(r"([\w.']+)(?: :|$)")
_PROOF = re.compile(r"^Theorem (\w+__\w+) : Statements\.(\w+)\.$", re.MULTILINE)

Told = Callable[[str, int, int], None]
"""Called with the file that has been compiled, how many are done, and how many there are."""


class NotProved(Exception):
    """The kernel, or the gate before it, does not accept the proofs; the message says where and why."""


@dataclass(frozen=True)
class Built:
    """What a complete check found.

    Parameters
    ----------
    version
        Of Coq.
    proved
        Identifiers of the statements that are proved.
    axioms
        What the proofs assume, taken together.
    seconds
        How long it took.
    """

    version: str
    proved: tuple[str, ...]
    axioms: tuple[str, ...]
    seconds: float


@cache
def installed() -> str:
    """Return the version of Coq, empty where it or the library Coquelicot is not installed."""
    if any(shutil.which(program) is None for program in ("coqc", "coqdep", "coqchk")):
        return ""
    found = subprocess.run(["coqc", "--version"], capture_output=True, text=True, check=False).stdout
    where = subprocess.run(["coqc", "-where"], capture_output=True, text=True, check=False).stdout.strip()
    version = re.search(r"version (\S+)", found)
    return version[1] if version and (Path(where) / "user-contrib" / "Coquelicot").is_dir() else ""


def sources() -> dict[str, str]:
    """Return the text of every hand-written file of the formal theory by its path inside it."""
    files = [_ROOM / "Definitions.v", *sorted(_ROOM.glob("lemmas/*.v")), *sorted(_ROOM.glob("proofs/*.v"))]
    return {file.relative_to(_ROOM).as_posix(): file.read_text("utf-8") for file in files}


def proofs(texts: dict[str, str]) -> dict[str, str]:
    """Return the module of each proof by the statement that it is a proof of.

    Raises
    ------
    NotProved
        If a proof has another name than its statement, or a statement has two proofs.
    """
    found: dict[str, str] = {}
    for path, text in texts.items():
        for mine, statement in _PROOF.findall(text) if path.startswith("proofs/") else ():
            if mine != statement or mine in found:
                raise NotProved(f"{path}: the proof {mine} must have the name of its statement, once")
            found[mine] = Path(path).stem
    return found


def build(
    statements: Iterable[Statement], jobs: int = 1, told: Told | None = None, folder: Path | None = None
) -> Built:
    """Compile everything, tie each proof to its statement, and ask what the proofs assume.

    What has been compiled before, from the same files by the same Coq, is kept in the user's cache.

    Parameters
    ----------
    statements
        What is to be proved, printed from the claims. Those without a proof are left out.
    jobs
        How many files are compiled at once.
    told
        Told of each file.

    Raises
    ------
    NotProved
        If a file admits something, does not compile, or a proof assumes more than the axioms of the real numbers.
    """
    version, started = installed(), time.perf_counter()
    if not version:
        raise NotProved("Coq with Coquelicot is not installed; on Debian: apt-get install coq libcoq-coquelicot")
    statements = list(statements)
    texts = sources()
    _named(texts)
    for path, text in texts.items():
        if refused := _REFUSED.search(_bare(text)):
            raise NotProved(f"{path}: {refused[0]!r} is refused: a proof must be complete")
    done, names = proofs(texts), {statement.identifier for statement in statements}
    if unknown := sorted(set(done) - names):
        raise NotProved(f"{done[unknown[0]]}.v proves {unknown[0]}, which is not a printed statement")
    texts["Statements.v"] = source(statements)
    texts["Verdict.v"] = _verdict(done)
    folder = _cache()
    with _alone(folder):
        _write(folder, texts)
        log = _compile(folder, texts, version, jobs, told)
    axioms = _assumed(log)
    if axioms - AXIOMS:
        raise NotProved(f"the proofs assume {', '.join(sorted(axioms - AXIOMS))}")
    return Built(version, tuple(sorted(done)), tuple(sorted(axioms)), time.perf_counter() - started)


def _named(texts: dict[str, str]) -> None:
    """Refuse a file that Coq could take for another: proofs could then be of other statements than the printed."""
    seen = {name: f"{name}.v" for name in OWN}
    for path in texts:
        if (name := Path(path).stem) in seen and seen[name] != path:
            raise NotProved(f"{path}: there is a file {seen[name]}, and no two may have the same name")
        seen[name] = path


def _bare(text: str) -> str:
    """Return a text without its comments, nested ones too; a string neither opens nor ends one, as in Coq."""
    plain, depth, start = [], 0, 0
    for found in _TOKEN.finditer(text):
        if found[0] == "(*":
            plain += [text[start : found.start()], " "] if not depth else []
            depth += 1
        elif found[0] == "*)" and depth:
            depth -= 1
            start = found.end()
    return "".join(plain) + (text[start:] if not depth else "")


def _assumed(log: str) -> set[str]:
    """Return what Coq says that the proofs assume: a list of names with types, and nothing that it says in words."""
    header, *lines = log.splitlines() or [""]
    shown = [line for line in lines if line.strip() and not line.startswith(" ")]
    if header != "Axioms:" or not shown:
        raise NotProved(f"Coq did not say what the proofs assume: {log[-300:]}")
    for line in shown:
        if not _ASSUMED.match(line):
            raise NotProved(f"the proofs assume more than axioms: {line}")
    return {found[1] for line in shown if (found := _ASSUMED.match(line))}


def _verdict(done: dict[str, str]) -> str:
    modules = " ".join(f"{LIBRARY}.proofs.{module}" for module in sorted(set(done.values())))
    lines = [
        "(* Each proof is one of its printed statement; then: what do they all assume? *)",
        f"Require {LIBRARY}.Statements {modules}.",
        *(
            f"Definition {name} : {LIBRARY}.Statements.{name} := {LIBRARY}.proofs.{module}.{name}."
            for name, module in done.items()
        ),
        f"Definition all := ({', '.join(done)}).",
        "Print Assumptions all.",
    ]
    return "\n".join(lines) + "\n"


def kept() -> Path:
    """Return the file for the certificate of a check on this machine."""
    return _cache() / "certificate.json"


def _cache() -> Path:
    """Return the folder for what is compiled, one for each installation of the package."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "entmax-oracle" / "formal" / hashlib.sha256(str(_ROOM.resolve()).encode()).hexdigest()[:12]


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Wait until no other process compiles there."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        if fcntl is not None:
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _write(folder: Path, texts: dict[str, str]) -> None:
    for old in [each for room in ("lemmas", "proofs") for each in folder.glob(f"{room}/*")]:
        if f"{old.parent.name}/{old.name.partition('.')[0]}.v" not in texts and not old.name.startswith("."):
            old.unlink()  # what is left of a file that is no more could still be required
    for path, text in texts.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.exists() or file.read_text("utf-8") != text:
            file.write_text(text, "utf-8")


def _compile(folder: Path, texts: dict[str, str], version: str, jobs: int, told: Told | None) -> str:
    """Compile the files, each after those it needs, and have them checked again; return what Coq says of the last."""
    needs = _dependencies(folder, list(texts))
    stamps: dict[str, str] = {}
    running: dict[Future[None], str] = {}
    with ThreadPoolExecutor(max(1, jobs)) as pool:
        try:
            while len(stamps) < len(texts):
                for path in texts:
                    ready = path not in stamps and path not in running.values() and needs[path] <= stamps.keys()
                    if ready:
                        running[pool.submit(_one, folder, path, _stamp(path, texts, needs, stamps, version))] = path
                finished, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in finished:
                    path = running.pop(future)
                    future.result()
                    stamps[path] = _stamp(path, texts, needs, stamps, version)
                    if told is not None:
                        told(path, len(stamps), len(texts))
        except BaseException:
            for future in running:
                future.cancel()
            raise
    _recheck(folder, list(texts), hashlib.sha256("".join(sorted(stamps.values())).encode()).hexdigest())
    return (folder / "Verdict.log").read_text("utf-8")


def _dependencies(folder: Path, paths: list[str]) -> dict[str, set[str]]:
    found = _run(folder, "coqdep", "-R", ".", LIBRARY, *paths)
    needs: dict[str, set[str]] = {}
    for line in found.stdout.splitlines():
        targets, _, sources = line.partition(":")
        if ".vo " in targets + " " and (made := targets.split()[0]).endswith(".vo"):
            needs[made[:-1]] = {name[:-1] for name in sources.split() if name.endswith(".vo")}
    if missing := set(paths) - set(needs):
        raise NotProved(f"coqdep does not know {min(missing)}: {found.stderr[-300:]}")
    return needs


def _stamp(path: str, texts: dict[str, str], needs: dict[str, set[str]], stamps: dict[str, str], version: str) -> str:
    parts = [version, texts[path], *(stamps[name] for name in sorted(needs[path]))]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _one(folder: Path, path: str, stamp: str) -> None:
    made = (folder / path).with_suffix(".stamp")
    if made.exists() and made.read_text() == stamp and (folder / path).with_suffix(".vo").exists():
        return
    made.unlink(missing_ok=True)
    done = _run(folder, "coqc", "-q", "-w", "none", "-R", ".", LIBRARY, path)
    if done.returncode:
        raise NotProved(f"{path} does not compile: {(done.stderr or done.stdout).strip()[-600:]}")
    (folder / path).with_suffix(".log").write_text(done.stdout, "utf-8")
    made.write_text(stamp)


def _recheck(folder: Path, paths: list[str], stamp: str) -> None:
    """Have the compiled files read and checked again, by a program of its own that knows nothing but the kernel.

    It also says what they all take for granted, by full names: nothing of it may be theirs.
    """
    made = folder / "coqchk.stamp"
    if made.exists() and made.read_text() == stamp:
        return
    modules = [f"{LIBRARY}.{path[:-2].replace('/', '.')}" for path in paths]
    done = _run(
        folder, "coqchk", "-silent", "-o", "-R", ".", LIBRARY, *(part for m in modules for part in ("-norec", m))
    )
    if done.returncode:
        raise NotProved(f"coqchk does not accept the compiled files: {(done.stderr or done.stdout).strip()[-600:]}")
    said = done.stdout + done.stderr
    if "* Axioms:" not in said:
        raise NotProved(f"coqchk did not say what the compiled files assume: {said[-300:]}")
    if own := re.search(rf"^\s+({LIBRARY}\.\S*)", said, re.MULTILINE):
        raise NotProved(f"coqchk: {own[1]} is taken for granted")
    made.write_text(stamp)


def _run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
