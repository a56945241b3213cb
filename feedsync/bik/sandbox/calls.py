"""What each of Bik's calls does to what is stored, without HTTP, authentication or faults.

Where the reference is silent, :class:`~.settings.SandboxSettings` decides. A request is applied as a whole or not at
all, except where the setting ``bad_product`` asks for the other behaviour.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

import msgspec

from feedsync.bik.sandbox.schema import CALLS, Call
from feedsync.bik.sandbox.settings import SandboxSettings
from feedsync.bik.sandbox.state import Store, decode, encode
from feedsync.bik.sandbox.validate import BodyChecker, Problem

_CHECKERS: Final = {path: BodyChecker(call.body) for path, call in CALLS.items()}


class RefusalError(Exception):
    """The request is answered with this status and these messages."""

    def __init__(self, status: int, *messages: str) -> None:
        super().__init__(status, messages)
        self.status = status
        self.messages = messages


class Calls:
    """Bik's calls over a store."""

    def __init__(self, store: Store, settings: SandboxSettings, app_id: str) -> None:
        self._store = store
        self._settings = settings
        self._app_id = app_id

    def apply(self, path: str, body: Any, lost: Collection[str]) -> dict[str, Any] | None:
        """The ``data`` of the answer (None: the answer has none); raises :class:`RefusalError`.

        ``path`` is a key of CALLS, ``body`` a decoded JSON value, ``lost`` are products that must not be stored.
        """
        call = CALLS[path]
        problems = _CHECKERS[path].problems(body)
        if call.action == "put":
            return self._put(call, body, problems, lost)
        if problems:
            raise RefusalError(400, *(problem.message for problem in problems))
        match call.action:
            case "get":
                return _data(call, self._store.seen(call.kind, dict.fromkeys(body[call.key])).values())
            case "list":
                after = body.get(call.key, "")
                return _data(call, self._store.page(call.kind, after, self._settings.page_size))
            case "delete":
                return self._delete(call, body[call.key])
            case _:
                if body["appId"] != self._app_id:
                    raise RefusalError(401, "The application is not known.")
                return None

    def _delete(self, call: Call, ids: list[str]) -> dict[str, Any]:
        if self._settings.delete_unknown == "error":
            known = self._store.written(call.kind, ids)
            unknown = [f"'{call.key}[{i}]': there is no {id_!r}." for i, id_ in enumerate(ids) if id_ not in known]
            if unknown:
                raise RefusalError(400, *unknown)
        self._store.delete(call.kind, ids)
        return {}

    def _put(self, call: Call, body: Any, problems: list[Problem], lost: Collection[str]) -> dict[str, Any]:
        if any(problem.position is None for problem in problems):
            raise RefusalError(400, *(problem.message for problem in problems))
        records: list[dict[str, Any]] = body[call.key]
        limit = self._settings.max_batch
        if call.kind == "product":
            if limit is not None and len(records) > limit:
                raise RefusalError(400, f"'{call.key}' must not hold more than {limit} products.")
            problems = problems + self._unknown_catalogs(records, {problem.position for problem in problems})
        if problems and (call.kind == "catalog" or self._settings.bad_product == "all_or_nothing"):
            raise RefusalError(400, *(problem.message for problem in problems))
        bad = {problem.position for problem in problems}
        bodies = self._bodies(call, [record for index, record in enumerate(records) if index not in bad])
        self._store.put(call.kind, {id_: text for id_, text in bodies.items() if id_ not in lost})
        if problems:
            raise RefusalError(400, *(problem.message for problem in problems))
        return _data(call, bodies.values())

    def _unknown_catalogs(self, products: list[dict[str, Any]], bad: Collection[int | None]) -> list[Problem]:
        """A problem for every otherwise good product that names a catalog which does not exist."""
        named = {id_ for i, product in enumerate(products) if i not in bad for id_ in product.get("catalogIds", ())}
        unknown = named - self._store.written("catalog", named).keys()
        return [
            Problem(i, f"'products[{i}].catalogIds[{j}]': there is no catalog {id_!r}.")
            for i, product in enumerate(products if unknown else ())
            if i not in bad
            for j, id_ in enumerate(product.get("catalogIds", ()))
            if id_ in unknown
        ]

    def _bodies(self, call: Call, records: list[dict[str, Any]]) -> dict[str, str]:
        """The JSON texts to store, by id; of two records with one id, the later one is put over the earlier."""
        if self._settings.fields == "replace" and self._settings.combinations == "replace":
            return {record["id"]: encode(record).decode() for record in records}
        stored = self._store.written(call.kind, {record["id"] for record in records})
        merged = {id_: decode(text) for id_, text in stored.items()}
        for record in records:
            merged[record["id"]] = self._merge(merged.get(record["id"], {}), record)
        return {id_: encode(record).decode() for id_, record in merged.items()}

    def _merge(self, old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
        """What an update makes of a record, by the settings ``fields`` and ``combinations``."""
        keep_fields = self._settings.fields == "merge"
        result = {**old, **new} if keep_fields else new
        if "combinations" in new and "combinations" in old:
            before = {combination["id"]: combination for combination in old["combinations"]}
            after = {c["id"]: {**before.get(c["id"], {}), **c} if keep_fields else c for c in new["combinations"]}
            left_out = [c for id_, c in before.items() if id_ not in after]
            kept = left_out if self._settings.combinations == "merge" else []
            result = {**result, "combinations": [*after.values(), *kept]}
        return result


def _data(call: Call, bodies: Collection[str]) -> dict[str, Any]:
    return {call.plural: [msgspec.Raw(body) for body in bodies]}
