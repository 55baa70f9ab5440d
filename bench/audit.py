"""The auditor's list over 2,000,000 events and traces of three years: one page with each filter.

Told in seconds of the processor, which is what a page costs whatever else the machine does.
"""

from __future__ import annotations

import os
import random
import tempfile
from collections.abc import Iterator
from datetime import UTC, timedelta
from itertools import islice
from pathlib import Path

from bench.installation import NOW, installation
from bench.work import seconds
from licence_qr.bootstrap import Services
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import Actor, Role
from licence_qr.services.audit.trail import TrailFilter

EVENTS = int(os.environ.get("BENCH_AUDIT", "2000000"))
MOST_SECONDS = 0.1
SEED = 20261123
PART = 50_000
PASSWORD = "a quiet morning by the river"
BUSY, QUIET, GONE = "clerk-000", "quiet", "gone"  # every hundredth event; thirty of all; only an event of the account
FIRST, SPAN = NOW - timedelta(days=3 * 365), timedelta(days=3 * 365)
AUDITOR = Actor(1, "auditor", "", "jinfeng", frozenset({Role.AUDITOR}))
_INSERT = (
    "INSERT INTO {} (at, actor, office, event, uscc, subject, reason, legal_basis, document_no, before, after,"
    " effective_on, proposed_by, private, salt, person_id, session, device, network, on_behalf_of)"
    " VALUES (?, ?, ?, ?, ?, ?, '', '', '', NULL, ?, '', '', '{{}}', randomblob(32), 0, ?, 'Firefox · Linux', ?, ?)"
)
_KINDS = {
    "history": (EventKind.LICENCE_CHANGED, EventKind.PERMIT_RENEWED, EventKind.CODE_ISSUED, EventKind.INSPECTED),
    "traces": (EventKind.DATA_SEEN, EventKind.DATA_SEEN, EventKind.SEARCHED, EventKind.SIGNED_IN),
}
FILTERS = {
    "none": TrailFilter(),
    "a busy account": TrailFilter(account=BUSY),
    "an account with 30 events": TrailFilter(account=QUIET),
    "a person with 30 events": TrailFilter(person=QUIET),
    "an account that did nothing": TrailFilter(account=GONE),
    "on behalf of an account": TrailFilter(account="asked-for"),
    "a business": TrailFilter(uscc="91500000000000000042"),
    "a kind that is rare": TrailFilter(kind=EventKind.FACTORS_RESET),
    "a kind of one account": TrailFilter(account=BUSY, kind=EventKind.FACTORS_RESET),
    "an office": TrailFilter(office="jinfeng"),
    "a network that was seen once": TrailFilter(network="192.0.2.250"),
    "one day": TrailFilter(first=NOW.date() - timedelta(days=400), last=NOW.date() - timedelta(days=400)),
}


def _rows(table: str, count: int) -> Iterator[tuple[object, ...]]:
    """Events in the order of time: of a hundred accounts in eight offices, on 20,000 businesses."""
    chance = random.Random(SEED)
    for number in range(count):
        at = (FIRST + SPAN * (number / count)).astimezone(UTC).isoformat()
        who, uscc = chance.randrange(100), f"9150{chance.randrange(20_000):016d}"
        actor = QUIET if number % (count // 15) == 7 else f"clerk-{who:03d}"
        kind = _KINDS[table][number % 4]
        network = "192.0.2.250" if number == count // 3 else f"10.0.{who}.{number % 200}"
        behalf = "asked-for" if number % (count // 10) == 3 else ""
        told = '{"fields":["name","domicile"]}'
        yield at, actor, f"office-{who % 8}", kind.value, uscc, f"business/{uscc}", told, "s" * 22, network, behalf


def fill(services: Services, events: int) -> None:
    """Write four traces for each event of the history, and three accounts. Indexes are made when all is there."""
    for username in (BUSY, QUIET, GONE):
        services.accounts.create(username, username, "baishiyi", frozenset({Role.CLERK}), PASSWORD, FIRST)
    with services.database.write() as tx:
        indexes = tx.all(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name IN ('history', 'traces') AND sql <> ''"
        )
        for index in indexes:
            tx.run(f"DROP INDEX {index['name']}")
    for table, count in (("history", events // 5), ("traces", events - events // 5)):
        rows = _rows(table, count)
        while part := list(islice(rows, PART)):
            with services.database.write() as tx:
                tx.run_many(_INSERT.format(table), part)
    for index in indexes:
        with services.database.write() as tx:
            tx.run(index["sql"])


def measure() -> list[dict[str, str | float]]:
    """Seconds of the processor for the newest page, by filter."""
    with tempfile.TemporaryDirectory() as folder:
        services = installation(Path(folder))
        fill(services, EVENTS)
        rows: list[dict[str, str | float]] = []
        for name, wanted in FILTERS.items():
            taken = seconds(lambda wanted=wanted: services.trail.page(AUDITOR, wanted))
            row = {"figure": f"audit list, {EVENTS:,} events, a page, filter: {name}"}
            goal = MOST_SECONDS
            rows.append({**row, "goal": f"≤ {goal} s", "measured": f"{taken:.4f} s", "ratio": round(taken / goal, 3)})
        services.database.close()
        return rows
