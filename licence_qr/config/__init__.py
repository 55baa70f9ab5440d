"""Settings, read once from the environment and from one file. The table of all of them is ``licence_qr.config.table``."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from licence_qr.config.kinds import proxies
from licence_qr.config.values import Values, read_values
from licence_qr.errors import ConfigError

_PROXIES = "LICENCE_QR_TRUSTED_PROXIES"
SIGNER_SOCKET = "LICENCE_QR_SIGNER_SOCKET"
OWN_SIGNER = "OWN_SIGNER_OF_LICENCE_QR"  # the same, of a signer that ``serve`` has started for its workers
METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # prometheus-client reads it too, when it is imported


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
class IdentityServiceSettings:
    """The identity service (OpenID Connect) by which staff may sign in, and how this service is registered there.

    ``staff_claim`` carries the staff number. Any of ``acr_values`` and ``amr_values`` counts as a second factor.
    """

    issuer: str
    name: str
    client_id: str
    client_secret_file: Path
    staff_claim: str
    acr_values: frozenset[str]
    amr_values: frozenset[str]
    ca_file: Path | None


@dataclass(frozen=True, slots=True)
class Settings:
    """``address`` is the origin that codes lead to; https, except on this machine itself. ``trusted_proxies``: the addresses
    and networks of the proxies in front, joined by commas; nobody else is believed about where a request comes from.

    ``lan``: served to the local network over TLS with a certificate made for it, to try it with real phones.
    """

    home: Path
    keys: Path
    address: str
    bind: str
    port: int
    workers: int
    start_check_seconds: int
    trusted_proxies: str
    metrics_token_file: Path | None
    passphrase_file: Path
    pkcs11_module: Path | None
    pkcs11_token: str
    pkcs11_pin_file: Path
    signer_socket: Path | None
    lan: bool
    working_days_file: Path | None
    mail: MailSettings
    identity_service: IdentityServiceSettings | None = None
    own_signer: Path | None = None
    """The socket of the signer that ``serve`` has started for its workers; no setting."""
    metrics_folder: Path | None = None
    """Where the workers of a server count together; no setting, ``serve`` makes it (licence_qr.process.metrics_folder)."""

    @property
    def signer(self) -> Path | None:
        """The socket of the process that holds the keys; None where this one does."""
        return self.signer_socket or self.own_signer

    def holding_keys(self) -> Settings:
        """The same for a process that signs by itself."""
        return replace(self, signer_socket=None, own_signer=None)

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


def set_variable(name: str, value: str) -> Callable[[], None]:
    """Set a variable of the environment for this process and those it starts. The answer takes that back."""
    before = os.environ.get(name)
    os.environ[name] = value

    def take_back() -> None:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before

    return take_back


def given_values(environ: Mapping[str, str] | None = None) -> Values:
    """What is set in the environment and in the file that it names. Raises InvalidSettings."""
    return read_values(os.environ if environ is None else environ)


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings. Raises InvalidSettings, or ConfigError ``lan_without_network``."""
    values = given_values(environ)
    given = os.environ if environ is None else environ
    counts, signer = (Path(path) if (path := given.get(name)) else None for name in (METRICS_FOLDER, OWN_SIGNER))
    with values.located():
        return replace(_settings(values), metrics_folder=counts, own_signer=signer)


def check_served(settings: Settings) -> None:
    """Raise ConfigError ``https_without_tls`` when codes lead to an https address and nothing here speaks TLS.

    No proxy is named and the service has no certificate of its own (``lan``): it would answer in the clear, browsers would
    send their cookies so, and all visitors of a proxy that is not named would be one address.
    """
    if settings.address.startswith("https://") and not (settings.lan or settings.trusted_proxies):
        raise ConfigError("https_without_tls", name=_PROXIES, address=settings.address)


def _settings(values: Values) -> Settings:
    text = values.text
    return Settings(
        home=_path(text("LICENCE_QR_HOME")),
        keys=_path(text("LICENCE_QR_KEYS")),
        address=text("LICENCE_QR_ADDRESS").rstrip("/"),
        bind=str(ip_address(text("LICENCE_QR_BIND"))),
        port=int(text("LICENCE_QR_PORT")),
        workers=int(text("LICENCE_QR_WORKERS")),
        start_check_seconds=int(text("LICENCE_QR_START_CHECK_SECONDS")),
        trusted_proxies=proxies(_PROXIES, text(_PROXIES)),
        metrics_token_file=_file(text("LICENCE_QR_METRICS_TOKEN_FILE")),
        passphrase_file=_path(text("LICENCE_QR_PASSPHRASE_FILE")),
        # Not resolved: the system looks a bare name up among its libraries.
        pkcs11_module=Path(module) if (module := text("LICENCE_QR_PKCS11_MODULE")) else None,
        pkcs11_token=text("LICENCE_QR_PKCS11_TOKEN"),
        pkcs11_pin_file=_path(text("LICENCE_QR_PKCS11_PIN_FILE")),
        signer_socket=_file(text(SIGNER_SOCKET)),
        lan=text("LICENCE_QR_LAN") == "1",
        working_days_file=_file(text("LICENCE_QR_WORKING_DAYS")),
        mail=_mail(text),
        identity_service=_identity_service(text),
    )


def _mail(text: Callable[[str], str]) -> MailSettings:
    return MailSettings(
        outbox=_path(text("LICENCE_QR_OUTBOX")),
        sender=text("LICENCE_QR_MAIL_FROM"),
        to=text("LICENCE_QR_MAIL_TO"),
        host=text("LICENCE_QR_SMTP_HOST"),
        port=int(text("LICENCE_QR_SMTP_PORT")),
        security=text("LICENCE_QR_SMTP_SECURITY"),
        user=text("LICENCE_QR_SMTP_USER"),
        password_file=_file(text("LICENCE_QR_SMTP_PASSWORD_FILE")),
        ca_file=_file(text("LICENCE_QR_SMTP_CA_FILE")),
    )


def _identity_service(text: Callable[[str], str]) -> IdentityServiceSettings | None:
    """None where no issuer is named. Raises ConfigError ``setting_needed_too``."""
    issuer = text("LICENCE_QR_OIDC_ISSUER")
    if not issuer:
        return None
    for needed in ("LICENCE_QR_OIDC_CLIENT_ID", "LICENCE_QR_OIDC_STAFF_CLAIM"):
        if not text(needed):
            raise ConfigError("setting_needed_too", name="LICENCE_QR_OIDC_ISSUER", needed=needed)
    return IdentityServiceSettings(
        issuer=issuer,
        name=text("LICENCE_QR_OIDC_NAME"),
        client_id=text("LICENCE_QR_OIDC_CLIENT_ID"),
        client_secret_file=_path(text("LICENCE_QR_OIDC_CLIENT_SECRET_FILE")),
        staff_claim=text("LICENCE_QR_OIDC_STAFF_CLAIM"),
        acr_values=_texts(text("LICENCE_QR_OIDC_ACR_VALUES")),
        amr_values=_texts(text("LICENCE_QR_OIDC_AMR_VALUES")),
        ca_file=_file(text("LICENCE_QR_OIDC_CA_FILE")),
    )


def _texts(text: str) -> frozenset[str]:
    return frozenset(filter(None, (each.strip() for each in text.split(","))))


def _path(text: str) -> Path:
    return Path(text).resolve()


def _file(text: str) -> Path | None:
    return _path(text) if text else None
