"""Files come back with a backup, but for those that were deleted since; none is readable without the register's own copy."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from backed_up import Here, here, rows
from pyrage import x25519
from reported_problems import CLERK, CLIENT, act, picture, sent

from licence_qr.domain.feedback.reports import ReportStep
from licence_qr.errors import NotFoundError
from licence_qr.store.files import rows as kept_files
from licence_qr.store.files.deletions import FILE
from licence_qr.store.numbers import number_marks

__all__ = ["here"]

LATER = datetime.now(UTC) + timedelta(days=200)


def keep(here: Here, content: bytes) -> str:
    """Keep a file; return its name."""
    services = here.services()
    sealed = services.reports.files.put(content)
    with services.database.write() as tx:
        kept_files.add(tx, sealed, datetime.now(UTC))
    services.database.close()
    return sealed.name


def delete(here: Here, name: str) -> None:
    services = here.services()
    with services.database.write() as tx:
        kept_files.drop(tx, [name], datetime.now(UTC).date())
        tx.after_commit(services.reports.files.finish_deletions, None)
    services.database.close()


def read(here: Here, name: str) -> bytes:
    services = here.services()
    try:
        with services.database.read() as tx:
            return services.reports.files.read(tx, name)
    finally:
        services.database.close()


def faults(here: Here) -> list[str]:
    services = here.services()
    try:
        return [each.code for each in services.reports.files.faults()]
    finally:
        services.database.close()


def path(here: Here, name: str) -> Path:
    return here.home / "files" / name[:2] / name


def test_a_file_comes_back(here: Here) -> None:
    name = keep(here, b"the kitchen")
    here.back_up()
    here.lose_and_restore()
    assert read(here, name) == b"the kitchen"
    assert faults(here) == []


def test_a_file_deleted_after_the_copy_does_not_come_back(here: Here) -> None:
    name, stays = keep(here, b"the kitchen"), keep(here, b"the linen")
    older = here.back_up().snapshot
    delete(here, name)
    here.back_up()
    assert here.lose_and_restore(older).gone.files == 1
    with pytest.raises(NotFoundError, match="file_deleted"):
        read(here, name)
    assert not path(here, name).exists()
    assert read(here, stays) == b"the linen" and faults(here) == []
    assert rows(here.home / "register.db", "SELECT name FROM files WHERE key IS NULL") == [(name,)]
    assert (here.folder / "keys" / FILE).read_text().count(name) == 1
    here.back_up()
    assert here.lose_and_restore().gone.files == 0


def test_without_the_list_it_would(here: Here) -> None:
    """What the list is for."""
    name = keep(here, b"the kitchen")
    here.back_up()
    delete(here, name)
    (here.folder / "keys" / FILE).unlink()
    here.lose_and_restore()
    assert read(here, name) == b"the kitchen"


def test_a_photograph_of_a_report_that_its_rule_deleted_stays_deleted(here: Here) -> None:
    services, now = here.services(), datetime.now(UTC)
    services.reports.send(sent(place="示例路1号", office="baishiyi", photo=picture()), CLIENT, now)
    for step in (ReportStep.CONTACTED, ReportStep.ANSWERED, ReportStep.CALLED_BACK):
        act(services, step, at=now)
    services.reports_desk.photo(CLERK, 1, now)
    here.back_up()
    services.reports.sweep(LATER)
    services.database.close()
    assert here.lose_and_restore().gone.files == 1
    services = here.services()
    with pytest.raises(NotFoundError):
        services.reports_desk.photo(CLERK, 1, now)
    assert not services.reports_desk.get(CLERK, 1, now).photo
    services.database.close()


def test_no_key_of_a_file_is_outside_the_encrypted_copy_of_the_register(here: Here) -> None:
    name = keep(here, b"the kitchen")
    ((key,),) = rows(here.home / "register.db", "SELECT key FROM files")
    here.back_up()
    assert isinstance(key, bytes)
    held = {file: file.read_bytes() for file in here.backups.rglob("*") if file.is_file()}
    assert not [file for file, content in held.items() if key in content or b"kitchen" in content]
    assert not [file for file in held if name in file.name], "nobody can try which file is in it"


def test_a_file_that_the_place_has_is_not_read_again(here: Here) -> None:
    """A timer runs every five minutes; what it reads must not grow with the photographs. The good copy stays, too."""
    name = keep(here, b"the kitchen")
    here.back_up()
    path(here, name).write_bytes(b"rotten")
    assert here.back_up().new == 0
    here.lose_and_restore()
    assert read(here, name) == b"the kitchen"


def test_a_damaged_file_is_backed_up_as_it_is(here: Here) -> None:
    name = keep(here, b"the kitchen")
    path(here, name).write_bytes(b"rotten")
    here.back_up()
    here.lose_and_restore()
    assert path(here, name).read_bytes() == b"rotten" and faults(here) == ["file_damaged"]


def test_a_backup_of_an_earlier_release_brings_its_plain_photographs_encrypted(here: Here) -> None:
    content = b"the kitchen"
    sha256 = hashlib.sha256(content).hexdigest()
    services = here.services()
    with services.database.write() as tx:
        tx.run("PRAGMA defer_foreign_keys = ON")
        tx.run(
            "INSERT INTO inspections (inspection_id, content_sha256, content, received_at, office, officer,"
            " second_officer, purpose, uscc, premises_no, visited_on, outcome, grade, state, flags)"
            " VALUES ('1', '', x'', '2026-11-23T02:30:00+00:00', '', '', '', 'routine', '', 1, '2026-11-23', 'passed', '',"
            " 'held', '')"
        )
        tx.run(
            "INSERT INTO inspection_photos (inspection_key, position, sent_sha256, length, taken_at, note, kept_sha256)"
            " VALUES (1, 0, '', 1, '', '', ?)",
            (sha256,),
        )
    services.database.close()
    plain = here.home / "photos" / sha256[:2] / f"{sha256}.jpg"
    plain.parent.mkdir(parents=True)
    plain.write_bytes(content)
    here.back_up()
    here.lose_and_restore()
    assert not (here.home / "photos").exists()
    ((name,),) = rows(here.home / "register.db", "SELECT file FROM inspection_photos")
    assert read(here, str(name)) == content


def test_files_lost_with_the_marks_come_back_all(here: Here) -> None:
    """Nobody knows then what was deleted since: the marks and the list lie in one folder."""
    name = keep(here, b"the kitchen")
    here.back_up()
    delete(here, name)
    for file in (FILE, number_marks.FILE):
        (here.folder / "keys" / file).unlink()
    here.lose_register()
    assert here.restore(without_marks=True).gone.files == 0
    assert read(here, name) == b"the kitchen"


def test_others_cannot_read_what_the_recipients_can(here: Here) -> None:
    keep(here, b"the kitchen")
    here.back_up()
    key = x25519.Identity.generate()
    second = here.back_up(recipient=str(key.to_public()))
    assert second.new == second.objects
