"""Scenes in which files are written beside the register: the first start, keys, reminders, backups, a restore,
an upgrade."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

from cut_scenes import NOW, Said, Say, Scene, issue, made, opened, pairs_lost, settings_in, shown
from old_installations import KEPT, PICTURE, WITH_VISITS, put_photograph
from pyrage import x25519
from work_register import add_permit

from licence_qr.backups import Migration, build_backup, build_restore
from licence_qr.bootstrap import Services
from licence_qr.credential.trust_list import KeyPurpose, KeyState
from licence_qr.domain.dates import local_date
from licence_qr.domain.roles import AT_THE_MACHINE, at_console
from licence_qr.key_services import build_ceremony
from licence_qr.services.operation.manifest import decode
from licence_qr.services.operation.private_files import PrivateFile
from licence_qr.services.operation.restore import Wanted
from licence_qr.services.work.outbox import SENT, Outbox
from licence_qr.store.backup.age import Identity, Recipients
from licence_qr.store.backup.places import BackupPlace
from licence_qr.store.database.connections import Database
from licence_qr.store.files import former, rows
from licence_qr.store.keys import newest_lists
from licence_qr.store.keys.newest_lists import SignedList
from licence_qr.store.register import codes

_CONSOLE = at_console("keeper")
_PHOTO = b"a photograph"
_KEPT = 2  # snapshots


class FirstStart(Scene):
    """``init`` makes root, keys and register, and the first pair is issued."""

    begins_empty = True

    def act(self, folder: Path, say: Say) -> None:
        made(folder)
        services = opened(folder)
        say(kid=services.keys.signing_key(NOW).kid.hex())
        say(**shown(issue(services, 1)))

    def start(self, folder: Path, said: list[Said]) -> Services:
        if not said:
            made(folder)  # begun and not finished: it is begun again
        return opened(folder)

    def lost(self, services: Services, said: list[Said]) -> Iterator[str]:
        yield from pairs_lost(services, said)
        if said and said[0]["kid"] != services.keys.signing_key(NOW).kid.hex():
            yield "the keys are others"


class Keys(Scene):
    """A new key, another in the place of the old one, a compromise, and the private keys in a file of their own."""

    def before(self, folder: Path) -> None:
        services = opened(folder)
        issue(services, 1)
        services.database.close()
        _identity(folder)

    def act(self, folder: Path, say: Say) -> None:
        ceremony = build_ceremony(settings_in(folder), by=_CONSOLE)
        (old,) = ceremony.keys.trust_list().signing_keys(KeyPurpose.LICENCE, local_date(NOW))
        new = ceremony.new(KeyPurpose.LICENCE, None, NOW)
        say(kid=new.kid.hex(), state="active", edition=ceremony.keys.trust_list().sequence)
        rotated = ceremony.rotate(KeyPurpose.STATUS, 7, NOW).new
        say(kid=rotated.kid.hex(), state="active", edition=ceremony.keys.trust_list().sequence)
        ceremony.compromise(old, NOW + timedelta(minutes=1), NOW + timedelta(hours=1))
        say(kid=old.kid.hex(), state="compromised", edition=ceremony.keys.trust_list().sequence)
        file = PrivateFile(folder / "safe" / "private-keys.age", None)
        build_backup(settings_in(folder), {}).private_files(file, _recipient(folder), _CONSOLE, NOW)
        say(private_keys=[new.kid.hex(), rotated.kid.hex()])

    def lost(self, services: Services, said: list[Said]) -> Iterator[str]:
        trust_list = services.keys.trust_list()
        folder = services.settings.home.parent
        for each in said:
            if "private_keys" in each:
                held = PrivateFile(folder / "safe" / "private-keys.age", None).read(folder / "identity")
                if missing := [kid for kid in each["private_keys"] if not any(kid in name for name in held)]:
                    yield f"private keys lost: {missing}"
                continue
            (found,) = [key for key in trust_list.keys if key.kid.hex() == each["kid"]] or [None]
            if found is None or found.state.value != each["state"]:
                yield f"key {each['kid']}: {found and found.state}"
            noted = newest_lists.read(services.settings.keys).get(SignedList.TRUST, 0)
            if trust_list.sequence < each["edition"] or noted < each["edition"]:
                yield f"edition {each['edition']} is lost: {trust_list.sequence}, noted {noted}"
        if any(key.state is KeyState.COMPROMISED for key in trust_list.keys) and services.keys.allow_list() is None:
            yield "a key is compromised, and what remains valid of it is lost"
        for purpose in (KeyPurpose.LICENCE, KeyPurpose.STATUS):
            services.keys.signing_key_for(purpose, NOW)
        build_ceremony(services.settings, by=_CONSOLE).new(KeyPurpose.STATUS, None, NOW + timedelta(hours=1))


class Reminders(Scene):
    """Messages to the offices; one is taken out of the outbox and put aside as sent."""

    many = 4

    def before(self, folder: Path) -> None:
        services = opened(folder)
        for serial in range(1, self.many + 1):
            end = (date(2026, 11, 23) + timedelta(days=10)).isoformat()
            add_permit(services.database, serial, valid_from="2025-06-01", valid_to=end)
        services.database.close()

    def act(self, folder: Path, say: Say) -> None:
        services, outbox = opened(folder), Outbox(settings_in(folder).mail.outbox)
        services.reminders.run(_CONSOLE, NOW)
        names = [path.name for path in outbox.messages()]
        assert len(names) == self.many
        say(written=names)
        outbox.put_aside(outbox.messages()[0], SENT)
        say(sent=names[0])
        services.reminders.run(_CONSOLE, NOW + timedelta(minutes=1))
        say(again=True)

    def lost(self, services: Services, said: list[Said]) -> Iterator[str]:
        outbox = Outbox(services.settings.mail.outbox)
        services.reminders.run(_CONSOLE, NOW)
        there = [path.name for path in outbox.messages()]
        aside = [path.name for path in (outbox.folder / SENT).glob("*.eml")]
        sent = [each["sent"] for each in said if "sent" in each]
        if len(set(there) | set(aside)) != self.many:
            yield f"messages lost: {len(set(there) | set(aside))} of {self.many} are there"
        if sent and (sent[0] in there or sent[0] not in aside):
            yield "a message that was sent waits to be sent again"
        for path in outbox.folder.rglob("*.eml"):
            if not path.read_bytes().endswith(b"\r\n"):
                yield f"half a message: {path.name}"


class Backups(Scene):
    """A backup after each pair; the newest two are kept."""

    def before(self, folder: Path) -> None:
        services = opened(folder)
        issue(services, 1)
        _keep(services, folder)
        services.database.close()
        _identity(folder)

    def act(self, folder: Path, say: Say) -> None:
        services = opened(folder)
        for number in range(2, 6):
            pair = shown(issue(services, number))
            say(**pair)
            say(snapshot=_back_up(folder, number), digits=pair["digits"])

    def lost(self, services: Services, said: list[Said]) -> Iterator[str]:
        yield from pairs_lost(services, said)
        folder = services.settings.home.parent
        made_before = [each for each in said if "snapshot" in each]
        there = BackupPlace(folder / "backups").snapshots()
        if made_before and made_before[-1]["snapshot"] not in there:
            yield f"a backup is lost: {made_before[-1]['snapshot']}"
        for name in there:
            yield from _not_whole(folder, name)
        yield from _not_whole(folder, _back_up(folder, 50))


class Deletions(Scene):
    """Photographs whose time is over are deleted, and a backup that is put back must not bring them back."""

    def before(self, folder: Path) -> None:
        services = opened(folder)
        _keep(services, folder, 3)
        services.database.close()

    def act(self, folder: Path, say: Say) -> None:
        services = opened(folder)
        for name in self._names(folder):
            with services.database.write() as tx:
                rows.drop(tx, [name], local_date(NOW))
                tx.after_commit(services.reports.files.finish_deletions, None)
            say(deleted=name)

    def lost(self, services: Services, said: list[Said]) -> Iterator[str]:
        files, folder = services.reports.files, services.settings.home.parent
        files.sweep(NOW)
        with services.database.read() as tx:
            kept = rows.among(tx, self._names(folder))
        listed = files.deletions.names()
        for each in said:
            if each["deleted"] in kept or each["deleted"] not in listed:
                yield f"a deleted file came back: {each['deleted']}"
        for name in self._names(folder):
            if name not in kept and name not in listed:
                yield f"a deletion is not in the list: {name}"

    @staticmethod
    def _names(folder: Path) -> list[str]:
        return (folder / "kept").read_text().split()


class Restoring(Scene):
    """A register that was lost is brought back from a backup, and goes on above the marks."""

    def before(self, folder: Path) -> None:
        services = opened(folder)
        first = shown(issue(services, 1))
        _keep(services, folder)
        _identity(folder)
        _back_up(folder, 1)
        later = shown(issue(services, 2))  # given, and in no backup
        services.database.close()
        (folder / "digits").write_text(first["digits"])
        (folder / "given").write_text("\n".join(later["numbers"]))
        _lose_register(folder)

    def act(self, folder: Path, say: Say) -> None:
        _restore(folder)
        say(restored=True)
        say(**shown(issue(opened(folder), 3)))

    def start(self, folder: Path, said: list[Said]) -> Services:
        if not said and not (folder / "var" / "register.db").exists():
            _lose_register(folder)  # what docs/running/backups.md tells to do first
            _restore(folder)
        return opened(folder)

    def lost(self, services: Services, said: list[Said]) -> Iterator[str]:
        yield from pairs_lost(services, said)
        folder = services.settings.home.parent
        services.lookup.scan((folder / "digits").read_text(), NOW)
        with services.database.read() as tx:
            if services.reports.files.read(tx, (folder / "kept").read_text()) != _PHOTO:
                yield "a photograph was not restored"
        given = (folder / "given").read_text().splitlines()
        for permit in issue(services, 4).permits:
            if permit.permit_no in given:
                yield f"given again: {permit.permit_no}"
        with services.database.read() as tx:
            if len({code.status_index for code in codes.everything_newest(tx)}) < len(codes.everything_newest(tx)):
                yield "a status entry was given twice"


class Migrating(Scene):
    """A register of an early release, with a photograph that was plain then, is brought to this one; a pair is issued."""

    begins_empty = True

    @property
    def now(self) -> datetime:
        """After it was made."""
        return NOW + timedelta(days=10)

    def before(self, folder: Path) -> None:
        shutil.unpack_archive(KEPT / WITH_VISITS, folder)
        put_photograph(folder / "var")

    def act(self, folder: Path, say: Say) -> None:
        self._migrate(folder)
        say(migrated=True)
        say(**shown(issue(opened(folder), 1, self.now)))

    def start(self, folder: Path, said: list[Said]) -> Services:
        if not said:
            self._migrate(folder)
        services = opened(folder)
        services.reports.files.sweep(self.now)  # a file that was written when its row was not committed
        issue(services, 2, self.now)  # the first number given makes the marks of all
        return services

    def lost(self, services: Services, said: list[Said]) -> Iterator[str]:
        yield from pairs_lost(services, said, self.now)
        folder = services.settings.home.parent
        for card in json.loads((folder / "cards.json").read_text())["cards"].values():
            services.lookup.scan(card["digits"], self.now)
        with services.database.read() as tx:
            kept = [services.reports.files.read(tx, name) for name in rows.names(tx)]
        if kept != [PICTURE] or (folder / "var" / former.FOLDER).exists():
            yield "the photograph is lost, or plain still"
        copies = list((folder / "var").glob("register-before-*.db"))
        if not any(Database(path).missing_steps() for path in copies):
            yield "there is no copy of the former register"

    def _migrate(self, folder: Path) -> None:
        Migration.of(settings_in(folder), self.now).run(self.now, lambda *_: None)


def _keep(services: Services, folder: Path, many: int = 1) -> None:
    """Keep some photographs, and write down their names."""
    made = [services.reports.files.put(_PHOTO) for _ in range(many)]
    with services.database.write() as tx:
        (folder / "kept").write_text("\n".join(rows.add(tx, file, NOW) for file in made))


def _identity(folder: Path) -> None:
    key = x25519.Identity.generate()
    (folder / "identity").write_text(f"{key}\n")
    (folder / "recipient").write_text(str(key.to_public()))


def _recipient(folder: Path) -> Recipients:
    return Recipients(((folder / "recipient").read_text(),))


def _back_up(folder: Path, minute: int) -> str:
    at, to = NOW + timedelta(minutes=minute), _recipient(folder)
    making = build_backup(settings_in(folder), {})
    return making.make(folder / "backups", to, _KEPT, AT_THE_MACHINE, at, lambda *_: None).snapshot


def _not_whole(folder: Path, name: str) -> Iterator[str]:
    """What is wrong with a snapshot when everything in it is opened."""
    key = Identity.read(folder / "identity")
    _, sealed, path = BackupPlace(folder / "backups").manifest(name)
    manifest = decode(key.decrypt(sealed, path), name)
    place = BackupPlace(folder / "backups", bytes.fromhex(manifest.names_key))
    content = b"".join(place.get(each, key.decrypt) for each in manifest.register)
    for each in (*manifest.files.values(), *manifest.lists.values()):
        place.get(each, key.decrypt)
    kept = (folder / "kept").read_text()
    if not content.startswith(b"SQLite format 3") or not any(file.endswith(kept) for file in manifest.files):
        yield f"snapshot {name} is not whole"


def _lose_register(folder: Path) -> None:
    for path in (folder / "var").glob("register.db*"):
        if path.is_file():
            path.unlink()
    shutil.rmtree(folder / "var" / "files", ignore_errors=True)


def _restore(folder: Path) -> None:
    wanted = Wanted(folder / "backups", folder / "identity")
    build_restore(settings_in(folder)).from_backup(wanted, AT_THE_MACHINE, NOW, lambda *_: None)


SCENES: dict[str, Scene] = {
    "first start": FirstStart(),
    "keys": Keys(),
    "reminders": Reminders(),
    "backups": Backups(),
    "deletions": Deletions(),
    "restoring": Restoring(),
    "migrating": Migrating(),
}
