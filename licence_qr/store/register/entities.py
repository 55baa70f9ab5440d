"""Entities and their premises."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from licence_qr.domain.names import FOLDED, name_key
from licence_qr.domain.register.entity import Entity, EntityForm, LicenceState, Premises
from licence_qr.store.database.connections import Row, Transaction

# ``Entity.holder_name`` of a row ``e`` of ``entities``; NULL where there is none.
HOLDER_NAME = "coalesce(nullif(e.name, ''), e.principal)"
# A name such as 张伟 has thousands of businesses in a province.
_MOST_NAMED = 50


@dataclass(frozen=True, slots=True)
class StoredEntity:
    """An entity with what the register adds to the licence. ``contact_phone`` is internal.

    ``state_since`` is None when unknown; ``dormant_until`` is the last day of dormancy (歇业).
    """

    entity: Entity
    state: LicenceState
    office: str
    contact_phone: str
    state_since: date | None = None
    dormant_until: date | None = None

    @property
    def decided_since(self) -> date:
        """The earliest day on which the next decision on its state may take effect."""
        return max(self.entity.established_on, self.state_since or date.min)


_COLUMNS = (
    "uscc, form, name, name_key, entity_type, principal, registered_capital, established_on, issued_on, term_to,"
    " domicile, business_scope, registration_authority, state, office, contact_phone,"
    " state_since, dormant_until"
)

_NAMES = _COLUMNS.replace(" ", "").split(",")
_INSERT = f"INSERT INTO entities ({_COLUMNS}) VALUES ({', '.join('?' * len(_NAMES))})"
_UPDATE = f"UPDATE entities SET {', '.join(f'{name} = ?' for name in _NAMES[1:])} WHERE uscc = ?"

_LONGEST_SEARCHED = 200  # characters


def _values(stored: StoredEntity) -> tuple[Any, ...]:
    e = stored.entity
    return (
        e.uscc,
        e.form.value,
        e.name,
        name_key(e.name),
        e.entity_type,
        e.principal,
        e.registered_capital,
        e.established_on.isoformat(),
        e.issued_on.isoformat(),
        e.term_to and e.term_to.isoformat(),
        e.domicile,
        e.business_scope,
        e.registration_authority,
        stored.state.value,
        stored.office,
        stored.contact_phone,
        stored.state_since and stored.state_since.isoformat(),
        stored.dormant_until and stored.dormant_until.isoformat(),
    )


def from_row(row: Row) -> StoredEntity:
    """Read a row of ``entities``."""
    entity = Entity(
        uscc=row["uscc"],
        form=EntityForm(row["form"]),
        name=row["name"],
        entity_type=row["entity_type"],
        principal=row["principal"],
        established_on=date.fromisoformat(row["established_on"]),
        issued_on=date.fromisoformat(row["issued_on"]),
        domicile=row["domicile"],
        business_scope=row["business_scope"],
        registration_authority=row["registration_authority"],
        registered_capital=row["registered_capital"],
        term_to=date.fromisoformat(row["term_to"]) if row["term_to"] else None,
    )
    return StoredEntity(
        entity,
        LicenceState(row["state"]),
        row["office"],
        row["contact_phone"],
        date.fromisoformat(row["state_since"]) if row["state_since"] else None,
        date.fromisoformat(row["dormant_until"]) if row["dormant_until"] else None,
    )


def get(tx: Transaction, uscc: str) -> StoredEntity | None:
    """The entity with this credit code, or None."""
    row = tx.one(f"SELECT {_COLUMNS} FROM entities WHERE uscc = ?", (uscc,))
    return from_row(row) if row else None


def holder_name(tx: Transaction, uscc: str) -> str | None:
    """The name of the holder with this credit code, or None."""
    row = tx.one(f"SELECT {HOLDER_NAME} AS name FROM entities AS e WHERE uscc = ?", (uscc,))
    return row["name"] if row else None


def add(tx: Transaction, stored: StoredEntity) -> None:
    """Add an entity; its credit code must be new."""
    tx.run(_INSERT, _values(stored))


def put(tx: Transaction, stored: StoredEntity) -> None:
    """Insert or update the entity."""
    uscc, *others = _values(stored)
    if tx.run(_UPDATE, (*others, uscc)).rowcount == 0:
        add(tx, stored)


def rested(tx: Transaction, day: date) -> tuple[str, ...]:
    """The credit codes of dormant businesses whose dormancy ended before ``day``."""
    rows = tx.all(
        "SELECT uscc FROM entities WHERE state = ? AND dormant_until < ? ORDER BY uscc",
        (LicenceState.DORMANT.value, day.isoformat()),
    )
    return tuple(row["uscc"] for row in rows)


def count(tx: Transaction) -> int:
    """The number of entities."""
    row = tx.one("SELECT count(*) AS n FROM entities")
    return int(row["n"]) if row else 0


def search(tx: Transaction, text: str, limit: int = 50) -> list[StoredEntity]:
    """Entities whose name, credit code, principal or permit number contains ``text``, by name, at most ``limit``.

    A scan of the table: two-character Chinese words, which people search for, are too short for a trigram index.
    A text longer than any name or number, or with a null character, finds nothing: SQLite cannot handle such patterns.
    """
    if len(text) > _LONGEST_SEARCHED or "\0" in text:
        return []
    pattern = f"%{_written(_escaped(name_key(text)))}%"
    rows = tx.all(
        f"SELECT {_COLUMNS} FROM entities WHERE name_key LIKE ? ESCAPE '\\' OR lower(uscc) LIKE ? ESCAPE '\\'"
        " OR principal LIKE ? ESCAPE '\\'"
        " OR uscc IN (SELECT uscc FROM permits WHERE permit_no LIKE ? ESCAPE '\\')"
        " ORDER BY name, uscc LIMIT ?",
        (pattern, pattern, pattern, pattern, limit),
    )
    return [from_row(row) for row in rows]


def names_with(tx: Transaction, parts: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Credit code and name of the entities whose licence has not ended and whose ``name_key`` contains these parts, in
    their order; nameless ones are left out. A scan of the table, as for ``search``."""
    pattern = "%".join(("", *map(_escaped, parts), ""))
    rows = tx.all(
        "SELECT uscc, name, state FROM entities WHERE name <> '' AND name_key LIKE ? ESCAPE '\\' ORDER BY uscc",
        (pattern,),
    )
    return ((row["uscc"], row["name"]) for row in rows if not LicenceState(row["state"]).ended)


def names_after(tx: Transaction, uscc: str, most: int) -> list[tuple[str, str]]:
    """Credit code and name of the first ``most`` entities after ``uscc`` in the order of their codes."""
    rows = tx.all("SELECT uscc, name FROM entities WHERE uscc > ? ORDER BY uscc LIMIT ?", (uscc, most))
    return [(row["uscc"], row["name"]) for row in rows]


def _escaped(key: str) -> str:
    """A text in a pattern, in which it stands for itself."""
    return key.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _written(pattern: str) -> str:
    """A pattern for texts as written, and for keys that an earlier release has stored: a character for which ``name_key``
    takes several, such as a bracket or a middle dot, matches any."""
    return "".join("_" if char in FOLDED else char for char in pattern)


def premises_of(tx: Transaction, uscc: str) -> tuple[Premises, ...]:
    """The premises of an entity by number, including closed ones."""
    rows = tx.all(
        "SELECT premises_no, address, region, area_m2, closed_on FROM premises WHERE uscc = ? ORDER BY premises_no",
        (uscc,),
    )
    return tuple(premises_from_row(row) for row in rows)


def premises_from_row(row: Row) -> Premises:
    """Read a row of ``premises``."""
    closed_on = date.fromisoformat(row["closed_on"]) if row["closed_on"] else None
    return Premises(row["premises_no"], row["address"], row["region"], row["area_m2"], closed_on)


def premises_at(tx: Transaction, uscc: str, address: str) -> Premises | None:
    """The open premises of this entity at that address (compared by ``name_key``), or None."""
    key = name_key(address)
    return next((p for p in premises_of(tx, uscc) if p.open and name_key(p.address) == key), None)


def at_address(tx: Transaction, address: str) -> list[StoredEntity]:
    """The entities that have open premises at that address (compared by ``name_key``), by their codes: no more than anybody
    reads."""
    rows = tx.all(
        f"SELECT {_COLUMNS} FROM entities WHERE uscc IN"
        " (SELECT uscc FROM premises WHERE address_key = ? AND closed_on IS NULL) ORDER BY uscc LIMIT ?",
        (name_key(address), _MOST_NAMED),
    )
    return [from_row(row) for row in rows]


def led_by(tx: Transaction, principal: str) -> list[StoredEntity]:
    """The entities whose person in charge has that name, by their codes: no more than anybody reads."""
    rows = tx.all(
        f"SELECT {_COLUMNS} FROM entities WHERE principal = ? ORDER BY uscc LIMIT ?", (principal, _MOST_NAMED)
    )
    return [from_row(row) for row in rows]


def add_premises(tx: Transaction, uscc: str, address: str, region: str, area_m2: int | None) -> Premises:
    """Add one premises with the entity's next number."""
    row = tx.one("SELECT coalesce(max(premises_no), 0) + 1 AS n FROM premises WHERE uscc = ?", (uscc,))
    premises = Premises(int(row["n"]) if row else 1, address, region, area_m2)
    tx.run(
        "INSERT INTO premises (uscc, premises_no, address, address_key, region, area_m2) VALUES (?, ?, ?, ?, ?, ?)",
        (uscc, premises.premises_no, address, name_key(address), region, area_m2),
    )
    return premises


def replace_premises(tx: Transaction, uscc: str, premises: Premises) -> None:
    """Update existing premises."""
    tx.run(
        "UPDATE premises SET address = ?, address_key = ?, region = ?, area_m2 = ?, closed_on = ?"
        " WHERE uscc = ? AND premises_no = ?",
        (
            premises.address,
            name_key(premises.address),
            premises.region,
            premises.area_m2,
            premises.closed_on and premises.closed_on.isoformat(),
            uscc,
            premises.premises_no,
        ),
    )
