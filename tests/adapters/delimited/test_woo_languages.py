"""A WooCommerce export is known in any language: some by the names of its columns, all by their order."""

from __future__ import annotations

import pytest

from tests.adapters.delimited.support import only, read, table, told

RUSSIAN = [
    "ID", "Тип", "Артикул", "Имя", "Опубликован", "рекомендуемый?", "Видимость в каталоге", "Короткое описание", "Описание",
    "Дата начала действия продажной цены", "Дата окончания действия продажной цены", "Статус налога", "Налоговый класс",
    "В наличии?", "Запасы", "Величина малых запасов", "Возможен ли предзаказ?", "Продано индивидуально?", "Вес (kg)",
    "Длина (cm)", "Ширина (cm)", "Высота (cm)", "Разрешить отзывы от клиентов?", "Примечание к покупке",
    "Цена распродажи", "Базовая цена", "Категории", "Метки", "Класс доставки", "Изображения", "Лимит загрузок",
    "Число дней до просроченной загрузки", "Родительский", "Сгруппированные товары", "Апсейл", "Кросселы", "Внешний URL",
    "Текст кнопки", "Позиция", "Имя атрибута 1", "Значение(-я) аттрибута(-ов) 1", "Видимость атрибута 1",
    "Глобальный атрибут 1", "Мета: _x 1", "Мета: _y 1",
]  # fmt: skip
#: The values of a full export, in its order.
CELLS = {
    0: "8", 1: "variation", 2: "S", 3: "", 4: "1", 5: "0", 6: "visible", 7: "short", 8: "long", 9: "2026-01-01",
    10: "2026-01-02", 13: "1", 14: "3", 16: "0", 24: "7", 25: "9", 26: "A > B", 29: "https://i/1", 32: "id:7", 38: "1",
    39: "Цвет", 40: "Красный", 43: "x", 44: "y",
}  # fmt: skip
PARENT = {0: "7", 1: "variable", 3: "Tee", 4: "1"}
EXPECTED = {
    "id": "8",
    "item_group_id": "7",
    "title": "Tee",
    "item_group_title": "Tee",
    "description": "long",
    "mpn": "S",
    "product_type": ["A > B"],
    "image_link": "https://i/1",
    "link": "https://shop.example/?p=7",
    "price": "9",
    "sale_price": "7",
    "sale_price_effective_date": "2026-01-01/2026-01-02T23:59:59",
    "availability": "in_stock",
    "quantity": "3",
    "variant_option": [{"name": "Цвет", "value": "Красный"}],
}


def strange(name: str, place: int) -> str:
    """The name in a language that nobody here knows; units and numbers are everybody's."""
    end = name[name.index("(") :] if "(kg)" in name or "(cm)" in name else " 1" if name.endswith(" 1") else ""
    return name if name.startswith("Мета") else f"כותרת{'א' * place}{end}"


def rows(header: list[str], drop: int | None = None, insert: int | None = None) -> str:
    table_rows = [header, *([cells.get(n, "") for n in range(len(RUSSIAN))] for cells in (PARENT, CELLS))]
    for row in table_rows[0 if drop is not None else 1 :]:
        if drop is not None:
            del row[drop]
        if insert is not None:
            row.insert(insert, "4006381333931")
    return table(*table_rows)


def test_in_a_language_that_is_known() -> None:
    text = rows(list(RUSSIAN))
    assert told(text.encode()) == "woocommerce-csv"
    assert only(read(text, "woocommerce-csv")) == EXPECTED


@pytest.mark.parametrize("brackets", ["()", "（）"])
def test_in_one_that_is_not(brackets: str) -> None:
    header = [strange(name, n).replace("(", brackets[0]).replace(")", brackets[1]) for n, name in enumerate(RUSSIAN)]
    text = rows(header)
    assert told(text.encode()) == "woocommerce-csv"
    assert only(read(text, "woocommerce-csv")) == EXPECTED


def test_as_an_older_version_wrote_it() -> None:
    """Before low stock amounts were known."""
    text = rows([strange(name, n) for n, name in enumerate(RUSSIAN)], drop=15)
    assert only(read(text, "woocommerce-csv")) == EXPECTED


def test_as_a_newer_version_writes_it() -> None:
    """With a GTIN behind the SKU."""
    header = [strange(name, n) for n, name in enumerate(RUSSIAN)]
    header.insert(3, "גטין")
    assert only(read(rows(header, insert=3), "woocommerce-csv")) == {**EXPECTED, "gtin": "4006381333931"}


def test_measures_alone_do_not_make_one() -> None:
    header = [strange(name, n) for n, name in enumerate(RUSSIAN)]
    text = table(header, [{**CELLS, 1: "Sofa"}.get(n, "") for n in range(len(header))])
    assert told(text.encode()) == "csv"
    header[18] = header[18].replace("kg", "cm")
    assert told(rows(header).encode()) == "csv"


@pytest.mark.parametrize(
    "header",
    [
        "ID,Тип,Артикул,Имя,Опубликован,Видимость в каталоге,Краткое описание,Описание,Наличие,Базовая цена",
        "ID,Typ,Artikelnummer,Name,Veröffentlicht,Sichtbarkeit im Katalog,Kurzbeschreibung,Beschreibung,Vorrätig?"
        ",Regulärer Preis",
        "ID,Tipo,SKU,Nombre,Publicado,Visibilidad en el catálogo,Descripción corta,Descripción,¿En inventario?,Precio normal",
        "ID,Type,UGS,Nom,Publié,Visibilité dans le catalogue,Description courte,Description,En stock ?,Tarif régulier",
    ],
)
def test_part_of_an_export(header: str) -> None:
    text = table(header.split(","), ["5", "simple", "S", "Mug", "1", "visible", "short", "long", "1", "9"])
    assert told(text.encode()) == "woocommerce-csv"
    found = only(read(text, "woocommerce-csv"))
    assert found == {
        "id": "5",
        "title": "Mug",
        "mpn": "S",
        "description": "long",
        "price": "9",
        "availability": "in_stock",
        "link": "https://shop.example/?p=5",
    }
