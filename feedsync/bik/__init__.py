"""Bik: everything that knows its API."""
