"""Which permits a draft application needs today."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from licence_qr.domain.catalogue.model import Requirement, RequirementAction, Trade
from licence_qr.domain.catalogue.requirements import KnownFacts, requirements
from licence_qr.domain.dates import local_date
from licence_qr.domain.issuing.draft import Draft
from licence_qr.domain.register.field_names import ANSWER_PREFIX
from licence_qr.web import current_instant
from licence_qr.web.shell.handed import catalogue


def today() -> date:
    """The day whose rules apply: today in Asia/Shanghai."""
    return local_date(current_instant())


def trade_of(draft: Draft) -> Trade | None:
    """The selected trade, or None."""
    return catalogue().trades.get(draft.fields.get("trade", ""))


def with_only_kind(draft: Draft, trade: Trade | None) -> Mapping[str, str]:
    """The draft, with the type of place ticked if its trade has only one."""
    if trade and len(trade.kinds) == 1 and "kinds" not in draft.fields:
        return {**draft.fields, "kinds": trade.kinds[0]}
    return draft.fields


def needs_of(draft: Draft, trade: Trade) -> tuple[Requirement, ...]:
    """The permits that may concern the draft today. Missing and unreadable answers count as open."""
    fields = with_only_kind(draft, trade)
    answers = {
        name.removeprefix(ANSWER_PREFIX): text == "yes"
        for name, text in fields.items()
        if name.startswith(ANSWER_PREFIX) and text in {"yes", "no"}
    }
    kinds = tuple(kind for kind in fields.get("kinds", "").split(",") if kind in trade.kinds)
    area = fields.get("area_m2", "").strip()
    area_m2 = int(area) if area.isascii() and area.isdigit() and len(area) < 8 else None
    facts = KnownFacts(kinds, answers, area_m2)
    return requirements(catalogue(), trade.id, draft.office, facts, today())


def may_grant(draft: Draft) -> bool:
    """Whether this desk may grant a permit for the draft; it may, as long as no trade is chosen."""
    return bool(permits_of(draft)) or trade_of(draft) is None


def of_action(draft: Draft, action: RequirementAction) -> tuple[Requirement, ...]:
    """What the draft needs today of one kind."""
    trade = trade_of(draft)
    return tuple(need for need in needs_of(draft, trade) if need.action is action) if trade else ()


def permits_of(draft: Draft) -> list[str]:
    """The permit types that this desk grants for the draft today."""
    here = [need.permit_type for need in of_action(draft, RequirementAction.ISSUED_HERE)]
    return [permit_type.id for permit_type in here if not permit_type.licence]
