"""The conformance suite tells a wrong adapter from a right one: each mistake is found by the rule that forbids it.

The adapter of docs/adapters.md is right; here it is made wrong, in one place at a time.
"""

# ruff: noqa: E501 (what is replaced stands as it does on the page)

from __future__ import annotations

import inspect
import itertools
import re
import sys
import types
from pathlib import Path
from typing import Any

import pytest

from feedsync.testing import FOREIGN, limits
from feedsync.testing.suite import Suite

PAGE = (Path(__file__).parents[2] / "docs" / "adapters.md").read_text(encoding="utf-8")
ADAPTER, TESTS = (re.findall(rf"^\*\*`{name}`\*\*.*?^```\w+\n(.*?)^```", PAGE, re.M | re.S)[0]
                  for name in ("feedsync_baskets.py", "test_baskets.py"))  # fmt: skip

#: what is wrong -> (what is right, what stands there instead, the rule that finds it)
MISTAKES = {
    "no version": ("version: ClassVar[int] = 1", "version: ClassVar[int] = 0", "test_it_can_be_registered"),
    "it takes tables": ("return _HEAD.match(head) is not None", 'return head[:1] == b"#" or b"," in head',
                        "test_it_leaves_foreign_documents_alone"),
    "it does not know its own": ("return _HEAD.match(head) is not None", "return False",
                                 "test_it_recognizes_its_own_documents"),
    "it needs some bytes": ("return _HEAD.match(head) is not None", 'return head[0] == 35 and head[20] != 0',
                            "test_no_bytes_break_the_recognition"),
    "an item is dropped": ("misses = [(n, item) for n, item in enumerate(items) if item.broken or not flags[n]]",
                           "misses = [(n, item) for n, item in enumerate(items) if n and not flags[n]]",
                           "test_a_document_is_read_as_it_says"),
    "the known change the rest": ("self._count += len(items)", "self._count += sum(not f for f in known([i.hash for i in items]))",
                                  "test_skipping_is_equal_to_parsing"),
    "it reads all at once": ("self._stream.read(BLOCK_BYTES)", "self._stream.read()", "test_a_document_is_read_as_it_says"),
    "a border cuts an item": ("(rest + chunk).split(_START)", "(chunk if rest[-2:] == b'\\n+' else rest + chunk).split(_START)",
                              "test_blocks_may_end_anywhere"),
    "bytes come as they like": ("read_up_to(stream, _HEAD_BYTES)", "stream.read(_HEAD_BYTES)",
                                "test_it_reads_however_the_bytes_come"),
    "a pass is never the same": ("self.context = currency", 'self.context = b"%d" % id(self)', "test_a_pass_can_be_repeated"),
    "passes share": ("self._currency = currency.decode()", "type(self)._currency = currency.decode()",
                     "test_two_passes_at_once_do_not_meet"),
    "the context says too little": ("self.context = currency", 'self.context = b""',
                                    "test_an_item_means_the_same_under_an_equal_context"),
    "results out of order": ("for item in items]\n\n    def _parsed", "for item in sorted(items, key=lambda i: i.raw)]\n\n    def _parsed",
                             "test_parsing_is_pure_and_in_order"),
    "parsing remembers": ("found: Attributes = {", 'self.seen = getattr(self, "seen", 0) + 1\n        found: Attributes = {"n": str(self.seen), ',
                          "test_parsing_is_pure_and_in_order"),
    "a hash of the place": ("else raw), broken)", 'else b"%d" % at + raw), broken)', "test_an_item_has_its_hash_wherever_it_stands"),
    "a hash of the id": ("else raw), broken)", 'else raw.partition(b"\\n")[0]), broken)', "test_an_item_that_changed_has_another_hash"),
    "one hash, two meanings": ("else raw), broken)", 'else raw.partition(b"\\n")[0]), broken)', "test_no_bytes_at_all_break_a_pass"),
    "lines from 0": ("return count_lines(stream, offsets)", "return {o: n - 1 for o, n in count_lines(stream, offsets).items()}",
                     "test_every_item_is_told_its_line"),
    "names of its own": ('"name": "title"', '"name": "name"', "test_good_items_become_variants"),
    "numbers are guessed": ("found[name] = f", 'found[name] = float(value) if name == "quantity" else f', "test_good_items_become_variants"),
    "no end is an end": ("            yield self._block([_item(last, at) if mark", "            if not mark:\n                self._end = b'%d' % self._count\n                return\n            yield self._block([_item(last, at) if mark", "test_no_cut_of_a_plain_document_is_overlooked"),
    "half an item": (' if mark else _item(rest, at, "FS-311")', " if mark else _item(rest, at)", "test_no_cut_is_overlooked"),
    "an id is made up": ("id_text=item_id)", 'id_text="0")', "test_a_document_is_read_as_it_says"),
    "one bad item is fatal": ('return _refused(f"the line {line[:80]!r} cannot be read", item_id)', 'raise Fatal("FS-306", location="", encoding="")',
                              "test_a_damaged_item_costs_itself_alone"),
    "a bad item is nothing": ('return _refused(f"the line {line[:80]!r} cannot be read", item_id)', "continue",
                              "test_a_damaged_item_costs_itself_alone"),
    "nobody knows whose": ('Problem("FS-304", {"detail": reason})', 'Problem("FS-418", {"reason": reason})', "test_a_damaged_item_costs_itself_alone"),
    "no code of ours": ('"FS-418"', '"FS-999"', "test_a_document_is_read_as_it_says"),
    "a part is missing": ('{"reason": reason}', "{}", "test_a_document_is_read_as_it_says"),
    "a neighbour is lost": ("whole = self._end.strip() == str(self._count).encode()", "whole = bool(self._end)", "test_one_byte_costs_one_item"),
    "any byte breaks it": ("except UnicodeDecodeError:", "except RecursionError:", "test_no_bytes_at_all_break_a_pass"),
    "halves of characters": ("more.decode()", 'more.decode("utf-8", "surrogateescape")', "test_no_bytes_at_all_break_a_pass"),
    "all items are kept": ("self._count += len(items)", 'self._count += len(items)\n        self.kept = [*getattr(self, "kept", []), *items]',
                           "test_memory_is_flat_over_a_huge_document"),
    "all bytes are kept": ("*pieces, rest = ", 'self.kept = [*getattr(self, "kept", []), chunk]\n            *pieces, rest = ',
                           "test_memory_is_flat_over_a_document_that_is_known"),
    "no limit": ("len(rest) > ITEM_LIMIT_BYTES", "len(rest) > 1 << 40", "test_noise_without_an_end_costs_no_memory"),
    "a long one is nothing": ('items.append(_item(rest, at, "FS-307"))', "self._count += 1",
                                      "test_an_item_larger_than_any_product_costs_itself_alone"),
    "time": ("*pieces, rest = ", 'sum(chunk[:n].count(b"x") for n in range(0, len(chunk), 3))\n            *pieces, rest = ',
             "test_repeated_signs_cost_no_time"),
}  # fmt: skip


def suite_of(source: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The page's test class over that adapter."""
    module = types.ModuleType("feedsync_baskets")
    exec(compile(source, "feedsync_baskets.py", "exec"), module.__dict__)
    monkeypatch.setitem(sys.modules, "feedsync_baskets", module)
    tests: dict[str, Any] = {}
    exec(compile(TESTS, "test_baskets.py", "exec"), tests)
    return tests["TestBaskets"]


def run(suite: Any, rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One rule, for everything that it is run for."""
    test = getattr(suite(), rule)
    choices = {
        "example": suite.documents.values(),
        "foreign": FOREIGN.values(),
        "damage": suite.damaged.values(),
        "seed": range(4),
        "monkeypatch": [monkeypatch],
    }
    names = list(inspect.signature(test).parameters)
    for values in itertools.product(*(choices[name] for name in names)):
        test(**dict(zip(names, values, strict=True)))


@pytest.mark.parametrize(("right", "wrong", "rule"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_found(right: str, wrong: str, rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ADAPTER.count(right) >= 1
    monkeypatch.setattr(limits, "_PATIENCE_S", 0.3)
    suite = suite_of(ADAPTER.replace(right, wrong), monkeypatch)
    with pytest.raises(Exception) as found:  # noqa: PT011 (whatever a wrong adapter ends with)
        run(suite, rule, monkeypatch)
    assert not isinstance(found.value, (NameError, SyntaxError, ImportError)), "the mistake itself is mistaken"
    monkeypatch.undo()
    monkeypatch.setattr(limits, "_PATIENCE_S", 0.3)


def test_every_rule_finds_some_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    rules = {name for name in dir(suite_of(ADAPTER, monkeypatch)) if name.startswith("test_")}
    assert rules - {rule for _, _, rule in MISTAKES.values()} == {"test_what_other_documents_taught_may_be_skipped"}


def test_a_document_that_is_refused_as_a_whole_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    right, wrong, _ = MISTAKES["one bad item is fatal"]
    run(suite_of(ADAPTER.replace(right, wrong), monkeypatch), "test_one_byte_costs_one_item", monkeypatch)


def test_a_class_says_what_an_item_looks_like() -> None:
    with pytest.raises(NotImplementedError):
        Suite().item(1)
