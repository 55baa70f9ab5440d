"""Settings, read once from the environment. Each has one line in docs/settings.md."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from licence_qr.errors import ConfigError

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


@dataclass(frozen=True, slots=True)
class Settings:
    """``address`` is the origin that codes lead to; https, except on this machine itself."""

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


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings. Raises ConfigError ``setting_not_a_number`` or ``setting_address``."""
    env = os.environ if environ is None else environ
    home = Path(env.get("LICENCE_QR_HOME", "var")).resolve()
    keys = Path(env.get("LICENCE_QR_KEYS", "keys")).resolve()
    port = _whole(env, "LICENCE_QR_PORT", 8000, 1, 65535)
    return Settings(
        home=home,
        keys=keys,
        address=_address(env.get("LICENCE_QR_ADDRESS", f"http://127.0.0.1:{port}")),
        bind=env.get("LICENCE_QR_BIND", "127.0.0.1"),
        port=port,
        workers=_whole(env, "LICENCE_QR_WORKERS", 2, 1, 64),
        trusted_proxies=env.get("LICENCE_QR_TRUSTED_PROXIES", ""),
        passphrase_file=Path(env.get("LICENCE_QR_PASSPHRASE_FILE", str(home / "key-passphrase"))).resolve(),
        pkcs11_module=Path(env["LICENCE_QR_PKCS11_MODULE"]) if env.get("LICENCE_QR_PKCS11_MODULE") else None,
        pkcs11_token=env.get("LICENCE_QR_PKCS11_TOKEN", "licence-qr"),
        pkcs11_pin_file=Path(env.get("LICENCE_QR_PKCS11_PIN_FILE", str(home / "pkcs11-pin"))).resolve(),
    )
