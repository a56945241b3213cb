"""Where bytes come from.

A feed's location becomes a *document* on disk (:func:`fetch`), and a document is opened, again and again, as a bounded
stream of inflated bytes (:func:`open_stream`). Nothing in here knows a feed's format, and nothing that leaves it (a
message, a ``repr``, a log line) holds a secret.
"""

from feedsync.sources.document import Credentials, Damaged, Document, Limits, Validators
from feedsync.sources.fetch import fetch
from feedsync.sources.inflate import open_stream
from feedsync.sources.local import unchanged
from feedsync.sources.redact import redact

__all__ = [
    "Credentials",
    "Damaged",
    "Document",
    "Limits",
    "Validators",
    "fetch",
    "open_stream",
    "redact",
    "unchanged",
]
