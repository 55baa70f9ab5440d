"""The work list over 100,000 permits of four offices, starting on all days of four years: counts and a page, by role.

Told in seconds of the processor, which is what the list costs whatever else the machine does.
"""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from licence_qr.catalogue.loader import load_catalogue
from licence_qr.domain.dates import add_months, local_date
from licence_qr.domain.roles import Actor, Role
from licence_qr.services.work.work_list import WorkFilter, WorkList
from licence_qr.store.database.connections import Database

PERMITS = 100_000
NOW = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
MOST_SECONDS = {"an office": 0.1, "all offices": 0.5}
ROUNDS = 9
SEED = 20261123
_ENTITY = (
    "INSERT INTO entities (uscc, form, name, name_key, entity_type, principal, registered_capital, established_on,"
    " issued_on, domicile, business_scope, registration_authority, state, office, contact_phone)"
    " VALUES (?, 'company', ?, '', '', '', '', '2020-01-01', '2020-01-01', '', '', '', 'active', ?, '')"
)
_PREMISES = "INSERT INTO premises (uscc, premises_no, address, address_key, region) VALUES (?, 1, ?, '', '')"
_PERMIT = (
    "INSERT INTO permits (uscc, premises_no, permit_type, permit_no, kinds, items, issuing_authority, handling_office,"
    " issued_on, valid_from, valid_to, mode, state, grade, follow_up_due, checked_on, reviewed_on)"
    " VALUES (?, 1, 'hygiene_permit', ?, 'hotel', '', '', ?, ?, ?, ?, 'commitment', 'effective', '', ?, ?, ?)"
)


def _permits(offices: list[str]) -> Iterator[tuple[str, str, tuple[str | None, ...]]]:
    """Credit code, office and the rest of each permit; nearly all were checked and reviewed in time."""
    chance, today = random.Random(SEED), local_date(NOW)
    for number in range(PERMITS):
        first = today - timedelta(days=chance.randrange(1461))
        last, check, review = add_months(first, 48) - timedelta(days=1), add_months(first, 2), add_months(first, 24)
        checked = check if check <= today - timedelta(days=5) else None
        reviewed = review if review < today - timedelta(days=10) else None
        rest = (f"示例{number}", str(first), str(first), str(last), str(check), checked, reviewed)
        yield f"9150{number:014d}", offices[number % len(offices)], tuple(day and str(day) for day in rest)


def _fill(database: Database, offices: list[str]) -> None:
    rows = list(_permits(offices))
    with database.write() as tx:
        tx.run_many(_ENTITY, [(uscc, f"示例{uscc[-6:]}号宾馆有限公司", office) for uscc, office, _ in rows])
        tx.run_many(_PREMISES, [(uscc, f"重庆市示例路{uscc[-6:]}号") for uscc, _, _ in rows])
        tx.run_many(_PERMIT, [(uscc, rest[0], office, *rest[1:]) for uscc, office, rest in rows])


def seconds(act: Callable[[], object]) -> float:
    """The median of the processor's seconds, the first time not counted."""
    act()
    taken = []
    for _ in range(ROUNDS):
        start = time.process_time()
        act()
        taken.append(time.process_time() - start)
    return statistics.median(taken)


def measure() -> list[dict[str, str | float]]:
    """Rows of the table."""
    found: list[dict[str, str | float]] = []
    catalogue = load_catalogue()
    with tempfile.TemporaryDirectory() as folder:
        database = Database(Path(folder) / "register.db")
        database.create_or_upgrade()
        _fill(database, list(catalogue.offices))
        work = WorkList(database, catalogue)
        for who, role in (("an office", Role.INSPECTOR), ("all offices", Role.AUDITOR)):
            actor = Actor(1, "bench", "bench", "baishiyi", frozenset({role}))
            waiting = work.counts(actor, NOW).of()
            taken = seconds(lambda actor=actor: work.show(actor, WorkFilter(), NOW))
            row = {"figure": f"work list, {PERMITS:,} permits, {who}: counts and a page of {waiting:,} tasks"}
            goal = MOST_SECONDS[who]
            found.append({**row, "goal": f"≤ {goal} s", "measured": f"{taken:.3f} s", "ratio": round(taken / goal, 2)})
        database.close()
    return found
