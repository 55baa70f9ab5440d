"""The strict verifier: numbered steps, each refusing with its own stable code (docs/verifying/code-format.md, section 6).

It says whether an authority signed these claims with a key that was allowed to. It does **not** say whether the licence
and the permits are still in force: that is the live register's or the status list's to say.
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

# A clock may be wrong by its time zone; by more than a day it is the clock that has to be mended, not the rule.
_CLOCK_TOLERANCE = timedelta(days=1)
# Each access to a member of an enum is a call in Python 3.11.
_LICENCE, _COMPROMISED = KeyPurpose.LICENCE, KeyState.COMPROMISED


class Verified(NamedTuple):
    """Claims that an authority signed. ``host`` is that of the scanned address, None for bare digits or bytes."""

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

    Step 1, text: ``symbol_*``. Step 2, host: TokenError ``host_unknown`` for an address that leads anywhere but to a host
    of the trust list (a copied code on a foreign site). Then the steps of ``verify_token``.
    """
    origin, found, digits = text.partition(PATH)
    host = trust_list.origins.get(origin) if found else None
    if host is None:  # bare digits, or what no edition of this list calls ours
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
    """Verify signed bytes. With ``catalogue``, permit types and number templates must be registered there.

    Of a compromised key only what ``allow_list`` names is accepted; without one, nothing. Every refusal is a TokenError.
    Nothing of the payload is read before the signature holds.
    """
    # Step 3: the envelope, byte by byte.
    if len(token) > MAX_SIGNED_BYTES:
        raise TokenError("envelope_too_large", length=len(token), limit=MAX_SIGNED_BYTES)
    parts = split(token)
    # Step 4: the two numbers of the signature, in range and in their one form.
    check_signature_numbers(parts.signature)
    # Step 5: the key, by id and purpose.
    key = trust_list.key(parts.kid, _LICENCE)
    # Step 6: the signature.
    check_signature(parts, CODE_AAD, key.public_key)
    # Steps 7 and 8: the payload's bytes, then its values.
    claims = decode_claims(parts.payload)
    # Step 9: whether that key was allowed to sign this, and may still be believed.
    if key.state is _COMPROMISED and not (allow_list and allow_list.allows(key.kid, token)):
        raise TokenError("key_compromised", kid=key.kid.hex())
    _check_key_allowed(key, claims, now)
    # Step 10: the words for it, where a catalogue is at hand.
    if catalogue is not None:
        for permit in claims.permits:
            registered_type(permit, catalogue)
            written_number(permit, catalogue)
    return tuple.__new__(Verified, (claims, key.kid, host))


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
