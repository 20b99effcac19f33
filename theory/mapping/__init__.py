"""The mapping itself: entropies, the threshold, how it is solved, and what softmax is to it."""
