"""A backup is verified as a restore would read it, and nothing is left of what was read."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from backed_up import Here, here
from harmed import tamper
from pyrage import x25519

from licence_qr.errors import KeyStoreError, NotFoundError
from licence_qr.services.operation.verifying import VerifiedBackup
from licence_qr.store.files import rows

__all__ = ["here"]


@pytest.fixture(autouse=True)
def nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    yield
    assert list((tmp_path / "temporary").iterdir()) == []


def codes(verified: VerifiedBackup) -> list[str]:
    return [each.code for each in verified.findings]


def keep(here: Here, content: bytes) -> Path:
    """Keep a file; return where it is."""
    services = here.services()
    sealed = services.reports.files.put(content)
    with services.database.write() as tx:
        rows.add(tx, sealed, datetime.now(UTC))
    services.database.close()
    return here.home / "files" / sealed.name[:2] / sealed.name


def objects(here: Here) -> list[Path]:
    return sorted((here.backups / "objects").rglob("*.age"))


def test_a_good_backup_is_found_good_and_told_what_it_holds(here: Here) -> None:
    keep(here, b"the kitchen")
    made = here.back_up()
    verified = here.verify()
    assert codes(verified) == []
    assert (verified.snapshot, verified.opened, verified.files) == (made.snapshot, True, 1)
    assert verified.objects == made.objects and verified.counts["codes"] == 1
    assert 0 <= (datetime.now(UTC) - verified.made_at).total_seconds() < 3600
    closed = here.verify(opened=False)
    assert codes(closed) == [] and not closed.opened and 0 < closed.objects <= made.objects


def test_an_earlier_one_is_verified_when_named(here: Here) -> None:
    first = here.back_up().snapshot
    here.issue()
    here.back_up()
    assert (here.verify(snapshot=first).counts["codes"], here.verify().counts["codes"]) == (1, 2)
    with pytest.raises(NotFoundError, match="backup_not_found"):
        here.verify(snapshot="20200101T000000.000000Z")


def test_another_key_opens_nothing(here: Here) -> None:
    here.back_up()
    here.identity.write_text(str(x25519.Identity.generate()))
    with pytest.raises(KeyStoreError, match="backup_not_for_this_key"):
        here.verify()


def test_every_object_that_is_damaged_is_found_and_named(here: Here) -> None:
    keep(here, b"the kitchen")
    here.back_up()
    for path in objects(here):
        whole = path.read_bytes()
        path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        verified = here.verify()
        assert [each.facts["path"] for each in verified.findings] == [path]
        assert codes(verified) == ["backup_object_damaged"]
        path.write_bytes(whole)
    assert codes(here.verify()) == []


def test_without_the_key_what_is_missing_or_no_encrypted_file_is_found(here: Here) -> None:
    here.back_up()
    missing, emptied, *_ = objects(here)
    missing.unlink()
    emptied.write_bytes(b"")
    verified = here.verify(opened=False)
    assert {each.facts["path"] for each in verified.findings} == {missing, emptied}
    assert set(codes(verified)) == {"backup_object_damaged"}


def test_a_damaged_object_is_written_again_once_its_file_is_gone(here: Here) -> None:
    """What the finding tells to do."""
    here.back_up()
    damaged = objects(here)[0]
    damaged.write_bytes(b"rotten")
    here.back_up()
    assert codes(here.verify()) == ["backup_object_damaged"]
    damaged.unlink()
    here.back_up()
    assert codes(here.verify()) == []


def test_references_of_the_copy_that_lead_nowhere_are_found(here: Here) -> None:
    services = here.services()
    tamper(services.database, "UPDATE premises SET uscc = '91500107M000000000' WHERE rowid = 1")
    services.database.close()
    here.back_up()
    assert set(codes(here.verify())) == {"check_references"}


def test_a_file_that_is_damaged_or_missing_in_the_copy_is_found(here: Here) -> None:
    rotten, missing = keep(here, b"the kitchen"), keep(here, b"the linen")
    rotten.write_bytes(b"rotten")
    missing.unlink()
    here.back_up()
    found = {(each.code, each.facts["name"]) for each in here.verify().findings}
    assert found == {("file_damaged", rotten.name), ("backup_without_file", missing.name)}


def test_a_file_that_was_deleted_while_the_backup_was_made_is_no_loss(here: Here) -> None:
    """The register was copied with its key, and the file was gone when its turn came."""
    path = keep(here, b"the kitchen")
    services = here.services()
    services.reports.files.deletions.append([(path.name, datetime.now(UTC).date())])
    path.unlink()
    services.database.close()
    here.back_up()
    assert codes(here.verify()) == []
