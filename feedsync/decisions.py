"""What decided each field of a variant: which attributes of the item, and which settings of the schedule.

Nothing of the normalizer's rules stands here a second time. It is asked again without each attribute and without each
setting: a field that comes out otherwise was decided by it. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC

import msgspec

from feedsync.exported import exported
from feedsync.model import Attributes, Normalized
from feedsync.normalize import fields
from feedsync.normalize.item import Normalizer
from feedsync.settings import Schedule
from feedsync.settings_feeds import Feed

_SHOWN = 200
#: What a refusal without a field of its own is about.
_ABOUT = {"FS-407": "availability"}


class Source(msgspec.Struct, frozen=True):
    """An attribute of the item and its text, cut short."""

    attribute: str
    text: str


class Decision(msgspec.Struct, frozen=True):
    """One field of a variant, and what it comes from: attributes of the item, and settings by their names."""

    field: str
    value: str
    of: list[Source]
    settings: list[str]

    @property
    def plain(self) -> bool:
        """It is what the attribute of that name says, and there is nothing to explain."""
        return not self.settings and [(one.attribute, one.text) for one in self.of] == [(self.field, _cut(self.value))]


def decisions(schedule: Schedule, feed: Feed, attributes: Attributes) -> list[Decision]:
    """Every field of the variant that these attributes become, as the last rule left them; empty: they become none."""
    normalize = _normalizer(schedule, feed)
    became = _texts(normalize(attributes))
    if became is None:
        return []
    by_attribute: dict[str, set[str]] = {}
    by_setting: dict[str, set[str]] = {}
    settings = dict(_without_settings(schedule, feed))
    for setting, other in settings.items():
        by_setting[setting] = _decided(became, other(attributes))
    for name in attributes:
        others = {n: v for n, v in attributes.items() if n != name}
        without = normalize(others)
        # where the item is refused without it, nobody can see what it is for; a field of its own name it decides surely
        decided = by_attribute[name] = _decided(became, without) | ({name} if without.variant is None else set())
        for setting, other in settings.items():
            # either is enough, and only without both the field comes out otherwise
            either = _decided(became, other(others)) - decided - by_setting[setting]
            by_attribute[name] |= either
            by_setting[setting] |= either - {name}
    return [
        Decision(
            field, value,
            [Source(name, _text(attributes, name)) for name, decided in by_attribute.items() if field in decided],
            [name for name, decided in by_setting.items() if field in decided],
        )
        for field, value in became.items()
    ]  # fmt: skip


def _texts(normalized: Normalized) -> dict[str, str] | None:
    return exported(normalized.variant).texts() if normalized.variant else None


def _decided(became: dict[str, str], normalized: Normalized) -> set[str]:
    """The fields that come out otherwise. Where nothing comes out, the one that was refused: the item needs it."""
    other = _texts(normalized)
    if other is None:
        problem = normalized.problem
        assert problem is not None
        return {problem.parts.get("field", _ABOUT.get(problem.code, "id"))}
    return {field for field, value in became.items() if other.get(field) != value}


def _text(attributes: Attributes, name: str) -> str:
    text = " | ".join(fields.texts(attributes, name)) or msgspec.json.encode(attributes[name]).decode()
    return _cut(text)


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def _normalizer(schedule: Schedule, feed: Feed) -> Normalizer:
    return Normalizer(schedule.products, schedule.catalogs, schedule.zone, feed.id_prefix)


def _without_settings(schedule: Schedule, feed: Feed) -> Iterator[tuple[str, Callable[[Attributes], Normalized]]]:
    """The normalizer as it would be without each setting that the schedule has."""
    products, catalogs, zone = schedule.products, schedule.catalogs, schedule.zone
    if products.currency is not None:
        other = products.model_copy(update={"currency": None})
        yield f'[products] currency = "{products.currency}"', Normalizer(other, catalogs, zone, feed.id_prefix)
    if products.missing_availability != "reject":
        other = products.model_copy(update={"missing_availability": "reject"})
        name = f'[products] missing_availability = "{products.missing_availability}"'
        yield name, Normalizer(other, catalogs, zone, feed.id_prefix)
    deep = catalogs.model_copy(update={"depth": 1000})
    yield f"[catalogs] depth = {catalogs.depth}", Normalizer(products, deep, zone, feed.id_prefix)
    if catalogs.names:
        bare = catalogs.model_copy(update={"names": {}})
        yield "[catalogs.names]", Normalizer(products, bare, zone, feed.id_prefix)
    if schedule.timezone != "UTC":
        yield f'timezone = "{schedule.timezone}"', Normalizer(products, catalogs, UTC, feed.id_prefix)
    if feed.id_prefix:
        yield f'id_prefix = "{feed.id_prefix}"', Normalizer(products, catalogs, zone)
