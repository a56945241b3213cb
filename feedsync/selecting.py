"""Products by an expression, as ``[protect] match`` and ``resync --match`` take it: JMESPath over Google's names."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from feedsync.currencies import decimal_text
from feedsync.errors import ConfigError
from feedsync.expressions import Expression, NotAnExpression
from feedsync.model import Member, ProductPayload, Variant, VariantPayload
from feedsync.normalize.interpreter import CannotTell, Interpreter
from feedsync.settings import Protect


class Selector:
    """Whether variants are meant, by their ids or by an expression over what they are."""

    def __init__(self, ids: frozenset[str], expression: str | None) -> None:
        self._ids = ids
        self._expression = Expression(expression) if expression is not None else None
        self._interpreter = Interpreter(None)

    @classmethod
    def protected(cls, protect: Protect) -> Selector | None:
        """What ``[protect]`` means; None where it means nothing."""
        return cls(frozenset(protect.ids), protect.match) if protect.ids or protect.match else None

    @classmethod
    def matching(cls, expression: str) -> Selector:
        """What an expression of the command line means.

        Raises:
            ConfigError: FS-110, it is no expression.
        """
        try:
            return cls(frozenset(), expression)
        except NotAnExpression as error:
            raise ConfigError("FS-110", where="--match", expression=expression[:200], reason=error.reason) from None

    def __call__(self, member: Member) -> bool:
        """Whether it is meant. What the expression cannot tell is meant, since it stands for care."""
        variant = member.variant
        return self._means({variant.id, variant.product_id}, record(variant))

    def stored(self, payload: ProductPayload) -> bool:
        """Whether a product is meant of which only is known what the store has: by any of its variants."""
        return any(self._means({payload.id, v.id}, stored_record(payload, v)) for v in payload.variants)

    def _means(self, ids: set[str], named: dict[str, Any]) -> bool:
        if ids & self._ids:
            return True
        if self._expression is None:
            return False
        try:
            return self._interpreter.holds(self._expression, named)
        except CannotTell:
            return True


def record(variant: Variant) -> dict[str, Any]:
    """A variant under Google's names; prices as plain numbers in text, metafields and options under their own names."""
    named = {
        "id": variant.id,
        "item_group_id": variant.group_id,
        "title": variant.title,
        "description": variant.description,
        "link": variant.link,
        "image_link": variant.image_link,
        "price": decimal_text(variant.price_minor, variant.currency),
        "sale_price": decimal_text(variant.sale_minor, variant.currency) if variant.sale_minor is not None else None,
        "availability": variant.availability,
        "quantity": Decimal(variant.quantity) if variant.quantity is not None else None,
        "product_type": list(variant.catalogs),
        "tags": list(variant.tags),
    }
    return {name.lower(): value for name, value in variant.options} | dict(variant.metafields) | named


def stored_record(payload: ProductPayload, variant: VariantPayload) -> dict[str, Any]:
    """The same of a variant that no feed has: what can be read off the store's product."""
    named = {
        "id": variant.id,
        "item_group_id": payload.id,
        "title": payload.title,
        "description": payload.description,
        "link": variant.link,
        "image_link": variant.image_link,
        "price": decimal_text(variant.price_minor, variant.currency),
        "quantity": Decimal(variant.quantity),
        "tags": list(payload.tags),
    }
    return {name.lower(): value for name, value in variant.options} | dict(payload.metafields) | named
