"""Verify a code without the register: return the signed facts, or raise why it is refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from licence_qr.credential.allow_list import AllowList
from licence_qr.credential.description import Description, describe
from licence_qr.credential.trust_list import TrustList
from licence_qr.credential.verifier import verify
from licence_qr.domain.catalogue.model import Catalogue
from licence_qr.domain.publishing.pasted import Pasted, PastedAs, reduced
from licence_qr.errors import TokenError
from licence_qr.reading.pictures import MAX_FILE_BYTES, read_symbols

__all__ = [
    "MAX_FILE_BYTES",
    "CodeSeen",
    "CodesSeen",
    "Description",
    "NamedByAllowList",
    "Verification",
    "first_genuine",
]

Found = TypeVar("Found")


def first_genuine(verify: Callable[[str], Found], readings: Sequence[str]) -> Found:
    """What ``verify`` says of the first reading of a pasted code (``Pasted.texts``) that it does not refuse.

    Raises its TokenError for the last, the longest, if it refuses all.
    """
    for reading in readings[:-1]:
        with suppress(TokenError):
            return verify(reading)
    return verify(readings[-1])


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
class CodeSeen:
    """A code of a file or a text: what it is and, of a web address, its host. Of a genuine one ``said`` is what it says, of
    any other why it is refused."""

    kind: PastedAs
    host: str
    said: Description | TokenError

    @property
    def genuine(self) -> bool:
        """Whether it is one of this service."""
        return not isinstance(self.said, TokenError)


@dataclass(frozen=True, slots=True)
class CodesSeen:
    """What is told of a file or a text: one code, and beside it the others. ``pages_left_out`` were not looked at."""

    first: CodeSeen
    others: tuple[CodeSeen, ...]
    pages_left_out: int = 0


@dataclass(frozen=True, slots=True)
class Verification:
    """Offline verification, without register or network. It does not know what happened after the code was signed."""

    catalogue: Catalogue
    trust_list: Callable[[], TrustList]
    allow_list: Callable[[], AllowList | None]

    def pasted(self, text: str) -> Pasted:
        """What a person pasted or typed. Raises TokenError ``trust_list_*``."""
        return reduced(text, self.trust_list().hosts)

    def of_text(self, text: str, now: datetime) -> Description:
        """Verify an address or digits that a person pasted or typed. Raises TokenError."""
        pasted = self.pasted(text)
        readings = pasted.texts if pasted.kind is PastedAs.CODE else (text,)
        return first_genuine(lambda reading: self.of_symbol(reading, now), readings)

    def of_symbol(self, text: str, now: datetime) -> Description:
        """Verify the text of a symbol as it was read. Raises TokenError."""
        named = NamedByAllowList(self.allow_list)
        return describe(verify(text, self.trust_list(), now, self.catalogue, allow_list=named), self.catalogue)

    def codes_in_text(self, text: str, now: datetime) -> CodesSeen:
        """Verify the codes that a person pasted or typed. Raises TokenError ``trust_list_*``."""
        pasted = self.pasted(text)
        readings = (pasted.texts, *pasted.others) if pasted.kind is PastedAs.CODE else ((text,),)
        first, *others = (self._seen(each, now) for each in readings)
        return CodesSeen(first, tuple(others))

    def codes_in_file(self, data: bytes, name: str, now: datetime) -> CodesSeen:
        """Verify the codes in a picture or PDF. The first is the first genuine one, else the first that is a code of a
        service like this, else the first symbol.

        Raises UnreadableError when there is no symbol or the file cannot be read, TokenError ``trust_list_*``.
        """
        read = read_symbols(data, name)
        seen = [self._seen((text,), now) for text in read.texts]
        first = min(seen, key=lambda code: (not code.genuine, code.kind is not PastedAs.CODE))
        return CodesSeen(first, tuple(code for code in seen if code is not first), read.pages_left_out)

    def _seen(self, readings: Sequence[str], now: datetime) -> CodeSeen:
        pasted = self.pasted(readings[-1])
        try:
            said: Description | TokenError = first_genuine(lambda reading: self.of_symbol(reading, now), readings)
        except TokenError as refusal:
            said = refusal
        return CodeSeen(pasted.kind, pasted.host, said)
