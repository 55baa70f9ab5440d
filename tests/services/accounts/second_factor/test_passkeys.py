"""Passkeys: both ceremonies with an authenticator in memory, and everything that must be refused."""

from __future__ import annotations

import json
import string
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from soft_passkey import PRESENT, VERIFIED, SoftPasskey

from licence_qr.domain.accounts.act_content import ActContent
from licence_qr.domain.accounts.second_factor import RelyingParty
from licence_qr.domain.roles import Actor
from licence_qr.errors import LicenceQRError
from licence_qr.services.accounts.second_factor import ceremonies, limits
from licence_qr.store.accounts.passkeys import Passkey

ACT = ActContent("suspend", "permit/1", "停用消毒设施", 7, (("verdict", "approve"), ("reason", "同意")))
PARTY = RelyingParty("localhost", "http://localhost:8000")
ceremonies.load()  # so that no example is slow because it is the first
ACTOR = Actor(1, "zhao", "赵", "baishiyi", frozenset())
BASE64 = string.ascii_letters + string.digits + "-_"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def refusal(do, *args):
    with pytest.raises(LicenceQRError) as error:
        do(*args)
    return error.value.code


def challenge(person, content=ACT, now=None):
    return person.factors.confirming.challenge(person.actor, content.shown, content.typed, now or person.now)


def test_a_passkey_confirms_an_act(person):
    codes = person.enrol_passkey()
    assert len(codes) == 10
    options = challenge(person)
    asked = json.loads(options)
    assert (asked["rpId"], asked["userVerification"]) == ("localhost", "required")
    assert len(asked["challenge"]) == 43  # 32 bytes
    person.confirm(person.proof(passkey=person.passkey.get(options)), ACT)
    [used] = person.factors.of(person.actor).passkeys
    assert (used.name, used.last_used_at, used.sign_count) == ("办公室电脑", person.now, 1)


def test_an_answer_counts_once(person):
    person.enrol_passkey()
    answer = person.passkey.get(challenge(person))
    person.confirm(person.proof(passkey=answer), ACT)
    assert refusal(person.confirm, person.proof(passkey=answer), ACT) == "second_factor_wrong"


def test_an_answer_counts_for_its_act_alone(person):
    person.enrol_passkey()
    for other in (
        replace(ACT, act="revoke"),
        replace(ACT, subject="permit/2"),
        replace(ACT, reason="别的"),
        replace(ACT, revision=8),
        replace(ACT, typed=(("verdict", "refuse"), ("reason", "同意"))),
        replace(ACT, typed=(("verdict", "approve"), ("reason", "别的"))),
        replace(ACT, typed=()),
    ):
        answer = person.passkey.get(challenge(person))
        assert refusal(person.confirm, person.proof(passkey=answer), other) == "second_factor_wrong"
        person.confirm(person.proof(passkey=answer), ACT)


def test_line_ends_and_white_space_of_what_is_typed_make_no_difference(person):
    person.enrol_passkey()
    sent, asked = (replace(ACT, typed=(("reason", each),)) for each in ("已核对\r\n同意", " 已核对\n同意 "))
    person.confirm(person.proof(passkey=person.passkey.get(challenge(person, asked))), sent)


def test_an_answer_counts_in_its_session_alone(person):
    person.enrol_passkey()
    answer, elsewhere = person.passkey.get(challenge(person)), person.in_another_session()
    assert refusal(elsewhere.confirm, person.proof(passkey=answer), ACT) == "second_factor_wrong"
    person.confirm(person.proof(passkey=answer), ACT)


def test_an_answer_counts_for_five_minutes(person):
    person.enrol_passkey()
    late = person.now + timedelta(minutes=5)
    answer = person.passkey.get(challenge(person))
    assert refusal(person.confirm, person.proof(passkey=answer), ACT, late) == "second_factor_wrong"
    answer = person.passkey.get(challenge(person))
    person.confirm(person.proof(passkey=answer), ACT, late - timedelta(seconds=1))


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "http://localhost:8001"},
        {"origin": "https://localhost:8000"},
        {"rp_id": "example.org"},
        {"flags": PRESENT},
        {"flags": VERIFIED},
    ],
)
def test_another_website_and_an_unverified_person_are_refused(wrong, person):
    person.enrol_passkey()
    right = person.passkey
    forged = person.proof(passkey=replace(right, **wrong).get(challenge(person)))
    assert refusal(person.confirm, forged, ACT) == "second_factor_wrong"
    person.passkey = SoftPasskey(**{"rp_id": PARTY.id, "origin": PARTY.origin} | wrong)
    proof = person.proof(passkey=right.get(enrolling_challenge(person)))
    assert refusal(person.enrol_passkey, proof) == "passkey_refused"


def enrolling_challenge(person):
    content = ActContent("add a second factor", "passkey")
    return person.factors.confirming.challenge(person.actor, content.shown, content.typed, person.now)


def test_a_counter_that_does_not_rise_is_refused(person):
    person.enrol_passkey()
    copy = replace(person.passkey)
    person.confirm(person.proof(passkey=person.passkey.get(challenge(person))), ACT)
    assert refusal(person.confirm, person.proof(passkey=copy.get(challenge(person))), ACT) == "second_factor_wrong"


def test_a_passkey_without_a_counter_is_accepted_each_time(person):
    """Those that are kept on several devices have none: it is 0 for ever (WebAuthn Level 3, section 6.1.1)."""
    person.enrol_passkey()
    for _ in range(3):
        person.passkey.count = -1
        person.confirm(person.proof(passkey=person.passkey.get(challenge(person))), ACT)
    [kept] = person.factors.of(person.actor).passkeys
    assert kept.sign_count == 0


def test_another_key_under_the_same_name_is_refused(person):
    person.enrol_passkey()
    other = SoftPasskey(PARTY.id, PARTY.origin, credential_id=person.passkey.credential_id)
    assert refusal(person.confirm, person.proof(passkey=other.get(challenge(person))), ACT) == "second_factor_wrong"


def test_a_passkey_belongs_to_one_account(person):
    person.enrol_passkey()
    proof = person.proof(passkey=person.passkey.get(enrolling_challenge(person)))
    assert refusal(person.enrol_passkey, proof) == "passkey_refused"


def test_several_passkeys_have_names_and_are_removed_one_by_one(person):
    codes = person.enrol_passkey(name="办公室电脑")
    person.passkey = SoftPasskey(PARTY.id, PARTY.origin)
    assert person.enrol_passkey(person.proof(codes[0]), name="手机") == ()
    first, second = person.factors.of(person.actor).passkeys
    assert (first.name, second.name) == ("办公室电脑", "手机")
    person.factors.remove(person.actor, f"passkey/{first.passkey_id}", person.proof(codes[1]), "192.0.2.7", person.now)
    assert person.factors.of(person.actor).passkeys == (second,)
    assert refusal(person.enrol_passkey, person.proof(codes[2]), " ") == "passkey_name_missing"
    assert refusal(person.enrol_passkey, person.proof(codes[3]), "长" * 41) == "text_too_long"


def test_without_a_domain_there_are_no_passkeys(person):
    person.enrol_passkey()
    nowhere = replace(person.factors.checks, party=None)
    assert refusal(nowhere.challenge, person.actor, "sign-in", person.now) == "passkeys_not_here"
    assert not nowhere.has_factor(person.actor)
    factors = replace(person.factors, checks=nowhere)
    assert refusal(factors.begin_passkey, person.actor, person.proof(), "192.0.2.7", person.now) == "passkeys_not_here"


def test_a_passkey_is_made_only_after_password_and_factor(person):
    codes = person.enrol_passkey()
    person.passkey = SoftPasskey(PARTY.id, PARTY.origin)
    answer = person.passkey.create(json.dumps({"challenge": "c" * 43}))
    assert refusal(person.factors.add_passkey, person.actor, answer, "手机", person.now) == "passkey_refused"
    assert refusal(person.enrol_passkey, person.proof()) == "second_factor_wrong"
    options = person.factors.begin_passkey(person.actor, person.proof(codes[0]), "192.0.2.7", person.now)
    elsewhere, answer = person.in_another_session(), person.passkey.create(options)
    assert refusal(person.factors.add_passkey, elsewhere.actor, answer, "手机", person.now) == "passkey_refused"
    person.factors.add_passkey(person.actor, answer, "手机", person.now)
    assert refusal(person.factors.add_passkey, person.actor, answer, "手机", person.now) == "passkey_refused"


@given(st.text() | JSON.map(json.dumps))
def test_whatever_a_browser_may_send_is_refused_quietly(answer):
    assert ceremonies.registered(PARTY, answer, b"c" * 32) is None
    assert ceremonies.authenticated(PARTY, answer, b"c" * 32, ()) is None


@given(st.data())
def test_no_changed_answer_is_accepted(data):
    """One byte of what is signed, or of the signature, is another."""
    passkey = SoftPasskey(PARTY.id, PARTY.origin)
    challenge = data.draw(st.binary(min_size=32, max_size=32))
    asked = ceremonies.creation_options(PARTY, "test", ACTOR, b"h" * 32, challenge, ())
    made = ceremonies.registered(PARTY, passkey.create(asked), challenge)
    assert made is not None
    known = Passkey(
        credential_id=made.credential_id,
        public_key=made.public_key,
        sign_count=0,
        name="",
        created_at=datetime.now(UTC),
    )
    options = ceremonies.request_options(PARTY, challenge, (known,))
    answer = json.loads(passkey.get(options))
    assert ceremonies.authenticated(PARTY, json.dumps(answer), challenge, (known,))
    part = data.draw(st.sampled_from(sorted(answer["response"])))
    text = answer["response"][part]
    at = data.draw(st.integers(0, 999)) % (len(text) - 1)  # the last character may hold bits that count for nothing
    letter = BASE64[(BASE64.index(text[at]) + data.draw(st.integers(1, 63))) % 64]
    answer["response"][part] = text[:at] + letter + text[at + 1 :]
    assert ceremonies.authenticated(PARTY, json.dumps(answer), challenge, (known,)) is None


def test_tries_with_a_passkey_are_counted_like_others(person):
    person.enrol_passkey()
    said = [refusal(person.confirm, person.proof(passkey="{}"), ACT) for _ in range(limits.CONFIRMING.most + 1)]
    assert said == ["second_factor_wrong"] * limits.CONFIRMING.most + ["second_factor_throttled"]
