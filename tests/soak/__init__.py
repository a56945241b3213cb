"""A day of a daemon in fast time."""
