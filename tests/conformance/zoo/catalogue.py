"""Every implementation of the zoo."""

from __future__ import annotations

from zoo import mapping  # isort: skip  (they list themselves, in this order)
from zoo import gradients  # isort: skip
from zoo import attention  # isort: skip
from zoo import features  # isort: skip
from zoo import honest  # isort: skip
from zoo.registry import FAULTS, GRADES, HONEST, Specimen

__all__ = ["FAULTS", "GRADES", "HONEST", "Specimen", "attention", "features", "gradients", "honest", "mapping"]
