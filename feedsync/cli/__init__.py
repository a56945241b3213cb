"""The command line: one file a group of commands. Each parses, calls one function, and shows what came of it."""
