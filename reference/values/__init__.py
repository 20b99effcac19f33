"""Tier 1: float64 values, fast and accurate to a few ulps."""
