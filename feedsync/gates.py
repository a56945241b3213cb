"""The gates: how one run is measured, which gates that closes, and what a gate says of one change.

Pure. Design, section 5: a gate holds its own class only; over a limit all of the class is held; 0 means zero.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from feedsync.matters import Matter
from feedsync.model import ProductPayload
from feedsync.settings import Gates
from feedsync.settings_values import Limit

#: What a share is counted from at least: three of five products are no wave.
SHARE_FROM = 10
#: Removals of this long count together: a catalog must not bleed out slowly.
WINDOW_S = 24 * 3600
#: gate -> the classes that it holds, in the order in which gates are shown; the first that holds a change is named.
GATES: dict[str, frozenset[str]] = {
    "degraded": frozenset({"removal"}),
    "empty": frozenset({"removal"}),
    "identity": frozenset({"removal", "addition"}),
    "invalid": frozenset({"removal"}),
    "removals": frozenset({"removal"}),
    "currency": frozenset({"price"}),
    "zero_price": frozenset({"price", "addition"}),
    "price": frozenset({"price"}),
    "stock_out": frozenset({"stock_out"}),
}
#: These look at each product alone.
LOCAL = frozenset({"currency", "zero_price"})
#: The gates that can be let through: a document that is not whole cannot show what is gone.
ALLOWABLE = frozenset(GATES) - {"degraded"}
#: A removal that one of these holds was lacking in a document that is no evidence.
DOUBTED = frozenset({"empty", "identity", "invalid", "removals"})

Verdict = Literal["pass", "held", "allowed", "off"]


class GateResult(msgspec.Struct):
    """How one gate judged the run: what was measured, the limit, the verdict, and how many changes it holds.

    Shares are floats, counts integers. The value of ``identity`` is the share that was seen again, and its limit the
    least of it. ``note`` says more, such as what a new id scheme looks like.
    """

    gate: str
    value: float | int
    limit: float | int | str
    verdict: Verdict
    held: int = 0
    note: str | None = None


class Removals(msgspec.Struct):
    """What goes, over this run and what was sent unapproved in the last 24 hours, of the most that was owned then."""

    products: set[str] = msgspec.field(default_factory=set)
    variants: set[str] = msgspec.field(default_factory=set)
    owned_products: int = 0
    owned_variants: int = 0

    def add(self, kind: str, subject: str, variant_id: str | None) -> None:
        """Count a change of the class ``removal``; the steps of one absence count once."""
        if kind != "variant_removed":
            self.products.add(subject)
        if variant_id is not None:
            self.variants.add(variant_id)

    def share(self) -> float:
        """The larger share of what was owned: of products that go, or of variants."""
        shares = (
            len(self.products) / max(self.owned_products, SHARE_FROM),
            len(self.variants) / max(self.owned_variants, SHARE_FROM),
        )
        return max(shares)

    def count(self) -> int:
        """How many products go, or variants, whichever are more."""
        return max(len(self.products), len(self.variants))


class Measures(msgspec.Struct):
    """What a run is measured by.

    ``degraded`` and ``empty`` count documents and feeds, ``invalid`` items of ``items``; ``unseen`` are variants of
    ``removals.owned_variants`` that no document names any more. The rest counts what nobody decided about: products
    whose price ``moved``, variants that go out of stock (``stock_outs``) of those ``in_stock``, changes to a price of
    ``zero``, and products whose ``currency`` changes.
    """

    removals: Removals = msgspec.field(default_factory=Removals)
    degraded: int = 0
    empty: int = 0
    invalid: int = 0
    items: int = 0
    unseen: int = 0
    moved: int = 0
    stock_outs: int = 0
    in_stock: int = 0
    zero: int = 0
    currency: int = 0


def judge(measures: Measures, gates: Gates, allow: frozenset[str] = frozenset()) -> list[GateResult]:
    """Every gate's verdict, in the order of :data:`GATES`; ``allow`` names gates that this run may pass."""
    removals = measures.removals
    results = [
        _always("degraded", measures.degraded, "always"),
        _always("empty", measures.empty, gates.empty),
        _identity(measures, gates.identity),
        _over("invalid", measures.invalid, measures.items, gates.invalid),
        _limited("removals", removals.share(), removals.count(), gates.removals),
        _always("currency", measures.currency, gates.currency),
        _always("zero_price", measures.zero, gates.zero_price),
        _over("price", measures.moved, removals.owned_products, _price_limit(gates)),
        _over("stock_out", measures.stock_outs, measures.in_stock, gates.stock_out),
    ]
    for result in results:
        if result.verdict == "held" and result.gate in allow & ALLOWABLE:
            result.verdict = "allowed"
    return results


def _price_limit(gates: Gates) -> Limit:
    limit: Limit = gates.price
    return Limit() if gates.price_move.off else limit


def _always(gate: str, value: int, setting: str) -> GateResult:
    if setting == "off":
        return GateResult(gate, value, "off", "off")
    return GateResult(gate, value, 0, "held" if value else "pass")


def _over(gate: str, count: int, of: int, limit: Limit) -> GateResult:
    return _limited(gate, count / max(of, SHARE_FROM), count, limit)


def _limited(gate: str, share: float, count: int, limit: Limit) -> GateResult:
    value, bound = (share, limit.share) if limit.count is None else (count, limit.count)
    if bound is None:
        return GateResult(gate, round(value, 6), "off", "off")
    return GateResult(gate, round(value, 6), bound, "held" if value > bound else "pass")


def _identity(measures: Measures, limit: Limit) -> GateResult:
    known = measures.removals.owned_variants
    if limit.count is not None:
        seen = known - measures.unseen
        lacking = measures.unseen > 0 and seen < limit.count
        return GateResult("identity", seen, limit.count, "held" if lacking else "pass")
    value = 1 - measures.unseen / max(known, SHARE_FROM)
    if limit.share is None:
        return GateResult("identity", round(value, 6), "off", "off")
    return GateResult("identity", round(value, 6), limit.share, "held" if value < limit.share else "pass")


def gate_of(matter: Matter, results: dict[str, GateResult], target: ProductPayload | None) -> GateResult | None:
    """The first gate that holds a matter, else the first that lets it through for once; None: none is concerned with it.

    Args:
        matter: of one product.
        results: gate -> its verdict; of the gates in :data:`LOCAL` what it says of products that it concerns.
        target: what the product would be.
    """
    concerned = [
        result
        for gate, result in results.items()
        if matter.klass in GATES[gate]
        and result.verdict in ("held", "allowed")
        and (gate not in LOCAL or _concerns(gate, matter, target))
    ]
    return next((result for result in concerned if result.verdict == "held"), next(iter(concerned), None))


def open_local(results: list[GateResult], allow: frozenset[str]) -> dict[str, GateResult]:
    """gate -> verdict, where the gates that look at each product alone say what they say of those they concern."""
    return {
        result.gate: msgspec.structs.replace(result, verdict="allowed" if result.gate in allow else "held")
        if result.gate in LOCAL and result.verdict == "pass"
        else result
        for result in results
    }


def closed(results: dict[str, GateResult]) -> frozenset[str]:
    """The classes of which a gate says something whatever a product is."""
    said = [gate for gate, result in results.items() if gate not in LOCAL and result.verdict in ("held", "allowed")]
    return frozenset().union(*(GATES[gate] for gate in said))


def _concerns(gate: str, matter: Matter, target: ProductPayload | None) -> bool:
    return is_currency(matter) if gate == "currency" else is_zero(matter, target)


def is_currency(matter: Matter) -> bool:
    """Whether the currency of a variant or of the product changes."""
    return matter.klass == "price" and any(change.field == "currency" for change in matter.changes)


def is_zero(matter: Matter, target: ProductPayload | None) -> bool:
    """Whether a variant would cost nothing: one that gets that price, or one that is added with it."""
    if matter.klass not in ("price", "addition") or target is None:
        return False
    concerned = [v for v in target.variants if matter.variant_id in ("", v.id)]
    free = [v for v in concerned if v.selling_minor == 0]
    return bool(free) and (matter.klass == "price" or bool(matter.variant_id) or len(free) == len(concerned))
