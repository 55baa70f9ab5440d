"""Several workers and one status list: the same bytes for all, never an older one after it, and none that waits."""

from __future__ import annotations

from datetime import timedelta

import pytest
from status_lists import SECOND, another, give_out, issue, made_anew, publishing, put, read

from licence_qr.errors import RegisterError
from licence_qr.services.publishing.status_list import StatusPublishing
from licence_qr.services.publishing.status_signer import LIFETIME, REISSUE_AFTER, StatusSigner
from licence_qr.store.publishing import status_list

__all__ = ["another", "issue", "publishing"]


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
    anew = StatusPublishing(services.database, made_anew(publishing.signer), services.keys.trust_list)
    assert anew.publish(now + SECOND).signed == first.signed
    put(services, (7, 1))
    assert anew.publish(now).issued_at == now + SECOND


def test_another_address_is_told_in_a_list_of_its_own(services, publishing, now):
    publishing.publish(now)
    elsewhere = StatusPublishing(
        services.database,
        StatusSigner(services.database, publishing.signer.signing_key, "https://xm.example.gov.cn"),
        services.keys.trust_list,
    )
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
    sign, key = publishing.signer.signing_key, publishing.signer.signing_key(now)
    overtaking = iter([lambda: (put(services, (2, 2)), another.publish(now))])

    class Overtaken:
        """A key whose first signature takes so long that another process is faster."""

        kid = key.kid

        def sign(self, message: bytes) -> bytes:
            next(overtaking, lambda: None)()
            return key.sign(message)

    publishing.signer.signing_key = lambda _: Overtaken()
    found = publishing.publish(now)
    assert (found.issued_at, sign(now).kid) == (now + SECOND, key.kid)
    assert read(services, found, now).value(1) == 1 and read(services, found, now).value(2) == 2
    with services.database.read() as tx:
        assert status_list.newest_issue(tx) == found.issue
