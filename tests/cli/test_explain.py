"""``explain`` on the command line: the words, in 80 columns."""

from __future__ import annotations

import pytest

from feedsync.bik.sandbox import Fault
from tests.cli.project import Result, Shop, item, items


def words(result: Result) -> str:
    """What a result says, with single blanks; no line may be longer than a terminal."""
    assert max(map(len, result.out.splitlines())) <= 80
    return " ".join(result.out.split())


@pytest.fixture
def told(shop: Shop) -> Shop:
    """A schedule with a refused item, held prices, a rule and a decision."""
    more = "[gates]\nprice = 0\n[[rules]]\nwhen = \"id == 'P01'\"\nset = { brand = 'Ruled', description = '' }"
    shop.add("acme", *items(3, description="Long"), item("BAD", price="much"), more=more)
    shop("run", "acme")
    shop.project.publish("acme", *items(3, price="1.00 INR", description="Long"), item("BAD", price="much"))
    shop("run", "acme")
    shop("reject", "acme", "--ids", "P01", "--yes")
    return shop


def test_a_whole_story(told: Shop) -> None:
    result = told("explain", "acme", "P01", "--live")
    said = words(result)
    assert result.code == 0
    for part in (
        "acme · P01",
        "feed acme.xml (google-xml): complete, 4 items; unchanged since run 2 read it",
        "item line 3, byte",
        "rule 1 brand = Ruled",
        "rule 1 description taken away",
        "becomes tags Ruled, from brand “Ruled” metafields brand: Ruled, from brand “Ruled”",
        "variant P01: Title of P01, 1.00 INR, in_stock → it should cost 1.00 INR: the price in the feed",
        "consent price 100.00 INR → 1.00 INR rejected by",
        "price down price 100.00 INR → 1.00 INR (rejected)",
        "send: acknowledged (HTTP 200,",
        "id sandbox-",
        "store as Bik acknowledged it in run 1 P01: 100 INR, quantity 100",
        "live the store holds exactly that",
    ):
        assert part in said


def test_what_is_held_and_how_to_release_it(told: Shop) -> None:
    said = words(told("explain", "acme", "P00"))
    assert "held by price: price down 100.00 INR → 1.00 INR release it: feedsync approve acme --ids P00" in said


def test_an_item_that_was_refused(told: Shop) -> None:
    said = words(told("explain", "acme", "BAD"))
    assert "item line 5, byte" in said
    assert "such as 1299.00 INR (since run 1) raw <item>" in said
    assert said.count("FS-404") == 1
    assert "store it has nothing of this from us" in said
    unfetched = words(told("explain", "acme", "BAD", "--no-fetch"))
    assert "rejected since run 1 (acme.xml:5): FS-404" in unfetched
    assert "raw <item> <g:id>BAD</g:id>" in unfetched


def test_what_was_wrong_once(told: Shop) -> None:
    told.project.publish("acme", *items(3), item("ONCE", price="?"))
    told("run", "acme")
    told.project.publish("acme", *items(3))
    told("run", "acme")
    assert "rejected in runs 1 to 3 (acme.xml:5): FS-404" in words(told("explain", "acme", "BAD"))
    assert "rejected in run 4 (acme.xml:5): FS-404" in words(told("explain", "acme", "ONCE"))


def test_variants_requests_and_a_store_that_differs(shop: Shop) -> None:
    group = {
        "item_group_id": "G",
        "sale_price": "5 INR",
        "sale_price_effective_date": "2020-01-01T00:00Z/2199-01-01T00:00Z",
    }
    shop.add("acme", item("A", color="red", **group), item("B", color="blue", **group))
    shop.project.sandbox.add_fault(Fault("poison", id="G", count=1))
    shop("run", "acme")
    assert "FS-703: Bik refused the data" in words(shop("explain", "acme", "A"))
    shop("resync", "acme", "--ids", "G")
    stored = shop.project.sandbox.products()["G"]
    shop.project.sandbox.put_products({**stored, "name": "\x1b[31mOther"})
    result = shop("explain", "acme", "A", "--live", "--no-fetch")
    said = words(result)
    assert "acme · A, a variant of the product G" in said
    assert "send: rejected (HTTP 400" in said
    assert "clock time alone changes it at 2199-01-01" in said
    assert "sale_price_effective_date: 2020-01-01T00:00:00Z/2199-01-01T00:00:00Z" in said
    assert "live name: " in said
    assert "\x1b" not in result.out
    shop.project.sandbox.reset()
    assert "the store does not have it" in words(shop("explain", "acme", "A", "--live"))
    (shop.project.folder / "acme.xml").unlink()
    assert "feed FS-201" in words(shop("explain", "acme", "A"))
    assert shop("explain", "acme", "A", "--json").json()["product_id"] == "G"


def test_a_product_that_the_store_has_from_somebody_else(told: Shop) -> None:
    told.project.sandbox.put_products({"id": "BAD", "name": "theirs"})
    assert "the store has it, but not from us" in words(told("explain", "acme", "BAD", "--live"))


def test_a_feed_that_has_changed_and_is_cut_off(shop: Shop) -> None:
    shop.add("acme", *items(3), item("V", item_group_id="G", color="red"))
    shop("run", "acme")
    shop.project.publish(
        "acme", item("P00", price="90.00 INR", color="red"), item("P00"), item("V2", item_group_id="G"), end=""
    )
    said = words(shop("explain", "acme", "P00"))
    assert "degraded, 3 items; changed since run 1 read it FS-303: the document ends before" in said
    assert "differs from what the last run took; the next run will take this: price: 100.00 INR → 90.00 INR" in said
    assert "options: nothing → Color: red" in said
    assert "not taken FS-402" in said
    assert "it has no item P02: as the document is degraded, a run would not count it as missing" in words(
        shop("explain", "acme", "P02")
    )
    assert "item V2, line" in words(shop("explain", "acme", "G"))
    shop.project.publish("acme", *items(2))
    assert "it has no item P02: the next run will count it as missing" in words(shop("explain", "acme", "P02"))
    shop("run", "acme")
    assert "it has no item P02 variant" in words(shop("explain", "acme", "P02"))


def test_a_feed_that_no_run_has_read(shop: Shop) -> None:
    shop.add("acme", *items(3))
    shop("run", "acme")
    more = "[[feeds]]\nlocation = '../more.xml'"
    shop.project.write("acme", shop.project.settings("acme", more=more))
    shop.project.publish("more", item("NEW", adult="no", sale_price="900 INR"))
    said = words(shop("explain", "acme", "NEW"))
    assert "more.xml (google-xml): complete, 1 item; no run has read it yet item line 2" in said
    assert "unused adult" in said
    assert "note FS-411: the sale price was left out" in said
    torn = shop.project.folder / "more.xml"
    torn.write_text(torn.read_text(encoding="utf-8")[:-10], encoding="utf-8")
    shop("run", "acme")  # does not keep what a document was that is not whole
    assert "more.xml (google-xml): degraded, 1 item FS-303" in words(shop("explain", "acme", "NEW"))


def test_much_of_everything_is_cut_and_counted(shop: Shop) -> None:
    group = [item(f"V{n:02}", item_group_id="G", color=f"c{n}", sale_price=f"{900 + n} INR") for n in range(30)]
    shop.add("acme", *group, more="[gates]\nprice = 'off'\n")
    shop("run", "acme")
    for price in range(4):
        shop.project.publish(
            "acme", *[item(f"V{n:02}", item_group_id="G", color=f"c{n}", price=f"{200 + price} INR") for n in range(30)]
        )
        shop("run", "acme")
    for command in (["explain", "acme", "G"], ["explain", "acme", "G", "--no-fetch"]):
        said = words(shop(*command))
        for what in ("25 variants", "40 changes"):
            assert f"… and {what} more: --json" in said
    said = words(shop("explain", "acme", "G"))
    assert "and 27 items more of it in this feed: --json" in said
    assert "notes" not in said
    assert "problems more" in said
    for _ in range(6):
        shop("resync", "acme", "--ids", "G")
    assert "requests more: --json" in words(shop("explain", "acme", "G"))


def test_a_stock_file_and_an_item_that_is_left_out(shop: Shop) -> None:
    stock = "[[feeds]]\nlocation = '../stock.csv'\nrole = 'supplemental'\n"
    rule = "[[rules]]\nwhen = \"id == 'P01'\"\nexclude = true\n"
    shop.add("acme", *items(2, color=""), more=stock + rule)
    (shop.project.folder / "stock.csv").write_text("id,quantity\nP00,7\nP00,8\n", encoding="utf-8")
    shop("run", "acme")
    said = words(shop("explain", "acme", "P00"))
    assert "stock quantity = 7" in said
    assert "becomes" not in said
    assert "item line 2, byte 12: supplemental raw P00,7 item line 3, byte 18: not taken" in said
    assert "excluded by rule 1: id == 'P01'" in words(shop("explain", "acme", "P01"))


def test_records_of_one_line_and_of_many(shop: Shop) -> None:
    long = "\n".join(f"<g:custom_label_{n}>x</g:custom_label_{n}>" for n in range(40))
    more = "[[feeds]]\nlocation = '../more.csv'"
    shop.add("acme", item("A"), item("B").replace("</item>", f"\n  \t{long}\n</item>"), more=more)
    (shop.project.folder / "more.csv").write_text(
        "id,title,link,image_link,price,availability,description\n"
        f"C,T,https://s.example/c,https://s.example/c.jpg,5 INR,in_stock,{'x' * 3000}\n",
        encoding="utf-8",
    )
    shop("run", "acme")
    assert "raw <item> <g:id>A</g:id> <g:title>Title of A</g:title>" in words(shop("explain", "acme", "A"))
    assert "and 26 lines more: --json" in words(shop("explain", "acme", "B"))
    assert "and 29 lines more: --json" in words(shop("explain", "acme", "C"))


def test_a_request_in_doubt_and_one_within_a_good_answer(shop: Shop) -> None:
    shop.add("acme", *items(1))
    put = "products/createOrUpdate"
    shop.project.sandbox.add_fault(Fault("inner", path=put, status=503))
    shop("run", "acme")
    said = words(shop("explain", "acme", "P00"))
    assert "send: not taken, to be sent again (HTTP 200, status 503 within," in said
    assert "2 tries" in said
    shop.project.sandbox.clear_faults()
    shop.project.sandbox.add_fault(Fault("cut_before", path=put))
    shop("run", "acme")
    assert "send: nobody knows, to be sent again (" in words(shop("explain", "acme", "P00"))


def test_a_schedule_that_is_pinned(told: Shop) -> None:
    told("rollback", "acme", "--to", "1", "--yes")
    assert "pinned the schedule is held at run 1" in words(told("explain", "acme", "P00"))


@pytest.mark.parametrize(
    "command", [["explain", "acme", "P00"], ["history", "acme"], ["history", "acme", "P00"], ["export", "acme"]]
)
def test_a_schedule_that_never_ran(shop: Shop, command: list[str]) -> None:
    shop.add("acme", *items(1))
    for _ in range(2):
        result = shop(*command)
        assert (result.code, result.out) == (2, "")
        assert "FS-511: acme: it has not run yet" in result.err
        shop("diff", "acme")


def test_an_id_that_nobody_knows(told: Shop) -> None:
    for command in (["explain", "acme", "P0O"], ["explain", "acme", "P0O", "--no-fetch"], ["history", "acme", "P0O"]):
        result = told(*command)
        assert (result.code, result.out) == (2, "")
        assert "FS-506" in result.err
        assert "did you mean" in result.err
    told.project.folder.joinpath("acme.xml").unlink()
    assert "know the id 'P0O'; not all was read: FS-201: " in told("explain", "acme", "P0O").err
