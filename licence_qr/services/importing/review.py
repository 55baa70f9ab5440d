"""Import review: compare both sides of a conflict and decide it once, with a reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from licence_qr.domain.catalogue.model import Catalogue, Text
from licence_qr.domain.characters.differences import pointed
from licence_qr.domain.importing.conflicts import (
    Conflict,
    ConflictKind,
    Decided,
    Decision,
    Place,
    RowOutcome,
    RowVerdict,
)
from licence_qr.domain.importing.department_rows import DAY_COLUMNS
from licence_qr.domain.importing.merge import merge
from licence_qr.domain.lifecycle.acts import SubjectKind
from licence_qr.domain.names import name_key
from licence_qr.domain.plain_text import demand_length, plain_line
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import Actor
from licence_qr.domain.written_dates import read_written_date
from licence_qr.errors import ConflictError, InputError
from licence_qr.services.importing.proposals import propose
from licence_qr.services.importing.reconcile import ImportContext
from licence_qr.services.importing.review_words import DECISIONS, columns, in_words, side_title
from licence_qr.services.importing.settled import Settled, known_businesses, take_over
from licence_qr.services.proposals.decide import Proposals
from licence_qr.services.register import access, events, things
from licence_qr.services.register.access import DECIDE_IMPORTED_ROWS, READ_IMPORTED_ROWS, Right
from licence_qr.services.register.events import NewEvent
from licence_qr.services.signing.sign_record import Coding
from licence_qr.store.database.connections import Database, Transaction
from licence_qr.store.importing import import_runs
from licence_qr.store.importing.import_runs import StoredQuestion
from licence_qr.store.register import codes, entities

MAX_REASON_CHARS = 500
# Fields that must agree between the licence and a permit of the same business.
_SHARED = frozenset({"uscc", "name", "principal", "address", "permit_no"})
# Texts in which one character can look like another.
_WRITTEN = _SHARED | {"items", "business_scope", "registered_capital"}
_SAME_DOCUMENT = frozenset(
    {
        ConflictKind.PERMIT_DUPLICATE_DIFFERS,
        ConflictKind.LICENCE_DUPLICATE_DIFFERS,
        ConflictKind.NUMBER_TAKEN,
        ConflictKind.REGISTER_DIFFERS,
    }
)


@dataclass(frozen=True, slots=True)
class ComparedField:
    """One line of the comparison.

    ``differs``: both sides have the field, should agree on it, and do not. A licence and a permit naturally have
    different authorities, days and states; two copies of one document should agree on everything.
    """

    name: str
    label: Text
    left: str
    right: str
    differs: bool


@dataclass(frozen=True, slots=True)
class DecisionChoice:
    """One decision on offer, with its wording."""

    decision: Decision
    label: Text


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """One open or decided question with all that its page shows.

    ``code`` and ``facts`` say why it waits (wording ``waiting_…``). ``right_title`` is None if there is only one side.
    ``proposal`` is the credit code proposed for a permit without one, or empty. ``holder_name`` is that of the rows,
    else of the register. ``two_people`` is the four-eyes act that the file asks for, or None.
    """

    id: int
    kind: ConflictKind
    code: str
    facts: Mapping[str, object]
    uscc: str
    holder_name: str
    office: str
    places: tuple[Place, ...]
    left_title: Text
    right_title: Text | None
    fields: tuple[ComparedField, ...]
    proposal: str
    choices: tuple[DecisionChoice, ...]
    asked_at: datetime
    two_people: Text | None = None
    decision: Decision | None = None
    reason: str = ""
    decided_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a decision led to.

    The outcome of the rows concerned, a further question if any, the ids of the proposals made, and the version of the code
    that it makes, or None.
    """

    uscc: str
    rows: tuple[RowVerdict, ...]
    next_id: int | None
    proposals: tuple[int, ...] = ()
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """The questions of the import. A clerk sees and decides those of the own office, a supervisor those of
    every office; an auditor reads all."""

    database: Database
    catalogue: Catalogue
    coding: Coding
    proposals: Proposals

    def list(self, actor: Actor) -> tuple[WaitingRow, ...]:
        """The open questions, oldest first. Raises AccessError ``role_not_allowed``."""
        office = access.office_bound(actor, READ_IMPORTED_ROWS)
        with self.database.read() as tx:
            return tuple(self._view(tx, question) for question in import_runs.open_questions(tx, office))

    def get(self, actor: Actor, question_id: int) -> WaitingRow:
        """One question, also after it was decided. Raises NotFoundError ``thing_not_found``, AccessError."""
        with self.database.read() as tx:
            return self._view(tx, _own(tx, actor, READ_IMPORTED_ROWS, question_id))

    def decide(
        self, actor: Actor, question_id: int, decision: str, reason: str, now: datetime, *, only_try: bool = False
    ) -> Settlement:
        """Decide a question and carry the decision out in one transaction. Four-eyes acts are proposed.
        ``only_try``: say what it would lead to, and keep nothing.

        Raises InputError ``decision_not_offered``, ``reason_missing``, ``text_too_long``, or for what would be taken over
        and no card can show; ConflictError ``question_already_decided``, ``question_withdrawn``, ``ended_stays_ended`` or
        ``suspended_stays_suspended``; RuleError ``act_not_allowed`` when the state does not allow the act; PrintError
        ``font_missing``; NotFoundError; AccessError; KeyStoreError.
        """
        why = _reason(reason)
        with self.database.trial() if only_try else self.database.write() as tx:
            question = _own(tx, actor, DECIDE_IMPORTED_ROWS, question_id)
            _still_open(question)
            decided = Decided(_offered(decision, question.conflict), why)
            uscc = question.conflict.uscc or question.conflict.proposal
            before = codes.latest_version(tx, uscc)
            import_runs.answer(tx, question_id, decided, actor.username, now)
            _note(tx, question, decided, actor, now)
            settlement = self._carry_out(tx, question, decided, actor, now)
            after = codes.latest_version(tx, uscc)
            return replace(settlement, version=after) if after != before else settlement

    def _view(self, tx: Transaction, question: StoredQuestion) -> WaitingRow:
        conflict, answer = question.conflict, question.answer
        return WaitingRow(
            id=question.question_id,
            kind=conflict.kind,
            code=f"waiting_{conflict.kind.value}",
            facts=conflict.facts,
            uscc=conflict.uscc,
            holder_name=_holder_name(tx, conflict),
            office=conflict.office,
            places=conflict.places,
            left_title=side_title(conflict.left),
            right_title=side_title(conflict.right) if conflict.right else None,
            fields=_compared(self.catalogue, conflict),
            proposal=conflict.proposal,
            choices=tuple(DecisionChoice(choice, DECISIONS[choice]) for choice in conflict.choices),
            asked_at=question.asked_at,
            two_people=_two_people(conflict),
            decision=answer.decision if answer else None,
            reason=answer.reason if answer else "",
            decided_at=question.decided_at,
        )

    def _carry_out(
        self, tx: Transaction, question: StoredQuestion, decided: Decided, actor: Actor, now: datetime
    ) -> Settlement:
        """Merge the rows concerned again with this answer, and take over what is now decided."""
        related = import_runs.related_rows(tx, question.run_id, question.conflict.key)
        rows = [stored.verdict.row for stored in related]
        answers = import_runs.decided(tx)
        settled = Settled(merge(rows, self.catalogue, known_businesses(tx, rows), answers))
        context = ImportContext(
            catalogue=self.catalogue,
            coding=self.coding,
            answers=answers,
            files={row.place.source: row.file for row in rows},
            by=actor,
            now=now,
            renaming=decided.decision is Decision.TAKE_HEALTH,
        )
        for business in settled.merged.businesses.values():
            take_over(tx, context, settled, business)
        if settled.unprintable and decided.decision is not Decision.REFUSE:
            raise settled.unprintable[0]  # the question stays open
        asked = {conflict.key for conflict in settled.questions()}
        import_runs.put_rows(tx, question.run_id, settled.stored_rows())
        import_runs.put_questions(tx, question.run_id, settled.questions(), now)
        import_runs.withdraw(tx, {s.verdict.conflict for s in related if s.verdict.conflict} - asked, now)
        reasons = (decided.reason, f"question/{question.question_id}")
        proposed = [propose(tx, self.proposals, each, actor, reasons, now) for each in settled.asked]
        return _settlement(tx, question, settled, proposed)


def _settlement(tx: Transaction, question: StoredQuestion, settled: Settled, proposed: Sequence[int]) -> Settlement:
    concerned = set(question.conflict.places)
    rows = tuple(verdict for verdict in settled.verdicts() if verdict.row.place in concerned)
    waiting_for = next((v.conflict for v in rows if v.outcome is RowOutcome.WAITING), "")
    uscc = question.conflict.uscc
    return Settlement(uscc, rows, import_runs.question_id(tx, waiting_for), tuple(proposed))


def _own(tx: Transaction, actor: Actor, right: Right, question_id: int) -> StoredQuestion:
    access.demand(actor, right)
    question = import_runs.question(tx, question_id)
    if question is None:
        raise things.not_found(things.IMPORTED_ROW)
    access.demand(actor, right, question.conflict.office)
    return question


def _still_open(question: StoredQuestion) -> None:
    if question.answer is not None:
        day = question.decided_at.date().isoformat() if question.decided_at else ""
        raise ConflictError("question_already_decided", day=day, reason=question.answer.reason)
    if question.withdrawn:
        raise ConflictError("question_withdrawn")


def _offered(decision: str, conflict: Conflict) -> Decision:
    if decision not in {choice.value for choice in conflict.choices}:
        raise InputError("decision_not_offered", field="decision")
    return Decision(decision)


def _reason(text: str) -> str:
    reason = plain_line(text)
    if not reason:
        raise InputError("reason_missing", field="reason")
    return demand_length(reason, MAX_REASON_CHARS, "reason")


def _note(tx: Transaction, question: StoredQuestion, decided: Decided, actor: Actor, now: datetime) -> None:
    conflict = question.conflict
    sides = {"kind": conflict.kind.value, "left": dict(conflict.left.facts)}
    if conflict.right:
        sides["right"] = dict(conflict.right.facts)
    after = {"decision": decided.decision.value}
    new = NewEvent(
        kind=EventKind.ROW_DECIDED,
        subject=f"question/{question.question_id}",
        at=now,
        by=actor,
        uscc=conflict.uscc,
        reason=decided.reason,
        before=sides,
        after=after,
    )
    events.write(tx, new)


def _two_people(conflict: Conflict) -> Text | None:
    facts = conflict.facts
    return Text(str(facts["act_zh"]), str(facts["act_en"])) if "act_zh" in facts else None


def _holder_name(tx: Transaction, conflict: Conflict) -> str:
    named = (side.facts.get("name", "") for side in (conflict.left, conflict.right) if side)
    stored = entities.get(tx, conflict.uscc)
    return next(filter(None, named), stored.entity.holder_name if stored else "")


def _compared(catalogue: Catalogue, conflict: Conflict) -> tuple[ComparedField, ...]:
    left, right = conflict.left.facts, conflict.right.facts if conflict.right else {}
    differs = _copies_differ if conflict.kind in _SAME_DOCUMENT else _documents_differ
    kind = SubjectKind.PERMIT if "permit_no" in left or "permit_no" in right else SubjectKind.LICENCE

    def said(name: str, side: Mapping[str, str]) -> str:
        return in_words(catalogue, name, side.get(name, ""), kind)

    def compared(name: str, label: Text) -> ComparedField:
        differing, one, other = differs(name, left, right), said(name, left), said(name, right)
        if differing and name in _WRITTEN:
            one, other = pointed(one, other)
        return ComparedField(name, label, one, other, differing)

    return tuple(
        compared(name, label)
        for name, label in columns(catalogue, left, right).items()
        if left.get(name) or right.get(name)
    )


def _documents_differ(name: str, left: Mapping[str, str], right: Mapping[str, str]) -> bool:
    """Compare a licence and a permit. A field that is empty in one of them is no contradiction."""
    return name in _SHARED and bool(left.get(name) and right.get(name)) and _copies_differ(name, left, right)


def _copies_differ(name: str, left: Mapping[str, str], right: Mapping[str, str]) -> bool:
    """Compare two copies of one document. A missing column is no contradiction; an empty one is."""
    return name in left and name in right and _meaning(name, left[name]) != _meaning(name, right[name])


def _meaning(name: str, text: str) -> str:
    """The value to compare: a date in any spelling, a name without regard to width, brackets and spaces."""
    if name in DAY_COLUMNS:
        try:
            return read_written_date(text).day.isoformat()
        except InputError:
            pass
    return name_key(text)
