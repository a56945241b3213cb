"""A schedule's settings: one TOML file, checked whole before anything starts.

The models say what is allowed; a mistake is a :class:`ConfigError` that names the file, the line and the nearest known
key. Secrets are references (an environment variable or a file) that are read only where they are used: a schedule
itself never holds one, and nothing here prints or stores one.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Iterator
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
    ValidationError,
    WithJsonSchema,
    model_validator,
)

from feedsync.currencies import EXPONENTS
from feedsync.errors import ConfigError

DEFAULT_BASE_URL = "https://bikapi.bikayi.app/integrations"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
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
        return Limit(share=float(match[1]) / 100)
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
    after: Duration = 24 * 3600
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


def load(path: Path) -> Schedule:
    """One schedule from its file.

    Raises:
        ConfigError: FS-101 (not TOML), FS-102 (an unknown key), FS-103 (a wrong value), FS-106 (no such file).
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
        data = tomllib.loads(text)
    except OSError as error:
        raise ConfigError("FS-106", reason=f"{path}: cannot be read: {error.strerror}") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError("FS-101", file=str(path), reason=str(error)) from None
    mistake = None
    try:
        schedule = Schedule.model_validate(data)
    except ValidationError as error:
        mistake = _explain(path, text, error)
    if mistake:
        raise mistake  # out here, since the library's error quotes what the file holds, and would hang on to this one
    schedule._name, schedule._file = path.stem, path
    return schedule


def find(directory: Path, name: str) -> Path:
    """The file of the schedule of that name.

    Raises:
        ConfigError: FS-104, naming the nearest schedule there is.
    """
    path = directory / f"{name}.toml"
    if NAME.fullmatch(name) and path in schedule_files(directory):
        return path
    near = difflib.get_close_matches(name, [p.stem for p in schedule_files(directory)], 1)
    raise ConfigError("FS-104", name=name, directory=directory, hint=f"; did you mean {near[0]!r}?" if near else "")


def schedule_files(directory: Path) -> list[Path]:
    """All schedules' files, by name; a hidden file is none."""
    return sorted(p for p in directory.glob("*.toml") if NAME.fullmatch(p.stem) and not p.is_dir())


def _explain(path: Path, text: str, error: ValidationError) -> ConfigError:
    """The first mistake with its line, its key and, for an unknown key, the nearest known one."""
    lines = dict(_key_lines(text))
    errors = error.errors(include_url=False, include_context=False)
    first = min(errors, key=lambda e: e["type"] != "extra_forbidden")  # a wrong key explains a missing one
    location = [str(part) for part in first["loc"]]
    line = next((lines[key] for n in range(len(location), 0, -1) if (key := tuple(location[:n])) in lines), 1)
    where, shown = f"{path}:{line}", ".".join(p for p in location if not p.isdigit())
    if first["type"] == "extra_forbidden":
        near = difflib.get_close_matches(location[-1], _known_keys(location[:-1]), 1, 0.5)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        return ConfigError("FS-102", where=where, key=location[-1], hint=hint)
    reason = first["msg"].removeprefix("Value error, ")
    return ConfigError("FS-103", where=where, key=shown or "the schedule", reason=reason[:1].lower() + reason[1:])


def _known_keys(location: list[str]) -> list[str]:
    """The keys that are allowed at a place, read from the JSON Schema so that they are written once."""
    schema = Schedule.model_json_schema(by_alias=True)
    node: dict[str, Any] = schema
    for part in location:
        named = node.get("properties", {}).get(part, node.get("additionalProperties", {}))
        node = node.get("items", {}) if part.isdigit() else named if isinstance(named, dict) else {}
        for choice in node.get("anyOf", [node]):
            if "$ref" in choice:
                node = schema["$defs"][choice["$ref"].rsplit("/", 1)[1]]
    return list(node.get("properties", {}))


_HEADER = re.compile(r"\s*\[(\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"\s*([A-Za-z0-9_.\"'-]+)\s*=")
_INLINE_KEY = re.compile(r"[{,]\s*([A-Za-z0-9_-]+)\s*=")


def _key_lines(text: str) -> Iterator[tuple[tuple[str, ...], int]]:
    """The line (from 1) of each key path. ``tomllib`` keeps no positions; this knows the shapes a schedule has."""
    table: tuple[str, ...] = ()
    counts: dict[tuple[str, ...], int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            table = ()
            for part in header[2].split("."):
                table = (*table, part.strip(" \"'"))
                if table in counts and not header[1]:
                    table = (*table, str(counts[table]))
            if header[1]:
                counts[table] = counts.get(table, -1) + 1
                yield table, number
                table = (*table, str(counts[table]))
            yield table, number
        elif key := _KEY.match(line):
            path = (*table, *(part.strip("\"'") for part in key[1].split(".")))
            yield path, number
            for inline in _INLINE_KEY.finditer(line):
                yield (*path, inline[1]), number


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a schedule file, for editors; ``schedule.schema.json`` is exactly this."""
    schema = Schedule.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "A feedsync schedule"}
