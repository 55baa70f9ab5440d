"""``licence-qr check`` finds what was lost or changed without the program, and nothing in what the program has made."""

from __future__ import annotations

import hashlib
import sqlite3

import pytest

from licence_qr.errors import RegisterError
from licence_qr.store.register import codes

PAGE = 4096

TRIGGERS = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"


@pytest.fixture
def pair(services, make_application, clerk, now):
    return services.issuance.issue(make_application(), clerk, "key", now)


def edit(services, statement):
    with services.database.write() as tx:
        triggers = tx.all(TRIGGERS)
        for trigger in triggers:
            tx.run(f"DROP TRIGGER {trigger['name']}")
        tx.run(statement)
        for trigger in triggers:
            tx.run(trigger["sql"])


def found(services, now) -> list[str]:
    return [each.code for each in services.check.whole(now, lambda done, total: None)]


def test_nothing_is_found_in_the_demonstration(demonstration, now):
    asked: list[tuple[int, int]] = []
    assert list(demonstration.check.whole(now, lambda done, total: asked.append((done, total)))) == []
    with demonstration.database.read() as tx:
        total = codes.count(tx)
    assert asked[-1] == (total, total) and total > 40


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("UPDATE entities SET principal = '示例仿冒'", "check_code"),
        ("UPDATE codes SET token = zeroblob(200)", "check_code"),
        ("UPDATE permits SET state = 'revoked'", "check_history"),
        ("UPDATE permits SET grade = 'C'", "check_history"),
        ("DELETE FROM history WHERE event = 'permit_granted'", "check_history"),
        ("INSERT INTO status_entries SELECT status_index + 1, 1 FROM codes", "check_status"),
        ("UPDATE counters SET last = 0 WHERE series = 'status'", "check_counter"),
        ("UPDATE permits SET state = 'revoked'", "check_status"),  # the entry still says that it is in force
    ],
)
def test_what_was_changed_without_the_program_is_found(services, pair, now, statement, code):
    assert found(services, now) == []
    edit(services, statement)
    assert code in found(services, now)


def test_a_row_that_refers_to_nothing_is_found(services, pair):
    services.database.close()
    raw = sqlite3.connect(services.settings.register_path)
    raw.execute("PRAGMA foreign_keys = OFF")
    raw.execute("UPDATE premises SET uscc = '91500107M000000000'")
    raw.commit()
    raw.close()
    assert "check_references" in [each.code for each in services.check.quick()]


def test_thirty_overwritten_pages_are_found_by_the_quick_part(demonstration_copy):
    register = demonstration_copy.settings.register_path
    demonstration_copy.database.close()
    content = bytearray(register.read_bytes())
    for page in range(20, 50):
        content[page * PAGE : (page + 1) * PAGE] = b"Z" * PAGE
    register.write_bytes(content)
    try:
        told = {each.code for each in demonstration_copy.check.quick()}
    except RegisterError as error:  # what SQLite does not open at all
        told = {error.code}
    assert told & {"check_pages", "register_damaged"}


def test_a_photograph_that_is_missing_or_changed_is_found(demonstration_copy, now):
    services, content = demonstration_copy, b"a photograph"
    sha256 = hashlib.sha256(content).hexdigest()
    services.check.photos.put(sha256, content)
    without_a_visit = ["check_references"]
    raw = sqlite3.connect(services.settings.register_path)
    raw.execute(
        "INSERT INTO inspection_photos (inspection_key, position, sent_sha256, length, taken_at, note, kept_sha256)"
        " VALUES (9999, 1, '', 12, '', '', ?)",
        (sha256,),
    )
    raw.commit()
    raw.close()
    assert found(services, now) == without_a_visit
    (path,) = (services.settings.home / "photos").rglob(f"{sha256}.jpg")
    path.write_bytes(content + b"!")
    assert found(services, now) == [*without_a_visit, "check_photograph"]
    path.unlink()
    assert found(services, now) == [*without_a_visit, "check_photograph"]
