"""Tests of feedsync.bik."""
