"""``pytest --entmax-impl module:function``: the laws of entmax as tests of an implementation.

Every law of every alpha and dtype becomes one test. Only these run, unless paths are named on the command line. The
laws of one alpha and dtype share one search, which the first of them starts.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from entmax_oracle.proofs_checks.conformance import LawResult, Report

__all__: list[str] = []


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
    kinds = ("mapping", "attention", "loss", "normaliser")
    add("--entmax-kind", choices=kinds, default="mapping", help="what it computes")
    add("--entmax-against", metavar="NAME", help="the normaliser that it should be")
    add("--entmax-without", action="append", default=[], metavar="NAME", help="what attention lacks; repeatable")
    add("--entmax-array", choices=("numpy", "torch", "jax"), default="torch", help="arrays it takes (default: torch)")
    add("--entmax-device", default="cpu", metavar="DEV", help="where they live, for example cuda:0")
    add("--entmax-alpha", action="append", type=float, default=[], metavar="A", help="repeatable (default: 1.5)")
    add("--entmax-fixed-alpha", type=float, metavar="A", help="the function takes no alpha; it is entmax with this one")
    add("--entmax-dtype", action="append", default=[], metavar="D", help="repeatable (default: float32)")
    add("--entmax-compute-dtype", metavar="D", help="arithmetic that it promises")
    add("--entmax-grad", action="store_true", help="also test its gradient")
    add("--entmax-grad-alpha", action="store_true", help="also test its gradient in alpha")
    add("--entmax-law", action="append", default=[], metavar="NAME", help="only this law; repeatable")
    add("--entmax-skip-law", action="append", default=[], metavar="NAME", help="not this law; repeatable")
    add("--entmax-profile", choices=("quick", "standard", "deep"), default="quick", help="how long to look")
    add("--entmax-seconds", type=float, metavar="S", help="about so many for a setting, for slow targets")
    add("--entmax-seed", type=int, default=0, metavar="N", help="the same seed draws the same cases")


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
        from entmax_oracle.proofs_checks.conformance.kinds.normaliser.request import ask_for
        from entmax_oracle.proofs_checks.conformance.laws import choose

        option = self.config.option
        offered = ["gradient"] * (option.entmax_grad or option.entmax_grad_alpha)
        offered += ["alpha gradient"] * option.entmax_grad_alpha
        fixed = option.entmax_fixed_alpha
        alphas = (fixed,) if fixed is not None else tuple(option.entmax_alpha) or (1.5,)
        try:
            if option.entmax_kind == "normaliser":
                asked = ask_for(option.entmax_against, alphas, fixed, None, None, grad=option.entmax_grad)
                alphas, offered = asked.alphas, [*offered, *asked.offered]
            contracts, laws = choose(
                tuple(option.entmax_law),
                tuple(option.entmax_skip_law),
                kind=option.entmax_kind,
                offered=tuple(offered),
            )
        except ValueError as error:
            raise pytest.UsageError(f"--entmax-impl {self.name}: {error}") from None
        for alpha in alphas:
            for dtype in option.entmax_dtype or ("float32",):
                setting = Setting(self.name, alpha, dtype, self.config)
                for law in [each.name for each in contracts] + [each.name for each in laws]:
                    yield LawItem.from_parent(self, name=f"{law}[{alpha:g}-{dtype}]", setting=setting, law=law)


class Setting:
    """One alpha and dtype of one target, checked once when first asked."""

    def __init__(self, target: str, alpha: float, dtype: str, config: pytest.Config) -> None:
        self.target, self.alpha, self.dtype, self.option = target, alpha, dtype, config.option
        self._report: Report | None = None
        self._error: ValueError | None = None

    def result(self, law: str) -> LawResult | None:
        """Give the result of a law; None when the target broke off before it.

        Raises
        ------
        ValueError
            If the target cannot be checked at all.
        """
        if self._error is not None:
            raise self._error
        if self._report is None:
            try:
                self._report = self._check()
            except ValueError as error:
                self._error = error
                raise
        return next((each for each in self._report.laws if each.law == law), None)

    def _check(self) -> Report:
        from entmax_oracle.proofs_checks.conformance import check
        from entmax_oracle.reference.normalisers import NORMALISERS

        option = self.option
        # A normaliser without alpha is asked for none; its settings name the alpha whose edges the rows aim at.
        has_alpha = option.entmax_against is None or "alpha" in NORMALISERS[option.entmax_against].parameters
        return check(
            self.target,
            (self.alpha,) if has_alpha else (1.5,),
            (self.dtype,),
            option.entmax_array,
            kind=option.entmax_kind,
            fixed_alpha=option.entmax_fixed_alpha,
            device=option.entmax_device,
            grad=option.entmax_grad,
            grad_alpha=option.entmax_grad_alpha,
            compute_dtype=option.entmax_compute_dtype,
            laws=option.entmax_law,
            skip_laws=option.entmax_skip_law,
            profile=option.entmax_profile,
            seed=option.entmax_seed,
            seconds=option.entmax_seconds,
            without=option.entmax_without,
            against=option.entmax_against,
        )


class LawBroken(Exception):
    """A law is violated; the text is the failure that pytest shows."""


class LawItem(pytest.Item):
    """One law in one setting of one target."""

    def __init__(self, *, setting: Setting, law: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.setting, self.law = setting, law

    def runtest(self) -> None:
        """Judge the law."""
        result = self.setting.result(self.law)
        if result is None or result.status == "skip":
            pytest.skip(result.message if result else "not judged")
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
        return Path(self.setting.target), None, self.name
