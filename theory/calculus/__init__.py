"""Derivatives, smoothness and losses."""
