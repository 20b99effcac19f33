"""The commands of ``entmax-oracle``, one module each, and what they share in `writing`."""
