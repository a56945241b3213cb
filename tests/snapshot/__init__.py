"""Tests of the snapshot: its tables, its lock and what it remembers."""
