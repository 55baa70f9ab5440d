"""Keys in the course of their lives: made ahead, rotated, retired, lost to somebody else; each with codes on doors."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from licence_qr.credential.claims import decode_claims, encode_claims
from licence_qr.credential.cose import SoftKey, sign, split
from licence_qr.credential.token import to_digits
from licence_qr.credential.trust_list import KeyPurpose, KeyState
from licence_qr.credential.trust_list_wire import verify_trust_list
from licence_qr.domain.dates import local_date
from licence_qr.errors import InputError, KeyStoreError, RegisterError, TokenError
from licence_qr.key_services import build_ceremony, build_verification
from licence_qr.services.keys.trust_list_editions import OVERLAP_DAYS
from licence_qr.store.keys import key_files

DAY = timedelta(days=1)


@pytest.fixture
def ceremony(services):
    return build_ceremony(services.settings)


@pytest.fixture
def issue(services, make_application, clerk, now):
    """Issues the pair of the ``serial``-th hotel and gives what its symbol says."""

    def issue_one(serial, at=now):
        pair = services.issuance.issue(make_application(serial, at=at), clerk, f"key-{serial}", at)
        return to_digits(pair.code.token), pair

    return issue_one


def licence_key(services):
    return next(key for key in services.keys.trust_list().keys if key.purpose is KeyPurpose.LICENCE)


def refusal(action, *arguments, **named):
    with pytest.raises((TokenError, KeyStoreError, InputError)) as refused:
        action(*arguments, **named)
    return refused.value.code


def test_a_key_made_ahead_signs_from_its_first_day(services, ceremony, now):
    first = licence_key(services)
    made = ceremony.new(KeyPurpose.LICENCE, local_date(now) + 30 * DAY, now)
    assert services.keys.signing_key(now + 29 * DAY).kid == first.kid
    assert services.keys.signing_key(now + 30 * DAY).kid == made.kid
    assert refusal(ceremony.new, KeyPurpose.LICENCE, local_date(now) - DAY, now) == "key_first_day_past"


def test_a_key_for_the_log_does_no_other_work(services, ceremony, now):
    made = ceremony.new(KeyPurpose.LOG, None, now)
    assert services.keys.signing_key_for(KeyPurpose.LOG, now).kid == made.kid
    assert services.keys.signing_key(now).kid != made.kid


def test_after_a_rotation_the_new_key_signs_and_codes_of_the_old_one_stay_good(services, ceremony, issue, now):
    old_code, _ = issue(1)
    old = licence_key(services)
    rotation = ceremony.rotate(KeyPurpose.LICENCE, OVERLAP_DAYS, now)
    assert rotation.changed and [key.kid for key in rotation.former] == [old.kid]
    new_code, pair = issue(2)
    assert split(pair.code.token).kid == rotation.new.kid != old.kid
    for later in (now, now + 8 * DAY, now + 1000 * DAY):
        assert services.lookup.scan(old_code, later) and services.lookup.scan(new_code, later)


def test_the_relieved_key_signs_until_the_overlap_ends(services, ceremony, now):
    old = licence_key(services)
    rotation = ceremony.rotate(KeyPurpose.LICENCE, OVERLAP_DAYS, now)
    (services.settings.keys / f"licence-{rotation.new.kid.hex()}.pem").unlink()  # a server it has not reached yet
    assert services.keys.signing_key(now + OVERLAP_DAYS * DAY).kid == old.kid
    assert refusal(services.keys.signing_key, now + (OVERLAP_DAYS + 1) * DAY) == "no_signing_key"


def test_a_rotation_said_twice_on_a_day_is_one(services, ceremony, now):
    first = ceremony.rotate(KeyPurpose.LICENCE, OVERLAP_DAYS, now)
    again = ceremony.rotate(KeyPurpose.LICENCE, OVERLAP_DAYS, now)
    assert (again.changed, again.new.kid) == (False, first.new.kid)
    assert services.keys.trust_list().sequence == 2
    assert ceremony.rotate(KeyPurpose.LICENCE, OVERLAP_DAYS, now + DAY).changed


def test_rotating_one_purpose_leaves_the_others_alone(services, ceremony, now):
    before = services.keys.trust_list().key(
        services.keys.signing_key_for(KeyPurpose.STATUS, now).kid, KeyPurpose.STATUS
    )
    ceremony.rotate(KeyPurpose.LICENCE, OVERLAP_DAYS, now)
    assert services.keys.trust_list().key(before.kid, KeyPurpose.STATUS) == before


def test_a_retired_key_verifies_what_it_signed_and_signs_nothing(services, ceremony, issue, now):
    code, _ = issue(1)
    old = licence_key(services)
    assert ceremony.is_last_signer(old, now)
    assert ceremony.retire(old, now)
    assert refusal(services.keys.signing_key, now) == "no_signing_key"
    assert services.lookup.scan(code, now + 30 * DAY)
    assert not ceremony.retire(ceremony.find(old.kid.hex()), now)
    assert services.keys.trust_list().sequence == 2


def forged(services, pair, key, **changes):
    """What somebody with the stolen key can make of a genuine code."""
    passphrase = key_files.read_passphrase(services.settings.passphrase_file)
    private = key_files.read_private_key(services.settings.keys, key_files.key_name("licence", key.kid), passphrase)
    claims = decode_claims(split(pair.code.token).payload)._replace(**changes)
    return to_digits(sign(encode_claims(claims), SoftKey(key.kid, private)))


def test_a_code_dated_after_retirement_is_refused_though_the_key_signed_it(services, ceremony, issue, now):
    _, pair = issue(1)
    key = licence_key(services)
    ceremony.retire(key, now)
    late = forged(services, pair, key, issued_on=local_date(now) + DAY)
    assert refusal(services.lookup.scan, late, now + 2 * DAY) == "key_too_late"


@pytest.fixture
def stolen(services, ceremony, issue, now):
    """A key that was stolen on the second day: its key, a code from before, one from after, and one that was forged."""
    before, pair = issue(1)
    after, _ = issue(2, now + 2 * DAY)
    key = licence_key(services)
    forgery = forged(services, pair, key, name="另一名称", version=7)
    assert ceremony.compromise(key, now + DAY, now + 3 * DAY)
    return key, pair, before, after, forgery


def test_online_the_register_excepts_what_it_held_before_the_compromise(services, stolen, now):
    _, pair, before, after, forgery = stolen
    assert services.lookup.scan(before, now + 3 * DAY).licence.name == "测试1号宾馆有限公司"
    assert services.lookup.by_number(pair.code.code_id.number, "10.0.0.1", now + 3 * DAY)
    assert refusal(services.lookup.scan, after, now + 3 * DAY) == "key_compromised"
    assert refusal(services.lookup.scan, forgery, now + 3 * DAY) == "key_compromised"


def test_offline_the_allow_list_excepts_the_same(services, stolen, now):
    _, _, before, after, forgery = stolen
    verification = build_verification(services.settings)
    assert verification.of_text(before, now + 3 * DAY).name == "测试1号宾馆有限公司"
    assert refusal(verification.of_text, after, now + 3 * DAY) == "key_compromised"
    assert refusal(verification.of_text, forgery, now + 3 * DAY) == "key_compromised"


class GoneRegister:
    """A register that has gone out of reach."""

    def read(self):
        raise RegisterError("register_unreachable", path="register.db")


def test_without_its_register_the_service_goes_by_the_allow_list_too(services, stolen, now):
    _, _, before, after, forgery = stolen
    later, error = now + 3 * DAY, RegisterError("register_locked", path="register.db")
    gone = replace(services.lookup, database=GoneRegister())
    for told in (
        lambda code: services.lookup.scan_without_register(code, later, error),
        lambda code: gone.scan(code, later),
    ):
        with pytest.raises(RegisterError) as out_of_reach:
            told(before)
        assert out_of_reach.value.facts["genuine"] is True
        assert refusal(told, after) == "key_compromised"
        assert refusal(told, forgery) == "key_compromised"


def test_a_damaged_allow_list_stops_no_other_code_when_the_register_is_gone(services, ceremony, issue, stolen, now):
    _, _, before, *_ = stolen
    ceremony.new(KeyPurpose.LICENCE, None, now + 3 * DAY)
    fresh, _ = issue(3, now + 3 * DAY)
    path = services.settings.keys / "allow-list.cbor"
    path.write_bytes(path.read_bytes()[:-1])
    ceremony.retire(ceremony.keys.trust_list().keys[1], now + 3 * DAY)  # another edition: everything is read anew
    gone = replace(services.lookup, database=GoneRegister())
    with pytest.raises(RegisterError):
        gone.scan(fresh, now + 3 * DAY)
    assert refusal(gone.scan, before, now + 3 * DAY) == "allow_list_not_canonical"


class RandomNonces(SoftKey):
    """Signs the same message otherwise each time, as most programs do."""

    def sign(self, message):
        r, s = decode_dss_signature(self.private_key.sign(message, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def test_the_same_claims_signed_again_by_the_thief_are_refused(services, stolen, now):
    key, pair, *_ = stolen
    passphrase = key_files.read_passphrase(services.settings.passphrase_file)
    private = key_files.read_private_key(services.settings.keys, key_files.key_name("licence", key.kid), passphrase)
    twin = to_digits(sign(split(pair.code.token).payload, RandomNonces(key.kid, private)))
    assert refusal(services.lookup.scan, twin, now + 3 * DAY) == "key_compromised"
    assert refusal(build_verification(services.settings).of_text, twin, now + 3 * DAY) == "key_compromised"


def test_a_damaged_allow_list_stops_nothing_but_the_codes_it_is_about(services, ceremony, issue, stolen, now):
    _, _, before, *_ = stolen
    ceremony.new(KeyPurpose.LICENCE, None, now + 3 * DAY)
    fresh, _ = issue(3, now + 3 * DAY)
    path = services.settings.keys / "allow-list.cbor"
    path.write_bytes(path.read_bytes()[:-1])
    ceremony.retire(ceremony.keys.trust_list().keys[1], now + 3 * DAY)  # another edition: everything is read anew
    for told in (services.lookup.scan, build_verification(services.settings).of_text):
        assert told(fresh, now + 3 * DAY)
        assert refusal(told, before, now + 3 * DAY) == "allow_list_not_canonical"


def test_without_an_allow_list_nothing_of_a_compromised_key_is_believed(services, stolen, now):
    (services.settings.keys / "allow-list.cbor").unlink()
    for code in stolen[2:]:
        assert refusal(services.lookup.scan, code, now + 3 * DAY) == "key_compromised"


def test_a_lost_allow_list_is_made_again_by_the_same_command(services, ceremony, stolen, now):
    key, _, before, after, _ = stolen
    (services.settings.keys / "allow-list.cbor").unlink()
    assert ceremony.compromise(ceremony.find(key.kid.hex()), now + DAY, now + 3 * DAY)
    assert services.lookup.scan(before, now + 3 * DAY)
    assert refusal(services.lookup.scan, after, now + 3 * DAY) == "key_compromised"


def test_a_compromised_key_signs_nothing_and_cannot_be_retired(services, ceremony, stolen, now):
    key = ceremony.find(stolen[0].kid.hex())
    assert refusal(services.keys.signing_key, now + 3 * DAY) == "no_signing_key"
    assert refusal(ceremony.retire, key, now + 3 * DAY) == "key_stays_compromised"


def test_a_compromise_can_be_dated_earlier_and_never_later(services, ceremony, stolen, now):
    key, _, before, *_ = stolen
    compromised, later = ceremony.find(key.kid.hex()), now + 4 * DAY
    edition = services.keys.trust_list().sequence
    assert not ceremony.compromise(compromised, now + DAY, later)
    assert services.keys.trust_list().sequence == edition
    assert refusal(ceremony.compromise, compromised, now + 2 * DAY, later) == "compromise_later"
    assert refusal(ceremony.compromise, compromised, later + DAY, later) == "compromise_in_future"
    assert ceremony.compromise(compromised, now - DAY, later)
    assert refusal(services.lookup.scan, before, later) == "key_compromised"


def test_a_second_compromised_key_leaves_the_first_ones_codes_good(services, ceremony, issue, stolen, now):
    _, _, before, *_ = stolen
    second = ceremony.new(KeyPurpose.LICENCE, None, now + 3 * DAY)
    other, _ = issue(3, now + 3 * DAY)
    assert ceremony.compromise(second, now + 4 * DAY, now + 5 * DAY)
    assert services.lookup.scan(before, now + 5 * DAY) and services.lookup.scan(other, now + 5 * DAY)
    assert services.keys.allow_list().sequence == services.keys.trust_list().sequence


def test_a_compromised_status_key_needs_no_allow_list(services, ceremony, now):
    key = ceremony.find(services.keys.signing_key_for(KeyPurpose.STATUS, now).kid.hex())
    assert ceremony.compromise(key, now, now)
    assert not ceremony.compromise(ceremony.find(key.kid.hex()), now, now)
    assert services.keys.allow_list() is None
    assert services.keys.trust_list().key(key.kid, KeyPurpose.STATUS).state is KeyState.COMPROMISED


# -- the root ----------------------------------------------------------------------------------------------------------


def test_the_root_can_lie_on_a_medium_of_its_own(services, tmp_path, now):
    medium = tmp_path / "medium"
    medium.mkdir()
    shutil.move(services.settings.keys / "root.pem", medium / "root.pem")
    before = {path.name: path.read_bytes() for path in services.settings.keys.iterdir()}
    without = build_ceremony(services.settings)
    key = licence_key(services)
    for change in (
        lambda: without.new(KeyPurpose.LICENCE, None, now),
        lambda: without.rotate(KeyPurpose.LICENCE, 7, now),
        lambda: without.retire(key, now),
        lambda: without.compromise(key, now, now),
    ):
        assert refusal(change) == "root_key_away"
    assert {path.name: path.read_bytes() for path in services.settings.keys.iterdir()} == before
    made = build_ceremony(services.settings, medium).new(KeyPurpose.LICENCE, None, now)
    assert services.keys.signing_key(now).kid == made.kid
    assert not (services.settings.keys / "root.pem").exists()


def test_the_root_of_another_installation_changes_nothing(services, make_services, tmp_path, now):
    other = make_services(tmp_path / "elsewhere")
    shutil.copy(other.settings.passphrase_file, services.settings.passphrase_file)
    ceremony = build_ceremony(services.settings, other.settings.keys)
    assert refusal(ceremony.new, KeyPurpose.LICENCE, None, now) == "root_key_other"
    assert services.keys.trust_list().sequence == 1


def test_what_is_exported_is_enough_to_verify_and_holds_nothing_private(services, ceremony, stolen, tmp_path, now):
    target = tmp_path / "for-others"
    written = ceremony.export(target, now)
    assert {path.name for path in written} == {"trust-list.cbor", "root.pub.pem", "allow-list.cbor"}
    assert {path.name for path in target.iterdir()} == {path.name for path in written}
    assert not any(b"PRIVATE" in path.read_bytes() for path in written)
    root = key_files.read_root_public_key(target)
    assert verify_trust_list((target / "trust-list.cbor").read_bytes(), root) == services.keys.trust_list()
    assert ceremony.export(target, now) == written
