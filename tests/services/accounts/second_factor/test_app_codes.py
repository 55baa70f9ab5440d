"""Authenticator apps and recovery codes: what is accepted, and that each is accepted once."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from licence_qr.domain.accounts.act_content import ActContent
from licence_qr.domain.register.events import EventKind
from licence_qr.errors import AccessError, ConflictError, LicenceQRError
from licence_qr.services.accounts.second_factor import limits, totp
from licence_qr.services.accounts.second_factor.sealing import Sealing
from licence_qr.store.accounts import factors

STEP = timedelta(seconds=30)
ACT = ActContent("suspend", "permit/1", "停用消毒设施", 7)
SECRETS = st.binary(min_size=20, max_size=20)
INSTANTS = st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))


def refusal(do, *args):
    with pytest.raises(LicenceQRError) as error:
        do(*args)
    return error.value.code


@pytest.mark.parametrize(
    ("seconds", "code"), [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")]
)
def test_codes_are_those_of_the_standard(seconds, code):
    """RFC 6238, appendix B: the last six of the eight digits."""
    at = datetime.fromtimestamp(seconds, UTC)
    assert totp.step_of(b"12345678901234567890", code, at, 0) == seconds // 30


@pytest.mark.parametrize(
    "typed", ["123456", "123 456", " 123456\n", "12\u00a034\u300056", "１２３４５６", "１２３　４５６"]
)
def test_a_code_counts_as_apps_show_it_and_as_keyboards_type_it(typed):
    assert totp.digits(typed) == "123456"


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "12345a", "١٢٣٤٥٦", "123.456"])
def test_what_is_no_code_is_none(typed):
    assert totp.digits(typed) is None


@given(SECRETS, INSTANTS, st.integers(-3, 3))
def test_one_step_on_each_side_is_accepted_and_no_more(secret, at, off):
    generator = pyotp.TOTP(totp.base32(secret))
    code = generator.at(at + off * STEP)
    found, now = totp.step_of(secret, code, at, 0), int(at.timestamp()) // 30
    assert found is not None or abs(off) > 1
    # By chance two steps have the same code.
    assert found is None or (abs(found - now) <= 1 and generator.generate_otp(found) == code)


@given(SECRETS, INSTANTS)
def test_a_used_step_is_refused(secret, at):
    code = pyotp.TOTP(totp.base32(secret)).at(at)
    step = totp.step_of(secret, code, at, 0)
    again = totp.step_of(secret, code, at, step)
    assert again is None or again > step


@given(SECRETS, st.integers(1, 2**31), st.integers(1, 2**31))
def test_a_sealed_secret_opens_for_its_account_and_installation_alone(secret, user_id, other):
    sealed = Sealing(b"one").seal(user_id, secret)
    assert secret not in sealed and Sealing(b"one").open(user_id, sealed) == secret
    for sealing, account in ((Sealing(b"two"), user_id), (Sealing(b"one"), user_id + other)):
        assert refusal(sealing.open, account, sealed) == "second_factor_unreadable"


def test_an_app_proves_something_only_after_its_first_code(person):
    shown = person.factors.begin_app(person.actor, person.proof(), "192.0.2.7", person.now)
    assert not person.factors.of(person.actor).any
    assert person.factors.begun_app(person.actor) == shown
    app = pyotp.TOTP(shown.base32)
    wrong = f"{(int(app.at(person.now)) + 1) % 10**6:06d}"
    assert refusal(person.factors.confirm_app, person.actor, wrong, person.now + 9 * STEP) == "second_factor_wrong"
    codes = person.factors.confirm_app(person.actor, app.at(person.now), person.now)
    assert len(set(codes)) == 10 and person.factors.of(person.actor).app
    assert person.factors.begun_app(person.actor) is None
    assert "secret=" + shown.base32 in shown.address and "issuer=" in shown.address


def test_another_session_neither_sees_nor_confirms_a_secret(person):
    shown, elsewhere = (
        person.factors.begin_app(person.actor, person.proof(), "192.0.2.7", person.now),
        person.in_another_session().actor,
    )
    assert person.factors.begun_app(elsewhere) is None
    code = pyotp.TOTP(shown.base32).at(person.now)
    assert refusal(person.factors.confirm_app, elsewhere, code, person.now) == "second_factor_wrong"
    person.factors.confirm_app(person.actor, code, person.now)


@pytest.mark.parametrize("first", ["app", "passkey"])
def test_the_first_factor_ends_all_other_sessions_and_a_further_one_none(person, first):
    tokens = [person.people.sign_in("zhao", "a good long password", "192.0.2.7", person.now) for _ in range(2)]
    _, codes = person.enrol_app() if first == "app" else ("", person.enrol_passkey())
    held = [person.people.sessions.holder(token, person.now) for token in tokens]
    assert held == [None, None]
    own = {view.session_id for view in person.people.sessions.of(person.actor, person.now)}
    assert own == {person.actor.via.session}
    token = person.people.sign_in("zhao", "a good long password", "192.0.2.7", person.now)
    proof = person.proof(codes[0])
    _ = person.enrol_passkey(proof) if first == "app" else person.enrol_app(proof)
    assert person.people.sessions.holder(token, person.now) is not None


def test_the_secret_is_not_in_the_register(person):
    shown = person.factors.begin_app(person.actor, person.proof(), "192.0.2.7", person.now)
    register = b"".join(
        path.read_bytes() for path in person.services.settings.register_path.parent.glob("register*") if path.is_file()
    )
    assert len(register) > 1000
    assert shown.base32.encode() not in register and pyotp.TOTP(shown.base32).byte_secret() not in register


def test_password_and_code_confirm_an_act_once(person):
    app, _ = person.enrol_app()
    later = person.now + 2 * STEP
    assert refusal(person.confirm, person.proof(), ACT, later) == "second_factor_wrong"
    person.confirm(person.proof(app.at(later)), ACT, later)
    assert refusal(person.confirm, person.proof(app.at(later)), ACT, later) == "second_factor_wrong"
    # The step before has not been used, but a later one has.
    assert refusal(person.confirm, person.proof(app.at(later - STEP)), ACT, later) == "second_factor_wrong"
    person.confirm(person.proof(app.at(later + STEP)), ACT, later)


def test_of_many_at_once_one_is_accepted(person):
    app, codes = person.enrol_app()
    later = person.now + 5 * STEP
    for code in (app.at(later), codes[0]):
        with ThreadPoolExecutor(4) as pool:
            said = Counter(pool.map(lambda _, code=code: tried(person, code, later), range(4)))
        assert said == {"": 1, "second_factor_wrong": 3}


def tried(person, code, now):
    try:
        person.confirm(person.proof(code), ACT, now)
    except AccessError as refused:
        return refused.code
    return ""


def test_a_wrong_password_uses_no_code_up(person):
    app, _ = person.enrol_app()
    later = person.now + 2 * STEP
    wrong = type(person.proof())("not the password", app.at(later))
    assert refusal(person.confirm, wrong, ACT, later) == "password_wrong"
    person.confirm(person.proof(app.at(later)), ACT, later)


def test_recovery_codes_count_once_and_new_ones_end_the_old(person):
    app, codes = person.enrol_app()
    person.confirm(person.proof(codes[3].lower()), ACT)
    assert refusal(person.confirm, person.proof(codes[3]), ACT) == "second_factor_wrong"
    assert person.factors.of(person.actor).codes_left == 9
    new = person.factors.renew_codes(person.actor, person.proof(codes[4]), "192.0.2.7", person.now)
    assert not set(new) & set(codes) and person.factors.of(person.actor).codes_left == 10
    assert refusal(person.confirm, person.proof(codes[5]), ACT) == "second_factor_wrong"
    person.confirm(person.proof(new[5]), ACT)


def test_tries_are_counted_and_end_refused(person):
    app, codes = person.enrol_app()
    later = person.now + 5 * STEP
    said = [refusal(person.confirm, person.proof("ABCD"), ACT, later) for _ in range(limits.CONFIRMING.most + 2)]
    assert said == ["second_factor_wrong"] * limits.CONFIRMING.most + ["second_factor_throttled"] * 2
    assert refusal(person.confirm, person.proof(app.at(later)), ACT, later) == "second_factor_throttled"
    assert refusal(person.confirm, person.proof(codes[0]), ACT, later) == "second_factor_throttled"
    much_later = later + timedelta(hours=1)
    person.confirm(person.proof(app.at(much_later)), ACT, much_later)


def test_who_needs_one_acts_only_with_one(person):
    person.demonstration = False
    assert refusal(person.confirm, person.proof(), ACT) == "second_factor_not_enrolled"
    _, codes = person.enrol_app()
    assert refusal(person.confirm, person.proof(), ACT) == "second_factor_wrong"
    person.confirm(person.proof(codes[0]), ACT)
    refused = refusal(person.factors.remove, person.actor, "totp", person.proof(codes[1]), "192.0.2.7", person.now)
    assert refused == "second_factor_last"


def test_in_a_demonstration_the_password_is_enough_until_one_is_enrolled(person):
    person.confirm(person.proof(), ACT)
    _, codes = person.enrol_app()
    assert refusal(person.confirm, person.proof(), ACT) == "second_factor_wrong"
    person.factors.remove(person.actor, "totp", person.proof(codes[0]), "192.0.2.7", person.now)
    assert person.factors.of(person.actor).codes_left == 0
    person.confirm(person.proof(), ACT)


def test_a_second_app_and_a_removal_need_the_first(person):
    _, codes = person.enrol_app()
    begun = person.factors.begin_app
    with pytest.raises(ConflictError, match="second_factor_enrolled"):
        begun(person.actor, person.proof(codes[0]), "192.0.2.7", person.now)
    removing = person.factors.remove
    assert refusal(removing, person.actor, "totp", person.proof(), "192.0.2.7", person.now) == "second_factor_wrong"
    for unknown in ("passkey/1", "passkey/²", "", "recovery-code", "passkey/99999999999999999999"):
        refused = refusal(removing, person.actor, unknown, person.proof(codes[0]), "192.0.2.7", person.now)
        assert refused == "second_factor_unknown"


def test_what_happened_is_recorded_and_no_secret_with_it(person):
    app, codes = person.enrol_app()
    refusal(person.confirm, person.proof("000000"), ACT, person.now + 9 * STEP)
    person.confirm(person.proof(codes[0]), ACT)
    with person.services.database.read() as tx:
        subject = f"account/{person.actor.user_id}"
        rows = tx.all("SELECT * FROM history WHERE subject = ? ORDER BY seq", (subject,))[-2:]
        rows += tx.all("SELECT * FROM traces WHERE subject = ? ORDER BY seq", (subject,))[-2:]
        stored = factors.totp(tx, person.actor.user_id)
    assert [row["event"] for row in rows] == [
        EventKind.FACTOR_ENROLLED,
        EventKind.RECOVERY_CODES_MADE,
        EventKind.FACTOR_REFUSED,
        EventKind.FACTOR_USED,
    ]
    everything = " ".join(str(tuple(row)) for row in rows) + repr((stored, person.proof(codes[0]), person.factors))
    assert not [text for text in (app.secret, *codes, "a good long password") if text in everything]
    assert all(row["session"] == person.actor.via.session and row["network"] for row in rows)
