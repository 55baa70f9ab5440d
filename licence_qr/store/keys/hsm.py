"""Keys in a hardware security module (HSM) by PKCS#11 (OASIS, version 2.40): they sign inside and never leave it.

Needs the extra ``hsm`` (python-pkcs11), which is imported only when a module is configured.
"""

from __future__ import annotations

import hashlib
import importlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from licence_qr.errors import KeyStoreError


class Hsm:
    """One token of a module. A session is opened at the first use of each process and used by one thread at a time."""

    def __init__(self, module: Path, token: str, pin_file: Path) -> None:
        self._module = module
        self._token = token
        self._pin_file = pin_file
        self._session: Any = None
        self._found: dict[str, Any] = {}
        self._refusal: KeyStoreError | None = None
        self._alone = threading.Lock()

    def key(self, kid: bytes, label: str) -> HsmKey:
        """The key called ``label``, which signs as ``kid``. The module is not contacted yet."""
        return HsmKey(kid, self, label)

    def public_key(self, label: str) -> ec.EllipticCurvePublicKey:
        """The public key of the pair called ``label``, which is created if missing (P-256, not extractable).

        Raises KeyStoreError ``hsm_key_curve`` for a pair on another curve, and the errors of ``sign``.
        """
        point = self._ask(lambda pkcs11, session: _public_point(pkcs11, session, label), writing=True)
        try:
            return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        except ValueError:
            raise KeyStoreError("hsm_key_curve", label=label) from None

    def sign(self, label: str, message: bytes) -> bytes:
        """ES256 over ``message`` by the key called ``label``: r and s, 32 bytes each; s may be high.

        Raises KeyStoreError ``hsm_library_missing``, ``hsm_pin_missing``, ``hsm_key_missing`` or ``hsm_refused``.
        """
        digest = hashlib.sha256(message).digest()

        def work(pkcs11: Any, session: Any) -> bytes:
            private = self._found.get(label)
            if private is None:
                private = self._found[label] = _private_key(pkcs11, session, label)
            signature: bytes = private.sign(digest, mechanism=pkcs11.Mechanism.ECDSA)
            return signature

        return self._ask(work, label=label)

    def check(self, label: str) -> None:
        """Raise KeyStoreError when the key called ``label`` cannot be used now, as far as this process knows.

        Asked again and again, it never opens a session: with a wrong PIN the module would lock itself. Without one it says
        what the last attempt to use a key came to.
        """
        if self._session is None:
            if self._refusal is not None:
                raise self._refusal
            return
        self.demand(label)

    def demand(self, label: str) -> None:
        """Raise KeyStoreError unless the key called ``label`` can be used; a session is opened where there is none."""

        def look(pkcs11: Any, session: Any) -> bytes:
            _private_key(pkcs11, session, label)
            return b""

        self._ask(look, label=label)

    def _ask(self, work: Callable[[Any, Any], bytes], *, label: str = "", writing: bool = False) -> bytes:
        """What ``work`` gives; a refusal is kept for ``check``."""
        try:
            answer = self._attempt(work, label=label, writing=writing)
        except KeyStoreError as refusal:
            self._refusal = refusal
            raise
        self._refusal = None
        return answer

    def _attempt(self, work: Callable[[Any, Any], bytes], *, label: str, writing: bool) -> bytes:
        pkcs11 = _library()
        with self._alone:
            try:
                kept = self._session is not None and not writing
                try:
                    return work(pkcs11, self._open(pkcs11, writing=writing))
                except pkcs11.PKCS11Error:
                    self._session = None
                    self._found.clear()
                    if not kept:  # do not retry with a wrong PIN: modules lock after a few tries
                        raise
                    # The module was restarted, so its old sessions are gone.
                    return work(pkcs11, self._open(pkcs11))
            except pkcs11.NoSuchKey:
                raise KeyStoreError("hsm_key_missing", label=label, token=self._token) from None
            except (pkcs11.PKCS11Error, RuntimeError) as error:
                raise KeyStoreError("hsm_refused", token=self._token, because=type(error).__name__) from None

    def _open(self, pkcs11: Any, *, writing: bool = False) -> Any:
        if self._session is None or writing:
            self._found.clear()  # handles belong to their session
            token = pkcs11.lib(str(self._module)).get_token(token_label=self._token)
            try:
                self._session = token.open(rw=writing, user_pin=self._pin())
            except pkcs11.UserAlreadyLoggedIn:  # the PIN logs in the whole process
                self._session = token.open(rw=writing)
        return self._session

    def _pin(self) -> str:
        try:
            pin = self._pin_file.read_text(encoding="utf-8").strip()
        except (OSError, ValueError):
            pin = ""
        if not pin:
            raise KeyStoreError("hsm_pin_missing", path=self._pin_file)
        return pin


@dataclass(frozen=True, slots=True)
class HsmKey:
    """A signing key (credential.cose.SigningKey) that stays in the module."""

    kid: bytes
    hsm: Hsm
    label: str

    def sign(self, message: bytes) -> bytes:
        """r and s of the module's ES256 over ``message``; see ``Hsm.sign``."""
        return self.hsm.sign(self.label, message)


def _library() -> Any:
    try:
        return importlib.import_module("pkcs11")  # by name, so that it is needed only with a module
    except ImportError:
        raise KeyStoreError("hsm_library_missing") from None


def _private_key(pkcs11: Any, session: Any, label: str) -> Any:
    return session.get_key(label=label, object_class=pkcs11.ObjectClass.PRIVATE_KEY, key_type=pkcs11.KeyType.EC)


def _public_point(pkcs11: Any, session: Any, label: str) -> bytes:
    """The point of the pair's public half (SEC 1, section 2.3.3), unwrapped from its DER octet string."""
    kind = {"object_class": pkcs11.ObjectClass.PUBLIC_KEY, "key_type": pkcs11.KeyType.EC}
    try:
        public = session.get_key(label=label, **kind)
    except pkcs11.NoSuchKey:
        curve = importlib.import_module("pkcs11.util.ec").encode_named_curve_parameters("secp256r1")
        parameters = session.create_domain_parameters(
            pkcs11.KeyType.EC, {pkcs11.Attribute.EC_PARAMS: curve}, local=True
        )
        public, _ = parameters.generate_keypair(store=True, label=label)
    wrapped = bytes(public[pkcs11.Attribute.EC_POINT])
    return wrapped[2:] if wrapped[:2] == b"\x04\x41" else wrapped
