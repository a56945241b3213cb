"""The browser page: all schedules and their health, what each run changed, and what waits for a word of a person."""
