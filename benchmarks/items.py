"""Invented items as shops have them: about twenty-five attributes, groups of variants, texts that differ.

Everything follows from the seed and the place of an item, so that a feed of a million is written in flat memory, the first
thousand of them are the feed of a thousand, and a next day differs from the first one exactly where it should.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from random import Random

#: An attribute's text, or the texts of one that may stand several times.
Item = dict[str, str | list[str]]

#: Of a next day, shares of the items of the first one.
CHANGED, ADDED, REMOVED = 0.02, 0.005, 0.005
_STOCK_SHARE = 0.4  # of the changed items; the others have another price
_SIZES = ("XS", "S", "M", "L", "XL", "XXL")
_COLORS = ("Black", "Off white", "Navy blue", "Olive", "Maroon", "Rosé", "Sand", "Teal")
_KINDS = (
    ("T-shirt", "Apparel & Accessories > Clothing > Shirts & Tops", "Clothing > Tops > T-shirts"),
    ("Shirt", "Apparel & Accessories > Clothing > Shirts & Tops", "Clothing > Tops > Shirts"),
    ("Trousers", "Apparel & Accessories > Clothing > Pants", "Clothing > Bottoms > Trousers"),
    ("Sneakers", "Apparel & Accessories > Shoes", "Shoes > Sneakers"),
    ("Backpack", "Luggage & Bags > Backpacks", "Bags > Backpacks"),
    ("Water bottle", "Home & Garden > Kitchen & Dining > Food & Beverage Carriers", "Home > Kitchen > Bottles"),
    ("Lamp", "Home & Garden > Lighting > Lamps", "Home > Lighting > Lamps"),
    ("Face cream", "Health & Beauty > Personal Care > Cosmetics > Skin Care", "Beauty > Face > Creams"),
)
_ADJECTIVES = ("Everyday", "Classic", "Organic", "Light", "Warm", "Sturdy", "Slim", "Relaxed", "Recycled", "Quilted")
_MATERIALS = ("Cotton", "Linen", "Wool", "Canvas", "Steel", "Bamboo")
_BRANDS = ("Anokhi & Sons", "Birch", "Café Noir", "Dune Works", "Elm Street", "Field")
_GENDERS = ("male", "female", "unisex")
_WORDS = """
    a and the of with for soft strong light cotton linen made by hand in small batches our partners colour that goes
    everything easy to wash mend wear every day season fit regular slim true size model is tall wears medium organic
    certified recycled packed without plastic returns within thirty days free delivery over stitched twice at seams
    pockets deep enough keys phone pattern drawn studio dyed water saving process gets softer time washes cold
    inside out do not bleach iron low warm lined dry quickly breathes well summer winter layered under jacket"""
_OPENINGS = (
    '"The best we ever made," says our tailor: ',
    "R&D meets craft. ",
    "Naïve, not plain – ",
    "",
    "",
    "",
    "",
    "",
)


def _sentences() -> tuple[str, ...]:
    """Sentences that descriptions are made of; the same for every seed."""
    chance, words = Random(7), _WORDS.split()
    made = (" ".join(chance.choices(words, k=chance.randint(6, 18))).capitalize() + ". " for _ in range(2000))
    return tuple(made)


_SENTENCES = _sentences()


def items(count: int, *, seed: int, day: int = 0, done: Counter[str] | None = None) -> Iterator[Item]:
    """The items of one day, in the feed's order.

    Args:
        count: how many the first day (0) has; any other day has nearly as many.
        seed: of everything.
        day: 0, or a day on which 2 % of the items of day 0 have another price or stock, 0.5 % are new and 0.5 % are gone.
        done: is told how many items were ``written``, ``changed``, ``added`` and ``removed``.
    """
    done = Counter() if done is None else done
    left, group = count, 0
    while left > 0:
        variants = _group(Random((seed << 36) + group), group)[:left]
        left -= len(variants)
        yielded = variants if day == 0 else _next_day(variants, Random((seed << 36) + (day << 30) + group), day, done)
        done["written"] += len(yielded)
        yield from yielded
        group += 1


def _next_day(variants: list[Item], chance: Random, day: int, done: Counter[str]) -> list[Item]:
    kept: list[Item] = []
    for item in variants:
        fate = chance.random()
        if fate < REMOVED:
            done["removed"] += 1
        elif fate < REMOVED + CHANGED:
            done["changed"] += 1
            kept.append(_changed(item, chance))
        else:
            kept.append(item)
        if chance.random() < ADDED:
            done["added"] += 1
            kept.append(_added(item, chance, day))
    return kept


def _changed(item: Item, chance: Random) -> Item:
    """Another price, within the tenth of it that shops move by; or the stock sold or come in."""
    if chance.random() < _STOCK_SHARE:
        gone = item["availability"] == "in_stock" and chance.random() < 0.3
        quantity = 0 if gone else int(str(item["quantity"])) + 1 + int(chance.random() * 9)
        return item | {"quantity": str(quantity), "availability": "in_stock" if quantity else "out_of_stock"}
    price = float(str(item["price"]).removesuffix(" INR"))
    return item | {"price": f"{price * (1.01 + chance.random() * 0.09):.2f} INR"}


def _added(item: Item, chance: Random, day: int) -> Item:
    """One more variant of its group, or a product of its own that is much like it."""
    fresh = item | {"id": f"{item['id']}-N{day}", "mpn": f"{item['mpn']}-N{day}"}
    if chance.random() < 0.5:
        fresh.pop("item_group_id", None)
    else:
        fresh["size"] = f"Special {day}"
    return fresh


def _group(chance: Random, group: int) -> list[Item]:
    """The one to twelve variants of a product: four on the average, every fifth product alone."""
    draw = chance.random
    alone = draw() < 0.2
    sizes = 1 if alone else 2 + int(draw() * 3)
    colors = 1 if alone else 1 + int(draw() * 2.2)
    kind, google, own = _KINDS[int(draw() * len(_KINDS))]
    name = f"{_ADJECTIVES[int(draw() * len(_ADJECTIVES))]} {kind} No. {group}"
    sentences = (_SENTENCES[int(draw() * len(_SENTENCES))] for _ in range(6 + int(draw() * 9)))
    text = _OPENINGS[int(draw() * len(_OPENINGS))] + "".join(sentences)
    if draw() < 0.05:  # a list, or a second paragraph
        text = text.replace(". ", ".\n", 2)
    brand, material = _BRANDS[int(draw() * len(_BRANDS))], _MATERIALS[int(draw() * len(_MATERIALS))]
    gender, row, first = _GENDERS[int(draw() * 3)], int(draw() * 40), int(draw() * 6)
    page = f"https://shop.example/products/{kind.lower().replace(' ', '-')}-{group}"
    picture = f"https://cdn.shop.example/s/files/1/0533/{group % 9973:04d}/products/{group}"
    base = 199 + int(draw() * 4800)
    variants: list[Item] = []
    for number in range(sizes * colors):
        color, size = _COLORS[(first + number % colors) % len(_COLORS)], _SIZES[number // colors]
        price = base + 50 * (number // colors)
        quantity = max(0, int(draw() * 60) - 8)
        item: Item = {
            "id": f"SKU-{group:07d}-{number:02d}",
            "title": f"{name}, {color}, {size}",
            "description": text,
            "link": f"{page}?variant={group * 16 + number}&utm_source=google&utm_medium=feed",
            "image_link": f"{picture}_{number % colors}_1.jpg?v=1731{group % 997:03d}",
            "additional_image_link": [f"{picture}_{number % colors}_{n}.jpg?v=1731{group % 997:03d}" for n in (2, 3)],
            "availability": "in_stock" if quantity else "out_of_stock",
            "price": f"{price}.00 INR",
            "brand": brand,
            "gtin": f"890{group:08d}{number:02d}",
            "mpn": f"M{group}-{number}",
            "condition": "new",
            "color": color,
            "size": size,
            "gender": gender,
            "age_group": "adult",
            "material": material,
            "product_type": f"{own} > Row {row}",
            "google_product_category": google,
            "quantity": str(quantity),
            "shipping_weight": f"{150 + base % 900} g",
            "custom_label_0": "bestseller" if draw() < 0.1 else "core",
            "custom_label_1": f"margin-{base % 5}",
        }
        if not alone:
            item["item_group_id"] = f"G-{group:07d}"
        if draw() < 0.3:
            item["sale_price"] = f"{price * 0.8:.2f} INR"
        variants.append(item)
    return variants
