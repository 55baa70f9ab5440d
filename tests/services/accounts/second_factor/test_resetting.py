"""A lost device: two people who are not its owner reset the second factors."""

from __future__ import annotations

from datetime import timedelta

import pytest

from licence_qr.domain.accounts.factor_resets import SETTLED_DAYS
from licence_qr.domain.roles import Role, at_console
from licence_qr.errors import LicenceQRError
from licence_qr.services.accounts.second_factor.checking import Proof
from licence_qr.services.accounts.second_factor.resetting import Confirmer, FactorReset
from licence_qr.services.register.chronology import made_up_past

PASSWORD = "a good long password"
CLIENT = "192.0.2.7"
CONSOLE = at_console("keeper")


@pytest.fixture
def reset(person):
    """Resets the factors of ``zhao``; there are administrators, a supervisor whom one of them opened, a clerk, and another
    account of the first administrator."""
    long_ago = person.now - timedelta(days=SETTLED_DAYS)
    staff = (
        ("qian", Role.ADMIN, "7"),
        ("wu", Role.ADMIN, "9"),
        ("qian2", Role.CATALOGUE, "7"),
        ("li", Role.CLERK, "10"),
    )
    with made_up_past():
        for name, role, staff_no in staff:
            person.people.create(name, name[:4], "baishiyi", frozenset({role}), PASSWORD, long_ago, staff_no=staff_no)
        desk = person.people.accounts.acting(person.people.user("wu"))
        desk.create("sun", "sun", "baishiyi", frozenset({Role.SUPERVISOR}), PASSWORD, long_ago, staff_no="8")
    resetting = FactorReset(person.factors.confirming)

    def reset(first="qian", second="sun", reason="身份证核对", passwords=(PASSWORD, PASSWORD), username="zhao"):
        confirmers = [Confirmer(name, Proof(word)) for name, word in zip((first, second), passwords, strict=True)]
        try:
            resetting.reset(username, *confirmers, reason, CONSOLE, person.now)
        except LicenceQRError as refused:
            return refused.code
        return ""

    return reset


def test_two_others_take_every_factor_away(person, reset):
    _, codes = person.enrol_app()
    person.enrol_passkey(person.proof(codes[0]))
    token = person.people.sign_in("zhao", PASSWORD, CLIENT, person.now)
    assert reset() == ""
    own = person.factors.of(person.actor)
    assert not own.any and not own.passkeys and own.codes_left == 0
    assert person.people.sessions.holder(token, person.now) is None
    with person.services.database.read() as tx:
        row = tx.one("SELECT * FROM history WHERE event = 'factors_reset'")
    assert (row["actor"], row["device"]) == ("qian", "console:keeper")
    assert "sun" in row["private"] and "身份证核对" in row["private"]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"first": "sun", "second": "qian"}, "role_not_allowed"),
        ({"second": "li"}, "role_not_allowed"),
        ({"second": "wu"}, "reset_console_hand"),
        ({"first": "wu"}, "reset_one_hand"),
        ({"second": "qian"}, "reset_needs_two_others"),
        ({"second": "qian2"}, "reset_needs_two_others"),
        ({"second": "zhao"}, "reset_needs_two_others"),
        ({"username": "qian"}, "reset_needs_two_others"),
        ({"username": "nobody"}, "account_unknown"),
        ({"second": "nobody"}, "account_unknown"),
        ({"reason": " "}, "reset_reason_missing"),
        ({"passwords": ("wrong", PASSWORD)}, "password_wrong"),
        ({"passwords": (PASSWORD, "wrong")}, "password_wrong"),
    ],
)
def test_anybody_else_takes_nothing_away(said, code, person, reset):
    person.enrol_app()
    assert reset(**said) == code
    assert person.factors.of(person.actor).app


def test_an_administrator_who_needs_a_second_factor_resets_nothing_without(person, reset):
    person.enrol_app()
    person.demonstration = False
    confirmers = Confirmer("qian", Proof(PASSWORD)), Confirmer("sun", Proof(PASSWORD))
    with pytest.raises(LicenceQRError, match="second_factor_not_enrolled"):
        FactorReset(person.factors.confirming).reset("zhao", *confirmers, "身份证核对", CONSOLE, person.now)
    assert person.factors.of(person.actor).app
