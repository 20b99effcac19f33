"""Read user-supplied theorems and conjectures from a file, and refuse what cannot be checked."""

from __future__ import annotations

import difflib
import importlib.util
import inspect
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef
from sympy.logic.boolalg import Boolean

from entmax_oracle.theory import Theorem, theorems
from entmax_oracle.theory import notation as N
from entmax_oracle.theory.chapters import index

from .evidence import Case, row
from .evidence.equations import solved
from .evidence.predicates import PARAMETERS, predicate_searched, stated_by
from .evidence.searching import searched
from .evidence.wide import SYMBOLS, not_searched, unknown
from .reading import shortest


def load(path: str | Path) -> tuple[Case, ...]:
    r"""Return the cases of a user's file: theorems or conjectures outside the package.

    The file is a Python module. Every :class:`~entmax_oracle.proofs_checks.evidence.Case` in it is taken,
    also from lists, tuples and dicts; a :class:`~entmax_oracle.theory.Theorem` without a case is
    searched for counterexamples among rows of logits (``evidence.searching``).

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    ValueError
        If the file is missing, cannot be run or states no theorem; or if a theorem says nothing that can be
        checked: no claim, a float, an infinity, a symbol without a meaning.

    Examples
    --------
    A conjecture may be a NumPy function of a row: of any of its logits ``z``, ``alpha``, probabilities ``p``, threshold
    ``tau``, scale ``theta``, length ``n`` and ``support``, the mask ``p > 0``. Logits are finite, unless it asks for
    ``masked``, the mask of the tokens whose logit is ``-inf``::

        def claim(p, n):
            "The top token has at least twice its share."
            return p.max() >= 2 / n

    Or it is a name and a claim in the symbols of :mod:`entmax_oracle.theory.notation`, which can be checked in balls::

        import sympy as sp
        from entmax_oracle.theory import Claim, Theorem
        from entmax_oracle.theory.notation import p_max, size

        conjecture = Theorem(
            name="top-two", area="mine", title="The top token has at least half", statement=r"$p_{\max} \ge 1/2$.",
            claims=(Claim("half", sp.Ge(p_max, sp.Rational(1, 2))),),
        )
    """
    path = Path(path)
    spec = importlib.util.spec_from_file_location(f"entmax_oracle_user_{path.stem}", path)
    if not path.is_file():
        raise ValueError(f"there is no file {path}; name a .py file that states Theorem or Case objects")
    if spec is None or spec.loader is None:
        raise ValueError(f"{path}: not a Python file; name a .py file that states Theorem or Case objects")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise ValueError(f"{path}: cannot be run: {type(error).__name__}: {error}") from error
    stated = _stated([value for name, value in vars(module).items() if not name.startswith("_")])
    values = {id(value): value for value in stated}.values()
    found = [value for value in values if isinstance(value, Case)]
    argued = {case.theorem.name for case in found}
    for value in values:
        if isinstance(value, Theorem) and value.name not in argued and not _is_packaged(value):
            found.append(Case(value, (), conjecture=True))
    predicates = [_predicate_case(path, name, value) for name, value in vars(module).items() if _is_claim(name, value)]
    for position, case in enumerate(found):
        _refuse_unreadable(path, case.theorem)
        if case.conjecture or any(argument.kind == "symbolic" for argument in case.arguments):
            _refuse_unknown_symbols(path, case.theorem)
        more = (searched(case.theorem),) if _speaks_of_rows(case.theorem) else ()
        more = (*more, *filter(None, [solved(case.theorem) if not not_searched(case.theorem) else None]))
        found[position] = replace(case, arguments=(*case.arguments, *more), own=True)
    found += predicates
    _refuse_twins(path, found)
    if not found:
        raise ValueError(
            f"{path}: states no theorem; assign a Theorem or a Case to a module-level name, or define a function claim"
        )
    return tuple(found)


def _is_claim(name: str, value: Any) -> bool:
    """Whether a file defines a predicate there: a function that is called ``claim``, or ``claim_`` and more."""
    return inspect.isfunction(value) and (name == "claim" or name.startswith("claim_"))


def _predicate_case(path: Path, name: str, predicate: Any) -> Case:
    """Return the case of a predicate, named after its file; refuse a parameter that no row has."""
    for parameter in inspect.signature(predicate).parameters:
        if parameter not in PARAMETERS:
            near = difflib.get_close_matches(parameter, PARAMETERS, n=1, cutoff=0.3)
            hint = f"did you mean {near[0]}? " if near else ""
            raise ValueError(
                f"{path}: {name}: a row has no {parameter!r}; {hint}A predicate takes any of {', '.join(PARAMETERS)}"
            )
    title = "-".join([path.stem, *name.split("_")[1:]])
    return Case(stated_by(predicate, title), (predicate_searched(predicate),), conjecture=True)


def _is_packaged(theorem: Theorem) -> bool:
    """Whether a file has imported it from the package."""
    area = index().get(theorem.name)
    return area is not None and theorem in theorems(area)


def _stated(values: Sequence[Any]) -> Iterator[Any]:
    """Yield the values, and those inside of lists, tuples and dicts."""
    for value in values:
        if isinstance(value, list | tuple):
            yield from _stated(value)
        elif isinstance(value, dict):
            yield from _stated(list(value.values()))
        else:
            yield value


def _refuse_twins(path: Path, found: Sequence[Case]) -> None:
    names = [case.theorem.name for case in found]
    twins = sorted({name for name in names if names.count(name) > 1})
    if twins:
        raise ValueError(f"{path}: two theorems are called {twins[0]!r}; give each a name of its own")


def _refuse_unreadable(path: Path, theorem: Theorem) -> None:
    """Refuse what has no exact meaning: no claim at all, a claim that is not a relation, a float, an infinity."""
    if not theorem.claims:
        raise ValueError(f"{path}: {theorem.name} claims nothing; give it claims=(Claim(key, relation), …)")
    named = [*((c.key, c.relation) for c in theorem.claims), *((h.key, h.condition) for h in theorem.hypotheses)]
    for key, relation in named:
        if not isinstance(relation, Boolean):
            raise ValueError(
                f"{path}: {theorem.name}: {key!r} is not a SymPy relation: {relation!r}; use sp.Le and such"
            )
        if relation in (sp.true, sp.false):
            raise ValueError(
                f"{path}: {theorem.name}: SymPy evaluates {key!r} to {relation} before any row is tried, from the "
                "assumptions on its symbols alone; there is nothing to check: state what depends on the row"
            )
        _refuse_misindexed(f"{path}: {theorem.name}: {key!r}", relation)
        _refuse_bound(f"{path}: {theorem.name}: {key!r}", relation)
        for value in sorted(relation.atoms(sp.Float), key=str):
            raise ValueError(
                f"{path}: {theorem.name}: {key!r} has the float {value}, which is not exact; write {shortest(value)}"
            )
        if relation.has(sp.nan, sp.oo, -sp.oo, sp.zoo):
            raise ValueError(
                f"{path}: {theorem.name}: {key!r} compares with something infinite or undefined: {relation}"
            )


_OF_THE_EXPONENT = {N.p, N.p_max, N.tau, N.size}
_OF_THE_ROW = {*_OF_THE_EXPONENT, N.z, N.z_max, N.z_min, N.top}
_OF_THE_LENGTH = {*_OF_THE_ROW, N.r, N.v}


def _refuse_bound(where: str, relation: sp.Basic) -> None:
    """Refuse calculus in a symbol on which others depend: SymPy would take them for constants."""
    for part in relation.atoms(sp.Derivative, sp.Limit, sp.Integral, sp.Sum, sp.Product):
        variables = (part.args[1],) if isinstance(part, sp.Limit) else part.variables
        for symbol in sorted({*variables}, key=str):
            for other in sorted((s for s in _dependent(symbol) if part.args[0].has(s)), key=str):
                raise ValueError(
                    f"{where} has {part}, for which SymPy would take {other} as a constant, although it depends on "
                    f"{symbol}; say it of one row at a time"
                )


def _dependent(symbol: sp.Basic) -> set[sp.Basic]:
    """Return the symbols that change with another one: with a number of the row, all others of the row."""
    if symbol == N.n:
        return _OF_THE_LENGTH
    if symbol in (N.alpha, N.theta):
        return _OF_THE_EXPONENT
    of_the_row = getattr(symbol, "base", symbol)
    return _OF_THE_ROW - {of_the_row} if of_the_row in _OF_THE_ROW else set()


def _refuse_misindexed(where: str, relation: sp.Basic) -> None:
    """Refuse a vector that is used as a number, and an entry with more than one index."""
    vectors = [symbol for symbol in SYMBOLS if isinstance(symbol, sp.IndexedBase)]
    known = (
        f"vectors, one entry for each token: {_names(vectors)}; numbers: "
        f"{_names([symbol for symbol in SYMBOLS if symbol not in vectors])}"
    )
    for base in sorted(_bare(relation), key=str):
        raise ValueError(
            f"{where} uses the vector {base} as a number; write {base}[1] for its first entry, {base}[i] for every "
            f"one, or total({base}[i]) for their sum ({known})"
        )
    for entry in sorted(relation.atoms(sp.Indexed), key=str):
        if entry.base in vectors and len(entry.indices) != 1:
            raise ValueError(f"{where} has {entry}; {entry.base} takes one index ({known})")


def _bare(expression: sp.Basic) -> set[sp.Basic]:
    """Return the vectors that stand in an expression without an index."""
    if isinstance(expression, sp.IndexedBase):
        return {expression}
    parts = expression.indices if isinstance(expression, sp.Indexed) else expression.args
    return set().union(*map(_bare, parts))


def _names(symbols: Sequence[sp.Basic]) -> str:
    """List symbols by the names under which they are imported, and shown."""
    imported = {value: name for name, value in vars(N).items() if isinstance(value, sp.Symbol | sp.IndexedBase)}
    both = sorted((imported[symbol], str(getattr(symbol, "label", symbol))) for symbol in symbols)
    return ", ".join(name if name == label else f"{name} (shown as {label})" for name, label in both)


def _speaks_of_rows(theorem: Theorem) -> bool:
    """Whether a row of logits alone, with its probabilities, gives every symbol a meaning."""
    return not any(unknown(part, tuple(row([0], 2).values)) for part in _parts(theorem))


def _parts(theorem: Theorem) -> list[sp.Basic]:
    conditions = [*theorem.given, *(h.condition for h in theorem.hypotheses)]
    return [*(c.relation for c in theorem.claims), *conditions]


def _refuse_unknown_symbols(path: Path, conjecture: Theorem) -> None:
    """Refuse a conjecture in symbols that no row gives a meaning, so that it is not reported as refuted."""
    meanings = sorted(str(getattr(symbol, "label", symbol)) for symbol in SYMBOLS)
    for part in _parts(conjecture):
        for name in unknown(part):
            near = difflib.get_close_matches(name, meanings, n=1, cutoff=0.3)
            hint = f"; did you mean {near[0]}?" if near else ";"
            if name in meanings:
                hint = f"; import {name} from entmax_oracle.theory.notation;"
            raise ValueError(
                f"{path}: {conjecture.name}: no value given for the symbol {name}{hint} rows of logits give a meaning "
                f"to {_names(SYMBOLS)}"
            )
        for function in sorted(part.atoms(AppliedUndef), key=str):
            raise ValueError(f"{path}: {conjecture.name}: {function} is an unknown function")
