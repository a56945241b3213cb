"""Why a variant should be sold as it is now, in words: what its feed, the time and the settings make of it. Pure."""

from __future__ import annotations

from feedsync.effective import is_over
from feedsync.exported import money
from feedsync.model import Absence, Member, ProductPayload, VariantPayload
from feedsync.report.summary import utc_minute
from feedsync.settings import Schedule


def why(member: Member, target: ProductPayload | None, schedule: Schedule, now: int) -> list[str]:
    """Sentences about one variant at ``now`` (Unix seconds); ``target`` is what its product should be in the store."""
    variant = member.variant
    sold = next((v for v in target.variants if v.id == variant.id), None) if target else None
    words = [*_presence(member, schedule, now)]
    if sold is None:
        words.append("it should not be in the store" if words else "it has no place in the store")
        return words
    words.append(f"it should cost {money(sold.selling_minor, sold.currency)}: {_price(member, sold, now)}")
    words.append(f"its quantity should be {sold.quantity}: {_quantity(member, sold, schedule, now)}")
    return words


def _presence(member: Member, schedule: Schedule, now: int) -> list[str]:
    absence, policy = member.absence, schedule.absence
    if absence is None:
        expires_at = member.variant.expires_at
        if expires_at is None or expires_at > now:
            return []
        words = [f"it expired at {utc_minute(expires_at)}, and expired is absent"]
        absence = Absence(expires_at, 0, expires_at)
    else:
        words = [f"its feed lacks it since {utc_minute(absence.since)}, in {_documents(absence)}"]
    if policy.then == "keep":
        words.append('it stays as it was, by [absence] then = "keep"')
    elif policy.then == "out_of_stock":
        words.append('it stays without stock, by [absence] then = "out_of_stock"')
    elif not is_over(absence, policy, now):
        when = utc_minute(absence.counted_from + policy.after)
        words.append(f"it is removed after {_count(policy.after_runs)} ([absence] after_runs), or at {when} (after)")
    return words


def _documents(absence: Absence) -> str:
    if absence.documents == 0:
        return "documents that count for nothing, as a gate held what they lack"
    return _count(absence.documents)


def _count(documents: int) -> str:
    return "1 document that counts" if documents == 1 else f"{documents} documents that count"


def _price(member: Member, sold: VariantPayload, now: int) -> str:
    variant = member.variant
    if sold.selling_minor not in (variant.price_minor, variant.sale_minor):
        return "as it was sent last" if member.absence else "as it was in the run to which the schedule is pinned"
    if variant.sale_minor is None:
        return "the price in the feed, which states no sale that counts"
    if variant.sale_from is not None and now < variant.sale_from:
        return f"the price; its sale begins at {utc_minute(variant.sale_from)}"
    if variant.sale_to is not None and now >= variant.sale_to:
        return f"the price; its sale ended at {utc_minute(variant.sale_to)}"
    until = f" until {utc_minute(variant.sale_to)}" if variant.sale_to is not None else ""
    return f"its sale price counts{until}"


def _quantity(member: Member, sold: VariantPayload, schedule: Schedule, now: int) -> str:
    variant, products = member.variant, schedule.products
    if sold.quantity == 0 and (member.absence or (variant.expires_at is not None and variant.expires_at <= now)):
        return "what is absent cannot be bought"
    if variant.availability in ("out_of_stock", "discontinued"):
        return f"the feed says {variant.availability}, whatever else it states"
    if variant.availability in ("preorder", "backorder") and products.preorder == "unbuyable":
        if variant.available_at is None:
            return f'{variant.availability} is not sold, by [products] preorder = "unbuyable"'
        if now < variant.available_at:
            return (
                f"{variant.availability} is not sold until {utc_minute(variant.available_at)}, by [products] preorder"
            )
    if variant.quantity is None:
        return f"the feed says {variant.availability} without a number, so [products] in_stock_quantity counts"
    return "the feed states it" if variant.quantity >= 0 else f"the feed states {variant.quantity}"
