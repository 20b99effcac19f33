"""The laws of entmax as tests: ``pytest --entmax-impl module:function``, or `testing.laws` in a module of tests.

Each alpha and dtype is a collector, and each law in it a test. A setting is one search, which goes on as far as the
test that is running asks: what is not selected is not searched. With pytest-xdist a setting stays in one worker.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from entmax_oracle.proofs_checks.conformance.ask import OPTIONS, Ask, add_options, destination, from_options, spelled
from entmax_oracle.proofs_checks.conformance.target.loading import is_program, whereabouts
from entmax_oracle.testing import TOGETHER, Laws, planned

if TYPE_CHECKING:
    from entmax_oracle.proofs_checks.conformance import LawResult
    from entmax_oracle.proofs_checks.conformance.checker import Plan
    from entmax_oracle.proofs_checks.conformance.stepwise import Stepwise

__all__: list[str] = []

_Wrapping = Generator[None, pytest.CollectReport, pytest.CollectReport]

_PREFIX = "--entmax-"
_PLANS = pytest.StashKey[dict[str, "Plan"]]()
_IMPLEMENTATION = "package.module:function, path/to/file.py:function or command:./program to test; repeatable"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Describe the options, which are those of ``entmax-oracle check``, for the command line and for ini files."""
    add = parser.getgroup("entmax-oracle", "laws of entmax as tests (entmax-oracle)").addoption
    add("--entmax-impl", action="append", default=[], metavar="TARGET", help=_IMPLEMENTATION)
    add_options(lambda _: add, _PREFIX, leave_out=TOGETHER)
    parser.addini("entmax_impl", _IMPLEMENTATION, type="linelist")
    for name, option in OPTIONS.items():
        if name not in TOGETHER:
            kind: Any = "bool" if getattr(Ask, name) is False else "args" if option.repeatable else "string"
            parser.addini(_ini(name), option.help, type=kind)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave the tests of the current folder alone when an implementation is named and no path is."""
    return True if config.option.entmax_impl and not _paths_are_named(config) else None


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Refuse, once and before any work, a target or an option that cannot be used."""
    plans = session.config.stash[_PLANS] = {}
    for target in _targets(session.config):
        try:
            plans[target] = planned(_asked(target, session.config))
        except ValueError as error:
            raise pytest.UsageError(f"--entmax-impl {target}: {spelled(str(error), _PREFIX)}") from None


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Add the implementations that are named to what the session holds."""
    report = yield
    if isinstance(collector, pytest.Session) and report.result is not None:
        for target, plan in collector.config.stash[_PLANS].items():
            report.result.append(Implementation.from_parent(collector, name=target, nodeid=target, plan=plan))
    return report


def pytest_pycollect_makeitem(collector: pytest.Collector, name: str, obj: object) -> pytest.Collector | None:
    """Collect what `testing.laws` made."""
    if not isinstance(obj, Laws):
        return None
    made: Implementation = Implementation.from_parent(collector, name=name, plan=obj.plan)
    return made


def pytest_collection_finish(session: pytest.Session) -> None:
    """Search for what is selected alone."""
    for item in session.items:
        if isinstance(item, LawItem):
            item.setting.selected.add(item.law)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Keep the laws of a setting in one worker."""
    from .pytest_grouping import scheduler

    return scheduler(config, log)


def _paths_are_named(config: pytest.Config) -> bool:
    return config.args_source == pytest.Config.ArgsSource.ARGS


def _targets(config: pytest.Config) -> list[str]:
    """Return the implementations of the command line; else those of the ini file, unless certain tests are asked for.

    Files that an ini file names are relative to it.
    """
    if config.option.entmax_impl or _paths_are_named(config):
        return list(config.option.entmax_impl)
    folder = config.rootpath if config.inipath is None else config.inipath.parent
    return [_anchored(each, folder) for each in config.getini("entmax_impl")]


def _anchored(target: str, folder: Path) -> str:
    place, colon, name = target.rpartition(":")
    if is_program(target) or not place.endswith(".py"):
        return target
    return f"{os.path.relpath(folder / place)}{colon}{name}"


def _asked(target: str, config: pytest.Config) -> Ask:
    """Ask for what the command line says, and for the rest what the ini file does."""
    names = [name for name in OPTIONS if name not in TOGETHER]
    words = {name: getattr(config.option, destination(_PREFIX, name)) for name in names}
    words = {name: value for name, value in words.items() if value is not None and value is not False}
    replaced = {"alphas", "fixed_alpha"} if words.keys() & {"alphas", "fixed_alpha"} else set()  # one or the other
    inis = {name: _in_file(name, config) for name in names if name not in words.keys() | replaced}
    given = {destination(_PREFIX, name): value for name, value in (inis | words).items()}
    return from_options(target, argparse.Namespace(**given), _PREFIX)


def _in_file(name: str, config: pytest.Config) -> Any:
    """Read an option of the ini file; None if it is not there."""
    value, option = config.getini(_ini(name)), OPTIONS[name]
    if isinstance(value, bool):
        return value
    try:
        if isinstance(value, list):
            return [option.each(str(each)) for each in value] or None
        return option.each(value) if value else None
    except (argparse.ArgumentTypeError, ValueError) as error:
        raise ValueError(f"{_ini(name)}: {error}") from None


def _ini(name: str) -> str:
    return f"entmax_{OPTIONS[name].flag}".replace("-", "_")


class Implementation(pytest.Collector):
    """One target; it has the settings in which it is checked."""

    def __init__(self, *, plan: Plan, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.plan = plan
        subject = plan.tasks[0].subject
        path, line = whereabouts(subject.target) or (Path(subject.name), 1)
        self.place = path, line
        self.unusable = ""
        """Why it cannot be checked at all, once that is known."""

    def collect(self) -> Iterator[InSetting]:
        """Make one collector for each alpha and dtype."""
        for position, setting in enumerate(self.plan.settings):
            name = f"{repr(setting.alpha).removesuffix('.0')}-{setting.dtype}"
            yield InSetting.from_parent(self, name=name, plan=self.plan.only(position))


class InSetting(pytest.Collector):
    """One alpha and dtype of one target; its items are laws."""

    parent: Implementation

    def __init__(self, *, plan: Plan, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.plan = plan
        self.selected: set[str] = set()
        self._known: dict[str, LawResult] = {}
        self._search: Stepwise | None = None
        if self.config.pluginmanager.hasplugin("xdist"):
            self.add_marker(pytest.mark.xdist_group(self.nodeid))

    def collect(self) -> Iterator[LawItem]:
        """Make one test for each law; those that look at every call come last."""
        from entmax_oracle.proofs_checks.conformance.law import Law

        for law in sorted(self.plan.held, key=lambda each: not isinstance(each, Law)):
            yield LawItem.from_parent(self, name=law.name)

    def result(self, law: str) -> LawResult | None:
        """Give the result of a law; None when the target broke off before it.

        Raises
        ------
        ValueError
            If the target cannot be checked at all.
        """
        if law in self._known:
            return self._known[law]
        if self._search is None:
            self._search = self._begin()
        found = self._search.result(law)
        if found is not None:
            self._known[law] = found
        return found

    def teardown(self) -> None:
        """Let go of the target when no test here comes next, and save what failed, which is tried first next time."""
        if self._search is None:
            return
        from entmax_oracle.proofs_checks.conformance.checker import save
        from entmax_oracle.proofs_checks.conformance.results.events import Judged

        self._search.close()
        self._search = None
        setting = self.plan.settings[0]
        save(self.plan, (Judged(setting.alpha, setting.dtype, each) for each in self._known.values()))

    def _begin(self) -> Stepwise:
        from entmax_oracle.proofs_checks.conformance.checker import plan
        from entmax_oracle.proofs_checks.conformance.stepwise import Stepwise

        left = [each.name for each in self.plan.held if each.name in self.selected - set(self._known)]
        if len(left) == len(self.plan.held):
            return Stepwise(self.plan.tasks[0])
        chosen = plan(replace(self.plan.ask, laws=tuple(left)))
        task = next(
            task
            for task in chosen.tasks
            if (task.setting.alpha, task.setting.dtype) == (self.plan.settings[0].alpha, self.plan.settings[0].dtype)
        )
        return Stepwise(task)


class LawItem(pytest.Item):
    """One law in one setting of one target."""

    parent: InSetting

    @property
    def setting(self) -> InSetting:
        """The collector that it is an item of."""
        return self.parent

    @property
    def law(self) -> str:
        """The name of the law, which is that of the test."""
        return self.name

    def runtest(self) -> None:
        """Check the law."""
        from entmax_oracle.proofs_checks.conformance.results.events import ALWAYS_HELD

        __tracebackhide__ = True
        implementation = self.setting.parent
        if implementation.unusable:
            pytest.skip(f"{implementation.name} cannot be used: {implementation.unusable}")
        try:
            result = self.setting.result(self.law)
            for held in ALWAYS_HELD:
                if result is not None and result.status == "skip" and held not in self.setting.selected:
                    # This says why no call gave an answer; without it all would be skipped, and the run succeed.
                    missing = self.setting.result(held)
                    result = missing if missing is not None and missing.status == "fail" else result
        except ValueError as error:
            implementation.unusable = str(error)
            raise LawBroken(str(error)) from None
        if result is None or result.status == "skip":
            pytest.skip(result.message if result else "not checked")
        if result.status == "partial":
            pytest.skip(f"passed in {result.examples} cases, but {result.message}")
        if result.status == "fail":
            if result.severity == "error":
                raise LawBroken(_told(result))
            self.warn(pytest.PytestWarning(_told(result)))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Show the counterexample, not the stack of the checker."""
        if isinstance(excinfo.value, LawBroken):
            return Finding(str(excinfo.value), *self.setting.parent.place)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Say where the target is defined, which is where a fault has to be mended."""
        path, line = self.setting.parent.place
        return path, line - 1, f"{self.setting.parent.name} {self.setting.name} {self.name}"


class LawBroken(Exception):
    """A law is violated; the text is the failure that pytest shows."""


@dataclass(frozen=True)
class Crash:
    """Where a failure is, and what it is in short; the summary of pytest, JUnit XML and annotations read this."""

    path: str
    lineno: int
    message: str


class Finding:
    """What pytest shows of a violated law.

    Parameters
    ----------
    text : str
        In full.
    path, line
        Where the target is defined.
    """

    def __init__(self, text: str, path: Path, line: int) -> None:
        self.text = text
        self.reprcrash = Crash(str(path), line, text.splitlines()[0])

    def __str__(self) -> str:
        return self.text

    def toterminal(self, writer: Any) -> None:
        """Write the text."""
        writer.line(self.text)


def _told(result: LawResult) -> str:
    """Say what is wrong, and how to reproduce it."""
    lines = [result.message, f"  the law: {result.statement}"]
    if result.cause:
        lines.append(f"  explained by the failure of {result.cause!r}")
    for found in result.counterexamples[:1]:
        lines += [f"  diagnosis: {said}" for said in found.diagnosis]
        lines += ["  Reproduce with:", f"    {found.command}", "  or, without entmax-oracle:"]
        lines += [f"    {line}".rstrip() for line in found.snippet.splitlines()]
    return "\n".join(lines)
