"""Tests over real feeds, which are read from FEEDSYNC_REAL_FEEDS and skipped without it."""
