"""What executing the evidence found, as records and as JSON of the schema ``entmax-oracle/verify/2``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Self

from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

from entmax_oracle.theory import Theorem
from entmax_oracle.theory.notation import latex

from ..marks import Verdict
from ..records import CONVERTER
from .case import Evidence, Kind
from .points import Check
from .proof import Step

__all__ = ["FIRST_SCHEMA", "SCHEMA", "Debunking", "TheoremResult", "VerifyResult", "beliefs"]

SCHEMA = "entmax-oracle/verify/2"
FIRST_SCHEMA = "entmax-oracle/verify/1"
"""In which ``proved`` was said of what is now ``derived`` or ``decided``."""


@dataclass(frozen=True)
class Premise:
    """A hypothesis, as it is shown."""

    name: str = ""
    statement: str = ""
    latex: str = ""


@dataclass(frozen=True)
class Formula:
    """A claim, as it is shown."""

    key: str = ""
    latex: str = ""


@dataclass(frozen=True)
class Statement:
    """What a theorem says, as it is shown."""

    name: str
    area: str = "other"
    title: str = ""
    setting: str = ""
    statement: str = ""
    hypotheses: tuple[Premise, ...] = ()
    source: str = ""
    claims: tuple[Formula, ...] = ()
    bound: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, theorem: Theorem, **found: Any) -> Self:
        """Return what a theorem says, with what was found of it."""
        return cls(
            name=theorem.name,
            area=theorem.area,
            title=theorem.title,
            setting=theorem.setting,
            statement=theorem.statement,
            hypotheses=tuple(Premise(h.key, h.text, latex(h.condition)) for h in theorem.hypotheses),
            source=theorem.source,
            claims=tuple(Formula(c.key, c.latex) for c in theorem.claims),
            bound={"latex": r" \\ ".join(c.latex for c in theorem.claims), "text": ""},
            **found,
        )


@dataclass(frozen=True)
class Debunking:
    """A folklore of a theorem, and what was found at its counterexample."""

    text: str = ""
    belief: str = ""
    right: str = ""
    source: str = ""
    latex: str = ""
    false_at: str = ""
    detail: str = ""
    ok: bool = True
    counterexample: Mapping[str, str] = field(default_factory=dict)

    @property
    def believed(self) -> str:
        """What is believed; all that is said where that was not told apart."""
        return self.belief or self.text


@dataclass(frozen=True)
class TheoremResult(Statement):
    """What was found of a theorem.

    Attributes
    ----------
    verdict, domain
        What is known, and where; by rule from the evidence.
    strengths
        What is known of each claim, by its key.
    clean, problems
        Whether everything that is argued went through, and what did not, in words.
    remarks, searched
        Of a conjecture: what nobody has shown, and the set that was searched.
    evidence, sharp, necessity, folklore
        What was executed.
    counterexample
        Of a refutation: symbols and their values as text.
    plots
        Data for a page.
    """

    verdict: Verdict = Verdict.UNCHECKED
    domain: str = ""
    strengths: Mapping[str, Verdict] = field(default_factory=dict)
    clean: bool = False
    problems: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    searched: str = ""
    evidence: tuple[Evidence, ...] = ()
    sharp: tuple[Check, ...] = ()
    necessity: tuple[Check, ...] = ()
    folklore: tuple[Debunking, ...] = ()
    counterexample: Mapping[str, Any] | None = None
    plots: tuple[Mapping[str, Any], ...] = ()
    seconds: float = 0.0

    @property
    def heading(self) -> str:
        """The title; the name where there is none."""
        return self.title or self.name

    @property
    def holds_for(self) -> str:
        """The domain of the verdict, with the hypotheses, which hold there too; Markdown."""
        return "; ".join(filter(None, [self.domain, *(premise.statement for premise in self.hypotheses)]))

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds of evidence that hold."""
        return tuple(dict.fromkeys(found.kind for found in self.evidence if found.status == "holds"))

    @property
    def proof(self) -> tuple[Step, ...]:
        """The steps of all symbolic proofs."""
        return tuple(step for found in self.evidence for step in found.steps)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data: the theorem's entry in a result of :func:`~entmax_oracle.proofs_checks.verify.verify`."""
        plain: dict[str, Any] = CONVERTER.unstructure(self)
        return plain

    def about(self, theorem: Theorem) -> bool:
        """Whether the theorem still says what it said when this was found."""
        says = Statement.of(theorem)
        return all(getattr(self, each.name) == getattr(says, each.name) for each in fields(says))


def beliefs(theorems: Iterable[TheoremResult]) -> list[dict[str, Any]]:
    """Gather what people believe: every careless version of a theorem, beside the right one and a counterexample.

    Returns
    -------
    list of dict
        For each belief its words, what is right, who says so where that is known, the theorem that is right, where
        the belief is false, what was found there, and whether that refutes it.
    """
    return [
        {
            "belief": folklore.believed,
            "right": folklore.right,
            "source": folklore.source,
            "theorem": theorem.name,
            "title": theorem.heading,
            "area": theorem.area,
            "false_at": folklore.false_at,
            "detail": folklore.detail,
            "refuted": folklore.ok,
        }
        for theorem in theorems
        for folklore in theorem.folklore
    ]


@dataclass(frozen=True)
class VerifyResult:
    """What a run of the evidence found; what a file does not record is None or empty."""

    theorems: tuple[TheoremResult, ...] = ()
    profile: str = ""
    seed: int | None = None
    interrupted: bool = False
    versions: Mapping[str, str] = field(default_factory=dict)
    platform: str = ""
    started: str = ""
    seconds: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return plain data of the schema ``entmax-oracle/verify/2``."""
        plain = CONVERTER.unstructure(self)
        return {"schema": SCHEMA, "theorems": plain.pop("theorems"), "beliefs": beliefs(self.theorems), **plain}


def reworded(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return a result of the first schema in the words of the present one."""

    def word(entry: Mapping[str, Any]) -> Any:
        if entry.get("verdict") != "proved":
            return entry.get("verdict")
        kinds = {found.get("kind") for found in entry.get("evidence", ()) if found.get("status", "holds") == "holds"}
        return "decided" if "decided" in kinds and "symbolic" not in kinds else "derived"

    return {**data, "theorems": [{**entry, "verdict": word(entry)} for entry in data.get("theorems", ())]}


def _with_defaults(kind: type[Any], missing: Mapping[str, Any], **attributes: Any) -> Any:
    """Return a hook that reads a record; keys that a file may lack are filled."""
    read = make_dict_structure_fn(kind, CONVERTER, **attributes)
    return lambda data, _: read({**missing, **data}, kind)


def _checks(subject: str, point: str) -> Any:
    """Return how checks are written under names that their list has for a subject and a point."""
    names: dict[str, Any] = {
        "subject": override(rename=subject),
        "point": override(rename=point),
        "refutes": override(omit=True),
    }
    write = make_dict_unstructure_fn(Check, CONVERTER, **names)
    read = _with_defaults(Check, {"text": "", "ok": True, "detail": ""}, **names)
    return override(
        unstruct_hook=lambda checks: [{**write(each), "passed": each.ok} for each in checks],
        struct_hook=lambda data, _: tuple(read(each, Check) for each in data),
    )


def _register() -> None:
    seconds = override(unstruct_hook=lambda value: round(value, 4))
    evidence = make_dict_unstructure_fn(Evidence, CONVERTER, seconds=seconds)
    CONVERTER.register_unstructure_hook(
        Evidence, lambda found: {**evidence(found), "passed": found.status in ("holds", "skipped")}
    )
    missing = {"title": "", "domain": "", "status": "holds"}
    CONVERTER.register_structure_hook(Evidence, _with_defaults(Evidence, missing))
    lists: dict[str, Any] = {"sharp": _checks("claim", "point"), "necessity": _checks("hypothesis", "counterexample")}
    CONVERTER.register_unstructure_hook(
        TheoremResult, make_dict_unstructure_fn(TheoremResult, CONVERTER, seconds=seconds, **lists)
    )
    CONVERTER.register_structure_hook(TheoremResult, make_dict_structure_fn(TheoremResult, CONVERTER, **lists))


_register()
