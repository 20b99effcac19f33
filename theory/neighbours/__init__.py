"""Other normalisers of the field, and where they differ."""
