"""Backups are made beside a running service and read by nobody here; what is restored gives no number a second time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from backed_up import Here, here, rows
from harmed import settings_of
from pyrage import x25519

from licence_qr.backups import build_backup
from licence_qr.config import load_settings
from licence_qr.domain.roles import AT_THE_MACHINE
from licence_qr.errors import ConfigError, KeyStoreError, LicenceQRError, NotFoundError, RegisterError, RuleError
from licence_qr.services.operation.backup import recipients
from licence_qr.services.operation.going_on import LEFT_OUT
from licence_qr.services.operation.manifest import Manifest, decode
from licence_qr.store.backup.age import Recipients
from licence_qr.store.database import snapshot
from licence_qr.store.database.connections import Database
from licence_qr.store.numbers import number_marks
from licence_qr.store.register import register_kind

__all__ = ["here"]


def test_what_was_backed_up_comes_back(here: Here) -> None:
    here.issue()
    here.back_up()
    before = rows(here.home / "register.db", "SELECT token FROM codes")
    here.lose_register()
    here.restore()
    assert rows(here.home / "register.db", "SELECT token FROM codes") == before
    services = here.services()
    assert list(services.check.quick()) == []
    services.database.close()


def test_a_folder_may_have_any_name(here: Here, tmp_path: Path) -> None:
    """SQLite itself takes ``?``, ``#`` and ``%`` for parts of an address where one is given it."""
    there = replace(here, folder=tmp_path / "办 公" / "1号#2?mode=memory&x=%41;'\"")
    there.issue()
    made = there.back_up()
    assert there.lose_and_restore().snapshot == made.snapshot
    assert rows(there.home / "register.db", "SELECT count(*) FROM codes") == [(1,)]
    assert [path.name for path in (tmp_path / "办 公").iterdir()] == [there.folder.name]


def test_only_what_has_changed_is_written_again(here: Here) -> None:
    here.back_up()
    assert here.back_up().new == 0
    here.issue()
    third = here.back_up()
    assert 0 < third.new < third.objects


def test_a_backup_that_was_stopped_is_gone_on_with(here: Here) -> None:
    making, now = build_backup(load_settings(settings_of(here.folder)), {}), datetime.now(UTC)

    def stop(done: int, total: int) -> None:
        if done == total // 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        making.make(here.backups, Recipients((here.recipient,)), 1, AT_THE_MACHINE, now, stop)
    assert list((here.backups / "snapshots").iterdir()) == []
    assert not list((here.home / ".backup").iterdir())
    made = here.back_up()
    assert made.new < made.objects
    here.lose_register()
    here.restore()


def test_nothing_in_it_can_be_read_or_tried(here: Here) -> None:
    here.issue()
    here.back_up()
    files = [path for path in here.backups.rglob("*") if path.is_file()]
    block = (here.home / "register.db").read_bytes()[:100]
    assert all(block[:16] not in path.read_bytes() for path in files)
    assert {path.stat().st_mode & 0o077 for path in files} == {0}
    other = here.identity.with_name("other")
    other.write_text(str(x25519.Identity.generate()))
    here.identity = other
    here.lose_register()
    with pytest.raises(KeyStoreError, match="backup_not_for_this_key"):
        here.restore()
    assert not (here.home / "register.db").exists()


def test_no_private_key_is_in_it(here: Here) -> None:
    here.back_up()
    for path in (here.folder / "keys").glob("*.*"):
        if path.name != number_marks.FILE:
            path.unlink()
    here.lose_register()
    here.restore()
    back = {path.name for path in (here.folder / "keys").glob("*.*")} - {number_marks.FILE}
    assert back - {".number-marks.lock", ".newest-lists.lock"} == {"root.pub.pem", "trust-list.cbor"}


def test_other_recipients_get_objects_of_their_own(here: Here) -> None:
    here.back_up()
    key = x25519.Identity.generate()
    second = here.back_up(recipient=str(key.to_public()))
    assert second.new == second.objects
    here.identity.write_text(str(key))
    here.lose_register()
    here.restore(second.snapshot)


def test_old_backups_go_and_what_only_they_held(here: Here) -> None:
    first = here.back_up()
    here.issue()
    second = here.back_up(keep=1)
    assert second.removed > 0
    here.lose_register()
    with pytest.raises(NotFoundError, match="backup_not_found"):
        here.restore(first.snapshot)
    here.restore()


def test_what_a_killed_backup_left_goes_with_a_later_one(here: Here) -> None:
    here.back_up()
    objects, snapshots = here.backups / "objects", here.backups / "snapshots"
    folder = next(objects.iterdir())
    left = [folder / f".{'ab' * 32}.age.new", snapshots / "20200101T000000.000000Z.objects"]
    for path in left:
        path.write_text("")
    here.back_up(keep=1)
    assert [path for path in left if path.exists()] == []


@pytest.mark.parametrize("harm", ["damaged", "missing", "swapped"])
def test_a_backup_that_is_not_whole_brings_nothing_back(here: Here, harm: str) -> None:
    here.back_up()
    here.lose_register()
    one, other = sorted((here.backups / "objects").rglob("*.age"))[:2]
    if harm == "missing":
        one.unlink()
    else:
        one.write_bytes(other.read_bytes() if harm == "swapped" else one.read_bytes()[:-1])
    with pytest.raises(LicenceQRError, match=r"backup_(damaged|not_for_this_key)"):
        here.restore()
    assert not (here.home / "register.db").exists()
    assert not (here.home / ".restoring").exists()


def test_a_register_in_use_is_not_restored_over(here: Here) -> None:
    here.back_up()
    with pytest.raises(RuleError, match="restore_register_here"):
        here.restore()


def test_damaged_pages_make_no_backup_and_remove_none(here: Here) -> None:
    here.issue()
    first = here.back_up()
    services = here.services()
    services.database.write_back()
    with (here.home / "register.db").open("r+b") as file:
        file.seek(40 * 4096)
        file.write(b"\xff" * 4096 * 30)
    with pytest.raises(RegisterError, match="register_damaged"):
        here.back_up(keep=1)
    assert [path.stem for path in (here.backups / "snapshots").glob("*.age")] == [first.snapshot]
    assert not list((here.home / ".backup").iterdir())


def test_without_marks_a_thousand_numbers_are_left_out(here: Here) -> None:
    here.issue()
    here.back_up()
    last = dict(rows(here.home / "register.db", "SELECT series || ' ' || year, last FROM counters"))
    here.lose_register()
    (here.folder / "keys" / number_marks.FILE).unlink()
    with pytest.raises(RuleError, match="restore_without_marks"):
        here.restore()
    here.restore(without_marks=True)
    now = dict(rows(here.home / "register.db", "SELECT series || ' ' || year, last FROM counters"))
    assert {series: number + LEFT_OUT for series, number in last.items()} == now


def test_an_older_copy_restored_twenty_times_repeats_nothing(here: Here) -> None:
    older, copied = here.back_up().snapshot, everything_given(here)
    given: set[tuple[object, ...]] = set()
    for _ in range(20):
        here.issue()
        services = here.services()
        with services.database.write() as tx:  # the code that the copy has gets two more versions
            (uscc,) = tx.one("SELECT uscc FROM codes ORDER BY status_index LIMIT 1") or ("",)
            for _ in range(2):
                services.coding.issue_code(tx, uscc, datetime.now(UTC), AT_THE_MACHINE, "", again=True)
        services.database.close()
        new = everything_given(here) - copied
        assert {kind for kind, *_ in new} == {"version", "status", "permit"}
        assert not new & given
        given |= new
        here.lose_register()
        restored = here.restore(older)
        assert {each.series for each in restored.gone.given} >= {"status 0", "version"}


def everything_given(here: Here) -> set[tuple[object, ...]]:
    """Permit numbers, status entries and versions of codes."""
    register = here.home / "register.db"
    blocks = rows(register, "SELECT status_index, entry_count FROM codes")
    return {
        *(("version", *each) for each in rows(register, "SELECT hex(code_id), version FROM codes")),
        *(("permit", *each) for each in rows(register, "SELECT permit_no FROM permits")),
        *(
            ("status", entry)
            for first, count in blocks
            for entry in range(int(str(first)), int(str(first)) + int(str(count)))
        ),
    }


@pytest.mark.parametrize("name", ["../outside", "/etc/outside", "photos/../../outside"])
def test_a_manifest_that_leaves_the_folder_is_refused(here: Here, name: str) -> None:
    good = Manifest(
        made_at="",
        program="",
        step="",
        counts={},
        settings={},
        names_key="00",
        sha256="00" * 32,
        register=(),
        files={},
        lists={},
    )
    assert decode(good.encode(), "this") == good
    for bad in (replace(good, files={name: "00" * 32}), replace(good, lists={name: "00" * 32})):
        with pytest.raises(RegisterError, match="backup_damaged"):
            decode(bad.encode(), "this")


def test_what_is_no_recipient_is_refused() -> None:
    for names in ((), ("age1nonsense",)):
        with pytest.raises(ConfigError, match="backup_recipient"):
            Recipients(names)


@pytest.mark.parametrize(
    ("remark", "encoding"),
    [
        ("# 一码通行的备份密钥", "utf-8"),
        ("# 一码通行的备份密钥", "gb18030"),
        ("# made on Windows\r", "utf-8-sig"),
        ("# made by a shell of Windows\r", "utf-16"),
        ("  # 缩进的说明", "utf-8"),
    ],
)
def test_files_of_keys_are_read_whatever_their_remarks_are_written_in(here: Here, remark: str, encoding: str) -> None:
    secret = here.identity.read_text(encoding="ascii").splitlines()[1]
    public = here.folder / "recipients"
    for path, key in ((here.identity, secret), (public, here.recipient)):
        path.write_bytes(f"{remark}\n{key}\n".encode(encoding))
    assert recipients((), public).names == (here.recipient,)
    here.back_up()
    assert here.verify().opened


def test_a_copy_is_of_one_moment_while_others_write(here: Here, tmp_path: Path) -> None:
    """A writer commits at every step of the copy; neither waits, and the copy has none of it."""
    database = Database(here.home / "register.db")
    with database.write() as tx:
        tx.run(
            "CREATE TABLE filling AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)"
            " SELECT randomblob(1000) AS b FROM n"
        )
    steps: list[int] = []

    def write(done: int, total: int) -> None:
        steps.append(done)
        with database.write(wait=0) as tx:
            register_kind.put(tx, "step", str(len(steps)))

    with database.write() as tx:
        register_kind.put(tx, "step", "none")
    snapshot.copy(here.home / "register.db", tmp_path / "copy.db", write)
    database.close()
    assert len(steps) > 3 and steps == sorted(steps)
    assert rows(tmp_path / "copy.db", "SELECT value FROM register_facts WHERE name = 'step'") == [("none",)]


@pytest.mark.parametrize("left", ["-wal", "-shm", "-journal"])
def test_nothing_is_restored_beside_a_log_that_sqlite_would_apply(here: Here, left: str) -> None:
    here.back_up()
    here.lose_register()
    log = here.home / f"register.db{left}"
    log.write_bytes(b"of the register that was lost")
    with pytest.raises(RuleError) as refused:
        here.restore()
    assert (refused.value.code, refused.value.facts["path"]) == ("restore_register_here", log)
    assert not (here.home / "register.db").exists()


def test_events_that_wait_beside_the_lost_register_stay(here: Here) -> None:
    waiting = here.home / "register.db-events"
    waiting.mkdir()
    (waiting / "1.unreadable").write_text("of the backup")
    here.back_up()
    here.lose_register()
    waiting.mkdir()
    (waiting / "2.unreadable").write_text("of afterwards")
    here.restore()
    assert {path.name: path.read_text() for path in waiting.iterdir()} == {
        "1.unreadable": "of the backup",
        "2.unreadable": "of afterwards",
    }


def test_backups_to_two_places_do_not_take_each_others_copy(here: Here) -> None:
    making, now, to = build_backup(load_settings(settings_of(here.folder)), {}), datetime.now(UTC), here.recipient

    def also(*_: int) -> None:
        with pytest.raises(RegisterError) as refused:
            making.make(here.folder / "others", Recipients((to,)), 1, AT_THE_MACHINE, now, lambda *_: None)
        assert refused.value.code == "backup_running"

    making.make(here.backups, Recipients((to,)), 1, AT_THE_MACHINE, now, also)
    here.lose_register()
    here.restore()
