"""Tests of the upkeep of snapshots."""
