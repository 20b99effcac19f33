"""Tier 3: rationals for alpha = 2, algebraic numbers for alpha = 1 + 1/k, and logits for chosen probabilities.

Nothing is imported here: `solve` brings SymPy, which takes longer to import than the rest of the room.
"""
