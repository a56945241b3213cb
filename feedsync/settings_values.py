"""Kinds of values that settings are made of: durations, limits, references to secrets."""

from __future__ import annotations

import os
import re
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import msgspec
from pydantic import BaseModel, BeforeValidator, ConfigDict, SecretStr, WithJsonSchema, model_validator

from feedsync.errors import ConfigError
from feedsync.secrecy import remember

_DURATION = re.compile(r"(\d+)\s*([smhd])")
_LONGEST_S = 10 * 366 * 86400
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class Model(BaseModel):
    """A table of settings: unknown keys are mistakes, and nothing is converted in silence."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def _duration(value: object) -> object:
    """``"24h"`` as seconds: one or more numbers with s, m, h or d."""
    if not isinstance(value, str):
        raise ValueError('write a duration as text, such as "90s", "15m", "24h" or "2d"')
    if not re.fullmatch(rf"(?:{_DURATION.pattern}\s*)+", value.strip()):
        raise ValueError(f'{value!r} is not a duration: write "90s", "15m", "24h" or "2d"')
    seconds = sum(int(n) * _SECONDS[unit] for n, unit in _DURATION.findall(value))
    if seconds > _LONGEST_S:
        raise ValueError(f"{value!r} is longer than ten years")
    return seconds


Duration = Annotated[
    int,
    BeforeValidator(_duration),
    WithJsonSchema({"type": "string", "pattern": r"^\s*(\d+\s*[smhd]\s*)+$", "examples": ["15m", "24h"]}),
]


class Limit(msgspec.Struct, frozen=True):
    """How much of something is let through: a ``share`` (0 to 1), a ``count``, or neither, which is "off"."""

    share: float | None = None
    count: int | None = None

    @property
    def off(self) -> bool:
        """Whether there is no limit."""
        return self.share is None and self.count is None

    def __str__(self) -> str:
        if self.share is not None:
            return f"{self.share * 100:g}%"
        return "off" if self.count is None else str(self.count)


def _limit(value: object) -> object:
    if isinstance(value, Limit):
        return value
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return Limit(count=value)
    if value == "off":
        return Limit()
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*%", value.strip()) if isinstance(value, str) else None
    if match and float(match[1]) <= 100:
        return Limit(share=float(Decimal(match[1]) / 100))  # the nearest to what is written, as a share is to its count
    raise ValueError('write a share such as "20%", a count such as 50 (0 lets nothing through), or "off"')


LimitSetting = Annotated[
    Any,
    BeforeValidator(_limit),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": r"^\s*(100(\.0+)?|\d{1,2}(\.\d+)?)\s*%\s*$"},
                {"type": "integer", "minimum": 0},
                {"const": "off"},
            ]
        }
    ),
]


def _share(value: object) -> object:
    limit = _limit(value)
    if isinstance(limit, Limit) and limit.count is not None:
        raise ValueError('write a share such as "50%", or "off"')
    return limit


#: A limit that cannot be a count: how far one price moves.
ShareSetting = Annotated[
    Any,
    BeforeValidator(_share),
    WithJsonSchema(
        {"anyOf": [{"type": "string", "pattern": r"^\s*(100(\.0+)?|\d{1,2}(\.\d+)?)\s*%\s*$"}, {"const": "off"}]}
    ),
]


class SecretRef(Model):
    """Where a secret is: exactly one of an environment variable and a file.

    A file's path may name variables, such as ``$CREDENTIALS_DIRECTORY/key``, the folder of systemd's credentials.
    """

    env: str | None = None
    file: str | None = None

    @model_validator(mode="after")
    def _one(self) -> SecretRef:
        if (self.env is None) == (self.file is None):
            raise ValueError('name one place: { env = "NAME" } or { file = "/path" }')
        return self

    def resolve(self, *, key: str, where: str) -> SecretStr:
        """The secret itself.

        Raises:
            ConfigError: FS-105, when the variable is not set or the file cannot be read.
        """
        if self.env is not None:
            text = os.environ.get(self.env, "")
            reference, reason = f"the environment variable {self.env}", "is not set"
        else:
            reference, reason, text = f"the file {self.file}", "is empty", ""
            try:
                text = Path(os.path.expandvars(str(self.file))).read_text(encoding="utf-8")
            except (OSError, ValueError) as error:
                reason = f"cannot be read ({type(error).__name__})"
        if not text.strip():
            raise ConfigError("FS-105", where=where, key=key, reference=reference, reason=reason)
        remember(text.strip())
        return SecretStr(text.strip())
