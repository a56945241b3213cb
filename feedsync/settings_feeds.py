"""What a schedule says of its feeds: where each is, how it is read, and what it is for."""

from __future__ import annotations

import codecs
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from feedsync.settings_map import MapSettings
from feedsync.settings_pages import Pages
from feedsync.settings_values import Duration, Model, SecretRef

#: What is fetched over HTTP.
_HTTP = ("http", "https", "dav", "davs", "webdav", "webdavs")


def _encoding(name: str) -> str:
    try:
        return codecs.lookup(name).name
    except LookupError:
        raise ValueError(f'{name!r} is not an encoding such as "utf-8" or "cp1252"') from None


class Auth(Model):
    """How a feed's server is shown who asks: a user name with a password or a private key (sftp), or a bearer token."""

    username: str | None = None
    password: SecretRef | None = None
    bearer: SecretRef | None = None
    key: SecretRef | None = None
    passphrase: SecretRef | None = None

    @model_validator(mode="after")
    def _whole(self) -> Auth:
        named = self.username is not None and (self.password is not None or self.key is not None)
        loose = self.username is None and (self.password is not None or self.key is not None)
        if named == (self.bearer is not None) or loose or (self.username is not None and not named):
            raise ValueError("give username and password (or, for sftp, username and key), or bearer")
        if self.passphrase is not None and self.key is None:
            raise ValueError("a passphrase is that of a key: give key, too")
        return self


class Read(Model):
    """How a feed's bytes are read, where they alone would be read otherwise."""

    encoding: Annotated[str, AfterValidator(_encoding)] | None = None
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    records: str | None = None
    site: Annotated[str, Field(pattern=r"^https?://[^/\s]+/?$")] | None = None


class Feed(Model):
    """One source of products, or (``supplemental``) of more about the products of the others."""

    location: Annotated[str, Field(min_length=1)]
    format: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")] | None = None
    role: Literal["primary", "supplemental"] = "primary"
    every: Annotated[Duration, Field(ge=1)] | None = None
    id_prefix: str = ""
    auth: Auth | None = None
    headers: dict[str, SecretRef] = Field(default_factory=dict)
    accept: frozenset[str] = Field(default=frozenset(), strict=False)
    allow_private_hosts: tuple[str, ...] = Field(default=(), strict=False)
    member: str | None = None
    read: Read = Read()
    fields: tuple[str, ...] = Field(default=(), strict=False)
    map: MapSettings = Field(default_factory=dict)
    endpoint: Annotated[str, Field(pattern=r"^https?://")] | None = None
    pages: Pages | None = None

    @model_validator(mode="after")
    def _headers_of_http(self) -> Feed:
        scheme, mark, _ = self.location.partition("://")
        if mark and scheme.lower() not in _HTTP and (self.headers or (self.auth and self.auth.bearer)):
            raise ValueError(f"headers and a bearer token are for http and https, not for {scheme.lower()}")
        return self

    @model_validator(mode="after")
    def _fields_of_a_supplement(self) -> Feed:
        if self.fields and self.role == "primary":
            raise ValueError(
                'fields says what a supplemental feed overrides: give role = "supplemental", or leave it out'
            )
        return self
