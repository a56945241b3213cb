"""Libraries that only some feeds need: imported when one does, and named by their extra when they are missing."""

from __future__ import annotations

import importlib
from typing import Any

from feedsync.errors import Fatal


def needed(module: str, *, extra: str, location: str) -> Any:
    """Import a module. Raises :class:`Fatal` (FS-209), which names the extra to install, when it is not there."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise Fatal("FS-209", location=location, extra=extra) from error
