"""Random logits: scale laws, and supports, entropies and tails."""
