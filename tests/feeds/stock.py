"""A shop with a second feed, which a test writes as it does the first."""

from __future__ import annotations

from tests.sync.shop import Shop

SUPPLEMENTAL = '[[feeds]]\nlocation = "stock.xml"\nrole = "supplemental"\n'
_HEAD = '<rss xmlns:g="http://base.google.com/ns/1.0"><channel>'
_TAIL = "</channel></rss>"
_serial = 0


def publish(shop: Shop, *records: str, name: str = "stock.xml", end: str = _TAIL) -> None:
    """Write the second feed; every one differs from the last at least in its head."""
    global _serial
    _serial += 1
    shop.folder.joinpath(name).write_text(f"{_HEAD}<title>{_serial}</title>{''.join(records)}{end}", encoding="utf-8")


def row(id_: str, **fields: str) -> str:
    """One item that says no more than it must."""
    body = "".join(f"<g:{name}>{value}</g:{name}>" for name, value in {"id": id_, **fields}.items())
    return f"<item>{body}</item>\n"


def quantities(shop: Shop) -> dict[str, int]:
    """The quantity of every variant in the store."""
    return {c["id"]: c["quantity"] for product in shop.sandbox.products().values() for c in product["combinations"]}
