"""Tests of units and crontabs."""
