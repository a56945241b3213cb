"""Schedules with several feeds."""
