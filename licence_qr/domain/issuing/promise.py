"""The promise (告知承诺书) as a document: what was promised, by whom, on which day, and how it was signed.

The document is canonical JSON (RFC 8785) and named by its SHA-256, which the signed record of the business carries. All of
it is public. An agent's name and authority are not: they stand in a part of their own, of which the document has the hash.
That part begins with a random salt, so that nobody finds a name by trying names, and can be erased without the document
losing anything. Identity numbers are in neither, and of a drawn signature only the hash of its picture.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from licence_qr.domain.canonical_json import canonical_json
from licence_qr.domain.catalogue.model import Notice
from licence_qr.domain.names import name_key
from licence_qr.errors import InputError
from licence_qr.wording.text import Text

FORMAT = "licence-qr promise 1"
SALT_BYTES = 32


class Capacity(StrEnum):
    """In what capacity somebody signs. Another helper of the applicant cannot."""

    PRINCIPAL = "principal"
    AGENT = "agent"


class SignedHow(StrEnum):
    """How a promise was signed."""

    DESK = "desk"  # drawn on the screen of the desk
    PHONE = "phone"  # drawn on a phone, by a link that is used once
    PAPER = "paper"  # on paper, in three copies


CAPACITY_WORDS: Mapping[Capacity, Text] = {
    Capacity.PRINCIPAL: Text("负责人本人", "The person in charge"),
    Capacity.AGENT: Text("有授权的代理人", "An agent with authority"),
}
SIGNED_HOW_WORDS: Mapping[SignedHow, Text] = {
    SignedHow.DESK: Text("在窗口的签名框里手写", "Drawn at the desk"),
    SignedHow.PHONE: Text("在手机上手写", "Drawn on a phone"),
    SignedHow.PAPER: Text("在纸上签名，一式三份", "On paper, in three copies"),
}


@dataclass(frozen=True, slots=True)
class Agent:
    """Somebody who signs for the principal: by which authority, and until when it stands (None: no end is named)."""

    name: str
    authority: str
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Drawing:
    """A drawn signature: the SHA-256 of its picture, and the name of the encrypted file that keeps it."""

    image_sha256: str
    file: str


@dataclass(frozen=True, slots=True)
class PromiseSignature:
    """Who signed, on which day and how. ``agent`` is set where the capacity is that of one, ``drawing`` unless on paper."""

    signer: str
    signed_on: date
    agent: Agent | None = None
    how: SignedHow = SignedHow.PAPER
    drawing: Drawing | None = None

    @property
    def capacity(self) -> Capacity:
        """In what capacity ``signer`` signed."""
        return Capacity.AGENT if self.agent else Capacity.PRINCIPAL


@dataclass(frozen=True, slots=True)
class PromiseFacts:
    """What somebody has before their eyes who signs. Where one of these changes, the promise is signed again."""

    notice_id: str
    notice_version: str
    notice_sha256: str
    name: str
    principal: str
    premises_address: str
    signer: str

    def changed(self, others: PromiseFacts) -> tuple[str, ...]:
        """The fields in which ``others`` differ, in the order of the form; a notice is one field."""
        mine, theirs = asdict(self), asdict(others)
        differing = [name for name in mine if mine[name] != theirs[name]]
        fields = ("notice_id" if name.startswith("notice_") else name for name in differing)
        return tuple(dict.fromkeys(fields))


@dataclass(frozen=True, slots=True)
class Promise:
    """A promise as it is kept: the public ``document``, its name, and ``private``, the part about an agent; empty where the
    principal signed, and after it was erased."""

    sha256: str
    document: str
    private: str


@dataclass(frozen=True, slots=True)
class PromisedPermit:
    """What is promised for: a type of permit in an application, which has one of each."""

    application_no: str
    permit_type: str


def promise_of(
    permit: PromisedPermit, notice: Notice, facts: PromiseFacts, signature: PromiseSignature, salt: bytes
) -> Promise:
    """The promise for a permit. ``salt`` are ``SALT_BYTES`` random bytes, used for this one only."""
    private = _private(signature.agent, salt) if signature.agent else ""
    document = canonical_json(
        {
            "format": FORMAT,
            "application_no": permit.application_no,
            "permit_type": permit.permit_type,
            "notice": {"id": notice.id, "version": notice.version, "sha256": notice.sha256, "text": notice.text},
            "business": {
                "name": facts.name,
                "principal": facts.principal,
                "premises_address": facts.premises_address,
            },
            "signed": {
                "by": signature.capacity.value,
                "agent_sha256": sha256(private) if private else None,
                "on": signature.signed_on.isoformat(),
                "how": signature.how.value,
                "image_sha256": signature.drawing.image_sha256 if signature.drawing else None,
            },
        }
    )
    return Promise(sha256(document), document, private)


def sha256(text: str) -> str:
    """The name of a document: the SHA-256 of its UTF-8, in hexadecimal."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _private(agent: Agent, salt: bytes) -> str:
    part: dict[str, Any] = {
        "salt": salt.hex(),
        "name": agent.name,
        "authority": agent.authority,
        "until": agent.until and agent.until.isoformat(),
    }
    return canonical_json(part)


def agent_who_signs(signer: str, principal: str, agent: Agent | None, day: date) -> Agent | None:
    """The agent if it is the one who signs, None where the principal does.

    Raises InputError ``signer_is_neither``, ``agent_without_authority`` or ``signer_authority_ended``, each of ``signer``.
    """
    if name_key(signer) == name_key(principal):
        return None
    if agent is None or name_key(signer) != name_key(agent.name):
        raise InputError("signer_is_neither", field="signer", signer=signer, principal=principal)
    if not agent.authority:
        raise InputError("agent_without_authority", field="signer", agent=agent.name, principal=principal)
    if agent.until is not None and agent.until < day:
        facts = {"agent": agent.name, "until": agent.until.isoformat(), "principal": principal}
        raise InputError("signer_authority_ended", field="signer", **facts)
    return agent
