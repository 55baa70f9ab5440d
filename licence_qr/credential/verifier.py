"""The strict verifier: numbered steps, each with its own error codes (docs/verifying/code-format.md, section 6).

It says whether an authority signed these claims with an authorised key. It does **not** say whether the licence and the
permits are still in force: the register or the status list says that.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from licence_qr.credential.allow_list import Allowance
from licence_qr.credential.claims import MAX_SIGNED_BYTES, Claims, decode_claims
from licence_qr.credential.cose import CODE_AAD, check_signature, check_signature_numbers, split
from licence_qr.credential.registered import registered_type, written_number
from licence_qr.credential.token import PATH, from_digits, parse_address
from licence_qr.credential.trust_list import KeyPurpose, KeyState, TrustedKey, TrustList
from licence_qr.domain.catalogue.model import Catalogue
from licence_qr.domain.dates import local_date
from licence_qr.errors import TokenError

# A clock may be wrong by its time zone; if it is wrong by more than a day, the clock must be corrected.
_CLOCK_TOLERANCE = timedelta(days=1)
# Access to an enum member is a slow call in Python 3.11.
_LICENCE, _COMPROMISED = KeyPurpose.LICENCE, KeyState.COMPROMISED


class Verified(NamedTuple):
    """Verified claims. ``host`` is that of the scanned address, None for bare digits or bytes."""

    claims: Claims
    kid: bytes
    host: str | None


def verify(
    text: str,
    trust_list: TrustList,
    now: datetime,
    catalogue: Catalogue | None = None,
    *,
    allow_list: Allowance | None = None,
) -> Verified:
    """Verify the text of a symbol: an address, or its digits alone. ``now`` is aware.

    Step 1, text: ``symbol_*``. Step 2, host: TokenError ``host_unknown`` for an address on a host that is not in the
    trust list (a code copied to another site). Then the steps of ``verify_token``.
    """
    origin, found, digits = text.partition(PATH)
    host = trust_list.origins.get(origin) if found else None
    if host is None:  # bare digits, or an unknown host
        host, digits = parse_address(text)
        if host is not None:
            raise TokenError("host_unknown", host=host)
    return verify_token(from_digits(digits), trust_list, now, catalogue, host=host, allow_list=allow_list)


def verify_token(
    token: bytes,
    trust_list: TrustList,
    now: datetime,
    catalogue: Catalogue | None = None,
    *,
    host: str | None = None,
    allow_list: Allowance | None = None,
) -> Verified:
    """Verify signed bytes. With ``catalogue``, permit types and number templates must also be registered there.

    Of a compromised key only what ``allow_list`` names is accepted; without one, nothing. Raises TokenError. The
    payload is not read before the signature is verified.
    """
    # Step 3: the envelope, byte by byte.
    if len(token) > MAX_SIGNED_BYTES:
        raise TokenError("envelope_too_large", length=len(token), limit=MAX_SIGNED_BYTES)
    parts = split(token)
    # Step 4: the two numbers of the signature, in range and with low s.
    check_signature_numbers(parts.signature)
    # Step 5: the key, by id and purpose.
    key = trust_list.key(parts.kid, _LICENCE)
    # Step 6: the signature.
    check_signature(parts, CODE_AAD, key.public_key)
    # Steps 7 and 8: the payload's bytes, then its values.
    claims = decode_claims(parts.payload)
    # Step 9: whether the key was allowed to sign this and is still accepted.
    if key.state is _COMPROMISED and not (allow_list and allow_list.allows(key.kid, token)):
        raise TokenError("key_compromised", kid=key.kid.hex())
    _check_key_allowed(key, claims, now)
    # Step 10: the wire ids, if a catalogue is given.
    if catalogue is not None:
        for permit in claims.permits:
            registered_type(permit, catalogue)
            written_number(permit, catalogue)
    return tuple.__new__(Verified, (claims, key.kid, host))


def signed_claims(token: bytes, trust_list: TrustList) -> Claims:
    """What a key of codes has signed, whatever has become of that key since: not whether a print is still accepted.

    Raises TokenError.
    """
    parts = split(token)
    check_signature_numbers(parts.signature)
    check_signature(parts, CODE_AAD, trust_list.key(parts.kid, _LICENCE).public_key)
    return decode_claims(parts.payload)


def _check_key_allowed(key: TrustedKey, claims: Claims, now: datetime) -> None:
    if now.tzinfo is None:
        raise ValueError("now must be aware")
    issued_on, today = claims.issued_on, local_date(now)
    if issued_on < key.not_before:
        raise TokenError("key_too_early", kid=key.kid.hex(), issued_on=issued_on, not_before=key.not_before)
    if issued_on > key.sign_until:
        raise TokenError("key_too_late", kid=key.kid.hex(), issued_on=issued_on, sign_until=key.sign_until)
    if today > key.verify_until:
        raise TokenError("key_verify_ended", kid=key.kid.hex(), verify_until=key.verify_until)
    if issued_on > today and issued_on > today + _CLOCK_TOLERANCE:
        raise TokenError("claims_issued_in_future", issued_on=issued_on, today=today)
