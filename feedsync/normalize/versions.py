"""The versions of what items are read as."""

from __future__ import annotations

#: Raised with every change of what an item becomes, so that a snapshot reads all items again.
NORMALIZER_VERSION = 1
#: Raised with every change of what a mapping or a rule makes of a record, so that a snapshot reads all items again.
MAPPING_VERSION = 1
