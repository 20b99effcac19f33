"""Find the code under test by its name: ``package.module:function`` or ``path/to/file.py:function``."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import os
import sys
from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path
from typing import Any

__all__ = ["UnusableTarget", "adapt", "load"]


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


_FORMS = {"mapping": ["z"], "loss": ["z", "y"]}
_AXES = ("dim", "axis", "dimension")
_OPTIONS = ("alpha", "is_causal", "scale", "alibi_slopes", "key_lengths")


def adapt(
    function: Callable[..., Any], fixed_alpha: bool, kind: str = "mapping", hands: tuple[str, ...] = ()
) -> Callable[..., Any]:
    """Give an implementation the one form ``f(logits, alpha)``, or ``f(query, key, value, *, alpha, ...)``.

    Parameters
    ----------
    function : callable
        ``f(logits, alpha)``, or ``f(logits)`` when `fixed_alpha`.
    fixed_alpha : bool
        It takes no alpha.
    kind : str
        ``"mapping"``, ``"attention"``, ``"loss"``, which is ``f(logits, target, alpha)``, or ``"normaliser"``, which is
        ``f(logits, **parameters)``.
    hands : tuple of str
        The parameters that a normaliser takes, or the options of attention; all of these if there are none.

    Raises
    ------
    UnusableTarget
        If the signature does not take these arguments.
    """
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # builtins and extension functions may not tell
        signature = None
    if kind == "normaliser":
        return _adapt_normaliser(function, hands, signature)
    if kind == "attention":
        return _adapt_attention(function, hands or _OPTIONS, fixed_alpha, signature)
    if signature is not None:
        arguments = (None,) * (1 + (kind == "loss")) + ((1.5,) if not fixed_alpha else ())
        try:
            signature.bind(*arguments)
        except TypeError as error:
            form = f"f({', '.join(_FORMS[kind] + ([] if fixed_alpha else ['alpha']))})"
            mend = (
                f"wrap it in a function of {' and '.join(_FORMS[kind])} alone"
                if fixed_alpha
                else "give --fixed-alpha A (fixed_alpha=A) if it takes no alpha, else wrap it"
            )
            raise UnusableTarget(
                f"the function has the signature {signature} and cannot be called as {form}: {error}; {mend}"
            ) from None
        if not fixed_alpha:
            _not_an_axis(signature, len(_FORMS[kind]))
    if fixed_alpha:
        return lambda *arrays_and_alpha: function(*arrays_and_alpha[:-1])
    return function


def _not_an_axis(signature: inspect.Signature, place: int) -> None:
    """Refuse to hand alpha over as the axis, which binds and would be blamed on the function."""
    positional = [
        name
        for name, each in signature.parameters.items()
        if each.kind in (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    ]
    if len(positional) > place and positional[place] in _AXES:
        raise UnusableTarget(
            f"the function has the signature {signature}, and alpha would be handed over as its {positional[place]!r}; "
            "give --fixed-alpha A (fixed_alpha=A) if it takes no alpha, else wrap it"
        )


def _adapt_normaliser(
    function: Callable[..., Any], hands: tuple[str, ...], signature: inspect.Signature | None
) -> Callable[..., Any]:
    if signature is not None:
        try:
            signature.bind(None, **dict.fromkeys(hands))
        except TypeError as error:
            form = f"f({', '.join(['z', *(f'{name}=...' for name in hands)])})"
            fixed = " ".join(
                "--fixed-alpha A" if name == "alpha" else f"--fixed-parameter {name}=VALUE"
                for name in hands
                if name not in signature.parameters
            )
            mend = f"give {fixed} for what it does not take, else wrap it" if fixed else "wrap it"
            raise UnusableTarget(
                f"the function has the signature {signature} and cannot be called as {form}: {error}; {mend}"
            ) from None

    def called(logits: Any, alpha: Any, **parameters: Any) -> Any:
        given = parameters | {"alpha": alpha}
        return function(logits, **{name: given[name] for name in hands})

    return called


def _adapt_attention(
    function: Callable[..., Any], options: tuple[str, ...], fixed_alpha: bool, signature: inspect.Signature | None
) -> Callable[..., Any]:
    names = tuple(name for name in options if not (fixed_alpha and name == "alpha"))
    if signature is not None:
        try:
            signature.bind(None, None, None, **dict.fromkeys(names))
        except TypeError as error:
            raise UnusableTarget(
                f"the function has the signature {signature} and cannot be called as "
                f"f(query, key, value, {', '.join(f'{name}=...' for name in names)}): {error}; say what it lacks "
                "by --without NAME (without=...), or wrap it"
            ) from None

    def called(*tensors: Any, **given: Any) -> Any:
        return function(*tensors, **{name: given[name] for name in names})

    return called


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
