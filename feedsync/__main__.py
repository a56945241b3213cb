"""``python -m feedsync``."""

from feedsync.start import main

main()
