"""The bytes of a status list: a CWT (RFC 8392) in a COSE_Sign1 of exactly one shape, read strictly.

``D2 84 | 58 24 {1: -7, 4: kid, 16: "application/statuslist+cwt"} | A0 | claims as byte string | 58 40 <r> <s>``

The claims are {2: subject, 4: expiry, 6: issue, 65533: {"lst": zlib, "bits": 2}, 65534: ttl}, canonical. Any program
that implements draft-ietf-oauth-status-list, section 5.2, can read them.
"""

from __future__ import annotations

import re
import zlib
from datetime import UTC, datetime, timedelta
from typing import Any

from licence_qr.credential.cose import (
    STATUS_LIST_AAD,
    Parts,
    SigningKey,
    check_signature,
    check_signature_numbers,
    sign_body,
)
from licence_qr.credential.status_list import StatusList
from licence_qr.credential.strict_cbor import read_canonical, write_canonical
from licence_qr.credential.strict_values import MAX_SECONDS, MAX_UINT32, Shape
from licence_qr.credential.trust_list import KeyPurpose, KeyState, TrustedKey, TrustList
from licence_qr.domain.dates import local_date
from licence_qr.errors import TokenError

CONTENT_TYPE = "application/statuslist+cwt"
PATH = "/status-list"
# 33,554,432 entries. Limits what a reader unpacks: zlib can expand a thousandfold.
MAX_ENTRY_BYTES = 8 * 1024 * 1024
_MAX_SIGNED_BYTES = MAX_ENTRY_BYTES + 64 * 1024  # incompressible data grows a little
_SHAPE = Shape("status_list_shape")

_SUBJECT, _EXPIRES, _ISSUED, _LIST, _TTL = 2, 4, 6, 65533, 65534
_CLAIMS = [_SUBJECT, _EXPIRES, _ISSUED, _LIST, _TTL]  # in canonical order
_BITS = 2

# The protected header around the kid; a map of three, shortest heads, keys in order (RFC 8949, section 4.2.1).
_TAGGED_ARRAY = b"\xd2\x84"
_BEFORE_KID = b"\x58\x24\xa3\x01\x26\x04\x42"
_AFTER_KID = b"\x10\x78\x1a" + CONTENT_TYPE.encode()
_UNPROTECTED = b"\xa0"
_KID_AT = len(_TAGGED_ARRAY) + len(_BEFORE_KID)
_BODY_AT = _KID_AT + 2 + len(_AFTER_KID) + len(_UNPROTECTED)
_SIGNATURE_HEAD = b"\x58\x40"
_TAIL_BYTES = len(_SIGNATURE_HEAD) + 64

_SUBJECT_SHAPE = re.compile(r"https?://([^/?#@\s]+)" + PATH)


def sign_status_list(status_list: StatusList, key: SigningKey) -> bytes:
    """The signed bytes of ``status_list``. Compressed with zlib level 9.

    Raises ValueError for more entries than a verifier unpacks.
    """
    if len(status_list.entries) > MAX_ENTRY_BYTES:
        raise ValueError(f"a status list holds {MAX_ENTRY_BYTES} bytes of entries, not {len(status_list.entries)}")
    claims = {
        _SUBJECT: status_list.subject,
        _EXPIRES: int(status_list.expires_at.timestamp()),
        _ISSUED: int(status_list.issued_at.timestamp()),
        _LIST: {"lst": zlib.compress(status_list.entries, 9), "bits": _BITS},
        _TTL: int(status_list.ttl.total_seconds()),
    }
    protected = _BEFORE_KID + key.kid + _AFTER_KID
    return sign_body(protected, write_canonical(write_canonical(claims)), key, STATUS_LIST_AAD)


def verify_status_list(
    signed: bytes, trust_list: TrustList, now: datetime, *, at_least: datetime | None = None
) -> StatusList:
    """Verify a status list: signed by a key of that purpose, and usable at the aware instant ``now``.

    ``at_least`` is the ``issued_at`` of the list that the client already has. Raises TokenError
    ``status_list_signature`` (with the code of the step as ``because``), ``status_list_not_canonical``,
    ``status_list_shape``, ``status_list_data``, ``status_list_subject`` (for a site that the trust list does not name),
    ``status_list_expired``, ``status_list_issued_in_future`` or ``status_list_older``.
    """
    try:
        parts = _split(signed)
        check_signature_numbers(parts.signature)
        key = trust_list.key(parts.kid, KeyPurpose.STATUS)
        check_signature(parts, STATUS_LIST_AAD, key.public_key)
    except TokenError as refusal:
        raise TokenError("status_list_signature", because=refusal.code) from None
    status_list = _read(parts.payload)
    _check_key_allowed(key, status_list, now)
    _check_subject(status_list.subject, trust_list)
    status_list.check_time(now)
    if at_least is not None and status_list.issued_at < at_least:
        raise TokenError("status_list_older", issued_at=status_list.issued_at, newest=at_least)
    return status_list


def _split(signed: bytes) -> Parts:
    """Take the envelope apart by comparing bytes: nothing is parsed before the signature is verified."""
    if len(signed) > _MAX_SIGNED_BYTES:
        raise TokenError("envelope_too_large", length=len(signed), limit=_MAX_SIGNED_BYTES)
    if len(signed) <= _BODY_AT + _TAIL_BYTES:
        raise TokenError("envelope_truncated", length=len(signed))
    kid, end = signed[_KID_AT : _KID_AT + 2], len(signed) - _TAIL_BYTES
    protected = _BEFORE_KID + kid + _AFTER_KID
    if signed[:_BODY_AT] != _TAGGED_ARRAY + protected + _UNPROTECTED:
        raise TokenError("envelope_header")
    if signed[end : end + 2] != _SIGNATURE_HEAD:
        raise TokenError("envelope_signature")
    body = signed[_BODY_AT:end]
    return Parts(kid, protected, body, _content(body), signed[end + 2 :])


def _content(body: bytes) -> bytes:
    """The content of a byte string, which must have the shortest head for its length."""
    for head in (1, 2, 3, 5):
        size = len(body) - head
        if size >= 0 and body[:head] == _byte_string_head(size):
            return body[head:]
    raise TokenError("envelope_payload")


def _byte_string_head(size: int) -> bytes:
    if size < 24:
        return bytes((0x40 | size,))
    if size < 1 << 8:
        return bytes((0x58, size))
    return b"\x59" + size.to_bytes(2, "big") if size < 1 << 16 else b"\x5a" + size.to_bytes(4, "big")


def _read(payload: bytes) -> StatusList:
    try:
        claims = read_canonical(payload)
    except TokenError:
        raise TokenError("status_list_not_canonical") from None
    if write_canonical(claims) != payload:  # the order of a map's keys
        raise TokenError("status_list_not_canonical")
    listed = _exact_map(claims, _CLAIMS, "claims")[_LIST]
    packed = _exact_map(listed, ["lst", "bits"], "status_list")
    if _SHAPE.whole(packed["bits"], 8, "bits") != _BITS:
        raise _SHAPE.refused("bits")
    issued = _SHAPE.whole(claims[_ISSUED], MAX_SECONDS, "iat")
    expires = _SHAPE.whole(claims[_EXPIRES], MAX_SECONDS, "exp")
    ttl = _SHAPE.whole(claims[_TTL], MAX_UINT32, "ttl")
    if not (issued < expires and ttl > 0):
        raise _SHAPE.refused("exp" if ttl else "ttl")
    return StatusList(
        subject=_SHAPE.typed(claims[_SUBJECT], str, "sub"),
        issued_at=datetime.fromtimestamp(issued, UTC),
        expires_at=datetime.fromtimestamp(expires, UTC),
        ttl=timedelta(seconds=ttl),
        entries=_unpacked(_SHAPE.typed(packed["lst"], bytes, "lst")),
    )


def _unpacked(packed: bytes) -> bytes:
    """Decompress exactly one zlib stream (RFC 1950) of bounded size."""
    unpacking = zlib.decompressobj()
    try:
        entries = unpacking.decompress(packed, MAX_ENTRY_BYTES + 1)
    except zlib.error:
        raise TokenError("status_list_data") from None
    if len(entries) > MAX_ENTRY_BYTES or not unpacking.eof or unpacking.unused_data:
        raise TokenError("status_list_data")
    return entries


def _check_key_allowed(key: TrustedKey, status_list: StatusList, now: datetime) -> None:
    issued_on = local_date(status_list.issued_at)
    because = None
    if key.state is KeyState.COMPROMISED:
        because = "key_compromised"
    elif issued_on < key.not_before:
        because = "key_too_early"
    elif issued_on > key.sign_until:
        because = "key_too_late"
    elif local_date(now) > key.verify_until:
        because = "key_verify_ended"
    if because:
        raise TokenError("status_list_signature", because=because)


def _check_subject(subject: str, trust_list: TrustList) -> None:
    match = _SUBJECT_SHAPE.fullmatch(subject)
    if match is None or match[1] not in trust_list.hosts:
        raise TokenError("status_list_subject", subject=subject)


def _exact_map(value: Any, keys: list[Any], item: str) -> dict[Any, Any]:
    """``value``, which must be a map of exactly these keys in canonical order."""
    found: dict[Any, Any] = _SHAPE.typed(value, dict, item)
    if list(found) != keys:
        raise _SHAPE.refused(item)
    return found
