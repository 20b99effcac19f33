"""Tier 2: ball arithmetic, with two-sided certificates."""
