"""The commands of ``entmax-oracle``, one module each."""
