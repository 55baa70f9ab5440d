"""Proposals over the filled demonstration register, for who looks at them or decides them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from desk_pages import PASSWORD
from screens import Served, filled_desk

from licence_qr.bootstrap import Services
from licence_qr.domain.dates import local_date
from licence_qr.domain.lifecycle.acts import Act, Grounds, Subject
from licence_qr.domain.register.permit import Suspension
from licence_qr.domain.roles import Actor, Role
from licence_qr.services.proposals.decide import ProposalRequest
from licence_qr.store.register import permits
from licence_qr.store.register.permits import StoredPermit

GROUNDS = Grounds("现场查实停用消毒设施", "《公共场所卫生管理条例》第十四条", "〔2026〕7号")


@contextmanager
def two_inspectors(folder: Path) -> Iterator[Served]:
    """The filled demonstration register, a second inspector, and its origin."""
    with filled_desk(folder) as (services, origin):
        inspectors, now = frozenset({Role.INSPECTOR}), datetime.now(UTC)
        services.accounts.create("inspector-too", "监督员乙（示例）", "baishiyi", inspectors, PASSWORD, now)
        yield services, origin


def person(services: Services, who: str) -> Actor:
    found = services.accounts.user(who)
    assert found
    return found


def standing(services: Services, *, to_check: bool = False) -> StoredPermit:
    """A permit in force of the office, with no proposal yet; ``to_check``: with its check still open."""
    with services.database.read() as tx:
        row = tx.one(
            "SELECT permit_id FROM permits p WHERE handling_office = 'baishiyi' AND state = 'effective' AND valid_to > ?"
            " AND NOT EXISTS (SELECT 1 FROM proposals x WHERE x.uscc = p.uscc)"
            " AND NOT EXISTS (SELECT 1 FROM follow_ups f WHERE f.uscc = p.uscc)"
            " AND (? OR (follow_up_due IS NOT NULL AND checked_on IS NULL AND mode = 'commitment'))",
            (local_date(datetime.now(UTC)).isoformat(), not to_check),
        )
        assert row, "the demonstration register has no such permit"
        found = permits.get(tx, row["permit_id"])
    assert found
    return found


def proposed(services: Services, stored: StoredPermit, act: Act = Act.SUSPEND) -> int:
    suspension = Suspension.CLOSED if act is Act.SUSPEND else None
    subject = Subject(stored.uscc, stored.permit_id)
    wanted = ProposalRequest(subject, act, GROUNDS, None, suspension=suspension)
    return services.proposals.propose(person(services, "clerk"), wanted, datetime.now(UTC))
