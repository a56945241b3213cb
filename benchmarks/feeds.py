"""Invented feeds of any size, written in one pass: about 2.2 KB an item, as real ones have."""

from __future__ import annotations

from pathlib import Path

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<rss xmlns:g="http://base.google.com/ns/1.0" version="2.0">\n<channel>\n'
    "<title>Bench</title>\n<link>https://bench.example</link>\n<description>An invented feed</description>\n"
)
_TEXT = "A sturdy everyday thing in a colour that goes with everything, made to be used and easy to mend. " * 14
_ITEM = """<item>
  <g:id>SKU-{n:07d}</g:id>
  <g:item_group_id>G-{group:06d}</g:item_group_id>
  <g:title>Everyday thing number {n}</g:title>
  <g:description>{text}</g:description>
  <g:link>https://bench.example/p/{n}</g:link>
  <g:image_link>https://bench.example/i/{n}.jpg?v=17</g:image_link>
  <g:additional_image_link>https://bench.example/i/{n}-b.jpg</g:additional_image_link>
  <g:availability>{availability}</g:availability>
  <g:price>{price}.00 INR</g:price>
  <g:brand>Bench</g:brand>
  <g:gtin>20{n:011d}</g:gtin>
  <g:condition>new</g:condition>
  <g:color>{color}</g:color>
  <g:product_type>Things &gt; Everyday &gt; Row {row}</g:product_type>
  <g:shipping><g:country>IN</g:country><g:price>49.00 INR</g:price></g:shipping>
</item>
"""
_COLORS = ("Black", "White", "Blue", "Green")


def write_feed(path: Path, items: int, *, changed_percent: int = 0) -> None:
    """A feed of ``items`` variants in groups of four; every fiftieth percent step of them has another price."""
    every = 100 // changed_percent if changed_percent else 0
    with path.open("w", encoding="utf-8") as file:
        file.write(_HEAD)
        for n in range(items):
            changed = 1 if every and n % every == 0 else 0
            file.write(
                _ITEM.format(
                    n=n, group=n // 4, text=_TEXT, price=100 + n % 900 + changed, color=_COLORS[n % 4], row=n % 40,
                    availability="in_stock" if n % 9 else "out_of_stock",
                )
            )  # fmt: skip
        file.write("</channel>\n</rss>\n")
