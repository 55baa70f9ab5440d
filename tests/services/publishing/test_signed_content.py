"""A register that says something else than was signed is not repeated as genuine, whoever wrote it there."""

from __future__ import annotations

import hashlib
import json
import logging

import pytest
from harmed import tamper

from licence_qr.credential.token import to_digits
from licence_qr.domain.register.events import EventKind
from licence_qr.errors import ConflictError
from licence_qr.store.register import codes, pending_events

# What somebody with a database tool may write, and what is told of it.
EDITS = {
    "another name": ("UPDATE entities SET name = '示例仿冒店'", "entity/name"),
    "another principal": ("UPDATE entities SET principal = '示例'", "entity/principal"),
    "another permit number": ("UPDATE permits SET permit_no = '渝高新卫公证字〔2026〕第99999号'", "permits"),
    "a longer period": ("UPDATE permits SET valid_to = '2099-12-31'", "permits"),
    "an earlier start": ("UPDATE permits SET valid_from = '2001-01-01'", "permits"),
    "another kind of place": ("UPDATE permits SET kinds = 'hotel,sauna'", "permits"),
    "another address": ("UPDATE premises SET address = '示例路99号'", "premises"),
    "another promise": ("UPDATE permits SET promise_sha256 = ''", "permits"),
    "another text of the promise": ("UPDATE promises SET document = replace(document, '测试', '仿冒')", "promise"),
    "no text of the promise": ("DELETE FROM promises", "promise"),
    "no permit": ("UPDATE permits SET state = 'refused'", "permits"),
    "another record": ("UPDATE codes SET record = replace(record, '测试', '仿冒')", "version"),
    "another digest": ("UPDATE codes SET digest = zeroblob(16)", "version"),
    "another day of signing": ("UPDATE codes SET issued_on = '2020-01-01'", "version"),
}


@pytest.fixture
def pair(services, make_application, clerk, now):
    return services.issuance.issue(make_application(), clerk, "key", now)


def edit(services, *statements, values=()):
    """``values`` are those of the last statement."""
    tamper(services.database, *statements, values=values)


def refused(services, pair, now):
    with pytest.raises(ConflictError) as found:
        services.lookup.scan(to_digits(pair.code.token), now)
    assert found.value.code == "register_differs_from_signed"
    return found.value.facts["what"]


@pytest.mark.parametrize(("statement", "what"), EDITS.values(), ids=EDITS)
def test_a_register_that_was_edited_is_not_repeated(services, pair, now, statement, what):
    assert services.lookup.scan(to_digits(pair.code.token), now)
    edit(services, statement)
    assert refused(services, pair, now) == what
    with pytest.raises(ConflictError):
        services.lookup.by_number(pair.code.code_id.number, "192.0.2.1", now)


def test_an_edit_with_the_record_and_its_digest_made_to_fit_is_found_by_the_signature(services, pair, now):
    with services.database.read() as tx:
        record = json.loads(codes.get(tx, pair.code.code_id, 1).record)
    record["entity"]["name"] = "示例仿冒店"
    text = json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(text.encode()).digest()[:16]
    edit(
        services,
        "UPDATE entities SET name = '示例仿冒店'",
        "UPDATE codes SET record = ?, digest = ?",
        values=(text, digest),
    )
    assert refused(services, pair, now) == "version"


def test_a_newer_version_that_nobody_signed_is_no_cover_for_an_edit(services, pair, now):
    edit(
        services,
        "UPDATE entities SET name = '示例仿冒店'",
        "INSERT INTO codes SELECT code_id, version + 1, uscc, issued_on, issued_at, kid, token, payload, refused, digest,"
        " record, status_index + 100, entry_count, void_since FROM codes",
    )
    assert refused(services, pair, now) == "version"


def test_what_is_not_signed_is_not_found_by_a_scan(services, pair, now):
    """Said in docs/running/audit.md: it takes the provable log."""
    edit(services, "UPDATE permits SET state = 'suspended', grade = 'A'", "DELETE FROM history")
    assert services.lookup.scan(to_digits(pair.code.token), now)


def test_every_code_of_the_demonstration_is_what_was_signed(demonstration, now):
    with demonstration.database.read() as tx:
        newest = codes.everything_newest(tx)
        assert len(newest) > 5
        assert [demonstration.lookup.as_held(tx, code, now)[1] for code in newest] == [""] * len(newest)


def test_each_difference_is_told_once_a_day_in_the_log_and_as_an_event(services, pair, now, caplog):
    edit(services, "UPDATE entities SET name = '示例仿冒店'")
    with caplog.at_level(logging.ERROR, "licence_qr.publishing"):
        for _ in range(3):
            refused(services, pair, now)
    assert [each.getMessage() for each in caplog.records] == [
        f"register differs from what was signed: code {pair.code.code_id.number}, version 1, entity/name"
    ]
    assert len(list(pending_events.folder(services.database.path).iterdir())) == 1
    with services.database.write() as tx:
        pass
    with services.database.read() as tx:
        rows = tx.all("SELECT subject FROM history WHERE event = ?", (EventKind.REGISTER_DIFFERED.value,))
    assert [row["subject"] for row in rows] == [f"code/{pair.code.code_id.number}"]


def test_the_desk_shows_such_a_business_and_says_so_and_prints_no_card(services, pair, clerk, now):
    edit(services, "UPDATE entities SET principal = '示例仿冒'")
    assert services.register.business(clerk, pair.uscc, now).difference == "entity/principal"
    with pytest.raises(ConflictError):
        services.prints.card_pdf(clerk, pair.uscc, "A5", now)
