"""The theorems for a proof assistant: claims printed as propositions of Coq, and their proofs.

:mod:`.printer` prints a claim, :mod:`.settings` says what its symbols mean, :mod:`.statements` puts both together.
``Definitions.v`` is what a reader has to trust, ``Statements.v`` is printed, ``lemmas/`` and ``proofs/`` are by hand.
"""

from .printer import Unprintable
from .setting import Setting
from .settings import SETTINGS
from .statements import Statement, printed, source, statements

__all__ = ["SETTINGS", "Setting", "Statement", "Unprintable", "printed", "source", "statements"]
