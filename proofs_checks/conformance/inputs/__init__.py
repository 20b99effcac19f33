"""Inputs of the laws: hard rows as short descriptions, and the strategies that draw them."""
