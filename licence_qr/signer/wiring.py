"""Settings → who signs: the parts of the process with the keys, and the way to it."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

from licence_qr.catalogue.loader import load_catalogue
from licence_qr.config import Settings
from licence_qr.credential.trust_list import KeyPurpose
from licence_qr.domain.catalogue.model import Catalogue
from licence_qr.parts import keys_of
from licence_qr.process.system import check_system
from licence_qr.services.keys.keyring import Keys
from licence_qr.services.keys.root import check_root_apart
from licence_qr.services.publishing.noted_times import NotedTimes
from licence_qr.services.publishing.status_signer import MOST_AHEAD, StatusSigner
from licence_qr.services.signing.signer import Signer
from licence_qr.signer.acts import SignerActs
from licence_qr.signer.client import SignerClient
from licence_qr.store.database.connections import Database
from licence_qr.store.register import register_kind


def client_of(settings: Settings) -> SignerClient | None:
    """The way to the process with the keys; None where this one has them."""
    return SignerClient(settings.signer) if settings.signer else None


def code_signer(database: Database, catalogue: Catalogue, keys: Keys) -> Signer:
    """What signs codes, with the keys at hand."""
    check_key = partial(keys.demand_signing, KeyPurpose.LICENCE)
    return Signer(database, catalogue, keys.signing_key, check_key, keys.trust_list)


def list_signer(settings: Settings, database: Database, keys: Keys) -> StatusSigner:
    """What signs status lists, with the keys at hand."""
    noted = NotedTimes(settings.keys, MOST_AHEAD)
    return StatusSigner(database, partial(keys.signing_key_for, KeyPurpose.STATUS), settings.address, noted)


def demand_root_apart(settings: Settings) -> None:
    """Refuse to begin beside a root key, as ``serve`` does. Raises KeyStoreError ``root_key_beside``, RegisterError."""
    database = Database(settings.register_path)
    with database.read() as tx:
        demonstration = register_kind.is_demonstration(tx)
    database.close()
    if not demonstration:
        check_root_apart((settings.keys, settings.home))


def build_signer(settings: Settings) -> SignerActs:
    """What the process with the keys does. It reads the register, and no secret of the web.

    Raises ConfigError ``system_not_supported``, CatalogueError, RegisterError (missing, outdated, newer, damaged) and
    KeyStoreError ``trust_list_missing``.
    """
    check_system()
    database, catalogue = Database(settings.register_path), load_catalogue(working_days=settings.working_days_file)
    database.check_version()
    keys = keys_of(settings)
    keys.trust_list()
    codes, lists = code_signer(database, catalogue, keys), list_signer(settings, database, keys)
    return SignerActs(keys, codes, lists, lambda: datetime.now(UTC))
