"""Items that have the same elements in the same order as others, read by one match of a regular expression.

The items of a feed have few shapes: which elements there are, which of them are empty, which hold further ones. A shape is
learnt from items that were read element by element; what its expression matches is well-formed and has exactly these
elements, so that only the texts are left to take. Everything else is for whoever reads element by element.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise
from operator import itemgetter

from feedsync.model import Attributes, Value

#: A shape is learnt when it is met for this time, since its expression costs as much as thirty items.
_MEETINGS = 4
#: So many shapes are told apart, of so many tags at most; of those with equally many tags so many are tried.
_SHAPES, _TAGS, _TRIED = 256, 400, 8
#: What follows a tag that holds nothing but text, or nothing at all; no tag has it.
_TEXT, _EMPTY = ">t", ">e"

#: From a tag as written to (the attribute's name, whether it is in Google's namespace); None: it cannot be told.
Name = Callable[[str], tuple[str, bool] | None]
#: From a text with references to what it says; None: only a parser can tell.
Resolved = Callable[[str], str | None]
#: A value's place: which of the texts it is, or for each key of a record which ones.
_Place = int | list[tuple[str, list[int]]]


class Shapes:
    """The shapes of one document's items."""

    def __init__(self, name: Name, resolved: Resolved) -> None:
        self._name, self._resolved = name, resolved
        self._met: Counter[tuple[str, ...]] = Counter()
        self._known: dict[int, list[_Shape]] = {}  # by the number of tags; what was met last comes first

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
            for index, one in enumerate(texts):
                if "&" in one:
                    resolved = self._resolved(one)
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
            shapes = self._known.setdefault(len(marks), [])
            shapes.insert(0, _Shape(marks, self._name))
            del shapes[_TRIED:]


class _Shape:
    """One shape, of what :func:`_mark` says of each tag; the first is the item's own."""

    def __init__(self, marks: Sequence[str], name: Name) -> None:
        self.expression = re.compile("".join(map(_expression, marks)))
        values = _values(marks, name)
        self._names = list(values)
        plain = [places[0] if isinstance(places[0], int) else 0 for places in values.values()]
        self._firsts = itemgetter(*plain, 0)  # one more, since a getter of a single place gives no tuple
        self._others = [(key, places) for key, places in values.items() if places[1:] or not isinstance(places[0], int)]

    def attributes(self, texts: Sequence[str]) -> Attributes:
        """The attributes of an item with these texts."""
        found: Attributes = dict(zip(self._names, self._firsts(texts), strict=False))
        for key, places in self._others:
            values = [_value(place, texts) for place in places]
            found[key] = values if places[1:] else values[0]
        return found


def _mark(piece: str, following: str) -> str:
    """A tag as it is written, with what it holds where that is no element."""
    tag, _, text = piece.partition(">")
    if tag.startswith("/") or tag.endswith("/") or following.partition(">")[0].rstrip() != f"/{tag}":
        return tag
    return tag + (_TEXT if text.strip() else _EMPTY)


def _expression(mark: str) -> str:
    tag, _, held = mark.partition(">")
    return f"<{re.escape(tag)}>" + (r"([^<]*+)" if held == _TEXT[1:] else r"\s*+")


def _values(marks: Sequence[str], name: Name) -> dict[str, list[_Place]]:
    """Where each attribute's values are among the texts; Google's namespace wins over a plain name."""
    values: dict[str, list[_Place]] = {}
    google: set[str] = set()
    text = -1
    record: dict[str, list[int]] | None = None  # of the element that holds others
    parent = ""
    following = iter(marks[1:-1])
    for mark in following:
        tag, _, held = mark.partition(">")
        place: _Place
        if held:
            next(following)  # its own end
        if held == _TEXT[1:]:
            text += 1
            if record is not None:
                record.setdefault(tag.rpartition(":")[2].lower(), []).append(text)
                continue
            place = text
        elif record is not None and tag.rstrip() == f"/{parent}":
            tag, place = parent, list(record.items())
            record = None
            if not place:
                continue
        else:
            if not held and not tag.startswith("/") and not tag.endswith("/"):
                parent, record = tag, {}
            continue
        named = name(tag)
        assert named is not None, "only items that could be read are met"
        key, is_google = named
        if is_google and key not in google:
            google.add(key)
            values.pop(key, None)
        if is_google or key not in google:
            values.setdefault(key, []).append(place)
    return values


def _value(place: _Place, texts: Sequence[str]) -> Value:
    if isinstance(place, int):
        return texts[place]
    return {key: texts[places[0]] if len(places) == 1 else [texts[one] for one in places] for key, places in place}
