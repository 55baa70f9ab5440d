"""The result of issuing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from licence_qr.domain.identifiers import CodeId


@dataclass(slots=True)
class OrderedCode:
    """One version of a code, which is signed once the act that made it is committed. ``token`` is there then, unless it was
    signed already or another process has signed it: the register has it."""

    code_id: CodeId
    version: int
    uscc: str
    issued_on: date
    token: bytes = b""


@dataclass(frozen=True, slots=True)
class IssuedCode:
    """One signed version of a code. ``token`` is the COSE_Sign1; ``address`` is the full text of the QR symbol."""

    code_id: CodeId
    version: int
    uscc: str
    issued_on: date
    token: bytes
    address: str


@dataclass(frozen=True, slots=True)
class IssuedPermit:
    """One permit of an issued application: granted with its number, or pending (number empty)."""

    permit_type: str
    permit_no: str
    pending: bool


@dataclass(frozen=True, slots=True)
class IssuedPair:
    """The outcome of one application. ``repeated``: it had been issued before, and nothing was done again."""

    application_no: str
    uscc: str
    holder_name: str
    permits: tuple[IssuedPermit, ...]
    code: IssuedCode
    repeated: bool
