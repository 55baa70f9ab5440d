"""Looking up businesses at the desk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from licence_qr.domain.dates import local_date
from licence_qr.domain.entity import LicenceState
from licence_qr.domain.identifiers import parse_code_number
from licence_qr.domain.permit import PermitStatus, status_on
from licence_qr.domain.public_page import PublicPage
from licence_qr.domain.roles import Actor
from licence_qr.errors import InputError, NotFoundError
from licence_qr.services.lookup import Lookup
from licence_qr.store import codes, entities, permits
from licence_qr.store.database import Database, Transaction
from licence_qr.store.entities import StoredEntity


@dataclass(frozen=True, slots=True)
class BusinessSummary:
    """One line of a search result."""

    uscc: str
    holder_name: str
    principal: str
    domicile: str
    state: LicenceState
    statuses: tuple[PermitStatus, ...]
    code_number: str


@dataclass(frozen=True, slots=True)
class CodeVersion:
    """One print of a business's code."""

    version: int
    issued_on: date


@dataclass(frozen=True, slots=True)
class BusinessDetail:
    """What the public sees of a business, and the versions of its code, newest first."""

    page: PublicPage
    versions: tuple[CodeVersion, ...]


@dataclass(frozen=True, slots=True)
class Register:
    """The register is open to every office for reading: licences and permits are public facts."""

    database: Database
    lookup: Lookup

    def search(self, actor: Actor, query: str, now: datetime) -> tuple[BusinessSummary, ...]:
        """Up to 50 businesses whose name, credit code, principal or permit number contains ``query``, or the one whose
        code number it is."""
        with self.database.read() as tx:
            found = _by_code_number(tx, query) or entities.search(tx, query.strip())
            return tuple(_summary(tx, stored, local_date(now)) for stored in found)

    def business(self, actor: Actor, uscc: str, now: datetime) -> BusinessDetail:
        """One business. Raises NotFoundError ``business_not_found``."""
        with self.database.read() as tx:
            versions = codes.versions_of_business(tx, uscc)
            if not versions:
                raise NotFoundError("business_not_found", uscc=uscc)
            page = self.lookup.of_business(tx, versions[0], now)
        return BusinessDetail(page, tuple(CodeVersion(v.version, v.issued_on) for v in versions))


def _by_code_number(tx: Transaction, query: str) -> list[StoredEntity]:
    try:
        code = codes.newest(tx, parse_code_number(query))
    except InputError:
        return []
    stored = entities.get(tx, code.uscc) if code else None
    return [stored] if stored else []


def _summary(tx: Transaction, stored: StoredEntity, day: date) -> BusinessSummary:
    held = permits.of_business(tx, stored.entity.uscc)
    code = codes.newest_of_business(tx, stored.entity.uscc)
    return BusinessSummary(
        stored.entity.uscc,
        stored.entity.holder_name,
        stored.entity.principal,
        stored.entity.domicile,
        stored.state,
        tuple(status_on(s.permit, day) for s in held),
        code.code_id.number if code else "",
    )
