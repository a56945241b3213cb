"""How a long run tells that it moves. The base tells nobody; a terminal or a log derives from it."""

from __future__ import annotations


class Progress:
    """What a run reports while it goes on; every method may be called often and must be cheap."""

    def fetched(self, location: str, done_bytes: int, total_bytes: int | None) -> None:
        """So much of a document has come; ``total_bytes`` is None where the server does not say."""

    def read(self, location: str, items: int, parsed: int) -> None:
        """So many items were read, of which so many had to be parsed."""

    def planned(self, products: int) -> None:
        """So many products were compared."""

    def pushed(self, products: int, total: int) -> None:
        """So many products of the plan were sent."""
