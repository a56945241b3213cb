"""Pictures: the main one and the further ones, absolute, each once, in the feed's order."""

from __future__ import annotations

from feedsync.model import Value
from feedsync.settings import Products
from tests.normalize.support import accepted, attributes, refused, remarks

MAIN = "https://cdn.example/shirt.jpg"


def _more(value: Value) -> tuple[str, ...]:
    return accepted(attributes(additional_image_link=value)).additional_image_links


def test_repeated_elements_and_a_list_in_one_cell_are_the_same() -> None:
    expected = ("https://h/b.jpg", "https://h/a.jpg")
    assert _more(["https://h/b.jpg", "https://h/a.jpg"]) == expected
    assert _more("https://h/b.jpg,https://h/a.jpg") == _more("https://h/b.jpg , https://h/a.jpg") == expected


def test_a_comma_inside_of_an_address_separates_nothing() -> None:
    assert _more("https://h/w_10,h_20/a.jpg") == ("https://h/w_10,h_20/a.jpg",)


def test_each_picture_is_there_once_and_the_main_one_not_again() -> None:
    assert _more(["https://h/a.jpg", MAIN, "https://h/a.jpg"]) == ("https://h/a.jpg",)


def test_a_relative_address_is_resolved_against_the_link() -> None:
    variant = accepted(attributes(image_link="/a.jpg", additional_image_link="//h/b.jpg"))
    assert (variant.image_link, variant.additional_image_links) == ("https://shop.example/a.jpg", ("https://h/b.jpg",))


def test_one_bad_picture_of_several_is_left_out_with_a_remark() -> None:
    item = attributes(additional_image_link=["https://h/a.jpg", "ftp://h/b.jpg", "https://h/c.jpg"])
    assert accepted(item).additional_image_links == ("https://h/a.jpg", "https://h/c.jpg")
    (remark,) = remarks(item)
    assert remark.startswith("FS-406 additional_image_link 'ftp://h/b.jpg' is not a web address")


def test_a_bad_main_picture_refuses_the_item() -> None:
    assert refused(attributes(image_link="ftp://h/a.jpg")).startswith("FS-406 image_link 'ftp://h/a.jpg'")


def test_a_schedule_may_do_without_a_picture() -> None:
    item = attributes(without="image_link", additional_image_link="https://h/a.jpg")
    assert refused(item) == "FS-403 image_link is missing"
    variant = accepted(item, products=Products(require_image=False))
    assert (variant.image_link, variant.additional_image_links) == ("", ("https://h/a.jpg",))
