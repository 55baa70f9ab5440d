"""Verify a code without the register: return the signed facts, or raise why it is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from licence_qr.credential.allow_list import AllowList
from licence_qr.credential.description import Description, describe
from licence_qr.credential.trust_list import TrustList
from licence_qr.credential.verifier import verify
from licence_qr.domain.catalogue.model import Catalogue
from licence_qr.errors import TokenError, UnreadableError
from licence_qr.reading.pictures import MAX_FILE_BYTES, read_symbols

__all__ = ["MAX_FILE_BYTES", "Description", "NamedByAllowList", "Verification"]


@dataclass(frozen=True, slots=True)
class NamedByAllowList:
    """Admits the codes in the allow-list.

    The list is read only for codes of a compromised key, so that a damaged one affects nothing else.
    """

    allow_list: Callable[[], AllowList | None]

    def allows(self, kid: bytes, token: bytes) -> bool:
        """Whether the list names ``token``, which has a valid signature. Raises TokenError ``allow_list_*``."""
        allowed = self.allow_list()
        return allowed is not None and allowed.allows(kid, token)


@dataclass(frozen=True, slots=True)
class Verification:
    """Offline verification, without register or network. It does not know what happened after the code was signed."""

    catalogue: Catalogue
    trust_list: Callable[[], TrustList]
    allow_list: Callable[[], AllowList | None]

    def of_text(self, text: str, now: datetime) -> Description:
        """Verify an address or digits. Raises TokenError."""
        named = NamedByAllowList(self.allow_list)
        verified = verify(text.strip(), self.trust_list(), now, self.catalogue, allow_list=named)
        return describe(verified, self.catalogue)

    def of_file(self, data: bytes, name: str, now: datetime) -> Description:
        """Verify the code in a picture or PDF: the first genuine symbol, else the error of the first symbol.

        Raises UnreadableError when there is no symbol or the file cannot be read, TokenError when none is genuine.
        """
        refusal: TokenError | None = None
        for text in read_symbols(data, name):
            try:
                return self.of_text(text, now)
            except TokenError as error:
                refusal = refusal or error
        if refusal is None:
            raise UnreadableError("no_symbol_found", name=name)
        raise refusal
