"""Kinds of settings: how a value is written, as text in the environment and as TOML in the file, and what it may be.

A kind turns what the file says into the text that the environment would have, so that a value is checked in one way
wherever it comes from. ``check`` raises ConfigError, whose ``name`` tells where the value stands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import ClassVar
from urllib.parse import urlsplit

from licence_qr.errors import ConfigError
from licence_qr.wording.text import Text

_LONGEST_NAME = 253  # RFC 1035, section 2.3.4
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_ON, _OFF = "1", "0"
HOME_FOLDER = "~"  # what shells replace by the path of one
_WIDEST_OF_PROXIES = 8  # of a prefix, as of 10.0.0.0/8: no office has a larger network, and two of /1 are all addresses


@dataclass(frozen=True, slots=True)
class PlainText:
    """Any text. ``example`` is what a wrong value is answered with, as it stands in the file."""

    example: str
    words: ClassVar[Text] = Text("带引号的文字", "text in quotes")
    toml: ClassVar[type] = str

    def from_toml(self, value: object) -> str | None:
        """The text that stands for a value of the file; None where it is of another type."""
        text = str(value) if type(value) is self.toml else None
        return None if text is None or "\0" in text else text

    def check(self, name: str, text: str) -> None:
        """Raise ConfigError unless ``text`` may be the value of the setting ``name``."""


@dataclass(frozen=True, slots=True)
class FilePath(PlainText):
    """A file or folder. In the file a relative one counts from the folder of that file."""

    words: ClassVar[Text] = Text("带引号的路径", "a path in quotes")

    def check(self, name: str, text: str) -> None:
        """Raise ConfigError ``setting_path`` for what a shell would change, and would else be the name of a new folder."""
        if text != text.strip() or text.startswith(HOME_FOLDER):
            raise ConfigError("setting_path", name=name, found=text)


@dataclass(frozen=True, slots=True)
class WholeNumber(PlainText):
    """From ``low`` to ``high``, both included, in ASCII digits."""

    low: int
    high: int
    words: ClassVar[Text] = Text("不带引号的整数", "a whole number without quotes")
    toml: ClassVar[type] = int

    def check(self, name: str, text: str) -> None:
        """Raise ConfigError ``setting_not_a_number``."""
        if not (text.isascii() and text.isdigit() and self.low <= int(text) <= self.high):
            raise ConfigError("setting_not_a_number", name=name, found=text, low=self.low, high=self.high)


@dataclass(frozen=True, slots=True)
class Switch(PlainText):
    """On or off: ``1`` or ``0`` in the environment, true or false in the file."""

    words: ClassVar[Text] = Text("不带引号的 true 或 false", "true or false without quotes")
    toml: ClassVar[type] = bool

    def from_toml(self, value: object) -> str | None:
        """``1`` or ``0``."""
        return (_ON if value else _OFF) if isinstance(value, bool) else None

    def check(self, name: str, text: str) -> None:
        """Raise ConfigError ``setting_not_one_of``."""
        if text not in (_ON, _OFF):
            raise ConfigError("setting_not_one_of", name=name, found=text, known=f"{_ON} / {_OFF}")


@dataclass(frozen=True, slots=True)
class OneOf(PlainText):
    """One of ``known``."""

    known: tuple[str, ...]

    def check(self, name: str, text: str) -> None:
        """Raise ConfigError ``setting_not_one_of``."""
        if text not in self.known:
            raise ConfigError("setting_not_one_of", name=name, found=text, known=" / ".join(self.known))


@dataclass(frozen=True, slots=True)
class Mailbox(PlainText):
    """An email address; may be empty. In ASCII: a name in Chinese only servers with SMTPUTF8 take (RFC 6531), on the whole
    way."""

    def check(self, name: str, text: str) -> None:
        """Raise ConfigError ``setting_mailbox``."""
        if text and not (text.isascii() and re.fullmatch(r"[^@\s<>,;:\"]+@[A-Za-z0-9.-]+", text)):
            raise ConfigError("setting_mailbox", name=name, found=text)


@dataclass(frozen=True, slots=True)
class Origin(PlainText):
    """An origin (RFC 6454) in lower case: https, or http on this machine itself."""

    def check(self, name: str, text: str) -> None:
        """Raise ConfigError ``setting_address``."""
        try:
            parts = urlsplit(text)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            raise ConfigError("setting_address", name=name, found=text) from None
        plain = f"{parts.scheme}://{parts.netloc}" == text.rstrip("/") and text == text.lower()
        served = parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)
        if (
            not plain
            or not served
            or not is_host(host)
            or port == 0
            or parts.netloc.endswith(":")
            or "@" in parts.netloc
        ):
            raise ConfigError("setting_address", name=name, found=text)


@dataclass(frozen=True, slots=True)
class Issuer(PlainText):
    """The issuer of an identity service: https, exactly as the service writes it (OpenID Connect Core 1.0, section 2). May
    be empty."""

    def check(self, name: str, text: str) -> None:
        """Raise ConfigError ``setting_issuer``."""
        if not text:
            return
        try:
            parts = urlsplit(text)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            raise ConfigError("setting_issuer", name=name, found=text) from None
        written = f"https://{parts.netloc}{parts.path}" == text and text.isascii() and text.isprintable()
        if not written or not is_host(host) or port == 0 or "@" in parts.netloc or " " in text:
            raise ConfigError("setting_issuer", name=name, found=text)


# What people may change themselves at many identity services (OpenID Connect Core 1.0, section 5.1), and what is of the
# token and not of a person (section 2): neither says who somebody is.
_NO_STAFF_NUMBER = frozenset(
    {
        "name", "given_name", "family_name", "middle_name", "nickname", "preferred_username", "profile", "picture",
        "website", "email", "email_verified", "gender", "birthdate", "zoneinfo", "locale", "phone_number",
        "phone_number_verified", "address", "updated_at", "iss", "aud", "exp", "iat", "nbf", "jti", "nonce", "acr", "amr",
        "azp", "auth_time", "at_hash", "c_hash", "sid",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class StaffClaim(PlainText):
    """The claim in which an identity service tells the staff number; may be empty."""

    def check(self, name: str, text: str) -> None:
        """Raise ConfigError ``setting_staff_claim``."""
        if text in _NO_STAFF_NUMBER:
            raise ConfigError("setting_staff_claim", name=name, found=text)


@dataclass(frozen=True, slots=True)
class TextList(PlainText):
    """Several texts: joined by commas in the environment, a list in the file."""

    words: ClassVar[Text] = Text("方括号内的列表", "a list in brackets")
    toml: ClassVar[type] = list

    def from_toml(self, value: object) -> str | None:
        """The texts joined by commas."""
        whole = isinstance(value, list) and all(isinstance(each, str) and "," not in each for each in value)
        return ",".join(value) if isinstance(value, list) and whole else None


@dataclass(frozen=True, slots=True)
class OwnAddress(PlainText):
    """An IP address of this machine to listen on. A name is none: which address it stands for could change."""

    def check(self, name: str, text: str) -> None:
        """Raise ConfigError ``setting_bind``."""
        try:
            ip_address(text)
        except ValueError:
            raise ConfigError("setting_bind", name=name, found=text) from None


@dataclass(frozen=True, slots=True)
class HostName(PlainText):
    """A name of the DNS or an IP address; may be empty."""

    def check(self, name: str, text: str) -> None:
        """Raise ConfigError ``setting_host``."""
        if text and not is_host(text.lower()):
            raise ConfigError("setting_host", name=name, found=text)


@dataclass(frozen=True, slots=True)
class Proxies(TextList):
    """The proxies in front; see ``proxies``."""

    def check(self, name: str, text: str) -> None:
        """Raise ConfigError ``setting_proxies`` or ``setting_proxies_everybody``."""
        proxies(name, text)


def proxies(name: str, text: str) -> str:
    """The proxies in front as addresses and networks, each written as everybody writes it, joined by commas.

    All addresses at once are refused, by whatever name, and so is a large part of all: everybody there could then say where
    they come from. Raises ConfigError ``setting_proxies`` or ``setting_proxies_everybody``.
    """
    found = []
    for part in text.split(",") if text.strip() else ():
        try:
            network = ip_network(part.strip())
        except ValueError:
            raise ConfigError("setting_proxies", name=name, found=text, wrong=part.strip()) from None
        network = _unmapped(network)
        if network.prefixlen < _WIDEST_OF_PROXIES:
            raise ConfigError("setting_proxies_everybody", name=name, found=text, wrong=part.strip())
        found.append(str(network if network.num_addresses > 1 else network.network_address))
    return ",".join(found)


def _unmapped(network: IPv4Network | IPv6Network) -> IPv4Network | IPv6Network:
    """IPv4 as IPv4, also where it is written as IPv6 (``::ffff:192.0.2.1``): so the front tells the peers."""
    inner = network.network_address.ipv4_mapped if isinstance(network, IPv6Network) else None
    return network if inner is None or network.prefixlen < 96 else IPv4Network((inner, network.prefixlen - 96))


def is_host(text: str) -> bool:
    """Whether it is a name of the DNS in letters, digits and hyphens (RFC 1123), or an IP address."""
    try:
        ip_address(text)
    except ValueError:
        labels = text.split(".")
        numeric = labels[-1].isdigit()  # such a name is read as an IPv4 address, and this is none
        return len(text) <= _LONGEST_NAME and not numeric and all(_LABEL.fullmatch(label) for label in labels)
    return True
