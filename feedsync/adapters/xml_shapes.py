"""Items that have the same elements in the same order as others, read by one match of a regular expression.

The items of a feed have few shapes: which elements there are, which of them are empty, which hold further ones. A shape is
learnt from items that were read element by element; what its expression matches is well-formed and has exactly these
elements, so that only the texts are left to take. Everything else is for whoever reads element by element.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import count, pairwise
from operator import itemgetter
from typing import cast

from feedsync.model import Attributes, Value

#: A shape is learnt when it is met for this time, since its expression costs as much as thirty items.
_MEETINGS = 4
#: So many shapes are told apart, of so many tags at most; of those with equally many tags so many are tried.
_SHAPES, _TAGS, _TRIED = 256, 400, 8
#: What follows a tag that holds nothing but text, or nothing at all; no tag has it.
_TEXT, _EMPTY = ">t", ">e"

#: From an item's text between the beginnings of tags, the first of them empty, to its attributes; None: it cannot be told.
Elements = Callable[[list[str]], Attributes | None]
#: From a text with references to what it says; None: only a parser can tell.
Resolved = Callable[[str], str | None]


class Shapes:
    """The shapes of one document's items."""

    def __init__(self, elements: Elements, resolved: Resolved) -> None:
        self._elements, self._resolved = elements, resolved
        self._met: Counter[tuple[str, ...]] = Counter()
        self._known: dict[int, list[_Shape]] = {}  # by the number of tags; what was met last comes first

    def __reduce__(self) -> tuple[object, ...]:
        """Another process learns them anew."""
        return Shapes, (self._elements, self._resolved)

    def read(self, text: str) -> Attributes | None:
        """What an item says; None where no shape fits it."""
        shapes = self._known.get(text.count("<"), [])
        for place, shape in enumerate(shapes):
            match = shape.expression.fullmatch(text)
            if match is not None:
                if place:
                    shapes.insert(0, shapes.pop(place))
                return self._read(shape, match, text)
        return None

    def _read(self, shape: _Shape, match: re.Match[str], text: str) -> Attributes | None:
        texts = list(map(str.strip, match.groups()))
        if "&" in text:
            for index in [index for index, one in enumerate(texts) if "&" in one]:
                resolved = self._resolved(texts[index])
                if resolved is None:
                    return None
                texts[index] = resolved
        # a text that is empty makes it another shape: what says nothing is no value, and hides none
        return None if "" in texts else shape.attributes(texts)

    def met(self, pieces: Sequence[str]) -> None:
        """An item was read element by element: its text between the beginnings of tags, the first of them empty."""
        if len(pieces) > _TAGS or len(self._met) >= _SHAPES:
            return
        marks = tuple(_mark(piece, following) for piece, following in pairwise([*pieces[1:], ""]))
        self._met[marks] += 1
        if self._met[marks] == _MEETINGS and any(mark.endswith(_TEXT) for mark in marks):
            numbered = self._elements(["", *_numbered(marks)])
            assert numbered is not None, "only items that could be read are met"
            shapes = self._known.setdefault(len(marks), [])
            shapes.insert(0, _Shape(marks, numbered))
            del shapes[_TRIED:]


class _Shape:
    """One shape: what :func:`_mark` says of each tag, and what an item says of which each text is its own number."""

    def __init__(self, marks: Sequence[str], numbered: Attributes) -> None:
        self.expression = re.compile("".join(map(_expression, marks)))
        self._names = list(numbered)
        plain = [int(value) if isinstance(value, str) else 0 for value in numbered.values()]
        self._firsts = itemgetter(*plain, 0)  # one more, since a getter of a single place gives no tuple
        self._others = [(name, _filler(value)) for name, value in numbered.items() if not isinstance(value, str)]

    def attributes(self, texts: Sequence[str]) -> Attributes:
        """The attributes of an item with these texts."""
        found: Attributes = dict(zip(self._names, self._firsts(texts), strict=False))
        for name, filled in self._others:
            found[name] = filled(texts)
        return found


def _filler(value: Value) -> Callable[[Sequence[str]], Value]:
    """What makes the value of an item's texts: each number in it stands for the text that has it."""
    if isinstance(value, str):
        return itemgetter(int(value))
    parts = list(value.values() if isinstance(value, dict) else value)
    if len(parts) > 1 and all(isinstance(part, str) for part in parts):  # as nearly always
        filled: Callable[[Sequence[str]], Iterable[Value]] = itemgetter(*map(int, cast(list[str], parts)))
    else:
        fillers = list(map(_filler, parts))
        filled = lambda texts: [one(texts) for one in fillers]  # noqa: E731
    if isinstance(value, list):
        return lambda texts: list(filled(texts))
    keys = list(value)
    return lambda texts: dict(zip(keys, filled(texts), strict=True))


def _mark(piece: str, following: str) -> str:
    """A tag as it is written, with what it holds where that is no element."""
    tag, _, text = piece.partition(">")
    if tag.startswith("/") or tag.endswith("/") or following.partition(">")[0].rstrip() != f"/{tag}":
        return tag
    return tag + (_TEXT if text.strip() else _EMPTY)


def _expression(mark: str) -> str:
    tag, _, held = mark.partition(">")
    return f"<{re.escape(tag)}>" + (r"([^<]*+)" if held == _TEXT[1:] else r"\s*+")


def _numbered(marks: Sequence[str]) -> Iterator[str]:
    """The pieces of an item of this shape of which each text is its own number."""
    numbers = count()
    for mark in marks:
        tag, _, held = mark.partition(">")
        yield f"{tag}>{next(numbers)}" if held == _TEXT[1:] else f"{tag}>"
