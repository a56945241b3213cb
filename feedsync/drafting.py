"""Products derived by whoever reads their items, while these are at hand: a snapshot's first document has nothing but new ones.

A draft is a guess: that the items of one product that stand together in a document are all that it has. It costs no
reading, unpacking and decoding later; whether it holds is proven when the plan is made: :mod:`feedsync.snapshot.drafts`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from feedsync.deriving import Deriver
from feedsync.model import Member, Variant
from feedsync.snapshot.incoming import Draft
from feedsync.snapshot.records import Packer

#: One product in so many is remembered, to see whether its items stand together.
_SAMPLED = 16
#: So many of them may come back, and this share, before it is concluded that they stand apart.
_FEW, _SHARE = 8, 0.05


class Drafter:
    """Drafts the products of a document's items, lot for lot, until it turns out that they stand apart."""

    def __init__(self, deriver: Deriver) -> None:
        self._deriver = deriver
        self._seen: set[int] = set()
        self._again = 0

    def pack_with(self, packer: Packer) -> None:
        """What the payloads that follow are packed with."""
        self._deriver.packer = packer

    def draft(self, variants: Iterable[tuple[int, Variant | None]]) -> list[Draft]:
        """Drafts of the products of these variants, which are given with their positions, in the document's order; None
        stands for an item that is no variant."""
        if self._again > max(_FEW, _SHARE * len(self._seen)):
            return []
        products: defaultdict[str, list[tuple[int, Variant]]] = defaultdict(list)
        for position, variant in variants:
            if variant is not None:
                products[variant.group_id or variant.id].append((position, variant))
        self._sample([hash(product_id) for product_id, found in products.items() if found[0][1].group_id])
        drafts: list[Draft] = []
        for product_id, found in products.items():
            derived = self._deriver.plain(product_id, "feed", 0, None, [Member(variant) for _, variant in found])
            if derived is not None:
                drafts.append(
                    (
                        found[0][0], found[-1][0], len(found), derived.next_change_at, product_id,
                        derived.changes[0].after or "", derived.hash, derived.payload,
                    )
                )  # fmt: skip
        return drafts

    def _sample(self, groups: list[int]) -> None:
        """Count of a lot's groups, given as hashes, those that were met before; the first may only have been cut."""
        sample = [group for group in groups if group % _SAMPLED == 0]
        self._again += len(self._seen.intersection(sample[1:] if sample[:1] == groups[:1] else sample))
        self._seen.update(sample)
