"""What a store must hold after each version of a feed, absence and the gates of removals included.

Kept beside the real thing by the rules of the design alone (sections 3 to 5), for feeds without groups, where a product
is one variant. It imports nothing of feedsync.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.real.oracle import Product, Reading

DAY_S = 24 * 3600
AFTER_DOCUMENTS = 2
SHARE = 0.2
COUNTED_FROM = 10


@dataclass
class _Absence:
    counted: int
    documents: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Expected:
    """What one run must do: the products it sends, those it deletes, and those whose removal it holds."""

    sent: frozenset[str]
    deleted: frozenset[str]
    held: frozenset[str]


class Ledger:
    """``holds`` is what the store must hold, by product id, after the last :meth:`run`."""

    def __init__(self) -> None:
        self.holds: dict[str, Product] = {}
        self._absent: dict[str, _Absence] = {}
        self._removed: list[tuple[int, frozenset[str]]] = []
        self._owned: list[tuple[int, int]] = []

    def run(self, reading: Reading, document: str, now: int, *, allowed: bool = False) -> Expected:
        """One run over a complete document; ``document`` identifies its bytes, ``now`` is in Unix seconds."""
        targets = {key: product for key, product in reading.products.items() if self.holds.get(key) != product}
        removals = self._removals(reading, document, now)
        self._owned.append((now, len(self.holds)))
        going = frozenset(removals)
        held = frozenset[str]()
        if not allowed and self._share(going, now) > SHARE:
            held = going
            for key in going:  # a document that nobody believes is no evidence
                self._absent[key] = _Absence(now)
        else:
            if not allowed:
                self._removed.append((now, going))
            for key, product in removals.items():
                if product is not None:
                    targets[key] = product
                else:
                    del self.holds[key], self._absent[key]
        self.holds.update(targets)
        return Expected(frozenset(targets), going - held - targets.keys(), held)

    def _removals(self, reading: Reading, document: str, now: int) -> dict[str, Product | None]:
        """What must become of products that the feed no longer names: unbuyable at first, then gone (None)."""
        found: dict[str, Product | None] = {}
        for key, product in self.holds.items():
            if key in reading.products or key in reading.refused:
                self._absent.pop(key, None)
                continue
            absence = self._absent.setdefault(key, _Absence(now))
            absence.documents.add(document)
            if len(absence.documents) >= AFTER_DOCUMENTS or now >= absence.counted + DAY_S:
                found[key] = None
            elif product != product.without_stock():
                found[key] = product.without_stock()
        return found

    def _share(self, going: frozenset[str], now: int) -> float:
        """The share that goes in 24 hours of the most that was owned in that time."""
        recent = {key for at, keys in self._removed if at > now - DAY_S for key in keys}
        most = max(count for at, count in self._owned if at > now - DAY_S)
        return len(going | recent) / max(most, COUNTED_FROM)
