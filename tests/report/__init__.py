"""Tests of the view model of a run, and of how a person reads it."""
