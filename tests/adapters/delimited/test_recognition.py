"""A format is told by its header; markup, JSON, archives and prose are none of them."""

from __future__ import annotations

import gzip

import pytest

from tests.adapters.delimited.support import DELIMITED, told

WOO_RU = (
    'ID,Тип,Артикул,Имя,Опубликован,рекомендуемый?,"Видимость в каталоге","Краткое описание",Описание,a,b,c,d,"В наличии?",'
    'Запасы,e,f,g,"Вес (kg)","Длина (cm)","Ширина (cm)","Высота (cm)",h,i,"Цена распродажи","Базовая цена",Категории,Метки,'
    "k,Изображения,l,m,Родительский,n,o,p,q,r,Позиция\n"
)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("id,title,price\n1,x,9\n", "csv"),
        ("ID\tTITLE\tIMAGE LINK\n", "csv"),
        ("Artikel;Bezeichnung;Preis\nA;B;C\n", "csv"),
        ("Handle,Title,Body (HTML),Variant Price\n", "shopify-csv"),
        ("Title,URL handle,Option1 value\n", "shopify-csv"),
        ("handleId,fieldType,name,price\n", "wix-csv"),
        ("handle,fieldType,name,plainDescription\n", "wix-csv"),
        ("ID,Type,SKU,Name,Published,In stock?,Regular price\n1,simple,S,N,1,1,9\n", "woocommerce-csv"),
        (WOO_RU, "woocommerce-csv"),
        ("id,type,name,published,parent,regular_price\n1,Sofa,N,1,,9\n", "csv"),
        ("handle,title,price\nx,y,1\n", "csv"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_format_is_told(text: str, name: str, encoding: str) -> None:
    assert told(text.encode(encoding)) == name


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"   \n",
        b"<rss><channel><item><title>a, b, c</title></item></channel></rss>",
        b"\n\n<!DOCTYPE html><html>id,title,price\n1,2,3",
        b"\xef\xbb\xbf<feed/>",
        "\u2060\u202f<?xml version='1.0'?><rss>a,b,c\n1,2,3</rss>".encode(),
        b"---\nlayout: null, title: x, a: b\n---\n<?xml version='1.0'?>\n<rss>\n",
        b'{"products": [{"id": 1, "title": "x", "price": 2}]}',
        b'[{"id": 1},\n{"id": 2}]',
        b'{"id": 1, "title": "a"}\n{"id": 2, "title": "b"}\n',
        gzip.compress(b"id,title,price\n1,x,9\n"),
        b"PK\x03\x04\x14\x00\x00\x00id,title,price\n",
        b"Not found",
        b"Sorry, this page moved.\n\nPlease, do look elsewhere, friend, will you?\n",
        b"\x00" * 100,
    ],
)
def test_what_is_no_table_is_not_claimed(data: bytes) -> None:
    assert told(data) is None


def test_a_head_may_end_anywhere() -> None:
    data = 'id,title,description\n1,größe,"a, b\nc"\n'.encode()
    for end in range(len(b"id,title,"), len(data)):
        assert told(data[:end]) == "csv"


def test_names_are_unique() -> None:
    assert [one.name for one in DELIMITED] == ["shopify-csv", "woocommerce-csv", "wix-csv", "csv"]
    assert all(one.version >= 1 for one in DELIMITED)
