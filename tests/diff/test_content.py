"""Everything of a product that is neither price nor stock."""

from __future__ import annotations

from typing import Any

import pytest

from feedsync.diff import TEXT_LIMIT, diff_product
from feedsync.effective import Effective
from feedsync.model import ProductPayload
from feedsync.urls import VOLATILE
from tests.diff.support import changes, told
from tests.records import combination, product


@pytest.mark.parametrize(
    ("attribute", "before", "after", "field", "texts"),
    [
        ("title", "a", "b", "title", ("a", "b")),
        ("description", "a", "", "description", ("a", "")),
        ("link", "https://h/a", "https://h/b", "url", ("https://h/a", "https://h/b")),
        ("images", ("a", "b"), ("b", "a"), "images", ("a, b", "b, a")),
        ("tags", (), ("a", "b"), "tags", ("", "a, b")),
        ("metafields", (), (("brand", "a"),), "brand", (None, "a")),
        ("metafields", (("brand", "a"),), (("brand", "b"),), "brand", ("a", "b")),
        ("metafields", (("brand", "a"),), (), "brand", ("a", None)),
    ],
)
def test_a_field_of_the_product(
    attribute: str, before: Any, after: Any, field: str, texts: tuple[str | None, str | None]
) -> None:
    old, new = product(**{attribute: before}), product(**{attribute: after})
    assert told(changes(old, new)) == [("content", field, *texts, "other")]


@pytest.mark.parametrize(
    ("attribute", "before", "after", "field", "texts"),
    [
        ("image_link", "https://h/a", "https://h/b", "images", ("https://h/a", "https://h/b")),
        ("link", "https://h/a", "https://h/b", "url", ("https://h/a", "https://h/b")),
        (
            "options",
            (("Color", "Red"),),
            (("Color", "Blue"), ("Size", "XL")),
            "options",
            ("Color: Red", "Color: Blue, Size: XL"),
        ),
    ],
)
def test_a_field_of_a_variant(attribute: str, before: Any, after: Any, field: str, texts: tuple[str, str]) -> None:
    old, new = (product(combination(**{attribute: value})) for value in (before, after))
    (change,) = changes(old, new)
    assert (change.variant_id, change.field, change.before, change.after, change.klass) == (
        "v1",
        field,
        *texts,
        "other",
    )


def test_catalogs_are_told_by_their_names() -> None:
    names = {"c1": "Shirts", "c2": "Men > New"}

    def told_from(old: ProductPayload, new: ProductPayload) -> list[tuple[str, str | None, str | None]]:
        target = Effective(new, None)
        found = diff_product(old, target, cause="feed", ignored=VOLATILE, catalog_name=names.__getitem__)
        return [(change.kind, change.before, change.after) for change in found]

    assert told_from(product(catalog_ids=("c1",)), product(catalog_ids=("c1", "c2"))) == [
        ("catalogs", "Shirts", "Men > New, Shirts")
    ]
    assert told_from(product(catalog_ids=("c1",)), product()) == [("catalogs", "Shirts", None)]


def test_a_long_text_is_cut() -> None:
    (change,) = changes(product(description="a" * 10_000), product(description="b" * TEXT_LIMIT))
    assert (len(change.before or ""), change.before, change.after) == (
        TEXT_LIMIT,
        "a" * (TEXT_LIMIT - 1) + "…",
        "b" * TEXT_LIMIT,
    )


def test_the_stamp_of_an_export_is_no_change() -> None:
    old, new = (
        product(combination(image_link=f"https://h/a?v={stamp}", link=f"https://h/p?id=1&ts={stamp}"),
                link=f"https://h/p?id=1&ts={stamp}", images=(f"https://h/a?v={stamp}",))
        for stamp in (1, 2)
    )  # fmt: skip
    assert changes(old, new) == []


def test_beside_a_real_change_the_stamp_is_not_told() -> None:
    old, new = (product(images=(f"https://h/a?v={stamp}",), title=str(stamp)) for stamp in (1, 2))
    assert [change.field for change in changes(old, new)] == ["title"]
