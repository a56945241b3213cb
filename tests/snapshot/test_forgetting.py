"""A product that the store does not have is forgotten with its absent variants; what the feeds still name stays."""

from __future__ import annotations

from feedsync.snapshot.deliveries import Deliveries
from feedsync.snapshot.plans import Planned
from feedsync.snapshot.products import Products
from tests.snapshot.shelf import put, step

GONE = Planned("p", "delete", None, None, 0)


def _uses(products: Products) -> dict[str, int]:
    return dict(products.store.rows("select name, uses from spellings"))


def test_an_acknowledged_deletion_forgets_all_but_that_it_was_there_once(
    products: Products, deliveries: Deliveries
) -> None:
    put(products, "p", "p", absent={"p": 2})
    deliveries.attempt([step("p")])
    deliveries.acknowledged([step("p")], 1)
    deliveries.attempt([GONE])
    deliveries.acknowledged([GONE], 2)
    state = products.state("p")
    assert (state.members, state.sent, state.sent_hash, state.attempted, state.outcome) == ([], None, None, False, None)
    assert state.once_sent
    assert (list(products.pending()), products.owned()) == ([], (0, 0))


def test_variants_that_the_feed_names_stay(products: Products, deliveries: Deliveries) -> None:
    put(products, "p", "p-1", "p-2", absent={"p-1": 2})
    deliveries.forget("p")
    assert [m.variant.id for m in products.state("p").members] == ["p-2"]


def test_the_catalogs_lose_only_the_uses_of_what_goes(products: Products, deliveries: Deliveries) -> None:
    put(products, "p", "p-1", "p-2", absent={"p-1": 2}, catalogs=("Tea", "Cups"))
    put(products, "q", "q", catalogs=("Tea",))
    assert _uses(products) == {"Tea": 3, "Cups": 2}
    deliveries.forget("p")
    assert _uses(products) == {"Tea": 2, "Cups": 1}


def test_forgetting_twice_is_forgetting_once(products: Products, deliveries: Deliveries) -> None:
    put(products, "p", "p", absent={"p": 2}, catalogs=("Tea",))
    put(products, "q", "q", catalogs=("Tea",))
    deliveries.forget("p")
    deliveries.forget("p")
    assert _uses(products) == {"Tea": 1}


def test_others_are_left_alone(products: Products, deliveries: Deliveries) -> None:
    put(products, "p", "p", absent={"p": 2})
    put(products, "q", "q", absent={"q": 1})
    deliveries.acknowledged([step("q")], 1)
    deliveries.forget("p")
    assert (products.state("q").sent_hash, len(products.state("q").members)) == (b"q", 1)


def test_foreign_catalogs_are_kept_while_the_product_is_there(products: Products, deliveries: Deliveries) -> None:
    for product_id in ("p", "q"):
        put(products, product_id)
    assert deliveries.unseen(["p", "q"]) == ["p", "q"]
    deliveries.saw({"p": ["sale", "new"]}, ["p", "q"])
    assert (deliveries.foreign_catalogs(["p", "q"]), deliveries.unseen(["p", "q"])) == ({"p": ["sale", "new"]}, [])
    deliveries.forget("p")
    assert deliveries.foreign_catalogs(["p"]) == {}


def test_what_must_be_read_again_is_unseen(products: Products, deliveries: Deliveries) -> None:
    put(products, "p")
    deliveries.saw({"p": ["sale"]}, ["p"])
    deliveries.look_again("p")
    assert (deliveries.unseen(["p"]), deliveries.foreign_catalogs(["p"])) == (["p"], {})
