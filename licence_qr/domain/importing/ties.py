"""What ties rows of an import to each other: rows without a tie, direct or through others, can be merged apart.

A tie too many costs nothing but memory, one too few would be a wrong merge. So texts are compared as the merge
compares them, and rows that it will refuse are tied like others.
"""

from __future__ import annotations

from licence_qr.domain.identifiers import parse_uscc
from licence_qr.domain.importing.conflicts import Source, SourceRow
from licence_qr.domain.importing.meant import meant_text
from licence_qr.domain.names import name_key
from licence_qr.domain.register.entity import Entity
from licence_qr.errors import InputError

# What each kind of tie begins with.
CODE, PERMIT, PLACE = "code ", "permit ", "at "


def code_in(row: SourceRow) -> str:
    """The credit code in a row, or empty if it has no valid one."""
    try:
        return parse_uscc(meant_text(row, "uscc"))
    except InputError:
        return ""


def permit_in(row: SourceRow) -> str:
    """The permit number in a row, as it is compared; empty if it has none."""
    return name_key(meant_text(row, "permit_no"))


def ties_of(row: SourceRow) -> tuple[str, ...]:
    """The ties of one row: its credit code, its permit number, and the name at the address by which a permit without a
    credit code finds its licence."""
    code = code_in(row)
    ties = [CODE + code] if code else []
    if row.place.source is Source.HEALTH and (number := permit_in(row)):
        ties.append(PERMIT + number)
    if row.place.source is Source.MARKET or without_code(row):
        name = meant_text(row, "name") or meant_text(row, "principal")
        ties += _name_at_address(name, meant_text(row, "address"))
    return tuple(ties)


def without_code(row: SourceRow) -> bool:
    """Whether it is a permit that has to find its licence by name and address."""
    return row.place.source is Source.HEALTH and not meant_text(row, "uscc")


def ties_of_registered(entity: Entity) -> tuple[str, ...]:
    """The ties of the rows that name a business of the register by its code, to permits without one."""
    return _name_at_address(entity.holder_name, entity.domicile)


def _name_at_address(name: str, address: str) -> tuple[str, ...]:
    keys = name_key(name), name_key(address)
    return (f"{PLACE}{keys[0]}\n{keys[1]}",) if all(keys) else ()
