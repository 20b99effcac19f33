"""Executed arguments for theorems, and what each kind of them shows."""
