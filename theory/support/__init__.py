"""Which tokens get a probability at all, and the limits of scale and order."""
