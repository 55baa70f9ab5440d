"""Marks on a business (经营异常名录、严重违法失信名单、标记). They are not states: a marked business may still trade.

Interim Regulation on Enterprise Information Disclosure; Interim Measures for the Annual Reports of Individual
Businesses, by which individual businesses are not entered in the list of abnormal operations but marked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from licence_qr.domain.register.entity import EntityForm
from licence_qr.wording.terms import term
from licence_qr.wording.text import Text


class MarkKind(StrEnum):
    """Kind of mark."""

    ABNORMAL = "abnormal"  # 经营异常名录
    SERIOUS = "serious"  # 严重违法失信名单
    FLAGGED = "flagged"  # 标记为经营异常状态, individual businesses


MARK_NAMES: dict[MarkKind, Text] = {kind: term(f"mark.{kind.value}") for kind in MarkKind}


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark. ``until`` is its last day, None until lifted; it is not in force from ``lifted_on`` on.

    ``reason`` is internal. Legal basis and document number are those of the decision that set it.
    """

    kind: MarkKind
    since: date
    until: date | None = None
    lifted_on: date | None = None
    reason: str = ""
    legal_basis: str = ""
    document_no: str = ""

    def stands_on(self, day: date) -> bool:
        """Whether it is in force on ``day``."""
        over = self.until is not None and day > self.until
        lifted = self.lifted_on is not None and day >= self.lifted_on
        return self.since <= day and not over and not lifted


def marks_for(form: EntityForm) -> tuple[MarkKind, ...]:
    """The marks that a business of this form can have: an individual business is flagged, any other is listed."""
    own = MarkKind.FLAGGED if form is EntityForm.INDIVIDUAL else MarkKind.ABNORMAL
    return own, MarkKind.SERIOUS
