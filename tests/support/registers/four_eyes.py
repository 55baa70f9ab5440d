"""A business with one permit on commitment, and the people of two offices, for the tests of proposals and checks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from licence_qr.bootstrap import Services
from licence_qr.domain.inspecting.follow_up import FollowUpReport
from licence_qr.domain.inspecting.second_officer import NamedCheckState, OfficersAnswer
from licence_qr.domain.lifecycle.acts import Act, Grounds, Subject
from licence_qr.domain.register.permit import Suspension
from licence_qr.domain.roles import Actor, Role
from licence_qr.errors import LicenceQRError
from licence_qr.services.accounts.second_factor.checking import Proof
from licence_qr.services.inspecting.second_officer import AnswerRequest
from licence_qr.services.proposals.decide import ProposalRequest, ProposalVerdict
from licence_qr.store.inspecting import follow_ups
from licence_qr.store.inspecting.follow_ups import StoredFollowUp
from licence_qr.store.register import history, permits
from licence_qr.store.register.permits import StoredPermit

PASSWORD = "a good long password"
WHY = Grounds("现场查实擅自停用消毒设施", "《公共场所卫生管理条例》第十四条", "〔2026〕7号")
PEOPLE = {
    "clerk": ("baishiyi", {Role.CLERK}),
    "inspector": ("baishiyi", {Role.INSPECTOR}),
    "inspector-2": ("baishiyi", {Role.INSPECTOR}),
    "decider": ("baishiyi", {Role.DECIDER}),
    "decider-2": ("baishiyi", {Role.DECIDER}),
    "both": ("baishiyi", {Role.CLERK, Role.INSPECTOR, Role.DECIDER}),
    "admin": ("baishiyi", {Role.ADMIN}),
    "elsewhere": ("jinfeng", {Role.CLERK, Role.INSPECTOR, Role.DECIDER}),
}


@dataclass(frozen=True)
class Office:
    """The services, the people by user name, and the one business."""

    services: Services
    people: dict[str, Actor]
    uscc: str

    @property
    def stored(self) -> StoredPermit:
        """The permit as the register holds it now."""
        with self.services.database.read() as tx:
            return permits.of_business(tx, self.uscc)[0]

    @property
    def subject(self) -> Subject:
        """The permit as the subject of an act."""
        return Subject(self.uscc, self.stored.permit_id)

    def propose(self, who: str, act: Act, now: datetime, grounds: Grounds = WHY, **more: object) -> int:
        """Propose an act on the permit (or on ``subject``)."""
        subject = more.pop("subject", self.subject)
        if act is Act.SUSPEND:
            more.setdefault("suspension", Suspension.CLOSED)
        wanted = ProposalRequest(subject, act, grounds, more.pop("revision", None), **more)
        return self.services.proposals.propose(self.people[who], wanted, now)

    def decide(self, who: str, number: int, now: datetime, **more: object):
        """Approve, or what ``more`` says."""
        proof = Proof(more.pop("password", PASSWORD), more.pop("code", ""))
        said = {"approve": True, "reason": "", "proof": proof, "client": "10.0.0.1", "seen": 0} | more
        return self.services.proposals.decide(self.people[who], number, ProposalVerdict(**said), now)

    def hand_in(self, who: str, report: FollowUpReport, at: datetime, **more: int) -> int:
        """Hand in a commitment check, which then waits for the officers it names."""
        return self.services.named_checks.hand_in(self.people[who], self.stored.permit_id, report, at, **more)

    def answer(self, who: str, number: int, at: datetime, **changes: object) -> NamedCheckState:
        """The answer of a named officer to a check: confirmed with the password, or what ``changes`` say."""
        content = self.services.named_checks.get(self.people["clerk"], number, at).check.content_sha256
        given = AnswerRequest(content, OfficersAnswer.CONFIRMED, "", Proof(PASSWORD), "10.0.0.1")
        return self.services.named_checks.answer(self.people[who], number, replace(given, **changes), at)

    def check(self, who: str, report: FollowUpReport, at: datetime, **more: int) -> StoredFollowUp:
        """Record a commitment check that all officers it names have confirmed."""
        number = self.hand_in(who, report, at, **more)
        for other in sorted(set(report.others)):
            self.answer(other, number, at)
        permit_id = self.stored.permit_id
        with self.services.database.read() as tx:
            return follow_ups.of_permit(tx, permit_id)[-1]

    def history(self) -> list[dict[str, object]]:
        """The events of the business, oldest first."""
        with self.services.database.read() as tx:
            return history.of_business(tx, self.uscc)


def opened(services: Services, application, clerk: Actor, now: datetime) -> Office:
    """The office with its people, and the business issued on commitment."""
    people = {}
    for username, (office, roles) in PEOPLE.items():
        services.accounts.create(username, f"{username}（示例）", office, frozenset(roles), PASSWORD, now)
        people[username] = services.accounts.user(username)
    pair = services.issuance.issue(application, clerk, "key", now)
    return Office(services, people, pair.uscc)


DAY_OF_GRANT = date(2026, 11, 23)
LATER = datetime(2026, 12, 7, 2, 0, tzinfo=UTC)


def refused(call: Callable[..., object], *args: Any, **kwargs: Any) -> LicenceQRError:
    """The error with which a call is refused."""
    with pytest.raises(LicenceQRError) as error:
        call(*args, **kwargs)
    return error.value
