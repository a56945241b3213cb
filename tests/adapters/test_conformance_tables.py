"""The delimited formats keep what is asked of every adapter."""

# ruff: noqa: E501, RUF012 (documents stand as they are; what a suite says of its format is never changed)

from __future__ import annotations

from feedsync.adapters.base import ReadOptions
from feedsync.adapters.delimited.plain import PlainCsv
from feedsync.adapters.delimited.shopify import ShopifyCsv
from feedsync.adapters.delimited.wix import WixCsv
from feedsync.adapters.delimited.woocommerce import WooCommerceCsv
from feedsync.testing import AdapterConformance, Example

_BLOCKS = ("feedsync.adapters.delimited.table._BLOCK_ITEMS", "feedsync.adapters.delimited.table._BLOCK_BYTES")
_LIMITS = tuple(
    f"feedsync.adapters.delimited.{name}.ITEM_LIMIT_BYTES" for name in ("lines", "rows", "rowwise", "groups")
)
_SHOP = ReadOptions(site="https://shop.example")


class TestPlainCsv(AdapterConformance):
    adapter = PlainCsv()
    tells_its_end = False
    head = b"id,title,description,link,image_link,price,availability\n"
    between = tail = b"\n"
    kin = frozenset({"csv", "tsv"})
    block_sizes, item_limits = _BLOCKS, _LIMITS
    rounds, memory_bytes = 160, 20 << 20
    damaged = {
        "too few cells": b"3,Shirt",
        "too many cells": b'3,Shirt,"a",https://shop.example/3,https://shop.example/3.jpg,9.00 EUR,in_stock,more',
        "a quotation mark too many": b'3,Shirt,"a" b",https://shop.example/3,https://shop.example/3.jpg,9.00 EUR,in_stock',
        "a quotation mark that is never closed": b'3,"Shirt,a,https://shop.example/3,https://shop.example/3.jpg,9,in_stock',
        "NUL": b"3,Sh\x00rt,a,https://shop.example/3,https://shop.example/3.jpg,9.00 EUR,in_stock",
    }
    documents = {
        "comma": Example(
            data=b'id,title,price\n1,"Mug, ""blue""",9\n2,"Two\nlines",7\n3,Lamp,5\n',
            ids=("1", "2", "3"),
            lines=(2, 3, 5),
        ),
        "tab": Example(data=b'id\ttitle\tprice\n1\tMug\t9\n2\t5" nail\t7\n', ids=("1", "2"), lines=(2, 3)),
        "semicolon, mark": Example(data=b"\xef\xbb\xbfid;title;price\r\n1;Mug;9,50\r\n2;Lamp;7\r\n", ids=("1", "2")),
        "bar": Example(data=b"id|title|price\n1|Mug|9\n2|Lamp|7", ids=("1", "2")),
        "utf-16": Example(data="id\ttitle\tprice\n1\tMugé\t9\n2\tLamp\t7\n".encode("utf-16"), ids=("1", "2")),
        "cp1252": Example(
            data="id,title,price\n1,Mugé,9\n2,Lamp,7\n".encode("cp1252"), ids=("1", "2"), charset="cp1252"
        ),
        "swapped columns": Example(data=b"title,id,price\n1,Mug,9\n", ids=("Mug",)),
        "a comment above": Example(
            data=b"# Required | x,# Required | y,# Required | z\nid,title,price\n1,Mug,9\n", ids=("1",), lines=(3,)
        ),
        "no rows": Example(data=b"id,title,price\n", ids=()),
        "ragged": Example(
            data=b"id,title,price,link,brand\n1,Mug,9,https://shop.example/1,x,y\n2,Lamp,7,https://shop.example/2,z\n",
            ids=("1", "2"),
            invalid={0: "FS-416"},
        ),
        "no delimiter that is known": Example(
            data=b"id~title~price\n1~Mug~9\n", ids=("1",), options=ReadOptions(delimiter="~"), detected=False
        ),
    }

    def item(self, number: int, text: str = "text") -> bytes:
        address = f"https://shop.example/{number}"
        return f'{number},"Shirt, {number}",{text},{address},{address}.jpg,9.00 EUR,in_stock'.encode()


_SHOPIFY = (
    b"Handle,Title,Body (HTML),Vendor,Type,Published,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Tracker,"
    b"Variant Inventory Qty,Variant Price,Variant Compare At Price,Image Src,Image Position,Status\n"
)


class TestShopifyCsv(AdapterConformance):
    adapter = ShopifyCsv()
    tells_its_end = False
    unclosed = 3
    head = _SHOPIFY
    between = tail = b"\n"
    options = _SHOP
    block_sizes, item_limits = _BLOCKS, _LIMITS
    rounds, memory_bytes = 160, 20 << 20
    damaged = {
        "too few cells": b"shirt-3,Shirt",
        "no handle": b",Shirt,text,Acme,Shirts,true,Size,M,s,shopify,3,9.00,,https://shop.example/3.jpg,1,active",
        "a quotation mark that is never closed":
            b'shirt-3,"Shirt,text,Acme,Shirts,true,Size,M,s,shopify,3,9.00,,https://shop.example/3.jpg,1,active',
        "an unknown status": b"shirt-3,Shirt,text,Acme,Shirts,true,Size,M,s,shopify,3,9.00,,https://shop.example/3.jpg,1,asleep",
    }  # fmt: skip
    documents = {
        "variants": Example(
            data=_SHOPIFY
            + b"tee,Tee,text,Acme,Shirts,true,Size,M,a,shopify,3,9.00,,https://shop.example/1.jpg,1,active\n"
            + b"tee,,,,,,,L,b,shopify,0,9.00,12.00,https://shop.example/2.jpg,2,\n"
            + b"tee,,,,,,,,,,,,,https://shop.example/3.jpg,3,\n"
            + b"mug,Mug,text,Acme,Mugs,true,Title,Default Title,c,,,4.00,,,,active\n",
            ids=("tee--m", "tee--l", "mug"),
            lines=(2, 3, 5),
            options=_SHOP,
        ),
        "of another shop": Example(
            data=_SHOPIFY + b"mug,Mug,text,Acme,Mugs,true,Title,Default Title,c,,,4.00,,,,active\n",
            ids=("mug",),
            options=ReadOptions(site="https://other.example"),
        ),
        "a draft": Example(
            data=_SHOPIFY + b"mug,Mug,text,Acme,Mugs,true,Title,Default Title,c,,,4.00,,,,draft\n", ids=()
        ),
        "newer headers": Example(
            data=b"Title,URL handle,Option1 name,Option1 value,Price,Inventory quantity\nMug,mug,Title,Default Title,4,1\n",
            ids=("mug",),
        ),
    }

    def item(self, number: int, text: str = "text") -> bytes:
        return (
            f'shirt-{number},"Shirt, {number}",{text},Acme,Shirts,true,Size,M,s{number},shopify,3,9.00,,'
            f"https://shop.example/{number}.jpg,1,active"
        ).encode()


_WIX = (
    b"handleId,fieldType,name,description,productImageUrl,collection,sku,ribbon,price,surcharge,visible,discountMode,"
    b"discountValue,inventory,productOptionName1,productOptionType1,productOptionDescription1\n"
)


class TestWixCsv(AdapterConformance):
    adapter = WixCsv()
    tells_its_end = False
    unclosed = 3
    head = _WIX.replace(b"handleId", b"handle")
    between = tail = b"\n"
    options = _SHOP
    block_sizes, item_limits = _BLOCKS, _LIMITS
    rounds, memory_bytes = 160, 20 << 20
    damaged = {
        "too few cells": b"shirt-3,Product,Shirt",
        "no product": b"shirt-3,Variant,,,,,s3,,,0,,,,2,Size,DROP_DOWN,M",
        "neither yes nor no": b"shirt-3,Product,Shirt,text,3.jpg,,s3,,9.00,,perhaps,PERCENT,0,InStock,,,",
    }
    documents = {
        "variants": Example(
            data=_WIX
            + b"p1,Product,Tee,text,1.jpg;2.jpg,Shirts,s1,,9.00,,true,PERCENT,10,InStock,Size,DROP_DOWN,M;L\n"
            + b"p1,Variant,,,,,s1m,,,0,true,,,3,,,M\n"
            + b"p1,Variant,,,,,s1l,,,2.50,true,,,0,,,L\n"
            + b"p2,Product,Mug,text,3.jpg,Mugs,s2,,4.00,,true,PERCENT,0,InStock,,,\n",
            ids=("p1--m", "p1--l", "p2"),
            lines=(3, 4, 5),
        ),
        "hidden": Example(data=_WIX + b"p2,Product,Mug,text,3.jpg,Mugs,s2,,4.00,,false,PERCENT,0,InStock,,,\n", ids=()),
    }

    def item(self, number: int, text: str = "text") -> bytes:
        return f'shirt-{number},Product,"Shirt, {number}",{text},{number}.jpg,,s{number},,9.00,,true,PERCENT,0,InStock,,,'.encode()


_WOO = (
    b"ID,Type,SKU,Name,Published,Visibility in catalog,Short description,Description,In stock?,Stock,Sale price,"
    b"Regular price,Categories,Images,Parent,Attribute 1 name,Attribute 1 value(s)\n"
)


class TestWooCommerceCsv(AdapterConformance):
    adapter = WooCommerceCsv()
    tells_its_end = False
    head = _WOO
    between = tail = b"\n"
    options = _SHOP
    block_sizes, item_limits = _BLOCKS, _LIMITS
    rounds, memory_bytes = 160, 20 << 20
    damaged = {
        "too few cells": b"3,simple,s3",
        "an orphan": b"3,variation,s3,Shirt,1,visible,,text,1,3,,9.00,,https://shop.example/3.jpg,id:77,Size,M",
        "neither published nor not": b"3,simple,s3,Shirt,perhaps,visible,,text,1,3,,9.00,,https://shop.example/3.jpg,,,",
        "a quotation mark that is never closed": b'3,simple,s3,"Shirt,1,visible,,text,1,3,,9.00,,https://shop.example/3.jpg,,,',
    }
    documents = {
        "variations": Example(
            data=_WOO
            + b"10,variable,tee,Tee,1,visible,,text,1,,,,Shirts > Tees,https://shop.example/1.jpg,,Size,\"M, L\"\n"
            + b"11,variation,tee-m,Tee - M,1,visible,,,1,3,,9.00,,,tee,Size,M\n"
            + b"12,variation,tee-l,Tee - L,1,visible,,,0,0,7.00,9.00,,,id:10,Size,L\n"
            + b"13,simple,mug,Mug,1,visible,,one\\ntwo,1,,,4.00,Mugs,https://shop.example/2.jpg,,,\n",
            ids=("11", "12", "13"),
            lines=(3, 4, 5),
            options=_SHOP,
        ),
        "a parent that comes later": Example(
            data=_WOO
            + b"11,variation,tee-m,Tee - M,1,visible,,,1,3,,9.00,,,id:10,Size,M\n"
            + b"13,simple,mug,Mug,1,visible,,text,1,,,4.00,Mugs,https://shop.example/2.jpg,,,\n"
            + b"10,variable,tee,Tee,1,visible,,text,1,,,,Shirts,https://shop.example/1.jpg,,Size,M\n",
            ids=("13", "11"),
            options=_SHOP,
        ),
        "hidden": Example(data=_WOO + b"1,simple,mug,Mug,1,hidden,,text,1,,,4.00,Mugs,https://shop.example/2.jpg,,,\n", ids=()),
    }  # fmt: skip

    def item(self, number: int, text: str = "text") -> bytes:
        return (
            f'{number},simple,s{number},"Shirt, {number}",1,visible,,{text},1,3,,9.00,Shirts,'
            f"https://shop.example/{number}.jpg,,,"
        ).encode()
