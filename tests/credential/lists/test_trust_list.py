"""The trust list: who may sign what, and when; believed only from the root."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st
from made_up_codes import TODAY, fixed_key, trust_list, trusted

from licence_qr.credential.cose import CODE_AAD, TRUST_LIST_AAD, SoftKey, sign
from licence_qr.credential.trust_list import KeyPurpose, KeyState, TrustedKey, TrustList
from licence_qr.credential.trust_list_wire import sign_trust_list, verify_trust_list
from licence_qr.errors import TokenError

ROOT = fixed_key(b"\x00\x00", 0xDEADBEEF)
ROOT_PUBLIC = ROOT.private_key.public_key()
DAYS = st.dates(date(1970, 1, 1), date(2190, 1, 1))


@st.composite
def trusted_keys(draw: st.DrawFn) -> TrustedKey:
    days = sorted(draw(st.lists(DAYS, min_size=3, max_size=3)))
    key = fixed_key(draw(st.binary(min_size=2, max_size=2)), draw(st.integers(1, 2**64)))
    return TrustedKey(
        key.kid,
        key.private_key.public_key(),
        draw(st.sampled_from(KeyPurpose)),
        *days,
        draw(st.sampled_from(KeyState)),
    )


TRUST_LISTS = st.builds(
    TrustList,
    sequence=st.integers(0, 2**32 - 1),
    issued_at=st.datetimes(datetime(1970, 1, 2), datetime(2190, 1, 1), timezones=st.just(UTC)).map(
        lambda instant: instant.replace(microsecond=0)
    ),
    hosts=st.lists(st.from_regex(r"[a-z0-9]{1,9}(\.[a-z]{2,5}){1,2}(:[0-9]{2,4})?", fullmatch=True), max_size=3).map(
        tuple
    ),
    keys=st.lists(trusted_keys(), max_size=4, unique_by=lambda key: (key.kid, key.purpose)).map(tuple),
)


@given(TRUST_LISTS)
def test_a_trust_list_is_read_back_as_it_was_signed(original: TrustList) -> None:
    assert verify_trust_list(sign_trust_list(original, ROOT), ROOT_PUBLIC) == original


def test_another_root_is_not_believed() -> None:
    with pytest.raises(TokenError) as refusal:
        verify_trust_list(sign_trust_list(trust_list(), fixed_key()), ROOT_PUBLIC)
    assert refusal.value.code == "trust_list_signature"
    assert refusal.value.facts == {"because": "signature_mismatch"}


def test_a_signature_for_a_code_does_not_make_a_trust_list() -> None:
    payload = cbor2.dumps([1, 1, 0, [], []])
    assert verify_trust_list(sign(payload, ROOT, TRUST_LIST_AAD), ROOT_PUBLIC).keys == ()
    with pytest.raises(TokenError) as refusal:
        verify_trust_list(sign(payload, ROOT, CODE_AAD), ROOT_PUBLIC)
    assert refusal.value.code == "trust_list_signature"


def test_every_changed_byte_is_noticed() -> None:
    signed = sign_trust_list(trust_list(), ROOT)
    for place in range(len(signed)):
        changed = bytearray(signed)
        changed[place] ^= 1
        if place in (8, 9):  # the root's id: it is covered by the signature, too
            assert bytes(changed) != signed
        with pytest.raises(TokenError):
            verify_trust_list(bytes(changed), ROOT_PUBLIC)


def test_an_older_edition_than_the_newest_seen_is_refused() -> None:
    signed = sign_trust_list(trust_list(), ROOT)
    assert verify_trust_list(signed, ROOT_PUBLIC, at_least=7).sequence == 7
    with pytest.raises(TokenError) as refusal:
        verify_trust_list(signed, ROOT_PUBLIC, at_least=8)
    assert refusal.value.code == "trust_list_older"


def _items() -> list[Any]:
    payload = cbor2.loads(sign_trust_list(trust_list(), ROOT)).value[2]
    items: list[Any] = cbor2.loads(payload)
    return items


def _set(*path_and_value: Any) -> Callable[[list[Any]], None]:
    *path, last, value = path_and_value

    def change(items: list[Any]) -> None:
        for step in path:
            items = items[step]
        items[last] = value

    return change


@pytest.mark.parametrize(
    "change",
    [
        _set(1, -1),
        _set(1, True),
        _set(1, 1 << 32),
        _set(2, "now"),
        _set(2, 1 << 40),
        _set(3, "code.demo.example"),
        _set(3, 0, b"code.demo.example"),
        _set(4, None),
        _set(4, 0, []),
        _set(4, 0, 0, b"\x01"),
        _set(4, 0, 1, 9),
        _set(4, 0, 1, [1]),
        _set(4, 0, 2, bytes(65)),
        _set(4, 0, 2, b"\x02" + bytes(32)),
        _set(4, 0, 3, 30000),
        _set(4, 0, 4, -1),
        _set(4, 0, 5, 1 << 40),
        _set(4, 0, 6, 0),
        lambda items: items.append(0),
        lambda items: items[4].append(items[4][0]),
    ],
)
def test_another_shape_is_refused_even_from_the_root(change: Callable[[list[Any]], None]) -> None:
    items = _items()
    change(items)
    with pytest.raises(TokenError) as refusal:
        verify_trust_list(sign(cbor2.dumps(items), ROOT, TRUST_LIST_AAD), ROOT_PUBLIC)
    assert refusal.value.code == "trust_list_shape"


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (cbor2.dumps([2, 1, 0, [], []]), "trust_list_format_unknown"),
        (cbor2.dumps([1, 1, 0, [], []]) + b"\x00", "trust_list_not_canonical"),
        (bytes.fromhex("8501180100 8080".replace(" ", "")), "trust_list_not_canonical"),
        (bytes.fromhex("9f0101008080ff"), "trust_list_not_canonical"),
        (b"", "trust_list_not_canonical"),
        (cbor2.dumps({}), "trust_list_shape"),
        (cbor2.dumps([]), "trust_list_shape"),
    ],
)
def test_other_bytes_are_refused_even_from_the_root(payload: bytes, code: str) -> None:
    with pytest.raises(TokenError) as refusal:
        verify_trust_list(sign(payload, ROOT, TRUST_LIST_AAD), ROOT_PUBLIC)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    "changes",
    [{"kid": b"\x01"}, {"not_before": date(2028, 1, 1)}, {"verify_until": date(2027, 1, 1)}],
)
def test_a_key_without_sense_cannot_be_made(changes: dict[str, Any]) -> None:
    with pytest.raises(TokenError) as refusal:
        trusted(fixed_key(), **changes)
    assert refusal.value.code == "trust_list_shape"


def test_only_p256_keys_are_trusted() -> None:
    other_curve = ec.derive_private_key(5, ec.SECP384R1()).public_key()
    with pytest.raises(TokenError):
        trusted(fixed_key(), public_key=other_curve)


@pytest.mark.parametrize("instant", [datetime(2026, 1, 1), datetime(2026, 1, 1, microsecond=1, tzinfo=UTC)])
def test_an_edition_is_dated_in_aware_whole_seconds(instant: datetime) -> None:
    with pytest.raises(TokenError):
        TrustList(1, instant, (), ())


def test_a_key_is_found_by_id_and_purpose() -> None:
    licence = trusted(fixed_key())
    status = trusted(fixed_key(secret=99), purpose=KeyPurpose.STATUS)
    keys = trust_list(licence, status)
    assert keys.key(b"\x00\x01", KeyPurpose.LICENCE) == licence
    assert keys.key(b"\x00\x01", KeyPurpose.STATUS) == status
    with pytest.raises(TokenError) as refusal:
        keys.key(b"\x00\x01", KeyPurpose.LOG)
    assert refusal.value.code == "key_purpose"


def test_the_newest_key_that_may_sign_today_comes_first() -> None:
    older = trusted(SoftKey(b"\x00\x01", fixed_key().private_key))
    newer = trusted(fixed_key(b"\x00\x02"), not_before=TODAY)
    retired = trusted(fixed_key(b"\x00\x03"), state=KeyState.RETIRED)
    future = trusted(fixed_key(b"\x00\x04"), not_before=TODAY + timedelta(days=1))
    keys = trust_list(older, newer, retired, future)
    assert keys.signing_keys(KeyPurpose.LICENCE, TODAY) == (newer, older)
    assert keys.signing_keys(KeyPurpose.STATUS, TODAY) == ()
