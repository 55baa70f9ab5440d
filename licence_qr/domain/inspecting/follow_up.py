"""The check after a grant on commitment (告知承诺核查): its findings, and what follows from them.

Rule: State Council General Office 2020 No. 42 (告知承诺制): the premises are checked after the grant; an unfulfilled
commitment leads to a rectification order with a deadline (责令限期整改); the permit is annulled (撤销) if the holder refuses
or fails again. False statements bar a new application for the same permit for 1 year, deceit or bribery for 3 (行政许可法
articles 78, 79).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from licence_qr.domain.catalogue.life_rules import LifeRules
from licence_qr.domain.plain_text import length_faults, plain_line, plain_text
from licence_qr.domain.register.permit import GrantMode, Permit, PermitState
from licence_qr.domain.roles import Actor
from licence_qr.errors import InputError, RuleError
from licence_qr.wording.terms import term
from licence_qr.wording.text import Text

MAX_FINDINGS_CHARS = 4000
MAX_BASIS_CHARS, MAX_NUMBER_CHARS = 200, 80  # as for every act
# No rule sets a maximum; this catches a mistyped year.
LONGEST_RECTIFICATION_DAYS = 366


class FollowUpOutcome(StrEnum):
    """What the officers found."""

    MET = "met"  # 符合承诺
    RECTIFY = "rectify"  # 责令限期整改
    FAILED = "failed"  # 承诺不实或逾期未改: to be annulled


class Fault(StrEnum):
    """Why a commitment failed."""

    UNMET = "unmet"  # 逾期仍不符合条件: after a rectification order
    REFUSED = "refused"  # 拒不整改
    FALSE_STATEMENT = "false_statement"  # 隐瞒情况、提供虚假材料取得许可 (行政许可法 第七十九条)
    DECEIT = "deceit"  # 以贿赂等其他不正当手段取得许可 (行政许可法 第七十九条)

    def bar_months(self, rules: LifeRules) -> int | None:
        """Number of months for which a new application is barred, or None. The permit was granted, so it is article 79;
        article 78 is for what was not granted."""
        return rules.deceit_bar_months if self in {Fault.FALSE_STATEMENT, Fault.DECEIT} else None


FAULT_WORDS: Mapping[Fault, Text] = {
    Fault.UNMET: term("inspection.not_rectified"),
    Fault.REFUSED: term("inspection.refused_to_rectify"),
    Fault.FALSE_STATEMENT: term("inspection.false_statement"),
    Fault.DECEIT: term("inspection.deceit"),
}


@dataclass(frozen=True, slots=True)
class FollowUpReport:
    """What officers report about one permit. ``others`` are the user names of all but the one who records.

    ``rectify_by`` goes with RECTIFY; ``fault`` and the grounds of the proposal to annul (``reason``, ``legal_basis``)
    go with FAILED. ``document_no`` is the number of the order or of the case. ``inspection`` names the visit recorded
    on the phone, ``inspection/<id>``, or is empty.
    """

    checked_on: date | None
    outcome: FollowUpOutcome | None
    others: tuple[str, ...]
    findings: str = ""
    rectify_by: date | None = None
    document_no: str = ""
    fault: Fault | None = None
    legal_basis: str = ""
    inspection: str = ""

    def plain(self) -> FollowUpReport:
        """The same without characters that nobody sees or that turn the reading; the findings keep their lines."""
        number, basis = plain_line(self.document_no), plain_line(self.legal_basis)
        return replace(self, findings=plain_text(self.findings), document_no=number, legal_basis=basis)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a report is checked against: the permit, the possible other officers with their persons, whether there is an
    order."""

    permit: Permit
    officer: Actor
    inspectors: Mapping[str, int]
    ordered_before: bool
    rules: LifeRules
    today: date


def may_be_followed_up(permit: Permit) -> None:
    """Raise RuleError ``follow_up_not_due`` unless the check is still open.

    It is open for a permit that was granted on commitment, has not ended, and has not been checked.
    """
    on_commitment = permit.mode is GrantMode.COMMITMENT and permit.follow_up_due is not None
    standing = permit.state in {PermitState.EFFECTIVE, PermitState.SUSPENDED}
    if not (on_commitment and standing and permit.checked_on is None):
        raise RuleError("follow_up_not_due", permit_no=permit.permit_no)


def faults_of(report: FollowUpReport, standing: Standing) -> tuple[InputError, ...]:
    """All faults of the report, in the order of the form."""
    found = [
        *_day_faults(report, standing),
        *_officer_faults(report, standing),
        *_outcome_faults(report, standing),
        *_length_faults(report),
    ]
    return tuple(found)


def _day_faults(report: FollowUpReport, standing: Standing) -> list[InputError]:
    day, granted = report.checked_on, standing.permit.issued_on
    if day is None:
        return [InputError("check_day_missing", field="checked_on")]
    if day > standing.today:
        return [InputError("check_day_future", field="checked_on", day=day)]
    if granted is not None and day < granted:
        return [InputError("check_day_before_grant", field="checked_on", day=day, granted=granted)]
    return []


def _officer_faults(report: FollowUpReport, standing: Standing) -> list[InputError]:
    others = set(report.others)
    least = standing.rules.follow_up_officers
    if standing.officer.is_among(others):
        return [InputError("officer_twice", field="others")]
    if others - set(standing.inspectors):
        return [InputError("officer_unknown", field="others")]
    if len({standing.inspectors[each] for each in others}) < len(others):
        return [InputError("officers_same_person", field="others")]
    if len(others) + 1 < least:
        return [InputError("officers_too_few", field="others", least=least)]
    return []


def _outcome_faults(report: FollowUpReport, standing: Standing) -> list[InputError]:
    match report.outcome:
        case None:
            return [InputError("outcome_missing", field="outcome")]
        case FollowUpOutcome.MET:
            return []
        case FollowUpOutcome.RECTIFY:
            return [*_findings_faults(report), *_rectify_faults(report)]
        case FollowUpOutcome.FAILED:
            return [*_findings_faults(report), *_failure_faults(report, standing)]


def _findings_faults(report: FollowUpReport) -> list[InputError]:
    return [] if report.findings.strip() else [InputError("findings_missing", field="findings")]


def _rectify_faults(report: FollowUpReport) -> list[InputError]:
    until, checked = report.rectify_by, report.checked_on
    if until is None:
        return [InputError("rectify_day_missing", field="rectify_by")]
    if checked is not None and not checked < until <= checked + timedelta(days=LONGEST_RECTIFICATION_DAYS):
        return [InputError("rectify_day_range", field="rectify_by", day=until, most=LONGEST_RECTIFICATION_DAYS)]
    return []


def _failure_faults(report: FollowUpReport, standing: Standing) -> list[InputError]:
    found = []
    if report.fault is None:
        found.append(InputError("fault_missing", field="fault"))
    elif report.fault is Fault.UNMET and not standing.ordered_before:
        found.append(InputError("order_first", field="fault"))
    if not report.legal_basis.strip():
        found.append(InputError("legal_basis_missing", field="legal_basis"))
    return found


def _length_faults(report: FollowUpReport) -> list[InputError]:
    limits = {"findings": MAX_FINDINGS_CHARS, "document_no": MAX_NUMBER_CHARS, "legal_basis": MAX_BASIS_CHARS}
    return [fault for field, most in limits.items() for fault in length_faults(getattr(report, field), most, field)]
