"""The two ceremonies of WebAuthn level 2, registration and authentication, by the library ``webauthn``.

The library is loaded when the first passkey is used: it takes a third of a second, which commands need not pay.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

from licence_qr.domain.accounts.second_factor import RelyingParty
from licence_qr.domain.roles import Actor
from licence_qr.store.accounts.passkeys import Passkey

if TYPE_CHECKING:
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

CHALLENGE_BYTES = 32
CHALLENGE_MINUTES = 5
MOST_ANSWER_CHARACTERS = 20_000  # a browser's answer has about 1,000
# What the library lets through from parsers of CBOR, JSON and keys when an answer is made up.
_HOSTILE = (
    *(ValueError, TypeError, LookupError, AttributeError, EOFError, OverflowError, RecursionError),
    *(InvalidSignature, UnsupportedAlgorithm),
)
_MILLISECONDS = CHALLENGE_MINUTES * 60 * 1000


@dataclass(frozen=True, slots=True)
class RegisteredPasskey:
    """What a verified registration gives."""

    credential_id: bytes
    public_key: bytes
    sign_count: int


def load() -> None:
    """Load the library now."""
    importlib.import_module("webauthn")


def creation_options(
    party: RelyingParty, service: str, actor: Actor, handle: bytes, challenge: bytes, known: Iterable[Passkey]
) -> str:
    """The JSON for ``navigator.credentials.create``. ``handle`` stands for the account and tells nothing about it."""
    from webauthn import generate_registration_options, options_to_json
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    options = generate_registration_options(
        rp_id=party.id,
        rp_name=service,
        user_id=handle,
        user_name=actor.username,
        user_display_name=actor.display_name,
        challenge=challenge,
        timeout=_MILLISECONDS,
        exclude_credentials=_descriptors(known),
        authenticator_selection=AuthenticatorSelectionCriteria(
            # The user name is always typed first, so no memory of a security key is spent.
            resident_key=ResidentKeyRequirement.DISCOURAGED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
    )
    return options_to_json(options)


def request_options(party: RelyingParty, challenge: bytes, known: Iterable[Passkey]) -> str:
    """The JSON for ``navigator.credentials.get``."""
    from webauthn import generate_authentication_options, options_to_json
    from webauthn.helpers.structs import UserVerificationRequirement

    options = generate_authentication_options(
        rp_id=party.id,
        challenge=challenge,
        timeout=_MILLISECONDS,
        allow_credentials=_descriptors(known),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json(options)


def registered(party: RelyingParty, answer: str, challenge: bytes) -> RegisteredPasskey | None:
    """Verify the answer of ``create``; None if it is not the right answer to this challenge from this website."""
    from webauthn import verify_registration_response
    from webauthn.helpers.exceptions import WebAuthnException

    if len(answer) > MOST_ANSWER_CHARACTERS:
        return None
    try:
        made = verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, *_HOSTILE):
        return None
    return RegisteredPasskey(made.credential_id, made.credential_public_key, made.sign_count)


def authenticated(
    party: RelyingParty, answer: str, challenge: bytes, known: Iterable[Passkey]
) -> tuple[Passkey, int] | None:
    """Verify the answer of ``get``: the passkey that gave it and its new counter; None if it is not right.

    A counter that did not rise is refused: the passkey may have been copied (WebAuthn level 2, section 7.2, step 21).
    """
    from webauthn import verify_authentication_response
    from webauthn.helpers import parse_authentication_credential_json
    from webauthn.helpers.exceptions import WebAuthnException

    if len(answer) > MOST_ANSWER_CHARACTERS:
        return None
    try:
        given = parse_authentication_credential_json(answer)
        passkey = next((each for each in known if each.credential_id == given.raw_id), None)
        if passkey is None:
            return None
        used = verify_authentication_response(
            credential=given,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, *_HOSTILE):
        return None
    return passkey, used.new_sign_count


def _descriptors(known: Iterable[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

    return [PublicKeyCredentialDescriptor(id=each.credential_id) for each in known]
