"""The changes between what was sent and what should be."""
