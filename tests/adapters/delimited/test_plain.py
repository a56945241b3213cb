"""Google's and Meta's columns become attributes, and nothing guesses what a cell holds."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsync.adapters.delimited.columns import attribute
from tests.adapters.delimited.support import only, read, table


def one(**cells: str) -> dict[str, object]:
    return dict(only(read(table(["id", *cells], ["1", *cells.values()]))))


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("image link", "image_link"),
        ("Image_Link", "image_link"),
        ("g:image-link", "image_link"),
        (" sale_ price ", "sale_price"),
        ("SELL ON GOOGLE QUANTITY", "sell_on_google_quantity"),
        ("quantity_to_sell_on_facebook", "quantity_to_sell_on_facebook"),
        ("inventory", "inventory"),
        ("image[0].url", "image_link"),
        ("image[0]", "image_link"),
        ("image[3].url", "additional_image_link"),
        ("image.url", "image_link"),
        ("additional_image_link[1]", "additional_image_link"),
        ("video[0].url", "video_link"),
        ("product_tags[1]", "product_tags"),
        ("image[0].tag[0]", None),
        ("video[0].tag[0]", None),
        ("address.city", None),
        ("shipping(country:price)", None),
        ("price (EUR)", None),
        ("Farbe", None),
        ("foo[1]", None),
        ("", None),
    ],
)
def test_a_name_in_any_spelling(name: str, found: str | None) -> None:
    assert attribute(name) == found


@pytest.mark.parametrize("value", ["00012345678905", "NA", "1e5", "8.80609E+12", "NULL", "TRUE", "0", "-", "007"])
def test_no_cell_is_taken_for_anything_but_text(value: str) -> None:
    assert one(gtin=value, Anything=value) == {"id": "1", "gtin": value, "Anything": value}


def test_an_empty_cell_is_absent() -> None:
    assert one(title="", brand="  ", color="red") == {"id": "1", "color": "red"}


def test_other_columns_stay_under_their_own_names() -> None:
    found = one(**{"shipping(country:price)": "AT:6.49 EUR", " Shop Name ": "x"})
    assert found == {"id": "1", "shipping(country:price)": "AT:6.49 EUR", "Shop Name": "x"}


def test_the_record_is_the_row_as_it_stands() -> None:
    reading = read(" ID ,Titre,x,x,x\n1, a ,,2,3\n")
    assert reading.parsed[0].record == {"ID": "1", "Titre": " a ", "x": ["", "2", "3"]}
    assert only(reading) == {"id": "1", "title": "a", "x": ["2", "3"]}


@pytest.mark.parametrize(
    ("names", "attributes"),
    [
        ("ID de contenu,Titre,Lien du site Web,Prix,Prix réduit,État,Disponibilité,Marque,Statut",
         "id,title,link,price,sale_price,condition,availability,brand,status"),
        ("hotel_id,name,url,image.url", "id,title,link,image_link"),
        ("vehicle_id,title,name", "id,title,name"),
        ("id,titel,preis,verfügbarkeit", "id,title,price,availability"),
    ],
)  # fmt: skip
def test_other_names_stand_for_an_attribute_that_is_not_there(names: str, attributes: str) -> None:
    values = [f"v{n}" for n in range(len(names.split(",")))]
    found = only(read(table(names.split(","), values)))
    assert found == dict(zip(attributes.split(","), values, strict=True))


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("https://a/1.jpg", "https://a/1.jpg"),
        ("https://a/1.jpg,https://a/2.jpg", ["https://a/1.jpg", "https://a/2.jpg"]),
        ("https://a/1.jpg | http://a/2.jpg;https://a/3.jpg", ["https://a/1.jpg", "http://a/2.jpg", "https://a/3.jpg"]),
        ("https://a/1,2.jpg https://a/?u=https://b/,x", ["https://a/1,2.jpg", "https://a/?u=https://b/,x"]),
        ("/rel.jpg, https://a/2.jpg,https://a/3.jpg", ["/rel.jpg", "https://a/2.jpg", "https://a/3.jpg"]),
        (
            '[{"url": "https://a/1.jpg", "tag": ["x"]}, {"url": "https://a/2.jpg"}]',
            ["https://a/1.jpg", "https://a/2.jpg"],
        ),
        ('{"url": "https://a/1.jpg"}', ["https://a/1.jpg"]),
        ('["https://a/1.jpg", 5, {}]', ["https://a/1.jpg"]),
        ("[not json", "[not json"),
        ("[]", "[]"),
    ],
)
def test_several_images_in_one_cell(cell: str, found: object) -> None:
    assert one(additional_image_link=cell)["additional_image_link"] == found


def test_numbered_image_columns_are_one_main_image_and_further_ones() -> None:
    found = one(
        **{
            "image[0].url": "https://a/0",
            "image[1].url": "",
            "image[2].url": "https://a/2",
            "image[3].url": "https://a/3",
        }
    )
    assert found["image_link"] == "https://a/0"
    assert found["additional_image_link"] == ["https://a/2", "https://a/3"]


def test_nested_images_hold_the_main_one_too() -> None:
    found = one(image='[{"url": "https://a/0"}, {"url": "https://a/1"}]', additional_image_link="https://a/2")
    assert found["image_link"] == "https://a/0"
    assert found["additional_image_link"] == ["https://a/1", "https://a/2"]


def test_one_main_image_in_a_nested_cell() -> None:
    assert one(image='{"url": "https://a/0"}') == {"id": "1", "image_link": "https://a/0"}
    assert one(image_link="https://a/0,https://a/1")["image_link"] == "https://a/0,https://a/1"


def test_a_column_that_is_there_twice_is_a_list() -> None:
    found = only(read("id,product_highlight,product highlight,product_highlight\n1,a,,c\n"))
    assert found == {"id": "1", "product_highlight": ["a", "c"]}


@settings(deadline=None, max_examples=100)
@given(st.text(max_size=60), st.text(max_size=30))
def test_no_cell_and_no_name_breaks_the_reading(cell: str, name: str) -> None:
    text = table(["id", "title", "additional_image_link", name], ["1", "x", cell.replace("\0", ""), "y"])
    if text.isascii() or max(text) < "\ud800":
        reading = read(text, delimiter=",")
        assert len(reading.parsed) <= 1
