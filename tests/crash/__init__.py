"""A run that dies at any instant costs at most a repeated call: real processes, killed for real."""
