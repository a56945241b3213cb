"""A lot of items becomes what each of them alone becomes: mapped, ruled, refused, left out, over one another."""

from __future__ import annotations

import pytest

from feedsync.adapters.base import Parsed
from feedsync.errors import Problem
from feedsync.interpret import Interpreter
from feedsync.model import Attributes
from feedsync.settings import Schedule
from tests.normalize.support import attributes

_FEED = {"location": "feed.xml"}
_LOT: list[Attributes | None] = [
    attributes(),
    None,
    attributes(id="sku-2", price="much"),
    attributes(without="id"),
    attributes(id="sku-3", sale_price="2000.00 INR"),
    attributes(id="sku-4", brand="gone"),
    attributes(id="sku-5", brand="untitled"),
    attributes(id="sku-6", brand="renamed"),
    attributes(id="sku-7", weight="7 kg", mrp="5.00 INR"),
    attributes(id="sku-8", brand="mixed", price="much"),
]


def _schedule(**more: object) -> Schedule:
    bik = {"key": {"env": "KEY"}, "secret": {"env": "SECRET"}}
    return Schedule.model_validate({"bik": bik, "feeds": [_FEED], **more})


@pytest.mark.parametrize(
    "schedule",
    [
        _schedule(),
        _schedule(map={"price": {"any": ["mrp", "price"]}}),
        _schedule(map={"title": {"from": "title", "transforms": []}, "gtin": "weight"}),
        _schedule(
            rules=[
                {"when": "brand == 'gone'", "exclude": True},
                {"when": "brand == 'untitled'", "set": {"title": ""}},
                {"when": "brand == 'renamed'", "set": {"title": "Other"}},
                {"when": "price < `1000` && brand == 'mixed'", "set": {"title": "Other"}},
            ]
        ),
    ],
)
def test_a_lot_is_what_each_alone_is(schedule: Schedule) -> None:
    interpreter = Interpreter(schedule, 0, None)
    lot = [Parsed(one) if one else Parsed(problem=Problem("FS-304", {"detail": "x"})) for one in _LOT]
    assert interpreter.lot(lot) == [interpreter(one) for one in lot]
    assert interpreter.lot([]) == []
