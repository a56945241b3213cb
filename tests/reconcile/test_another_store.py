"""What was sent belongs to one store: with the key of another nothing is compared, and nothing is forgotten."""

from __future__ import annotations

from pathlib import Path

import pytest

from feedsync.bik.sandbox import Sandbox
from feedsync.errors import ConfigError
from feedsync.reconcile import reconcile
from tests.sync.shop import Shop, items


@pytest.mark.parametrize("options", [{}, {"fix": True}, {"adopt": True}])
def test_another_key_at_the_same_address_is_refused(tmp_path: Path, options: dict[str, bool]) -> None:
    with Sandbox() as ours:
        shop = Shop(tmp_path / "shop", ours)
        shop.publish(*items(3))
        shop.run()
        sent, port = shop.sent(), int(ours.base_url.split(":")[2].split("/")[0])
    with Sandbox(port=port, key="another") as other:
        (shop.folder / "key").write_text("another")
        with pytest.raises(ConfigError) as caught:
            reconcile(shop.schedule(), shop.state, clock=lambda: shop.now, **options)  # type: ignore[arg-type]
        assert (caught.value.code, other.requests()) == ("FS-505", [])
    assert shop.sent() == sent
