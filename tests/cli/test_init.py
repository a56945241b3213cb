"""``init`` looks at a feed and writes a schedule that works."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from feedsync.config import load

from .project import HEAD, TAIL, Cli, item, items


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    path = tmp_path / "feed.xml"
    path.write_text(HEAD + "".join(items(3)) + TAIL, encoding="utf-8")
    return path


def _init(cli: Cli, tmp_path: Path, *arguments: str) -> tuple[int, str, str]:
    result = cli("--schedules", str(tmp_path / "schedules"), "init", *arguments)
    return result.code, result.out, result.err


def test_it_writes_a_schedule_that_loads(cli: Cli, feed: Path, tmp_path: Path) -> None:
    code, out, _ = _init(cli, tmp_path, "acme-in", str(feed), "--currency", "INR")
    assert code == 0
    assert "google-xml, 3 of 3 items fit" in out
    assert "feedsync check acme-in" in out
    schedule = load(tmp_path / "schedules" / "acme-in.toml")
    assert (schedule.feeds[0].location, schedule.feeds[0].format) == (str(feed), "google-xml")
    assert schedule.bik.key.env == "ACME_IN_BIK_KEY"
    assert schedule.products.currency == "INR"


def test_what_is_open_stands_in_comments(cli: Cli, feed: Path, tmp_path: Path) -> None:
    broken = item("B", link="") + item("A", warranty="2 years")
    feed.write_text(HEAD + broken + TAIL, encoding="utf-8")
    assert _init(cli, tmp_path, "acme", str(feed))[0] == 0
    text = (tmp_path / "schedules" / "acme.toml").read_text()
    assert '# currency = "INR"' in text
    assert "# link = …   # needed, and not every item has one" in text
    assert '# … = "warranty"   # 1 items, such as 2 years' in text
    assert "# 1 x FS-403 link is missing" in text
    assert '# read = { site = "https://shop.example" }' in text


@pytest.mark.parametrize("there", [True, False])
def test_an_editor_is_told_of_the_schema_where_there_is_one(cli: Cli, feed: Path, tmp_path: Path, there: bool) -> None:
    (tmp_path / "schedules").mkdir()
    if there:
        (tmp_path / "schedule.schema.json").write_text("{}")
    assert _init(cli, tmp_path, "acme", str(feed))[0] == 0
    path = tmp_path / "schedules" / "acme.toml"
    assert path.read_text().startswith("#:schema ../schedule.schema.json\n# Written from") == there
    assert ("#:schema" in path.read_text()) == there
    load(path)


def test_a_site_and_a_private_host_are_kept(cli: Cli, feed: Path, tmp_path: Path) -> None:
    options = ("--site", "https://shop.example", "--allow-private-host", "10.0.0.1")
    assert _init(cli, tmp_path, "acme", str(feed), *options)[0] == 0
    schedule = load(tmp_path / "schedules" / "acme.toml")
    assert schedule.feeds[0].read.site == "https://shop.example"
    assert schedule.feeds[0].allow_private_hosts == ("10.0.0.1",)


def test_hostile_texts_stay_in_their_comments(cli: Cli, feed: Path, tmp_path: Path) -> None:
    evil = item("A", note='x\n[bik]\nkey = "stolen"\u2028\u202e', price="cheap\nevery = 1")
    feed.write_text(HEAD + evil + TAIL, encoding="utf-8")
    assert _init(cli, tmp_path, "acme", str(feed))[0] == 0
    data = tomllib.loads((tmp_path / "schedules" / "acme.toml").read_text())
    assert data["bik"]["key"] == {"env": "ACME_BIK_KEY"}
    assert set(data) == {"timezone", "bik", "feeds", "products"}


def test_a_location_of_strange_characters_is_written_as_it_is(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / 'f"e\\e\u202ed.xml'
    path.write_text(HEAD + item("A") + TAIL, encoding="utf-8")
    assert _init(cli, tmp_path, "acme", str(path))[0] == 0
    assert load(tmp_path / "schedules" / "acme.toml").feeds[0].location == str(path)


def test_a_file_that_is_there_is_left_alone(cli: Cli, feed: Path, tmp_path: Path) -> None:
    assert _init(cli, tmp_path, "acme", str(feed))[0] == 0
    before = (tmp_path / "schedules" / "acme.toml").read_bytes()
    code, _, err = _init(cli, tmp_path, "acme", str(feed))
    assert (code, "is there already" in err) == (2, True)
    assert (tmp_path / "schedules" / "acme.toml").read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["../acme"], "no name"),
        (["a b"], "no name"),
        (["acme", "--currency", "rupees"], "ISO 4217"),
        (["acme", "--site", "shop"], "--site: "),
    ],
)
def test_a_wrong_word_writes_nothing(cli: Cli, feed: Path, tmp_path: Path, arguments: list[str], said: str) -> None:
    name, *options = arguments
    code, _, err = _init(cli, tmp_path, name, str(feed), *options)
    assert code == 2
    assert said in err
    assert not (tmp_path / "schedules").exists()


def test_a_feed_that_cannot_be_read_writes_nothing(cli: Cli, tmp_path: Path) -> None:
    assert _init(cli, tmp_path, "acme", str(tmp_path / "nowhere.xml"))[0] == 1
    assert not (tmp_path / "schedules").exists()


def test_an_address_stays_an_address(cli: Cli, tmp_path: Path) -> None:
    code, _, err = _init(cli, tmp_path, "acme", "https://127.0.0.1/feed.xml")
    assert code == 1
    assert "FS-205" in err


def test_addresses_and_names_that_need_quotes(cli: Cli, feed: Path, tmp_path: Path) -> None:
    feed.write_text(HEAD + item("A").replace("</item>", "<my-field>1</my-field></item>") + TAIL, encoding="utf-8")
    assert _init(cli, tmp_path, "acme", feed.as_uri())[0] == 0
    path = tmp_path / "schedules" / "acme.toml"
    assert load(path).feeds[0].location == feed.as_uri()
    assert '# … = "\\"my-field\\""   # 1 items, such as 1' in path.read_text()


def test_what_is_put_together_from_other_fields_is_not_missing(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text(
        "Handle,Title,Body (HTML),Vendor,Published,Option1 Name,Option1 Value,Variant Price,Image Src\n"
        "tee,Tee,text,Acme,true,Title,Default Title,5.00,https://shop.example/1.jpg\n"
    )
    assert _init(cli, tmp_path, "acme", str(path), "--site", "https://shop.example", "--currency", "INR")[0] == 0
    assert "needed, and not every item" not in (tmp_path / "schedules" / "acme.toml").read_text()


def test_what_a_table_of_its_own_lacks_is_named(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text("sku,name,cost\n1,Tee,5\n2,Mug,7\n")
    assert _init(cli, tmp_path, "acme", str(path))[0] == 0
    text = (tmp_path / "schedules" / "acme.toml").read_text()
    assert "# id = …   # needed, and not every item has one" in text
    assert '# … = "sku"   # 2 items, such as 1' in text
