"""Find the code under test by its name: ``package.module:function`` or ``path/to/file.py:function``."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

__all__ = ["Form", "UnusableTarget", "adapt", "load"]


class UnusableTarget(ValueError):
    """The target cannot be checked at all; the message says why and how to mend it."""


def load(target: str) -> Callable[..., Any]:
    """Import the function that `target` names.

    Parameters
    ----------
    target : str
        ``package.module:function`` or ``path/to/file.py:function``; the function may be dotted, as in
        ``module:Class.method``.

    Raises
    ------
    UnusableTarget
        If there is no such module, file or function, or the import itself fails.
    """
    place, colon, name = target.rpartition(":")
    if not colon or not place or not name:
        raise UnusableTarget(
            f"target {target!r} does not name a function; write package.module:function or path/to/file.py:function"
        )
    is_file = place.endswith(".py") or os.sep in place
    found: Any = _import_file(Path(place)) if is_file else _import_module(place)
    for part in name.split("."):
        if not hasattr(found, part):
            functions = [
                each for each in dir(found) if callable(getattr(found, each, None)) and not each.startswith("_")
            ]
            near = get_close_matches(part, functions, 3, 0.5)
            hint = f"; did you mean {', '.join(near)}?" if near else ""
            raise UnusableTarget(f"{place} has no {name!r}{hint}")
        found = getattr(found, part)
    if not callable(found):
        raise UnusableTarget(f"{target} is {type(found).__name__}, which cannot be called; name a function")
    return found  # type: ignore[no-any-return]


_AXES = ("dim", "axis", "dimension")


@dataclass(frozen=True)
class Form:
    """How an implementation is called.

    Parameters
    ----------
    tensors : tuple of str
        Names of the arrays that come first, by position.
    follows : tuple of str
        Options that follow by position.
    keywords : tuple of str
        Options that are handed over by keyword.
    mend : callable
        What to do about a signature that does not take these.
    """

    tensors: tuple[str, ...]
    follows: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    mend: Callable[[inspect.Signature], str] = lambda signature: "wrap it"

    def __str__(self) -> str:
        return f"f({', '.join([*self.tensors, *self.follows, *(f'{name}=...' for name in self.keywords)])})"


def adapt(function: Callable[..., Any], form: Form) -> Callable[..., Any]:
    """Give an implementation the one form ``f(*tensors, **options)``; options that it does not take are left out.

    Parameters
    ----------
    function : callable
        Of the form.
    form : Form

    Raises
    ------
    UnusableTarget
        If the signature does not take these arguments.
    """
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # builtins and extension functions may not tell
        signature = None
    if signature is not None:
        try:
            signature.bind(*form.tensors, *form.follows, **dict.fromkeys(form.keywords))
        except TypeError as error:
            raise UnusableTarget(
                f"the function has the signature {signature} and cannot be called as {form}: {error}; "
                f"{form.mend(signature)}"
            ) from None
        if form.follows:
            _not_an_axis(signature, form)

    def called(*tensors: Any, **options: Any) -> Any:
        following = [options[name] for name in form.follows]
        return function(*tensors, *following, **{name: options[name] for name in form.keywords})

    return called


def _not_an_axis(signature: inspect.Signature, form: Form) -> None:
    """Refuse to hand alpha over as the axis, which binds and would be blamed on the function."""
    positional = [
        name
        for name, each in signature.parameters.items()
        if each.kind in (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    ]
    name = "".join(positional[len(form.tensors) : len(form.tensors) + 1])
    if name in _AXES:
        raise UnusableTarget(
            f"the function has the signature {signature}, and alpha would be handed over as its {name!r}; "
            f"{form.mend(signature)}"
        )


def _import_file(path: Path) -> Any:
    if not path.is_file():
        raise UnusableTarget(f"there is no file {path}; the path is relative to {Path.cwd()}")
    # A name of its own: the file must not shadow an installed module.
    name = f"_entmax_oracle_target_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise UnusableTarget(f"{path} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    sys.path.insert(0, str(path.resolve().parent))  # so that it can import its neighbours
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        raise UnusableTarget(f"importing {path} fails: {type(error).__name__}: {error}") from error
    return module


def _import_module(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name and (name == error.name or name.startswith(error.name + ".")):
            raise UnusableTarget(
                f"there is no module {error.name!r}; install it, or run from the folder that holds it, "
                f"or name the file: path/to/{error.name}.py:function"
            ) from error
        raise UnusableTarget(f"importing {name} fails: it needs the module {error.name!r}") from error
    except (Exception, SystemExit) as error:
        raise UnusableTarget(f"importing {name} fails: {type(error).__name__}: {error}") from error
