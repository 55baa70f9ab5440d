"""Parties of issued applications: numbers sealed, and marks by which one person is found again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from licence_qr.domain.parties.party import PartyRole
from licence_qr.store.database.connections import Row, Transaction

_COLUMNS = (
    "application_no, uscc, role, name, sealed_number, number_mark, last_four, authority, authority_until, origins"
)

_MOST_BUSINESSES = 200  # of one person; nobody reads more


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredParty:
    """One party. ``sealed_number`` and ``number_mark`` are None where no identity number was given."""

    party_id: int = 0
    application_no: str
    uscc: str
    role: PartyRole
    name: str
    sealed_number: bytes | None
    number_mark: bytes | None
    last_four: str
    authority: str
    authority_until: date | None
    origins: Mapping[str, str]


def add(tx: Transaction, parties: Iterable[StoredParty]) -> None:
    """Add the parties of an application."""
    for each in parties:
        tx.run(
            f"INSERT INTO parties ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                each.application_no,
                each.uscc,
                each.role.value,
                each.name,
                each.sealed_number,
                each.number_mark,
                each.last_four,
                each.authority,
                each.authority_until.isoformat() if each.authority_until else None,
                json.dumps(dict(each.origins), ensure_ascii=False),
            ),
        )


def get(tx: Transaction, party_id: int) -> StoredParty | None:
    """One party, or None."""
    row = tx.one(f"SELECT party_id, {_COLUMNS} FROM parties WHERE party_id = ?", (party_id,))
    return _from_row(row) if row else None


def newest_of_business(tx: Transaction, uscc: str) -> tuple[StoredParty, ...]:
    """The parties of the newest application of a business that has any: the applicant first."""
    rows = tx.all(
        f"SELECT party_id, {_COLUMNS} FROM parties WHERE application_no ="
        " (SELECT application_no FROM parties WHERE uscc = ? ORDER BY party_id DESC LIMIT 1) ORDER BY party_id",
        (uscc,),
    )
    return tuple(map(_from_row, rows))


def businesses_of(tx: Transaction, number_mark: bytes) -> tuple[str, ...]:
    """The credit codes of the businesses for which the person with this mark has applied, not as an agent."""
    rows = tx.all(
        "SELECT DISTINCT uscc FROM parties WHERE number_mark = ? AND role = ? ORDER BY uscc LIMIT ?",
        (number_mark, PartyRole.APPLICANT.value, _MOST_BUSINESSES),
    )
    return tuple(row["uscc"] for row in rows)


def applicant_mark(tx: Transaction, uscc: str) -> bytes | None:
    """The mark of the applicant's number in the newest application of a business that has one; None without."""
    row = tx.one(
        "SELECT number_mark FROM parties WHERE uscc = ? AND role = ? AND number_mark IS NOT NULL"
        " ORDER BY party_id DESC LIMIT 1",
        (uscc, PartyRole.APPLICANT.value),
    )
    return row["number_mark"] if row else None


def _from_row(row: Row) -> StoredParty:
    return StoredParty(
        party_id=row["party_id"],
        application_no=row["application_no"],
        uscc=row["uscc"],
        role=PartyRole(row["role"]),
        name=row["name"],
        sealed_number=row["sealed_number"],
        number_mark=row["number_mark"],
        last_four=row["last_four"],
        authority=row["authority"],
        authority_until=date.fromisoformat(row["authority_until"]) if row["authority_until"] else None,
        origins=json.loads(row["origins"]),
    )
