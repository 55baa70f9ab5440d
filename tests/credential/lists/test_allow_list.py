"""The allow-list: what a compromised key signed before that, believed only from the root and only byte for byte."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up_codes import NOW, fixed_key, token, trust_list, trusted

from licence_qr.credential.allow_list import (
    ALLOW_LIST_AAD,
    AllowedCodes,
    AllowList,
    sign_allow_list,
    verify_allow_list,
)
from licence_qr.credential.cose import TRUST_LIST_AAD, sign
from licence_qr.credential.trust_list import KeyState
from licence_qr.credential.verifier import verify_token
from licence_qr.errors import TokenError

ROOT = fixed_key(b"\x00\x00", 0xDEADBEEF)
ROOT_PUBLIC = ROOT.private_key.public_key()
KID = fixed_key().kid
SINCE = datetime(2026, 11, 20, tzinfo=UTC)
SECONDS = st.datetimes(datetime(1970, 1, 2), datetime(2190, 1, 1), timezones=st.just(UTC)).map(
    lambda instant: instant.replace(microsecond=0)
)
TOKENS = st.lists(st.binary(max_size=40), max_size=60)


def allow_list(*tokens: bytes, kid: bytes = KID) -> AllowList:
    return AllowList(8, NOW, (AllowedCodes.of(kid, SINCE, tokens),))


def refusal(signed: bytes, **options: int) -> str:
    with pytest.raises(TokenError) as refused:
        verify_allow_list(signed, ROOT_PUBLIC, **options)
    return refused.value.code


@given(TOKENS, TOKENS)
def test_it_holds_what_was_put_in_and_nothing_else(inside: list[bytes], outside: list[bytes]) -> None:
    codes = AllowedCodes.of(KID, SINCE, inside)
    assert codes.count == len(set(inside))
    assert all(codes.holds(token) for token in inside)
    assert not any(codes.holds(token) for token in set(outside) - set(inside))


@given(
    st.integers(0, 2**32 - 1),
    SECONDS,
    st.dictionaries(st.binary(min_size=2, max_size=2), st.tuples(SECONDS, TOKENS), max_size=4),
)
def test_a_list_is_read_back_as_it_was_signed(sequence: int, at: datetime, keys: dict[bytes, Any]) -> None:
    original = AllowList(sequence, at, tuple(AllowedCodes.of(kid, *rest) for kid, rest in keys.items()))
    assert verify_allow_list(sign_allow_list(original, ROOT), ROOT_PUBLIC) == original


def test_more_codes_than_an_envelope_can_carry_are_no_trouble() -> None:
    many = AllowList(1, NOW, (AllowedCodes.of(KID, SINCE, (b"%d" % number for number in range(20_000))),))
    signed = sign_allow_list(many, ROOT)
    assert len(signed) < 20_000 * 16 + 300
    assert verify_allow_list(signed, ROOT_PUBLIC).allows(KID, b"19999")


def test_every_changed_byte_is_noticed() -> None:
    signed = sign_allow_list(allow_list(b"one", b"two"), ROOT)
    for place in range(len(signed)):
        changed = bytearray(signed)
        changed[place] ^= 1
        assert refusal(bytes(changed)).startswith("allow_list_"), place


def test_neither_another_root_nor_another_meaning_is_believed() -> None:
    assert refusal(sign_allow_list(allow_list(b"one"), fixed_key())) == "allow_list_signature"
    head, blocks = cbor2.loads(sign_allow_list(allow_list(), ROOT))
    payload = cbor2.loads(head).value[2]
    assert refusal(cbor2.dumps([sign(payload, ROOT, TRUST_LIST_AAD), blocks])) == "allow_list_signature"


def test_an_older_edition_than_the_newest_seen_is_refused() -> None:
    signed = sign_allow_list(allow_list(), ROOT)
    assert verify_allow_list(signed, ROOT_PUBLIC, at_least=8).sequence == 8
    assert refusal(signed, at_least=9) == "allow_list_older"


def signed_with(change: Callable[[list[Any]], None], blocks: list[Any] | None = None) -> bytes:
    head, own_blocks = cbor2.loads(sign_allow_list(allow_list(b"one"), ROOT))
    items: list[Any] = cbor2.loads(cbor2.loads(head).value[2])
    change(items)
    return cbor2.dumps([sign(cbor2.dumps(items), ROOT, ALLOW_LIST_AAD), own_blocks if blocks is None else blocks])


def _set(place: int, value: Any) -> Callable[[list[Any]], None]:
    return lambda items: items.__setitem__(place, value)


@pytest.mark.parametrize(
    "change",
    [
        _set(1, -1),
        _set(1, True),
        _set(1, 1 << 32),
        _set(2, "now"),
        _set(2, 1 << 40),
        _set(3, None),
        _set(3, []),
        _set(3, [[]]),
        _set(3, [[b"\x01", 0, 1, bytes(32)]]),
        lambda items: items[3][0].__setitem__(1, -1),
        lambda items: items.append(0),
    ],
)
def test_another_shape_is_refused_even_from_the_root(change: Callable[[list[Any]], None]) -> None:
    assert refusal(signed_with(change)) == "allow_list_shape"


def test_a_key_named_twice_is_refused() -> None:
    block = AllowedCodes.of(KID, SINCE, [b"one"]).entries
    assert refusal(signed_with(lambda items: items[3].append(items[3][0]), [block, block])) == "allow_list_shape"


@pytest.mark.parametrize("entries", [b"", bytes(15), bytes(16), bytes(32)])
def test_entries_that_the_root_did_not_sign_are_refused(entries: bytes) -> None:
    assert refusal(signed_with(lambda items: None, [entries])) == "allow_list_entries"


@pytest.mark.parametrize(
    ("signed", "code"),
    [
        (b"", "allow_list_not_canonical"),
        (b"\x9f\xff", "allow_list_not_canonical"),
        (cbor2.dumps([]), "allow_list_shape"),
        (cbor2.dumps([b"head"]), "allow_list_shape"),
        (cbor2.dumps([b"head", []]), "allow_list_signature"),
        (cbor2.dumps([sign(b"\x9f\xff", ROOT, ALLOW_LIST_AAD), []]), "allow_list_not_canonical"),
        (cbor2.dumps([sign(cbor2.dumps([2, 0, 0, []]), ROOT, ALLOW_LIST_AAD), []]), "allow_list_format_unknown"),
        (cbor2.dumps([sign(cbor2.dumps([]), ROOT, ALLOW_LIST_AAD), []]), "allow_list_shape"),
    ],
)
def test_other_bytes_are_refused(signed: bytes, code: str) -> None:
    assert refusal(signed) == code


# -- the verifier with a list at hand --------------------------------------------------------------------------------

COMPROMISED = trust_list(trusted(fixed_key(), state=KeyState.COMPROMISED))


def test_a_code_of_the_list_stays_good_and_its_twin_with_another_signature_does_not() -> None:
    registered = token()
    held = allow_list(registered)
    assert verify_token(registered, COMPROMISED, NOW, allow_list=held).kid == KID
    later = token(name="另一名称")
    for forged, known in ((later, held), (registered, None), (registered, allow_list(registered, kid=b"\x09\x09"))):
        with pytest.raises(TokenError) as refused:
            verify_token(forged, COMPROMISED, NOW, allow_list=known)
        assert refused.value.code == "key_compromised"


def test_the_list_excepts_from_one_rule_only() -> None:
    dated_back = token(issued_on=date(2025, 12, 31))
    with pytest.raises(TokenError) as refused:
        verify_token(dated_back, COMPROMISED, NOW, allow_list=allow_list(dated_back))
    assert refused.value.code == "key_too_early"
    assert verify_token(token(), trust_list(), NOW, allow_list=allow_list()).kid == KID
