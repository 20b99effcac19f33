"""``pytest --entmax-impl module:function``: the laws of entmax as tests of an implementation.

Every law of every alpha and dtype becomes one test. Only these run, unless paths are named on the command line. The
laws of one alpha and dtype share one search, which the first of them starts.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from entmax_oracle.proofs_checks.conformance.ask import add_options, from_options

if TYPE_CHECKING:
    from entmax_oracle.proofs_checks.conformance import LawResult, Report
    from entmax_oracle.proofs_checks.conformance.checker import Plan

__all__: list[str] = []

_PREFIX = "--entmax-"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Describe the options; they are those of ``entmax-oracle check``."""
    add = parser.getgroup("entmax-oracle", "laws of entmax as tests (entmax-oracle)").addoption
    add(
        "--entmax-impl",
        action="append",
        default=[],
        metavar="TARGET",
        help="package.module:function, path/to/file.py:function or command:./program to test; repeatable",
    )
    # Settings run one by one here, as tests do; pytest-xdist runs them side by side.
    add_options(lambda _: add, _PREFIX, leave_out=("jobs",))


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave the tests of the current folder alone when an implementation is named and no path is."""
    return True if config.option.entmax_impl and config.args_source != pytest.Config.ArgsSource.ARGS else None


def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    """Add the laws."""
    for target in config.option.entmax_impl:
        implementation = Implementation.from_parent(session, name=target)
        items += implementation.collect()


class Implementation(pytest.Collector):
    """One target; its items are the laws in every setting."""

    def collect(self) -> Iterator[pytest.Item]:
        """Make one item per alpha, dtype and law."""
        from entmax_oracle.proofs_checks.conformance.checker import plan
        from entmax_oracle.proofs_checks.conformance.target.loading import locate

        try:
            locate(self.name)
            ask = from_options(self.name, self.config.option, _PREFIX)
            ask.refuse_missing()
            chosen = plan(ask)
        except ValueError as error:
            raise pytest.UsageError(f"--entmax-impl {self.name}: {error}") from None
        for position, each in enumerate(chosen.settings):
            check = SharedCheck(chosen.only(position))
            for law in chosen.held:
                name = f"{law.name}[{each.alpha:g}-{each.dtype}]"
                yield LawItem.from_parent(self, name=name, check=check, law=law.name)


class SharedCheck:
    """One alpha and dtype of one target, checked once when first asked."""

    def __init__(self, chosen: Plan) -> None:
        self.plan = chosen
        self._report: Report | None = None
        self._error: ValueError | None = None

    def result(self, law: str) -> LawResult | None:
        """Give the result of a law; None when the target broke off before it.

        Raises
        ------
        ValueError
            If the target cannot be checked at all.
        """
        from entmax_oracle.proofs_checks.conformance.checker import execute

        if self._error is not None:
            raise self._error
        if self._report is None:
            try:
                self._report = execute(self.plan)
            except ValueError as error:
                self._error = error
                raise
        return next((each for each in self._report.laws if each.law == law), None)


class LawBroken(Exception):
    """A law is violated; the text is the failure that pytest shows."""


class LawItem(pytest.Item):
    """One law in one setting of one target."""

    def __init__(self, *, check: SharedCheck, law: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.check, self.law = check, law

    def runtest(self) -> None:
        """Judge the law."""
        result = self.check.result(self.law)
        if result is None or result.status == "skip":
            pytest.skip(result.message if result else "not judged")
        if result.status == "partial":
            pytest.skip(f"kept by {result.examples} cases, but {result.message}")
        if result.status == "fail":
            lines = [result.statement, f"  {result.message}"]
            for found in result.counterexamples[:1]:
                lines += [f"  again: {found.command}", "", "  or, without this package:", ""]
                lines += [f"    {line}" for line in found.snippet.splitlines()]
            if result.severity == "error":
                raise LawBroken("\n".join(lines))
            self.warn(pytest.PytestWarning("\n".join(lines)))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Show the counterexample, not the stack of the checker."""
        if isinstance(excinfo.value, LawBroken | ValueError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, None, str]:
        """Say where it belongs, for the heading of a failure."""
        return Path(self.check.plan.tasks[0].subject.name), None, self.name
