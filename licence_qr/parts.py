"""Settings → the register, the keys and the post of an installation, which need not exist yet."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from licence_qr.config import Settings
from licence_qr.errors import RegisterError
from licence_qr.services.files.kept import Files
from licence_qr.services.keys.keyring import Keys
from licence_qr.services.work.outbox import Outbox
from licence_qr.services.work.reminders import PostOffice
from licence_qr.services.work.smtp import MailServer
from licence_qr.store.database.connections import Database
from licence_qr.store.keys import noted_lists
from licence_qr.store.keys.hsm import Hsm
from licence_qr.store.keys.newest_lists import SignedList
from licence_qr.store.numbers import given_numbers
from licence_qr.store.numbers.number_marks import NumberMarks
from licence_qr.store.register import pending_events


def register_of(settings: Settings) -> Database:
    """The register. Each write also stores the pending events (``store.register.pending_events``), and the marks of the
    numbers it gives (``store.numbers.number_marks``)."""
    events, marks = partial(pending_events.take_in, settings.register_path), marks_of(settings)
    return Database(settings.register_path, events, partial(given_numbers.secure, marks))


def marks_of(settings: Settings) -> NumberMarks:
    """The marks of the numbers that were given."""
    return NumberMarks(settings.keys, given_numbers.AHEAD)


def files_of(settings: Settings, database: Database) -> Files:
    """The files beside the register."""
    return Files.beside(database, settings.keys)


def keys_of(settings: Settings) -> Keys:
    """The keys, which need not exist yet."""
    module = settings.pkcs11_module
    hsm = None if module is None else Hsm(module, settings.pkcs11_token, settings.pkcs11_pin_file)
    return Keys(settings.keys, settings.passphrase_file, hsm, partial(_noted_lists, settings))


def public_keys_of(settings: Settings) -> Keys:
    """Trust list and allow-list for a process that has another one sign: neither passphrase nor hardware module."""
    return Keys(settings.keys, Path(os.devnull), None, partial(_noted_lists, settings))


def _noted_lists(settings: Settings) -> Mapping[SignedList, int]:
    """The highest editions that the register has noted; none where it cannot be read."""
    database = register_of(settings)
    try:
        database.check_version()
        with database.read() as tx:
            return noted_lists.read(tx)
    except RegisterError:
        return {}
    finally:
        database.close()


def post_office_of(settings: Settings) -> PostOffice:
    """What sends mail of this installation: a server where one is named, and the folder otherwise."""
    mail = settings.mail
    server = MailServer(mail.host, mail.port, mail.security, mail.user, mail.password_file, mail.ca_file)
    return PostOffice(Outbox(mail.outbox), server if mail.host else None, mail.sender, mail.to, settings.address)
