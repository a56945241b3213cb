"""What a schedule's file may say: the settings as models, each value checked and given its meaning.

Secrets are references (an environment variable or a file) that are read only where they are used: a schedule itself
never holds one, and nothing here prints or stores one.
"""

from __future__ import annotations

import os
import re
from decimal import Decimal
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

import msgspec
import xxhash
from apscheduler.triggers.cron import CronTrigger
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    WithJsonSchema,
    model_validator,
)

from feedsync.currencies import EXPONENTS
from feedsync.errors import ConfigError

DEFAULT_BASE_URL = "https://bikapi.bikayi.app/integrations"
_DURATION = re.compile(r"(\d+)\s*([smhd])")
_LONGEST_S = 10 * 366 * 86400
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class _Model(BaseModel):
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


class SecretRef(_Model):
    """Where a secret is: exactly one of an environment variable and a file."""

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
                text = Path(str(self.file)).read_text(encoding="utf-8")
            except (OSError, ValueError) as error:
                reason = f"cannot be read ({type(error).__name__})"
        if not text.strip():
            raise ConfigError("FS-105", where=where, key=key, reference=reference, reason=reason)
        return SecretStr(text.strip())


def _base_url(url: str) -> str:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if (
        not host
        or "@" in parts.netloc
        or not (parts.scheme == "https" or (parts.scheme == "http" and _is_this_machine(host)))
    ):
        raise ValueError("must begin with https:// (http:// only for this machine), since it carries the secret")
    return url.rstrip("/")


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _currency(code: str) -> str:
    if code not in EXPONENTS:
        raise ValueError(f'{code!r} is not an ISO 4217 code such as "INR"')
    return code


def _timezone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f'{name!r} is not a time zone such as "Asia/Kolkata"')
    return name


def _cron(expression: str) -> str:
    try:
        CronTrigger.from_crontab(expression, timezone="UTC")
    except ValueError as error:
        raise ValueError(f"{expression!r} is not a cron expression of five fields: {error}") from None
    return expression


class Bik(_Model):
    """The store: credentials by reference, and how hard it may be pushed."""

    key: SecretRef
    secret: SecretRef
    app_id: str | None = None
    base_url: Annotated[str, AfterValidator(_base_url)] = DEFAULT_BASE_URL
    batch_size: Annotated[int, Field(ge=1, le=500)] = 50
    rate: Annotated[float, Field(gt=0, le=1000, strict=False)] = 2.0
    in_flight: Annotated[int, Field(ge=1, le=8)] = 4
    keep_foreign_catalogs: bool = True


class Auth(_Model):
    """How a feed's server is shown who asks: a user name with a password, or a bearer token."""

    username: str | None = None
    password: SecretRef | None = None
    bearer: SecretRef | None = None

    @model_validator(mode="after")
    def _whole(self) -> Auth:
        basic = self.username is not None and self.password is not None
        if (self.username is None) != (self.password is None) or basic == (self.bearer is not None):
            raise ValueError("give username and password, or bearer")
        return self


class Feed(_Model):
    """One source of products."""

    location: Annotated[str, Field(min_length=1)]
    format: Literal["google-xml"] | None = None
    id_prefix: str = ""
    auth: Auth | None = None
    headers: dict[str, SecretRef] = {}
    accept: frozenset[str] = Field(default=frozenset(), strict=False)
    allow_private_hosts: tuple[str, ...] = Field(default=(), strict=False)
    member: str | None = None


TagField = Literal[
    "brand", "product_type", "google_product_category", "condition", "gender", "age_group", "color", "size", "material",
    "pattern", "custom_label_0", "custom_label_1", "custom_label_2", "custom_label_3", "custom_label_4",
]  # fmt: skip
MetafieldField = Literal[
    "brand", "gtin", "mpn", "condition", "google_product_category", "product_type", "gender", "age_group", "color",
    "size", "material", "pattern", "custom_label_0", "custom_label_1", "custom_label_2", "custom_label_3",
    "custom_label_4", "product_highlight",
]  # fmt: skip


class Products(_Model):
    """How items become products (design, section 6)."""

    currency: Annotated[str, AfterValidator(_currency)] | None = None
    in_stock_quantity: Annotated[int, Field(ge=1)] = 100
    preorder: Literal["buyable", "unbuyable"] = "buyable"
    missing_availability: Literal["reject", "in_stock", "out_of_stock"] = "reject"
    require_image: bool = True
    tags: tuple[TagField, ...] = Field(
        default=("brand", "product_type", "gender", "age_group", "material",
                 "custom_label_0", "custom_label_1", "custom_label_2", "custom_label_3", "custom_label_4"),
        strict=False,
    )  # fmt: skip
    metafields: tuple[MetafieldField, ...] = Field(
        default=("brand", "gtin", "mpn", "condition", "google_product_category", "gender", "age_group", "color",
                 "size", "material", "pattern"),
        strict=False,
    )  # fmt: skip
    ignored_query: tuple[str, ...] = Field(default=(), strict=False)


class Catalogs(_Model):
    """Which catalogs a product belongs to; ``from`` names the attribute, ``depth`` how many levels of its path count."""

    source: Literal[
        "product_type", "google_product_category", "brand", "custom_label_0", "custom_label_1", "custom_label_2",
        "custom_label_3", "custom_label_4", "none",
    ] = Field(default="product_type", alias="from")  # fmt: skip
    depth: Annotated[int, Field(ge=1, le=20)] = 2
    names: dict[str, str] = {}


class Gates(_Model):
    """The limits of the gates (design, section 5)."""

    removals: LimitSetting = Field(default="20%", validate_default=True)


class AbsencePolicy(_Model):
    """What becomes of a variant that its feed no longer names (design, section 4)."""

    after_runs: Annotated[int, Field(ge=1)] = 2
    after: Duration = Field(default="24h", validate_default=True)
    then: Literal["delete", "out_of_stock", "keep"] = "delete"


class Schedule(_Model):
    """One schedule as its file says it, with the name and folder of that file."""

    timezone: Annotated[str, AfterValidator(_timezone)] = "UTC"
    cron: Annotated[str, AfterValidator(_cron)] | None = None
    every: Annotated[Duration, Field(ge=1)] | None = None
    enabled: bool = True
    bik: Bik
    feeds: Annotated[list[Feed], Field(min_length=1, max_length=1)]
    products: Products = Products()
    catalogs: Catalogs = Catalogs()
    gates: Gates = Field(default_factory=Gates)
    absence: AbsencePolicy = AbsencePolicy()

    _name: str = ""
    _file: Path = Path()

    @model_validator(mode="after")
    def _one_clock(self) -> Schedule:
        if self.cron is not None and self.every is not None:
            raise ValueError("give cron or every, not both")
        return self

    @property
    def name(self) -> str:
        """The file's name without ``.toml``, which is the schedule's name everywhere."""
        return self._name

    @property
    def file(self) -> Path:
        """The file itself, for messages and for relative locations."""
        return self._file

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of dates without one."""
        return ZoneInfo(self.timezone)

    def reading_fingerprint(self) -> bytes:
        """Of all settings that decide what an item becomes; a change of it makes every item read again."""
        products = self.products.model_dump(mode="json", exclude={"in_stock_quantity", "preorder", "ignored_query"})
        feeds = [feed.model_dump(mode="json", include={"format", "id_prefix", "member"}) for feed in self.feeds]
        return _digest([self.timezone, feeds, products, self.catalogs.model_dump(mode="json")])

    def deriving_fingerprint(self) -> bytes:
        """Of all settings that decide what a product should be in the store; a change of it derives every product."""
        products = self.products.model_dump(mode="json", include={"in_stock_quantity", "preorder", "ignored_query"})
        return _digest([products, self.absence.model_dump(mode="json"), self.bik.keep_foreign_catalogs])


def _digest(value: object) -> bytes:
    return xxhash.xxh3_128_digest(msgspec.json.encode(value, order="sorted"))
