"""The next sensible act on the page of a business: what it is, why, and where its one filled button leads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from flask import url_for

from licence_qr.domain.catalogue.model import Text
from licence_qr.domain.dates import day_in_words
from licence_qr.domain.lifecycle.acts import Act
from licence_qr.domain.lifecycle.next_act import (
    BusinessToday,
    NextAct,
    NextKind,
    PermitToday,
    check_is_due,
    next_act,
    review_is_due,
)
from licence_qr.domain.register.permit import PermitStatus
from licence_qr.services.businesses.search import BusinessDetail, HeldPermit
from licence_qr.services.cases.counter import ItemLine
from licence_qr.services.register import access
from licence_qr.web.shell.handed import catalogue
from licence_qr.web.shell.security import current_actor


@dataclass(frozen=True, slots=True)
class NextStep:
    """``posts``: the button sends a form instead of leading to a page."""

    about: Text
    why: Text
    button: Text
    address: str
    posts: bool = False


def next_step(detail: BusinessDetail, items: Iterable[ItemLine], day: date) -> NextStep | None:
    """What the reader should do next; None where nothing waits."""
    lines = tuple(items)
    found = next_act(_today(detail, lines, day))
    return None if found is None else _said(found, detail, lines)


def may_apply(detail: BusinessDetail) -> bool:
    """Whether the reader may take an application for another permit of this business."""
    actor = current_actor()
    return detail.mine and not detail.state.ended and access.may(actor, access.TAKE_APPLICATIONS, detail.office)


def _today(detail: BusinessDetail, lines: tuple[ItemLine, ...], day: date) -> BusinessToday:
    return BusinessToday(
        to_decide=detail.to_decide,
        to_pass_on=tuple(line.item_id for line in lines if line.passes_on),
        # What has been sent on to its authority comes back by itself.
        to_record=tuple(line.item_id for line in lines if line.records and line.waits_elsewhere),
        orders=detail.orders,
        permits=tuple(_permit(held, detail.permits, day) for held in detail.permits),
        may_apply=may_apply(detail),
    )


def _permit(held: HeldPermit, others: tuple[HeldPermit, ...], day: date) -> PermitToday:
    permit, acts = held.permit, frozenset(rule.act for rule in held.acts)
    rules = catalogue().life_rules_on(day, permit.permit_type)
    checks = held.mine and access.may(current_actor(), access.RECORD_FOLLOW_UPS, permit.handling_office)
    same = (permit.permit_type, permit.premises_no)
    later = (o for o in others if (o.permit.permit_type, o.permit.premises_no) == same and o is not held)
    return PermitToday(
        permit_id=held.permit_id,
        status=held.status,
        acts=acts,
        check_is_due=checks and check_is_due(permit, held.status, rules, day),
        review_is_due=Act.REVIEW in acts and review_is_due(permit, rules, day),
        has_successor=any(each.status.in_force or each.status is PermitStatus.PENDING for each in later),
    )


def _said(found: NextAct, detail: BusinessDetail, lines: tuple[ItemLine, ...]) -> NextStep:
    uscc, key = detail.entity.uscc, found.key
    if found.kind is NextKind.DECIDE:
        return NextStep(
            Text(f"提议第 {key} 号", f"Proposal {key}"),
            Text("由另一位提出，您来决定。", "Somebody else proposed it. The decision is yours."),
            Text("看提议并决定", "Read and decide"),
            url_for("desk.proposals.show_proposal", number=key),
        )
    if found.kind is NextKind.RECTIFICATION:
        return NextStep(
            Text("责令整改", "Order to rectify"),
            Text("整改期限内要复查。", "It has to be inspected again by its deadline."),
            Text("看整改要求", "Read the order"),
            url_for("desk.inspections.show_order", order_id=key),
        )
    if found.kind in {NextKind.PASS_ON, NextKind.CERTIFICATE}:
        return _of_item(found.kind, next(line for line in lines if line.item_id == key))
    held = next(each for each in detail.permits if each.permit_id == key)
    return _of_permit(found.kind, held, uscc)


def _of_item(kind: NextKind, line: ItemLine) -> NextStep:
    name = line.permit_type
    if kind is NextKind.PASS_ON:
        return NextStep(
            name,
            Text(
                f"{line.authority.zh}要求补正：{line.note}" if line.note else f"{line.authority.zh}要求补正。",
                f"{line.authority.en} asks for: {line.note}" if line.note else f"{line.authority.en} asks for more.",
            ),
            Text("材料已带来，转交", "Brought: pass it on"),
            url_for("desk.businesses_items.pass_on", item_id=line.item_id),
            posts=True,
        )
    return NextStep(
        name,
        Text(
            f"要到{line.authority.zh}办。问一下办好没有；带证来的，登记号码和日期。",
            f"Applied for at {line.authority.en}. Ask whether it is there, and record number and dates of what is shown.",
        ),
        Text("登记出示的证件", "Record the certificate"),
        url_for("desk.businesses_items.show_certificate", item_id=line.item_id),
    )


_ACTS = {
    NextKind.PENDING: Act.GRANT,
    NextKind.RENEWAL: Act.RENEW,
    NextKind.REVIEW: Act.REVIEW,
    NextKind.EXPIRING: Act.APPLY_RENEWAL,
    NextKind.TO_CANCEL: Act.CANCEL,
}


def _of_permit(kind: NextKind, held: HeldPermit, uscc: str) -> NextStep:
    why = _why(kind, held)
    if kind is NextKind.FOLLOW_UP:
        address = url_for("desk.follow_ups.show_follow_up", permit_id=held.permit_id)
        return NextStep(held.permit_type, why, Text("登记现场核查", "Record the on-site check"), address)
    if kind is NextKind.EXPIRED:
        address = url_for("desk.businesses_life.add_permit", uscc=uscc)
        return NextStep(held.permit_type, why, Text("重新申请许可", "Apply anew"), address, posts=True)
    act = _ACTS[kind]
    name = next(rule.name for rule in held.acts if rule.act is act)
    address = url_for("desk.businesses_life.show_permit_act", uscc=uscc, permit_id=held.permit_id, act=act.value)
    return NextStep(held.permit_type, why, name, address)


def _why(kind: NextKind, held: HeldPermit) -> Text:
    permit = held.permit
    last = day_in_words(permit.period.last) if permit.period and permit.period.last else Text("", "")
    applied = day_in_words(permit.renewal_applied_on) if permit.renewal_applied_on else Text("", "")
    due = day_in_words(permit.follow_up_due) if permit.follow_up_due else Text("", "")
    return {
        NextKind.PENDING: Text("按一般程序受理，尚未决定。", "Accepted in the standard procedure, not decided."),
        NextKind.RENEWAL: Text(
            f"{applied.zh}申请延续，{last.zh}到期，尚未决定。",
            f"Renewal applied for on {applied.en}. Expires on {last.en}. Not decided.",
        ),
        NextKind.FOLLOW_UP: Text(
            f"告知承诺，{due.zh}以前要现场核查。", f"Granted on commitment. Check due by {due.en}."
        ),
        NextKind.REVIEW: Text("两年一次的复核快到期或已到期。", "The review every two years comes up or is due."),
        NextKind.EXPIRING: Text(f"{last.zh}到期，还没有申请延续。", f"Expires on {last.en}. No renewal applied for."),
        NextKind.EXPIRED: Text(
            f"{last.zh}到期，已失效；继续经营的，重新申请。", f"Expired on {last.en}. Apply anew to go on."
        ),
        NextKind.TO_CANCEL: Text("已经终止，还要办理注销。", "It has ended, and still has to be cancelled."),
    }[kind]
