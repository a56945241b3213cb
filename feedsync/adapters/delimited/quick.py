"""The cells of one line, taken apart by whole runs of text; the csv module goes sign by sign."""

from __future__ import annotations

#: A line with more quotation marks than that is left to the csv module.
_PARTS = 200


def cells_of(text: str, delimiter: str) -> list[str] | None:
    """The cells of a line without its end; None where marks do not enclose whole cells, or not on this line alone.

    What is given is what a strict ``csv.reader`` gives without skipping spaces.
    """
    parts = text.split('"')  # outside and inside of marks by turns; between the two of a doubled one is nothing
    if len(parts) == 1:
        return text.split(delimiter)
    if len(parts) % 2 == 0 or len(parts) > _PARTS:
        return None
    outside = parts[0]
    if outside and outside[-1] != delimiter:
        return None
    cells = outside.split(delimiter)[:-1]
    last = len(parts) - 1
    at = 1
    while True:
        inside, outside = parts[at], parts[at + 1]
        while not outside and at + 1 < last:
            at += 2
            inside, outside = f'{inside}"{parts[at]}', parts[at + 1]
        cells.append(inside)
        at += 2
        if outside and outside[0] != delimiter:
            return None
        if at > last:
            return cells + outside[1:].split(delimiter) if outside else cells
        if outside[-1] != delimiter:
            return None
        if len(outside) > 1:
            cells += outside[1:-1].split(delimiter)
