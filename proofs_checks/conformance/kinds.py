"""What differs between the kinds of implementation: a mapping, attention, a loss, and a normaliser."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from .attention import replay as attention_replay
from .attention import shrink as attention_shrink
from .attention.calls import AttentionRequest
from .attention.session import CheckedAttention
from .calls import Call
from .laws import Case, Finding, Setting
from .loss import replay as loss_replay
from .loss.calls import LossRequest
from .loss.session import CheckedLoss
from .normaliser import replay as normaliser_replay
from .normaliser.calls import NormaliserCall, NormaliserCase
from .normaliser.session import CheckedNormaliser
from .results.counterexample import describe, to_case
from .results.report import Counterexample
from .session import Checked
from .shrink import shrink
from .target.worker import Subject

__all__ = ["KINDS", "Kind"]


@dataclass(frozen=True)
class Kind:
    """How to check one kind of implementation.

    Parameters
    ----------
    session : callable
        Makes the session that laws see, from a caller, a setting and contracts.
    request : callable
        ``request(case, setting)``: the call that a case asks for.
    case : callable
        ``case(request)``: the other way round.
    shrink : callable
        As `entmax_oracle.proofs_checks.conformance.shrink.shrink`.
    describe, to_case : callable
        As in `entmax_oracle.proofs_checks.conformance.results.counterexample`.
    """

    session: Callable[..., Checked]
    request: Callable[[Any, Setting], Any]
    case: Callable[[Any], Any]
    shrink: Callable[..., tuple[Any, Finding]]
    describe: Callable[[str, Any, Finding, Setting, Subject], Counterexample]
    to_case: Callable[[dict[str, Any]], Any]


def _call(case: Case, setting: Setting) -> Call:
    return Call(
        case.logits,
        setting.dtype,
        setting.alpha,
        case.layout,
        case.cotangent,
        case.cotangent_layout,
        setting.alpha_gradient,
    )


def _case(call: Call) -> Case:
    return Case(call.logits, call.layout, cotangent=call.cotangent, cotangent_layout=call.cotangent_layout)


def _normaliser_call(case: NormaliserCase, setting: Setting) -> NormaliserCall:
    return NormaliserCall(**vars(_call(case, setting)), parameters=case.parameters)


def _normaliser_case(call: NormaliserCall) -> NormaliserCase:
    return NormaliserCase(**vars(_case(call)), parameters=call.parameters)


KINDS: dict[str, Kind] = {
    "mapping": Kind(Checked, _call, _case, shrink, describe, to_case),
    "attention": Kind(
        CheckedAttention,
        lambda case, setting: AttentionRequest(case, setting.dtype, setting.alpha),
        lambda request: request.case,
        partial(shrink, attempts=attention_shrink.ATTEMPTS, measure=attention_shrink.complexity),
        attention_replay.describe,
        attention_replay.to_case,
    ),
    "loss": Kind(
        CheckedLoss,
        lambda case, setting: LossRequest(case, setting.dtype, setting.alpha),
        lambda request: request.case,
        partial(shrink, attempts=loss_replay.ATTEMPTS, measure=loss_replay.complexity),
        loss_replay.describe,
        loss_replay.to_case,
    ),
    "normaliser": Kind(
        CheckedNormaliser,
        _normaliser_call,
        _normaliser_case,
        shrink,
        normaliser_replay.describe,
        normaliser_replay.to_case,
    ),
}
