"""A hotel with a pool and a restaurant at the desk: its clerk, and the officers of the authorities that decide its items."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from desk_pages import PASSWORD, Browser, signed_in
from flask import Flask

from licence_qr.bootstrap import Services
from licence_qr.domain.cases.case import CaseItem
from licence_qr.domain.dates import local_date
from licence_qr.domain.roles import Role
from licence_qr.store.cases import items as stored_items

OFFICERS = {"firechecks": ("fire", "fire-2"), "lodging": ("lodging-1",), "marketpermits": ("market-1",)}
WHOLE_HOTEL = {"answer_serves_food": "yes", "answer_has_pool": "yes"}
CERTIFICATE = {
    "permit_no": "渝演消安检〔2026〕第17号",
    "permitted_items": "宾馆",
    "issued_on": "2026-01-06",
    "valid_from": "",
    "valid_to": "",
}


@dataclass(frozen=True)
class DeskCase:
    """A business whose application was issued on the pages of the desk."""

    app: Flask
    services: Services
    uscc: str
    result: str

    def browser(self, username: str) -> Browser:
        """Somebody's browser, signed in."""
        return signed_in(self.app, self.services, username)

    def stored(self, permit_type: str) -> tuple[int, CaseItem]:
        """The newest item of one type, with its key."""
        with self.services.database.read() as tx:
            found = stored_items.of_business(tx, self.uscc)
        return next((s.item_id, s.item) for s in reversed(found) if s.item.permit_type == permit_type)

    def address(self, permit_type: str) -> str:
        """The address of an item's page."""
        return f"/desk/items/{self.stored(permit_type)[0]}"

    def visited(self, permit_type: str, officer: Browser) -> None:
        """Record the visit without which an officer grants nothing, made by two others today."""
        item_id, _ = self.stored(permit_type)
        visit = {"visited_on": local_date(datetime.now(UTC)).isoformat(), "officers": "核查员甲\n核查员乙"}
        address = f"/desk/items/{item_id}/procedure/visit"
        assert officer.send(address, {**visit, "outcome": "passed", "words": ""}).status_code == 303

    def state(self, permit_type: str) -> str:
        """Where an item stands."""
        return self.stored(permit_type)[1].state.value


def add_officers(services: Services) -> None:
    """Accounts of officers, unless they are there."""
    for office, names in OFFICERS.items():
        for name in names:
            if services.accounts.user(name) is None:
                roles = frozenset({Role.DECIDER})
                services.accounts.create(name, f"{name}（示例）", office, roles, PASSWORD, datetime.now(UTC))


def open_desk_case(app: Flask, services: Services, name: str) -> DeskCase:
    """Issue one by the clerk."""
    add_officers(services)
    clerk = signed_in(app, services, "clerk")
    application = clerk.start()
    clerk.fill(application, name=name)
    hotel = {"trade": "hotel", "kinds": "hotel", **WHOLE_HOTEL}
    clerk.send(f"{application}/trade", hotel)
    clerk.send(f"{application}/trade", hotel)
    result = clerk.issue(application).location
    found = re.search(r"9150\w{14}", clerk.see(result))
    assert found
    return DeskCase(app, services, found[0], result)
