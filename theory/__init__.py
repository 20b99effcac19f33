"""What is true about α-entmax: definitions, theorems and their bounds as SymPy expressions."""

from .theorem import Claim, Folklore, Hypothesis, Theorem, theorems

__all__ = ["Claim", "Folklore", "Hypothesis", "Theorem", "theorems"]
