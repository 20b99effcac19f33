"""Dispersion over long contexts: entropies, their floors, and vanishing weights."""
