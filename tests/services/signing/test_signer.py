"""An act is committed first and signed then: what waits is shown nowhere, and only what the register explains is signed."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta

import pytest
from harmed import tamper

from licence_qr.credential.token import to_digits
from licence_qr.domain.lifecycle.acts import Act, Grounds, Subject
from licence_qr.domain.lifecycle.details import ActRequest, LicenceChange
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import Actor, Role
from licence_qr.errors import KeyStoreError, LicenceQRError
from licence_qr.store.register import codes, history
from licence_qr.store.signing import unsigned_codes

WHY = Grounds("变更", "《市场主体登记管理条例》第二十四条", "")


@pytest.fixture
def pair(services, make_application, clerk, now):
    return services.issuance.issue(make_application(), clerk, "key", now)


@pytest.fixture
def without_key(services):
    """The same services, whose key is gone between the commit of an act and its signature."""

    def gone(now):
        raise KeyStoreError("no_signing_key", day=now.date(), purpose="licence")

    coding = replace(services.coding, signer=replace(services.coding.signer, signing_key=gone))
    issuance, life = replace(services.issuance, coding=coding), replace(services.life, coding=coding)
    return replace(services, coding=coding, issuance=issuance, life=life)


def renamed(services, pair, clerk, now):
    request = ActRequest(Subject(pair.uscc), Act.CHANGE, WHY, clerk, LicenceChange(principal="新负责人"))
    return services.life.perform(clerk, request, now)


def refusal(act, *given) -> str:
    with pytest.raises(LicenceQRError) as refused:
        act(*given)
    return refused.value.code


def waiting(services) -> list[tuple[int, str]]:
    with services.database.read() as tx:
        return [(code.version, code.refused) for code in unsigned_codes.everything(tx)]


def test_an_act_whose_version_waits_is_shown_and_printed_nowhere_and_finished_later(
    services, without_key, pair, clerk, now
):
    digits = to_digits(pair.code.token)
    assert refusal(renamed, without_key, pair, clerk, now) == "code_being_signed"
    assert waiting(services) == [(2, "")]
    shown = {
        "scan": lambda: services.lookup.scan(digits, now),
        "number": lambda: services.lookup.by_number(pair.code.code_id.number, "192.0.2.1", now),
        "desk": lambda: services.register.business(clerk, pair.uscc, now),
        "card": lambda: services.prints.card(clerk, pair.uscc, now),
        "symbol": lambda: services.prints.symbol(pair.uscc),
    }
    assert {name: refusal(act) for name, act in shown.items()} == dict.fromkeys(shown, "code_being_signed")
    inspector = Actor(7, "inspector", "监督员", "baishiyi", frozenset({Role.INSPECTOR}))
    assert pair.uscc not in b"".join(services.pack.for_actor(inspector, now)).decode()
    with services.database.read() as tx:
        assert codes.newest_of_business(tx, pair.uscc).version == 1
        assert codes.status(tx, codes.newest_of_business(tx, pair.uscc).status_index) == 0

    services.coding.finishing.finish_waiting(now)  # as the next start does
    assert waiting(services) == []
    assert services.lookup.scan(digits, now).newest_version == 2
    assert services.prints.card(clerk, pair.uscc, now)
    assert pair.uscc in b"".join(services.pack.for_actor(inspector, now)).decode()
    with services.database.read() as tx:
        assert codes.status(tx, codes.get(tx, pair.code.code_id, 1).status_index) == codes.SUPERSEDED


def test_an_application_that_waits_is_not_issued_a_second_time(services, without_key, make_application, clerk, now):
    assert refusal(without_key.issuance.issue, make_application(), clerk, "key", now) == "code_being_signed"
    assert refusal(without_key.issuance.issue, make_application(), clerk, "key", now) == "code_being_signed"
    first = services.issuance.issue(make_application(), clerk, "key", now)
    assert first.repeated and first.code.version == 1
    with services.database.read() as tx:
        assert [row["n"] for row in tx.all("SELECT count(*) AS n FROM codes")] == [1]


class SignedFirst:
    """A signer that is asked while another process has the same version signed."""

    def __init__(self, services) -> None:
        self.signer, self.other = services.coding.signer, services.coding.finishing

    def check_codes(self, now):
        self.signer.check_codes(now)

    def sign_codes(self, wanted, now):
        verdicts = self.signer.sign_codes(wanted, now)
        self.other.finish_waiting(now)
        return verdicts


def test_a_pair_that_another_process_has_signed_first_is_told_as_the_register_has_it(
    services, make_application, clerk, now
):
    coding = replace(services.coding, signer=SignedFirst(services))
    told = replace(services.issuance, coding=coding).issue(make_application(), clerk, "key", now)
    assert not told.repeated and told.code.token
    assert services.issuance.issue(make_application(), clerk, "key", now) == replace(told, repeated=True)


def test_where_no_key_can_sign_nothing_is_written(services, make_application, clerk, now, all_rows):
    def gone(now):
        raise KeyStoreError("no_signing_key", day=now.date(), purpose="licence")

    coding = replace(services.coding, signer=replace(services.coding.signer, check_key=gone))
    before = all_rows(services.database)
    issue = replace(services.issuance, coding=coding).issue
    assert refusal(issue, make_application(), clerk, "key", now) == "no_signing_key"
    assert all_rows(services.database) == before


def test_acts_on_one_business_that_wait_are_signed_in_their_order(services, without_key, pair, clerk, now):
    for number in range(3):
        request = ActRequest(Subject(pair.uscc), Act.CHANGE, WHY, clerk, LicenceChange(principal=f"负责人{number}"))
        assert refusal(without_key.life.perform, clerk, request, now + timedelta(minutes=number)) == "code_being_signed"
    services.coding.finishing.finish_waiting(now + timedelta(minutes=5))
    with services.database.read() as tx:
        versions = codes.versions_of_business(tx, pair.uscc)
        assert [code.version for code in versions] == [4, 3, 2, 1]
        entries = [codes.status(tx, code.status_index) for code in versions]
    assert entries == [0, *[codes.SUPERSEDED] * 3]


# What somebody plants who can write to the register and holds no key, and the rule by which it is refused. Each begins with
# an act that waits for its signature.
PLANTED = {
    "another payload": ("UPDATE codes SET payload = zeroblob(120) WHERE token IS NULL", "claims"),
    "a record made to fit nothing": ("UPDATE codes SET record = replace(record, '新负责人', '示例仿冒')", "claims"),
    "a day before": ("UPDATE codes SET issued_at = '2020-01-01T00:00:00+00:00'", "dates"),
    "a day to come": ("UPDATE codes SET issued_at = '2036-11-23T02:30:00+00:00'", "dates"),
    "the entries of another": ("UPDATE codes SET entry_count = 200 WHERE version = 1", "status entries"),
    "entries that no counter gave": ("UPDATE counters SET last = 1 WHERE series = 'status'", "status entries"),
    "a version left out": ("UPDATE codes SET version = 7 WHERE token IS NULL", "claims"),
    "a register that says something else": ("UPDATE entities SET name = '示例仿冒店'", "register"),
    "nobody's act": ("DELETE FROM history WHERE event = 'code_issued' AND subject = 'code/2'", "person"),
}


@pytest.mark.parametrize("planted", PLANTED)
def test_what_the_register_does_not_explain_is_not_signed(services, without_key, pair, clerk, now, planted, caplog):
    sql, rule = PLANTED[planted]
    assert refusal(renamed, without_key, pair, clerk, now) == "code_being_signed"
    with services.database.write() as tx:
        for trigger in tx.all("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
            tx.run(f"DROP TRIGGER {trigger['name']}")
        tx.run(sql)
    with caplog.at_level(logging.ERROR, "licence_qr.signing"):
        services.coding.finishing.finish_waiting(now)
    assert [refused for _, refused in waiting(services)] == [rule]
    assert [record.getMessage().rpartition(": ")[2] for record in caplog.records] == [rule]
    with services.database.read() as tx:
        [told] = history.of_kind(tx, EventKind.SIGNING_REFUSED)
    assert rule in told["after"]
    services.coding.finishing.finish_waiting(now)  # it is looked at once, not again and again
    assert len(caplog.records) == 1


def test_a_row_that_cannot_be_read_keeps_no_other_version_from_being_signed(
    services, without_key, make_application, pair, clerk, now
):
    assert refusal(renamed, without_key, pair, clerk, now) == "code_being_signed"
    tamper(services.database, "UPDATE codes SET record = '{}' WHERE token IS NULL")
    assert refusal(without_key.issuance.issue, make_application(2), clerk, "key 2", now) == "code_being_signed"
    services.coding.finishing.finish_waiting(now)
    assert waiting(services) == [(2, "unreadable")]


@pytest.mark.parametrize(
    ("sql", "rule"),
    [
        ("UPDATE counters SET last = 0 WHERE series LIKE 'hygiene_permit/%'", "numbers"),
        ("DELETE FROM history WHERE event = 'permit_granted'", "numbers"),
        ("DELETE FROM promises", "promise"),
        ("UPDATE promises SET document = replace(document, '测试', '仿冒')", "promise"),
        ("UPDATE promises SET permit_type = 'another'", "promise"),
        ("UPDATE commitments SET signed_on = '2026-01-01'", "promise"),
        ("UPDATE commitments SET notice_version = '0'", "promise"),
    ],
)
def test_a_grant_without_its_number_or_its_promise_is_not_signed(
    services, without_key, make_application, clerk, now, sql, rule
):
    assert refusal(without_key.issuance.issue, make_application(), clerk, "key", now) == "code_being_signed"
    with services.database.write() as tx:
        for trigger in tx.all("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
            tx.run(f"DROP TRIGGER {trigger['name']}")
        tx.run(sql)
    services.coding.finishing.finish_waiting(now)
    assert waiting(services) == [(1, rule)]
    assert refusal(services.issuance.issue, make_application(), clerk, "key", now) == "signing_refused"


def test_a_permit_that_was_not_delegated_is_not_signed(services, without_key, make_application, clerk, now):
    assert refusal(without_key.issuance.issue, make_application(), clerk, "key", now) == "code_being_signed"
    catalogue = replace(services.catalogue, delegations=())
    signer = replace(services.coding.signer, catalogue=catalogue)
    replace(services.coding, signer=signer).finishing.finish_waiting(now)
    assert waiting(services) == [(1, "delegation")]


@pytest.mark.parametrize(
    ("name", "roles", "closed"),
    [("nobody", None, False), ("auditor", {Role.AUDITOR}, False), ("was-clerk", {Role.CLERK}, True)],
)
def test_for_who_may_not_act_nothing_is_signed(make_services, tmp_path, make_application, now, name, roles, closed):
    live = make_services(tmp_path / "live", demonstration=False)
    if roles:
        secret = "seven grey herons at noon"
        live.accounts.create(name, "示例", "baishiyi", frozenset(roles), secret, now, staff_no="1")
    if closed:
        live.accounts.disable(name, now)
    actor = Actor(1, name, "示例", "baishiyi", frozenset({Role.CLERK}))
    assert refusal(live.issuance.issue, make_application(), actor, "key", now) == "signing_refused"
    assert waiting(live) == [(1, "person")]
