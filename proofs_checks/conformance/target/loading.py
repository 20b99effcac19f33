"""Find the code under test by its name: ``package.module:function`` or ``path/to/file.py:function``."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import inspect
import os
import pkgutil
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any

__all__ = [
    "PREFIX",
    "Form",
    "NoSuchTarget",
    "UnusableTarget",
    "adapt",
    "inverse",
    "is_program",
    "load",
    "locate",
    "permuted",
    "source_of",
    "whereabouts",
]

PREFIX = "command:"
"""What the name of a program begins with."""


class UnusableTarget(ValueError):
    """The target cannot be checked at all; the message says why and how to mend it."""


class NoSuchTarget(UnusableTarget):
    """Its name is the reason: whatever else may be missing, this is what to mend."""


def is_program(target: object) -> bool:
    """Whether a target names a program rather than a Python function."""
    return isinstance(target, str) and target.startswith(PREFIX)


def locate(target: str) -> None:
    """Refuse a target that is not there, before anything is imported.

    What cannot be told from outside, such as names that a module makes while it is imported, is left to `load`.

    Parameters
    ----------
    target : str
        As for `load`, or a program.

    Raises
    ------
    UnusableTarget
        If there is no such module or file, or no such function in a file.
    """
    if is_program(target):
        return
    place, name = _split(target)
    source, _ = source_of(target)
    bound = None if source is None else _bound(source)
    if bound is None or name.split(".")[0] in bound:
        return
    # A module can be given names by others; a name near to one that it has is a typing error all the same.
    if _is_file(place) or get_close_matches(name, bound, 1, 0.75):
        raise NoSuchTarget(_lacking(place, name, name, bound))


def source_of(target: str) -> tuple[Path | None, str]:
    """Find the source file of a target, None if that cannot be told, and the name of the function.

    Raises
    ------
    UnusableTarget
        If there is no such module or file.
    """
    place, name = _split(target)
    return (_existing(Path(place)) if _is_file(place) else _source(place)), name


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
    place, name = _split(target)
    found: Any = _import_file(Path(place)) if _is_file(place) else _import_module(place)
    for part in name.split("."):
        if not hasattr(found, part):
            functions = [each for each in dir(found) if callable(getattr(found, each, None))]
            raise NoSuchTarget(_lacking(place, name, part, functions))
        found = getattr(found, part)
    if not callable(found):
        raise NoSuchTarget(f"{target} is {type(found).__name__}, which cannot be called; name a function")
    return found  # type: ignore[no-any-return]


def _split(target: str) -> tuple[str, str]:
    place, colon, name = target.rpartition(":")
    if not colon or not place or not name:
        raise UnusableTarget(
            f"target {target!r} does not name a function; write package.module:function or path/to/file.py:function"
        )
    return place, name


def _is_file(place: str) -> bool:
    return place.endswith(".py") or os.sep in place


def _lacking(place: str, name: str, part: str, functions: Iterable[str]) -> str:
    near = get_close_matches(part, [each for each in functions if not each.startswith("_")], 3, 0.5)
    hint = f"; did you mean {', '.join(near)}?" if near else ""
    return f"{place} has no {name!r}{hint}"


def _source(module: str) -> Path | None:
    """Find the source of a module as a worker process would, from the current folder; None if that cannot be told."""
    top, *inside = module.split(".")
    if top in sys.modules:
        spec = sys.modules[top].__spec__
    else:
        spec = PathFinder.find_spec(top, [os.getcwd()]) or importlib.util.find_spec(top)
        if spec is None:
            raise NoSuchTarget(_no_module(top))
    for part in inside:
        if spec is None:
            break
        top = f"{top}.{part}"
        spec = PathFinder.find_spec(top, spec.submodule_search_locations or [])
    if spec is None or spec.origin is None or not spec.origin.endswith(".py"):
        return None
    return Path(spec.origin)


def _bound(source: Path) -> set[str] | None:
    """Collect the names that a file may bind at its top level; None if it may bind others while it is imported."""
    try:
        tree = ast.parse(source.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return None
    bound = {each.name for each in pkgutil.iter_modules([str(source.parent)])} if source.stem == "__init__" else set()
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name="__getattr__") | ast.alias(name="*") | ast.Attribute(attr="modules" | "__dict__"):
                return None
            case ast.Name(id="globals" | "locals" | "vars" | "exec" | "eval" | "setattr"):
                return None
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                bound.add(name)
            case ast.Name(id=name, ctx=ast.Store()) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                bound.add(name)
            case ast.alias(name=name, asname=other):
                bound.add(other or name.split(".")[0])
    return bound


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
        Options that are passed by keyword.
    mend : callable
        ``mend(lacking, others)``: what to do about a function that does not take some of these, and has others.
    renamed : tuple of (str, str)
        Options that the implementation calls otherwise, and its names for them.
    swapped : bool
        Its tensors, and its answer, have their second and third axes exchanged.
    axis : int
        Where it has the last axis of its tensors, and of its answer.
    packed : bool
        Its tensors, and its answer, have the tokens of all sequences one after the other.
    second : bool
        It returns two answers.
    optional : tuple of str
        Those of the keywords that are passed only if its signature has them, or they are renamed.
    """

    tensors: tuple[str, ...]
    follows: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    mend: Callable[[Sequence[str], Sequence[str]], str] = lambda lacking, others: "wrap it"
    renamed: tuple[tuple[str, str], ...] = ()
    swapped: bool = False
    axis: int = -1
    packed: bool = False
    second: bool = False
    optional: tuple[str, ...] = ()

    def order(self, axes: int) -> tuple[int, ...] | None:
        """Return its order of the axes of an array of ours, by their places here; None if it is the same."""
        order = list(range(axes))
        if self.swapped and axes == 4:
            order[1], order[2] = 2, 1
        if self.axis not in (-1, axes - 1):
            order.insert(self.axis if self.axis >= 0 else axes + self.axis, order.pop())
        return tuple(order) if order != list(range(axes)) else None

    def named(self, option: str) -> str:
        """Return what the implementation calls an option."""
        return dict(self.renamed).get(option, option)

    def __str__(self) -> str:
        options = [f"{self.named(name)}=..." for name in self.keywords if name not in self.optional]
        return f"f({', '.join([*self.tensors, *self.follows, *options])})"


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
    keywords = [name for name in form.keywords if name not in form.optional or _takes(signature, form, name)]
    if signature is not None:
        try:
            signature.bind(*form.tensors, *form.follows, **dict.fromkeys(map(form.named, keywords)))
        except TypeError as error:
            raise UnusableTarget(
                f"the function has the signature {signature} and cannot be called as {form}: {error}; "
                f"{_mended(signature, form, keywords)}"
            ) from None
        if form.follows:
            _not_an_axis(signature, form)
    answered = False

    def called(*tensors: Any, **options: Any) -> Any:
        nonlocal answered
        following = [options[name] for name in form.follows]
        named = {form.named(name): options[name] for name in keywords}
        arguments = [*(permuted(each, form.order(each.ndim)) for each in tensors), *following]
        try:
            answer = function(*arguments, **named)
        except TypeError as error:
            if not answered:
                _refuse_unexpected(function, form, arguments, named, error)
                if signature is None:
                    raise TypeError(f"{error}; it is called as {form}: {form.mend(form.follows, ())}") from error
            raise
        answered = True
        if form.second:
            return _two(answer, form)
        axes = getattr(answer, "ndim", 0)
        return permuted(answer, inverse(form.order(axes))) if axes else answer

    return called


def _mended(signature: inspect.Signature, form: Form, keywords: Sequence[str]) -> str:
    """Say what to do about a signature that does not take what it would be passed."""
    try:
        signature.bind_partial(*form.tensors)
    except TypeError:
        return "wrap it"
    return form.mend(_lacking_in(signature, form, keywords), _spare(signature, form))


def _lacking_in(signature: inspect.Signature, form: Form, keywords: Sequence[str]) -> list[str]:
    """Name the options that a signature does not take."""
    kinds = {each.kind for each in signature.parameters.values()}
    taken = {name for name, each in signature.parameters.items() if each.kind is not each.POSITIONAL_ONLY}
    named = inspect.Parameter.VAR_KEYWORD in kinds
    return [*form.follows, *(name for name in keywords if not named and form.named(name) not in taken)]


def _spare(signature: inspect.Signature, form: Form) -> list[str]:
    """Name the arguments of a signature that nothing is passed as."""
    return [name for name in list(signature.parameters)[len(form.tensors) :] if name not in form.keywords]


_UNEXPECTED = re.compile(r"unexpected keyword argument '(\w+)'|'(\w+)' is an invalid keyword argument")


def _refuse_unexpected(
    function: Callable[..., Any], form: Form, arguments: Sequence[Any], named: dict[str, Any], error: TypeError
) -> None:
    """Raise `UnusableTarget` where a function that has never answered does not know options, and name all of them."""
    ours = {form.named(name): name for name in form.keywords}
    lacking: list[str] = []
    said: Exception | None = error
    while isinstance(said, TypeError) and (found := _UNEXPECTED.search(str(said))):
        name = found[1] or found[2]
        if name not in named:
            break
        lacking.append(ours[name])
        named = {key: value for key, value in named.items() if key != name}
        said = None
        try:
            function(*arguments, **named)
        except Exception as other:
            said = other
    if lacking:
        raise UnusableTarget(
            f"the function cannot be called as {form}: {str(error).splitlines()[0]}; {form.mend(lacking, ())}"
        ) from None


def _takes(signature: inspect.Signature | None, form: Form, name: str) -> bool:
    """Whether an optional argument is passed."""
    return name in dict(form.renamed) or (signature is not None and name in signature.parameters)


def _two(answers: Any, form: Form) -> tuple[Any, Any]:
    """Return the two answers of an implementation, the first with its axes in our order."""
    if not isinstance(answers, tuple | list) or len(answers) < 2:
        raise TypeError(f"returned {type(answers).__name__}, not a pair of output and logarithms of sums (lse)")
    first, second = answers[:2]
    return permuted(first, inverse(form.order(getattr(first, "ndim", 0)))), second


def permuted(array: Any, order: tuple[int, ...] | None) -> Any:
    """Return an array of any library with its axes in another order; the array itself where there is none."""
    if order is None:
        return array
    return array.permute(*order) if hasattr(array, "permute") else array.transpose(order)


def inverse(order: tuple[int, ...] | None) -> tuple[int, ...] | None:
    """Return the order of axes that undoes another one."""
    return None if order is None else tuple(sorted(range(len(order)), key=order.__getitem__))


def _not_an_axis(signature: inspect.Signature, form: Form) -> None:
    """Refuse to pass alpha as the axis, which binds and would be blamed on the function."""
    positional = [
        name
        for name, each in signature.parameters.items()
        if each.kind in (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    ]
    name = "".join(positional[len(form.tensors) : len(form.tensors) + 1])
    if name in _AXES:
        raise UnusableTarget(
            f"the function has the signature {signature}, and alpha would be passed as its {name!r}; "
            f"{form.mend(form.follows, ())}"
        )


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise NoSuchTarget(f"there is no file {path}; the path is relative to {Path.cwd()}")
    return path


def _import_file(path: Path) -> Any:
    _existing(path)
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


def _no_module(name: str) -> str:
    return (
        f"there is no module {name!r}; install it, or run from the folder that holds it, or name the file: "
        f"path/to/{name}.py:function"
    )


def _import_module(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name and (name == error.name or name.startswith(error.name + ".")):
            raise NoSuchTarget(_no_module(error.name)) from error
        raise UnusableTarget(f"importing {name} fails: it needs the module {error.name!r}") from error
    except (Exception, SystemExit) as error:
        raise UnusableTarget(f"importing {name} fails: {type(error).__name__}: {error}") from error


def whereabouts(target: str | Callable[..., Any]) -> tuple[Path, int] | None:
    """Find the file and the line, counted from 1, in which a target is defined; None if that cannot be told.

    Parameters
    ----------
    target : str or callable
        As for `load`, or the function itself; a name is looked up without importing anything.
    """
    if not isinstance(target, str):
        code = getattr(inspect.unwrap(target), "__code__", None)
        return None if code is None else (Path(code.co_filename), code.co_firstlineno)
    if is_program(target):
        return None
    place, name = _split(target)
    source = Path(place) if _is_file(place) else _source(place)
    try:
        body: list[ast.stmt] = [] if source is None else ast.parse(source.read_bytes()).body
    except (OSError, SyntaxError, ValueError):
        return None
    line = 1
    for part in name.split("."):
        found = next((each for each in body if part in _names(each)), None)
        if found is None:
            break
        line, body = found.lineno, getattr(found, "body", [])
    return None if source is None else (source, line)


def _names(statement: ast.stmt) -> set[str]:
    """Collect the names that a statement defines or assigns."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {statement.name}
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
    return {each.id for each in targets if isinstance(each, ast.Name)}
