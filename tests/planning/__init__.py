"""The plan: what the gates hold, what is let through, and what only some products get."""
