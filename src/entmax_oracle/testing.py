"""What your own tests can use: the laws of entmax as tests of pytest, and logits for Hypothesis.

Put ``test_laws = laws(my_entmax)`` into a module of tests, and each law is a test there, as long as the plugin of this
package is active, which it is when the package is installed.
"""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from entmax_oracle.proofs_checks.conformance.ask import OPTIONS, Ask, refuse_unknown_laws
from entmax_oracle.proofs_checks.conformance.target.loading import locate

if TYPE_CHECKING:
    from entmax_oracle.proofs_checks.conformance import logits
    from entmax_oracle.proofs_checks.conformance.checker import Plan

__all__ = ["Laws", "laws", "logits"]

TOGETHER = ("fail_fast", "jobs", "seeds")
"""Options of a check as a whole, for which pytest has its own: ``-x``, and ``-n`` of pytest-xdist."""


def __getattr__(name: str) -> Any:
    """Import the strategies on first use: Hypothesis and SciPy take a while."""
    if name != "logits":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from entmax_oracle.proofs_checks.conformance import logits

    return logits


class Laws:
    """The laws of one implementation, which pytest collects as tests.

    Parameters
    ----------
    plan : Plan
        Of the whole check.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan


def laws(implementation: str | Callable[..., Any], **options: Any) -> Laws:
    """Make the laws of entmax tests in the module that holds the result, under whatever name.

    Each alpha and dtype is a collector, and each law in it is a test, such as
    ``test_mine.py::test_laws::1.5-float32::values``. A law is searched when its test runs, so that ``-k``, ``--lf`` and
    ``-x`` save the time of the others.

    Parameters
    ----------
    implementation : str or callable
        As for :func:`~entmax_oracle.proofs_checks.conformance.check`. A function that is given by name runs in a
        process of its own, and may hang or end it.
    **options
        The other parameters of `check`, such as ``alphas``, ``dtypes``, ``arrays`` and ``grad``; all but ``fail_fast``,
        ``jobs``, ``seeds``, ``executor`` and ``progress``.

    Returns
    -------
    Laws

    Raises
    ------
    ValueError
        If there is no such option, law or target, or the options make no sense.

    Examples
    --------
    >>> test_laws = laws("my_module.py:my_entmax", alphas=(1.5, 2), arrays="numpy")
    Traceback (most recent call last):
        ...
    entmax_oracle.proofs_checks.conformance.target.loading.NoSuchTarget: there is no file my_module.py; ...
    """
    __tracebackhide__ = True
    for name in options:
        if name not in OPTIONS or name in TOGETHER:
            near = get_close_matches(name, [each for each in OPTIONS if each not in TOGETHER], 1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise ValueError(f"laws has no option {name!r}{hint}")
    return Laws(planned(Ask.of({"implementation": implementation} | options)))


def planned(ask: Ask) -> Plan:
    """Plan a check, once it is sure that it can be made.

    Raises
    ------
    ValueError
        If the target, a law or a package is not there.
    """
    __tracebackhide__ = True
    if isinstance(ask.implementation, str):
        locate(ask.implementation)
    refuse_unknown_laws((*ask.laws, *ask.skip_laws), ask.kind)
    ask.refuse_missing()
    from entmax_oracle.proofs_checks.conformance.checker import plan

    return plan(ask)
