"""An installation at http://localhost in which one of each thing waits for somebody who confirms it with a second factor."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from at_the_counter import Running
from desk_pages import PASSWORD, installation
from people import CLIENT, PasskeyOwner, asked_reset, enrol_app
from phone_pages import Phone, issued_hotel, visit
from playwright.sync_api import BrowserContext
from screens import listening

from bench.load import free_port
from licence_qr.domain.dates import local_date
from licence_qr.domain.inspecting.follow_up import FollowUpOutcome, FollowUpReport
from licence_qr.domain.roles import Actor
from licence_qr.store.register import permits

WHO = ("administrator", "decider", "inspector-2", "supervisor")


@dataclass(frozen=True)
class Confirming:
    """``places``: who opens which page, by a name for it. Everybody of ``WHO`` has an app and a passkey."""

    site: Running
    places: dict[str, tuple[str, str]]

    def actor(self, who: str) -> Actor:
        """Somebody who works here."""
        found = self.site.services.accounts.user(who)
        assert found is not None
        return found

    def seat(self, context: BrowserContext, who: str) -> None:
        """Somebody has signed in in this browser, with the second factor where there is one."""
        services, now = self.site.services, datetime.now(UTC)
        token = services.sign_in.sign_in(who, PASSWORD, CLIENT, now)
        holder = services.sessions.holder(token, now)
        assert holder is not None
        if holder.wants is not None:
            token = services.factor_sign_in.go_on(holder.actor, CLIENT, now)
        context.add_cookies([{"name": "session-token", "value": token, "url": self.site.origin}])


@contextmanager
def confirming_site(folder: Path) -> Iterator[Confirming]:
    """The installation, until the block ends. Passkeys work there: browsers trust localhost as they trust https."""
    port = free_port()
    site = Running(installation(folder, port, host="localhost"), f"http://localhost:{port}")
    with listening(site.app, port):
        made = Confirming(site, {})
        made.places.update(_waiting(site))
        now = datetime.now(UTC)
        for who in WHO:
            owner = PasskeyOwner(site.services, made.actor(who), PASSWORD)
            _, codes = enrol_app(site.services, owner.actor, PASSWORD, now)
            owner.enrol(now, code=codes[0])
        yield made


def _waiting(site: Running) -> dict[str, tuple[str, str]]:
    clerk, inspector, now = site.signed_in("clerk"), site.signed_in("inspector"), datetime.now(UTC)
    hotel = issued_hotel(clerk, site.services)
    phone = Phone(inspector)
    phone.ask()
    name, body = visit(site.services, hotel)
    phone.put(name, body)
    with site.services.database.read() as tx:
        [held] = permits.of_business(tx, hotel["uscc"])
    grounds = {"reason": "现场查实停用消毒设施", "legal_basis": "《示例条例》第十四条", "document_no": ""}
    form = f"/desk/proposals/new/{hotel['uscc']}/permit/{held.permit_id}/suspend"
    proposal = inspector.send(form, grounds | {"suspension": "closed", "effective_on": ""}).location
    first, clerk_account = (site.services.accounts.user(who) for who in ("inspector", "clerk"))
    assert first and clerk_account
    today: date = local_date(now)
    report = FollowUpReport(today, FollowUpOutcome.MET, ("inspector-2",), "承诺属实")
    named = site.services.named_checks.hand_in(first, held.permit_id, report, now)
    reset = asked_reset(site.services, "administrator", PASSWORD, now)
    person = f"/desk/people/{clerk_account.person_id}"
    account = f"{person}/accounts/{clerk_account.user_id}"
    return {
        "decision": ("decider", str(proposal)),
        "second officer": ("inspector-2", "/desk/inspections/1"),
        "visits that name me": ("inspector-2", "/desk/inspections/named"),
        "beside": ("inspector", f"/desk/inspections/beside/{name}/{hashlib.sha256(body).hexdigest()}"),
        "named check": ("inspector-2", f"/desk/follow-ups/named/{named}"),
        "roles": ("administrator", f"{account}/roles"),
        "closing": ("administrator", f"{account}/close"),
        "account": ("administrator", f"{person}/accounts/new"),
        "merging": ("administrator", f"{person}/merge/{first.person_id}"),
        "asking for a reset": ("administrator", f"{account}/factors"),
        "reset asked": ("administrator", f"/desk/people/resets/{reset}"),
        "reset": ("supervisor", f"/desk/people/resets/{reset}"),
        "resets": ("supervisor", "/desk/people/resets"),
        "sessions": ("administrator", "/desk/people/sessions"),
        "sessions of one": ("administrator", f"/desk/people/sessions?person={first.person_id}"),
        "delegations": ("administrator", "/desk/offices/delegations"),
        "second factors": ("decider", "/second-factor"),
        "another passkey": ("decider", "/second-factor/passkeys/new"),
        "new codes": ("decider", "/second-factor/codes"),
        "removing": ("decider", "/second-factor/remove/totp"),
        "own password": ("decider", "/password"),
    }
