"""Sources of tasks: one SELECT each, with kind, subject, office, uscc, premises_no and due_on.

Each uses an index of open tasks only, so the cost depends on the number of tasks and not on the size of the register.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from licence_qr.domain.accounts.factor_resets import FACTORS_CHANGED, RESET_DAYS
from licence_qr.domain.accounts.role_grants import GRANT_DAYS
from licence_qr.domain.cases.case import ItemState
from licence_qr.domain.catalogue.life_rules import LifeRules
from licence_qr.domain.dates import add_months
from licence_qr.domain.work.tasks import TaskKind
from licence_qr.store.feedback import ratings, reports
from licence_qr.store.register import permits


@dataclass(frozen=True, slots=True)
class TaskQuery:
    """Whose tasks to select. ``offices`` limits them; ``usernames`` are the accounts of the person,
    by which their own proposals are known. ``holding`` are the accounts whose proposals wait for the person as their own:
    theirs unless a substitute has them, and those of whom they stand in for; ``stood_in_for`` are the accounts of those for
    whom they stand in, or stood in earlier today. ``resets_in`` and ``roles_in`` are the offices whose requests about people
    they may confirm; None: of all. ``authorities`` are those of ``offices`` that are an authority's own: office → authority.

    ``standing_in`` are the accounts of those for whom the person stands in, and ``own_decisions`` the kinds that are theirs
    while nobody has them.

    ``pending_due``: the pending permits by key, with the last day for each; None while its clock stands still.
    ``items_due``: the same of the items that wait for ``authorities``.
    ``reviews`` are the permit types that are reviewed (复核), by the number of months after which. ``renewals`` are those
    with a number of days of their own before expiry by which a renewal is to be applied for.
    ``unassigned``: include reports without an office.
    """

    today: date
    offices: tuple[str, ...]
    kinds: tuple[TaskKind, ...]
    usernames: tuple[str, ...]
    rules: LifeRules
    reviews: Mapping[int, tuple[str, ...]]
    renewals: Mapping[str, int] = field(default_factory=dict)
    pending_due: Mapping[int, str | None] = field(default_factory=dict)
    items_due: Mapping[int, str | None] = field(default_factory=dict)
    unassigned: bool = False
    holding: tuple[str, ...] = ()
    stood_in_for: tuple[str, ...] = ()
    resets_in: tuple[str, ...] | None = None
    roles_in: tuple[str, ...] | None = None
    authorities: Mapping[str, str] = field(default_factory=dict)
    standing_in: tuple[str, ...] = ()
    own_decisions: frozenset[TaskKind] = frozenset()


@dataclass(frozen=True, slots=True)
class TaskSelect:
    """A SELECT and its values. ``named``: it has a column of that name, with the user names whose task it is."""

    sql: str
    values: tuple[str, ...]
    named: bool = False


Source = Callable[[TaskQuery], TaskSelect]
# The exact text of the partial indexes: SQLite uses one only if the query repeats its condition.
_IN_FORCE = "state IN ('effective', 'suspended')"
_PERMIT = "'permit/' || permit_id AS subject, handling_office AS office, uscc, premises_no"


def marks(values: Sequence[object]) -> str:
    """One placeholder for each of ``values``."""
    return ", ".join("?" * len(values))


def _pending(q: TaskQuery) -> TaskSelect:
    """Permits to be decided. The clock that says until when is reckoned beforehand."""
    sql = f"SELECT {_PERMIT}, d.value AS due_on FROM json_each(?) d CROSS JOIN permits ON permit_id = CAST(d.key AS INTEGER)"
    days = json.dumps({str(key): day for key, day in q.pending_due.items()})
    return TaskSelect(f"{sql} WHERE handling_office IN ({marks(q.offices)}) AND state = 'pending'", (days, *q.offices))


def _expiring(q: TaskQuery) -> TaskSelect:
    """Permits that expire soon or have expired. Until the last day to apply for renewal in time (行政许可法 article 50) that
    is the day they are due, then the day of expiry.

    An application made too late and not decided before expiry has no effect: the permit has expired.
    """
    last, today = q.today + timedelta(days=q.rules.expiring_notice_days), q.today.isoformat()
    in_time, own = _renewal_deadline(q)
    due = f"CASE WHEN {in_time} >= ? THEN {in_time} ELSE valid_to END"
    sql = f"SELECT {_PERMIT}, {due} AS due_on FROM permits WHERE handling_office IN ({marks(q.offices)})"
    waiting = "renewal_applied_on IS NULL OR (renewal_in_time = 0 AND valid_to < ?)"
    values = (*own, today, *own, *q.offices, last.isoformat(), today)
    return TaskSelect(f"{sql} AND {_IN_FORCE} AND valid_to <= ? AND ({waiting})", values)


def _renewal_deadline(q: TaskQuery) -> tuple[str, tuple[str, ...]]:
    """The last day to apply for renewal in time, as ``domain.lifecycle.dates.renewal_deadline`` reckons it, in SQL, and the
    values of that."""
    general = f"date(valid_to, '-{q.rules.renewal_apply_days:d} days')"
    if not q.renewals:
        return general, ()
    own = "".join(f" WHEN ? THEN date(valid_to, '-{days:d} days')" for days in q.renewals.values())
    return f"CASE permit_type{own} ELSE {general} END", tuple(q.renewals)


def _renewal(q: TaskQuery) -> TaskSelect:
    """Applications for renewal that can still be decided: up to the expiry date."""
    sql = f"SELECT {_PERMIT}, valid_to AS due_on FROM permits WHERE handling_office IN ({marks(q.offices)})"
    values = (*q.offices, q.today.isoformat())
    return TaskSelect(f"{sql} AND {_IN_FORCE} AND renewal_applied_on IS NOT NULL AND valid_to >= ?", values)


def _review(q: TaskQuery) -> TaskSelect:
    """Reviews due a number of months after the first day or the last review, unless the permit expires before that."""
    terms = q.reviews or {q.rules.review_after_months: ()}
    parts = [_review_after(q, months, types) for months, types in terms.items()]
    return TaskSelect(" UNION ALL ".join(part.sql for part in parts), tuple(v for part in parts for v in part.values))


def _review_after(q: TaskQuery, months: int, types: tuple[str, ...]) -> TaskSelect:
    """The reviews of the permit types with one interval.

    ``domain.dates.add_months`` in SQL: a day that the month lacks becomes its last day.
    """
    notice = timedelta(days=q.rules.expiring_notice_days)
    since = "max(valid_from, coalesce(reviewed_on, ''))"
    due = (
        f"min(date({since}, '+{months:d} months'), date({since}, 'start of month', '+{months + 1:d} months', '-1 day'))"
    )
    sql = f"""
        SELECT {_PERMIT}, {due} AS due_on FROM permits
        WHERE handling_office IN ({marks(q.offices)}) AND {_IN_FORCE} AND {since} <= ?
        AND permit_type IN ({marks(types)}) AND {due} <= ?
        AND (valid_to IS NULL OR (valid_to >= ? AND {due} < date(valid_to, '-{notice.days:d} days')))"""
    last = q.today + notice
    latest_start = add_months(last, -months) + timedelta(
        days=3
    )  # a bound for the index; the exact day is compared below
    return TaskSelect(sql, (*q.offices, latest_start.isoformat(), *types, last.isoformat(), q.today.isoformat()))


def _checks(q: TaskQuery, ordered: str, due: str) -> TaskSelect:
    """Open checks after a grant on commitment; ``ordered`` selects those with or without a rectification order.

    Permits with a proposal to annul are left out.
    """
    sql = f"""
        SELECT 'permit/' || p.permit_id AS subject, p.handling_office AS office, p.uscc, p.premises_no, {due} AS due_on
        FROM permits p INDEXED BY permits_to_follow_up
        LEFT JOIN follow_ups f ON f.follow_up_id =
            (SELECT max(follow_up_id) FROM follow_ups g WHERE g.permit_id = p.permit_id)
        LEFT JOIN proposals x ON x.proposal_id = f.proposal_id
        WHERE p.handling_office IN ({marks(q.offices)}) AND p.checked_on IS NULL AND p.follow_up_due IS NOT NULL
        AND p.mode = 'commitment' AND p.state IN ('effective', 'suspended')
        AND coalesce(x.state, '') <> 'open' AND coalesce(f.outcome, '') {ordered}"""
    return TaskSelect(sql, q.offices)


def _follow_up(q: TaskQuery) -> TaskSelect:
    return _checks(q, "<> 'rectify'", "p.follow_up_due")


def _follow_up_order(q: TaskQuery) -> TaskSelect:
    return _checks(q, "= 'rectify'", "f.rectify_by")


def _proposal(q: TaskQuery, whose: str) -> TaskSelect:
    sql = f"""
        SELECT 'proposal/' || proposal_id AS subject, p.office, p.uscc, m.premises_no, NULL AS due_on,
            p.proposed_by AS named
        FROM proposals p LEFT JOIN permits m ON m.permit_id =
            CASE WHEN p.subject LIKE 'permit/%' THEN CAST(substr(p.subject, 8) AS INTEGER) END
        WHERE p.office IN ({marks(q.offices)}) AND p.state = 'open' AND {whose}"""
    return TaskSelect(sql, q.offices)


def _proposal_to_decide(q: TaskQuery) -> TaskSelect:
    """Proposals to decide, except those that the person, or somebody they stand or stood in for today, made or was involved
    in."""
    eyes = (*q.usernames, *q.stood_in_for)
    involved = " OR ".join(["instr(',' || p.witnesses || ',', ',' || ? || ',') > 0"] * len(eyes))
    part = _proposal(q, f"p.proposed_by NOT IN ({marks(eyes)}) AND NOT ({involved})")
    return TaskSelect(part.sql, (*part.values, *eyes, *eyes))


def _proposal_of_mine(q: TaskQuery) -> TaskSelect:
    holding = q.holding or ("",)
    part = _proposal(q, f"p.proposed_by IN ({marks(holding)})")
    return TaskSelect(part.sql, (*part.values, *holding), named=True)


def _order(q: TaskQuery) -> TaskSelect:
    """Rectification orders made at an inspection, unless the business or permit has ended."""
    sql = f"""
        SELECT 'rectification/' || r.order_id AS subject, r.office, r.uscc, r.premises_no, r.due_on
        FROM rectifications r JOIN entities e ON e.uscc = r.uscc LEFT JOIN permits p ON p.permit_id = r.permit_id
        WHERE r.office IN ({marks(q.offices)}) AND r.state = 'open' AND {permits.NOT_ENDED}"""
    return TaskSelect(sql, q.offices)


def _drawn(q: TaskQuery) -> TaskSelect:
    sql = f"""
        SELECT 'drawn/' || d.drawn_id AS subject, d.office, p.uscc, p.premises_no, d.due_on,
            d.officers AS named
        FROM drawn d JOIN permits p ON p.permit_id = d.permit_id JOIN entities e ON e.uscc = p.uscc
        WHERE d.office IN ({marks(q.offices)}) AND d.inspection_key IS NULL AND {permits.NOT_ENDED}"""
    return TaskSelect(sql, q.offices, named=True)


_INSPECTION = "SELECT 'inspection/' || inspection_key AS subject, office, uscc, premises_no"
_UNANSWERED = "instr(flags, 'second_officer_unconfirmed') > 0"


def _answer_until(q: TaskQuery) -> str:
    """The day in Asia/Shanghai on which the time of a second officer ends, in SQL."""
    return f"date(received_at, '+{q.rules.second_officer_hours:d} hours', '+8 hours')"


def _visit_to_confirm(q: TaskQuery) -> TaskSelect:
    """Visits that wait for the person as their second officer."""
    until = _answer_until(q)
    sql = f"""
        {_INSPECTION}, {until} AS due_on FROM inspections
        WHERE office IN ({marks(q.offices)}) AND state = 'held' AND {_UNANSWERED} AND {until} >= ?
        AND second_officer IN ({marks(q.usernames)})"""
    return TaskSelect(sql, (*q.offices, q.today.isoformat(), *q.usernames))


_OPEN_CHECK = "n.state IN ('waiting', 'objected')"  # as the index says it
_NAMED = "SELECT 'named-check/' || named_id AS subject, n.office, n.uscc, p.premises_no"


def _check_to_confirm(q: TaskQuery) -> TaskSelect:
    """Commitment checks that wait for the person as one of the officers they name."""
    named = " OR ".join(["instr(',' || n.others || ',', ',' || ? || ',') > 0"] * len(q.usernames))
    answered = f"""SELECT 1 FROM confirmations c
        WHERE c.subject = 'named-check/' || n.named_id AND c.username IN ({marks(q.usernames)})"""
    until = _answer_until(q)
    sql = f"""
        {_NAMED}, {until} AS due_on FROM named_checks n JOIN permits p ON p.permit_id = n.permit_id
        WHERE n.office IN ({marks(q.offices)}) AND {_OPEN_CHECK} AND n.state = 'waiting' AND {until} >= ? AND ({named or 0})
        AND NOT EXISTS ({answered})"""
    return TaskSelect(sql, (*q.offices, q.today.isoformat(), *q.usernames, *q.usernames))


def _check_to_review(q: TaskQuery) -> TaskSelect:
    """Commitment checks for the desk: an officer objected, or the time is over."""
    sql = f"""
        {_NAMED}, NULL AS due_on FROM named_checks n JOIN permits p ON p.permit_id = n.permit_id
        WHERE n.office IN ({marks(q.offices)}) AND {_OPEN_CHECK}
        AND (n.state = 'objected' OR (n.state = 'waiting' AND {_answer_until(q)} < ?))"""
    return TaskSelect(sql, (*q.offices, q.today.isoformat()))


def _held(q: TaskQuery) -> TaskSelect:
    """Records for the desk: not those whose second officer may still answer."""
    sql = f"""
        {_INSPECTION}, NULL AS due_on FROM inspections WHERE office IN ({marks(q.offices)}) AND state = 'held'
        AND NOT ({_UNANSWERED} AND {_answer_until(q)} >= ?)"""
    return TaskSelect(sql, (*q.offices, q.today.isoformat()))


def _asked(q: TaskQuery, table: str, key: str, days: int, offices: tuple[str, ...] | None) -> TaskSelect:
    """Open requests of ``table`` about the account ``u``, by the administrator ``a``; neither is of the person."""
    until = f"date(r.asked_at, '+{days:d} days', '+8 hours')"
    of_offices = "1" if offices is None else f"u.office IN ({marks(offices)})"
    sql = f"""
        SELECT {key} AS subject, u.office, NULL AS uscc, NULL AS premises_no, {until} AS due_on FROM {table} r
        JOIN users u ON u.user_id = r.user_id JOIN users a ON a.user_id = r.asked_by
        WHERE r.state = 'open' AND r.asked_at > ? AND {until} >= ? AND {of_offices}
        AND u.disabled_at IS NULL AND a.disabled_at IS NULL AND instr(',' || a.roles || ',', ',admin,') > 0
        AND u.username NOT IN ({marks(q.usernames)}) AND a.username NOT IN ({marks(q.usernames)})"""
    since = q.today - timedelta(days=days + 1)  # a bound for the index; the exact day is compared beside it
    values = (since.isoformat(), q.today.isoformat(), *(offices or ()), *q.usernames, *q.usernames)
    return TaskSelect(sql, values)


def _roles_to_confirm(q: TaskQuery) -> TaskSelect:
    """Requests for roles, while the account has those that it had."""
    asked = _asked(q, "role_grants", "'grant/' || r.grant_id", GRANT_DAYS, q.roles_in)
    return TaskSelect(f"{asked.sql} AND u.roles = r.had", asked.values)


def _reset_to_confirm(q: TaskQuery) -> TaskSelect:
    """Requests to reset second factors, while the owner has changed none."""
    asked = _asked(q, "factor_resets", "'reset/' || r.reset_id", RESET_DAYS, q.resets_in)
    changed = f"""SELECT 1 FROM history h WHERE h.subject = 'account/' || r.user_id AND h.at > r.asked_at
        AND h.event IN ({marks(tuple(FACTORS_CHANGED))})"""
    values = (*asked.values, *sorted(FACTORS_CHANGED))
    return TaskSelect(f"{asked.sql} AND NOT EXISTS ({changed})", values)


def _answering(sql: str) -> Source:
    """Reports and ratings that wait, by the conditions of their own modules, and reports without an office for those
    who may assign them."""

    def source(q: TaskQuery) -> TaskSelect:
        offices = (*q.offices, "") if q.unassigned else q.offices
        return TaskSelect(sql.format(offices=marks(offices)), offices)

    return source


_AT_THE_AUTHORITY = "state IN ('sent', 'taken', 'more_asked')"  # as the index says it


def _item(state: ItemState) -> Source:
    """Items that stand in one state with the authorities whose own offices are asked for. The clock that says until when
    they are decided is reckoned beforehand."""

    def source(q: TaskQuery) -> TaskSelect:
        own = tuple(q.authorities.items()) or (("", ""),)
        sql = f"""
            SELECT 'item/' || item_id AS subject, CASE authority {"WHEN ? THEN ? " * len(own)}END AS office, uscc,
                premises_no, d.value AS due_on, assignee AS named
            FROM json_each(?) d CROSS JOIN case_items ON item_id = CAST(d.key AS INTEGER)
            WHERE authority IN ({marks(own)}) AND {_AT_THE_AUTHORITY} AND state = '{state}'"""
        days = json.dumps({str(key): day for key, day in q.items_due.items()})
        values = (*(each for office, authority in own for each in (authority, office)), days, *(a for _, a in own))
        return TaskSelect(sql, values, named=True)

    return source


def _telling(state: ItemState) -> Source:
    """What applicants are to be told of their items; no card is handed over where the business has ended."""
    there = "e.state IN ('active', 'dormant')" if state is ItemState.ON_REGISTER else "1"

    def source(q: TaskQuery) -> TaskSelect:
        sql = f"""
            SELECT 'item/' || t.item_id AS subject, t.office, i.uscc, i.premises_no, NULL AS due_on
            FROM tellings t JOIN case_items i ON i.item_id = t.item_id JOIN entities e ON e.uscc = i.uscc
            WHERE t.office IN ({marks(q.offices)}) AND t.ended_at IS NULL AND t.state = '{state}' AND {there}"""
        return TaskSelect(sql, q.offices)

    return source


SOURCES: Mapping[TaskKind, tuple[Source, ...]] = {
    TaskKind.PERMIT_PENDING: (_pending,),
    TaskKind.PERMIT_EXPIRING: (_expiring,),
    TaskKind.RENEWAL_TO_DECIDE: (_renewal,),
    TaskKind.REVIEW_DUE: (_review,),
    TaskKind.FOLLOW_UP_DUE: (_follow_up,),
    TaskKind.RECTIFICATION_DUE: (_follow_up_order, _order),
    TaskKind.PROPOSAL_TO_DECIDE: (_proposal_to_decide,),
    TaskKind.PROPOSAL_OF_MINE: (_proposal_of_mine,),
    TaskKind.DRAWN_INSPECTION: (_drawn,),
    TaskKind.VISIT_TO_CONFIRM: (_visit_to_confirm, _check_to_confirm),
    TaskKind.INSPECTION_HELD: (_held, _check_to_review),
    TaskKind.REPORT_TO_CONTACT: (_answering(reports.TO_CONTACT),),
    TaskKind.REPORT_TO_ANSWER: (_answering(reports.TO_ANSWER),),
    TaskKind.REPORT_TO_CALL_BACK: (_answering(reports.TO_CALL_BACK),),
    TaskKind.RATING_TO_MEND: (_answering(ratings.TO_MEND),),
    TaskKind.RATING_TO_CALL_BACK: (_answering(ratings.TO_CALL_BACK),),
    TaskKind.ROLES_TO_CONFIRM: (_roles_to_confirm,),
    TaskKind.RESET_TO_CONFIRM: (_reset_to_confirm,),
    TaskKind.ITEM_TO_TAKE: (_item(ItemState.SENT),),
    TaskKind.ITEM_TO_DECIDE: (_item(ItemState.TAKEN),),
    TaskKind.ITEM_AWAITED: (_item(ItemState.MORE_ASKED),),
    TaskKind.MORE_TO_TELL: (_telling(ItemState.MORE_ASKED),),
    TaskKind.REFUSAL_TO_TELL: (_telling(ItemState.REFUSED),),
    TaskKind.CARD_TO_HAND_OVER: (_telling(ItemState.ON_REGISTER),),
}
