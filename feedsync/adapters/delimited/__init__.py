"""Feeds in delimited text: comma, tab, semicolon or bar, in any encoding.

The formats in the order in which they are tried: the shops' own exports before any other table.
"""

from __future__ import annotations

from feedsync.adapters.base import Adapter
from feedsync.adapters.delimited.plain import PlainCsv
from feedsync.adapters.delimited.shopify import ShopifyCsv
from feedsync.adapters.delimited.wix import WixCsv
from feedsync.adapters.delimited.woocommerce import WooCommerceCsv

DELIMITED: tuple[Adapter, ...] = (ShopifyCsv(), WooCommerceCsv(), WixCsv(), PlainCsv())
