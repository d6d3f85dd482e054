"""What may be asked: http and https, usual ports, public addresses.

A link is a text that anybody may have written into an article. Following it must not reach what only this machine can
reach: its own ports, the company's network, a cloud's metadata (169.254.169.254). So a name is resolved here, every
address it has is looked at, and the connection goes to the very address that was looked at (a name that changes its
address in between, "DNS rebinding", gains nothing).
"""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import quote, urlsplit, urlunsplit

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

_PORTS = frozenset((80, 443, 8080, 8443))
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class AddressRefusedError(Exception):
    """The address must not be asked; the text says why."""


@dataclass(frozen=True, slots=True)
class Target:
    """An address ready to be asked: ``ips`` are the only ones the connection may go to, to be tried in order."""

    scheme: str
    host: str
    port: int
    path: str
    ips: tuple[str, ...]

    @property
    def host_header(self) -> str:
        """The value of the header Host."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == (443 if self.scheme == "https" else 80) else f"{name}:{self.port}"


@dataclass(frozen=True, slots=True)
class Policy:
    """``allowed`` are networks that may be asked although they are private, on any port, such as an intranet's."""

    allowed: tuple[Network, ...] = ()

    @classmethod
    def of(cls, networks: tuple[str, ...]) -> Policy:
        """A policy that allows networks in CIDR notation. Raises ValueError for what is none."""
        return cls(tuple(ipaddress.ip_network(network) for network in networks))

    def target(self, url: str) -> Target:
        """Where to connect to for ``url``. Raises RefusedError, or OSError where the name has no address."""
        try:
            parts = urlsplit(url)
            host, port = (parts.hostname or "").rstrip("."), parts.port
            name = host if _is_ip(host) else host.encode("idna").decode("ascii")
        except (ValueError, UnicodeError):
            raise AddressRefusedError("not a valid address") from None
        if parts.scheme not in ("http", "https") or not name:
            raise AddressRefusedError("neither http nor https")
        if parts.username is not None or parts.password is not None:
            raise AddressRefusedError("it holds a user name or a password")
        port = port or (443 if parts.scheme == "https" else 80)
        path = quote(urlunsplit(("", "", parts.path or "/", parts.query, "")), safe="/%:=&?~#+!$,;'@()*[]-._")
        return Target(parts.scheme, name, port, path, self._pick(name, port))

    def _pick(self, host: str, port: int) -> tuple[str, ...]:
        """The addresses of ``host``, provided that all of them may be asked."""
        found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        for text in found:
            address = ipaddress.ip_address(text.partition("%")[0])
            allowed = any(_is_in(address, network) for network in self.allowed)
            if not allowed and not _is_public(address):
                raise AddressRefusedError(f"{host} has the address {address}, which is not public")
            if not allowed and port not in _PORTS:
                raise AddressRefusedError(f"port {port} is not one of the web")
        return tuple(dict.fromkeys(found))


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_in(address: Address, network: Network) -> bool:
    return address.version == network.version and address in network


def _is_public(address: Address) -> bool:
    """Whether anybody on the internet can reach it, an address carried inside an IPv6 one included."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if address in _NAT64:
            inner.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        if any(one is not None and not _is_public(one) for one in inner):
            return False
        if address.ipv4_mapped is not None or address in _NAT64:
            return True
    return address.is_global and not address.is_multicast
