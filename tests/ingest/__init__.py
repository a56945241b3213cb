"""Tests of reading documents into the snapshot."""
