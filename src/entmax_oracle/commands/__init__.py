"""The commands of ``entmax-oracle``, one module each, and how they write (`writing`) and show (`showing`) results."""
