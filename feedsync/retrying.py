"""Trying again with growing pauses: stamina, which tells nobody of it.

It would print each pause to stdout, which belongs to reports. It takes its time to load, so whoever may not need it loads
this module where it is needed.
"""

from __future__ import annotations

import stamina.instrumentation
from stamina import Attempt, RetryingCaller, retry_context

stamina.instrumentation.set_on_retry_hooks([])

__all__ = ["Attempt", "RetryingCaller", "retry_context"]
