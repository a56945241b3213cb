"""Fetch and read all feeds of a schedule, in the transaction of one run.

Supplemental feeds come first, so that a primary feed's items meet what is said over them. A feed that fails is degraded by
its error: the snapshot keeps what it said last, and the others go on.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from feedsync.adapters.registry import candidates
from feedsync.crew import NOBODY, Crew
from feedsync.errors import ConfigError, FeedsyncError, Problem
from feedsync.keys import reading_key
from feedsync.memory import give_back
from feedsync.progress import Progress, Stages
from feedsync.settings import Schedule
from feedsync.settings_feeds import Feed
from feedsync.settings_values import SecretRef
from feedsync.snapshot.feeds import Reading, checked, forget_feeds, keep_readings, last_format, last_reading, last_times
from feedsync.snapshot.parts import Parts
from feedsync.snapshot.store import Store
from feedsync.sources import Credentials, Document, Validators, fetch, redact


def read_feeds(
    store: Store, schedule: Schedule, state: Path, *, run: int, now: int, allow: frozenset[str], progress: Progress,
    stages: Stages, crew: Crew = NOBODY,
) -> list[Reading]:  # fmt: skip
    """All feeds into the snapshot, under the schedule's lock; the readings in the schedule's order.

    Raises:
        ConfigError: a secret of a feed is missing.
    """
    reader = _Reader(store, schedule, state, run, now, allow, progress, stages, crew)
    supplemental = schedule.supplemental
    order = sorted(range(len(schedule.feeds)), key=lambda number: (number not in supplemental, number))
    readings = {number: reader.read(number) for number in order}
    reader.finish()
    give_back()  # the tables of all items, before products are derived by many
    found = [readings[number] for number in range(len(schedule.feeds))]
    keep_readings(store, found)
    return found


class _Reader:
    def __init__(
        self,
        store: Store,
        schedule: Schedule,
        state: Path,
        run: int,
        now: int,
        allow: frozenset[str],
        progress: Progress,
        stages: Stages,
        crew: Crew,
    ) -> None:
        self._store, self._schedule, self._run, self._now = store, schedule, run, now
        self._allow, self._progress, self._stages, self._crew = allow, progress, stages, crew
        self._parts = Parts(store, schedule.supplemental) if schedule.supplemental else None
        self._spool = state / "spool" / schedule.name
        for left in self._spool.glob("*.spool"):
            left.unlink()  # a run that was killed left it there

    def read(self, number: int) -> Reading:
        """One feed."""
        store, schedule = self._store, self._schedule
        feed = schedule.feeds[number]
        location = redact(feed.location)
        reading, validators, digest = self._remembered(number) or (None, None, None)
        asked_at, _ = last_times(store, number)
        if reading is not None and feed.every and asked_at is not None and self._now < asked_at + feed.every:
            return reading
        try:
            with self._stages.stage("fetch"):
                document = self._fetch(number, reading, validators)
            try:
                # of pages, the same lines can be all that there is, or all that has changed
                same = document.not_modified or (document.digest == digest and feed.pages is None)
                if reading is not None and same:
                    checked(store, number, self._now, full=not document.partial)
                    return reading
                return self._ingest(number, document, location)
            finally:
                self._discard(document)
        except ConfigError:
            raise
        except FeedsyncError as error:
            problem = Problem(error.code, {name: str(part) for name, part in error.parts.items()})
            return Reading(number, location, feed.format or "", "degraded", [problem], 0, 0, fresh=False, failed=True)

    def _ingest(self, number: int, document: Document, location: str) -> Reading:
        # with numpy and all that items are read with, which a document that is unchanged can do without
        from feedsync.ingest import ingest
        from feedsync.snapshot.items import Items

        with self._store.transaction(), self._stages.stage("read"):
            return ingest(
                Items(self._store), self._schedule, number, document, run=self._run, now=self._now,
                progress=lambda items, parsed: self._progress.read(location, items, parsed),
                parts=self._parts, allow=self._allow, crew=self._crew,
            )  # fmt: skip

    def _fetch(self, number: int, last: Reading | None, validators: Validators | None) -> Document:
        return fetch_feed(
            self._schedule, number, self._spool, validators=validators, since=self._since(number, last),
            progress=self._progress.fetched,
        )  # fmt: skip

    def _since(self, number: int, last: Reading | None) -> datetime | None:
        """From when on changes alone are asked for; None when everything is due, as it is when the settings changed."""
        pages = self._schedule.feeds[number].pages
        if pages is None or pages.incremental is None or last is None:
            return None
        whole_at, full_at = (_moment(time) for time in last_times(self._store, number))
        return pages.incremental.since(
            now=datetime.fromtimestamp(self._now, UTC), last_full=full_at, last_whole=whole_at
        )

    def _remembered(self, number: int) -> tuple[Reading, Validators, str | None] | None:
        """The last reading, unless the settings have changed since."""
        for adapter in candidates(last_format(self._store, number) or ""):
            return last_reading(self._store, number, reading_key(self._schedule, adapter, number))
        return None

    def _discard(self, document: Document) -> None:
        if document.path.parent == self._spool:
            document.path.unlink(missing_ok=True)

    def finish(self) -> None:
        """What concerns all feeds: those that left the schedule, and what supplemental feeds changed."""
        left = forget_feeds(self._store, len(self._schedule.feeds))
        if not left and self._parts is None:
            return
        from feedsync.rejoin import rejoin  # as in _ingest
        from feedsync.snapshot.items import Items

        items = Items(self._store)
        for number in left:
            items.judge_absence(number, f"schedule {self._run}", self._now, gone=True)
            items.mark_touched()
        if self._parts is not None:
            with self._stages.stage("read"):
                rejoin(items, self._schedule, self._parts, run=self._run, now=self._now)


def fetch_feed(
    schedule: Schedule, number: int, spool: Path, *, progress: Callable[[str, int, int | None], None],
    validators: Validators | None = None, since: datetime | None = None,
) -> Document:  # fmt: skip
    """One feed's document, into the folder ``spool``; ``since``: of a paged API, only what changed from then on.

    Raises:
        ConfigError: a secret of the feed is missing.
        FeedsyncError: it cannot be fetched.
    """
    feed = schedule.feeds[number]
    location = redact(feed.location)

    def told(done: int, total: int | None) -> None:
        progress(location, done, total)

    credentials = credentials_of(schedule, number)
    if feed.pages is not None:
        from feedsync.sources.pages import fetch_pages  # with the libraries of HTTP

        where = f"{schedule.file}: [[feeds]] {number + 1}"
        return fetch_pages(
            feed.location, feed.pages, spool_dir=spool, query=feed.pages.resolved_query(where=where),
            credentials=credentials, allow_private_hosts=feed.allow_private_hosts, since=since, progress=told,
        )  # fmt: skip
    return fetch(
        feed.location, base_dir=schedule.file.parent, spool_dir=spool, validators=validators, credentials=credentials,
        allow_private_hosts=feed.allow_private_hosts, endpoint=feed.endpoint, progress=told,
    )  # fmt: skip


def _moment(time: int | None) -> datetime | None:
    return None if time is None else datetime.fromtimestamp(time, UTC)


def credentials_of(schedule: Schedule, number: int) -> Credentials | None:
    """The credentials that a feed's settings refer to, None where there are none.

    Raises:
        ConfigError: FS-105, one is missing.
    """
    feed: Feed = schedule.feeds[number]
    where = f"{schedule.file}: [[feeds]] {number + 1}"

    def secret(ref: SecretRef | None, key: str) -> str | None:
        return ref.resolve(key=key, where=where).get_secret_value() if ref else None

    headers = [(name, str(secret(ref, name))) for name, ref in feed.headers.items()]
    if feed.auth is None:
        return Credentials(headers=tuple(headers)) if headers else None
    if feed.auth.bearer:
        headers.append(("Authorization", f"Bearer {secret(feed.auth.bearer, 'auth.bearer')}"))
    basic = None
    if feed.auth.username is not None:
        basic = feed.auth.username, secret(feed.auth.password, "auth.password") or ""
    return Credentials(
        basic=basic,
        headers=tuple(headers),
        private_key=secret(feed.auth.key, "auth.key"),
        passphrase=secret(feed.auth.passphrase, "auth.passphrase"),
    )
