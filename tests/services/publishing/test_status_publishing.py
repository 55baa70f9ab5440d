"""The published status list: what the register says, at once, never two lists of one second, and not read anew each time."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from harmed import tamper
from status_lists import (
    SECOND,
    SUPERSEDED,
    SUSPENDED,
    VALID,
    another,
    give_out,
    issue,
    made_anew,
    publishing,
    put,
    read,
)

from licence_qr.credential.status_list import status_of
from licence_qr.credential.trust_list import KeyPurpose
from licence_qr.credential.verifier import verify_token
from licence_qr.domain.publishing.entry_status import EntryStatus
from licence_qr.domain.roles import AT_THE_MACHINE
from licence_qr.errors import KeyStoreError, RegisterError
from licence_qr.services.publishing.status_list import PublishedList, StatusPublishing
from licence_qr.services.publishing.status_signer import LIFETIME, MOST_AHEAD, REISSUE_AFTER, TTL
from licence_qr.store.database.connections import Transaction
from licence_qr.store.keys import key_files
from licence_qr.store.publishing import status_list
from licence_qr.store.register import codes, entities

__all__ = ["another", "issue", "publishing"]


def test_an_empty_register_publishes_an_empty_list(services, publishing, now):
    found = read(services, publishing.publish(now), now)
    assert len(found) == 0
    assert (found.issued_at, found.expires_at, found.ttl) == (now, now + LIFETIME, TTL)
    assert found.subject == "https://ym.example.gov.cn/status-list"


def test_a_code_is_valid_by_the_list_as_soon_as_it_is_issued(services, publishing, issue, now):
    code = issue()
    verified = verify_token(code.token, services.keys.trust_list(), now)
    said = status_of(verified, read(services, publishing.publish(now), now), now)
    assert (said.print_status, said.permits, said.because) == (VALID, (VALID,), None)


def test_a_suspended_permit_turns_at_once(services, publishing, issue, now):
    code = issue()
    verified = verify_token(code.token, services.keys.trust_list(), now)
    before = publishing.publish(now)
    put(services, (code.status_index + 1, 2))
    after = publishing.publish(now)
    assert status_of(verified, read(services, after, now), now).permits == (SUSPENDED,)
    assert after.issued_at > before.issued_at and after.digest != before.digest
    put(services, (code.status_index + 1, 0))
    assert status_of(verified, read(services, publishing.publish(now), now), now).permits == (VALID,)


def test_an_older_print_is_superseded_by_the_next(services, publishing, issue, now):
    first = issue()
    with services.database.write() as tx:
        services.coding.issue_code(tx, first.uscc, now, AT_THE_MACHINE, "baishiyi", again=True)
    found = read(services, publishing.publish(now), now)
    old = verify_token(first.token, services.keys.trust_list(), now)
    assert status_of(old, found, now).print_status is SUPERSEDED
    with services.database.read() as tx:
        newest = codes.newest(tx, first.code_id)
    assert found.value(newest.status_index) == 0


def test_the_same_list_is_given_until_half_its_ttl_is_over(services, publishing, issue, now):
    issue()
    first = publishing.publish(now)
    assert publishing.publish(now + REISSUE_AFTER - SECOND) is first
    second = publishing.publish(now + REISSUE_AFTER)
    assert second.issued_at == now + REISSUE_AFTER
    assert read(services, second, second.issued_at).entries == read(services, first, now).entries
    assert second.expires_at == second.issued_at + LIFETIME


def test_what_does_not_touch_the_entries_makes_no_new_list(services, publishing, issue, now):
    code = issue()
    first = publishing.publish(now)
    put(services, (code.status_index, 0))
    with services.database.write() as tx:
        tx.run("UPDATE entities SET contact_phone = ''")
    assert publishing.publish(now + SECOND) is first


def test_later_lists_bear_later_seconds_even_within_one_second(services, publishing, now):
    give_out(services, 100)
    seen = [publishing.publish(now)]
    for index in range(10):
        put(services, (index, 1))
        seen.append(publishing.publish(now))
    assert [each.issued_at for each in seen] == [now + SECOND * step for step in range(11)]
    assert seen[-1].issued_at == now + MOST_AHEAD


def test_past_ten_changes_a_second_the_next_waits_for_the_next_second(services, publishing, now):
    give_out(services, 100)
    for index in range(12):
        put(services, (index, 1))
        last = publishing.publish(now)
    assert read(services, last, now).value(9) == 1
    assert read(services, last, now).value(11) == 0
    later = publishing.publish(now + SECOND)
    assert read(services, later, now).value(11) == 1
    assert later.issued_at > last.issued_at


def test_a_clock_that_was_set_back_still_publishes_what_changed(services, publishing, now):
    give_out(services, 4)
    publishing.publish(now)
    put(services, (2, 2))
    earlier = now - timedelta(hours=1)
    found = publishing.publish(earlier)
    assert found.issued_at == earlier and read(services, found, earlier).value(2) == 2


def test_only_what_changed_is_read_again(services, publishing, now, monkeypatch):
    give_out(services, 1000)
    put(services, *((index, 3) for index in range(0, 1000, 7)))
    publishing.publish(now)
    asked: list[str] = []
    run = Transaction.all
    monkeypatch.setattr(Transaction, "all", lambda tx, sql, values=(): asked.append(sql) or run(tx, sql, values))
    put(services, (500, 2))
    give_out(services, 50)
    found = read(services, publishing.publish(now), now)
    assert not [sql for sql in asked if "status_entries" in sql]
    assert found.value(500) == 2 and found.value(7) == 3 and len(found) == 1052


def test_bits_that_followed_the_changes_are_those_read_anew(services, publishing, now):
    give_out(services, 10)
    publishing.publish(now)
    for step, (index, value) in enumerate([(3, 1), (9, 3), (3, 2), (0, 3), (9, 0), (12, 2), (8, 1)]):
        give_out(services, step)
        put(services, (index, value))
        publishing.publish(now + SECOND * step)
    anew = StatusPublishing(services.database, made_anew(publishing.signer), services.keys.trust_list)
    at = now + SECOND * 20
    followed = read(services, publishing.publish(at), at).entries
    assert followed == read(services, anew.publish(at), at).entries
    assert followed.hex() == "8300010200000000"


def test_a_register_restored_from_an_older_copy_is_read_anew(services, publishing, now):
    give_out(services, 8)
    put(services, (1, 1), (5, 2))
    publishing.publish(now)
    gone = "DELETE FROM status_{} WHERE status_index = 5"
    tamper(services.database, gone.format("entries"), gone.format("changes"), "DELETE FROM published_status_list")
    found = read(services, publishing.publish(now), now)
    assert (found.value(1), found.value(5)) == (1, 0)


def test_a_key_of_status_lists_signs_and_no_other(services, publishing, now):
    trusted = services.keys.trust_list()
    purposes = {key.purpose for key in trusted.keys if key.kid == publishing.publish(now).issue.kid}
    assert purposes == {KeyPurpose.STATUS}


def test_a_new_key_signs_the_next_list_without_a_change(services, publishing, now):
    first = publishing.publish(now)
    key, trusted = services.keys.signing_key_for(KeyPurpose.STATUS, now), services.keys.trust_list()
    publishing.signer.signing_key = lambda _: replace(key, kid=b"\xab\xcd")
    added = replace(trusted.key(key.kid, KeyPurpose.STATUS), kid=b"\xab\xcd")
    publishing.trust_list = lambda: replace(trusted, keys=(*trusted.keys, added))
    second = publishing.publish(now)
    assert (second.issue.kid, second.issue.position) == (b"\xab\xcd", first.issue.position)
    assert second.issued_at > first.issued_at


def test_without_its_key_no_list_is_published(services, publishing, now):
    for path in services.settings.keys.glob("status-*.pem"):
        path.unlink()
    with pytest.raises(KeyStoreError) as refusal:
        publishing.publish(now)
    assert refusal.value.code == "no_signing_key"
    assert key_files.has_private_key(services.settings.keys, key_files.ROOT)


def test_without_the_register_no_list_is_published(services, publishing, now):
    services.database.close()
    services.settings.register_path.unlink()
    with pytest.raises(RegisterError) as refusal:
        publishing.publish(now)
    assert refusal.value.code == "register_missing"


def test_a_change_that_is_rolled_back_is_none(services, publishing, now):
    give_out(services, 4)
    with pytest.raises(RuntimeError), services.database.write() as tx:
        codes.set_status(tx, 1, 2)
        raise RuntimeError
    with services.database.read() as tx:
        assert status_list.position(tx).change == 0
    assert read(services, publishing.publish(now), now).value(1) == 0


def test_the_filled_demonstration_says_of_every_print_what_the_register_says(demonstration, now):
    found = read(demonstration, demonstration.status_publishing.publish(now), now)
    states = set()
    with demonstration.database.read() as tx:
        for code in codes.everything_newest(tx):
            verified = verify_token(code.token, demonstration.keys.trust_list(), now)
            said = status_of(verified, found, now)
            stored = entities.get(tx, code.uscc)
            assert (said.print_status is EntryStatus.INVALID) == stored.state.ended
            assert said.permits == tuple(
                list(EntryStatus)[codes.status(tx, code.status_index + entry)] for entry in range(1, code.entry_count)
            )
            states |= {said.print_status, *said.permits}
    assert {VALID, SUSPENDED} <= states


def test_threads_that_ask_while_entries_change_never_see_an_entry_go_back(services, publishing, now):
    give_out(services, 400)
    seen: list[list[PublishedList]] = [[] for _ in range(4)]
    done = threading.Event()

    def ask(mine: list[PublishedList]) -> None:
        while not done.is_set():
            mine.append(publishing.publish(now))
        services.database.close()

    threads = [threading.Thread(target=ask, args=(mine,)) for mine in seen]
    for thread in threads:
        thread.start()
    for index in range(40):
        put(services, (index, 1))
    done.set()
    for thread in threads:
        thread.join()
    lists = sorted({each.issued_at: each for mine in seen for each in mine}.values(), key=lambda each: each.issued_at)
    counts = [
        sum(found.value(index) for index in range(40)) for found in (read(services, p, p.issued_at) for p in lists)
    ]
    assert counts == sorted(counts)
    assert len({each.digest for mine in seen for each in mine}) == len(lists)
    last = publishing.publish(lists[-1].issued_at + REISSUE_AFTER)
    assert read(services, last, last.issued_at).entries[:10] == b"\x55" * 10


def test_entries_of_a_register_from_before_changes_were_noted_are_published_too(services, publishing, now):
    give_out(services, 8)
    put(services, (1, 1), (6, 3))
    tamper(services.database, "DELETE FROM status_changes")
    assert read(services, publishing.publish(now), now).entries == bytes.fromhex("0430")
    put(services, (6, 2))
    assert read(services, publishing.publish(now), now).entries == bytes.fromhex("0420")
