"""A list is gone through to its end, however it repeats itself; one that has no end is told."""

from __future__ import annotations

import pytest

from feedsync.walking import Page, walk


def walked(answers: list[list[str]], **bounds: int) -> tuple[list[str], str | None]:
    """What is found where the store gives these pages, one after the other, and then empty ones."""
    found: dict[str, None] = {}
    pages = iter(answers)

    def call(after: str | None) -> Page:
        return [{"id": id_} for id_ in next(pages, [])]

    def take(page: Page) -> int:
        before = len(found)
        found.update((record["id"], None) for record in page)
        return len(found) - before

    reason = walk(call, take, **bounds)
    return list(found), reason


@pytest.mark.parametrize(
    ("pages", "found"),
    [
        ([], ""),
        ([["a", "b"], ["c"]], "abc"),
        ([["a", "b"], ["a", "b"], ["c"]], "abc"),
        ([["a", "b"], ["b", "c"], ["c", "d"], ["d"]], "abcd"),
        ([["a"], ["a"], ["a"], ["a"], ["a"], ["b"]], "ab"),
        ([["b", "b"], ["a"], ["c"]], "bac"),
    ],
)
def test_pages_that_repeat_are_passed_over(pages: list[list[str]], found: str) -> None:
    assert walked(pages) == (list(found), None)


def test_a_list_that_goes_in_circles_is_no_whole_list() -> None:
    found, reason = walked([["a"], ["b"], ["c"]] * 10)
    assert (found, reason) == (["a", "b", "c"], "5 pages in a row held nothing new")


def test_a_list_without_end_is_given_up() -> None:
    found, reason = walked([[str(n)] for n in range(100)], most=10)
    assert (len(found), reason) == (11, "it goes on behind 10 records")


def test_the_cursor_is_the_last_id_of_the_page() -> None:
    asked: list[str | None] = []
    pages = {None: ["a", "b"], "b": ["d"], "d": []}

    def call(after: str | None) -> Page:
        asked.append(after)
        return [{"id": id_} for id_ in pages[after]]

    assert walk(call, len) is None
    assert asked == [None, "b", "d"]
