"""What a schedule's file may say: the settings as models, each value checked and given its meaning.

Secrets are references (an environment variable or a file) that are read only where they are used: a schedule itself
never holds one, and nothing here prints or stores one.
"""

from __future__ import annotations

from importlib.resources import files
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

import msgspec
import xxhash
from pydantic import (
    AfterValidator,
    Field,
    model_validator,
)

from feedsync.currencies import EXPONENTS
from feedsync.settings_alerts import Alerts
from feedsync.settings_feeds import Feed
from feedsync.settings_map import ExpressionText, MapSettings, Rule
from feedsync.settings_values import Duration, LimitSetting, Model, SecretRef, ShareSetting
from feedsync.timing import cron_fields
from feedsync.urls import VOLATILE

DEFAULT_BASE_URL = "https://bikapi.bikayi.app/integrations"


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
    # what this machine has is known when each of its files has been opened, and nearly always is what tzdata lists
    if name not in _listed_timezones() and name not in available_timezones():
        raise ValueError(f'{name!r} is not a time zone such as "Asia/Kolkata"')
    return name


def _listed_timezones() -> list[str]:
    return files("tzdata").joinpath("zones").read_text(encoding="utf-8").split()


def _cron(expression: str) -> str:
    cron_fields(expression)
    return expression


class Bik(Model):
    """The store: credentials by reference, and how hard it may be pushed."""

    key: SecretRef
    secret: SecretRef
    app_id: str | None = None
    base_url: Annotated[str, AfterValidator(_base_url)] = DEFAULT_BASE_URL
    batch_size: Annotated[int, Field(ge=1, le=500)] = 50
    rate: Annotated[float, Field(gt=0, le=1000, strict=False)] = 2.0
    in_flight: Annotated[int, Field(ge=1, le=8)] = 4
    keep_foreign_catalogs: bool = True
    verify: Literal["off", "sample", "all"] = "sample"


TagField = Literal[
    "brand", "product_type", "google_product_category", "condition", "gender", "age_group", "color", "size", "material",
    "pattern", "custom_label_0", "custom_label_1", "custom_label_2", "custom_label_3", "custom_label_4",
]  # fmt: skip
MetafieldField = Literal[
    "brand", "gtin", "mpn", "condition", "google_product_category", "product_type", "gender", "age_group", "color",
    "size", "material", "pattern", "custom_label_0", "custom_label_1", "custom_label_2", "custom_label_3",
    "custom_label_4", "product_highlight",
]  # fmt: skip


class Products(Model):
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


class Catalogs(Model):
    """Which catalogs a product belongs to; ``from`` names the attribute, ``depth`` how many levels of its path count."""

    source: Literal[
        "product_type", "google_product_category", "brand", "custom_label_0", "custom_label_1", "custom_label_2",
        "custom_label_3", "custom_label_4", "none",
    ] = Field(default="product_type", alias="from")  # fmt: skip
    depth: Annotated[int, Field(ge=1, le=20)] = 2
    names: dict[str, str] = Field(default_factory=dict)


class Gates(Model):
    """The limits of the gates (design, section 5); ``price_move`` is how far a price moves before it counts."""

    empty: Literal["always", "off"] = "always"
    identity: LimitSetting = Field(default="50%", validate_default=True)
    invalid: LimitSetting = Field(default="10%", validate_default=True)
    removals: LimitSetting = Field(default="20%", validate_default=True)
    currency: Literal["always", "off"] = "always"
    zero_price: Literal["always", "off"] = "always"
    price: LimitSetting = Field(default="10%", validate_default=True)
    price_move: Annotated[ShareSetting, Field(validate_default=True)] = "50%"
    stock_out: LimitSetting = Field(default="50%", validate_default=True)


class Protect(Model):
    """What is never removed, nor made unbuyable because its feed lacks it: ids, and products that ``match``."""

    ids: tuple[str, ...] = Field(default=(), strict=False)
    match: ExpressionText | None = None


class History(Model):
    """How long the way back to earlier runs is kept, and how long runs are, with what they found and changed.

    ``changes`` has a least value, since the gates look back.
    """

    keep: Duration = Field(default="30d", validate_default=True)
    changes: Annotated[Duration, Field(ge=2 * 86400)] = Field(default="400d", validate_default=True)

    @model_validator(mode="after")
    def _way_back_within(self) -> History:
        if self.keep > self.changes:
            raise ValueError("keep must not be longer than changes: the way back goes along the runs")
        return self


class AbsencePolicy(Model):
    """What becomes of a variant that its feed no longer names (design, section 4)."""

    after_runs: Annotated[int, Field(ge=1)] = 2
    after: Duration = Field(default="24h", validate_default=True)
    then: Literal["delete", "out_of_stock", "keep"] = "delete"


class Schedule(Model):
    """One schedule as its file says it, with the name and folder of that file."""

    timezone: Annotated[str, AfterValidator(_timezone)] = "UTC"
    cron: Annotated[str, AfterValidator(_cron)] | None = None
    every: Annotated[Duration, Field(ge=1)] | None = None
    jitter: Duration = Field(default="0s", validate_default=True)
    enabled: bool = True
    bik: Bik
    feeds: Annotated[list[Feed], Field(min_length=1)]
    map: MapSettings = Field(default_factory=dict)
    rules: tuple[Rule, ...] = Field(default=(), strict=False)
    products: Products = Products()
    catalogs: Catalogs = Catalogs()
    gates: Gates = Field(default_factory=Gates)
    absence: AbsencePolicy = AbsencePolicy()
    protect: Protect = Protect()
    history: History = Field(default_factory=History)
    alerts: Alerts = Field(default_factory=Alerts)

    _name: str = ""
    _file: Path = Path()

    @model_validator(mode="after")
    def _one_clock(self) -> Schedule:
        if self.cron is not None and self.every is not None:
            raise ValueError("give cron or every, not both")
        return self

    @model_validator(mode="after")
    def _a_primary(self) -> Schedule:
        if all(feed.role == "supplemental" for feed in self.feeds):
            raise ValueError("one of the feeds must be primary: a supplemental one only says more about its products")
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
    def clocked(self) -> bool:
        """Whether it runs by itself; else it rests, or runs by hand only."""
        return self.enabled and (self.cron is not None or self.every is not None)

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of dates without one."""
        return ZoneInfo(self.timezone)

    @property
    def ignored_query(self) -> frozenset[str]:
        """The query parameters that do not count where addresses are compared, in small letters."""
        return VOLATILE | {name.lower() for name in self.products.ignored_query}

    def reading_fingerprint(self) -> bytes:
        """Of all settings that decide what an item becomes; a change of it makes every item read again."""
        products = self.products.model_dump(mode="json", exclude={"in_stock_quantity", "preorder", "ignored_query"})
        reading = {"format", "role", "id_prefix", "member", "read", "fields", "map"}
        feeds = [feed.model_dump(mode="json", include=reading, exclude_unset=True) for feed in self.feeds]
        rules = [rule.model_dump(mode="json", exclude_unset=True) for rule in self.rules]
        mapped = {name: field.model_dump(mode="json", exclude_unset=True) for name, field in self.map.items()}
        return _digest([self.timezone, feeds, products, self.catalogs.model_dump(mode="json"), mapped, rules])

    @property
    def supplemental(self) -> tuple[int, ...]:
        """The places of the feeds that only say more about the products of the others."""
        return tuple(number for number, feed in enumerate(self.feeds) if feed.role == "supplemental")

    def deriving_fingerprint(self) -> bytes:
        """Of all settings that decide what a product should be in the store; a change of it derives every product."""
        products = self.products.model_dump(mode="json", include={"in_stock_quantity", "preorder", "ignored_query"})
        protect = self.protect.model_dump(mode="json")
        return _digest([products, self.absence.model_dump(mode="json"), self.bik.keep_foreign_catalogs, protect])


def _digest(value: object) -> bytes:
    return xxhash.xxh3_128_digest(msgspec.json.encode(value, order="sorted"))
