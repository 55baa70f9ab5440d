"""Items and promises for the walk over every page of the desk."""

from __future__ import annotations

from datetime import UTC, datetime

from at_the_counter import Running
from desk_case import add_officers

from licence_qr.domain.dates import local_date
from licence_qr.domain.lifecycle.visits import GrantVisitOutcome
from licence_qr.services.lifecycle.procedure import TypedVisit
from licence_qr.store.cases import items
from licence_qr.store.register import permits


def item(desk: Running, uscc: str) -> dict[str, str]:
    """An item of the business that the officer has taken who walks along, visited already, and one that is refused."""
    add_officers(desk.services)
    now = datetime.now(UTC)
    fire, lodging = map(desk.services.accounts.user, ("fire", "lodging-1"))
    with desk.services.database.read() as tx:
        keys = {stored.item.permit_type: stored.item_id for stored in items.of_business(tx, uscc)}
    assert fire and lodging
    desk.services.officers.take(fire, keys["fire_check"], now)
    visit = TypedVisit(local_date(now), "核查员甲、核查员乙", GrantVisitOutcome.PASSED, "符合")
    desk.services.procedures.record_visit(fire, f"item/{keys['fire_check']}", visit, now)
    desk.services.officers.refuse(lodging, keys["special_trade"], "不符合条件（示例）", now)
    return {"item_id": str(keys["fire_check"]), "step": "more", "refused": str(keys["special_trade"])}


def promised(desk: Running, uscc: str) -> dict[str, str]:
    """The promise of the business."""
    with desk.services.database.read() as tx:
        return {"sha256": next(each.permit.promise for each in permits.of_business(tx, uscc) if each.permit.promise)}
