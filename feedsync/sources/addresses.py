"""Which addresses may be reached: the guard against requests into the operator's own network (SSRF).

A feed's address may come from somebody who must not see what runs beside feedsync: a cloud's metadata service, a
database, a router. So a host is resolved once, *all* its addresses are checked, and the connection goes to a checked
address. The check is never made on the text of a host: ``2130706433`` and ``127.1`` are loopback too.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterable, Iterator
from ipaddress import IPv4Address, IPv6Address
from typing import Final, TypeAlias

from feedsync.errors import Fatal, Retryable

IPAddress: TypeAlias = IPv4Address | IPv6Address

#: From a host and a port to the addresses it has, in the order in which to try them. Raises OSError.
Resolver: TypeAlias = Callable[[str, int], Iterable[str]]

#: NAT64's well-known prefix (RFC 6052) and IPv4-compatible addresses (RFC 4291, 2.5.5.1): IPv4 in the last 32 bits.
_V4_IN_LAST_BITS: Final = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("::/96"))

#: Not public, although ``ipaddress`` of some Python versions says so of parts of them.
_NOT_PUBLIC: Final = (
    ipaddress.ip_network("192.0.0.0/24"),  # IETF protocol assignments (RFC 6890)
    ipaddress.ip_network("192.88.99.0/24"),  # 6to4 relays, withdrawn (RFC 7526)
    ipaddress.ip_network("64:ff9b:1::/48"),  # NAT64 inside a network (RFC 8215)
    ipaddress.ip_network("2001::/23"),  # IETF protocol assignments (RFC 6890); Teredo is unwrapped before
    ipaddress.ip_network("3fff::/20"),  # documentation (RFC 9637)
    ipaddress.ip_network("5f00::/16"),  # segment routing (RFC 9602)
    ipaddress.ip_network("fec0::/10"),  # site-local, withdrawn (RFC 3879)
)


def system_resolver(host: str, port: int) -> list[str]:
    """Resolve with the operating system. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


def resolve(
    host: str, port: int, *, location: str, allow: tuple[str, ...], resolver: Resolver = system_resolver
) -> list[str]:
    """Return the addresses of ``host`` that a connection may go to, each once, in the resolver's order.

    Raises :class:`Fatal` (FS-205) when one of them is not public and ``allow`` does not name it, and
    :class:`Retryable` (FS-207) when the name cannot be resolved. ``location`` is for the message.
    """
    try:
        found = list(dict.fromkeys(resolver(host, port)))
    except (OSError, UnicodeError) as error:
        raise Retryable("FS-207", location=location, reason=f"the name {host!r} is not known") from error
    for text in found:
        address = ipaddress.ip_address(text)
        kind = why_not_public(address)
        if kind is not None and not is_allowed(host, port, address, allow):
            at = host if host == text else f"{host} is {text}, which"
            allowed = f"allow_private_hosts = [{host!r}] (or --allow-private-host {host}) would allow it"
            reason = f"{at} is {kind}; {allowed}"
            raise Fatal("FS-205", location=location, reason=reason)
    return found


def is_allowed(host: str, port: int, address: IPAddress, allow: tuple[str, ...]) -> bool:
    """Tell whether an entry of ``allow`` names the host, ``host:port``, the address, or a network that holds it."""
    names = {host.lower(), f"{host.lower()}:{port}", f"[{host.lower()}]:{port}"}
    return any(entry.lower().rstrip(".") in names or _holds(entry, address) for entry in allow)


def _holds(entry: str, address: IPAddress) -> bool:
    try:
        network = ipaddress.ip_network(entry, strict=False)
    except ValueError:
        return False
    return any(inner in network for inner in unwrapped(address))


def why_not_public(address: IPAddress) -> str | None:
    """Say what an address, or an address hidden inside it, is when it is not a public one; None when all are."""
    for inner in unwrapped(address):
        kind = _kind_of(inner)
        if kind is not None:
            return kind if inner == address else f"{kind} ({inner})"
    return None


def unwrapped(address: IPAddress) -> Iterator[IPAddress]:
    """Give the addresses that a packet to ``address`` may reach: the IPv4 ones it carries, else itself.

    IPv4-mapped and -compatible (RFC 4291), NAT64 (RFC 6052), 6to4 (RFC 3056) and Teredo (RFC 4380).
    """
    carried: tuple[IPv4Address, ...] = ()
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            carried = (address.ipv4_mapped,)
        elif address.sixtofour is not None:
            carried = (address.sixtofour,)
        elif address.teredo is not None:
            carried = address.teredo
        elif address not in _OWN_MEANING and any(address in network for network in _V4_IN_LAST_BITS):
            carried = (IPv4Address(int(address) & 0xFFFF_FFFF),)
    yield from carried or (address,)


#: ``::`` and ``::1`` look IPv4-compatible and are not.
_OWN_MEANING: Final = (IPv6Address("::"), IPv6Address("::1"))


def _kind_of(address: IPAddress) -> str | None:
    kinds = (
        (address.is_loopback, "a loopback address"),
        (address.is_unspecified, "the unspecified address"),
        (address.is_link_local, "a link-local address"),
        (address.is_multicast, "a multicast address"),
        (
            any(address.version == network.version and address in network for network in _NOT_PUBLIC),
            "a reserved address",
        ),
        (address.is_reserved, "a reserved address"),
        (not address.is_global, "a private address"),
    )
    return next((kind for holds, kind in kinds if holds), None)
