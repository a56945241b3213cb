"""Tests of what the project is installed and run by."""
