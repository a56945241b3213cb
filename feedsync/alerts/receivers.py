"""Who is told, through apprise: any of its services, by addresses that carry secrets.

Nothing that apprise says goes further than this module: its messages and its log quote addresses. What is told of a failure
is its kind alone. An answer that leads elsewhere is a failure, since a redirected message is read again, without its text.
"""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any

import msgspec

from feedsync.errors import ConfigError
from feedsync.settings import Schedule
from feedsync.settings_values import SecretRef

#: Stands between the place of the addresses and the number of one of them, in a receiver's name.
ADDRESS = ", address "
_HEARD: ContextVar[list[str] | None] = ContextVar("heard", default=None)
_STATUS = re.compile(r"\berror=(\d{3})\b")


class Message(msgspec.Struct, frozen=True):
    """A message as plain text; ``level`` is ``failure``, ``warning``, ``success`` or ``info``."""

    title: str
    body: str
    level: str


class Receiver:
    """One address of apprise. ``name`` says where it stands in the settings, and never what it is."""

    def __init__(self, name: str, service: Any, problem: str | None = None) -> None:
        self.name = name
        self._service, self._problem = service, problem

    def send(self, message: Message) -> str | None:
        """Send; why it could not be, or None. It never raises."""
        if self._service is None:
            return self._problem
        apprise = _library()
        bot = apprise.Apprise()
        bot.add(self._service)
        with _overheard() as heard:
            try:
                taken = bot.notify(
                    title=message.title,
                    body=message.body,
                    notify_type=message.level,
                    body_format=apprise.NotifyFormat.TEXT,
                )
            except Exception as error:  # a service's own code may do anything, and a sync must not end by it
                return f"{self._service.service_name} failed ({type(error).__name__})"
        if taken:
            return None
        status = next((match[1] for line in heard if (match := _STATUS.search(line))), None)
        return f"{self._service.service_name} did not take it" + (f" (it answered {status})" if status else "")


def receivers(schedule: Schedule) -> list[Receiver]:
    """Everybody that ``[alerts] to`` names; one whose address is missing or wrong only knows what is wrong."""
    return [receiver for ref in schedule.alerts.to for receiver in _of(schedule, ref)]


def place(ref: SecretRef) -> str:
    """Where the addresses are, for people."""
    return f"env {ref.env}" if ref.env is not None else f"file {ref.file}"


def _of(schedule: Schedule, ref: SecretRef) -> Iterator[Receiver]:
    name = place(ref)
    try:
        addresses = ref.resolve(key="to", where=f"{schedule.file}: [alerts]").get_secret_value()
    except ConfigError as error:
        yield Receiver(name, None, f"{error.code}: {error.message}")
        return
    apprise = _library()
    asset = apprise.AppriseAsset(storage_mode="memory")
    asset.http_redirects = False
    with _overheard():
        bot = apprise.Apprise(asset=asset)
        understood = bot.add(addresses)
        services = list(bot)
    if not understood:
        yield Receiver(name, None, "not all of it are addresses that apprise knows (https://appriseit.com)")
    for number, service in enumerate(services, 1):
        yield Receiver(f"{name}{ADDRESS}{number}", service)


@cache
def _library() -> Any:
    """apprise with all of its services: half a second and 20 MB, for those who have alerts."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of what some services are made of
        import apprise

        apprise.Apprise.instantiate("json://localhost")
    logger = logging.getLogger("apprise")
    logger.propagate = False
    logger.addHandler(_Ear())
    return apprise


class _Ear(logging.Handler):
    """Hears what apprise logs, for whom it does it: its threads know that by their context."""

    def emit(self, record: logging.LogRecord) -> None:
        """Note a message where somebody listens."""
        if (heard := _HEARD.get()) is not None:
            heard.append(record.getMessage())


@contextmanager
def _overheard() -> Iterator[list[str]]:
    """What apprise logs for this block, and for no other that goes on meanwhile."""
    heard: list[str] = []
    token = _HEARD.set(heard)
    try:
        yield heard
    finally:
        _HEARD.reset(token)
