"""Exact, certified ground truth and a test oracle for α-entmax attention."""
