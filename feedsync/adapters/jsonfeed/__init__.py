"""JSON documents: Shopify's products, WooCommerce's products, and anything else."""

from __future__ import annotations

from feedsync.adapters.jsonfeed.generic import Json
from feedsync.adapters.jsonfeed.shopify import ShopifyJson
from feedsync.adapters.jsonfeed.woocommerce import WooCommerceJson

#: In the order in which a document is offered to them; the last one takes all JSON.
JSON_FORMATS = (ShopifyJson(), WooCommerceJson(), Json())

__all__ = ["JSON_FORMATS", "Json", "ShopifyJson", "WooCommerceJson"]
