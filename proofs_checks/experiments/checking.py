"""Verify certificates anew from the weights in a file: no training, and no torch."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from ..records import CONVERTER, schema_of, structured, unknown
from .attack import LENGTHS, attack
from .certificate import Certificate, certify, short, unproved
from .contenders import contender
from .needle import SHORT, Needle
from .results import SCHEMA, Experiment, Model, seal
from .tables import enclose
from .weights import readable

__all__ = ["MEASURED", "Checked", "check"]

MEASURED = ("accuracy", "ceiling", "bound", "points", "attack", "faults", "train_seconds", "loss")
"""Fields of a model that `check` does not look at."""
_SLACK = 2.0**-40
"""What another version of the arithmetic may round differently, relative."""


@dataclass(frozen=True)
class Checked:
    """One certificate, computed anew.

    Attributes
    ----------
    label : str
        Which model.
    verdict : str
        What its certificate claims.
    fault : str
        Why it is refused; empty if it holds.
    detail : str
        What was found.
    """

    label: str
    verdict: str
    fault: str
    detail: str = ""


def check(data: Any, on_event: Callable[[Checked], None] | None = None) -> list[Checked]:
    """Compute every certificate of an experiment anew, and say of each whether it holds.

    A certificate holds if its digest is that of its task, weights and claims, the weights give the same claims once
    more, every theorem it leans on still carries formal evidence, and the search that attacks it, at those of its
    lengths that the certificate covers, finds nothing. What was measured (`MEASURED`) is not computed anew, and the
    digest does not cover it. A name that no experiment has is refused: nothing checks what it says.

    Raises
    ------
    ValueError
        If the data are not an experiment, or the task is not one that can be certified.
    """
    if (found := schema_of(data)) != SCHEMA:
        raise ValueError(f"schema: a certificate has the schema {SCHEMA!r}, not {found!r}")
    if added := unknown(data, Experiment) - {"schema"}:
        raise ValueError(f"{min(added)}: an experiment has no such field, so nothing checks it; leave it out")
    models = data.get("models")
    if not isinstance(models, list) or not models:
        raise ValueError("models: there is none; write the file by `entmax-oracle experiment --json FILE`")
    task = _task(data.get("task"))
    checked = []
    for i, model in enumerate(models):
        checked.append(_checked(data["task"], task, model, i))
        if on_event is not None:
            on_event(checked[-1])
    return checked


def _task(data: Any) -> Needle:
    try:
        task = Needle(int(data["keys"]), int(data["classes"]))
    except (KeyError, OverflowError, TypeError, ValueError) as error:
        raise ValueError(f"task: it must name keys and classes: {error!r}") from error
    if data != task.to_dict() or task.keys < 2 or task.classes < 2:
        raise ValueError(
            f"task: {data!r} is not the needle with at least two keys and classes, trained on {SHORT[0]} to "
            f"{SHORT[1]} tokens"
        )
    return task


def _checked(task_data: Mapping[str, Any], task: Needle, data: Any, position: int) -> Checked:
    label, verdict = f"models[{position}]", ""
    try:
        label = f"{data['normaliser']}, {data['training']}, seed {data['seed']}"
        claimed = structured(data["certificate"], Certificate, strict=True)
        verdict = claimed.verdict
        if name := _miswritten(data["certificate"], claimed):
            return Checked(label, verdict, f"{name}: the certificate does not have it as an experiment writes it")
        if added := unknown(data, Model):
            return Checked(label, verdict, f"{min(added)}: a model has no such field, so nothing checks it")
        if seal(task_data, data) != data["digest"]:
            return Checked(
                label, verdict, "the digest is not that of the task, the weights and the claims: one was altered"
            )
        how = contender(data["normaliser"])
        tables = enclose(readable(data["weights"], task, how), task, how)
        again = certify(tables)
        fault = unproved(again) or _differs(claimed, again)
        within = [n for n in LENGTHS if again.n is None or n <= again.n]
        if not fault and (broken := [each for each in attack(tables, 1, within) if each.broken]):
            fault = f"a row of {broken[0].n} tokens breaks it"
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        return Checked(label, verdict, f"it cannot be read: {error}")
    return Checked(label, verdict, fault, again.detail)


def _miswritten(data: Mapping[str, Any], claimed: Certificate) -> str:
    """Name a field that is read as another claim than it makes, such as ``"n": 8.9``, or that is missing."""
    plain = CONVERTER.unstructure(claimed)
    return next((key for key in plain if key not in data or json.dumps(data[key]) != json.dumps(plain[key])), "")


def _differs(claimed: Certificate, again: Certificate) -> str:
    """Say how what is claimed goes beyond what was computed; empty if it does not."""
    for name in (each.name for each in fields(Certificate)):
        then, now = (CONVERTER.unstructure(getattr(each, name)) for each in (claimed, again))
        if not _alike(then, now):
            return f"{name}: the certificate claims {_brief(then)}, the weights give {_brief(now)}"
    return ""


def _alike(then: Any, now: Any) -> bool:
    if isinstance(then, Mapping) and isinstance(now, Mapping):
        return then.keys() == now.keys() and all(_alike(then[key], now[key]) for key in then)
    if isinstance(then, list | tuple) and isinstance(now, list | tuple):
        return len(then) == len(now) and all(_alike(a, b) for a, b in zip(then, now, strict=True))
    if isinstance(then, float) and isinstance(now, float):
        return then == now or (math.isfinite(then) and abs(then - now) <= _SLACK * max(abs(then), abs(now)))
    return type(then) is type(now) and bool(then == now)


def _brief(value: Any) -> str:
    text = short(value) if isinstance(value, int) and not isinstance(value, bool) else repr(value)
    return text if len(text) <= 80 else text[:77] + "…"
