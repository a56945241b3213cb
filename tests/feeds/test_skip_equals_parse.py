"""With several feeds as with one: reading what changed and reading everything anew leave the same snapshot."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from feedsync.config import load
from feedsync.progress import Progress, Stages
from feedsync.reading import read_feeds
from feedsync.settings import Schedule
from feedsync.snapshot.store import Store
from tests.feeds.stock import row
from tests.sync.shop import item

SCHEDULE = """\
[bik]
key = {{ env = "K" }}
secret = {{ env = "K" }}
[[feeds]]
location = "a.xml"
[[feeds]]
location = "b.xml"
id_prefix = "b-"
[[feeds]]
location = "stock.xml"
role = "supplemental"
[[feeds]]
location = "more.xml"
role = "supplemental"
[gates]
removals = "off"
[products]
currency = "INR"
tags = ["{tag}"]
"""
HEAD = '<rss xmlns:g="http://base.google.com/ns/1.0"><channel>'
IDS = ("A", "B", "C", "D")
PRIMARY = st.lists(
    st.builds(
        item, st.sampled_from(IDS), st.sampled_from(["1.00 INR", "2.00 INR", "", "cheap"]),
        quantity=st.sampled_from(["", "5"]), item_group_id=st.sampled_from(["", "G", "A"]),
    ), max_size=4,
)  # fmt: skip
OVER = st.lists(
    st.builds(
        lambda id_, fields: row(id_, **fields),
        st.sampled_from([*IDS, "b-A", "b-B"]),
        st.dictionaries(
            st.sampled_from(["price", "quantity", "title"]), st.sampled_from(["3.00 INR", "4", "junk"]), max_size=2
        ),
    ), max_size=3,
)  # fmt: skip
BROKEN = st.sampled_from(["", "", "", "<item><g:id>A</g:id><x></y></item>", "<item><x></y></item>"])
ENDS = st.sampled_from(["</channel></rss>"] * 6 + [""])


def document(parts: st.SearchStrategy[list[str]]) -> st.SearchStrategy[str]:
    """A document of a feed: records, perhaps a broken one, perhaps cut off."""
    return st.builds(lambda r, broken, end: HEAD + "".join(r) + broken + end, parts, BROKEN, ENDS)


STEP = st.fixed_dictionaries(
    {}, optional={"a.xml": document(PRIMARY), "b.xml": document(PRIMARY), "stock.xml": document(OVER), "more.xml": document(OVER)}
)  # fmt: skip


class Reader:
    """One snapshot; ``anew``: settings that change nothing change each time, so that nothing is skipped."""

    def __init__(self, folder: Path, name: str, *, anew: bool) -> None:
        self.store = Store(folder / f"{name}.db")
        self._folder, self._anew, self._run = folder, anew, 0

    def read(self) -> list[list[tuple[object, ...]]]:
        self._run += 1
        with self.store.transaction():
            readings = read_feeds(
                self.store, self._schedule(), self._folder / "state", run=self._run, now=1000 * self._run,
                allow=frozenset(), progress=Progress(), stages=Stages(),
            )  # fmt: skip
        tables = [
            "select id, product_id, feed, unpacked(record), absent_since, absent_documents from variants order by id",
            "select feed, id, attributes from parts order by feed, id",
            "select feed, item_id, severity, code, parts from problems where last_run is null "
            "order by feed, item_id, code, parts",
            "select catalog_id, name, uses from spellings order by catalog_id, name",
        ]
        verdicts: list[tuple[object, ...]] = [(r.verdict, r.items, r.failed) for r in readings]
        return [verdicts, *(list(self.store.rows(table)) for table in tables)]

    def _schedule(self) -> Schedule:
        path = self._folder / "shop.toml"
        path.write_text(SCHEDULE.format(tag="brand" if not self._anew or self._run % 2 else "pattern"))
        return load(path)


@contextmanager
def readers() -> Iterator[tuple[Path, Reader, Reader]]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        pair = Reader(folder, "skip", anew=False), Reader(folder, "anew", anew=True)
        for reader in pair:
            stack.callback(reader.store.close)
        yield folder, *pair


@settings(deadline=None, max_examples=120)
@given(st.lists(STEP, min_size=1, max_size=4))
def test_any_history_of_four_feeds(steps: list[dict[str, str]]) -> None:
    with readers() as (folder, skipping, anew):
        for name in ("a.xml", "b.xml", "stock.xml", "more.xml"):
            (folder / name).write_text(HEAD + "</channel></rss>")
        for step in steps:
            for name, text in step.items():
                (folder / name).write_text(text)
            assert skipping.read() == anew.read()
