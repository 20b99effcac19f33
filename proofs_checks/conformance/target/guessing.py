"""Which library's arrays a target takes, as far as that can be told without calling or importing it."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

from .loading import UnusableTarget, is_program, source_of

__all__ = ["Guess", "guess"]

# In this order: who imports torch or JAX has NumPy beside it.
_LIBRARIES = {"torch": "torch", "triton": "torch", "jax": "jax", "flax": "jax", "numpy": "numpy"}
_DEEPEST = 5  # modules that are followed where one takes the function from another


@dataclass(frozen=True)
class Guess:
    """A library, and how it was guessed.

    Parameters
    ----------
    library : str
        ``"torch"``, ``"jax"`` or ``"numpy"``.
    reason : str
        In words; empty where nothing speaks for it.
    """

    library: str
    reason: str = ""

    def __str__(self) -> str:
        how = f"guessed from {self.reason}" if self.reason else "by default"
        return f"arrays: {self.library}, {how}; --array overrides"


def guess(target: str | Callable[..., Any]) -> Guess:
    """Guess by the libraries that a function refers to, itself or through others of its module, else by its imports.

    Parameters
    ----------
    target : str or callable
        As for :func:`entmax_oracle.check`; a name need not exist.

    Examples
    --------
    >>> import numpy as np
    >>> str(guess(lambda z: np.exp(z)))
    'arrays: numpy, guessed from what it refers to; --array overrides'
    """
    if not isinstance(target, str):
        found = _first(_used_by(target))
        return Guess(found, "what it refers to") if found else _default()
    if is_program(target):
        return Guess("numpy")
    try:
        source, name = source_of(target)
    except UnusableTarget:
        return _default()
    for _ in range(_DEEPEST):
        if source is None:
            break
        module = _Module(source)
        found = _first(module.used_by(name))
        if found:
            return Guess(found, f"what {name} refers to")
        elsewhere = module.comes_from(name)
        if elsewhere is None:
            found = _first(module.imported.values())
            return Guess(found, f"the imports of {source.name}") if found else _default()
        source, name = elsewhere
    return _default()


def _default() -> Guess:
    return Guess("torch" if find_spec("torch") is not None else "numpy")


def _first(found: Any) -> str:
    libraries = set(found)
    return next((each for each in ("torch", "jax", "numpy") if each in libraries), "")


def _used_by(function: Any) -> Iterator[str]:
    """Yield the libraries whose modules or objects a function refers to, and the functions that it calls."""
    waiting, seen = [function], set[int]()
    while waiting and len(seen) < 200:
        each = inspect.unwrap(waiting.pop()) if callable(waiting[-1]) else waiting.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        home = each.__name__ if isinstance(each, ModuleType) else getattr(each, "__module__", None) or ""
        library = _LIBRARIES.get(str(home).split(".")[0])
        if library:
            yield library
            continue
        code = each if inspect.isfunction(each) else getattr(each, "__func__", None)
        code = code or getattr(each, "forward", None) or (type(each).__call__ if callable(each) else None)
        code = getattr(code, "__func__", code)
        if inspect.isfunction(code):
            held = inspect.getclosurevars(code)
            waiting += [*held.nonlocals.values(), *held.globals.values()]
            waiting += vars(each).values() if hasattr(each, "__dict__") and not inspect.isfunction(each) else ()


class _Module:
    """What the source of a module says of its names."""

    def __init__(self, source: Path) -> None:
        self.source = source
        try:
            self._tree = ast.parse(source.read_bytes())
        except (OSError, SyntaxError, ValueError):
            self._tree = ast.Module([], [])
        self.imported: dict[str, str] = {}
        self._froms: dict[str, tuple[ast.ImportFrom, str]] = {}
        for node in ast.walk(self._tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    self._note(alias.name, alias.asname or alias.name.split(".")[0])
            elif isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    self._note(node.module or "", alias.asname or alias.name)
                    self._froms[alias.asname or alias.name] = (node, alias.name)

    def _note(self, module: str, name: str) -> None:
        library = _LIBRARIES.get(module.split(".")[0])
        if library:
            self.imported[name] = library

    def used_by(self, name: str) -> Iterator[str]:
        """Yield the libraries that a function refers to, itself or through others of the module."""
        made: dict[str, list[ast.AST]] = {}
        for node in self._tree.body:
            match node:
                case ast.FunctionDef(name=bound) | ast.AsyncFunctionDef(name=bound) | ast.ClassDef(name=bound):
                    made.setdefault(bound, []).append(node)
                case ast.Assign(targets=targets):
                    for each in targets:
                        if isinstance(each, ast.Name):
                            made.setdefault(each.id, []).append(node.value)
        waiting, seen = [name.split(".")[0]], set[str]()
        while waiting:
            used = waiting.pop()
            if used in seen:
                continue
            seen.add(used)
            if used in self.imported:
                yield self.imported[used]
            for part in made.get(used, ()):
                waiting += [inner.id for inner in ast.walk(part) if isinstance(inner, ast.Name)]

    def comes_from(self, name: str) -> tuple[Path | None, str] | None:
        """Find the source of the module that a name is taken from; None if it is made here."""
        if name.split(".")[0] not in self._froms:
            return None
        node, original = self._froms[name.split(".")[0]]
        if not node.level:
            try:
                return source_of(f"{node.module}:{original}")
            except UnusableTarget:
                return None, original
        folder = self.source.parent
        for _ in range(node.level - 1):
            folder = folder.parent
        inside = folder.joinpath(*(node.module or original).split("."))
        sources = (inside.with_suffix(".py"), inside / "__init__.py")
        return next((each for each in sources if each.is_file()), None), original
