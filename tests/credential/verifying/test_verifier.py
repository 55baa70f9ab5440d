"""The strict verifier: what it accepts, and each refusal by its own code."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import cbor2
import pytest
from made_up_codes import HOST, NOW, ORIGIN, TODAY, catalogue, claims, fixed_key, token, trust_list, trusted

from licence_qr.credential.claims import PermitClaim, TemplateNumber, encode_claims
from licence_qr.credential.cose import TRUST_LIST_AAD, sign
from licence_qr.credential.description import describe
from licence_qr.credential.token import address, to_digits
from licence_qr.credential.trust_list import KeyPurpose, KeyState, TrustList
from licence_qr.credential.verifier import Verified, verify, verify_token
from licence_qr.errors import TokenError

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
GOOD = token()


def refusal_of(token_or_text: bytes | str, keys: TrustList | None = None, now: datetime = NOW) -> str:
    with pytest.raises(TokenError) as refusal:
        if isinstance(token_or_text, str):
            verify(token_or_text, keys or trust_list(), now)
        else:
            verify_token(token_or_text, keys or trust_list(), now)
    return refusal.value.code


def test_a_genuine_code_says_its_claims_its_key_and_its_host() -> None:
    assert verify(address(ORIGIN, GOOD), trust_list(), NOW) == Verified(claims(), b"\x00\x01", HOST)


def test_bare_digits_and_bytes_have_no_host() -> None:
    assert verify(to_digits(GOOD), trust_list(), NOW).host is None
    assert verify_token(GOOD, trust_list(), NOW, catalogue()) == Verified(claims(), b"\x00\x01", None)


@pytest.mark.parametrize("origin", ["http://127.0.0.1:8000", "http://localhost", "http://[::1]:8000"])
def test_plain_http_is_taken_of_the_machine_itself_alone(origin: str) -> None:
    host = origin.removeprefix("http://")
    assert verify(address(origin, GOOD), trust_list(hosts=(host,)), NOW).host == host
    assert refusal_of(address(origin, GOOD)) == "host_unknown"


def test_a_genuine_code_behind_a_foreign_host_is_refused() -> None:
    assert refusal_of(address("https://code.demo.example.evil.example", GOOD)) == "host_unknown"
    assert refusal_of(address(f"{ORIGIN}:8443", GOOD)) == "host_unknown"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "symbol_empty"),
        (f"{ORIGIN}/c/", "symbol_empty"),
        (f"{ORIGIN}/c/{'1' * 1301}", "symbol_too_long"),
        (f"{ORIGIN}/c/12x", "symbol_not_digits"),
        (f"{ORIGIN}/c/{to_digits(GOOD)}?v=1", "symbol_not_digits"),
        (f"{ORIGIN}/c/0{to_digits(GOOD)}", "symbol_leading_zero"),
        (f"{ORIGIN}/C/{to_digits(GOOD)}", "symbol_not_address"),
        (ORIGIN, "symbol_not_address"),
        (f"http://{HOST}/c/{to_digits(GOOD)}", "symbol_not_address"),
    ],
)
def test_another_text_is_refused(text: str, code: str) -> None:
    assert refusal_of(text) == code


def with_bytes(at: int, new: bytes) -> bytes:
    return GOOD[:at] + new + GOOD[at + len(new) :]


SIGNATURE_AT = len(GOOD) - 66


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        (b"", "envelope_truncated"),
        (GOOD[:9], "envelope_truncated"),
        (GOOD[:-1], "envelope_truncated"),
        (GOOD[: SIGNATURE_AT + 1], "envelope_truncated"),
        (GOOD + b"\x00", "envelope_trailing"),
        (GOOD + bytes(150), "envelope_too_large"),
        (GOOD[1:], "envelope_tag"),
        (with_bytes(0, b"\xd1"), "envelope_tag"),
        (with_bytes(1, b"\x85"), "envelope_tag"),
        (with_bytes(2, b"\x46"), "envelope_header"),
        (with_bytes(3, b"\xa3"), "envelope_header"),
        (with_bytes(4, b"\x02"), "envelope_header"),
        (with_bytes(5, b"\x27"), "envelope_algorithm"),
        (with_bytes(5, b"\x00"), "envelope_algorithm"),
        (with_bytes(7, b"\x62"), "envelope_header"),
        (with_bytes(10, b"\xa1"), "envelope_unprotected"),
        (with_bytes(11, b"\x78"), "envelope_payload"),
        (with_bytes(11, b"\x5f"), "envelope_payload"),
        (with_bytes(11, b"\x58\x05"), "envelope_payload"),
        (with_bytes(11, b"\x59\x00"), "envelope_payload"),
        (with_bytes(SIGNATURE_AT, b"\x78"), "envelope_signature"),
        (with_bytes(SIGNATURE_AT + 1, b"\x41"), "envelope_signature"),
        (with_bytes(SIGNATURE_AT + 2, bytes(32)), "signature_range"),
        (with_bytes(SIGNATURE_AT + 34, bytes(32)), "signature_range"),
        (with_bytes(SIGNATURE_AT + 2, ORDER.to_bytes(32, "big")), "signature_range"),
        (with_bytes(SIGNATURE_AT + 34, ORDER.to_bytes(32, "big")), "signature_range"),
        (with_bytes(SIGNATURE_AT + 34, (ORDER // 2 + 1).to_bytes(32, "big")), "signature_high_s"),
        (with_bytes(SIGNATURE_AT + 34, (ORDER // 2).to_bytes(32, "big")), "signature_mismatch"),
        (with_bytes(SIGNATURE_AT + 2, bytes(31) + b"\x01"), "signature_mismatch"),
        (with_bytes(8, b"\xff\xff"), "key_unknown"),
        (with_bytes(16, b"\xff"), "signature_mismatch"),
        (token(aad=TRUST_LIST_AAD), "signature_mismatch"),
        (token(fixed_key(secret=5)), "signature_mismatch"),
    ],
)
def test_a_broken_envelope_or_signature_is_refused(broken: bytes, code: str) -> None:
    assert refusal_of(broken) == code


def test_the_second_form_of_a_genuine_signature_is_refused() -> None:
    s = int.from_bytes(GOOD[-32:], "big")
    assert refusal_of(GOOD[:-32] + (ORDER - s).to_bytes(32, "big")) == "signature_high_s"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"purpose": KeyPurpose.STATUS}, "key_purpose"),
        ({"state": KeyState.COMPROMISED}, "key_compromised"),
        ({"not_before": TODAY + timedelta(days=1)}, "key_too_early"),
        ({"sign_until": TODAY - timedelta(days=1)}, "key_too_late"),
        ({"sign_until": TODAY - timedelta(days=2), "verify_until": TODAY - timedelta(days=1)}, "key_too_late"),
    ],
)
def test_a_key_that_may_not_have_signed_it_is_refused(changes: dict[str, Any], code: str) -> None:
    assert refusal_of(GOOD, trust_list(trusted(fixed_key(), **changes))) == code


def test_all_days_of_a_key_are_included_and_are_days_in_shanghai() -> None:
    keys = trust_list(trusted(fixed_key(), not_before=TODAY, sign_until=TODAY, verify_until=TODAY))
    last_second = datetime(2026, 11, 23, 15, 59, 59, tzinfo=UTC)
    assert verify_token(GOOD, keys, last_second).claims == claims()
    assert refusal_of(GOOD, keys, last_second + timedelta(seconds=1)) == "key_verify_ended"


def test_a_retired_key_verifies_what_it_signed() -> None:
    keys = trust_list(trusted(fixed_key(), state=KeyState.RETIRED))
    assert verify_token(GOOD, keys, NOW).claims == claims()


def test_a_code_of_the_day_after_tomorrow_is_refused_and_of_tomorrow_is_a_wrong_clock() -> None:
    assert verify_token(token(issued_on=TODAY + timedelta(days=1)), trust_list(), NOW)
    assert refusal_of(token(issued_on=TODAY + timedelta(days=2))) == "claims_issued_in_future"


def test_the_same_instant_in_another_time_zone_gives_the_same_answer() -> None:
    far_west = NOW.astimezone(timezone(timedelta(hours=-11)))
    assert verify_token(GOOD, trust_list(), far_west) == verify_token(GOOD, trust_list(), NOW)


def test_an_instant_without_time_zone_is_a_fault_of_the_caller() -> None:
    with pytest.raises(ValueError, match="aware"):
        verify_token(GOOD, trust_list(), datetime(2026, 11, 23))


def items() -> list[Any]:
    read: list[Any] = cbor2.loads(encode_claims(claims()))
    return read


def changed(change: Callable[[list[Any]], object]) -> bytes:
    wrong = items()
    change(wrong)
    return sign(cbor2.dumps(wrong, canonical=True), fixed_key())


def _set(*path_and_value: Any) -> Callable[[list[Any]], None]:
    *path, last, value = path_and_value

    def change(wrong: list[Any]) -> None:
        for step in path:
            wrong = wrong[step]
        wrong[last] = value

    return change


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (_set(0, 2), "claims_format_unknown"),
        (_set(0, "1"), "payload_shape"),
        (_set(0, True), "payload_shape"),
        (_set(1, bytes(9)), "payload_shape"),
        (_set(2, 0), "claims_number"),
        (_set(2, 1 << 32), "claims_number"),
        (_set(2, 1.0), "payload_shape"),
        (_set(3, -1), "claims_date"),
        (_set(3, 1 << 40), "claims_date"),
        (_set(4, bytes(11)[:10]), "claims_uscc"),
        (_set(4, bytes(10) + b"\x01"), "claims_uscc"),
        (_set(4, b"\xff" * 11), "claims_uscc"),
        (_set(5, "样本"), "payload_shape"),
        (_set(5, b"\x00"), "claims_name"),
        (_set(5, b"\xd8\x00"), "claims_name"),
        (_set(6, bytes(15)), "payload_shape"),
        (_set(7, -1), "claims_number"),
        (_set(7, None), "payload_shape"),
        (_set(8, {}), "payload_shape"),
        (_set(8, 0, 7), "payload_shape"),
        (_set(8, 0, [2, "1", 1]), "payload_shape"),
        (_set(8, 0, 0, -1), "claims_number"),
        (_set(8, 0, 0, "2"), "payload_shape"),
        (_set(8, 0, 1, b"1"), "payload_shape"),
        (_set(8, 0, 1, [1, 2026]), "payload_shape"),
        (_set(8, 0, 1, [1, 2026, None]), "payload_shape"),
        (_set(8, 0, 1, 1, 10000), "claims_number"),
        (_set(8, 0, 2, 1 << 32), "claims_date"),
        (_set(8, 0, 2, None), "payload_shape"),
        (_set(8, 0, 3, 0), "claims_date"),
        (_set(8, 0, 3, 1 << 20), "claims_date"),
        (_set(8, 0, 3, False), "payload_shape"),
        (lambda wrong: wrong.append(1), "claims_permit_count"),
        (lambda wrong: wrong.append(1 << 32), "claims_number"),
        (lambda wrong: wrong.append("2"), "payload_shape"),
        (lambda wrong: wrong.extend([2, 2]), "payload_shape"),
        (lambda wrong: wrong.pop(), "payload_shape"),
    ],
)
def test_a_wrong_payload_is_refused_though_its_signature_holds(
    change: Callable[[list[Any]], object], code: str
) -> None:
    assert refusal_of(changed(change)) == code


@pytest.mark.parametrize(
    "payload",
    [
        encode_claims(claims()) + b"\x00",
        encode_claims(claims())[:-1],
        b"\x89\x18\x01" + encode_claims(claims())[2:],
        b"\x9f" + encode_claims(claims())[1:] + b"\xff",
        b"\x98\x09" + encode_claims(claims())[1:],
        b"\xd9\xd9\xf7" + encode_claims(claims()),
        b"\x81" * 60 + b"\x01",
        cbor2.dumps({1: {1: 2}})[:-1],
        b"\xa2\x01\x01\x01\x02",
        b"\xff",
    ],
)
def test_another_form_of_the_payload_is_refused_though_its_signature_holds(payload: bytes) -> None:
    assert refusal_of(sign(payload, fixed_key())) == "payload_not_canonical"


def test_a_forged_payload_is_never_read() -> None:
    """A tag that would be evaluated sits in a payload of a foreign key: the signature refuses it first."""
    assert refusal_of(sign(bytes.fromhex("d8236128"), fixed_key(secret=5))) == "signature_mismatch"


@pytest.mark.parametrize(
    ("claim", "code"),
    [
        (PermitClaim(99, "1", TODAY, None), "claims_permit_type_unknown"),
        (PermitClaim(2, TemplateNumber(99, 2026, 1), TODAY, None), "claims_template_unknown"),
    ],
)
def test_wire_ids_must_be_registered_where_a_catalogue_is_given(claim: PermitClaim, code: str) -> None:
    unregistered = token(permits=(claim,))
    verified = verify_token(unregistered, trust_list(), NOW)
    for attempt in (
        lambda: verify_token(unregistered, trust_list(), NOW, catalogue()),
        lambda: describe(verified, catalogue()),
    ):
        with pytest.raises(TokenError) as refusal:
            attempt()
        assert refusal.value.code == code


def test_a_verified_code_is_described_in_words() -> None:
    old_number = PermitClaim(2, "旧字第 7 号", date(2025, 1, 1), None)
    permits = (claims().permits[0], old_number)
    described = describe(verify_token(token(permits=permits, permit_count=5), trust_list(), NOW), catalogue())
    assert described.code_number == claims().code_id.number
    assert [permit.permit_no for permit in described.permits] == ["示卫公证字〔2026〕第00012号", "旧字第 7 号"]
    assert [permit.valid_to for permit in described.permits] == [date(2030, 11, 22), None]
    assert {permit.permit_type.zh for permit in described.permits} == {"卫生许可证"}
    assert described.not_shown == 3
