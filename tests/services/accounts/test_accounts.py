"""Signing in: passwords, throttles, and sessions that end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from argon2 import PasswordHasher, Type, extract_parameters
from click.testing import CliRunner
from people import People

from licence_qr.bootstrap import build
from licence_qr.cli.main import commands
from licence_qr.domain.roles import Role
from licence_qr.errors import AccessError, InputError
from licence_qr.services.accounts.sessions import IDLE_MINUTES, SESSION_HOURS, SESSIONS_KEPT_DAYS
from licence_qr.services.accounts.sign_in_limits import (
    CONFIRMING_BESIDE,
    CONFIRMING_BESIDE_ALL,
    CONFIRMING_FROM_NETWORK,
)
from licence_qr.store.database.sqlite import sqlite3
from licence_qr.store.register import traces

PASSWORD = "a good long password"


@pytest.fixture
def people(services, now):
    """Accounts with one clerk."""
    people = People(services.database)
    people.create("wang", "王", "baishiyi", frozenset({Role.CLERK, Role.SUPERVISOR}), PASSWORD, now)
    return people


def refused(people, username, password, client, now):
    with pytest.raises(AccessError) as error:
        people.sign_in(username, password, client, now)
    return error.value.code


def test_a_session_knows_who_holds_it(people, now):
    actor = people.actor(people.sign_in("wang", PASSWORD, "10.0.0.1", now), now)
    assert (actor.username, actor.office, actor.roles) == ("wang", "baishiyi", {Role.CLERK, Role.SUPERVISOR})


@pytest.mark.parametrize("token", ["", "x", "\ud800", "é" * 1000])
def test_a_token_that_was_never_given_out_is_nobody(token, people, now):
    assert people.actor(token, now) is None


def test_a_wrong_password_and_an_unknown_name_are_told_alike(people, services, now):
    asked = []

    class Watched(PasswordHasher):
        def verify(self, hash, password):
            asked.append(password)
            return super().verify(hash, password)

    people = People(services.database, Watched(1, 8, 1))
    assert refused(people, "wang", "wrong", "10.0.0.1", now) == "sign_in_failed"
    assert refused(people, "nobody", "wrong", "10.0.0.1", now) == "sign_in_failed"
    assert asked == ["wrong", "wrong"]  # the unknown name costs a verification too


def test_neither_password_nor_token_is_stored(people, services, now, all_rows):
    token = people.sign_in("wang", PASSWORD, "10.0.0.1", now)
    stored = repr(all_rows(services.database))
    assert token not in stored and token.encode().hex() not in stored
    assert PASSWORD not in stored
    assert "$argon2id$" in stored


def test_what_was_typed_as_a_name_is_not_kept_in_clear(people, services, now, all_rows):
    refused(people, "my-secret-typed-as-name", "wrong", "10.9.8.7", now)
    stored = repr(all_rows(services.database)["throttles"])
    assert "my-secret" not in stored and "10.9.8.7" not in stored


def test_an_idle_session_ends(people, now):
    token = people.sign_in("wang", PASSWORD, "10.0.0.1", now)
    assert people.actor(token, now + timedelta(minutes=IDLE_MINUTES)) is not None
    token = people.sign_in("wang", PASSWORD, "10.0.0.1", now)
    assert people.actor(token, now + timedelta(minutes=IDLE_MINUTES, seconds=1)) is None


def test_whoever_is_signed_in_looks_while_another_writes_for_long_and_is_noted_later(people, services, now):
    token, later = people.sign_in("wang", PASSWORD, "10.0.0.1", now), now + timedelta(minutes=2)
    services.database.close()
    writer = sqlite3.connect(services.database.path, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    assert people.actor(token, later).username == "wang"
    writer.close()
    assert people.sessions.of(people.actor(token, now), now)[0].last_seen_at == now
    people.actor(token, later)
    assert people.sessions.of(people.actor(token, later), later)[0].last_seen_at == later


def test_a_session_in_use_ends_after_a_working_day_all_the_same(people, now):
    token = people.sign_in("wang", PASSWORD, "10.0.0.1", now)
    end = now + timedelta(hours=SESSION_HOURS)
    moment = now
    while moment < end:
        assert people.actor(token, moment) is not None
        moment += timedelta(minutes=30)
    assert people.actor(token, end) is None


def test_a_revoked_session_is_over_at_once_and_the_other_goes_on(people, now):
    first = people.sign_in("wang", PASSWORD, "10.0.0.1", now)
    second = people.sign_in("wang", PASSWORD, "10.0.0.2", now + timedelta(seconds=1))
    actor = people.actor(second, now)
    listed = people.sessions.of(actor, now)
    assert [session.network for session in listed] == ["10.0.0.2", "10.0.0.1"]
    assert people.revoke(actor, people.actor(first, now).via.session, now)
    assert people.actor(first, now) is None
    assert people.actor(second, now) is not None
    assert not people.revoke(actor, listed[1].session_id, now)  # it is over already


def test_nobody_revokes_another_persons_session(people, now):
    people.create("li", "李", "bafu", frozenset({Role.CLERK}), PASSWORD, now)
    token = people.sign_in("wang", PASSWORD, "10.0.0.1", now)
    other = people.actor(people.sign_in("li", PASSWORD, "10.0.0.1", now), now)
    assert not people.revoke(other, people.actor(token, now).via.session, now)
    assert people.actor(token, now) is not None


def test_signing_out_ends_the_session(people, now):
    token = people.sign_in("wang", PASSWORD, "10.0.0.1", now)
    people.sign_out(token, now)
    assert people.actor(token, now) is None
    people.sign_out(token, now)


def test_a_disabled_person_is_out_at_once(people, services, now):
    token = people.sign_in("wang", PASSWORD, "10.0.0.1", now)
    with services.database.write() as tx:
        tx.run("UPDATE users SET disabled_at = ? WHERE username = 'wang'", (now.isoformat(),))
    assert people.actor(token, now) is None
    assert people.user("wang") is None
    assert refused(people, "wang", PASSWORD, "10.0.0.1", now) == "sign_in_failed"


def test_a_hash_of_older_costs_is_renewed_at_sign_in(people, services, now, all_rows):
    before = all_rows(services.database)["users"]
    stronger = People(services.database, PasswordHasher(2, 16, 1))
    stronger.sign_in("wang", PASSWORD, "10.0.0.1", now)
    after = all_rows(services.database)["users"]
    assert before != after and "t=2" in repr(after)


def costs_stored(services):
    """By user name, what it costs to try a password on what is stored."""
    with services.database.read() as tx:
        rows = tx.all("SELECT username, password_hash FROM users")
    stored = {row["username"]: extract_parameters(row["password_hash"]) for row in rows}
    assert all(costs.type is Type.ID for costs in stored.values())
    return {name: (costs.time_cost, costs.memory_cost, costs.parallelism) for name, costs in stored.items()}


def test_the_program_itself_keeps_passwords_at_the_full_cost_of_argon2id(people, services, now):
    """Tests give a cheap hasher; nothing that an operator can set does. The figures are RFC 9106's for little memory."""
    settings = services.settings
    environ = {
        "LICENCE_QR_HOME": str(settings.home),
        "LICENCE_QR_KEYS": str(settings.keys),
        "LICENCE_QR_ADDRESS": settings.address,
    }
    for words in (("add", "li", "--name", "李", "--office", "baishiyi", "--role", "clerk"), ("password", "li")):
        done = CliRunner().invoke(commands, ["account", *words], env=environ, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        assert costs_stored(services)["li"] == (3, 65536, 4), words
    assert costs_stored(services)["wang"] == (1, 8, 1)
    build(settings).sign_in.sign_in("wang", PASSWORD, "10.0.0.1", now)  # as the server does
    assert costs_stored(services)["wang"] == (3, 65536, 4)


@pytest.mark.parametrize(
    ("username", "password", "code"),
    [
        ("wang", PASSWORD, "username_taken"),
        ("system", PASSWORD, "username_taken"),
        ("Import", PASSWORD, "username_taken"),
        ("小王", PASSWORD, "username_form"),
        ("a b", PASSWORD, "username_form"),
        ("", PASSWORD, "username_form"),
        ("li", "short", "password_short"),
    ],
)
def test_a_person_needs_a_new_plain_name_and_a_long_password(username, password, code, people, now):
    with pytest.raises(InputError) as error:
        people.create(username, "某", "bafu", frozenset({Role.CLERK}), password, now)
    assert error.value.code == code


@pytest.mark.parametrize(
    ("has", "other"),
    [("li.na", "lina"), ("li-na", "LINA"), ("wangli", "wangIi"), ("wangI", "wang1"), ("zhao0", "zhaoO"), ("l", "1")],
)
def test_a_user_name_that_a_reader_takes_for_another_is_refused(has, other, people, now):
    people.create(has, "某", "bafu", frozenset({Role.CLERK}), PASSWORD, now)
    with pytest.raises(InputError, match="username_taken"):
        people.create(other, "某", "bafu", frozenset({Role.CLERK}), PASSWORD, now)
    for free in ("wangll", "clerk1", "clerk11"):
        people.create(free, "某", "bafu", frozenset({Role.CLERK}), PASSWORD, now)


def test_a_new_password_replaces_the_old_and_ends_all_sessions(people, now):
    token = people.sign_in("wang", PASSWORD, "10.0.0.1", now)
    people.set_password("wang", "another long password", now)
    assert people.actor(token, now) is None
    assert refused(people, "wang", PASSWORD, "10.0.0.1", now) == "sign_in_failed"
    assert people.sign_in("wang", "another long password", "10.0.0.1", now)
    with pytest.raises(InputError, match="password_short"):
        people.set_password("wang", "short", now)


def test_a_disabled_account_is_out_at_once_and_stays_out(people, now):
    token = people.sign_in("wang", PASSWORD, "10.0.0.1", now)
    people.disable("wang", now)
    assert people.actor(token, now) is None
    assert refused(people, "wang", PASSWORD, "10.0.0.1", now) == "sign_in_failed"
    with pytest.raises(AccessError, match="account_unknown"):
        people.disable("nobody", now)


def test_sessions_long_over_are_swept(people, services, now, all_rows):
    people.sign_in("wang", PASSWORD, "10.0.0.1", now)
    people.sign_in("wang", PASSWORD, "10.0.0.1", now + timedelta(days=SESSIONS_KEPT_DAYS + 2))
    assert len(all_rows(services.database)["sessions"]) == 1


def test_of_the_last_session_stays_when_it_was_and_not_where_from(people, services, now, all_rows):
    people.create("li", "李", "baishiyi", frozenset({Role.CLERK}), PASSWORD, now)
    for day in (0, 1):
        people.sign_in("li", PASSWORD, "10.0.0.2", now + timedelta(days=day))
    people.sign_in("wang", PASSWORD, "10.0.0.1", now + timedelta(days=SESSIONS_KEPT_DAYS + 3))
    with services.database.read() as tx:
        last, new = tx.all("SELECT created_at, client FROM sessions ORDER BY created_at")
    assert tuple(last) == ((now + timedelta(days=1)).isoformat(), "")
    assert new["client"] == "10.0.0.1"


def confirming(people, actor, password, now, client="10.0.0.1"):
    with pytest.raises(AccessError) as error:
        people.confirm_password(actor, password, client, now)
    return error.value.code


def test_the_password_is_asked_for_once_more_and_sessions_stay(people, now):
    token = people.sign_in("wang", PASSWORD, "10.0.0.1", now)
    actor = people.actor(token, now)
    assert confirming(people, actor, "wrong", now) == "password_wrong"
    assert confirming(people, actor, "", now) == "password_wrong"
    people.confirm_password(actor, PASSWORD, "10.0.0.1", now)
    assert people.actor(token, now) == actor


def test_confirming_is_throttled_and_does_not_shut_the_person_out(people, now):
    actor = people.actor(people.sign_in("wang", PASSWORD, "10.0.0.1", now), now)
    codes = [confirming(people, actor, "wrong", now) for _ in range(CONFIRMING_FROM_NETWORK.most + 1)]
    assert codes == ["password_wrong"] * CONFIRMING_FROM_NETWORK.most + ["password_throttled"]
    assert confirming(people, actor, PASSWORD, now) == "password_throttled"
    assert people.sign_in("wang", PASSWORD, "10.0.0.1", now)


def beside(people, actor, password, now, other):
    with pytest.raises(AccessError) as error:
        people.confirm_password(actor, password, "10.0.0.1", now, beside=other)
    return error.value.code


def test_wrong_passwords_beside_a_colleague_shut_out_nobody_but_that_colleague(people, now):
    actor = people.actor(people.sign_in("wang", PASSWORD, "10.0.0.1", now), now)
    codes = [beside(people, actor, "wrong", now, "li") for _ in range(CONFIRMING_BESIDE.most + 1)]
    assert codes == ["password_wrong"] * CONFIRMING_BESIDE.most + ["password_throttled"]
    assert beside(people, actor, PASSWORD, now, "li") == "password_throttled"
    people.confirm_password(actor, PASSWORD, "10.0.0.1", now)
    people.confirm_password(actor, PASSWORD, "10.0.0.1", now, beside="zhao")
    people.confirm_password(actor, PASSWORD, "10.0.0.1", now, beside="console:keeper")


def test_all_colleagues_together_guess_no_password(people, now):
    actor = people.actor(people.sign_in("wang", PASSWORD, "10.0.0.1", now), now)
    codes = [
        beside(people, actor, "wrong", now, f"colleague-{n // CONFIRMING_BESIDE.most}")
        for n in range(CONFIRMING_BESIDE_ALL.most + 1)
    ]
    assert codes == ["password_wrong"] * CONFIRMING_BESIDE_ALL.most + ["password_throttled"]
    people.confirm_password(actor, PASSWORD, "10.0.0.1", now)


def test_a_wrong_password_before_an_act_leaves_a_trace(people, services, now):
    actor = people.actor(people.sign_in("wang", PASSWORD, "10.0.0.1", now), now)
    for _ in range(3):
        assert confirming(people, actor, "wrong", now) == "password_wrong"
    with services.database.read() as tx:
        row = traces.everything(tx)[-1]
    shown = ("event", "actor", "subject", "session", "network")
    assert [row[each] for each in shown] == [
        "password_refused", "system", f"account/{actor.user_id}", actor.via.session, "10.0.0.1",
    ]  # fmt: skip


def test_a_right_password_clears_the_tries_and_a_closed_account_confirms_nothing(people, now):
    actor = people.actor(people.sign_in("wang", PASSWORD, "10.0.0.1", now), now)
    for _ in range(3):
        for _ in range(CONFIRMING_FROM_NETWORK.most - 1):
            assert confirming(people, actor, "wrong", now) == "password_wrong"
        people.confirm_password(actor, PASSWORD, "10.0.0.1", now)
    people.disable("wang", now)
    assert confirming(people, actor, PASSWORD, now) == "password_wrong"
