"""Tests of the browser page: what it shows, what it refuses, and how a person finds their way."""
