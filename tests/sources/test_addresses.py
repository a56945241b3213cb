"""What may be reached, by its address."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsync.errors import Fatal, Retryable
from feedsync.sources.addresses import is_allowed, resolve, system_resolver, unwrapped, why_not_public

REFUSED = {
    "127.0.0.1": "a loopback address",
    "::1": "a loopback address",
    "0.0.0.0": "the unspecified address",
    "::": "the unspecified address",
    "10.1.2.3": "a private address",
    "172.31.0.1": "a private address",
    "192.168.1.1": "a private address",
    "100.64.0.1": "a private address",
    "169.254.169.254": "a link-local address",
    "fe80::1": "a link-local address",
    "fe80::1%eth0": "a link-local address",
    "fd00::1": "a private address",
    "224.0.0.1": "a multicast address",
    "ff02::1": "a multicast address",
    "240.0.0.1": "a reserved address",
    "255.255.255.255": "a reserved address",
    "192.0.0.9": "a reserved address",
    "192.88.99.1": "a reserved address",
    "64:ff9b:1::7f00:1": "a reserved address",
    "fec0::1": "a reserved address",
    "2001:db8::1": "a private address",
    "::ffff:127.0.0.1": "a loopback address (127.0.0.1)",
    "::127.0.0.1": "a loopback address (127.0.0.1)",
    "64:ff9b::7f00:1": "a loopback address (127.0.0.1)",
    "64:ff9b::a9fe:a9fe": "a link-local address (169.254.169.254)",
    "2002:7f00:1::": "a loopback address (127.0.0.1)",
    "2001:0:4136:e378:8000:63bf:f5ff:fffe": "a private address (10.0.0.1)",
}


@pytest.mark.parametrize(("address", "reason"), REFUSED.items())
def test_refused(address: str, reason: str) -> None:
    assert why_not_public(ip_address(address)) == reason


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "2606:4700::1111", "64:ff9b::808:808", "2002:808:808::", "::ffff:8.8.8.8"]
)
def test_public(address: str) -> None:
    assert why_not_public(ip_address(address)) is None


@given(st.ip_addresses(v=4), st.sampled_from([0xFFFF << 32, 0x64FF9B << 96, 0]))
def test_whatever_carries_an_address_is_judged_as_it(inner: IPv4Address, prefix: int) -> None:
    outer = IPv6Address(prefix | int(inner))
    if int(outer) > 1:
        assert list(unwrapped(outer)) == [inner]
        assert (why_not_public(outer) is None) == (why_not_public(inner) is None)


@given(st.ip_addresses(v=4))
def test_6to4(inner: IPv4Address) -> None:
    assert list(unwrapped(IPv6Address(0x2002 << 112 | int(inner) << 80))) == [inner]


@pytest.mark.parametrize(
    ("entry", "allowed"),
    [
        ("feeds.local", True),
        ("FEEDS.local", True),
        ("feeds.local:8080", True),
        ("feeds.local:9090", False),
        ("other.local", False),
        ("10.0.0.5", True),
        ("10.0.0.0/24", True),
        ("10.0.1.0/24", False),
        ("fd00::/8", False),
    ],
)
def test_entries_of_allow_private_hosts(entry: str, allowed: bool) -> None:
    assert is_allowed("feeds.local", 8080, ip_address("10.0.0.5"), (entry,)) is allowed


def test_an_entry_for_ipv6() -> None:
    assert is_allowed("fd00::5", 80, ip_address("fd00::5"), ("[fd00::5]:80",))
    assert is_allowed("::ffff:10.0.0.5", 80, ip_address("::ffff:10.0.0.5"), ("10.0.0.0/8",))


def check(found: list[str], host: str = "feeds.example", allow: tuple[str, ...] = ()) -> list[str]:
    return resolve(host, 443, location="L", allow=allow, resolver=lambda _host, _port: found)


def test_addresses_come_once_and_in_order() -> None:
    assert check(["8.8.8.8", "8.8.4.4", "8.8.8.8"]) == ["8.8.8.8", "8.8.4.4"]


def test_one_bad_address_among_good_ones_refuses_all() -> None:
    with pytest.raises(Fatal) as caught:
        check(["8.8.8.8", "10.0.0.1"])
    assert str(caught.value) == (
        "L: refused: feeds.example is 10.0.0.1, which is a private address; "
        "allow_private_hosts = ['feeds.example'] (or --allow-private-host feeds.example) would allow it"
    )
    assert check(["8.8.8.8", "10.0.0.1"], allow=("feeds.example",)) == ["8.8.8.8", "10.0.0.1"]


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "127.1", "127.0.0.1", "localhost"])
def test_spellings_of_loopback(host: str) -> None:
    with pytest.raises(Fatal, match="a loopback address"):
        resolve(host, 80, location="L", allow=())


def test_a_name_that_is_not_known() -> None:
    for host in ("a" * 70 + ".invalid", "a..b"):
        with pytest.raises(Retryable, match="is not known") as caught:
            resolve(host, 80, location="L", allow=())
        assert caught.value.code == "FS-207"


def test_the_system_resolver() -> None:
    assert system_resolver("127.0.0.1", 80) == ["127.0.0.1"]
