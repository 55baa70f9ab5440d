"""Merge the two departments' exports into combined records; conflicts become questions for a person.

Pure, and independent of the order of the rows. Answers given so far are an argument: to answer a question is to run the
same merge with one more answer. Nothing is guessed or dropped: each row gets one verdict.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from licence_qr.domain.catalogue.model import Catalogue, DatedRegime, Regime
from licence_qr.domain.characters.differences import pointed
from licence_qr.domain.identifiers import parse_uscc
from licence_qr.domain.importing.conflicts import (
    CHOICES,
    ConflictKind,
    Decided,
    Decision,
    RowOutcome,
    Side,
    Source,
    SourceRow,
)
from licence_qr.domain.importing.department_rows import (
    HEALTH_COLUMNS,
    MARKET_COLUMNS,
    HealthRecord,
    MarketRecord,
    Vocabulary,
    office_of,
    parse_health,
    parse_market,
)
from licence_qr.domain.importing.ledger import Ledger, question_key
from licence_qr.domain.importing.meant import as_meant
from licence_qr.domain.importing.values import (
    Known,
    Licence,
    Merged,
    RecordT,
    Unit,
    licence_facts,
    reading_order,
    register_side,
    versions,
)
from licence_qr.domain.names import name_key
from licence_qr.domain.register.permit import GrantMode, Permit, PermitState
from licence_qr.errors import InputError

_OPEN_STATES = frozenset({PermitState.EFFECTIVE, PermitState.SUSPENDED})


def merge(
    rows: Iterable[SourceRow],
    catalogue: Catalogue,
    known: Mapping[str, Known] | None = None,
    decided: Mapping[str, Decided] | None = None,
) -> Merged:
    """Merge rows of both exports.

    ``known`` are licences of the register by credit code, for permits whose licence is in no export; ``decided`` holds
    the answers given so far by the key of their question.
    """
    return _Merge(catalogue, known or {}, decided or {}).run(tuple(rows))


class _Merge:
    def __init__(self, catalogue: Catalogue, known: Mapping[str, Known], decided: Mapping[str, Decided]) -> None:
        self.catalogue = catalogue
        self.words = Vocabulary.of(catalogue)
        self.known = known
        self.ledger = Ledger(decided)
        self.licences: dict[str, Licence] = {}
        self.undecided: dict[str, str] = {}  # credit code → question about its licence
        self.at_address: dict[tuple[str, str], list[str]] = defaultdict(list)  # name and address → credit codes
        self.refused: dict[str, int] = {}  # credit code → refused licence row

    def run(self, written: Sequence[SourceRow]) -> Merged:
        rows = [as_meant(row, self.words.kinds) for row in written]
        self._read_licences([row for row in rows if row.place.source is Source.MARKET])
        permits = self._read_permits([row for row in rows if row.place.source is Source.HEALTH])
        for unit in permits:
            self._note_overrides(unit)
        for unit in permits:
            self._attach(unit)
        joined = [self.licences[uscc] for uscc in sorted(self.licences) if self.licences[uscc].units()]
        for licence in joined:
            for joined_unit in licence.units():
                self._import(joined_unit, licence)
        verdicts = tuple(sorted(self.ledger.verdicts.values(), key=lambda v: reading_order(v.row)))
        if len(verdicts) != len(rows):
            raise AssertionError(f"{len(rows)} rows in, {len(verdicts)} verdicts")
        # What is kept of a row is its texts as written, with the remarks on how they were read.
        texts = {row.place: row.cells for row in written}
        verdicts = tuple(replace(v, row=replace(v.row, cells=texts[v.row.place])) for v in verdicts)
        businesses = {licence.entity.uscc: licence.business(self.catalogue) for licence in joined}
        return Merged(businesses, self.ledger.conflicts, verdicts)

    # Reading: each row is parsed; rows with the same content become one unit.

    def _read_licences(self, rows: Iterable[SourceRow]) -> None:
        records = self._parsed(rows, parse_market, MARKET_COLUMNS)
        for uscc, found in versions(records, lambda r: r.entity.uscc, licence_facts).items():
            unit = self._one_version(found, ConflictKind.LICENCE_DUPLICATE_DIFFERS, uscc, self._office_of_licence)
            if unit:
                entity = unit.record.entity
                self.licences[uscc] = Licence(entity, unit.record.state, Side.of(unit.record.row), unit)
        for uscc, (entity, state) in self.known.items():
            if uscc not in self.undecided and uscc not in self.refused:
                self.licences.setdefault(uscc, Licence(entity, state, register_side(entity), None))
        for uscc, licence in self.licences.items():
            address = (name_key(licence.entity.holder_name), name_key(licence.entity.domicile))
            self.at_address[address].append(uscc)

    def _read_permits(self, rows: Iterable[SourceRow]) -> list[Unit[HealthRecord]]:
        records = self._parsed(rows, parse_health, HEALTH_COLUMNS)
        units = [
            self._one_version(found, ConflictKind.PERMIT_DUPLICATE_DIFFERS, "", lambda r: r.office)
            for _, found in sorted(versions(records, lambda r: r.permit_no, lambda r: r.facts).items())
        ]
        return [unit for unit in units if unit]

    def _parsed(
        self,
        rows: Iterable[SourceRow],
        parse: Callable[[SourceRow, Vocabulary], RecordT],
        columns: Mapping[str, str],
    ) -> list[RecordT]:
        records = []
        for row in rows:
            try:
                records.append(parse(row, self.words))
            except InputError as error:
                column = columns.get(error.field, "")
                self.ledger.close(row, RowOutcome.REFUSED, error.code, error.facts, column)
                if row.place.source is Source.MARKET:
                    self.refused[_code_or_text(row)] = row.place.number
        return records

    def _one_version(
        self,
        versions: Sequence[Unit[RecordT]],
        kind: ConflictKind,
        uscc: str,
        office: Callable[[RecordT], str],
    ) -> Unit[RecordT] | None:
        """The version to continue with: the only one, or the one a person chose. None when the rows are closed."""
        if len(versions) == 1:
            return versions[0]
        rows = [row for version in versions for row in version.rows]
        if len(versions) > 2:
            for row in rows:
                self.ledger.close(row, RowOutcome.REFUSED, "import_too_many_versions", {"count": len(versions)})
            return None
        sides = [Side.of(version.record.row) for version in versions]
        decision = self.ledger.ask(kind, rows, sides, uscc=uscc, office=office(versions[0].record))
        if decision is None:
            if uscc:
                self._hold(uscc, rows[0])
            return None
        chosen, other = versions if decision is Decision.TAKE_FIRST else reversed(versions)
        for row in other.rows:
            facts = {"row": chosen.record.row.place.number, "reason": self.ledger.reasons.pop(row.place, "")}
            self.ledger.close(row, RowOutcome.REFUSED, "decided_other_row", facts)
        return chosen

    def _hold(self, uscc: str, row: SourceRow) -> None:
        verdict = self.ledger.verdicts[row.place]
        if verdict.outcome is RowOutcome.WAITING:
            self.undecided[uscc] = verdict.conflict
        else:
            self.refused[uscc] = row.place.number

    # Joining: each permit is matched with its licence, or becomes a question.

    def _note_overrides(self, unit: Unit[HealthRecord]) -> None:
        """A name or principal accepted from the ledger also counts for the other permits of the business."""
        licence = self.licences.get(unit.record.uscc or self._accepted_match(unit))
        for kind, what, text in _compared(unit.record) if licence else ():
            if licence and name_key(text) not in licence.spellings(what):
                answer = self.ledger.decided.get(question_key(kind, _two_sides(unit, licence)))
                if answer and answer.decision is Decision.TAKE_HEALTH:
                    licence.overrides.setdefault(what, text)

    def _accepted_match(self, unit: Unit[HealthRecord]) -> str:
        matches = self._matches(unit.record)
        if len(matches) != 1:
            return ""
        sides = _two_sides(unit, self.licences[matches[0]])
        answer = self.ledger.decided.get(question_key(ConflictKind.CODE_MISSING, sides))
        return matches[0] if answer and answer.decision is Decision.ACCEPT_MATCH else ""

    def _attach(self, unit: Unit[HealthRecord]) -> None:
        record = unit.record
        uscc = record.uscc or self._code_of_match(unit)
        if not uscc:
            return
        licence = self._licence_of(unit, uscc)
        if licence is None or not self._same_holder(unit, licence):
            return
        permit = self._permit(unit, licence)
        if permit is not None:
            licence.permits.append((unit, permit))

    def _matches(self, record: HealthRecord) -> list[str]:
        """Licences with the same name at the same address, by credit code."""
        return self.at_address.get((name_key(record.holder), name_key(record.address)), [])

    def _code_of_match(self, unit: Unit[HealthRecord]) -> str:
        matches = self._matches(unit.record)
        unique = matches[0] if len(matches) == 1 else ""
        sides = _two_sides(unit, self.licences[unique]) if unique else [Side.of(unit.record.row)]
        choices = CHOICES[ConflictKind.CODE_MISSING] if unique else (Decision.REFUSE,)
        decision = self.ledger.ask(
            ConflictKind.CODE_MISSING,
            unit.rows,
            sides,
            uscc=unique,
            proposal=unique,
            office=unit.record.office,
            choices=choices,
            facts={"matches": len(matches), "proposal": unique or "-"},
        )
        return unique if decision is Decision.ACCEPT_MATCH else ""

    def _licence_of(self, unit: Unit[HealthRecord], uscc: str) -> Licence | None:
        if uscc in self.undecided:
            for row in unit.rows:
                self.ledger.close(
                    row, RowOutcome.WAITING, "waiting_licence_undecided", {}, conflict=self.undecided[uscc]
                )
            return None
        licence = self.licences.get(uscc)
        if licence is None:
            sides = [Side.of(unit.record.row)]
            facts = {"uscc": uscc, "licence_row": self.refused.get(uscc, 0) or "-"}
            kind, office = ConflictKind.PERMIT_WITHOUT_LICENCE, unit.record.office
            self.ledger.ask(kind, unit.rows, sides, uscc=uscc, office=office, facts=facts)
        return licence

    def _same_holder(self, unit: Unit[HealthRecord], licence: Licence) -> bool:
        for kind, what, text in _compared(unit.record):
            if name_key(text) in licence.spellings(what):
                continue
            choices = tuple(c for c in CHOICES[kind] if c is not Decision.TAKE_HEALTH or what not in licence.overrides)
            own, ledger = pointed(licence.own(what), text)
            facts = {"market": own, "health": ledger}
            if self._ask_about(kind, unit, licence, facts, choices) is None:
                return False
        return True

    def _permit(self, unit: Unit[HealthRecord], licence: Licence) -> Permit | None:
        record = unit.record
        state, since = record.state, None
        if record.issued_on < licence.entity.established_on:
            facts = {"granted": record.issued_on.isoformat(), "established": licence.entity.established_on.isoformat()}
            if self._ask_about(ConflictKind.GRANTED_BEFORE_LICENCE, unit, licence, facts) is None:
                return None
        unlicensed = [kind.name.zh for kind in record.kinds if not _licensed(kind.regime_on(record.issued_on))]
        if unlicensed:
            facts = {"kind": "、".join(unlicensed), "day": record.issued_on.isoformat()}
            if self._ask_about(ConflictKind.KIND_NOT_LICENSED, unit, licence, facts) is None:
                return None
            state, since = PermitState.CANCELLED, record.issued_on
        if licence.state.ended and state in _OPEN_STATES:
            # The end of a licence closes its permits; the last approval in the export is the day of that end.
            state, since = PermitState.CANCELLED, max(record.issued_on, licence.entity.issued_on)
        return Permit(
            permit_type=record.permit_type.id,
            permit_no=record.permit_no,
            premises_no=1,
            kinds=tuple(kind.id for kind in record.kinds),
            items=record.items,
            issuing_authority=record.authority,
            handling_office=record.office,
            issued_on=record.issued_on,
            period=record.period,
            mode=GrantMode.GENERAL,
            state=state,
            state_since=since,
            grade=record.grade,
            suspension=record.suspension if state is PermitState.SUSPENDED else None,
        )

    def _ask_about(
        self,
        kind: ConflictKind,
        unit: Unit[HealthRecord],
        licence: Licence,
        facts: Mapping[str, object],
        choices: tuple[Decision, ...] | None = None,
    ) -> Decision | None:
        uscc, office = licence.entity.uscc, unit.record.office
        return self.ledger.ask(
            kind, unit.rows, _two_sides(unit, licence), uscc=uscc, office=office, facts=facts, choices=choices
        )

    # Closing: every row gets its verdict.

    def _import(self, unit: Unit[MarketRecord] | Unit[HealthRecord], licence: Licence) -> None:
        first, *others = unit.rows
        if reason := self.ledger.reasons.get(first.place):
            self.ledger.close(first, RowOutcome.IMPORTED, "imported_by_decision", {"reason": reason})
        elif licence.state.ended:
            column = (MARKET_COLUMNS if first.place.source is Source.MARKET else HEALTH_COLUMNS)["state"]
            closed = licence.entity.issued_on.isoformat()
            code = f"imported_closed_{'licence' if first.place.source is Source.MARKET else 'permit'}"
            self.ledger.close(first, RowOutcome.IMPORTED, code, {"closed": closed}, column)
        else:
            self.ledger.close(first, RowOutcome.IMPORTED, "imported", {})
        for row in others:
            self.ledger.close(row, RowOutcome.IMPORTED, "imported_same_as_row", {"row": first.place.number})

    def _office_of_licence(self, record: MarketRecord) -> str:
        return office_of(record.entity.domicile, self.catalogue)


def _compared(record: HealthRecord) -> tuple[tuple[ConflictKind, str, str], ...]:
    """What must be equal on both sides, as kind of question, name of the fact and text of the ledger."""
    return (
        (ConflictKind.NAME_DIFFERS, "name", record.holder),
        (ConflictKind.PRINCIPAL_DIFFERS, "principal", record.principal),
    )


def _two_sides(unit: Unit[HealthRecord], licence: Licence) -> list[Side]:
    return [licence.side, Side.of(unit.record.row)]


def _licensed(rule: DatedRegime | None) -> bool:
    return rule is not None and rule.regime is Regime.LICENSED


def _code_or_text(row: SourceRow) -> str:
    try:
        return parse_uscc(row.cells["uscc"])
    except InputError:
        return row.cells["uscc"]
