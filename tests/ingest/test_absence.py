"""What a complete document lacks is counted; nothing else counts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsync.snapshot.store import Store
from tests.ingest.street import HEAD, Street, item, rss

A, B, C = item("a"), item("b"), item("c")


def test_each_different_complete_document_without_it_counts(street: Street) -> None:
    street.read(rss(A, B))
    street.read(rss(A))
    assert street.absent() == {"b": 1}
    street.read(rss(A, C))
    assert street.absent() == {"b": 2}


def test_the_same_document_again_does_not_count_again(street: Street) -> None:
    street.read(rss(A, B))
    street.read(rss(A))
    street.read(rss(A))
    assert street.absent() == {"b": 1}


def test_absence_begins_with_the_first_document_without_it(street: Street) -> None:
    street.read(rss(A, B))
    street.read(rss(A))
    since = street.now
    street.read(rss(A, C))
    assert street.store.scalar("select absent_since from variants where id = 'b'") == since


def test_a_degraded_document_counts_nothing(street: Street) -> None:
    whole = rss(A, B, C)
    street.read(whole)
    cut = whole[: whole.index(b"<item><g:id>b")]
    assert street.read(cut).verdict == "degraded"
    assert street.absent() == {}
    assert set(street.variants()) == {"a", "b", "c"}


def test_what_a_degraded_document_hid_is_missing_only_once_a_complete_one_lacks_it(street: Street) -> None:
    whole = rss(A, B, C)
    street.read(whole)
    street.read(whole[: whole.index(b"<item><g:id>b")])
    street.read(rss(A, C))
    assert street.absent() == {"b": 1}


def test_after_changed_settings_a_degraded_document_hides_nothing_for_ever(street: Street) -> None:
    """All is read anew then, so what is not in it is not known by its bytes any more."""
    whole = rss(A, B, C)
    street.read(whole)
    street.read(whole[: whole.index(b"<item><g:id>b")], anew=True)
    assert street.absent() == {}
    street.read(rss(A))
    assert street.absent() == {"b": 1, "c": 1}


def test_coming_back_unchanged_ends_the_absence(street: Street) -> None:
    street.read(rss(A, B))
    street.read(rss(A))
    street.planned()
    street.read(rss(A, B))
    assert street.absent() == {}
    assert street.pending() == {"b"}


def test_coming_back_starts_the_count_anew(street: Street) -> None:
    street.read(rss(A, B))
    street.read(rss(A))
    street.read(rss(A, B))
    street.read(rss(A))
    assert street.absent() == {"b": 1}


def test_a_degraded_document_can_bring_back(street: Street) -> None:
    street.read(rss(A, B))
    street.read(rss(A))
    assert street.read(rss(A, B, foot="")).verdict == "degraded"
    assert street.absent() == {}


def test_an_item_that_became_invalid_is_not_missing(street: Street) -> None:
    street.read(rss(A, B))
    before = street.variants()["b"]
    street.read(rss(A, item("b", price="")))
    street.read(rss(A, item("b", price="free")))
    assert street.absent() == {}
    assert street.variants()["b"] == before


def test_an_invalid_item_ends_an_absence(street: Street) -> None:
    street.read(rss(A, B))
    street.read(rss(A))
    street.read(rss(A, item("b", price="")))
    assert street.absent() == {}


def test_an_item_that_stays_invalid_and_then_goes_is_missing(street: Street) -> None:
    street.read(rss(A, B))
    street.read(rss(A, item("b", price="")))
    street.read(rss(A))
    assert street.absent() == {"b": 1}


def test_an_empty_document_lacks_everything(street: Street) -> None:
    street.read(rss(A, B))
    reading = street.read(rss())
    assert (reading.verdict, reading.items) == ("complete", 0)
    assert street.absent() == {"a": 1, "b": 1}
    street.read(rss(A, B))
    assert street.absent() == {}


def test_only_the_products_of_what_is_missing_are_looked_at(street: Street) -> None:
    street.read(rss(A, B, item("c", item_group_id="g")))
    street.planned()
    street.read(rss(A, B))
    assert street.pending() == {"g"}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    folder: Path = tmp_path_factory.mktemp("absence")
    with Store(folder / "shop.db") as store:
        yield Street(store, folder)


NAMES = "abcd"


@st.composite
def documents(draw: st.DrawFn) -> tuple[dict[str, bool], bool]:
    """Which ids it names (True: by a valid item), and whether it is whole."""
    named = draw(st.dictionaries(st.sampled_from(NAMES), st.sampled_from([True, True, True, False])))
    return named, draw(st.sampled_from([True, True, False]))


@given(history=st.lists(documents(), min_size=2, max_size=7))
@settings(max_examples=40, deadline=None)
def test_the_count_is_that_of_a_list_kept_by_hand(shared: Street, history: list[tuple[dict[str, bool], bool]]) -> None:
    counts: dict[str, int] = {}
    judged: dict[str, bytes] = {}
    with shared.store.rehearsal():
        for named, whole in history:
            items = [item(name, price="1 INR" if valid else "") for name, valid in named.items()]
            content = rss(*items) if whole else (HEAD + "".join(items)).encode()
            shared.read(content)
            counts |= {name: 0 for name, valid in named.items() if valid or name in counts}
            for name in counts:
                if name in named:
                    judged.pop(name, None)
                elif whole and judged.get(name) != content:
                    counts[name] += 1
                    judged[name] = content
            assert shared.absent() == {name: count for name, count in counts.items() if count}
            assert set(shared.variants()) == set(counts)
