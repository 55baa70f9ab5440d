"""Names of an import that are those of other businesses, or look like them: told in the report, row by row."""

from __future__ import annotations

from dataclasses import replace

from licence_qr.domain.characters.differences import pointed
from licence_qr.domain.importing.cells import Remark
from licence_qr.domain.importing.conflicts import RowOutcome, RowVerdict, Source
from licence_qr.domain.importing.meant import meant_text
from licence_qr.domain.importing.ties import code_in
from licence_qr.domain.importing.values import Merged
from licence_qr.store.database.connections import Database
from licence_qr.store.importing.staging import Staging
from licence_qr.store.register import entities

MOST_TOLD = 3
_PAGE = 500


def note_registered_names(database: Database, staging: Staging) -> None:
    """Compare the rows of the import with the businesses that the register has already, too."""
    last = ""
    while True:
        with database.read() as tx:
            page = entities.names_after(tx, last, _PAGE)
        if not page:
            return
        staging.name_businesses(page)
        last = page[-1][0]


def tell_look_alikes(merged: Merged, staging: Staging) -> Merged:
    """The outcome, with a remark on each licence whose name is that of another business or looks like it."""
    return replace(merged, verdicts=tuple(_told(verdict, staging) for verdict in merged.verdicts))


def _told(verdict: RowVerdict, staging: Staging) -> RowVerdict:
    row = verdict.row
    name = meant_text(row, "name")
    if row.place.source is not Source.MARKET or verdict.outcome is RowOutcome.REFUSED or not name:
        return verdict
    others = staging.look_alikes(code_in(row), name, MOST_TOLD + 1)
    if not others:
        return verdict
    named = [f"{uscc} “{pointed(other, name)[0]}”" for uscc, other in others[:MOST_TOLD]]
    told = "、".join((*named, *("…" for _ in others[MOST_TOLD:])))
    return replace(verdict, row=replace(row, remarks=(*row.remarks, Remark("import_name_alike", {"others": told}))))
