"""Networks of such attention: collapse of representations, gradient paths, positions."""
