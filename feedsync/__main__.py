"""``python -m feedsync``."""

from feedsync.cli.main import main

main()
