"""One pass of one schedule, against small feeds and the sandbox."""
