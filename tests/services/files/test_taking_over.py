"""Photographs of earlier releases, plain files and bytes in the register, are encrypted once; what is stopped goes on."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path

import pytest
from harmed import tamper

from licence_qr.bootstrap import Services
from licence_qr.services.files.taking_over import TakenOver, TakingOver
from licence_qr.store.database.sqlite import sqlite3
from licence_qr.store.feedback import reports
from licence_qr.store.inspecting import inspections

PICTURES = (b"the kitchen", b"the linen", b"the kitchen")


def plain(services: Services, content: bytes) -> Path:
    """A plain file as earlier releases put it."""
    sha256 = hashlib.sha256(content).hexdigest()
    path = services.settings.home / "photos" / sha256[:2] / f"{sha256}.jpg"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


@pytest.fixture
def former(services: Services) -> Services:
    """An installation with three photographs of a visit, two of them alike, and one of a report, all as they were."""
    services.database.close()
    raw = sqlite3.connect(services.settings.register_path)
    raw.execute("PRAGMA foreign_keys = OFF")
    for position, content in enumerate(PICTURES):
        plain(services, content)
        raw.execute(
            "INSERT INTO inspection_photos (inspection_key, position, sent_sha256, length, taken_at, note, kept_sha256,"
            " arrived_at) VALUES (1, ?, '', 1, '2026-11-23T02:30:00+00:00', '', ?, '2026-11-23T02:30:00+00:00')",
            (position, hashlib.sha256(content).hexdigest()),
        )
    raw.execute("INSERT INTO report_private (report_id, contact, photo) VALUES (1, '', ?)", (b"the cup",))
    raw.commit()
    raw.close()
    return services


def take_over(services: Services, now: datetime, stop_at: int = 0) -> TakenOver:
    def progress(done: int, _: int) -> None:
        if done == stop_at:
            raise KeyboardInterrupt

    return TakingOver.beside(services.database, services.settings.keys).run(now, progress)


def contents(services: Services) -> list[bytes]:
    """Every photograph, as it is read now."""
    files = services.reports.files
    with services.database.read() as tx:
        names = [*(photo.file for photo in inspections.photos(tx, 1)), reports.private(tx, 1).file]
        return [files.read(tx, name) for name in names if name is not None]


def plain_files(services: Services) -> list[Path]:
    return [path for path in services.settings.home.rglob("photos/**/*") if path.is_file()]


def test_all_are_encrypted_and_nothing_plain_is_left(former, now):
    plain(former, b"of a server that was killed before the row was written")
    (former.settings.home / "photos" / "ab").mkdir(exist_ok=True)
    (former.settings.home / "photos" / "ab" / ".part").write_bytes(b"half")
    assert take_over(former, now) == TakenOver(4, 0)
    assert contents(former) == [*PICTURES, b"the cup"]
    assert not (former.settings.home / "photos").exists()
    former.database.write_back()
    register = former.settings.register_path.read_bytes()
    assert b"the cup" not in register
    assert hashlib.sha256(PICTURES[0]).hexdigest().encode() not in register


def test_one_that_is_stopped_goes_on_and_does_nothing_twice(former, now):
    for stop in (1, 1, 1):
        with pytest.raises(KeyboardInterrupt):
            take_over(former, now, stop)
        assert plain_files(former), "the plain ones are removed when all are taken over"
    assert take_over(former, now) == TakenOver(1, 0)
    assert contents(former) == [*PICTURES, b"the cup"]
    assert plain_files(former) == []
    assert take_over(former, now) == TakenOver()
    assert len([path for path in (former.settings.home / "files").rglob("*") if path.is_file()]) == 4


def test_a_missing_or_damaged_one_stops_nothing_and_stays_for_whoever_can_mend_it(former, now):
    plain(former, PICTURES[1]).write_bytes(b"the linne")
    assert take_over(former, now) == TakenOver(3, 1)
    assert contents(former) == [PICTURES[0], PICTURES[2], b"the cup"]
    assert [path.read_bytes() for path in plain_files(former)] == [b"the linne"]
    plain(former, PICTURES[1])
    assert take_over(former, now) == TakenOver(1, 0)
    assert contents(former) == [*PICTURES, b"the cup"]
    assert plain_files(former) == []


def test_a_photograph_that_is_deleted_meanwhile_is_not_brought_back(former, now, monkeypatch):
    """The row goes in the moment at which the encrypted file is on the disk and not yet named."""
    put = type(former.reports.files.folder).put

    def put_and_delete(folder, file):
        put(folder, file)
        tamper(former.database, "DELETE FROM report_private", "DELETE FROM inspection_photos")

    monkeypatch.setattr(type(former.reports.files.folder), "put", put_and_delete)
    assert take_over(former, now) == TakenOver()
    files = former.reports.files
    with former.database.read() as tx:
        assert tx.all("SELECT 1 FROM files WHERE key IS NOT NULL") == []
    files.sweep(now)
    assert [path for path in (former.settings.home / "files").rglob("*") if path.is_file()] == []
