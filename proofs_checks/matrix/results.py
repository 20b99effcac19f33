"""What the matrix found, as records and as JSON of the schema ``entmax-oracle/matrix/1``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

from ..marks import Grounds, Truth, Verdict
from ..records import CONVERTER
from .points import Point

__all__ = ["SCHEMA", "Cell", "Column", "Curves", "Leaning", "MatrixResult", "Row", "Series"]

SCHEMA = "entmax-oracle/matrix/1"


@dataclass(frozen=True)
class Leaning:
    """A theorem that a cell leans on, and what its evidence says of it."""

    name: str
    title: str
    verdict: Verdict
    domain: str


@dataclass(frozen=True)
class Cell:
    """One executed cell.

    Attributes
    ----------
    property : str
        Key of the property.
    verdict : Truth
        Whether the normaliser has it.
    strength : Grounds
        On what grounds; ``Grounds.NONE`` where that is unknown.
    detail : str
        In words, with the size of the search.
    point : dict or None
        The point that decides the cell.
    theorems : tuple of Leaning
        The theorems that were run.
    cases : int
        Points checked.
    constant : str or None
        Of the property *Lipschitz*: the constant that is claimed, a formula that may name the length n.
    quotient : float or None
        The largest quotient that was found: no constant is smaller.
    contradicts : str
        What claim of the registry the cell contradicts; "" if none.
    """

    property: str
    verdict: Truth
    strength: Grounds
    detail: str
    point: Point | None = None
    theorems: tuple[Leaning, ...] = ()
    cases: int = 0
    constant: str | None = None
    quotient: float | None = None
    contradicts: str = ""


@dataclass(frozen=True)
class Row:
    """The cells of one normaliser, or of a user-supplied function, which has a label only."""

    label: str
    normaliser: str | None = None
    title: str | None = None
    definition: str | None = None
    source: str | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    cells: tuple[Cell, ...] = ()


@dataclass(frozen=True)
class Column:
    """A property, as it is shown."""

    key: str
    short: str
    title: str
    statement: str
    exists: bool


@dataclass(frozen=True)
class Series:
    """Curves of one normaliser: for each quantity one number a length, None where it gives no weights."""

    label: str
    group: str
    values: Mapping[str, tuple[float | None, ...]]


@dataclass(frozen=True)
class Curves:
    """Curves of every normaliser for one kind of logits."""

    logits: str
    lengths: tuple[int, ...]
    series: tuple[Series, ...]


@dataclass(frozen=True)
class MatrixResult:
    """What executing the matrix found; what a file does not record is None or empty."""

    properties: tuple[Column, ...] = ()
    rows: tuple[Row, ...] = ()
    profile: str = ""
    seed: int | None = None
    versions: Mapping[str, str] = field(default_factory=dict)
    platform: str = ""
    started: str = ""
    seconds: float | None = None
    curves: tuple[Curves, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return plain data of the schema ``entmax-oracle/matrix/1``."""
        return {"schema": SCHEMA, **CONVERTER.unstructure(self)}


def _point(data: Any, _: Any) -> Point | None:
    """Read a point: a number for each token is a tuple, which JSON has as a list."""
    if data is None:
        return None
    return {name: tuple(value) if isinstance(value, list) else value for name, value in data.items()}


CONVERTER.register_structure_hook(Cell, make_dict_structure_fn(Cell, CONVERTER, point=override(struct_hook=_point)))
CONVERTER.register_unstructure_hook(
    MatrixResult, make_dict_unstructure_fn(MatrixResult, CONVERTER, curves=override(omit_if_default=True))
)
