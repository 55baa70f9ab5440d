"""One made-up hotel with its permit, and short ways to do something to it and to look at what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from licence_qr.bootstrap import Services
from licence_qr.credential.trust_list import KeyPurpose
from licence_qr.domain.dates import local_date
from licence_qr.domain.lifecycle.acts import Act, Grounds, Subject
from licence_qr.domain.lifecycle.details import ActRequest, Details
from licence_qr.domain.lifecycle.visits import GrantVisitOutcome
from licence_qr.domain.publishing.public_page import PublicPage
from licence_qr.domain.register.permit import Permit
from licence_qr.domain.roles import Actor, Role
from licence_qr.key_services import build_ceremony
from licence_qr.services.lifecycle.perform import Done
from licence_qr.services.lifecycle.procedure import TypedVisit
from licence_qr.store.register import codes, entities, history, permits

WHY = Grounds("查实", "《行政许可法》第六十九条", "渝高新卫〔2026〕1号")
DECIDER = Actor(9, "decider", "审批员", "baishiyi", frozenset({Role.DECIDER}))


@dataclass
class Hotel:
    """A business under way. ``now`` moves with ``after``."""

    services: Services
    uscc: str
    clerk: Actor
    now: datetime

    @property
    def today(self) -> date:
        return local_date(self.now)

    def after(self, days: int) -> Hotel:
        self.now += timedelta(days=days)
        return self

    def until(self, day: date) -> Hotel:
        return self.after((day - self.today).days)

    def years_on(self, day: date) -> Hotel:
        """``until`` a day so far off that the first key signs no more: the next one has been made."""
        self.until(day)
        build_ceremony(self.services.settings).new(KeyPurpose.LICENCE, None, self.now)
        return self

    def subject(self, permit: int | None = None) -> Subject:
        """The licence, or the permit with that place in the register."""
        return Subject(self.uscc, None if permit is None else self.stored(permit).permit_id)

    def request(
        self, act: Act, details: Details | None = None, *, permit: int | None = None, **parts: Any
    ) -> ActRequest:
        grounds = Grounds(WHY.reason, WHY.legal_basis, WHY.document_no, parts.pop("on", None))
        return ActRequest(
            self.subject(permit), act, parts.pop("grounds", grounds), parts.pop("actor", self.clerk), details, **parts
        )

    def do(self, act: Act, details: Details | None = None, *, permit: int | None = None, **parts: Any) -> Done:
        """As one person does it."""
        request = self.request(act, details, permit=permit, **parts)
        return self.services.life.perform(request.actor, request, self.now)

    def visited(self, permit: int = 0, outcome: GrantVisitOutcome = GrantVisitOutcome.PASSED) -> Hotel:
        """The premises were visited today for a permit that is pending, by two officers who do not decide."""
        visit = TypedVisit(self.today, "检查员甲\n检查员乙", outcome, "照图布局，设施齐全")
        self.services.procedures.record_visit(self.clerk, self.subject(permit).text, visit, self.now)
        return self

    def decide(self, act: Act, *, permit: int | None = None, **parts: Any) -> Done:
        """As a decision by four eyes is carried out."""
        request = self.request(act, permit=permit, actor=DECIDER, proposed_by=self.clerk.username, **parts)
        with self.services.database.write() as tx:
            return self.services.life.perform_within(tx, request, self.now)

    def stored(self, place: int = 0) -> permits.StoredPermit:
        with self.services.database.read() as tx:
            return permits.of_business(tx, self.uscc)[place]

    def permit(self, place: int = 0) -> Permit:
        return self.stored(place).permit

    def licence(self) -> entities.StoredEntity:
        with self.services.database.read() as tx:
            found = entities.get(tx, self.uscc)
        assert found is not None
        return found

    def events(self, *kinds: str) -> list[dict[str, Any]]:
        with self.services.database.read() as tx:
            rows = [dict(row) for row in history.of_business(tx, self.uscc)]
        return [row for row in rows if not kinds or row["event"] in kinds]

    def versions(self) -> tuple[codes.StoredCode, ...]:
        with self.services.database.read() as tx:
            return codes.versions_of_business(tx, self.uscc)

    def entries(self) -> list[list[int]]:
        """The status entries of every version, newest first: the print, then its permits."""
        with self.services.database.read() as tx:
            versions = codes.versions_of_business(tx, self.uscc)
            return [[codes.status(tx, c.status_index + n) for n in range(c.entry_count)] for c in versions]

    def page(self, version: int | None = None) -> PublicPage:
        """What whoever scans the print sees today."""
        found = next(c for c in self.versions() if version in {None, c.version})
        digits = self.services.coding.issued(found).address.rpartition("/")[2]
        return self.services.lookup.scan(digits, self.now)
