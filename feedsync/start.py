"""The start of the program: the command ``feedsync`` and ``python -m feedsync``."""

from __future__ import annotations

import gc
import os
import sys

#: A run makes many objects, and hardly one that refers back to itself.
_OBJECTS_A_COLLECTION = 50_000


def main(arguments: list[str] | None = None) -> None:
    """Run the program and leave with its exit code."""
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # to look for some goes through all that is installed
    gc.disable()  # what is loaded stays: to look through it for garbage takes a tenth of a short run's time
    from feedsync.cli.main import run_program

    gc.freeze()
    gc.set_threshold(_OBJECTS_A_COLLECTION)
    gc.enable()
    code = run_program(sys.argv[1:] if arguments is None else arguments)
    gc.freeze()  # nor need the interpreter look through everything once more at its end
    sys.exit(code)
