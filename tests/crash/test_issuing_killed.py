"""Issuing is killed (SIGKILL) at random: nothing that was acknowledged is lost, nothing is half there."""

from __future__ import annotations

import os
import random
import re
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from killing import killed_at_random

from licence_qr.bootstrap import Services
from licence_qr.store.register import codes, counters, history
from licence_qr.store.signing import unsigned_codes

_FIRST_SERIAL_OF_ROUND = 1000


def _issue_until_killed(services: Services, make_application: Any, clerk: Any, now: Any, first: int, pipe: int) -> None:
    """The child: issue one pair after another, and tell the parent of each after ``issue`` returned."""
    for serial in range(first, first + _FIRST_SERIAL_OF_ROUND):
        pair = services.issuance.issue(make_application(serial), clerk, f"key-{serial}", now)
        os.write(pipe, f"{pair.uscc}\n".encode())


def _hot_journal(register: Path) -> bool:
    """Whether the kill left a transaction that the next opening has to roll back."""
    journal = register.with_name(register.name + "-journal")
    return journal.exists() and journal.stat().st_size > 0


@pytest.mark.campaign
def test_kills_lose_no_acknowledged_pair_and_leave_no_half_pair(
    services, make_application, clerk, now, rounds, record_property
):
    kills = rounds(10, 200)
    chance = random.Random(20261123)
    acknowledged: set[str] = set()
    in_the_middle = 0
    services.database.close()  # a connection must not be carried into the child
    for kill in range(kills):
        issue = partial(_issue_until_killed, services, make_application, clerk, now, kill * _FIRST_SERIAL_OF_ROUND)
        acknowledged |= set(killed_at_random(issue, chance.randrange(4), chance))
        in_the_middle += _hot_journal(services.settings.register_path)
    record_property("kills within a transaction", in_the_middle)
    assert len(acknowledged) > kills
    with services.database.read() as tx:
        signed = {row["uscc"] for row in tx.all("SELECT uscc FROM codes WHERE token IS NOT NULL")}
    assert acknowledged <= signed
    services.coding.finishing.finish_waiting(now)  # as the next start does
    _look_at(services, acknowledged)


def _look_at(services: Services, acknowledged: set[str]) -> None:
    with services.database.read() as tx:
        assert [tuple(row) for row in tx.all("PRAGMA integrity_check")] == [("ok",)]
        assert tx.all("PRAGMA foreign_key_check") == []
        licences = {row["uscc"] for row in tx.all("SELECT uscc FROM entities")}
        assert acknowledged <= licences
        whole = Counter(licences)
        for table in ("premises", "permits", "codes", "issued_applications"):
            assert Counter(row["uscc"] for row in tx.all(f"SELECT uscc FROM {table}")) == whole, table  # noqa: S608
        events = Counter((row["uscc"], row["event"]) for row in history.everything(tx))
        kinds = ("licence_granted", "premises_added", "permit_granted", "code_issued")
        assert events == Counter({(uscc, kind): 1 for uscc in licences for kind in kinds})
        serials = [int(re.search(r"第(\d+)号", row["permit_no"])[1]) for row in tx.all("SELECT permit_no FROM permits")]
        numbers = [int(row["application_no"][-6:]) for row in tx.all("SELECT application_no FROM issued_applications")]
        gapless = list(range(1, len(licences) + 1))
        assert sorted(serials) == sorted(numbers) == gapless
        assert counters.last(tx, "hygiene_permit/cq_gxq_health", 2026) == len(licences)
        assert counters.last(tx, "application/baishiyi", 2026) == len(licences)
        assert not unsigned_codes.everything(tx)
        assert [c.status_index for c in codes.everything_newest(tx)] == [2 * n for n in range(len(licences))]
        promises = tx.all("SELECT application_no FROM commitments")
        assert len(promises) == len(licences)
