"""Evidence for the theorems of :mod:`entmax_oracle.theory.dispersion`."""
