"""Text of a feed is harmless on a terminal, and a report stays within 80 columns."""

from __future__ import annotations

import unicodedata

import pytest
from rich.cells import cell_len

from feedsync.bik.sandbox import Fault

from .project import Shop, item

HOSTILE = {
    "markup": "[red]sale[/red] [/] [link=https://evil.example]x[/link] [bold",
    "a control character": "bell\x07 backspace\x08 delete\x7f",
    "a written-out escape": "&#27;[2J&#x9b;31m",
    "a C1 control": "\x9b31mred",
    "right to left": "\u202egnp.exe\u202c \u200fא\u2066",
    "line separators": "one\u2028two\u2029three\x85four",
    "ten thousand characters": "x" * 10_000,
    "wide characters": "日本語の商品名" * 30,
    "combining characters": "e\u0301\u0316" * 200,
    "emoji": "\U0001f469\u200d\U0001f469\u200d\U0001f467 \U0001f1ee\U0001f1f3 ❤️ :smile:",
    "nothing visible": "\u200b\u2060\ufeffx",
    "private use": "\ue000\U000f0000",
}


def _harmless(text: str, *, width: int | None = 80) -> None:
    assert not [character for character in text if character != "\n" and not character.isprintable()]
    assert not [character for character in text if unicodedata.bidirectional(character) in ("RLO", "LRO", "RLI", "LRI")]
    if width is not None:
        assert max(cell_len(line) for line in text.splitlines()) <= width


def test_in_titles_and_catalogs(shop: Shop) -> None:
    """Each alone, since a report shows one example of a kind."""
    for number, text in enumerate(HOSTILE.values()):
        shop.add("acme", item(f"A{number}", title=text, product_type=text + " > B"))
        result = shop("diff", "acme")
        assert result.code == 0
        _harmless(result.out)


def test_in_titles_that_change(shop: Shop) -> None:
    shop.add(
        "acme", *(item(f"A{number}", title=text, product_type=text) for number, text in enumerate(HOSTILE.values()))
    )
    for command in ("run", "report"):
        assert shop(command, "acme").code == 0
        _harmless(shop(command, "acme").out)
    shop.project.publish("acme", *(item(f"A{number}") for number in range(len(HOSTILE))))
    result = shop("run", "acme")
    assert result.code == 0
    _harmless("\n".join(line for line in result.out.splitlines() if not line.startswith("→")))
    _harmless(result.out, width=None)


@pytest.mark.parametrize("field", ["id", "price", "availability", "link"])
def test_in_a_field_of_an_item_that_is_refused(shop: Shop, field: str) -> None:
    """Five at a time, since a report lists no more."""
    texts = list(HOSTILE.values())
    for at in range(0, len(texts), 5):
        fields = [{"id_": f"A{at}{number}", "price": "cheap"} for number in range(5)]
        for one, text in zip(fields, texts[at : at + 5], strict=False):
            one["id_" if field == "id" else field] = text[:500] if field == "id" else text
        shop.add("acme", *(item(**one) for one in fields))
        _harmless(shop("diff", "acme").out)
        _harmless(shop("inspect", str(shop.project.folder / "acme.xml")).out, width=None)


def test_in_the_list_of_a_check(shop: Shop) -> None:
    shop.add("acme", *(item(text[:50], price=text) for text in HOSTILE.values()))
    result = shop("check", "acme")
    assert result.code == 3
    _harmless(result.out, width=None)


def test_markup_is_shown_as_it_is_written(shop: Shop) -> None:
    shop.add("acme", item("A", title="[red]sale[/red]"))
    assert "[red]sale[/red]" in shop("run", "acme").out


def test_what_bik_says_is_harmless_too(shop: Shop) -> None:
    shop.add("acme", item("\u202e[red]A"))
    shop.project.sandbox.add_fault(Fault("poison", id="\u202e[red]A"))
    result = shop("run", "acme")
    assert result.code == 3
    _harmless(result.out)


def test_in_a_products_story(shop: Shop) -> None:
    """In every place of it: the record, what it becomes, what is refused, over time."""
    texts = list(HOSTILE.values())
    rules = "[[rules]]\nwhen = 'starts_with(id, `\"R\"`)'\nset = { custom_label_0 = 'x' }\n"
    for price in ("5 INR", "6 INR"):
        shop.add(
            "acme",
            *(item(f"A{n}", title=text, item_group_id="G", price=price, color=text) for n, text in enumerate(texts)),
            *(item(f"B{n}", price=text) for n, text in enumerate(texts)),
            *(item(f"R{n}", custom_label_0=text).replace(">", ">\n") for n, text in enumerate(texts)),
            more="[gates]\nprice = 'off'\ninvalid = 'off'\n" + rules,
        )
        shop("run", "acme")
    shop.project.folder.joinpath("acme.xml").write_text(
        shop.project.folder.joinpath("acme.xml").read_text(encoding="utf-8").replace("6 INR", "7 INR"), encoding="utf-8"
    )
    for n in range(len(texts)):
        for command in (["explain", "acme", f"A{n}"], ["explain", "acme", f"B{n}"], ["explain", "acme", f"R{n}"],
                        ["explain", "acme", f"A{n}", "--no-fetch"], ["explain", "acme", f"B{n}", "--no-fetch"],
                        ["history", "acme", f"A{n}"]):  # fmt: skip
            result = shop(*command)
            assert result.code == 0, command
            _harmless(result.out)
    _harmless(shop("explain", "acme", "G").out)
    _harmless(shop("history", "acme", "G").out)
