"""Checks of normalisers of the field: ``f(z, **parameters)``, attention weights over the last axis."""
