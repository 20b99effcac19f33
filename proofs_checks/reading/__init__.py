"""Read one SymPy relation in several arithmetics: exact numbers, balls, closed forms, solver terms."""
