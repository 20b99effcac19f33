"""Length generalisation, replayed at a size that anyone can rerun, and proved at every length where it can be."""

from .checking import Checked, check
from .contenders import CONTENDERS, Contender, contender
from .needle import Needle
from .results import SCHEMA, Experiment, Model, Study
from .running import PROFILES, run

__all__ = [
    "CONTENDERS",
    "PROFILES",
    "SCHEMA",
    "Checked",
    "Contender",
    "Experiment",
    "Model",
    "Needle",
    "Study",
    "check",
    "contender",
    "run",
]
