"""The snapshot: one SQLite file a schedule, with what the feeds say, what Bik acknowledged, and how both came about."""
