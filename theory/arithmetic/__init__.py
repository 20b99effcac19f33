"""Floating-point arithmetic: rounding, and what an error budget rests on."""
