"""Rows that have been merged, while their businesses are taken over into the register, and what came of each row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from licence_qr.domain.importing.conflicts import Conflict, RowOutcome, RowVerdict, SourceRow
from licence_qr.domain.importing.ties import code_in, permit_in
from licence_qr.domain.importing.values import ExportedPart, Known, Merged, MergedBusiness
from licence_qr.errors import InputError
from licence_qr.services.importing.proposals import Asked
from licence_qr.services.importing.reconcile import BusinessImport, Fate, ImportContext
from licence_qr.store.database.connections import Transaction
from licence_qr.store.importing import import_runs
from licence_qr.store.importing.import_runs import StoredRow
from licence_qr.store.register import entities


@dataclass(slots=True)
class Settled:
    """A merge whose businesses are being taken over.

    It collects outcomes that differ from the merge, further questions, and four-eyes acts that a decision accepted from
    a file. A run without a decision has no such acts, because an answer no longer counts once its proposal was decided.
    ``unprintable``: why the cards of some businesses could not be printed, of which nothing new was taken over.
    """

    merged: Merged
    fates: list[Fate] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    unprintable: list[InputError] = field(default_factory=list)

    def verdicts(self) -> tuple[RowVerdict, ...]:
        """The verdict of every row, once all businesses have been taken over."""
        late = {place: fate for fate in self.fates for place in fate.places}
        return tuple(_with_fate(verdict, late.get(verdict.row.place)) for verdict in self.merged.verdicts)

    def questions(self) -> tuple[Conflict, ...]:
        """All open questions."""
        return (*self.merged.conflicts.values(), *self.conflicts)

    def stored_rows(self) -> list[StoredRow]:
        """The rows as stored, linked to their business and permit number."""
        owners = {
            place: business.record.entity.uscc
            for business in self.merged.businesses.values()
            for part in business.parts
            for place in part.places
        }
        owners |= {place: conflict.uscc for conflict in self.questions() for place in conflict.places if conflict.uscc}
        return [StoredRow(v, owners.get(v.row.place) or code_in(v.row), permit_in(v.row)) for v in self.verdicts()]


def take_over(tx: Transaction, context: ImportContext, settled: Settled, business: MergedBusiness) -> None:
    """Take one business over in the caller's transaction, and add what the merge could not know to ``settled``."""
    parts = _printable(tx, context, settled, business)
    business_import = BusinessImport(tx, context, replace(business, parts=parts))
    business_import.run()
    settled.fates += business_import.fates
    settled.conflicts += business_import.conflicts
    settled.asked += business_import.asked


def _printable(
    tx: Transaction, context: ImportContext, settled: Settled, business: MergedBusiness
) -> tuple[ExportedPart, ...]:
    """The parts to take over. Where the card of the business could not be printed whole, all that is new is refused.

    So the version that follows is made without asking again: what is here already is no fault of the file.
    """
    taken = import_runs.parts_of(tx, business.record.entity.uscc)
    new = [part for part in business.parts if part.key not in taken or taken[part.key].facts != part.facts]
    faults = context.coding.room.faults(tx, business.record, business.state, context.now) if new else ()
    if not faults:
        return business.parts
    settled.fates += [Fate(part.places, RowOutcome.REFUSED, faults[0].code, faults[0].facts) for part in new]
    settled.unprintable += faults
    return tuple(part for part in business.parts if part not in new)


def known_businesses(tx: Transaction, rows: Sequence[SourceRow]) -> dict[str, Known]:
    """The registered licences of all businesses that these rows name by credit code."""
    found = {}
    for uscc in {code for row in rows if (code := code_in(row))}:
        if stored := entities.get(tx, uscc):
            found[uscc] = (stored.entity, stored.state)
    return found


def _with_fate(verdict: RowVerdict, fate: Fate | None) -> RowVerdict:
    if fate is None:
        return verdict
    return replace(verdict, outcome=fate.outcome, code=fate.code, column="", facts=fate.facts, conflict=fate.conflict)
