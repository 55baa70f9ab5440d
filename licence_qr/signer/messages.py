"""What is said over the socket: one request and one answer, each a line of JSON, then the connection ends.

A request names what is to be signed; nothing that is signed comes from it. Both sides refuse every other shape.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from licence_qr import errors
from licence_qr.credential.trust_list import KeyPurpose
from licence_qr.domain.identifiers import CODE_ID_BYTES, CodeId
from licence_qr.errors import KeyStoreError, LicenceQRError
from licence_qr.services.publishing.ended_by_history import Contradiction
from licence_qr.services.publishing.status_signer import NextList
from licence_qr.services.signing.signer import MOST, SigningVerdict, Version
from licence_qr.store.publishing.status_list import Issue, Position

MOST_REQUEST_BYTES = 16 * 1024  # a hundred versions are 6 KB
MOST_ANSWER_BYTES = 8 * 1024 * 1024  # a status list of ten million entries at random is 3 MB
_MOST_VERSION = (1 << 32) - 1


class Ask(StrEnum):
    """What can be asked."""

    PING = "ping"  # answered in turn with the others: without an answer nobody gets one
    CHECK_KEY = "check key"
    CHECK_CODES = "check codes"
    SIGN_CODES = "sign codes"
    SIGN_LIST = "sign status list"


class _Message(BaseModel):
    model_config = ConfigDict(
        frozen=True, strict=True, extra="forbid", ser_json_bytes="base64", val_json_bytes="base64"
    )


class AskedVersion(_Message):
    """One version of a code, by its id in hexadecimal."""

    code: Annotated[str, Field(pattern=rf"^[0-9a-f]{{{2 * CODE_ID_BYTES}}}$")]
    version: Annotated[int, Field(ge=1, le=_MOST_VERSION)]

    @classmethod
    def of(cls, version: Version) -> AskedVersion:
        """The one that stands for ``version``."""
        return cls(code=version[0].value.hex(), version=version[1])

    @property
    def named(self) -> Version:
        """Code and version."""
        return CodeId(bytes.fromhex(self.code)), self.version


class SignerRequest(_Message):
    """``purpose`` belongs to CHECK_KEY, ``codes`` to SIGN_CODES."""

    ask: Ask
    purpose: KeyPurpose = KeyPurpose.LICENCE
    codes: Annotated[tuple[AskedVersion, ...], Field(max_length=MOST)] = ()

    def line(self) -> bytes:
        """As it is sent."""
        return self.model_dump_json().encode("utf-8") + b"\n"


class ToldProblem(_Message):
    """An error of ours: its family, code and facts."""

    family: str
    code: str
    facts: dict[str, int | str]


class ToldVerdict(_Message):
    """A verdict on one version."""

    asked: AskedVersion
    fault: str
    kid: bytes
    token: bytes


class ToldContradiction(_Message):
    """See ``Contradiction``."""

    uscc: str
    code_number: str
    version: int
    permit_no: str


class ToldList(_Message):
    """See ``NextList``."""

    change: int
    count: int
    subject: str
    kid: bytes
    issued_at: datetime
    signed: bytes
    contradictions: tuple[ToldContradiction, ...]

    @classmethod
    def of(cls, made: NextList) -> ToldList:
        """The one that stands for ``made``."""
        issue = made.issue
        told = tuple(
            ToldContradiction(
                uscc=each.uscc, code_number=each.code_number, version=each.version, permit_no=each.permit_no
            )
            for each in made.contradictions
        )
        return cls(
            change=issue.position.change,
            count=issue.position.count,
            subject=issue.subject,
            kid=issue.kid,
            issued_at=issue.issued_at,
            signed=made.signed,
            contradictions=told,
        )

    def made(self) -> NextList:
        """What it stands for."""
        issue = Issue(Position(self.change, self.count), self.subject, self.kid, self.issued_at)
        told = tuple(
            Contradiction(each.uscc, each.code_number, each.version, each.permit_no) for each in self.contradictions
        )
        return NextList(issue, self.signed, told)


class SignerAnswer(_Message):
    """How it went: a problem, or what was asked for."""

    problem: ToldProblem | None = None
    codes: tuple[ToldVerdict, ...] = ()
    status_list: ToldList | None = None

    @classmethod
    def of_codes(cls, verdicts: Sequence[SigningVerdict]) -> SignerAnswer:
        """The answer with these verdicts."""
        return cls(
            codes=tuple(
                ToldVerdict(asked=AskedVersion.of(each.version), fault=each.fault, kid=each.kid, token=each.token)
                for each in verdicts
            )
        )

    @classmethod
    def of_error(cls, error: LicenceQRError) -> SignerAnswer:
        """The answer that tells ``error``, its facts as text."""
        facts = {name: value if type(value) is int else str(value) for name, value in error.facts.items()}
        return cls(problem=ToldProblem(family=type(error).__name__, code=error.code, facts=facts))

    def line(self) -> bytes:
        """As it is sent."""
        return self.model_dump_json().encode("utf-8") + b"\n"

    def verdicts(self) -> tuple[SigningVerdict, ...]:
        """The verdicts that it tells."""
        return tuple(SigningVerdict(each.asked.named, each.fault, each.kid, each.token) for each in self.codes)

    def raise_problem(self) -> None:
        """Raise the error that it tells, if it tells one."""
        if self.problem is None:
            return
        family = getattr(errors, self.problem.family, None)
        if not (isinstance(family, type) and issubclass(family, LicenceQRError)):
            family = KeyStoreError
        raise family(self.problem.code, **self.problem.facts)
