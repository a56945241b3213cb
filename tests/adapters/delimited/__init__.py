"""Delimited text: every format, every kind of damage."""
