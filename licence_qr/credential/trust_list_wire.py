"""The bytes of a trust list: the same envelope as that of a code, signed by the root key for its own purpose."""

from __future__ import annotations

from datetime import date
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from licence_qr.credential.cose import (
    TRUST_LIST_AAD,
    SigningKey,
    check_signature,
    check_signature_numbers,
    sign,
    split,
)
from licence_qr.credential.strict_cbor import read_canonical, write_canonical
from licence_qr.credential.strict_values import MAX_UINT32, Shape, is_number
from licence_qr.credential.trust_list import KeyPurpose, KeyState, TrustedKey, TrustList
from licence_qr.errors import TokenError

_FORMAT = 1
_EPOCH = date(1970, 1, 1).toordinal()
_PURPOSES = {1: KeyPurpose.LICENCE, 2: KeyPurpose.STATUS, 3: KeyPurpose.LOG}
_STATES = {1: KeyState.ACTIVE, 2: KeyState.RETIRED, 3: KeyState.COMPROMISED}
_PURPOSE_NUMBERS = {purpose: number for number, purpose in _PURPOSES.items()}
_STATE_NUMBERS = {state: number for number, state in _STATES.items()}
_SHAPE = Shape("trust_list_shape")


def sign_trust_list(trust_list: TrustList, root: SigningKey) -> bytes:
    """The signed bytes of ``trust_list``. Raises OverflowError for one over 65,535 bytes (about 700 keys)."""
    return sign(write_canonical(_items(trust_list)), root, TRUST_LIST_AAD)


def verify_trust_list(signed: bytes, root: ec.EllipticCurvePublicKey, *, at_least: int = 0) -> TrustList:
    """Verify a trust list signed by ``root``. ``at_least`` is the newest sequence that the client has seen.

    Raises TokenError ``trust_list_signature`` (not signed by that root; ``because`` names the step),
    ``trust_list_not_canonical``, ``trust_list_format_unknown``, ``trust_list_shape`` or ``trust_list_older``.
    """
    try:
        parts = split(signed)
        check_signature_numbers(parts.signature)
        check_signature(parts, TRUST_LIST_AAD, root)
    except TokenError as refusal:
        raise TokenError("trust_list_signature", because=refusal.code) from None
    try:
        value = read_canonical(parts.payload)
    except TokenError:
        raise TokenError("trust_list_not_canonical") from None
    trust_list = _read(value)
    if trust_list.sequence < at_least:
        raise TokenError("trust_list_older", sequence=trust_list.sequence, newest=at_least)
    return trust_list


def _items(trust_list: TrustList) -> list[object]:
    keys = [
        [
            key.kid,
            _PURPOSE_NUMBERS[key.purpose],
            key.public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint),
            key.not_before.toordinal() - _EPOCH,
            key.sign_until.toordinal() - _EPOCH,
            key.verify_until.toordinal() - _EPOCH,
            _STATE_NUMBERS[key.state],
        ]
        for key in trust_list.keys
    ]
    return [_FORMAT, trust_list.sequence, int(trust_list.issued_at.timestamp()), list(trust_list.hosts), keys]


def _read(value: Any) -> TrustList:
    items = _SHAPE.typed(value, list, "list")
    if items and not is_number(items[0], _FORMAT):
        raise TokenError("trust_list_format_unknown", found=items[0])
    _, sequence, seconds, hosts, keys = _SHAPE.items(items, 5, "list")
    return TrustList(
        issued_at=_SHAPE.instant(seconds, "issued_at"),
        sequence=_SHAPE.whole(sequence, MAX_UINT32, "sequence"),
        hosts=tuple(_SHAPE.typed(host, str, "hosts") for host in _SHAPE.typed(hosts, list, "hosts")),
        keys=tuple(_read_key(key) for key in _SHAPE.typed(keys, list, "keys")),
    )


def _read_key(value: Any) -> TrustedKey:
    kid, purpose, point, not_before, sign_until, verify_until, state = _SHAPE.items(value, 7, "key")
    return TrustedKey(
        kid=_SHAPE.typed(kid, bytes, "kid"),
        public_key=_read_point(_SHAPE.typed(point, bytes, "public_key")),
        purpose=_named(purpose, _PURPOSES, "purpose"),
        not_before=_day(not_before),
        sign_until=_day(sign_until),
        verify_until=_day(verify_until),
        state=_named(state, _STATES, "state"),
    )


def _named(value: Any, names: dict[int, Any], item: str) -> Any:
    if _SHAPE.typed(value, int, item) not in names:
        raise _SHAPE.refused(item)
    return names[value]


def _day(value: Any) -> date:
    return date.fromordinal(_EPOCH + _SHAPE.whole(value, date.max.toordinal() - _EPOCH - 1, "dates"))


def _read_point(point: bytes) -> ec.EllipticCurvePublicKey:
    try:
        if len(point) != 65:  # only the uncompressed form, which browsers import
            raise ValueError
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:
        raise _SHAPE.refused("public_key") from None
