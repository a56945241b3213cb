"""Measurements: what a run costs, as ratios within one session on one machine."""
