"""Normalizing: attributes of an item to a variant."""
