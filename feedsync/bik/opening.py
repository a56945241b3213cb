"""A schedule's store, opened: its credentials, and a client that shares the rate budget with everybody else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec
from pydantic import SecretStr

from feedsync.bik.client import ATTEMPTS, Bik
from feedsync.bik.rate import RateBudget
from feedsync.settings import Schedule


class BikCredentials(msgspec.Struct, frozen=True):
    """The key and the secret of an application; neither shows in a message."""

    key: SecretStr
    secret: SecretStr


def bik_credentials(schedule: Schedule) -> BikCredentials:
    """What a schedule's references say.

    Raises:
        ConfigError: FS-105, one of them is missing.
    """
    where = f"{schedule.file}: [bik]"
    return BikCredentials(
        schedule.bik.key.resolve(key="key", where=where), schedule.bik.secret.resolve(key="secret", where=where)
    )


@contextmanager
def opened(schedule: Schedule, credentials: BikCredentials, folder: Path, *, attempts: int = ATTEMPTS) -> Iterator[Bik]:
    """The store, with the rate budget that is kept in ``folder``."""
    settings = schedule.bik
    with (
        closing(RateBudget(folder / "rate.db", credentials.key.get_secret_value(), settings.rate)) as budget,
        closing(
            Bik(
                settings.base_url, credentials.key, credentials.secret, budget, connections=settings.in_flight,
                attempts=attempts,
            )
        ) as bik,
    ):  # fmt: skip
        yield bik
