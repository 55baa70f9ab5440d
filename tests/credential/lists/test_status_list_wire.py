"""The bytes of a status list: what the draft prescribes, and nothing else, from the right key and of the right time."""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import cbor2
import pytest
from made_up_codes import HOST, NOW, fixed_key, token, trust_list, trusted

from licence_qr.credential.cose import CODE_AAD, sign_body
from licence_qr.credential.status_list import CLOCK_TOLERANCE, StatusList
from licence_qr.credential.status_list_wire import MAX_ENTRY_BYTES, sign_status_list, verify_status_list
from licence_qr.credential.trust_list import KeyPurpose, KeyState, TrustedKey, TrustList
from licence_qr.credential.verifier import verify_token
from licence_qr.errors import TokenError

KEY = fixed_key(b"\x00\x09", 0x57A7)
SECOND = timedelta(seconds=1)
TTL, LIFE = timedelta(hours=4), timedelta(hours=72)
ENTRIES = bytes.fromhex("c944f9")
LIST = StatusList(f"https://{HOST}/status-list", NOW, NOW + LIFE, TTL, ENTRIES)
SIGNED = sign_status_list(LIST, KEY)
PROTECTED_LENGTH = 38


def keys(**changes: object) -> TrustList:
    return trust_list(trusted(KEY, **({"purpose": KeyPurpose.STATUS} | changes)), trusted(fixed_key()))


def packed_zeros(times: int) -> bytes:
    """``times`` as many zeros as an entry may have, one stream: packed once, and that written again."""
    packing = zlib.compressobj(9)
    first, again = (packing.compress(bytes(MAX_ENTRY_BYTES)) + packing.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    adler32 = times * MAX_ENTRY_BYTES % 65521 << 16 | 1
    return first + again * (times - 1) + b"\x03\x00" + adler32.to_bytes(4, "big")


def test_packed_zeros_are_one_whole_stream() -> None:
    assert zlib.decompress(packed_zeros(3)) == bytes(3 * MAX_ENTRY_BYTES)


def refused(
    signed: bytes, trust: TrustList | None = None, now: datetime = NOW, at_least: datetime | None = None
) -> TokenError:
    with pytest.raises(TokenError) as refusal:
        verify_status_list(signed, trust or keys(), now, at_least=at_least)
    return refusal.value


def signed_claims(payload: bytes) -> bytes:
    """Signed bytes of a payload of any sort, under the right header."""
    return sign_body(SIGNED[2 : 2 + PROTECTED_LENGTH], cbor2.dumps(payload), KEY, b"")


def test_what_was_signed_is_read_back() -> None:
    assert verify_status_list(SIGNED, keys(), NOW) == LIST
    assert verify_status_list(SIGNED, keys(), NOW, at_least=NOW) == LIST


def test_any_reader_of_cose_finds_what_the_draft_prescribes() -> None:
    tagged = cbor2.loads(SIGNED)
    protected, unprotected, payload, signature = tagged.value
    assert tagged.tag == 18
    assert cbor2.loads(protected) == {1: -7, 4: KEY.kid, 16: "application/statuslist+cwt"}
    assert unprotected == {}
    assert cbor2.loads(payload) == {
        2: "https://code.demo.example/status-list",
        4: int((NOW + LIFE).timestamp()),
        6: int(NOW.timestamp()),
        65533: {"bits": 2, "lst": zlib.compress(ENTRIES, 9)},
        65534: 4 * 3600,
    }
    assert len(signature) == 64


def test_the_type_is_written_as_in_the_drafts_example() -> None:
    # draft-ietf-oauth-status-list, section 5.2: the protected header is {1: -7, 16: type}; ours has the kid between.
    assert bytes.fromhex("10781a6170706c69636174696f6e2f7374617475736c6973742b637774") in SIGNED[:60]


@pytest.mark.parametrize("count", [0, 1, 60, 300, 70_000])
def test_lists_of_every_length_are_read(count: int) -> None:
    entries = random.Random(count).randbytes(count)
    signed = sign_status_list(StatusList(LIST.subject, NOW, NOW + LIFE, TTL, entries), KEY)
    assert verify_status_list(signed, keys(), NOW).entries == entries


def test_more_entries_than_a_reader_unpacks_are_not_signed() -> None:
    with pytest.raises(ValueError, match="8388608"):
        sign_status_list(StatusList(LIST.subject, NOW, NOW + LIFE, TTL, bytes(MAX_ENTRY_BYTES + 1)), KEY)


# --- the key ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "because"),
    [
        ({"kid": b"\x00\x08"}, "key_unknown"),
        ({"purpose": KeyPurpose.LICENCE}, "key_purpose"),
        ({"purpose": KeyPurpose.LOG}, "key_purpose"),
        ({"state": KeyState.COMPROMISED}, "key_compromised"),
        ({"not_before": date(2026, 11, 24)}, "key_too_early"),
        ({"sign_until": date(2026, 11, 22)}, "key_too_late"),
        ({"sign_until": date(2026, 11, 23), "verify_until": date(2026, 11, 23)}, ""),
        ({"public_key": fixed_key().private_key.public_key()}, "signature_mismatch"),
        ({"state": KeyState.RETIRED}, ""),
    ],
)
def test_only_a_key_for_status_lists_and_only_in_its_days(changes: dict[str, object], because: str) -> None:
    if not because:
        assert verify_status_list(SIGNED, keys(**changes), NOW) == LIST
        return
    refusal = refused(SIGNED, keys(**changes))
    assert (refusal.code, refusal.facts) == ("status_list_signature", {"because": because})


def test_a_key_past_its_last_day_of_verifying_is_refused() -> None:
    ended = keys(sign_until=date(2026, 11, 23), verify_until=date(2026, 11, 23))
    assert refused(SIGNED, ended, NOW + timedelta(days=1)).facts == {"because": "key_verify_ended"}


def test_neither_key_does_the_others_work() -> None:
    of_licences = sign_status_list(LIST, fixed_key())
    assert refused(of_licences).facts == {"because": "key_purpose"}
    with pytest.raises(TokenError) as refusal:
        verify_token(token(KEY), keys(), NOW)
    assert refusal.value.code == "key_purpose"


def test_the_same_bytes_signed_as_a_code_are_no_status_list() -> None:
    protected, body = SIGNED[2 : 2 + PROTECTED_LENGTH], SIGNED[3 + PROTECTED_LENGTH : -66]
    assert refused(sign_body(protected, body, KEY, CODE_AAD)).facts == {"because": "signature_mismatch"}


# --- the envelope ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("signed", "because"),
    [
        (b"", "envelope_truncated"),
        (SIGNED[:100], "envelope_truncated"),
        (SIGNED[1:], "envelope_header"),
        (SIGNED.replace(b"statuslist", b"statuslisp"), "envelope_header"),
        (SIGNED.replace(b"\x01\x26\x04", b"\x01\x27\x04"), "envelope_header"),
        (SIGNED[: 2 + PROTECTED_LENGTH] + b"\xa1" + SIGNED[3 + PROTECTED_LENGTH :], "envelope_header"),
        (SIGNED[:-66] + b"\x58\x41" + SIGNED[-64:], "envelope_signature"),
        (SIGNED + b"\x00", "envelope_signature"),
        (SIGNED[:41] + b"\x59\x00" + SIGNED[42:], "envelope_payload"),
        (SIGNED[:41] + SIGNED[42:], "envelope_payload"),
        (SIGNED[:-32] + bytes(32), "signature_range"),
        (SIGNED[:-32] + b"\xf0" + SIGNED[-31:], "signature_high_s"),
        (SIGNED[:-64] + bytes(31) + b"\x01" + SIGNED[-32:], "signature_mismatch"),
        (bytes(MAX_ENTRY_BYTES * 2), "envelope_too_large"),
        (token(), "envelope_header"),
    ],
)
def test_another_envelope_is_refused_with_the_step(signed: bytes, because: str) -> None:
    refusal = refused(signed)
    assert (refusal.code, refusal.facts) == ("status_list_signature", {"because": because})


def test_ten_thousand_mutants_and_none_is_accepted() -> None:
    chance = random.Random(20261123)
    trust = keys()
    for _ in range(10_000):
        mutant = bytearray(SIGNED)
        for _ in range(chance.randint(1, 3)):
            mutant[chance.randrange(len(mutant))] ^= chance.randrange(1, 256)
        cut = bytes(mutant[: chance.randrange(len(mutant))] if chance.random() < 0.1 else mutant)
        if cut != SIGNED:
            assert refused(cut, trust).code == "status_list_signature"


# --- the claims ------------------------------------------------------------------------------------------------------

CLAIMS = {
    2: LIST.subject,
    4: int((NOW + LIFE).timestamp()),
    6: int(NOW.timestamp()),
    65533: {"lst": zlib.compress(ENTRIES, 9), "bits": 2},
    65534: 4 * 3600,
}


def _with(key: Any, value: object) -> dict[Any, Any]:
    return CLAIMS | {key: value}


def _listed(**changes: object) -> dict[Any, Any]:
    return _with(65533, CLAIMS[65533] | changes)  # type: ignore[operator]


def test_the_claims_of_these_tests_are_accepted_when_nothing_is_changed() -> None:
    assert verify_status_list(signed_claims(cbor2.dumps(CLAIMS, canonical=True)), keys(), NOW) == LIST


@pytest.mark.parametrize(
    ("value", "item"),
    [
        ([], "claims"),
        ({key: CLAIMS[key] for key in (2, 4, 6, 65533)}, "claims"),
        (CLAIMS | {1: "https://code.demo.example"}, "claims"),
        (_with(2, 5), "sub"),
        (_with(2, b"https://code.demo.example/status-list"), "sub"),
        (_with(4, CLAIMS[6]), "exp"),
        (_with(4, None), "exp"),
        (_with(6, -1), "iat"),
        (_with(6, 1 << 40), "iat"),
        (_with(65534, 0), "ttl"),
        (_with(65534, True), "ttl"),
        (_with(65534, 1 << 33), "ttl"),
        (_with(65533, ENTRIES), "status_list"),
        (_with(65533, {"lst": b""}), "status_list"),
        (_listed(aggregation_uri="https://code.demo.example/lists"), "status_list"),
        (_listed(bits=1), "bits"),
        (_listed(bits=8), "bits"),
        (_listed(bits=9), "bits"),
        (_listed(lst="eNo76fITAAPfAgc"), "lst"),
    ],
)
def test_other_claims_are_refused_even_from_the_right_key(value: object, item: str) -> None:
    refusal = refused(signed_claims(cbor2.dumps(value, canonical=True)))
    assert (refusal.code, refusal.facts) == ("status_list_shape", {"item": item})


@pytest.mark.parametrize(
    "payload",
    [
        cbor2.dumps(dict(reversed(CLAIMS.items()))),
        cbor2.dumps(_with(65533, {"bits": 2, "lst": zlib.compress(ENTRIES, 9)})),
        cbor2.dumps(CLAIMS, canonical=True) + b"\x00",
        b"\xbf" + cbor2.dumps(CLAIMS, canonical=True)[1:] + b"\xff",
        b"\xa6\x02\x60" + cbor2.dumps(CLAIMS, canonical=True)[1:],
        cbor2.dumps({2.0: CLAIMS[2]} | {key: CLAIMS[key] for key in (4, 6, 65533, 65534)}),
        cbor2.dumps(_with(6, 1.5)),
        cbor2.dumps(_with(6, 1 << 70)),
        cbor2.dumps(_with(6, NOW), timezone=UTC),
        b"\xff",
    ],
    ids=[
        "order",
        "order within",
        "behind",
        "indefinite",
        "twice",
        "float as key",
        "half second",
        "big",
        "tag",
        "break",
    ],
)
def test_other_ways_of_writing_the_claims_are_refused(payload: bytes) -> None:
    assert refused(signed_claims(payload)).code == "status_list_not_canonical"


@pytest.mark.parametrize(
    "packed",
    [
        b"",
        ENTRIES,
        zlib.compress(ENTRIES)[:-1],
        zlib.compress(ENTRIES) + b"\x00",
        zlib.compress(ENTRIES)[2:-4],
        lambda: zlib.compress(bytes(MAX_ENTRY_BYTES + 1), 9),
        lambda: packed_zeros(64),
    ],
    ids=["nothing", "not packed", "cut", "behind", "without zlib's head", "one byte too many", "a bomb"],
)
def test_entries_that_are_not_one_stream_of_bounded_length_are_refused(packed: bytes | Callable[[], bytes]) -> None:
    content = (
        packed() if callable(packed) else packed
    )  # what takes long to make is not made by who only lists the tests
    assert refused(signed_claims(cbor2.dumps(_listed(lst=content), canonical=True))).code == "status_list_data"


def test_as_many_entries_as_are_signed_are_unpacked() -> None:
    most = zlib.compress(bytes(MAX_ENTRY_BYTES), 9)
    accepted = verify_status_list(signed_claims(cbor2.dumps(_listed(lst=most), canonical=True)), keys(), NOW)
    assert len(accepted) == 4 * MAX_ENTRY_BYTES


@pytest.mark.parametrize(
    "subject",
    [
        "https://other.example/status-list",
        f"https://{HOST}/status-list/",
        f"https://{HOST}/status-list?old",
        f"https://x@{HOST}/status-list",
        f"ftp://{HOST}/status-list",
        f"{HOST}/status-list",
        f"https://{HOST}",
        "",
    ],
)
def test_a_list_made_for_another_address_is_refused(subject: str) -> None:
    refusal = refused(sign_status_list(StatusList(subject, NOW, NOW + LIFE, TTL, ENTRIES), KEY))
    assert (refusal.code, refusal.facts) == ("status_list_subject", {"subject": subject})


# --- the time --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "at_least", "code"),
    [
        (NOW + LIFE, None, "status_list_expired"),
        (NOW + timedelta(days=3000), NOW + SECOND, "status_list_expired"),
        (NOW - CLOCK_TOLERANCE - SECOND, None, "status_list_issued_in_future"),
        (NOW, NOW + SECOND, "status_list_older"),
    ],
)
def test_a_list_that_cannot_be_relied_on_now_is_refused(now: datetime, at_least: datetime | None, code: str) -> None:
    assert refused(SIGNED, now=now, at_least=at_least).code == code


@pytest.mark.parametrize("now", [NOW - CLOCK_TOLERANCE, NOW + LIFE - SECOND])
def test_a_list_within_its_time_is_accepted_even_past_its_ttl(now: datetime) -> None:
    assert verify_status_list(SIGNED, keys(), now) == LIST


def test_a_trusted_key_is_told_by_id_and_purpose_together() -> None:
    of_licences = TrustedKey(
        KEY.kid,
        fixed_key().private_key.public_key(),
        KeyPurpose.LICENCE,
        date(2026, 1, 1),
        date(2027, 1, 1),
        date(2030, 1, 1),
    )
    both = trust_list(trusted(KEY, purpose=KeyPurpose.STATUS), of_licences)
    assert verify_status_list(SIGNED, both, NOW) == LIST
