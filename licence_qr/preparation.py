"""Making an installation, or bringing the register of an earlier release up to date."""

from __future__ import annotations

from contextlib import AbstractContextManager, suppress
from datetime import datetime
from pathlib import Path

from licence_qr.config import Settings
from licence_qr.errors import KeyStoreError, RegisterError, RuleError
from licence_qr.parts import keys_of, register_of
from licence_qr.process.system import check_system
from licence_qr.services.files.taking_over import Progress, TakenOver, TakingOver
from licence_qr.services.keys.keyring import Keys
from licence_qr.services.keys.making import Custody, make_keys
from licence_qr.services.keys.root import Passphrase
from licence_qr.services.keys.steps import Tell, silent
from licence_qr.store.database.connections import Database
from licence_qr.store.files import file_errors, make_folder, sync_names
from licence_qr.store.keys import key_files, noted_lists
from licence_qr.store.keys.newest_lists import SignedList
from licence_qr.store.numbers import number_marks
from licence_qr.store.register import register_kind

# Beside the register while a first start has begun and not finished, so that it can be repeated.
_BEGUN = "init-begun"


def prepare(
    settings: Settings,
    now: datetime,
    *,
    demonstration: bool,
    really_new: bool = False,
    custody: Custody | None = None,
    tell: Tell = silent,
    progress: Progress = lambda done, total: None,
) -> TakenOver:
    """Create keys and register if there are none, or upgrade the register. What exists is not changed otherwise.

    Keys without a register, or with an empty one, mean that the register was lost: a new one would give numbers and status
    indices again that are printed already. ``really_new`` says that none is.

    Keys are only created for a new installation; a live one needs ``custody`` for them, and ``tell`` gets the steps. If
    there is a register but no trust list, the list has been lost, and new keys would make every printed code look forged;
    ``build`` then reports that it is missing. ``now`` is an aware instant. Photographs of earlier releases are encrypted;
    ``progress`` gets how many and of how many, and they are returned.

    Raises RuleError, before anything is changed: ``demonstration_only`` when a demonstration is asked for and the register
    is a live one, ``register_gone`` or ``register_empty``, or ``numbers_were_given`` whatever is said; KeyStoreError
    ``root_folder_needed`` and those of ``custody``; RegisterError (``register_newer``, ``register_read_only``,
    ``register_full``, …); KeyStoreError; ConfigError ``system_not_supported``; TokenError ``trust_list_older``.
    """
    check_system()
    if demonstration:
        _refuse_real(settings)
    elif needs_keys(settings):
        _demand_custody(settings, custody)
    keys = keys_of(settings)
    begun = settings.home / _BEGUN
    if not _has_register(settings):
        if not begun.exists() and not _has_register(settings):  # another process may have made it
            _refuse_lost(settings, really_new=really_new)
        with file_errors(begun):
            make_folder(settings.home)
            begun.touch(mode=0o600)
            sync_names(settings.home)
        make_keys(keys, (settings.host,), now, custody, tell)
    keys.complete(now)
    database = register_of(settings)
    _make_or_upgrade(database, keys, demonstration=demonstration)
    _end(begun)
    if demonstration:
        _refuse_real(settings)  # another process made it meanwhile
    with exclusive_lock(settings):
        taken = TakingOver.beside(database, settings.keys).run(now, progress)
    database.close()
    return taken


def _make_or_upgrade(database: Database, keys: Keys, *, demonstration: bool) -> None:
    database.create_or_upgrade()
    kind = register_kind.DEMONSTRATION if demonstration else register_kind.PRODUCTION
    with database.write() as tx:
        if register_kind.get(tx, register_kind.KIND) is None:
            register_kind.put(tx, register_kind.KIND, kind)
        with suppress(KeyStoreError):  # it is lost, and ``build`` says so
            noted_lists.note(tx, SignedList.TRUST, keys.trust_list().sequence)


def _end(begun: Path) -> None:
    """Remove the mark of a start that had begun: it must not come back after a power cut and excuse a lost register."""
    with file_errors(begun), suppress(FileNotFoundError):
        begun.unlink()
        sync_names(begun.parent)


def needs_keys(settings: Settings) -> bool:
    """Whether ``prepare`` would make the first keys."""
    return not _has_register(settings) and not key_files.trust_list_stamp(settings.keys)


def demand_opened(
    settings: Settings, now: datetime, *given: Passphrase, demonstration: bool, really_new: bool = False
) -> None:
    """Raise KeyStoreError ``key_passphrase`` or ``key_damaged`` where an installation that is made over again, or that a
    stopped run has begun, has keys that its passphrase, or the one ``given``, does not open. Raises RuleError
    ``demonstration_only`` first, as ``prepare`` does: whoever reads the keys of a live register leaves a mark beside them.
    A register that is lost is told by ``prepare``.

    Where no passphrase is given and none lies here there is nothing to try: it may be where only the service reads it.
    """
    if demonstration:
        _refuse_real(settings)
    if not (_has_register(settings) or really_new or (settings.home / _BEGUN).exists()):
        return
    keys = keys_of(settings)
    try:
        passphrase = given[0]() if given else keys.passphrase()
    except KeyStoreError:
        if given:
            raise
        return
    keys.demand_opened(passphrase, now)


def _demand_custody(settings: Settings, custody: Custody | None) -> None:
    if custody is None:
        raise KeyStoreError("root_folder_needed")
    custody.demand_apart((settings.home, settings.keys))


def _has_register(settings: Settings) -> bool:
    """Whether there is a register that is not empty: SQLite takes an empty file for a new database."""
    return settings.register_path.exists() and settings.register_path.stat().st_size > 0


def _refuse_lost(settings: Settings, *, really_new: bool) -> None:
    """Raise RuleError ``numbers_were_given``, or ``register_gone`` or ``register_empty`` where there are keys, or an empty
    file, from before and nobody says that nothing was issued."""
    if number_marks.read(settings.keys):
        raise RuleError("numbers_were_given", path=settings.register_path, marks=settings.keys / number_marks.FILE)
    if really_new:
        return
    if settings.register_path.exists():
        raise RuleError("register_empty", path=settings.register_path)
    if key_files.trust_list_stamp(settings.keys):
        raise RuleError("register_gone", path=settings.register_path, keys=settings.keys)


def _refuse_real(settings: Settings) -> None:
    """Raise RuleError ``demonstration_only`` if there is a live register, of any version."""
    if not settings.register_path.exists():
        return
    database = register_of(settings)
    try:
        with database.read() as tx:
            kind = register_kind.get(tx, register_kind.KIND)
    except RegisterError as error:
        if error.code != "register_outdated":  # begun and not finished: it holds no facts yet
            raise
        kind = None
    finally:
        database.close()
    if kind == register_kind.PRODUCTION:
        raise RuleError("demonstration_only", path=settings.register_path)


def exclusive_lock(settings: Settings) -> AbstractContextManager[None]:
    """A lock that other processes preparing the same installation wait for, until the block ends."""
    return key_files.only_one(settings.home)
