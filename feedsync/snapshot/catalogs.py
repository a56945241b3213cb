"""Catalogs in the snapshot: which there are, under what name Bik knows them, and which nobody names any more."""

from __future__ import annotations

import msgspec

from feedsync.model import Outcome
from feedsync.snapshot.store import Store


class CatalogState(msgspec.Struct):
    """One catalog: its name, the name that Bik acknowledged, and how the last try ended."""

    id: str
    name: str
    sent_name: str | None
    attempted_name: str | None
    outcome: Outcome | None
    message: str | None


class CatalogTable:
    """The catalogs of one snapshot."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def names(self) -> dict[str, str]:
        """Every catalog's name by id."""
        return dict(self._store.rows("select id, name from catalogs"))

    def unsent(self) -> list[CatalogState]:
        """Those in use that Bik does not know, or knows under another name, or may (the last try is in doubt).

        A name that Bik refused is not tried again.
        """
        rows = self._store.rows(
            "select id, name, sent_name, attempted_name, outcome, message from catalogs c "
            "where (sent_name is not name or outcome in ('unknown', 'retryable')) "
            "and not (outcome is 'rejected' and attempted_name is name) "
            "and exists (select 1 from spellings where catalog_id = c.id) order by name"
        )
        return [CatalogState(*row) for row in rows]

    def known(self) -> set[str]:
        """The ids that Bik acknowledged."""
        return {row[0] for row in self._store.rows("select id from catalogs where sent_name is not null")}

    def ours(self) -> set[str]:
        """Every id that this schedule ever made."""
        return {row[0] for row in self._store.rows("select id from catalogs")}

    def unused(self) -> list[str]:
        """The names of catalogs that Bik has and nobody names any more; Bik has no call that deletes one."""
        rows = self._store.rows(
            "select sent_name from catalogs c where sent_name is not null "
            "and not exists (select 1 from spellings where catalog_id = c.id) order by sent_name"
        )
        return [row[0] for row in rows]

    def rejected(self) -> list[tuple[str, str]]:
        """(name, Bik's words) of the catalogs in use that Bik refused and that have not changed since."""
        rows = self._store.rows(
            "select name, message from catalogs c where outcome = 'rejected' and attempted_name is name "
            "and exists (select 1 from spellings where catalog_id = c.id) order by name"
        )
        return [(row[0], row[1] or "") for row in rows]

    def attempt(self, ids: list[str]) -> None:
        """Before a request: which name is tried, and that nobody knows yet how it ends."""
        self._store.many(
            "update catalogs set outcome = 'unknown', attempted_name = name, message = null where id = ?",
            [(i,) for i in ids],
        )

    def acknowledged(self, catalog: CatalogState, run: int) -> None:
        """Bik took the name that was sent."""
        self._store.execute(
            "update catalogs set sent_name = ?, outcome = 'acknowledged', message = null, sent_run = ? where id = ?",
            catalog.name,
            run,
            catalog.id,
        )

    def failed(self, catalog: CatalogState, outcome: Outcome, message: str) -> None:
        """Bik did not take it."""
        self._store.execute("update catalogs set outcome = ?, message = ? where id = ?", outcome, message, catalog.id)
