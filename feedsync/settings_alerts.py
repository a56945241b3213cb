"""Who is told when a schedule's state changes, and what counts as such a change."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from pydantic import Field

from feedsync.settings_values import Duration, Model, SecretRef, ShareSetting

AlertKind = Literal[
    "failed", "credentials", "settings", "held", "rejected", "silent", "unchanged", "swung", "drifted",
]  # fmt: skip
KINDS: tuple[AlertKind, ...] = get_args(AlertKind)


class Alerts(Model):
    """The table ``[alerts]``. Each reference of ``to`` holds one or more addresses of apprise, which carry secrets.

    ``silent_after`` is the longest time without a good run, ``unchanged_after`` without a changed document (seconds);
    ``swing`` is how far the number of items may be from the usual one.
    """

    to: tuple[SecretRef, ...] = Field(default=(), strict=False)
    on: tuple[AlertKind, ...] = Field(default=KINDS, strict=False)
    silent_after: Annotated[Duration, Field(ge=60, validate_default=True)] = "26h"  # type: ignore[assignment]
    unchanged_after: Annotated[Duration, Field(ge=60, validate_default=True)] = "7d"  # type: ignore[assignment]
    swing: Annotated[ShareSetting, Field(validate_default=True)] = "30%"

    @property
    def swing_share(self) -> float | None:
        """``swing`` as a share of the usual number; None: off."""
        limit: Any = self.swing
        return float(limit.share) if limit.share is not None else None
