"""Packages that a command needs beyond the core, looked for before any work."""

from __future__ import annotations

from importlib.util import find_spec

from entmax_oracle.cli import Unusable

__all__ = ["require", "require_report"]

_REPORT = ("jinja2", "matplotlib", "latex2mathml", "markdown_it", "mdit_py_plugins")


def require(what: str, modules: tuple[str, ...], mend: str) -> None:
    """Raise `Unusable`, with what to install, unless all modules can be found.

    Parameters
    ----------
    what : str
        Which option or command needs them.
    modules : tuple of str
        Names to import.
    mend : str
        What to type.
    """
    missing = [name for name in modules if find_spec(name) is None]
    if missing:
        raise Unusable(f"{what}: {', '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing; {mend}")


def require_report(what: str) -> None:
    """Raise `Unusable` unless a page can be made."""
    require(what, _REPORT, "pip install 'entmax-oracle[report]'")
