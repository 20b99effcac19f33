"""Checks of Fenchel-Young losses: ``f(z, y, alpha)``, one loss per row of logits and class index."""
