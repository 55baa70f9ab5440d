"""Changes to the keys. Each is an edition of the trust list, signed by the root key, which must be available."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

from licence_qr.credential.allow_list import AllowedCodes, AllowList
from licence_qr.credential.trust_list import KeyPurpose, KeyState, TrustedKey, TrustList
from licence_qr.domain.dates import local_date
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import AT_THE_MACHINE, Actor
from licence_qr.domain.written_dates import day_in_range
from licence_qr.errors import InputError, KeyStoreError, RegisterError
from licence_qr.services.keys.keyring import KeyPlace, Keys
from licence_qr.services.keys.root import Root, RootPlace
from licence_qr.services.keys.steps import Step, Tell, silent
from licence_qr.services.register import chronology, events
from licence_qr.services.register.events import NewEvent
from licence_qr.store.database.connections import Database
from licence_qr.store.keys import key_files, newest_lists, noted_lists, signed_codes
from licence_qr.store.register import history

__all__ = ["KeyPlace", "KeyState", "KeyPurpose", "TrustedKey"]

# How long the former key may still sign after a rotation, until every server has the file of the new key.
OVERLAP_DAYS = 7


@dataclass(frozen=True, slots=True)
class Rotation:
    """The key that signs now, those it replaces, and whether anything was changed."""

    new: TrustedKey
    former: tuple[TrustedKey, ...]
    changed: bool


@dataclass(frozen=True, slots=True)
class Registered:
    """What a key had signed by an instant: the tokens that remain valid, and how many were registered later."""

    before: tuple[bytes, ...]
    refused: int


@dataclass(frozen=True, slots=True)
class Ceremony:
    """Changes keys, in the name of ``by``. The root's private key is read from ``root_place`` only during a change.

    A new key is on the disk before the list that names it, and the list before anything is signed; ``tell`` gets the steps.

    Every change raises KeyStoreError ``root_key_away``, ``root_passphrase`` or ``root_key_other``, and those of the files;
    every one but a compromise, which must not wait, RegisterError ``clock_behind`` where the clock was set back. Nothing is
    changed then. Concurrent changes wait for one another.
    """

    keys: Keys
    root_place: RootPlace
    database: Database
    by: Actor = AT_THE_MACHINE
    tell: Tell = silent

    def find(self, kid: str) -> TrustedKey:
        """The key of that id, four hexadecimal digits. Raises KeyStoreError ``key_not_listed``."""
        keys = self.keys.trust_list().keys
        found = [key for key in keys if key.kid.hex() == kid.lower()]
        if not found:
            raise KeyStoreError("key_not_listed", kid=kid, known=", ".join(key.kid.hex() for key in keys))
        return found[0]

    def new(self, purpose: KeyPurpose, first: date | None, now: datetime, *, hsm_label: str = "") -> TrustedKey:
        """Add a key that signs from ``first`` (None: today), in a file or in the hardware module.

        Raises InputError ``key_first_day_past``: a key cannot sign before it was created; ``date_out_of_range``.
        """
        self.demand_clock(now)
        day = local_date(now) if first is None else day_in_range(first, "from")
        if day < local_date(now):
            raise InputError("key_first_day_past", field="from", found=day, today=local_date(now))
        with key_files.only_one(self.keys.folder):
            root, current = self.root(), self.keys.trust_list()
            made = self._make(purpose, current, day, hsm_label)
            self.publish(root, replace(current, keys=(*current.keys, made)), now)
        self.note(EventKind.KEY_ADDED, made, now)
        return made

    def rotate(self, purpose: KeyPurpose, overlap_days: int, now: datetime, *, hsm_label: str = "") -> Rotation:
        """Let a new key sign from today, and the former ones for at most ``overlap_days`` more.

        A second call on the same day changes nothing.
        """
        self.demand_clock(now)
        today = local_date(now)
        last = today + timedelta(days=overlap_days)
        with key_files.only_one(self.keys.folder):
            current = self.keys.trust_list()
            in_use = [k for k in current.keys if k.purpose is purpose and _active(k) and k.not_before <= today]
            newest = next(iter(current.signing_keys(purpose, today)), None)
            former = tuple(key for key in in_use if key is not newest)
            if newest and newest.not_before == today and former and all(key.sign_until <= last for key in former):
                return Rotation(newest, former, changed=False)
            root = self.root()
            made = self._make(purpose, current, today, hsm_label)
            relieved = {key.kid: replace(key, sign_until=min(key.sign_until, last)) for key in in_use}
            keys = tuple(relieved.get(key.kid, key) for key in current.keys)
            self.publish(root, replace(current, keys=(*keys, made)), now)
        self.note(EventKind.KEY_ROTATED, made, now, {"relieved": [kid.hex() for kid in sorted(relieved)]})
        return Rotation(made, tuple(relieved.values()), changed=True)

    def is_last_signer(self, key: TrustedKey, now: datetime) -> bool:
        """Whether ``key`` is the only one that can sign for its purpose today."""
        return self.keys.trust_list().signing_keys(key.purpose, local_date(now)) == (key,)

    def retire(self, key: TrustedKey, now: datetime) -> bool:
        """Stop signing with ``key`` today; what it signed remains valid. False if it was retired already.

        Codes dated later are refused, because a forgotten copy of the key may exist. Raises KeyStoreError
        ``key_stays_compromised``.
        """
        self.demand_clock(now)
        if key.state is KeyState.COMPROMISED:
            raise KeyStoreError("key_stays_compromised", kid=key.kid.hex())
        if key.state is KeyState.RETIRED:
            return False
        last = max(key.not_before, min(key.sign_until, local_date(now)))
        retired = replace(key, state=KeyState.RETIRED, sign_until=last)
        self._change(retired, now)
        self.note(EventKind.KEY_RETIRED, retired, now)
        return True

    def registered(self, key: TrustedKey, since: datetime) -> Registered:
        """What ``key`` had signed by ``since`` according to the register. Only codes are registered."""
        if key.purpose is not KeyPurpose.LICENCE:
            return Registered((), 0)
        with self.database.read() as tx:
            signed = list(signed_codes.of_key(tx, key.kid))
        before = tuple(token for token, issued_at in signed if issued_at < since)
        return Registered(before, len(signed) - len(before))

    def compromise(self, key: TrustedKey, since: datetime, now: datetime) -> bool:
        """Accept of ``key`` only what was registered before ``since``. False if that is in force already.

        The allow-list is published before the trust list that refers to it. Raises InputError
        ``compromise_in_future``, KeyStoreError ``compromise_later`` (codes once refused must not become valid again).
        """
        since = since.replace(microsecond=0)
        if not self.would_compromise(key, since, now):
            return False
        self._change(replace(key, state=KeyState.COMPROMISED), now, since)
        self.note(EventKind.KEY_COMPROMISED, key, now, {"since": since.isoformat()})
        return True

    def would_compromise(self, key: TrustedKey, since: datetime, now: datetime) -> bool:
        """Whether ``compromise`` would change anything. Raises what ``compromise`` would raise.

        So nobody is asked to confirm what is then refused.
        """
        since = since.replace(microsecond=0)
        if since > now:
            told = now.replace(microsecond=0).isoformat()
            raise InputError("compromise_in_future", field="since", found=since.isoformat(), now=told)
        allowed = self.keys.allow_list()
        known = allowed.of_key(key.kid) if allowed else None
        if key.state is KeyState.COMPROMISED and key.purpose is not KeyPurpose.LICENCE:
            return False
        if key.state is KeyState.COMPROMISED and known is not None and known.since <= since:
            if known.since < since:
                raise KeyStoreError("compromise_later", kid=key.kid.hex(), since=known.since.isoformat())
            return False
        self.root()
        return True

    def export(self, folder: Path, now: datetime) -> tuple[Path, ...]:
        """Write what other verifiers need into ``folder``: trust list, root's public key and any allow-list."""
        edition = self.keys.trust_list().sequence  # a damaged list is not exported
        self.keys.allow_list()
        files = key_files.export(self.keys.folder, folder)
        told = {"edition": edition, "files": [path.name for path in files]}
        self.record(NewEvent(kind=EventKind.EXPORTED, subject="export/keys", at=now, by=self.by, after=told))
        return files

    def _change(self, changed: TrustedKey, now: datetime, since: datetime | None = None) -> None:
        with key_files.only_one(self.keys.folder):
            root, current = self.root(), self.keys.trust_list()
            if since is not None and changed.purpose is KeyPurpose.LICENCE:
                self._allow(root, current, changed, since, now)
            keys = tuple(changed if key.kid == changed.kid else key for key in current.keys)
            self.publish(root, replace(current, keys=keys), now)

    def note(
        self, kind: EventKind, key: TrustedKey, now: datetime, besides: Mapping[str, object] | None = None
    ) -> None:
        """Record a change that was made."""
        facts = {
            "purpose": key.purpose.value,
            "not_before": key.not_before.isoformat(),
            "sign_until": key.sign_until.isoformat(),
        }
        changed = NewEvent(
            kind=kind,
            subject=f"key/{key.kid.hex()}",
            at=now,
            by=self.by,
            after=facts | dict(besides or {}),
        )
        self.record(changed)

    def record(self, done: NewEvent) -> None:
        """Record what was done, where there is a register.

        The lists themselves are numbered and signed, and a compromise must not wait: if the register is missing, locked
        or of another release, what was done is valid without an event.
        """
        with suppress(RegisterError):
            self.database.check_version()
            with self.database.write() as tx:
                events.write(tx, done)
                for which, sequence in newest_lists.read(self.keys.folder).items():
                    noted_lists.note(tx, which, sequence)

    def _allow(self, root: Root, current: TrustList, key: TrustedKey, since: datetime, now: datetime) -> None:
        former = self.keys.allow_list()
        others = tuple(codes for codes in former.keys if codes.kid != key.kid) if former else ()
        codes = AllowedCodes.of(key.kid, since, self.registered(key, since).before)
        edition = AllowList(current.sequence + 1, now.replace(microsecond=0), (*others, codes))
        root.publish_allow_list(edition)

    def _make(self, purpose: KeyPurpose, current: TrustList, first: date, hsm_label: str) -> TrustedKey:
        if hsm_label:
            return self.keys.take_key_of_hsm(purpose, current.keys, first, hsm_label)
        made = self.keys.make_key(purpose, current.keys, first)
        self.tell(Step.KEY_MADE, {"purpose": purpose.value, "kid": made.kid.hex()})
        return made

    def demand_clock(self, now: datetime) -> None:
        """Raise RegisterError ``clock_behind`` where the clock was set back since the newest event."""
        newest = None
        with suppress(RegisterError):  # as ``record``: where there is no register to ask, nothing waits for it
            self.database.check_version()
            with self.database.read() as tx:
                newest = history.newest_at(tx)
        chronology.check(now, newest)

    def publish(self, root: Root, changed: TrustList, now: datetime) -> None:
        """Put a list in force, as the next edition."""
        self.tell(Step.LIST_SIGNED, {"edition": root.publish(changed, now).sequence})

    def root(self) -> Root:
        """The root key."""
        return Root.at_hand(self.keys.folder, self.root_place)


def _active(key: TrustedKey) -> bool:
    return key.state is KeyState.ACTIVE
