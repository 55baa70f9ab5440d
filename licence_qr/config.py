"""Settings, read once from the environment. Each has one line in docs/running/settings.md."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from licence_qr.errors import ConfigError

_SECURITY = ("starttls", "tls", "none")
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


@dataclass(frozen=True, slots=True)
class MailSettings:
    """Where reminders go. Without ``host`` they stay in ``outbox`` for another program to fetch.

    ``to`` gets those of offices that name no mailbox; ``security`` is ``starttls``, ``tls`` or ``none``.
    """

    outbox: Path
    sender: str
    to: str
    host: str
    port: int
    security: str
    user: str
    password_file: Path | None
    ca_file: Path | None


@dataclass(frozen=True, slots=True)
class Settings:
    """``address`` is the origin that codes lead to; https, except on this machine itself.

    ``lan``: served to the local network over TLS with a certificate made for it, to try it with real phones.
    """

    home: Path
    keys: Path
    address: str
    bind: str
    port: int
    workers: int
    trusted_proxies: str
    passphrase_file: Path
    pkcs11_module: Path | None
    pkcs11_token: str
    pkcs11_pin_file: Path
    lan: bool
    working_days_file: Path | None
    mail: MailSettings

    @property
    def register_path(self) -> Path:
        """The register: one SQLite file."""
        return self.home / "register.db"

    @property
    def web_secret_file(self) -> Path:
        """The secret that signs form tokens, shared by all workers."""
        return self.home / "web-secret"

    @property
    def host(self) -> str:
        """The host, with its port where it has one, as people read it beside the symbol."""
        return urlsplit(self.address).netloc


def _whole(environ: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = environ.get(name, str(default))
    if not (text.isascii() and text.isdigit() and low <= int(text) <= high):
        raise ConfigError("setting_not_a_number", name=name, found=text, low=low, high=high)
    return int(text)


def _address(text: str) -> str:
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise ConfigError("setting_address", name="LICENCE_QR_ADDRESS", found=text) from None
    plain = f"{parts.scheme}://{parts.netloc}" == text.rstrip("/") and text == text.lower() and "@" not in parts.netloc
    if not plain or not host or not (parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)):
        raise ConfigError("setting_address", name="LICENCE_QR_ADDRESS", found=text)
    return text.rstrip("/")


def _lan_host() -> str:
    """This machine's address on the local network. Connecting a datagram socket chooses the way and sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # RFC 5737: an address that nobody has
        except OSError:
            raise ConfigError("lan_without_network", name="LICENCE_QR_LAN") from None
        host: str = probe.getsockname()[0]
        return host


def _file(text: str | None) -> Path | None:
    return Path(text).resolve() if text else None


def _mailbox(env: Mapping[str, str], name: str, default: str) -> str:
    text = env.get(name, default)
    if text and not re.fullmatch(r"[^@\s<>,;:\"]+@[A-Za-z0-9.-]+", text):
        raise ConfigError("setting_mailbox", name=name, found=text)
    return text


def _mail(env: Mapping[str, str], home: Path) -> MailSettings:
    security = env.get("LICENCE_QR_SMTP_SECURITY", "starttls")
    if security not in _SECURITY:
        raise ConfigError(
            "setting_not_one_of", name="LICENCE_QR_SMTP_SECURITY", found=security, known=" / ".join(_SECURITY)
        )
    return MailSettings(
        outbox=Path(env.get("LICENCE_QR_OUTBOX", str(home / "outbox"))).resolve(),
        sender=_mailbox(env, "LICENCE_QR_MAIL_FROM", "licence-qr@localhost"),
        to=_mailbox(env, "LICENCE_QR_MAIL_TO", ""),
        host=env.get("LICENCE_QR_SMTP_HOST", ""),
        port=_whole(env, "LICENCE_QR_SMTP_PORT", 465 if security == "tls" else 587, 1, 65535),
        security=security,
        user=env.get("LICENCE_QR_SMTP_USER", ""),
        password_file=_file(env.get("LICENCE_QR_SMTP_PASSWORD_FILE")),
        ca_file=_file(env.get("LICENCE_QR_SMTP_CA_FILE")),
    )


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings.

    Raises ConfigError ``setting_not_a_number``, ``setting_address``, ``setting_mailbox``, ``setting_not_one_of`` or
    ``lan_without_network``.
    """
    env = os.environ if environ is None else environ
    home = Path(env.get("LICENCE_QR_HOME", "var")).resolve()
    keys = Path(env.get("LICENCE_QR_KEYS", "keys")).resolve()
    port = _whole(env, "LICENCE_QR_PORT", 8000, 1, 65535)
    lan = _whole(env, "LICENCE_QR_LAN", 0, 0, 1) == 1
    address = env.get("LICENCE_QR_ADDRESS")
    if address is None:
        address = f"https://{_lan_host()}:{port}" if lan else f"http://127.0.0.1:{port}"
    return Settings(
        home=home,
        keys=keys,
        address=_address(address),
        bind=env.get("LICENCE_QR_BIND", "0.0.0.0" if lan else "127.0.0.1"),  # noqa: S104 - that is what was asked for
        port=port,
        workers=_whole(env, "LICENCE_QR_WORKERS", 2, 1, 64),
        trusted_proxies=env.get("LICENCE_QR_TRUSTED_PROXIES", ""),
        passphrase_file=Path(env.get("LICENCE_QR_PASSPHRASE_FILE", str(home / "key-passphrase"))).resolve(),
        lan=lan,
        working_days_file=_file(env.get("LICENCE_QR_WORKING_DAYS")),
        mail=_mail(env, home),
        pkcs11_module=Path(env["LICENCE_QR_PKCS11_MODULE"]) if env.get("LICENCE_QR_PKCS11_MODULE") else None,
        pkcs11_token=env.get("LICENCE_QR_PKCS11_TOKEN", "licence-qr"),
        pkcs11_pin_file=Path(env.get("LICENCE_QR_PKCS11_PIN_FILE", str(home / "pkcs11-pin"))).resolve(),
    )
