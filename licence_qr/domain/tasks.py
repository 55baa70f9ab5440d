"""Work that waits for somebody, on one list whatever it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from licence_qr.domain.roles import Role


class TaskKind(StrEnum):
    """What there is to do."""

    PERMIT_PENDING = "permit_pending"  # applied for on the general path, not decided
    PERMIT_EXPIRING = "permit_expiring"
    RENEWAL_TO_DECIDE = "renewal_to_decide"
    REVIEW_DUE = "review_due"  # 复核
    FOLLOW_UP_DUE = "follow_up_due"  # 告知承诺 inspection after the grant
    RECTIFICATION_DUE = "rectification_due"  # 责令限期整改
    PROPOSAL_TO_DECIDE = "proposal_to_decide"
    PROPOSAL_OF_MINE = "proposal_of_mine"
    DRAWN_INSPECTION = "drawn_inspection"  # 双随机
    REPORT_TO_CONTACT = "report_to_contact"
    REPORT_TO_ANSWER = "report_to_answer"
    RATING_TO_MEND = "rating_to_mend"  # 差评


@dataclass(frozen=True, slots=True)
class Task:
    """One line of the work list.

    ``subject`` names the thing in its own room (``permit/17``, ``proposal/3``, ``report/XXXX``); with ``kind`` it is
    unique. ``due_on`` None: no date is set, or no calendar of working days is known to reckon it by. ``roles`` may see it.
    """

    kind: TaskKind
    subject: str
    office: str
    uscc: str
    holder_name: str
    address: str
    due_on: date | None
    roles: frozenset[Role]
