"""Tests of the local Bik."""
