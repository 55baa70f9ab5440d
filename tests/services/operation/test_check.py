"""``licence-qr check`` finds what was lost or changed without the program, and nothing in what the program has made."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from harmed import tamper

from licence_qr.errors import LicenceQRError, RegisterError
from licence_qr.store.files import rows as files
from licence_qr.store.files.folder import LEFT_BEHIND
from licence_qr.store.register import codes

PAGE = 4096
PLANTED = "CREATE TRIGGER planted AFTER INSERT ON marks BEGIN DELETE FROM reminders; END"


@pytest.fixture
def pair(services, make_application, clerk, now):
    return services.issuance.issue(make_application(), clerk, "key", now)


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
        ("INSERT INTO status_entries VALUES (999999, 1)", "check_counter"),
        ("UPDATE codes SET issued_at = 'soon'", "check_rule"),
        ("UPDATE codes SET record = 'none'", "check_code"),
        ("UPDATE codes SET digest = x''", "check_code"),
        ("UPDATE permits SET state = 'revoked'", "check_status"),  # the entry still says that it is in force
    ],
)
def test_what_was_changed_without_the_program_is_found(services, pair, now, statement, code):
    assert found(services, now) == []
    tamper(services.database, statement)
    assert code in found(services, now)


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        ("UPDATE permits SET state = 'banana'", "permits_state_is_known"),
        ("UPDATE entities SET issued_on = 'soon'", "entities_issued_on_is_a_day"),
        ("UPDATE premises SET area_m2 = -1", "premises_area_m2_is_not_negative"),
    ],
)
def test_a_row_that_breaks_a_rule_is_named_and_its_page_is_not_called_damaged(services, pair, now, statement, rule):
    tamper(services.database, statement)
    told = list(services.check.whole(now, lambda done, total: None))
    [broken] = [each for each in told if each.code == "check_rule"]
    assert broken.facts["rule"] == rule and pair.uscc in broken.facts["row"] or broken.facts["row"] == "permit_id=1"
    assert "check_pages" not in [each.code for each in told]


@pytest.mark.parametrize(
    "gone",
    [
        "DROP TRIGGER history_refuse_delete",
        PLANTED,
        "DROP INDEX proposals_open_once",
        "UPDATE sqlite_master SET sql = replace(sql, 'CHECK ((token IS NULL) = (kid IS NULL)),', '') WHERE name = 'codes'",
        "UPDATE sqlite_master SET sql = replace(sql, 'principal TEXT NOT NULL', 'principal TEXT') WHERE name = 'entities'",
    ],
)
def test_a_rule_that_was_taken_away_is_told(services, pair, gone):
    with closing(sqlite3.connect(services.database.path)) as register:
        register.execute("PRAGMA writable_schema = ON")
        register.execute(gone)
        register.commit()
    services.database.close()
    assert [each.code for each in services.check.quick()] == ["check_rules_missing"]


def test_a_row_that_refers_to_nothing_is_found(services, pair):
    tamper(services.database, "UPDATE premises SET uscc = '91500107M000000000'")
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


def test_the_check_at_the_start_looks_at_all_tables_while_there_is_time(demonstration_copy):
    assert demonstration_copy.check.at_start(600) == ()
    tamper(demonstration_copy.database, "UPDATE premises SET uscc = '91500107M000000000' WHERE rowid = 1")
    with pytest.raises(LicenceQRError) as refused:
        demonstration_copy.check.at_start(600)
    assert (refused.value.code, refused.value.facts["table"]) == ("check_references", "premises")


def test_the_check_at_the_start_ends_in_its_time_and_names_what_it_left(services, pair):
    """However large the register is: the numbers are looked at all the same, because they would be given again."""
    left = services.check.at_start(-1)
    assert {"entities", "codes", "history", "files"} <= set(left)
    tamper(services.database, "UPDATE counters SET last = 0 WHERE series = 'status'")
    with pytest.raises(LicenceQRError) as refused:
        services.check.at_start(-1)
    assert refused.value.code in {"check_counter", "check_marks"}


def test_a_query_that_is_stopped_leaves_the_connection_as_it_was(services):
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    with services.database.read() as tx:
        with pytest.raises(TimeoutError), tx.within(time.monotonic() + 0.01):
            tx.one(endless)
        assert tx.one("SELECT count(*) FROM codes") is not None
    with services.database.write() as tx:
        codes.count(tx)


@pytest.fixture
def file(demonstration_copy, now) -> Path:
    """A file that is kept."""
    kept = demonstration_copy.check.files.put(b"a photograph")
    with demonstration_copy.database.write() as tx:
        files.add(tx, kept, now)
    return demonstration_copy.settings.home / "files" / kept.name[:2] / kept.name


def test_a_file_that_is_missing_or_changed_is_found(demonstration_copy, file, now):
    assert found(demonstration_copy, now) == []
    whole = file.read_bytes()
    file.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    assert found(demonstration_copy, now) == ["file_damaged"]
    file.unlink()
    assert found(demonstration_copy, now) == ["file_missing"]


def test_a_file_whose_key_was_changed_is_found(demonstration_copy, file, now):
    tamper(demonstration_copy.database, "UPDATE files SET key = zeroblob(32)")
    assert found(demonstration_copy, now) == ["file_damaged"]


def test_files_that_nobody_names_are_found_once_they_are_an_hour_old(demonstration_copy, now):
    demonstration_copy.check.files.put(b"a photograph")
    moment = datetime.now(UTC)
    assert found(demonstration_copy, moment) == []
    assert found(demonstration_copy, moment + LEFT_BEHIND) == ["check_files_unnamed"]


def test_a_photograph_lost_before_the_upgrade_is_found(demonstration_copy, now):
    raw = sqlite3.connect(demonstration_copy.settings.register_path)
    raw.execute(
        "INSERT INTO inspection_photos (inspection_key, position, sent_sha256, length, taken_at, note, kept_sha256)"
        " VALUES (9999, 1, '', 12, '', '', ?)",
        ("ab" * 32,),
    )
    raw.commit()
    raw.close()
    assert found(demonstration_copy, now) == ["check_references", "check_photograph"]
