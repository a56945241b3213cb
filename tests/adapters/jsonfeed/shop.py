"""Products as Shopify and WooCommerce write them, small."""

from __future__ import annotations

from typing import Any

Record = dict[str, Any]


def variant(number: int, **more: Any) -> Record:
    """A variant of Shopify's storefront."""
    return {"id": number, "title": "S", "option1": "S", "option2": None, "option3": None, "sku": f"S{number}", "price": "10.00",
            "compare_at_price": None, "available": True, "featured_image": None, "position": 1, "product_id": 1,
            "updated_at": "2026-01-01T00:00:00-05:00", **more}  # fmt: skip


def shopify(*variants: Record, **more: Any) -> Record:
    """A product of Shopify's storefront, with one variant unless told otherwise."""
    pictures = [
        {"id": 7, "src": "https://cdn.example/7.jpg"},
        {"id": 8, "src": "https://cdn.example/8.jpg", "updated_at": "1"},
    ]
    return {"id": 1, "title": "Shirt", "handle": "shirt", "body_html": "<p>A shirt</p>", "published_at": "2026-01-01T00:00:00Z",
            "updated_at": "2026-01-01", "vendor": "Brand", "product_type": "Shirts", "tags": ["a", "b"],
            "variants": list(variants or (variant(11),)), "images": pictures,
            "options": [{"name": "Size", "position": 1, "values": ["S"]}], **more}  # fmt: skip


def admin(**more: Any) -> Record:
    """A variant of Shopify's Admin REST API."""
    record = variant(11, barcode="0123456789012", image_id=None)
    del record["available"], record["featured_image"]
    return {**record, "inventory_management": "shopify", "inventory_policy": "deny", "inventory_quantity": 5, **more}


def woo(**more: Any) -> Record:
    """A simple product of WooCommerce's REST API."""
    return {"id": 20, "name": "Beanie", "permalink": "https://shop.example/product/beanie/", "type": "simple",
            "status": "publish", "description": "<p>Warm</p>", "short_description": "Short", "sku": "B", "price": "18",
            "regular_price": "20", "sale_price": "18", "date_on_sale_from": None, "date_on_sale_to": None,
            "purchasable": True, "manage_stock": False, "stock_quantity": None, "stock_status": "instock",
            "backorders": "no", "backorders_allowed": False, "parent_id": 0, "variations": [], "attributes": [],
            "categories": [{"id": 1, "name": "Hats &amp; Caps"}], "tags": [], "brands": [{"name": "Acme"}],
            "images": [{"id": 3, "src": "https://shop.example/3.jpg"}, {"id": 4, "src": "https://shop.example/4.jpg"}],
            "date_modified_gmt": "2026-01-01T00:00:00", "total_sales": 1, "meta_data": [{"key": "secret", "value": "x"}],
            **more}  # fmt: skip


def variation(number: int, **more: Any) -> Record:
    """A variation as the API gives it."""
    return {"id": number, "status": "publish", "description": "", "sku": f"B-{number}", "price": "20", "regular_price": "20",
            "sale_price": "", "purchasable": True, "manage_stock": False, "stock_quantity": None, "stock_status": "instock",
            "permalink": f"https://shop.example/product/beanie/?attribute_size={number}",
            "image": {"id": 9, "src": f"https://shop.example/{number}.jpg"},
            "attributes": [{"id": 1, "name": "Size", "option": str(number)}], **more}  # fmt: skip


def variable(*variations: Any, **more: Any) -> Record:
    """A variable product with these variations."""
    return woo(**{"type": "variable", "regular_price": "", "sale_price": "", "variations": list(variations), **more})
