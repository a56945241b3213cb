"""Rows of one product belong together: one that is missing leaves the product as it was, and ids never collide."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsync.adapters.delimited import groups
from feedsync.adapters.delimited.groups import slug, unguarded, variant_id
from tests.adapters.delimited.support import messages, read
from tests.adapters.reading import Reading

HEAD = "Handle,Title,Option1 Name,Option1 Value,Variant Price,Image Src\n"


def product(handle: str, *sizes: str) -> str:
    """Two lines and more: the first with the title, one for each further size, and one with an image."""
    first, *more = sizes
    rows = [f"{handle},The {handle},Size,{first},9,", *(f"{handle},,,{size},9," for size in more)]
    return "\n".join([*rows, f"{handle},,,,,https://i/{handle}"]) + "\n"


def export(*parts: str) -> Reading:
    return read(HEAD + "".join(parts), "shopify-csv")


def test_a_row_that_cannot_be_trusted_leaves_its_product_as_it_was() -> None:
    reading = export(product("a", "s"), product("b", "s", "m").replace("b,,,m,9,", "b,,,m,9,,,x"), product("c", "s"))
    assert reading.ids == ["a--s", None, "b--s", "c--s"]
    assert reading.codes == [None, "FS-304", "FS-418", None]
    assert "a row of its product cannot be read" in messages(reading.parsed)[1]


def test_between_two_products_it_may_be_the_end_of_one() -> None:
    reading = export(product("a", "s"), "x,y,z\n", product("b", "s"))
    assert reading.ids == [None, "a--s", "b--s"]
    assert reading.codes == ["FS-304", "FS-418", None]


def test_or_the_beginning_of_the_other() -> None:
    reading = export(product("a", "s"), product("b", "s", "m").replace("b,The b,Size,s,9,", "b,The b,Size,s,9,,,x"))
    assert reading.ids == [None, "a--s", "b--m"]
    assert reading.codes == ["FS-304", "FS-418", "FS-418"]


def test_a_row_without_a_handle_is_such_a_row() -> None:
    reading = export(",Lost,Size,s,9,\n", product("a", "s"), ",,,m,9,\n")
    assert reading.ids == [None, None, "a--s"]
    assert messages(reading.parsed)[0].endswith("(its handle is empty)")
    assert reading.codes == ["FS-304", "FS-304", "FS-418"]


def test_two_records_on_one_line() -> None:
    glued = product("b", "s").splitlines()[0] + product("c", "s").splitlines()[0]
    reading = export(product("a", "s"), glued + "\n", product("d", "s"))
    assert reading.codes == ["FS-304", "FS-418", None]
    assert messages(reading.parsed)[0].endswith("(11 cells under 6 columns)")


def test_a_product_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(groups, "_ROWS", 5)
    reading = export(product("a", "s"), product("b", *"abcdefgh"), product("c", "s"))
    assert reading.ids == ["a--s", None, "c--s"]
    assert reading.codes == [None, "FS-307", None]
    monkeypatch.setattr(groups, "ITEM_LIMIT_BYTES", 10)
    assert export(product("a", "s"), product("b", "s")).codes == ["FS-307", "FS-307"]


def test_a_change_of_one_row_is_a_change_of_no_other_product() -> None:
    before, after = export(product("a", "s", "m"), product("b", "s")), export(product("b", "s"), product("a", "s", "l"))
    assert before.hashes[2] == after.hashes[0]
    assert before.hashes[0] == after.hashes[1]
    assert before.hashes[1] != after.hashes[2]


def test_a_change_of_the_first_row_is_one_of_all_variants() -> None:
    before, after = export(product("a", "s", "m")), export(product("a", "s", "m").replace("The a", "A new"))
    assert not set(before.hashes) & set(after.hashes)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("Small", "small"),
        ("US 10.5", "us_10.5"),
        ("X-Large", "x-large"),
        ("  Dark   Red ", "dark_red"),
        ("Größe", "grösse"),
        ("Красный", "красный"),
        ("30+", "30+"),
    ],
)
def test_a_slug_is_what_a_person_would_write(value: str, found: str) -> None:
    assert slug(value) == found


@pytest.mark.parametrize("value", ["Red/Blue", "Red & Blue", "red_blue", "a--b", "-", "", "”", "x" * 99, "-a", "a~b"])
def test_a_slug_that_is_not_sure_ends_with_a_hash(value: str) -> None:
    readable, tilde, digits = slug(value).rpartition("~")
    assert (tilde, len(digits)) == ("~", 8)
    assert "--" not in readable


def test_products_whose_handles_and_options_run_together_are_told_apart() -> None:
    pairs = [
        ("tee", ["black", "m"]),
        ("tee-black", ["m"]),
        ("tee-black-m", []),
        ("tee", ["black-m"]),
        ("tee", ["black m"]),
    ]
    assert len({variant_id(handle, choices) for handle, choices in pairs}) == len(pairs)


handles = st.from_regex(r"[a-z0-9]{1,3}(-[a-z0-9]{1,3}){0,2}", fullmatch=True)
values = st.text(st.sampled_from("aB1 -_/.~&é"), max_size=4)
keys = st.tuples(handles, st.lists(values, max_size=3))


@settings(deadline=None, max_examples=150)
@given(keys, keys)
def test_ids_are_equal_only_where_handle_and_options_are(
    one: tuple[str, list[str]], two: tuple[str, list[str]]
) -> None:
    """Case and the width of spaces apart."""
    same = [(handle, [" ".join(value.casefold().split()) for value in choices]) for handle, choices in (one, two)]
    assert (variant_id(*one) == variant_id(*two)) == (same[0] == same[1])


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("'0012", "0012"),
        ("0012", "0012"),
        ("''12", "''12"),
        ("'", "'"),
        ("'tis it", "'tis it"),
        ("'12'", "'12'"),
        ("", ""),
    ],
)
def test_the_apostrophe_that_guards_a_code(code: str, found: str) -> None:
    assert unguarded(code) == found
