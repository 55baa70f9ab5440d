"""The published status list: what the register says, at once, never two lists of one second, and not read anew each time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from licence_qr.bootstrap import Services
from licence_qr.credential.status_list import StatusList, status_of
from licence_qr.credential.status_list_wire import verify_status_list
from licence_qr.credential.trust_list import KeyPurpose
from licence_qr.credential.verifier import verify_token
from licence_qr.domain.publishing.entry_status import EntryStatus
from licence_qr.domain.roles import AT_THE_MACHINE
from licence_qr.errors import KeyStoreError, RegisterError
from licence_qr.services.publishing.status_list import (
    LIFETIME,
    MOST_AHEAD,
    REISSUE_AFTER,
    TTL,
    PublishedList,
    StatusPublishing,
)
from licence_qr.store.database.connections import Transaction
from licence_qr.store.keys import key_files
from licence_qr.store.publishing import status_list
from licence_qr.store.register import codes, entities

SECOND = timedelta(seconds=1)
SUPERSEDED, SUSPENDED, VALID = EntryStatus.SUPERSEDED, EntryStatus.SUSPENDED, EntryStatus.VALID

Issue = Callable[..., codes.StoredCode]


@pytest.fixture
def publishing(services: Services) -> StatusPublishing:
    return services.status_publishing


@pytest.fixture
def issue(services: Services, clerk, make_application, now) -> Issue:
    """Issues the ``serial``-th made-up business and gives the stored code."""

    def made(serial: int = 1) -> codes.StoredCode:
        pair = services.issuance.issue(make_application(serial), clerk, f"key-{serial}", now)
        with services.database.read() as tx:
            found = codes.newest(tx, pair.code.code_id)
        assert found is not None
        return found

    return made


def read(services: Services, published: PublishedList, at) -> StatusList:
    """The list as a verifier reads it."""
    return verify_status_list(published.signed, services.keys.trust_list(), at)


def put(services: Services, *values: tuple[int, int]) -> None:
    with services.database.write() as tx:
        for index, value in values:
            codes.set_status(tx, index, value)


def give_out(services: Services, count: int) -> None:
    with services.database.write() as tx:
        codes.take_status_block(tx, count)


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
        stored = entities.get(tx, first.uscc)
        renamed = replace(stored.entity, principal="测试乙")
        entities.put(tx, replace(stored, entity=renamed))
        services.coding.issue_code(tx, first.uscc, now, AT_THE_MACHINE, "baishiyi")
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
    anew = StatusPublishing(services.database, publishing.signing_key, publishing.origin)
    at = now + SECOND * 20
    followed = read(services, publishing.publish(at), at).entries
    assert followed == read(services, anew.publish(at), at).entries
    assert followed.hex() == "8300010200000000"


def test_a_register_restored_from_an_older_copy_is_read_anew(services, publishing, now):
    give_out(services, 8)
    put(services, (1, 1), (5, 2))
    publishing.publish(now)
    with services.database.write() as tx:
        tx.run("DELETE FROM status_entries WHERE status_index = 5")
        tx.run("DELETE FROM status_changes WHERE status_index = 5")
    found = read(services, publishing.publish(now), now)
    assert (found.value(1), found.value(5)) == (1, 0)


@pytest.fixture
def another(services, make_services) -> Iterator[StatusPublishing]:
    """What another worker of the same installation has."""
    other = make_services(services.settings.home.parent)
    yield other.status_publishing
    other.database.close()


def test_all_workers_give_the_same_bytes(services, publishing, another, now):
    give_out(services, 8)
    put(services, (1, 1))
    first = another.publish(now)
    assert publishing.publish(now + SECOND * 30).signed == first.signed
    put(services, (2, 2))
    second = publishing.publish(now + SECOND * 31)
    assert another.publish(now + SECOND * 32).signed == second.signed
    assert read(services, second, now).entries == bytes.fromhex("2400")
    third = another.publish(now + SECOND * 31 + REISSUE_AFTER)
    assert publishing.publish(now + SECOND * 31 + REISSUE_AFTER).signed == third.signed
    assert [each.issued_at for each in (first, second, third)] == [
        now,
        now + SECOND * 31,
        now + SECOND * 31 + REISSUE_AFTER,
    ]


def test_no_worker_issues_an_older_list_than_another_has(services, publishing, another, now):
    give_out(services, 8)
    seen = []
    for step, worker in enumerate([publishing, another] * 4):
        put(services, (step, 1))
        seen.append(worker.publish(now))
    assert [each.issued_at for each in seen] == [now + SECOND * step for step in range(8)]


def test_a_worker_that_starts_anew_goes_on_with_the_list_of_before(services, publishing, now):
    give_out(services, 8)
    first = publishing.publish(now)
    anew = StatusPublishing(services.database, publishing.signing_key, publishing.origin)
    assert anew.publish(now + SECOND).signed == first.signed
    put(services, (7, 1))
    assert anew.publish(now).issued_at == now + SECOND


def test_another_address_is_told_in_a_list_of_its_own(services, publishing, now):
    publishing.publish(now)
    elsewhere = StatusPublishing(services.database, publishing.signing_key, "https://xm.example.gov.cn")
    assert elsewhere.publish(now + SECOND).issue.subject == "https://xm.example.gov.cn/status-list"


def test_who_fetches_the_list_gets_what_is_stored_and_signs_nothing(services, publishing, another, now):
    give_out(services, 8)
    first = another.publish(now)
    put(services, (5, 2))
    assert publishing.current(now + SECOND).signed == first.signed
    second = another.publish(now + SECOND)
    assert publishing.current(now + SECOND).signed == second.signed
    assert publishing.current(now + LIFETIME) is publishing.current(now + SECOND)


def test_a_list_is_fetched_until_it_expires(publishing, now):
    published = publishing.publish(now)
    assert publishing.current(now + LIFETIME - SECOND) is published
    with pytest.raises(RegisterError) as refusal:
        publishing.current(now + LIFETIME)
    assert refusal.value.code == "offline_list_too_old"


def test_before_the_first_list_there_is_none(publishing, now):
    with pytest.raises(RegisterError) as refusal:
        publishing.current(now)
    assert refusal.value.code == "offline_list_missing"


def test_a_list_from_a_clock_that_was_ahead_is_replaced_without_a_change(services, publishing, now):
    publishing.publish(now + timedelta(days=365))
    assert publishing.publish(now).issued_at == now
    assert publishing.current(now).issued_at == now


def test_a_register_that_cannot_be_written_goes_on_with_the_list_it_has(services, publishing, now):
    give_out(services, 8)
    first = publishing.publish(now)
    with services.database.read() as tx:  # the connection of this thread refuses to write from now on
        tx.run("PRAGMA query_only = ON")
    with pytest.raises(RegisterError):
        publishing.publish(now + REISSUE_AFTER)
    assert publishing.current(now + REISSUE_AFTER) is first


def test_who_comes_second_signs_after_the_list_of_the_first(services, publishing, another, now):
    """Two processes that sign at the same moment: the one whose list is no longer the next begins anew."""
    give_out(services, 8)
    publishing.publish(now)
    put(services, (1, 1))
    sign, key = publishing.signing_key, publishing.signing_key(now)
    overtaking = iter([lambda: (put(services, (2, 2)), another.publish(now))])

    class Overtaken:
        """A key whose first signature takes so long that another process is faster."""

        kid = key.kid

        def sign(self, message: bytes) -> bytes:
            next(overtaking, lambda: None)()
            return key.sign(message)

    publishing.signing_key = lambda _: Overtaken()
    found = publishing.publish(now)
    assert (found.issued_at, sign(now).kid) == (now + SECOND, key.kid)
    assert read(services, found, now).value(1) == 1 and read(services, found, now).value(2) == 2
    with services.database.read() as tx:
        assert status_list.newest_issue(tx) == found.issue


def test_a_key_of_status_lists_signs_and_no_other(services, publishing, now):
    trusted = services.keys.trust_list()
    purposes = {key.purpose for key in trusted.keys if key.kid == publishing.publish(now).issue.kid}
    assert purposes == {KeyPurpose.STATUS}


def test_a_new_key_signs_the_next_list_without_a_change(services, publishing, now):
    first = publishing.publish(now)
    other = replace(services.keys.signing_key_for(KeyPurpose.STATUS, now), kid=b"\xab\xcd")
    publishing.signing_key = lambda _: other
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
    with services.database.write() as tx:
        tx.run("DELETE FROM status_changes")
    assert read(services, publishing.publish(now), now).entries == bytes.fromhex("0430")
    put(services, (6, 2))
    assert read(services, publishing.publish(now), now).entries == bytes.fromhex("0420")
