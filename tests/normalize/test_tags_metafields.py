"""Tags and metafields: the attributes that the settings name, in the settings' order."""

from __future__ import annotations

from feedsync.settings import Products
from tests.normalize.support import accepted, attributes


def test_tags_follow_the_settings_and_each_level_of_a_path_is_one() -> None:
    item = attributes(product_type="Men > Shirts", brand="Acme", custom_label_0="new")
    assert accepted(item, products=Products(tags=("brand", "product_type"))).tags == ("Acme", "Men", "Shirts")
    assert accepted(item, products=Products(tags=("product_type", "brand"))).tags == ("Men", "Shirts", "Acme")
    assert accepted(item, products=Products(tags=())).tags == ()


def test_a_tag_holds_no_comma_since_commas_separate_tags() -> None:
    assert accepted(attributes(brand="Acme, Inc.,Ltd")).tags == ("Acme Inc. Ltd",)
    assert accepted(attributes(brand=" , ")).tags == ()


def test_a_tag_is_there_once_whatever_its_case() -> None:
    item = attributes(brand="Shirts", product_type=["Men > SHIRTS", "men"])
    assert accepted(item).tags == ("Shirts", "Men")


def test_metafields_are_pairs_and_several_values_are_joined() -> None:
    item = attributes(brand="<b>Acme</b>", gtin="0123", product_highlight=["a", "b"], size="&nbsp;")
    products = Products(metafields=("gtin", "brand", "product_highlight", "size", "mpn"))
    assert accepted(item, products=products).metafields == (
        ("gtin", "0123"),
        ("brand", "Acme"),
        ("product_highlight", "a | b"),
    )
