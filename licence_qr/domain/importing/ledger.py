"""Records of a merge: the outcome of each row, and the questions that are open or answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from licence_qr.domain.importing.conflicts import (
    CHOICES,
    Conflict,
    ConflictKind,
    Decided,
    Decision,
    Place,
    RowOutcome,
    RowVerdict,
    Side,
    SourceRow,
    conflict_key,
)


def question_key(kind: ConflictKind, sides: Sequence[Side]) -> str:
    """The key of the question of this ``kind`` about these sides."""
    return conflict_key(kind, [side.facts for side in sides])


class Ledger:
    """Collects verdicts and questions. ``decided`` holds the answers given so far, ``reasons`` those that admitted
    rows."""

    def __init__(self, decided: Mapping[str, Decided]) -> None:
        self.decided = decided
        self.verdicts: dict[Place, RowVerdict] = {}
        self.conflicts: dict[str, Conflict] = {}
        self.reasons: dict[Place, str] = {}

    def close(
        self,
        row: SourceRow,
        outcome: RowOutcome,
        code: str,
        facts: Mapping[str, object],
        column: str = "",
        conflict: str = "",
    ) -> None:
        """Give ``row`` its verdict, replacing an earlier one."""
        self.verdicts[row.place] = RowVerdict(row, outcome, code, column, facts, conflict)

    def ask(
        self,
        kind: ConflictKind,
        rows: Sequence[SourceRow],
        sides: Sequence[Side],
        *,
        uscc: str,
        office: str,
        proposal: str = "",
        choices: tuple[Decision, ...] | None = None,
        facts: Mapping[str, object] | None = None,
    ) -> Decision | None:
        """The answer to this question, or None: then the rows wait for it, or were refused by it."""
        key = question_key(kind, sides)
        answer = self.decided.get(key)
        if answer is None or answer.decision not in CHOICES[kind]:
            places = tuple(row.place for row in rows)
            right = sides[1] if len(sides) > 1 else None
            self.conflicts[key] = Conflict(
                key=key,
                kind=kind,
                places=places,
                left=sides[0],
                right=right,
                choices=choices or CHOICES[kind],
                uscc=uscc,
                proposal=proposal,
                office=office,
                facts=facts or {},
            )
            for row in rows:
                self.close(row, RowOutcome.WAITING, f"waiting_{kind.value}", facts or {}, conflict=key)
            return None
        if answer.decision is Decision.REFUSE:
            for row in rows:
                self.close(row, RowOutcome.REFUSED, "decided_refused", {"reason": answer.reason})
            return None
        self.reasons.update({row.place: answer.reason for row in rows})
        return answer.decision
